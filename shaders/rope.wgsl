// rope: rotates Q and K in place, one launch for both.
//   x' = x*cos(p*f[i]) - y*sin(p*f[i])
//   y' = y*cos(p*f[i]) + x*sin(p*f[i])
// (x, y) is pair i of a head, p the token's position, f[i] the pair's inverse frequency. With P = rotaryDim/2 pairs,
// pairing "half" takes elements (i, i + P), "interleaved" takes (2i, 2i + 1). Elements past rotaryDim are never touched.
//
// A tensor is an offset and strides (batch, token, head); the elements of a head are contiguous. Q is `first`, K is
// `second`; where both lie in one GPUBuffer, K is reached through `first` as well (k_in_first).
//
// Angles never come from sin() and cos(), which WGSL only bounds near zero: their cosines and sines are read from a
// table that the host built in float64. A position is two digits, p = high*base + low, base a power of two, and
// R(p) = R(high*base) R(low): one complex product of two short tables stands in for a row per position.
//
// Work: one item is `unit` of a head (below), one token, one group of heads. An invocation reads cos and sin of its
// pairs once and then walks the heads g, g + groups, g + 2*groups, ... of Q and on into those of K. Neighbouring
// invocations take neighbouring units, so they touch neighbouring 16 bytes. No two invocations write the same word.
//
// Two ways through a head, two views of the same bindings:
//   ..._chunks   16-byte loads. A unit is two chunks, which hold whole pairs. Needs P, the offset and every stride to be
//                multiples of a chunk's elements (4 of f32, 8 of f16 and bf16).
//   ..._words    any shape. A unit is the fewest pairs that own their 4-byte words; with an odd P in a 16-bit dtype and
//                "half" those are all pairs of the head.
// Three kinds of call, so that each binds no more than it reads:
//   rotate_...      positions one after the other from a start.
//   rotate_at_...   any others: an id a token, ragged sequences, the cells of a grid.
//   rerotate_...    R_to(p') R_from(p)^-1: heads that were rotated before move to other positions or frequencies.
//
// With several position axes each pair turns by the position on its own axis (AXES, pair_axis); from a start all axes have
// the same position, so there one is enough. A token whose position the table does not have is left as it is: -1 is
// padding, any other is counted once.

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;
const HALF = 0u;

override DTYPE: u32 = F32;
override PAIRING: u32 = HALF;
override TWO_DIGITS: bool = true;
override WORKGROUP: u32 = 64;
override AXES: u32 = 1;

// Kinds of positions.
const GRID = 1u;
const IDS = 2u;
const RAGGED = 3u;

const PADDING = 0xffffffffu;
const BAD = 0xfffffffeu;

// Offsets and strides count chunks in rotate_chunks and words in rotate_words.
struct Tensor {
  base: u32,          // first element of the first token row this call rotates
  batch_stride: u32,
  token_stride: u32,
  head_stride: u32,
  heads: u32,         // 0 where the tensor is absent
}

struct Params {
  @size(32) q: Tensor,
  @align(16) @size(32) k: Tensor,
  k_in_first: u32,    // 1: K lies behind the binding of Q
  items: u32,         // units * groups * tokens * batch; the grid may be larger
  grid_width: u32,    // workgroups along x; the grid goes on along y
  units: u32,         // units in a head
  unit_pairs: u32,    // pairs in a unit (rotate_words)
  groups: u32,        // groups the heads of Q and K together are dealt into
  tokens: u32,        // tokens a sequence, in this launch
  pairs: u32,         // P
  row: u32,           // duos in a table row
  first_token: u32,   // of the call, where it is split into several launches
  first_sequence: u32,
  counts: u32,        // 1: this launch counts bad positions (K and split-off heads must not count them again)
  inverse: u32,       // 1: un-rotate
  @align(16) @size(48) to: Source,
  @align(16) @size(48) origin: Source,
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

// Table rows hold duos: (cos, cos, sin, sin) of pairs 2j and 2j + 1. An odd P leaves the last half duo unused.
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> from_table: array<vec4f>;

@group(1) @binding(0) var<storage, read_write> first_chunks: array<vec4u>;
@group(1) @binding(1) var<storage, read_write> second_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> first_words: array<u32>;
@group(1) @binding(1) var<storage, read_write> second_words: array<u32>;

@group(2) @binding(0) var<storage, read> ids: array<u32>;        // ids; or indptr of ragged sequences
@group(2) @binding(1) var<storage, read> offsets: array<u32>;    // position of the first token of each ragged sequence
@group(2) @binding(2) var<storage, read> from_ids: array<u32>;
@group(2) @binding(3) var<storage, read_write> bad_positions: atomic<u32>;
@group(2) @binding(4) var<uniform> pair_axis: array<vec4u, 4>;   // axis of each pair, two bits each

// ---- which item -----------------------------------------------------------------------------------------------------

struct Item {
  inside: bool,
  unit: u32,
  group: u32,
  token: u32,
  sequence: u32,
}

fn item_of(workgroup: vec3u, lane: u32) -> Item {
  let index = (workgroup.y * params.grid_width + workgroup.x) * WORKGROUP + lane;
  let dealt = index / params.units;
  let row = dealt / params.groups;
  let sequence = row / params.tokens;
  return Item(
    index < params.items,
    index - dealt * params.units,
    dealt - row * params.groups,
    row - sequence * params.tokens,
    sequence,
  );
}

fn start_of(tensor: Tensor, item: Item) -> u32 {
  return tensor.base + item.sequence * tensor.batch_stride + item.token * tensor.token_stride;
}

// ---- cos and sin ----------------------------------------------------------------------------------------------------

// First duos of the rows of a position's two digits.
struct Rows {
  low: u32,
  high: u32,
}

fn rows_of(source: Source, position: u32) -> Rows {
  if (TWO_DIGITS) {
    let high = position >> source.low_bits;
    let low = position - (high << source.low_bits);
    return Rows(low * params.row, source.high_rows + high * params.row);
  }
  return Rows(position * params.row, 0u);
}

// Complex products of duos; the second one inverted.
fn product(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(a.xy * b.xy - a.zw * b.zw, a.zw * b.xy + a.xy * b.zw);
}

fn quotient(a: vec4f, b: vec4f) -> vec4f {
  let square = b.xy * b.xy + b.zw * b.zw;
  return vec4f(a.xy * b.xy + a.zw * b.zw, a.zw * b.xy - a.xy * b.zw) / square.xyxy;
}

fn start_rows(item: Item) -> Rows {
  return rows_of(params.to, params.to.start + params.first_token + item.token);
}

// (cos, cos, sin, sin) of pairs 2j and 2j + 1.
fn table_duo(rows: Rows, j: u32) -> vec4f {
  let low = table[rows.low + j];
  if (TWO_DIGITS) {
    return product(table[rows.high + j], low);
  }
  return low;
}

// The same for a call that may un-rotate.
fn directed(both: vec4f) -> vec4f {
  if (params.inverse == 1u) {
    return quotient(vec4f(1.0, 1.0, 0.0, 0.0), both);
  }
  return both;
}

fn duo(rows: Rows, j: u32) -> vec4f {
  return directed(table_duo(rows, j));
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

// ---- chunks ---------------------------------------------------------------------------------------------------------
// Unit u of "half" is chunks u and u + units: x in one, y in the other. Unit u of "interleaved" is the same two chunks,
// each holding whole pairs.

// cos and sin in the order in which the elements come out of the chunks; the second four serve 16-bit dtypes alone.
struct Turn {
  cos0: vec4f,
  sin0: vec4f,
  cos1: vec4f,
  sin1: vec4f,
}

// Duos of a unit: two for f32, four for 16-bit dtypes. "half" takes one run of pairs, "interleaved" those of chunk u and
// those of chunk u + units.
fn duo_of_unit(unit: u32, i: u32) -> u32 {
  let run = select(2u, 1u, DTYPE == F32);
  if (PAIRING == HALF) {
    return unit * 2u * run + i;
  }
  return select(unit, unit + params.units, i >= run) * run + i % run;
}

fn turn_of(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> Turn {
  if (DTYPE != F32 && PAIRING == HALF) {
    // Even pairs first, as unpack() deals them.
    return Turn(
      vec4f(a.x, b.x, c.x, d.x),
      vec4f(a.z, b.z, c.z, d.z),
      vec4f(a.y, b.y, c.y, d.y),
      vec4f(a.w, b.w, c.w, d.w),
    );
  }
  return Turn(vec4f(a.xy, b.xy), vec4f(a.zw, b.zw), vec4f(c.xy, d.xy), vec4f(c.zw, d.zw));
}

fn turn_to(rows: Rows, unit: u32) -> Turn {
  let a = duo(rows, duo_of_unit(unit, 0u));
  let b = duo(rows, duo_of_unit(unit, 1u));
  if (DTYPE == F32) {
    return turn_of(a, b, a, b);
  }
  return turn_of(a, b, duo(rows, duo_of_unit(unit, 2u)), duo(rows, duo_of_unit(unit, 3u)));
}

struct Chunks {
  a: vec4u,
  b: vec4u,
}

fn rotated(chunks: Chunks, turn: Turn) -> Chunks {
  if (DTYPE == F32) {
    let a = bitcast<vec4f>(chunks.a);
    let b = bitcast<vec4f>(chunks.b);
    if (PAIRING == HALF) {
      return Chunks(
        bitcast<vec4u>(a * turn.cos0 - b * turn.sin0),
        bitcast<vec4u>(b * turn.cos0 + a * turn.sin0),
      );
    }
    let x = vec4f(a.xz, b.xz);
    let y = vec4f(a.yw, b.yw);
    let x1 = x * turn.cos0 - y * turn.sin0;
    let y1 = y * turn.cos0 + x * turn.sin0;
    return Chunks(
      bitcast<vec4u>(vec4f(x1.x, y1.x, x1.y, y1.y)),
      bitcast<vec4u>(vec4f(x1.z, y1.z, x1.w, y1.w)),
    );
  }
  let a = unpack(chunks.a);
  let b = unpack(chunks.b);
  if (PAIRING == HALF) {
    return Chunks(
      pack(a.even * turn.cos0 - b.even * turn.sin0, a.odd * turn.cos1 - b.odd * turn.sin1),
      pack(b.even * turn.cos0 + a.even * turn.sin0, b.odd * turn.cos1 + a.odd * turn.sin1),
    );
  }
  return Chunks(
    pack(a.even * turn.cos0 - a.odd * turn.sin0, a.odd * turn.cos0 + a.even * turn.sin0),
    pack(b.even * turn.cos1 - b.odd * turn.sin1, b.odd * turn.cos1 + b.even * turn.sin1),
  );
}

fn rotate_first(at: u32, turn: Turn) {
  let far = at + params.units;
  let chunks = rotated(Chunks(first_chunks[at], first_chunks[far]), turn);
  first_chunks[at] = chunks.a;
  first_chunks[far] = chunks.b;
}

fn rotate_second(at: u32, turn: Turn) {
  let far = at + params.units;
  let chunks = rotated(Chunks(second_chunks[at], second_chunks[far]), turn);
  second_chunks[at] = chunks.a;
  second_chunks[far] = chunks.b;
}

fn rotate_heads(item: Item, turn: Turn) {
  var head = item.group;
  let q = start_of(params.q, item) + item.unit;
  for (; head < params.q.heads; head += params.groups) {
    rotate_first(q + head * params.q.head_stride, turn);
  }
  head -= params.q.heads;
  let k = start_of(params.k, item) + item.unit;
  if (params.k_in_first == 1u) {
    for (; head < params.k.heads; head += params.groups) {
      rotate_first(k + head * params.k.head_stride, turn);
    }
  } else {
    for (; head < params.k.heads; head += params.groups) {
      rotate_second(k + head * params.k.head_stride, turn);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (item.inside) {
    rotate_heads(item, turn_to(start_rows(item), item.unit));
  }
}

// ---- words ---------------------------------------------------------------------------------------------------------

fn word_at(in_second: bool, index: u32) -> u32 {
  if (in_second) {
    return second_words[index];
  }
  return first_words[index];
}

fn set_word(in_second: bool, index: u32, word: u32) {
  if (in_second) {
    second_words[index] = word;
  } else {
    first_words[index] = word;
  }
}

fn element_at(in_second: bool, head: u32, element: u32) -> f32 {
  if (DTYPE == F32) {
    return bitcast<f32>(word_at(in_second, head + element));
  }
  let both = unpack(vec4u(word_at(in_second, head + element / 2u), 0u, 0u, 0u));
  return select(both.even.x, both.odd.x, (element & 1u) == 1u);
}

// Writes one element and leaves its neighbour in the word as it is, to the bit.
fn set_element(in_second: bool, head: u32, element: u32, value: f32) {
  if (DTYPE == F32) {
    set_word(in_second, head + element, bitcast<u32>(value));
    return;
  }
  let index = head + element / 2u;
  let shift = (element & 1u) * 16u;
  let bits = pack(vec4f(value, 0.0, 0.0, 0.0), vec4f()).x & 0xffffu;
  set_word(in_second, index, (word_at(in_second, index) & (0xffff0000u >> shift)) | (bits << shift));
}

fn rotate_pair(in_second: bool, head: u32, pair: u32, cosine: f32, sine: f32) {
  let i = select(pair * 2u, pair, PAIRING == HALF);
  let j = select(i + 1u, i + params.pairs, PAIRING == HALF);
  let x = element_at(in_second, head, i);
  let y = element_at(in_second, head, j);
  set_element(in_second, head, i, x * cosine - y * sine);
  set_element(in_second, head, j, y * cosine + x * sine);
}

fn rotate_pair_of_heads(item: Item, pair: u32, both: vec4f) {
  let turn = select(both.xz, both.yw, (pair & 1u) == 1u);
  let q = start_of(params.q, item);
  let k = start_of(params.k, item);
  let heads = params.q.heads + params.k.heads;
  for (var head = item.group; head < heads; head += params.groups) {
    if (head < params.q.heads) {
      rotate_pair(false, q + head * params.q.head_stride, pair, turn.x, turn.y);
    } else {
      let at = k + (head - params.q.heads) * params.k.head_stride;
      rotate_pair(params.k_in_first == 0u, at, pair, turn.x, turn.y);
    }
  }
}

fn rotate_unit(item: Item, rows: Rows) {
  let end = (item.unit + 1u) * params.unit_pairs;
  for (var pair = item.unit * params.unit_pairs; pair < end; pair++) {
    rotate_pair_of_heads(item, pair, duo(rows, pair / 2u));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (item.inside) {
    rotate_unit(item, start_rows(item));
  }
}

// ---- positions ------------------------------------------------------------------------------------------------------
// What follows serves rotate_at_... and rerotate_...: a position on each axis, the lanes past AXES repeating one of them.

fn cell_position(source: Source, token: u32) -> vec4u {
  let row = token / source.width;
  let frame = row / source.height;
  let cell = vec3u(frame, row - frame * source.height, token - row * source.width) + vec3u(source.start);
  return select(cell.xyzz, cell.yzyz, AXES == 2u);
}

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

fn id_word(source: Source, item: Item, axis: u32) -> u32 {
  let row = source.offset + axis * source.axis_stride + (params.first_sequence + item.sequence) * source.row_stride;
  return row + (params.first_token + item.token) * source.id_words;
}

fn id_at(source: Source, item: Item, axis: u32) -> u32 {
  let at = id_word(source, item, axis);
  return checked_id(ids[at], ids[at + source.id_words - 1u], source.id_words == 2u, source.start);
}

fn from_id_at(source: Source, item: Item, axis: u32) -> u32 {
  let at = id_word(source, item, axis);
  return checked_id(from_ids[at], from_ids[at + source.id_words - 1u], source.id_words == 2u, source.start);
}

// Token t of sequence b, indptr[b] <= t < indptr[b + 1], has position offsets[b] + t - indptr[b]. The search halves its
// interval a fixed number of times, so it ends on garbage too; a token in no sequence is padding.
fn ragged_position(source: Source, token: u32) -> u32 {
  var low = 0u;
  var high = source.width;
  for (var step = 0u; step < 32u && high - low > 1u; step++) {
    let middle = low + (high - low) / 2u;
    if (ids[source.offset + middle] <= token) {
      low = middle;
    } else {
      high = middle;
    }
  }
  let first = ids[source.offset + low];
  if (token < first || token >= ids[source.offset + low + 1u]) {
    return PADDING;
  }
  let offset = checked_id(offsets[low], 0u, false, 0u);
  return select(offset + (token - first), offset, offset >= BAD);
}

fn position_of(source: Source, item: Item) -> vec4u {
  let token = params.first_token + item.token;
  if (source.kind == GRID) {
    return cell_position(source, token);
  }
  if (source.kind == RAGGED) {
    return vec4u(ragged_position(source, token));
  }
  if (source.kind == IDS) {
    var position = vec4u(id_at(source, item, 0u));
    for (var axis = 1u; axis < AXES; axis++) {
      position[axis] = id_at(source, item, axis);
    }
    return position;
  }
  return vec4u(source.start + token);
}

// Whether to rotate by this position. One that is not padding, and that the table does not have, is counted: by one
// invocation a token.
fn is_good(position: vec4u, capacity: u32, item: Item) -> bool {
  if (any(position == vec4u(PADDING))) {
    return false;
  }
  let good = all(position < vec4u(capacity));
  if (!good && params.counts == 1u && item.unit == 0u && item.group == 0u) {
    atomicAdd(&bad_positions, 1u);
  }
  return good;
}

// ---- cos and sin on several axes ------------------------------------------------------------------------------------

struct AxisRows {
  low: vec4u,
  high: vec4u,
}

fn axis_rows(source: Source, position: vec4u) -> AxisRows {
  let x = rows_of(source, position.x);
  if (AXES == 1u) {
    return AxisRows(vec4u(x.low), vec4u(x.high));
  }
  let y = rows_of(source, position.y);
  let z = rows_of(source, position.z);
  let w = rows_of(source, position.w);
  return AxisRows(vec4u(x.low, y.low, z.low, w.low), vec4u(x.high, y.high, z.high, w.high));
}

fn axis_of(pair: u32) -> u32 {
  let word = pair_axis[pair / 64u][(pair / 16u) % 4u];
  return (word >> ((pair % 16u) * 2u)) & 3u;
}

fn rows_on(rows: AxisRows, pair: u32) -> Rows {
  if (AXES == 1u) {
    return Rows(rows.low.x, rows.high.x);
  }
  let axis = axis_of(pair);
  return Rows(rows.low[axis], rows.high[axis]);
}

fn axis_duo(rows: AxisRows, j: u32) -> vec4f {
  let even = table_duo(rows_on(rows, 2u * j), j);
  if (AXES == 1u) {
    return even;
  }
  let odd = table_duo(rows_on(rows, 2u * j + 1u), j);
  return vec4f(even.x, odd.y, even.z, odd.w);
}

// ---- rotate_at ------------------------------------------------------------------------------------------------------

@compute @workgroup_size(WORKGROUP)
fn rotate_at_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let position = position_of(params.to, item);
  if (!is_good(position, params.to.capacity, item)) {
    return;
  }
  let rows = axis_rows(params.to, position);
  let a = directed(axis_duo(rows, duo_of_unit(item.unit, 0u)));
  let b = directed(axis_duo(rows, duo_of_unit(item.unit, 1u)));
  if (DTYPE == F32) {
    rotate_heads(item, turn_of(a, b, a, b));
  } else {
    let c = directed(axis_duo(rows, duo_of_unit(item.unit, 2u)));
    let d = directed(axis_duo(rows, duo_of_unit(item.unit, 3u)));
    rotate_heads(item, turn_of(a, b, c, d));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_at_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let position = position_of(params.to, item);
  if (!is_good(position, params.to.capacity, item)) {
    return;
  }
  let rows = axis_rows(params.to, position);
  let end = (item.unit + 1u) * params.unit_pairs;
  for (var pair = item.unit * params.unit_pairs; pair < end; pair++) {
    rotate_pair_of_heads(item, pair, directed(axis_duo(rows, pair / 2u)));
  }
}

// ---- rerotate -------------------------------------------------------------------------------------------------------
// One tensor, `q`. Its positions come from a start or from ids, those it had and those it gets each on their own.

fn from_table_duo(rows: Rows, j: u32) -> vec4f {
  let low = from_table[rows.low + j];
  if (TWO_DIGITS) {
    return product(from_table[rows.high + j], low);
  }
  return low;
}

fn from_duo(rows: AxisRows, j: u32) -> vec4f {
  let even = from_table_duo(rows_on(rows, 2u * j), j);
  if (AXES == 1u) {
    return even;
  }
  let odd = from_table_duo(rows_on(rows, 2u * j + 1u), j);
  return vec4f(even.x, odd.y, even.z, odd.w);
}

fn origin_of(item: Item) -> vec4u {
  if (params.origin.kind != IDS) {
    return vec4u(params.origin.start + params.first_token + item.token);
  }
  var position = vec4u(from_id_at(params.origin, item, 0u));
  for (var axis = 1u; axis < AXES; axis++) {
    position[axis] = from_id_at(params.origin, item, axis);
  }
  return position;
}

struct Journey {
  good: bool,
  to: AxisRows,
  origin: AxisRows,
}

fn journey_of(item: Item) -> Journey {
  let to = position_of(params.to, item);
  let origin = origin_of(item);
  // Padding on either side leaves the token alone; counted once, whichever side is bad.
  let padding = any(to == vec4u(PADDING)) || any(origin == vec4u(PADDING));
  let bad = any(to >= vec4u(params.to.capacity)) || any(origin >= vec4u(params.origin.capacity));
  let good = is_good(select(vec4u(0u), vec4u(select(BAD, PADDING, padding)), padding || bad), BAD, item);
  return Journey(good, axis_rows(params.to, to), axis_rows(params.origin, origin));
}

fn moved_duo(journey: Journey, j: u32) -> vec4f {
  return quotient(axis_duo(journey.to, j), from_duo(journey.origin, j));
}

@compute @workgroup_size(WORKGROUP)
fn rerotate_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let journey = journey_of(item);
  if (!journey.good) {
    return;
  }
  let a = moved_duo(journey, duo_of_unit(item.unit, 0u));
  let b = moved_duo(journey, duo_of_unit(item.unit, 1u));
  if (DTYPE == F32) {
    rotate_heads(item, turn_of(a, b, a, b));
  } else {
    let c = moved_duo(journey, duo_of_unit(item.unit, 2u));
    let d = moved_duo(journey, duo_of_unit(item.unit, 3u));
    rotate_heads(item, turn_of(a, b, c, d));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rerotate_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let journey = journey_of(item);
  if (!journey.good) {
    return;
  }
  let end = (item.unit + 1u) * params.unit_pairs;
  for (var pair = item.unit * params.unit_pairs; pair < end; pair++) {
    rotate_pair_of_heads(item, pair, moved_duo(journey, pair / 2u));
  }
}
