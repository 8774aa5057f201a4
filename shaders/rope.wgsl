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
import package::bindings::positions::{from_position_of, has_position, position_of};
import package::bindings::table::{AxisRows, axis_quad, axis_rows, rows_on_axis, table_quad};
import package::lib::digits::{DigitRows, TWO_DIGITS, cos_sin_of, digit_rows, product, quotient};
import package::lib::dtype::{DTYPE, F32, pack_one, unpack_word};
import package::lib::items::{Grid, Item, WORKGROUP, is_counting, item_of, sequence_of, token_of};
import package::lib::positions::{AXES, BAD, PADDING, START, Source, has_padding, is_below};
import package::lib::rotate::{
  Chunks, QuadPlace, Quads, Rotation, conjugate_products, elements_of_pair, inverted, quad_at, quad_of_unit, quads_in_run, quotients,
  scaled, rotated, rotated_pair, rotation_of,
};

@if(native_f16) enable f16;

override INVERSE: bool = false;      // rotate_, rotate_at_: un-rotates
override FIRST_AHEAD: bool = true;   // whether an invocation loads its first head before cos and sin

// Offsets and strides count chunks in ..._chunks and words in ..._words.
struct Tensor {
  base: u32,          // where row 0 of slice 0 of this launch begins
  row_stride: u32,    // rows and slices are tokens and sequences, or the other way round (lib/items.wgsl)
  slice_stride: u32,
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
  undo: f32,          // rerotate: 1 / |cos, sin|^2 of every entry of from_table; 0 where they differ, and each is divided by
  @align(16) to: Source,
  @align(16) origin: Source,
}

@group(0) @binding(0) var<uniform> params: RopeParams;
@group(0) @binding(2) var<storage, read> from_table: array<vec4f>;

@group(1) @binding(0) var<storage, read_write> q_chunks: array<vec4u>;
@group(1) @binding(1) var<storage, read_write> k_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> q_words: array<u32>;
@group(1) @binding(1) var<storage, read_write> k_words: array<u32>;

fn row_of(tensor: Tensor, item: Item) -> u32 {
  return tensor.base + item.slice * tensor.slice_stride + item.row * tensor.row_stride;
}

// ---- cos and sin from a start ---------------------------------------------------------------------------------------

fn start_rows(item: Item, run: u32) -> DigitRows {
  return digit_rows(params.to.table, params.to.start + token_of(params.grid, item), run);
}

fn start_quads(rows: DigitRows, unit: u32) -> Quads {
  let units = params.grid.units.by;
  let a = table_quad(rows, quad_of_unit(unit, 0u, units));
  let b = table_quad(rows, quad_of_unit(unit, 1u, units));
  if (DTYPE == F32) {
    return Quads(a, b, a, b);
  }
  let c = table_quad(rows, quad_of_unit(unit, 2u, units));
  return Quads(a, b, c, table_quad(rows, quad_of_unit(unit, 3u, units)));
}

fn directed(quads: Quads) -> Quads {
  if (INVERSE) {
    return inverted(quads);
  }
  return quads;
}

// ---- cos and sin of any position ------------------------------------------------------------------------------------
// What follows serves rotate_at_... and, where `moves`, rerotate_...

// From here on: as above, of the other table. Apart, since a flag would make every entry point use from_table, which the host of
// one that moves nothing would then have to bind.
fn from_table_quad(rows: DigitRows, place: QuadPlace) -> vec4f {
  let low = from_table[quad_at(rows.low, place)];
  if (TWO_DIGITS) {
    return product(from_table[quad_at(rows.high, place)], low);
  }
  return low;
}

fn from_axis_quad(rows: AxisRows, place: QuadPlace) -> vec4f {
  let pair = 2u * quad_at(0u, place);
  let even = from_table_quad(rows_on_axis(rows, pair), place);
  if (AXES == 1u) {
    return even;
  }
  let odd = from_table_quad(rows_on_axis(rows, pair + 1u), place);
  return vec4f(even.x, odd.y, even.z, odd.w);
}

// Whether a token is rotated, and the table rows of the positions it shall have and had.
struct TokenRows {
  is_rotated: bool,
  to: AxisRows,
  origin: AxisRows,
}

fn token_rows(item: Item, moves: bool, run: u32) -> TokenRows {
  let token = token_of(params.grid, item);
  let sequence = sequence_of(params.grid, item);
  var is_rotated = true;
  let to = position_of(params.to, token, sequence);
  let to_rows = axis_rows(params.to.table, to, run);
  if (!moves) {
    is_rotated = has_position(to, params.to.table.capacity, is_counting(params.grid, item));
    return TokenRows(is_rotated, to_rows, to_rows);
  }
  let origin = from_position_of(params.origin, token, sequence);
  // The host has looked at positions from a start.
  if (params.to.kind != START || params.origin.kind != START) {
    // Padding on either side leaves the token alone; counted once, whichever side is bad.
    let is_padding = has_padding(to) || has_padding(origin);
    let is_good = is_below(to, params.to.table.capacity) && is_below(origin, params.origin.table.capacity);
    let both = select(select(BAD, 0u, is_good), PADDING, is_padding);
    is_rotated = has_position(vec4u(both), BAD, is_counting(params.grid, item));
  }
  return TokenRows(is_rotated, to_rows, axis_rows(params.origin.table, origin, run));
}

fn token_quads(rows: AxisRows, unit: u32) -> Quads {
  let units = params.grid.units.by;
  let a = axis_quad(rows, quad_of_unit(unit, 0u, units));
  let b = axis_quad(rows, quad_of_unit(unit, 1u, units));
  if (DTYPE == F32) {
    return Quads(a, b, a, b);
  }
  let c = axis_quad(rows, quad_of_unit(unit, 2u, units));
  return Quads(a, b, c, axis_quad(rows, quad_of_unit(unit, 3u, units)));
}

fn from_token_quads(rows: AxisRows, unit: u32) -> Quads {
  let units = params.grid.units.by;
  let a = from_axis_quad(rows, quad_of_unit(unit, 0u, units));
  let b = from_axis_quad(rows, quad_of_unit(unit, 1u, units));
  if (DTYPE == F32) {
    return Quads(a, b, a, b);
  }
  let c = from_axis_quad(rows, quad_of_unit(unit, 2u, units));
  return Quads(a, b, c, from_axis_quad(rows, quad_of_unit(unit, 3u, units)));
}

// to / from: one branch, after all loads. The entries of a table of the package's own have one length.
fn moved(to: Quads, origin: Quads) -> Quads {
  var result: Quads;
  // By the bits, so that a compiler sees that all invocations agree. A length of 1, which needs no scaling, is the usual one.
  let undo = bitcast<u32>(params.undo);
  if (undo == 0x3f800000u) {
    result = conjugate_products(to, origin);
  } else if (undo == 0u) {
    result = quotients(to, origin);
  } else {
    result = scaled(conjugate_products(to, origin), params.undo);
  }
  return result;
}

fn rotation_of_token(rows: TokenRows, unit: u32, moves: bool) -> Rotation {
  if (moves) {
    return rotation_of(moved(token_quads(rows.to, unit), from_token_quads(rows.origin, unit)));
  }
  return rotation_of(directed(token_quads(rows.to, unit)));
}

// ---- chunks ---------------------------------------------------------------------------------------------------------

fn load_q(at: u32) -> Chunks {
  return Chunks(q_chunks[at], q_chunks[at + params.grid.units.by]);
}

fn load_k(at: u32) -> Chunks {
  return Chunks(k_chunks[at], k_chunks[at + params.grid.units.by]);
}

fn store_q(at: u32, chunks: Chunks) {
  q_chunks[at] = chunks.a;
  q_chunks[at + params.grid.units.by] = chunks.b;
}

fn store_k(at: u32, chunks: Chunks) {
  k_chunks[at] = chunks.a;
  k_chunks[at + params.grid.units.by] = chunks.b;
}

// Where the unit of a head lies.
fn q_place(item: Item, head: u32) -> u32 {
  return row_of(params.q, item) + item.unit + head * params.q.head_stride;
}

fn k_place(item: Item, head: u32) -> u32 {
  return row_of(params.k, item) + item.unit + head * params.k.head_stride;
}

// The item's first head: of Q, else of K. FIRST_AHEAD loads it before cos and sin, so that memory is waited for once; software
// adapters, which run both sides of a branch, do better without.
struct First {
  at: u32,
  in_q: bool,       // behind the binding of Q
  chunks: Chunks,
}

fn load_first(item: Item) -> First {
  var first: First;
  if (!FIRST_AHEAD) {
    return first;
  }
  if (item.group < params.q.heads) {
    first.in_q = true;
    first.at = q_place(item, item.group);
    first.chunks = load_q(first.at);
  } else {
    first.in_q = params.k_in_q == 1u;
    first.at = k_place(item, item.group - params.q.heads);
    if (first.in_q) {
      first.chunks = load_q(first.at);
    } else {
      first.chunks = load_k(first.at);
    }
  }
  return first;
}

fn rotate_heads(item: Item, first: First, rotation: Rotation) {
  let groups = params.grid.groups.by;
  var head = item.group;
  var at = q_place(item, head) - groups * params.q.head_stride;
  if (FIRST_AHEAD) {
    let chunks = rotated(first.chunks, rotation);
    if (first.in_q) {
      store_q(first.at, chunks);
    } else {
      store_k(first.at, chunks);
    }
    head += groups;
    at = first.at;
  }
  for (; head < params.q.heads; head += groups) {
    at += groups * params.q.head_stride;
    store_q(at, rotated(load_q(at), rotation));
  }
  head -= params.q.heads;
  at = k_place(item, head);
  if (params.k_in_q == 1u) {
    for (; head < params.k.heads; head += groups) {
      store_q(at, rotated(load_q(at), rotation));
      at += groups * params.k.head_stride;
    }
  } else {
    for (; head < params.k.heads; head += groups) {
      store_k(at, rotated(load_k(at), rotation));
      at += groups * params.k.head_stride;
    }
  }
}

fn rotate_token_chunks(item: Item, moves: bool) {
  if (!item.inside) {
    return;
  }
  let first = load_first(item);
  let rows = token_rows(item, moves, quads_in_run());
  if (rows.is_rotated) {
    rotate_heads(item, first, rotation_of_token(rows, item.unit, moves));
  }
}

@compute @workgroup_size(WORKGROUP)
fn rotate_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (item.inside) {
    let first = load_first(item);
    rotate_heads(item, first, rotation_of(directed(start_quads(start_rows(item, quads_in_run()), item.unit))));
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
  for (var head = item.group; head < heads; head += params.grid.groups.by) {
    if (head < params.q.heads) {
      rotate_pair(false, q + head * params.q.head_stride, pair, cos_sin);
    } else {
      let at = k + (head - params.q.heads) * params.k.head_stride;
      rotate_pair(params.k_in_q == 0u, at, pair, cos_sin);
    }
  }
}

fn directed_quad(quad: vec4f) -> vec4f {
  if (INVERSE) {
    return quotient(vec4f(1.0, 1.0, 0.0, 0.0), quad);
  }
  return quad;
}

fn token_quad(rows: TokenRows, j: u32, moves: bool) -> vec4f {
  let place = QuadPlace(j, 1u, 0u);
  let to = axis_quad(rows.to, place);
  if (moves) {
    return quotient(to, from_axis_quad(rows.origin, place));
  }
  return directed_quad(to);
}

fn rotate_token_words(item: Item, moves: bool) {
  if (!item.inside) {
    return;
  }
  let rows = token_rows(item, moves, 1u);
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
  let rows = start_rows(item, 1u);
  let first = item.unit * params.unit_pairs;
  for (var pair = first; pair < first + params.unit_pairs; pair++) {
    rotate_pair_of_heads(item, pair, directed_quad(table_quad(rows, QuadPlace(pair / 2u, 1u, 0u))));
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
