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
// Work: an item is a unit of one token (lib/items.wgsl). Two ways through a token, two views of the same binding:
//   add_chunks   a unit is 16 bytes. Needs dim, the offset and every stride to be multiples of a chunk's elements (4 of
//                f32, 8 of f16 and bf16), and blocks of which no four elements from a multiple of four on straddle an end.
//   add_words    any shape. A unit is a 4-byte word: one element of f32, two of f16 and bf16. The host sees to it that no
//                two tokens share a word.

import package::bindings::positions::{has_position, position_of};
import package::lib::digits::{TableShape, cos_sin_of, digit_rows, product};
import package::lib::dtype::{BF16, DTYPE, F32, pack, pack_one, pack_word, unpack, unpack_word};
import package::lib::items::{Grid, Item, WORKGROUP, is_counting, item_of, sequence_of, token_of};
import package::lib::positions::{AXES, Source};

@if(native_f16) enable f16;

const SINUSOIDAL = 0u;
const LEARNED = 1u;
const BINARY = 2u;
const INTEGER = 3u;

override KIND: u32 = SINUSOIDAL;
override CONCAT: bool = false;      // SINUSOIDAL: all sines of a block, then its cosines; else they take turns
override WEIGHTS: u32 = F32;        // LEARNED: how a weight is stored

// Offsets and strides count chunks in add_chunks and words in add_words.
struct AdditiveParams {
  @align(16) grid: Grid,
  base: u32,          // where row 0 of slice 0 of this launch begins
  row_stride: u32,    // rows and slices are tokens and sequences, or the other way round (lib/items.wgsl)
  slice_stride: u32,
  dim: u32,           // elements of a token
  scale: f32,         // rows are multiplied by this
  block: u32,         // dims an axis encodes: dim / AXES
  weights_base: u32,  // LEARNED: element at which the row of position 0 begins
  inverse_high: f32,  // INTEGER: 1 / divisor, its upper 12 bits
  inverse_low: f32,   // and the rest
  @align(16) to: Source,
}

@group(0) @binding(0) var<uniform> params: AdditiveParams;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> weights: array<u32>;

@group(1) @binding(0) var<storage, read_write> x_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> x_words: array<u32>;

// ---- which token ----------------------------------------------------------------------------------------------------

// The chunk or word an item owns.
fn place_of(item: Item) -> u32 {
  return params.base + item.slice * params.slice_stride + item.row * params.row_stride + item.unit;
}

struct Place {
  has_row: bool,
  position: vec4u,
}

fn position_of_item(item: Item) -> Place {
  if (!item.inside) {
    return Place(false, vec4u());
  }
  let grid = params.grid;
  let position = position_of(params.to, token_of(grid, item), sequence_of(grid, item));
  return Place(has_position(position, params.to.table.capacity, is_counting(grid, item)), position);
}

// ---- rows -----------------------------------------------------------------------------------------------------------

// (cos, cos, sin, sin) of pairs 2j and 2j + 1 of a block.
fn quad_at(position: u32, j: u32) -> vec4f {
  let rows = digit_rows(params.to.table, position, 1u);
  return product(table[rows.high + j], table[rows.low + j]);
}

fn sinusoid(position: u32, i: u32) -> f32 {
  let pairs = params.block / 2u;
  let pair = select(i / 2u, i % pairs, CONCAT);
  let is_cosine = select((i & 1u) == 1u, i >= pairs, CONCAT);
  let cos_sin = cos_sin_of(quad_at(position, pair / 2u), pair);
  return select(cos_sin.y, cos_sin.x, is_cosine);
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

fn axis_of_dim(element: u32) -> u32 {
  if (AXES == 1u) {
    return 0u;
  }
  return element / params.block;
}

// One element of the row of a position.
fn element_of_row(position: vec4u, element: u32) -> f32 {
  if (KIND == LEARNED) {
    return weight(params.weights_base + position.x * params.dim + element);
  }
  let axis = axis_of_dim(element);
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
  let axis = axis_of_dim(element);
  let i = element - axis * params.block;
  if (!CONCAT) {
    return quad_at(position[axis], i / 4u).zxwy;
  }
  let pairs = params.block / 2u;
  let is_cosine = i >= pairs;
  let j = select(i, i - pairs, is_cosine) / 2u;
  let a = quad_at(position[axis], j);
  let b = quad_at(position[axis], j + 1u);
  return select(vec4f(a.zw, b.zw), vec4f(a.xy, b.xy), is_cosine);
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
  let x = unpack_word(word);
  let even = x.x + params.scale * element_of_row(position, element);
  if (element + 1u == params.dim) {
    return pack_one(even) | (word & 0xffff0000u);
  }
  return pack_word(even, x.y + params.scale * element_of_row(position, element + 1u));
}

@compute @workgroup_size(WORKGROUP)
fn add_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  let place = position_of_item(item);
  if (place.has_row) {
    let at = place_of(item);
    x_chunks[at] = sum_of_chunk(x_chunks[at], place.position, item.unit);
  }
}

@compute @workgroup_size(WORKGROUP)
fn add_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  let place = position_of_item(item);
  if (place.has_row) {
    let at = place_of(item);
    x_words[at] = sum_of_word(x_words[at], place.position, item.unit);
  }
}
