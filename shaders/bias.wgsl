// bias: adds a bias by position to the scores of attention, in place, before the softmax.
//   scores[b][h][i][j] += scale * bias(query position i, key position j, head h)
// ALiBi: bias = -slope[h] * |query - key|. T5: bias = weights[bucket(key - query)][h]; the host has put the bucket of every
// distance into a table, so that no logarithm is taken here.
//
// Scores are an offset and strides (batch, head, query row); the keys of a row are contiguous. A row may begin at any
// element, and have any number of keys.
//
// Work: one item is a unit of a row (below), one query, one sequence, one group of heads. An invocation finds out what the
// bias depends on besides the head (its "measure": a distance, or where a bucket's weights begin) once, and then walks
// the heads g, g + groups, g + 2*groups, ... Neighbouring invocations take neighbouring units of a row.
//
// Two ways through a row, two views of the same binding:
//   ..._chunks   16-byte loads. A unit is a chunk: 4 keys of f32, 8 of f16 and bf16. Needs keys, offset and every stride to
//                be multiples of that.
//   ..._words    any shape. A unit is a word. A 16-bit word may lie in two rows, the end of one and the beginning of the
//                next: then each of their invocations flips the bits of its own half by an atomic xor. The halves do not
//                meet, so it does not matter who comes first.
// Two kinds of call, so that each binds no more than it reads:
//   bias_...     positions of queries and of keys one after the other from a start.
//   bias_at_...  either or both from ids in buffers. -1 is padding: its row, or its column, is left as it is, bit for bit.
//                Any other id that is no position is left alone too, and counted once.

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;
const ALIBI = 0u;
const T5 = 1u;

override DTYPE: u32 = F32;
override BIAS: u32 = ALIBI;
override WORKGROUP: u32 = 64;

// Kinds of positions.
const IDS = 2u;

const PADDING = 0xffffffffu;
const BAD = 0xfffffffeu;

struct BiasParams {
  base: u32,           // first score of this launch; it and the strides count chunks in bias_chunks, elements in bias_words
  batch_stride: u32,
  head_stride: u32,
  query_stride: u32,
  keys: u32,           // of a row
  units: u32,          // of a row; in bias_words one more than some rows have, where rows begin on odd elements
  groups: u32,         // groups the heads are dealt into
  heads: u32,          // in this launch
  queries: u32,        // in this launch
  items: u32,          // units * groups * queries * batch; the grid may be larger
  grid_width: u32,     // workgroups along x; the grid goes on along y
  first_head: u32,     // of the call, where it is split into several launches
  first_query: u32,
  first_sequence: u32,
  counts: u32,         // 1: this launch has head 0, and counts bad positions
  weight_heads: u32,   // heads in a row of the weights
  last: u32,           // T5: distances from here on share a bucket
  ahead: u32,          // T5: added to the bucket of a key after the query; 0: such keys have bucket 0
  scale: f32,
  @align(16) @size(48) query: Source,
  @align(16) @size(48) key: Source,
}

// Where positions and their rotations come from. All of it in words of the buffer.
struct Source {
  low_bits: u32,      // position = high << low_bits | low
  high_rows: u32,     // duo at which the table of the high digit begins
  capacity: u32,      // positions the table has
  kind: u32,          // 0 start, GRID, IDS, RAGGED
  start: u32,         // START, GRID: position of token 0 on every axis. IDS: added to each id
  offset: u32,        // IDS, RAGGED: first word
  axis_stride: u32,   // IDS: from the ids of an axis to those of the next
  row_stride: u32,    // IDS: from a sequence to the next; 0 where all share one row
  id_words: u32,      // 1, or 2 for 64-bit ids
  width: u32,         // GRID: cells in a row. RAGGED: sequences
  height: u32,        // GRID: rows in a frame
}

@group(0) @binding(0) var<uniform> params: BiasParams;
@group(0) @binding(1) var<storage, read> numbers: array<f32>;    // ALiBi: slope of each head. T5: weights[bucket][head]
@group(0) @binding(2) var<storage, read> buckets: array<u32>;    // T5: bucket of each distance

@group(1) @binding(0) var<storage, read_write> score_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> score_words: array<atomic<u32>>;

@group(2) @binding(0) var<storage, read> ids: array<u32>;        // of the queries
@group(2) @binding(2) var<storage, read> from_ids: array<u32>;   // of the keys
@group(2) @binding(3) var<storage, read_write> bad_positions: atomic<u32>;

// ---- which item -----------------------------------------------------------------------------------------------------

struct Cell {
  inside: bool,
  unit: u32,
  group: u32,
  query: u32,
  sequence: u32,
}

fn cell_of(workgroup: vec3u, lane: u32) -> Cell {
  let index = (workgroup.y * params.grid_width + workgroup.x) * WORKGROUP + lane;
  let dealt = index / params.units;
  let row = dealt / params.groups;
  let sequence = row / params.queries;
  return Cell(
    index < params.items,
    index - dealt * params.units,
    dealt - row * params.groups,
    row - sequence * params.queries,
    sequence,
  );
}

fn row_of(cell: Cell, head: u32) -> u32 {
  return params.base + cell.sequence * params.batch_stride + head * params.head_stride + cell.query * params.query_stride;
}

// ---- 16-bit floats, two to a word -----------------------------------------------------------------------------------
// A 16-bit chunk is taken apart into its even and its odd elements: four lanes each, one word apiece. Products and minima
// stand where shifts could: a GPU takes either, SwiftShader shifts lane by lane (bench/NOTES.md).

struct EvenOdd {
  even: vec4f,
  odd: vec4f,
}

fn unpack(words: vec4u) -> EvenOdd {
  if (DTYPE == BF16) {
    return EvenOdd(bitcast<vec4f>(words * 0x10000u), bitcast<vec4f>(words & vec4u(0xffff0000u)));
  }
  let x = unpack2x16float(words.x);
  let y = unpack2x16float(words.y);
  let z = unpack2x16float(words.z);
  let w = unpack2x16float(words.w);
  return EvenOdd(vec4f(x.x, y.x, z.x, w.x), vec4f(x.y, y.y, z.y, w.y));
}

// bf16 in the upper half: rounds to nearest even by carrying into it. A NaN is cut instead (the carry could make it an
// Inf) and kept quiet.
fn bf16_upper(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let rounded = bits + vec4u(0x7fffu) + min(bits & vec4u(0x10000u), vec4u(1u));
  return select(rounded, bits | vec4u(0x00400000u), (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

// Bits of f16s but for the sign, rounded to nearest even. Not by pack2x16float, which is undefined past 65504: SwiftShader
// makes 70000 a NaN and loses Inf.
//   normal   f32 bits over 2^13, less the difference of the exponents' biases. The bits to keep and those to drop become
//            floats apart, both exact, and meet in a sum whose last place is 1. 65536, the most, has the bits of Inf.
//   small    below 2^-14, in units of 2^-24: the last place of 0.5. Never more than normal above that.
fn f16_magnitudes(values: vec4f) -> vec4i {
  let magnitude = bitcast<vec4i>(values) & vec4i(0x7fffffff);
  let cut = min(magnitude, vec4i(0x47800000));
  let kept = vec4f(cut & vec4i(-0x2000)) * 0x1p-13 + 0x1.8p23;
  let normal = bitcast<vec4i>(vec4f(cut & vec4i(0x1fff)) * 0x1p-13 + kept) - vec4i(0x4b41c000);
  let small = bitcast<vec4i>(bitcast<vec4f>(min(magnitude, vec4i(0x38800000))) + 0.5) - vec4i(0x3f000000);
  return max(normal, small) | select(vec4i(), vec4i(0x200), magnitude > vec4i(0x7f800000));
}

fn f16_words(even: vec4f, odd: vec4f) -> vec4u {
  let sign = vec4u(0x80000000u);
  let signs = min(bitcast<vec4u>(even) & sign, vec4u(0x8000u)) | (bitcast<vec4u>(odd) & sign);
  return signs | bitcast<vec4u>(f16_magnitudes(even) | (f16_magnitudes(odd) * 0x10000));
}

fn pack(even: vec4f, odd: vec4f) -> vec4u {
  if (DTYPE == BF16) {
    return (bf16_upper(even) >> vec4u(16u)) | (bf16_upper(odd) & vec4u(0xffff0000u));
  }
  return f16_words(even, odd);
}

// ---- the bias -------------------------------------------------------------------------------------------------------

// What the bias depends on besides the head. ALiBi: the distance. T5: the first weight of the bucket.
fn measure_of(query: u32, key: u32) -> u32 {
  let is_ahead = key > query;
  let apart = select(query - key, key - query, is_ahead);
  if (BIAS == ALIBI) {
    return apart;
  }
  if (is_ahead && params.ahead == 0u) {
    return buckets[0] * params.weight_heads;
  }
  return (buckets[min(apart, params.last)] + select(0u, params.ahead, is_ahead)) * params.weight_heads;
}

fn measures_of(query: u32, keys: vec4u) -> vec4u {
  return vec4u(
    measure_of(query, keys.x),
    measure_of(query, keys.y),
    measure_of(query, keys.z),
    measure_of(query, keys.w),
  );
}

fn bias_of(measure: u32, head: u32) -> f32 {
  if (BIAS == ALIBI) {
    // The distance first: a small slope times a small scale could be subnormal, and flushed.
    return -params.scale * (numbers[params.first_head + head] * f32(measure));
  }
  return params.scale * numbers[measure + params.first_head + head];
}

fn biases_of(measures: vec4u, head: u32) -> vec4f {
  return vec4f(
    bias_of(measures.x, head),
    bias_of(measures.y, head),
    bias_of(measures.z, head),
    bias_of(measures.w, head),
  );
}

// ---- chunks ---------------------------------------------------------------------------------------------------------

fn is_position(position: u32) -> bool {
  return position < 0x80000000u;
}

// All bits of the words whose keys have a position.
fn bits_of(keys: vec4u) -> vec4u {
  return select(vec4u(), vec4u(0xffffffffu), keys < vec4u(0x80000000u));
}

// A chunk of f32 has the keys `even`; one of 16-bit elements even and odd ones, as unpack() deals them.
fn add_to_chunks(cell: Cell, query: u32, even: vec4u, odd: vec4u) {
  let even_measures = measures_of(query, even);
  if (DTYPE == F32) {
    let mask = bits_of(even);
    for (var head = cell.group; head < params.heads; head += params.groups) {
      let at = row_of(cell, head) + cell.unit;
      let before = score_chunks[at];
      let after = bitcast<vec4u>(bitcast<vec4f>(before) + biases_of(even_measures, head));
      score_chunks[at] = (before & ~mask) | (after & mask);
    }
    return;
  }
  let odd_measures = measures_of(query, odd);
  let mask = (bits_of(even) & vec4u(0xffffu)) | (bits_of(odd) & vec4u(0xffff0000u));
  for (var head = cell.group; head < params.heads; head += params.groups) {
    let at = row_of(cell, head) + cell.unit;
    let before = score_chunks[at];
    let both = unpack(before);
    let after = pack(both.even + biases_of(even_measures, head), both.odd + biases_of(odd_measures, head));
    score_chunks[at] = (before & ~mask) | (after & mask);
  }
}

// ---- words ----------------------------------------------------------------------------------------------------------

fn add_to_word(index: u32, low: f32, high: f32, mask: u32) {
  if (mask == 0u) {
    return;
  }
  let before = atomicLoad(&score_words[index]);
  if (DTYPE == F32) {
    atomicStore(&score_words[index], bitcast<u32>(bitcast<f32>(before) + low));
    return;
  }
  let both = unpack(vec4u(before, 0u, 0u, 0u));
  let after = pack(vec4f(both.even.x + low, 0.0, 0.0, 0.0), vec4f(both.odd.x + high, 0.0, 0.0, 0.0)).x;
  if (mask == 0xffffffffu) {
    atomicStore(&score_words[index], after);
  } else {
    atomicXor(&score_words[index], (before ^ after) & mask);
  }
}

// A word of f32 has the key `keys.y`. A 16-bit word has the keys y and z; in a row that begins on an odd element, x and y.
fn add_to_words(cell: Cell, query: u32, keys: vec3u) {
  let measures = measures_of(query, keys.xyzz);
  for (var head = cell.group; head < params.heads; head += params.groups) {
    let row = row_of(cell, head);
    if (DTYPE == F32) {
      let mask = select(0u, 0xffffffffu, is_position(keys.y));
      add_to_word(row + cell.unit, bias_of(measures.y, head), 0.0, mask);
    } else {
      let is_odd = (row & 1u) == 1u;
      let pair = select(keys.yz, keys.xy, is_odd);
      let pair_measures = select(measures.yz, measures.xy, is_odd);
      let mask = select(0u, 0xffffu, is_position(pair.x)) | select(0u, 0xffff0000u, is_position(pair.y));
      let low = bias_of(pair_measures.x, head);
      let high = bias_of(pair_measures.y, head);
      add_to_word(row / 2u + cell.unit, low, high, mask);
    }
  }
}

// Four keys from `first` on, `step` apart.
fn keys_from(first: u32, step: u32) -> vec4u {
  return vec4u(first) + vec4u(0u, 1u, 2u, 3u) * step;
}

// ---- positions from a start -----------------------------------------------------------------------------------------

fn start_query(cell: Cell) -> u32 {
  return params.query.start + params.first_query + cell.query;
}

fn start_key(key: u32) -> u32 {
  return select(PADDING, params.key.start + key, key < params.keys);
}

@compute @workgroup_size(WORKGROUP)
fn bias_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let cell = cell_of(workgroup, lane);
  if (!cell.inside) {
    return;
  }
  let query = start_query(cell);
  if (DTYPE == F32) {
    add_to_chunks(cell, query, keys_from(params.key.start + 4u * cell.unit, 1u), vec4u());
  } else {
    let first = params.key.start + 8u * cell.unit;
    add_to_chunks(cell, query, keys_from(first, 2u), keys_from(first + 1u, 2u));
  }
}

@compute @workgroup_size(WORKGROUP)
fn bias_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let cell = cell_of(workgroup, lane);
  if (!cell.inside) {
    return;
  }
  let key = select(2u, 1u, DTYPE == F32) * cell.unit;
  add_to_words(cell, start_query(cell), vec3u(start_key(key - 1u), start_key(key), start_key(key + 1u)));
}

// ---- positions from ids ---------------------------------------------------------------------------------------------

// A 64-bit id is two words, low first: its upper half is 0, or it is -1, or it is bad.
fn checked_id(low: u32, high: u32, wide: bool, shift: u32) -> u32 {
  if (low == PADDING && (!wide || high == PADDING)) {
    return PADDING;
  }
  if ((wide && high != 0u) || low >= 0x80000000u) {
    return BAD;
  }
  let shifted = low + shift;
  return select(shifted, BAD, shifted >= 0x80000000u);
}

fn count_bad(position: u32, is_mine: bool) {
  if (position == BAD && params.counts == 1u && is_mine) {
    atomicAdd(&bad_positions, 1u);
  }
}

fn query_at(cell: Cell) -> u32 {
  let source = params.query;
  if (source.kind != IDS) {
    return start_query(cell);
  }
  let row = source.offset + (params.first_sequence + cell.sequence) * source.row_stride;
  let at = row + (params.first_query + cell.query) * source.id_words;
  return checked_id(ids[at], ids[at + source.id_words - 1u], source.id_words == 2u, source.start);
}

fn key_at(cell: Cell, key: u32) -> u32 {
  let source = params.key;
  if (source.kind != IDS || key >= params.keys) {
    return start_key(key);
  }
  let at = source.offset + (params.first_sequence + cell.sequence) * source.row_stride + key * source.id_words;
  return checked_id(from_ids[at], from_ids[at + source.id_words - 1u], source.id_words == 2u, source.start);
}

fn keys_at(cell: Cell, first: u32, step: u32) -> vec4u {
  let keys = keys_from(first, step);
  let positions = vec4u(key_at(cell, keys.x), key_at(cell, keys.y), key_at(cell, keys.z), key_at(cell, keys.w));
  let is_mine = is_first_row(cell);
  count_bad(positions.x, is_mine);
  count_bad(positions.y, is_mine);
  count_bad(positions.z, is_mine);
  count_bad(positions.w, is_mine);
  return positions;
}

// The ids of the keys are counted by the invocations of one row a sequence, those of the queries by one of each row.
fn is_first_row(cell: Cell) -> bool {
  return cell.group == 0u && params.first_query + cell.query == 0u;
}

fn counted_query(cell: Cell) -> u32 {
  let query = query_at(cell);
  count_bad(query, cell.group == 0u && cell.unit == 0u);
  return query;
}

@compute @workgroup_size(WORKGROUP)
fn bias_at_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let cell = cell_of(workgroup, lane);
  if (!cell.inside) {
    return;
  }
  let query = counted_query(cell);
  if (DTYPE == F32) {
    let keys = keys_at(cell, 4u * cell.unit, 1u);
    if (is_position(query)) {
      add_to_chunks(cell, query, keys, vec4u());
    }
  } else {
    let even = keys_at(cell, 8u * cell.unit, 2u);
    let odd = keys_at(cell, 8u * cell.unit + 1u, 2u);
    if (is_position(query)) {
      add_to_chunks(cell, query, even, odd);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn bias_at_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let cell = cell_of(workgroup, lane);
  if (!cell.inside) {
    return;
  }
  let query = counted_query(cell);
  let key = select(2u, 1u, DTYPE == F32) * cell.unit;
  let keys = vec3u(key_at(cell, key - 1u), key_at(cell, key), key_at(cell, key + 1u));
  // keys.x is another unit's, and in f32 keys.z as well.
  count_bad(keys.y, is_first_row(cell));
  count_bad(keys.z, is_first_row(cell) && DTYPE != F32);
  if (is_position(query)) {
    add_to_words(cell, query, keys);
  }
}
