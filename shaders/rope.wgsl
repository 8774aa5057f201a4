// rope: rotates Q and K in place, one launch for both.
//   x' = x*cos(p*f[i]) - y*sin(p*f[i])
//   y' = y*cos(p*f[i]) + x*sin(p*f[i])
// (x, y) is pair i of a head, p the token's position, f[i] the pair's inverse frequency (lib/rotate.wgsl). Elements past the
// rotary dimension are never touched.
//
// A tensor is an offset and strides (batch, token, head); the elements of a head are contiguous. Where Q and K lie in one
// GPUBuffer, K is reached through the binding of Q (k_in_q), as one dispatch cannot bind a buffer twice to write.
//
// Work: an item is a unit of a head, one token, one group of heads (lib/items.wgsl). An invocation reads cos and sin of its
// pairs once and then walks the heads g, g + groups, g + 2*groups, ... of Q and on into those of K.
//
// Two ways through a head, two views of the same bindings:
//   ..._chunks   16-byte loads. A unit is two chunks. Needs the number of pairs, the offset and every stride to be multiples of
//                a chunk's elements (4 of f32, 8 of f16 and bf16).
//   ..._words    any shape. A unit is the fewest pairs that own their 4-byte words; with an odd number of pairs in a 16-bit
//                dtype and "half" those are all pairs of the head.
// Three kinds of call; a plain start binds no positions (group 2):
//   rotate_...      positions one after the other from a start.
//   rotate_at_...   any others: an id a token, ragged sequences, the cells of a grid.
//   rerotate_...    R_to(p') R_from(p)^-1: heads of K that were rotated before move to other positions or frequencies.
//
// With several position axes each pair turns by the position on its own axis (AXES, pair_axis); from a start all axes have
// the same position, so there one is enough. A token whose position the table does not have is left as it is: -1 is
// padding, any other is counted once.
import package::bindings::positions::{axis_of, from_position_of, has_position, position_of};
import package::lib::digits::{DigitRows, TWO_DIGITS, TableShape, cos_sin_of, digit_rows, product, quotient};
import package::lib::dtype::{DTYPE, F32, pack_one, unpack_word};
import package::lib::items::{Grid, Item, WORKGROUP, is_counting, item_of};
import package::lib::positions::{AXES, BAD, PADDING, Source};
import package::lib::rotate::{
  Chunks, Rotation, elements_of_pair, quad_of_unit, rotated, rotated_pair, rotation_of,
};

// Offsets and strides count chunks in ..._chunks and words in ..._words.
struct Tensor {
  base: u32,          // where the first token row of this launch begins
  batch_stride: u32,
  token_stride: u32,
  head_stride: u32,
  heads: u32,         // 0 where the tensor is absent
}

struct RopeParams {
  @size(32) q: Tensor,
  @align(16) @size(32) k: Tensor,
  @align(16) grid: Grid,
  k_in_q: u32,        // 1: K lies behind the binding of Q
  unit_pairs: u32,    // pairs in a unit (..._words)
  pairs: u32,         // pairs in a head
  inverse: u32,       // 1: un-rotate
  @align(16) to: Source,
  @align(16) origin: Source,
}

@group(0) @binding(0) var<uniform> params: RopeParams;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> from_table: array<vec4f>;

@group(1) @binding(0) var<storage, read_write> q_chunks: array<vec4u>;
@group(1) @binding(1) var<storage, read_write> k_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> q_words: array<u32>;
@group(1) @binding(1) var<storage, read_write> k_words: array<u32>;

fn row_of(tensor: Tensor, item: Item) -> u32 {
  return tensor.base + item.sequence * tensor.batch_stride + item.token * tensor.token_stride;
}

// ---- cos and sin from a start ---------------------------------------------------------------------------------------

fn table_quad(rows: DigitRows, j: u32) -> vec4f {
  let low = table[rows.low + j];
  if (TWO_DIGITS) {
    return product(table[rows.high + j], low);
  }
  return low;
}

// The quad of a call that may un-rotate.
fn directed(quad: vec4f) -> vec4f {
  if (params.inverse == 1u) {
    return quotient(vec4f(1.0, 1.0, 0.0, 0.0), quad);
  }
  return quad;
}

fn start_rows(item: Item) -> DigitRows {
  return digit_rows(params.to.table, params.to.start + params.grid.first_token + item.token);
}

fn start_quad(rows: DigitRows, j: u32) -> vec4f {
  return directed(table_quad(rows, j));
}

fn start_rotation(rows: DigitRows, unit: u32) -> Rotation {
  let a = start_quad(rows, quad_of_unit(unit, 0u, params.grid.units));
  let b = start_quad(rows, quad_of_unit(unit, 1u, params.grid.units));
  if (DTYPE == F32) {
    return rotation_of(a, b, a, b);
  }
  let c = start_quad(rows, quad_of_unit(unit, 2u, params.grid.units));
  return rotation_of(a, b, c, start_quad(rows, quad_of_unit(unit, 3u, params.grid.units)));
}

// ---- cos and sin of any position ------------------------------------------------------------------------------------
// What follows serves rotate_at_... and, where `moves`, rerotate_...

struct AxisRows {
  low: vec4u,
  high: vec4u,
}

fn axis_rows(shape: TableShape, position: vec4u) -> AxisRows {
  let x = digit_rows(shape, position.x);
  if (AXES == 1u) {
    return AxisRows(vec4u(x.low), vec4u(x.high));
  }
  let y = digit_rows(shape, position.y);
  let z = digit_rows(shape, position.z);
  let w = digit_rows(shape, position.w);
  return AxisRows(vec4u(x.low, y.low, z.low, w.low), vec4u(x.high, y.high, z.high, w.high));
}

fn rows_on_axis(rows: AxisRows, pair: u32) -> DigitRows {
  if (AXES == 1u) {
    return DigitRows(rows.low.x, rows.high.x);
  }
  let axis = axis_of(pair);
  return DigitRows(rows.low[axis], rows.high[axis]);
}

// Pairs 2j and 2j + 1 may turn by positions on two axes.
fn axis_quad(rows: AxisRows, j: u32) -> vec4f {
  let even = table_quad(rows_on_axis(rows, 2u * j), j);
  if (AXES == 1u) {
    return even;
  }
  let odd = table_quad(rows_on_axis(rows, 2u * j + 1u), j);
  return vec4f(even.x, odd.y, even.z, odd.w);
}

fn from_table_quad(rows: DigitRows, j: u32) -> vec4f {
  let low = from_table[rows.low + j];
  if (TWO_DIGITS) {
    return product(from_table[rows.high + j], low);
  }
  return low;
}

fn from_axis_quad(rows: AxisRows, j: u32) -> vec4f {
  let even = from_table_quad(rows_on_axis(rows, 2u * j), j);
  if (AXES == 1u) {
    return even;
  }
  let odd = from_table_quad(rows_on_axis(rows, 2u * j + 1u), j);
  return vec4f(even.x, odd.y, even.z, odd.w);
}

// Whether a token is rotated, and the table rows of the positions it shall have and had.
struct TokenRows {
  is_rotated: bool,
  to: AxisRows,
  origin: AxisRows,
}

fn token_rows(item: Item, moves: bool) -> TokenRows {
  let token = params.grid.first_token + item.token;
  let sequence = params.grid.first_sequence + item.sequence;
  let is_mine = is_counting(params.grid, item);
  let to = position_of(params.to, token, sequence);
  let to_rows = axis_rows(params.to.table, to);
  if (!moves) {
    return TokenRows(has_position(to, params.to.table.capacity, is_mine), to_rows, to_rows);
  }
  let origin = from_position_of(params.origin, token, sequence);
  // Padding on either side leaves the token alone; counted once, whichever side is bad.
  let is_padding = any(to == vec4u(PADDING)) || any(origin == vec4u(PADDING));
  let is_bad = any(to >= vec4u(params.to.table.capacity)) || any(origin >= vec4u(params.origin.table.capacity));
  let both = select(select(0u, BAD, is_bad), PADDING, is_padding);
  return TokenRows(has_position(vec4u(both), BAD, is_mine), to_rows, axis_rows(params.origin.table, origin));
}

fn token_quad(rows: TokenRows, j: u32, moves: bool) -> vec4f {
  let to = axis_quad(rows.to, j);
  if (moves) {
    return quotient(to, from_axis_quad(rows.origin, j));
  }
  return directed(to);
}

fn token_rotation(rows: TokenRows, unit: u32, moves: bool) -> Rotation {
  let a = token_quad(rows, quad_of_unit(unit, 0u, params.grid.units), moves);
  let b = token_quad(rows, quad_of_unit(unit, 1u, params.grid.units), moves);
  if (DTYPE == F32) {
    return rotation_of(a, b, a, b);
  }
  let c = token_quad(rows, quad_of_unit(unit, 2u, params.grid.units), moves);
  return rotation_of(a, b, c, token_quad(rows, quad_of_unit(unit, 3u, params.grid.units), moves));
}

// ---- chunks ---------------------------------------------------------------------------------------------------------

fn rotate_q(at: u32, rotation: Rotation) {
  let far = at + params.grid.units;
  let chunks = rotated(Chunks(q_chunks[at], q_chunks[far]), rotation);
  q_chunks[at] = chunks.a;
  q_chunks[far] = chunks.b;
}

fn rotate_k(at: u32, rotation: Rotation) {
  let far = at + params.grid.units;
  let chunks = rotated(Chunks(k_chunks[at], k_chunks[far]), rotation);
  k_chunks[at] = chunks.a;
  k_chunks[far] = chunks.b;
}

fn rotate_heads(item: Item, rotation: Rotation) {
  var head = item.group;
  let q = row_of(params.q, item) + item.unit;
  for (; head < params.q.heads; head += params.grid.groups) {
    rotate_q(q + head * params.q.head_stride, rotation);
  }
  head -= params.q.heads;
  let k = row_of(params.k, item) + item.unit;
  if (params.k_in_q == 1u) {
    for (; head < params.k.heads; head += params.grid.groups) {
      rotate_q(k + head * params.k.head_stride, rotation);
    }
  } else {
    for (; head < params.k.heads; head += params.grid.groups) {
      rotate_k(k + head * params.k.head_stride, rotation);
    }
  }
}

fn rotate_token_chunks(item: Item, moves: bool) {
  if (!item.inside) {
    return;
  }
  let rows = token_rows(item, moves);
  if (rows.is_rotated) {
    rotate_heads(item, token_rotation(rows, item.unit, moves));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (item.inside) {
    rotate_heads(item, start_rotation(start_rows(item), item.unit));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_at_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  rotate_token_chunks(item_of(params.grid, workgroup_id, lane), false);
}

@compute @workgroup_size(WORKGROUP)
fn rerotate_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  rotate_token_chunks(item_of(params.grid, workgroup_id, lane), true);
}

// ---- words ----------------------------------------------------------------------------------------------------------

fn word_at(in_k: bool, index: u32) -> u32 {
  if (in_k) {
    return k_words[index];
  }
  return q_words[index];
}

fn set_word(in_k: bool, index: u32, word: u32) {
  if (in_k) {
    k_words[index] = word;
  } else {
    q_words[index] = word;
  }
}

fn element_at(in_k: bool, head: u32, element: u32) -> f32 {
  if (DTYPE == F32) {
    return bitcast<f32>(word_at(in_k, head + element));
  }
  return unpack_word(word_at(in_k, head + element / 2u))[element & 1u];
}

// Writes one element and leaves its neighbour in the word as it is, to the bit.
fn set_element(in_k: bool, head: u32, element: u32, value: f32) {
  if (DTYPE == F32) {
    set_word(in_k, head + element, bitcast<u32>(value));
    return;
  }
  let index = head + element / 2u;
  let shift = (element & 1u) * 16u;
  set_word(in_k, index, (word_at(in_k, index) & (0xffff0000u >> shift)) | (pack_one(value) << shift));
}

fn rotate_pair(in_k: bool, head: u32, pair: u32, cos_sin: vec2f) {
  let elements = elements_of_pair(pair, params.pairs);
  let x = element_at(in_k, head, elements.x);
  let y = element_at(in_k, head, elements.y);
  let after = rotated_pair(x, y, cos_sin);
  set_element(in_k, head, elements.x, after.x);
  set_element(in_k, head, elements.y, after.y);
}

fn rotate_pair_of_heads(item: Item, pair: u32, quad: vec4f) {
  let cos_sin = cos_sin_of(quad, pair);
  let q = row_of(params.q, item);
  let k = row_of(params.k, item);
  let heads = params.q.heads + params.k.heads;
  for (var head = item.group; head < heads; head += params.grid.groups) {
    if (head < params.q.heads) {
      rotate_pair(false, q + head * params.q.head_stride, pair, cos_sin);
    } else {
      let at = k + (head - params.q.heads) * params.k.head_stride;
      rotate_pair(params.k_in_q == 0u, at, pair, cos_sin);
    }
  }
}

fn rotate_token_words(item: Item, moves: bool) {
  if (!item.inside) {
    return;
  }
  let rows = token_rows(item, moves);
  if (!rows.is_rotated) {
    return;
  }
  let first = item.unit * params.unit_pairs;
  for (var pair = first; pair < first + params.unit_pairs; pair++) {
    rotate_pair_of_heads(item, pair, token_quad(rows, pair / 2u, moves));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (!item.inside) {
    return;
  }
  let rows = start_rows(item);
  let first = item.unit * params.unit_pairs;
  for (var pair = first; pair < first + params.unit_pairs; pair++) {
    rotate_pair_of_heads(item, pair, start_quad(rows, pair / 2u));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_at_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  rotate_token_words(item_of(params.grid, workgroup_id, lane), false);
}

@compute @workgroup_size(WORKGROUP)
fn rerotate_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  rotate_token_words(item_of(params.grid, workgroup_id, lane), true);
}
