// token-table: cos and sin of every token of a step, computed once for all its layers: a full table (lib/digits.wgsl) with a row a
// token.
//   rows[row][j] = (cos, cos, sin, sin) of pairs 2j and 2j + 1
//   row_ids[row] = row, or PADDING where the token has no position: ids that rope.wgsl and qkv.wgsl read
//
// Positions may lie below 0 and between integers, and each axis has a shift and a factor of its own (lib/turns.wgsl). With a table
// of the caller's (CACHED) rows are gathered from it, those of each pair's axis.
//
// Work: an invocation is a quad of a token.
import package::bindings::positions::{axis_of, count_bad, ids};
import package::lib::positions::{AXES, PADDING};
import package::lib::turns::{Frequency, Point, near_turn, turn_of, turned_on};

override CACHED: bool = false;

const IDS = 0u;
const PARTS = 1u;

const FLOAT = 3u;

// Tokens of a sequence, from `first` on: cells of a grid, row by row; or text.
struct TokenPart {
  first: u32,
  width: u32,    // 0: text
  height: u32,
  step: u32,     // text: what a token adds on every axis
  origin: Axes,
}

struct Axes {
  @align(16) x: u32,
  y: u32,
  z: u32,
  w: u32,
}

struct TokenTableParams {
  items: u32,        // quads of all tokens
  width: u32,        // workgroups along x; they go on along y
  tokens: u32,       // of a sequence
  quads: u32,        // of a row
  pairs: u32,
  row: u32,          // row of the first token
  least: u32,        // i32: positions from here on
  most: u32,         // to here
  kind: u32,
  format: u32,       // IDS: 0 u32, 1 i32, 2 i64, FLOAT
  is_signed: u32,
  offset: u32,       // first word
  axis_stride: u32,  // IDS: words from the ids of an axis to those of the next
  row_stride: u32,   // words from a sequence to the next; 0 where all share one row
  count: u32,        // PARTS: those of a sequence in the buffer; 0: the one here
  @align(16) part: TokenPart,
  @align(16) shift: Axes,    // i32: added to positions
  @align(16) factor: Axes,   // f32: FLOAT ids are multiplied by this before
}

@group(0) @binding(0) var<uniform> params: TokenTableParams;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;   // (cos, sin, 0, 0) of 1024 parts of a turn. CACHED: a row a position
@group(0) @binding(2) var<storage, read> frequencies: array<Frequency>;

@group(1) @binding(0) var<storage, read_write> rows: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> row_ids: array<u32>;

fn on_axis(axes: Axes, axis: u32) -> u32 {
  return select(select(axes.x, axes.y, axis == 1u), select(axes.z, axes.w, axis == 3u), axis > 1u);
}

// What a token has on an axis.
struct Place {
  is_padding: bool,
  is_bad: bool,
  point: Point,
}

fn within(floor: i32) -> bool {
  return floor >= bitcast<i32>(params.least) && floor < bitcast<i32>(params.most);
}

// Integers of this size and a shift make no overflow.
fn is_small(value: i32) -> bool {
  return value >= -0x40000000 && value < 0x40000000;
}

fn integer_place(value: i32, shift: i32) -> Place {
  let whole = value + shift;
  return Place(false, !is_small(value) || !within(whole), Point(whole, 0u, 0u, false));
}

// A number as float32 has it, taken apart: 24 bits and where the point is among them.
fn float_place(bits: u32, shift: i32) -> Place {
  let exponent = (bits >> 23u) & 0xffu;
  let behind = 150u - min(exponent, 150u);
  let part = (bits & 0x7fffffu) | select(0x800000u, 0u, exponent == 0u);
  let before = select(0u, part >> min(behind, 31u), behind < 32u);
  let is_negative = bits >= 0x80000000u;
  let has_rest = before << min(behind, 31u) != part;
  let floor = select(i32(before), -i32(before) - i32(has_rest), is_negative);
  let is_good = exponent <= 150u && within(floor + shift);
  return Place(false, !is_good, Point(shift, part, min(behind, 149u), is_negative));
}

fn id_place(token: u32, sequence: u32, axis: u32) -> Place {
  let is_wide = params.format == 2u;
  let is_signed = params.is_signed == 1u;
  let at = params.offset + axis * params.axis_stride + sequence * params.row_stride + token * select(1u, 2u, is_wide);
  let low = ids[at];
  let high = ids[at + u32(is_wide)];
  let shift = bitcast<i32>(on_axis(params.shift, axis));
  var place: Place;
  if (params.format == FLOAT) {
    // A NaN by its bits: compilers may take floats to be numbers.
    place.is_padding = (low & 0x7fffffffu) > 0x7f800000u;
    if (!place.is_padding) {
      let factor = bitcast<f32>(on_axis(params.factor, axis));
      place = float_place(bitcast<u32>(bitcast<f32>(low) * factor), shift);
    }
    return place;
  }
  let top = select(low, high, is_wide);
  let is_lowest = top == 0x80000000u && (!is_wide || low == 0u);
  let is_minus_one = low == 0xffffffffu && top == 0xffffffffu;
  place.is_padding = select(is_minus_one, is_lowest, is_signed);
  if (!place.is_padding) {
    place = integer_place(bitcast<i32>(low), shift);
    let sign = bitcast<u32>(bitcast<i32>(low) >> 31u);
    place.is_bad = place.is_bad || (is_wide && high != sign) || (!is_signed && sign != 0u);
  }
  return place;
}

fn read_part(at: u32) -> TokenPart {
  return TokenPart(ids[at], ids[at + 1u], ids[at + 2u], ids[at + 3u], Axes(ids[at + 4u], ids[at + 5u], ids[at + 6u], ids[at + 7u]));
}

// The last part that begins at the token or before. The search halves its interval a fixed number of times, so it ends on garbage too.
fn part_of(token: u32, sequence: u32) -> TokenPart {
  if (params.count == 0u) {
    return params.part;
  }
  let begin = params.offset + sequence * params.row_stride;
  var low = 0u;
  var high = params.count;
  for (var step = 0u; step < 32u && high - low > 1u; step++) {
    let middle = low + (high - low) / 2u;
    if (ids[begin + middle * 8u] <= token) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return read_part(begin + low * 8u);
}

fn cell_of(part: TokenPart, cell: u32, axis: u32) -> u32 {
  if (part.width == 0u) {
    return cell * part.step;
  }
  let row = cell / part.width;
  let frame = row / part.height;
  // (row, column), or (frame, row, column).
  let which = axis + 3u - AXES;
  return select(select(cell - row * part.width, row - frame * part.height, which == 1u), frame, which == 0u);
}

fn part_place(token: u32, sequence: u32, axis: u32) -> Place {
  let part = part_of(token, sequence);
  var place: Place;
  place.is_padding = token < part.first;
  if (!place.is_padding) {
    let cell = cell_of(part, token - part.first, axis);
    let origin = bitcast<i32>(on_axis(part.origin, axis));
    place = integer_place(origin + bitcast<i32>(min(cell, 0x3fffffffu)), bitcast<i32>(on_axis(params.shift, axis)));
    place.is_bad = place.is_bad || !is_small(origin) || cell >= 0x40000000u;
  }
  return place;
}

fn place_of(token: u32, sequence: u32, axis: u32) -> Place {
  if (params.kind == IDS) {
    return id_place(token, sequence, axis);
  }
  return part_place(token, sequence, axis);
}

// Padding on any axis is padding.
fn has_position(token: u32, sequence: u32, is_counting: bool) -> bool {
  var is_padding = false;
  var is_bad = false;
  for (var axis = 0u; axis < AXES; axis++) {
    let place = place_of(token, sequence, axis);
    is_padding = is_padding || place.is_padding;
    is_bad = is_bad || place.is_bad;
  }
  if (is_bad && !is_padding && is_counting) {
    count_bad(0u);
  }
  return !is_padding && !is_bad;
}

fn point_of(token: u32, sequence: u32, pair: u32) -> Point {
  if (AXES == 1u) {
    return place_of(token, sequence, 0u).point;
  }
  return place_of(token, sequence, axis_of(pair)).point;
}

fn cos_sin_at(point: Point, pair: u32) -> vec2f {
  if (CACHED) {
    let quad = table[bitcast<u32>(point.whole) * params.quads + pair / 2u];
    return select(quad.xz, quad.yw, (pair & 1u) == 1u);
  }
  let near = near_turn(turn_of(frequencies[pair], point));
  return turned_on(table[near.row].xy, near.rest);
}

// An odd number of pairs leaves half of the last quad unused: zeros.
fn quad_of(token: u32, sequence: u32, j: u32) -> vec4f {
  let a = cos_sin_at(point_of(token, sequence, 2u * j), 2u * j);
  var b = vec2f();
  if (2u * j + 1u < params.pairs) {
    b = cos_sin_at(point_of(token, sequence, 2u * j + 1u), 2u * j + 1u);
  }
  return vec4f(a.x, b.x, a.y, b.y);
}

@compute @workgroup_size(64)
fn token_rows(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = (workgroup_id.y * params.width + workgroup_id.x) * 64u + lane;
  if (item >= params.items) {
    return;
  }
  let index = item / params.quads;
  let j = item - index * params.quads;
  let sequence = index / params.tokens;
  let token = index - sequence * params.tokens;
  let row = params.row + index;
  let has = has_position(token, sequence, j == 0u);
  if (j == 0u) {
    row_ids[row] = select(PADDING, row, has);
  }
  if (has) {
    rows[row * params.quads + j] = quad_of(token, sequence, j);
  }
}
