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
// Two entry points, two views of the same bindings:
//   rotate_chunks   16-byte loads. A unit is two chunks, which hold whole pairs. Needs P, the offset and every stride to
//                   be multiples of a chunk's elements (4 of f32, 8 of f16 and bf16).
//   rotate_words    any shape. A unit is the fewest pairs that own their 4-byte words; with an odd P in a 16-bit dtype
//                   and "half" those are all pairs of the head.

const F32 = 0u;
const F16 = 1u;
const BF16 = 2u;
const HALF = 0u;

override DTYPE: u32 = F32;
override PAIRING: u32 = HALF;
override TWO_DIGITS: bool = true;
override WORKGROUP: u32 = 64;

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
  tokens: u32,        // tokens a sequence
  start: u32,         // position of token 0
  low_bits: u32,      // position = high << low_bits | low
  row: u32,           // duos in a table row
  high_rows: u32,     // duo at which the table of the high digit begins
  pairs: u32,         // P
}

// Table rows hold duos: (cos, cos, sin, sin) of pairs 2j and 2j + 1. An odd P leaves the last half duo unused.
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;

@group(1) @binding(0) var<storage, read_write> first_chunks: array<vec4u>;
@group(1) @binding(1) var<storage, read_write> second_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> first_words: array<u32>;
@group(1) @binding(1) var<storage, read_write> second_words: array<u32>;

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

struct Rows {
  low: u32,
  high: u32,
}

fn rows_of(position: u32) -> Rows {
  if (TWO_DIGITS) {
    let high = position >> params.low_bits;
    let low = position - (high << params.low_bits);
    return Rows(low * params.row, params.high_rows + high * params.row);
  }
  return Rows(position * params.row, 0u);
}

// (cos, cos, sin, sin) of pairs 2j and 2j + 1.
fn duo(rows: Rows, j: u32) -> vec4f {
  let low = table[rows.low + j];
  if (TWO_DIGITS) {
    let high = table[rows.high + j];
    return vec4f(high.xy * low.xy - high.zw * low.zw, high.zw * low.xy + high.xy * low.zw);
  }
  return low;
}

// ---- 16-bit floats, two to a word -----------------------------------------------------------------------------------
// A 16-bit chunk is taken apart into its even and its odd elements: four lanes each, one word apiece.

struct EvenOdd {
  even: vec4f,
  odd: vec4f,
}

fn unpack(words: vec4u) -> EvenOdd {
  if (DTYPE == BF16) {
    return EvenOdd(bitcast<vec4f>(words << vec4u(16u)), bitcast<vec4f>(words & vec4u(0xffff0000u)));
  }
  let x = unpack2x16float(words.x);
  let y = unpack2x16float(words.y);
  let z = unpack2x16float(words.z);
  let w = unpack2x16float(words.w);
  return EvenOdd(vec4f(x.x, y.x, z.x, w.x), vec4f(x.y, y.y, z.y, w.y));
}

const MAGNITUDE = vec4u(0x7fffffffu);
const INFINITY_BITS = vec4u(0x7f800000u);

// bf16 in the upper half: rounds to nearest even by carrying into it. A NaN is cut instead (the carry could make it an
// Inf) and kept quiet.
fn bf16_upper(values: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(values);
  let rounded = bits + vec4u(0x7fffu) + ((bits >> vec4u(16u)) & vec4u(1u));
  return select(rounded, bits | vec4u(0x00400000u), (bits & MAGNITUDE) > INFINITY_BITS);
}

// pack2x16float is undefined past 65504 (SwiftShader makes 70000 a NaN and loses Inf). So values are cut to +-65504
// first, whose bits are 0x7bff, and what this mask holds is flipped in after: 0x7ff makes that Inf, 0x5ff a quiet NaN.
// 65520 = 0x477ff000 is the first value that rounds to Inf.
fn f16_flips(magnitude: vec4u) -> vec4u {
  return select(vec4u(), vec4u(0x7ffu), magnitude >= vec4u(0x477ff000u)) ^
    select(vec4u(), vec4u(0x200u), magnitude > INFINITY_BITS);
}

fn f16_words(even: vec4f, odd: vec4f) -> vec4u {
  let even_bits = bitcast<vec4u>(even);
  let odd_bits = bitcast<vec4u>(odd);
  let even_magnitude = even_bits & MAGNITUDE;
  let odd_magnitude = odd_bits & MAGNITUDE;
  let most = vec4u(0x477fe000u);
  let e = bitcast<vec4f>(min(even_magnitude, most) | (even_bits ^ even_magnitude));
  let o = bitcast<vec4f>(min(odd_magnitude, most) | (odd_bits ^ odd_magnitude));
  let words = vec4u(
    pack2x16float(vec2f(e.x, o.x)),
    pack2x16float(vec2f(e.y, o.y)),
    pack2x16float(vec2f(e.z, o.z)),
    pack2x16float(vec2f(e.w, o.w)),
  );
  return words ^ f16_flips(even_magnitude) ^ (f16_flips(odd_magnitude) << vec4u(16u));
}

fn pack(even: vec4f, odd: vec4f) -> vec4u {
  if (DTYPE == BF16) {
    return (bf16_upper(even) >> vec4u(16u)) | (bf16_upper(odd) & vec4u(0xffff0000u));
  }
  return f16_words(even, odd);
}

// ---- rotate_chunks --------------------------------------------------------------------------------------------------
// Unit u of "half" is chunks u and u + units: x in one, y in the other. Unit u of "interleaved" is the same two chunks,
// each holding whole pairs.

// cos and sin in the order in which the elements come out of the chunks; the second four serve 16-bit dtypes alone.
struct Turn {
  cos0: vec4f,
  sin0: vec4f,
  cos1: vec4f,
  sin1: vec4f,
}

fn turn_of(rows: Rows, unit: u32) -> Turn {
  var turn: Turn;
  if (DTYPE == F32) {
    // f32: four pairs. "half": one run of four. "interleaved": two of chunk u, two of chunk u + units.
    let near = select(unit, unit * 2u, PAIRING == HALF);
    let far = select(unit + params.units, near + 1u, PAIRING == HALF);
    let a = duo(rows, near);
    let b = duo(rows, far);
    turn.cos0 = vec4f(a.xy, b.xy);
    turn.sin0 = vec4f(a.zw, b.zw);
    return turn;
  }
  if (PAIRING == HALF) {
    // 16-bit "half": eight pairs, even ones first, as unpack() deals them.
    let a = duo(rows, unit * 4u);
    let b = duo(rows, unit * 4u + 1u);
    let c = duo(rows, unit * 4u + 2u);
    let d = duo(rows, unit * 4u + 3u);
    turn.cos0 = vec4f(a.x, b.x, c.x, d.x);
    turn.sin0 = vec4f(a.z, b.z, c.z, d.z);
    turn.cos1 = vec4f(a.y, b.y, c.y, d.y);
    turn.sin1 = vec4f(a.w, b.w, c.w, d.w);
    return turn;
  }
  // 16-bit "interleaved": four pairs of chunk u, four of chunk u + units.
  let a = duo(rows, unit * 2u);
  let b = duo(rows, unit * 2u + 1u);
  let c = duo(rows, (unit + params.units) * 2u);
  let d = duo(rows, (unit + params.units) * 2u + 1u);
  turn.cos0 = vec4f(a.xy, b.xy);
  turn.sin0 = vec4f(a.zw, b.zw);
  turn.cos1 = vec4f(c.xy, d.xy);
  turn.sin1 = vec4f(c.zw, d.zw);
  return turn;
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

@compute @workgroup_size(WORKGROUP)
fn rotate_chunks(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let turn = turn_of(rows_of(params.start + item.token), item.unit);
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

// ---- rotate_words ---------------------------------------------------------------------------------------------------

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

@compute @workgroup_size(WORKGROUP)
fn rotate_words(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(workgroup, lane);
  if (!item.inside) {
    return;
  }
  let rows = rows_of(params.start + item.token);
  let q = start_of(params.q, item);
  let k = start_of(params.k, item);
  let heads = params.q.heads + params.k.heads;
  let end = (item.unit + 1u) * params.unit_pairs;
  for (var pair = item.unit * params.unit_pairs; pair < end; pair++) {
    let both = duo(rows, pair / 2u);
    let turn = select(both.xz, both.yw, (pair & 1u) == 1u);
    for (var head = item.group; head < heads; head += params.groups) {
      if (head < params.q.heads) {
        rotate_pair(false, q + head * params.q.head_stride, pair, turn.x, turn.y);
      } else {
        let at = k + (head - params.q.heads) * params.k.head_stride;
        rotate_pair(params.k_in_first == 0u, at, pair, turn.x, turn.y);
      }
    }
  }
}
