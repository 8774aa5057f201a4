// additive: adds to every token the row of its position, in place.
//   x[i] += scale * row[i]
// A tensor is [batch, tokens, dim] with an offset and strides (batch, token); the elements of a token are contiguous.
//
// Rows by KIND:
//   SINUSOIDAL  sin and cos of position * f[i]. They never come from sin() and cos(), which WGSL only bounds near zero: they
//               are read from a table that the host built in float64. A position is two digits, p = high*base + low, base
//               a power of two, and one complex product of a row of each digit stands in for a row per position.
//   LEARNED     read from the caller's weights, f32, f16 or bf16, whatever x is.
//   BINARY      bit i of the position.
//   INTEGER     the position over the divisor.
//
// With several position axes a row is as many equal blocks of dims; each has the row of the position on its own axis. A
// token whose position the encoding does not have is left as it is: -1 is padding, any other is counted once.
//
// Work: one item is one unit of one token. Neighbouring invocations take neighbouring units. No two invocations write the
// same word. Two ways through a token, two views of the same binding:
//   add_chunks   a unit is 16 bytes. Needs dim, the offset and every stride to be multiples of a chunk's elements (4 of
//                f32, 8 of f16 and bf16), and blocks of which no four elements from a multiple of four on straddle an end.
//   add_words    any shape. A unit is a 4-byte word: one element of f32, two of f16 and bf16. The host sees to it that no
//                two tokens share a word.
//
// What reads positions and packs 16-bit floats is the same, to the letter, as in rope.wgsl.

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;

const SINUSOIDAL = 0u;
const LEARNED = 1u;
const BINARY = 2u;
const INTEGER = 3u;

override DTYPE: u32 = F32;
override KIND: u32 = SINUSOIDAL;
override CONCAT: bool = false;      // SINUSOIDAL: all sines of a block, then its cosines; else they take turns
override WEIGHTS: u32 = F32;        // LEARNED: how a weight is stored
override WORKGROUP: u32 = 64;
override AXES: u32 = 1;

// Kinds of positions.
const GRID = 1u;
const IDS = 2u;
const RAGGED = 3u;

const PADDING = 0xffffffffu;
const BAD = 0xfffffffeu;

// Offsets and strides count chunks in add_chunks and words in add_words.
struct Params {
  base: u32,          // where the first token row of this launch begins
  batch_stride: u32,
  token_stride: u32,
  dim: u32,           // elements of a token
  items: u32,         // units * groups * tokens * batch; the grid may be larger
  grid_width: u32,    // workgroups along x; the grid goes on along y
  units: u32,         // units in a token
  groups: u32,        // 1: what rope.wgsl deals heads into
  tokens: u32,        // tokens a sequence, in this launch
  first_token: u32,   // of the call, where it is split into several launches
  first_sequence: u32,
  counts: u32,        // 1: bad positions are counted
  scale: f32,         // rows are multiplied by this
  block: u32,         // dims an axis encodes: dim / AXES
  row: u32,           // SINUSOIDAL: duos in a table row
  weights_base: u32,  // LEARNED: element at which the row of position 0 begins
  inverse_high: f32,  // INTEGER: 1 / divisor, its upper 12 bits
  inverse_low: f32,   // and the rest
  @align(16) @size(48) to: Source,
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

// Table rows hold duos: (cos, cos, sin, sin) of pairs 2j and 2j + 1. An odd number of pairs leaves half a duo unused.
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<u32>;

@group(1) @binding(0) var<storage, read_write> x_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> x_words: array<u32>;

@group(2) @binding(0) var<storage, read> ids: array<u32>;        // ids; or indptr of ragged sequences
@group(2) @binding(1) var<storage, read> offsets: array<u32>;    // position of the first token of each ragged sequence
@group(2) @binding(3) var<storage, read_write> bad_positions: atomic<u32>;

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

// The chunk or word an item owns.
fn place_of(item: Item) -> u32 {
  return params.base + item.sequence * params.batch_stride + item.token * params.token_stride + item.unit;
}

// ---- positions ------------------------------------------------------------------------------------------------------
// A position on each axis, the lanes past AXES repeating one of them.

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

// Whether a row is added for this position. One that is not padding, and that the encoding does not have, is counted: by
// one invocation a token.
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

// ---- rows -----------------------------------------------------------------------------------------------------------

// Complex product of duos.
fn product(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(a.xy * b.xy - a.zw * b.zw, a.zw * b.xy + a.xy * b.zw);
}

// (cos, cos, sin, sin) of pairs 2j and 2j + 1 of a block.
fn duo_at(position: u32, j: u32) -> vec4f {
  let high = position >> params.to.low_bits;
  let low = position - (high << params.to.low_bits);
  return product(table[params.to.high_rows + high * params.row + j], table[low * params.row + j]);
}

fn sinusoid(position: u32, i: u32) -> f32 {
  let pairs = params.block / 2u;
  let pair = select(i / 2u, i % pairs, CONCAT);
  let is_cosine = select((i & 1u) == 1u, i >= pairs, CONCAT);
  let both = duo_at(position, pair / 2u);
  let turn = select(both.xz, both.yw, (pair & 1u) == 1u);
  return select(turn.y, turn.x, is_cosine);
}

fn weight(index: u32) -> f32 {
  if (WEIGHTS == F32) {
    return bitcast<f32>(weights[index]);
  }
  let word = weights[index / 2u] >> ((index & 1u) * 16u);
  if (WEIGHTS == BF16) {
    return bitcast<f32>(word << 16u);
  }
  return unpack2x16float(word).x;
}

fn bit(position: u32, i: u32) -> f32 {
  return f32((position >> min(i, 31u)) & 1u);
}

// position / divisor, as f32 holds it: both halves of the position and the upper half of 1 / divisor have 12 bits, so
// that their products are exact and only the last sum rounds.
fn quotient_of(position: u32) -> f32 {
  let low_digit = position & 0xfffu;
  let rest = f32(low_digit) * params.inverse_high + f32(position) * params.inverse_low;
  return f32(position - low_digit) * params.inverse_high + rest;
}

// One element of the row of a position.
fn element_of_row(position: vec4u, element: u32) -> f32 {
  if (KIND == LEARNED) {
    return weight(params.weights_base + position.x * params.dim + element);
  }
  let axis = element / params.block;
  let i = element - axis * params.block;
  if (KIND == BINARY) {
    return bit(position[axis], i);
  }
  if (KIND == INTEGER) {
    return quotient_of(position[axis]);
  }
  return sinusoid(position[axis], i);
}

// Four elements, from a multiple of four on, within one block.
fn four_of_row(position: vec4u, element: u32) -> vec4f {
  if (KIND != SINUSOIDAL) {
    return vec4f(
      element_of_row(position, element),
      element_of_row(position, element + 1u),
      element_of_row(position, element + 2u),
      element_of_row(position, element + 3u),
    );
  }
  let axis = element / params.block;
  let i = element - axis * params.block;
  if (!CONCAT) {
    return duo_at(position[axis], i / 4u).zxwy;
  }
  let pairs = params.block / 2u;
  let is_cosine = i >= pairs;
  let j = select(i, i - pairs, is_cosine) / 2u;
  let a = duo_at(position[axis], j);
  let b = duo_at(position[axis], j + 1u);
  return select(vec4f(a.zw, b.zw), vec4f(a.xy, b.xy), is_cosine);
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

// ---- adding ---------------------------------------------------------------------------------------------------------

fn sum_of_chunk(chunk: vec4u, position: vec4u, unit: u32) -> vec4u {
  if (DTYPE == F32) {
    return bitcast<vec4u>(bitcast<vec4f>(chunk) + params.scale * four_of_row(position, unit * 4u));
  }
  let a = params.scale * four_of_row(position, unit * 8u);
  let b = params.scale * four_of_row(position, unit * 8u + 4u);
  let x = unpack(chunk);
  return pack(x.even + vec4f(a.xz, b.xz), x.odd + vec4f(a.yw, b.yw));
}

// The last word of a token may hold one element of it and a neighbour's bits, which stay.
fn sum_of_word(word: u32, position: vec4u, unit: u32) -> u32 {
  if (DTYPE == F32) {
    return bitcast<u32>(bitcast<f32>(word) + params.scale * element_of_row(position, unit));
  }
  let element = unit * 2u;
  let x = unpack(vec4u(word, 0u, 0u, 0u));
  let even = x.even + vec4f(params.scale * element_of_row(position, element), 0.0, 0.0, 0.0);
  if (element + 1u == params.dim) {
    return (pack(even, vec4f()).x & 0xffffu) | (word & 0xffff0000u);
  }
  let odd = x.odd + vec4f(params.scale * element_of_row(position, element + 1u), 0.0, 0.0, 0.0);
  return pack(even, odd).x;
}

@compute @workgroup_size(WORKGROUP)
fn add_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let position = position_of(params.to, item);
  if (!is_good(position, params.to.capacity, item)) {
    return;
  }
  let at = place_of(item);
  x_chunks[at] = sum_of_chunk(x_chunks[at], position, item.unit);
}

@compute @workgroup_size(WORKGROUP)
fn add_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let position = position_of(params.to, item);
  if (!is_good(position, params.to.capacity, item)) {
    return;
  }
  let at = place_of(item);
  x_words[at] = sum_of_word(x_words[at], position, item.unit);
}
