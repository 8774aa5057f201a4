// bias: adds a bias by position to the scores of attention, in place, before the softmax.
//   scores[b][h][i][j] += scale * bias(query position i, key position j, head h)
// ALiBi: bias = -slope[h] * |query - key|, or slope[h] * (key - query). T5: bias = weights[bucket(key - query)][h]; the host has put the bucket of every
// distance into a table, so that no logarithm is taken here.
//
// Scores are an offset and strides (batch, head, query row); the keys of a row are contiguous. A row may begin at any
// element, and have any number of keys.
//
// Work: an item is a unit of a row, one query, one sequence, one group of heads (lib/items.wgsl, whose tokens are queries here). An
// invocation finds out what the bias depends on besides the head (its "measure": a distance, or where a bucket's weights
// begin) once, and then walks the heads g, g + groups, g + 2*groups, ...
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

import package::bindings::positions::{count_bad, from_id_at, id_at};
import package::lib::dtype::{DTYPE, F32, pack, pack_word, unpack, unpack_word};
import package::lib::items::{Grid, Item, WORKGROUP, item_of, sequence_of, token_of};
import package::lib::positions::{BAD, IDS, PADDING, Source, is_position};

@if(native_f16) enable f16;

const ALIBI = 0u;
const T5 = 1u;

override BIAS: u32 = ALIBI;

struct BiasParams {
  @align(16) grid: Grid,   // its units: in bias_words one more than some rows have, where rows begin on odd elements
  base: u32,               // first score of this launch; it and the strides count chunks in bias_chunks, elements in bias_words
  row_stride: u32,         // rows and slices are queries and sequences, or the other way round (lib/items.wgsl)
  slice_stride: u32,
  head_stride: u32,
  keys: u32,               // of a row
  heads: u32,              // in this launch
  first_head: u32,         // of the call, where it is split into several launches
  weight_heads: u32,       // heads in a row of the weights
  last: u32,               // T5: distances from here on share a bucket
  ahead: u32,              // T5: added to the bucket of a key after the query; 0: such keys have bucket 0. ALiBi: 1: the line goes on there
  scale: f32,
  @align(16) query: Source,
  @align(16) key: Source,
}

@group(0) @binding(0) var<uniform> params: BiasParams;
@group(0) @binding(1) var<storage, read> numbers: array<f32>;    // ALiBi: slope of each head. T5: weights[bucket][head]
@group(0) @binding(2) var<storage, read> buckets: array<u32>;    // T5: bucket of each distance

@group(1) @binding(0) var<storage, read_write> score_chunks: array<vec4u>;
@group(1) @binding(0) var<storage, read_write> score_words: array<atomic<u32>>;

fn row_of(item: Item, head: u32) -> u32 {
  return params.base + item.slice * params.slice_stride + head * params.head_stride + item.row * params.row_stride;
}

// ---- the bias -------------------------------------------------------------------------------------------------------

// What the bias depends on besides the head. ALiBi: the distance, below 0 where the line goes on past the query. T5: the first weight of the bucket.
fn measure_of(query: u32, key: u32) -> u32 {
  let is_ahead = key > query;
  let apart = select(query - key, key - query, is_ahead);
  if (BIAS == ALIBI) {
    return select(apart, query - key, params.ahead == 1u);
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
    return -params.scale * (numbers[params.first_head + head] * f32(bitcast<i32>(measure)));
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

// All bits of the words whose keys have a position.
fn bits_of(keys: vec4u) -> vec4u {
  return select(vec4u(), vec4u(0xffffffffu), keys < vec4u(0x80000000u));
}

// A chunk of f32 has the keys `even`; one of 16-bit elements even and odd ones, as unpack() deals them.
fn add_to_chunks(item: Item, query: u32, even: vec4u, odd: vec4u) {
  let even_measures = measures_of(query, even);
  if (DTYPE == F32) {
    let mask = bits_of(even);
    for (var head = item.group; head < params.heads; head += params.grid.groups.by) {
      let at = row_of(item, head) + item.unit;
      let before = score_chunks[at];
      let after = bitcast<vec4u>(bitcast<vec4f>(before) + biases_of(even_measures, head));
      score_chunks[at] = (before & ~mask) | (after & mask);
    }
    return;
  }
  let odd_measures = measures_of(query, odd);
  let mask = (bits_of(even) & vec4u(0xffffu)) | (bits_of(odd) & vec4u(0xffff0000u));
  for (var head = item.group; head < params.heads; head += params.grid.groups.by) {
    let at = row_of(item, head) + item.unit;
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
  let both = unpack_word(before) + vec2f(low, high);
  let after = pack_word(both.x, both.y);
  if (mask == 0xffffffffu) {
    atomicStore(&score_words[index], after);
  } else {
    atomicXor(&score_words[index], (before ^ after) & mask);
  }
}

// A word of f32 has the key `keys.y`. A 16-bit word has the keys y and z; in a row that begins on an odd element, x and y.
fn add_to_words(item: Item, query: u32, keys: vec3u) {
  let measures = measures_of(query, keys.xyzz);
  for (var head = item.group; head < params.heads; head += params.grid.groups.by) {
    let row = row_of(item, head);
    if (DTYPE == F32) {
      let mask = select(0u, 0xffffffffu, is_position(keys.y));
      add_to_word(row + item.unit, bias_of(measures.y, head), 0.0, mask);
    } else {
      let is_odd = (row & 1u) == 1u;
      let pair = select(keys.yz, keys.xy, is_odd);
      let pair_measures = select(measures.yz, measures.xy, is_odd);
      let mask = select(0u, 0xffffu, is_position(pair.x)) | select(0u, 0xffff0000u, is_position(pair.y));
      let low = bias_of(pair_measures.x, head);
      let high = bias_of(pair_measures.y, head);
      add_to_word(row / 2u + item.unit, low, high, mask);
    }
  }
}

// Four keys from `first` on, `step` apart.
fn keys_from(first: u32, step: u32) -> vec4u {
  return vec4u(first) + vec4u(0u, 1u, 2u, 3u) * step;
}

// ---- positions from a start -----------------------------------------------------------------------------------------

fn start_query(item: Item) -> u32 {
  return params.query.start + token_of(params.grid, item);
}

fn start_key(key: u32) -> u32 {
  return select(PADDING, params.key.start + key, key < params.keys);
}

@compute @workgroup_size(WORKGROUP)
fn bias_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (!item.inside) {
    return;
  }
  let query = start_query(item);
  if (DTYPE == F32) {
    add_to_chunks(item, query, keys_from(params.key.start + 4u * item.unit, 1u), vec4u());
  } else {
    let first = params.key.start + 8u * item.unit;
    add_to_chunks(item, query, keys_from(first, 2u), keys_from(first + 1u, 2u));
  }
}

@compute @workgroup_size(WORKGROUP)
fn bias_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (!item.inside) {
    return;
  }
  let key = select(2u, 1u, DTYPE == F32) * item.unit;
  add_to_words(item, start_query(item), vec3u(start_key(key - 1u), start_key(key), start_key(key + 1u)));
}

// ---- positions from ids ---------------------------------------------------------------------------------------------

fn count_if_bad(position: u32, is_mine: bool) {
  if (position == BAD && params.grid.counts == 1u && is_mine) {
    count_bad(0u);
  }
}

fn query_at(item: Item) -> u32 {
  if (params.query.kind != IDS) {
    return start_query(item);
  }
  return id_at(params.query, token_of(params.grid, item), sequence_of(params.grid, item), 0u);
}

fn key_at(item: Item, key: u32) -> u32 {
  if (params.key.kind != IDS || key >= params.keys) {
    return start_key(key);
  }
  return from_id_at(params.key, key, sequence_of(params.grid, item), 0u);
}

fn keys_at(item: Item, first: u32, step: u32) -> vec4u {
  let keys = keys_from(first, step);
  let positions = vec4u(key_at(item, keys.x), key_at(item, keys.y), key_at(item, keys.z), key_at(item, keys.w));
  let is_mine = is_first_row(item);
  count_if_bad(positions.x, is_mine);
  count_if_bad(positions.y, is_mine);
  count_if_bad(positions.z, is_mine);
  count_if_bad(positions.w, is_mine);
  return positions;
}

// The ids of the keys are counted by the invocations of one row a sequence, those of the queries by one of each row.
fn is_first_row(item: Item) -> bool {
  return item.group == 0u && token_of(params.grid, item) == 0u;
}

fn counted_query(item: Item) -> u32 {
  let query = query_at(item);
  count_if_bad(query, item.group == 0u && item.unit == 0u);
  return query;
}

@compute @workgroup_size(WORKGROUP)
fn bias_at_chunks(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (!item.inside) {
    return;
  }
  let query = counted_query(item);
  if (DTYPE == F32) {
    let keys = keys_at(item, 4u * item.unit, 1u);
    if (is_position(query)) {
      add_to_chunks(item, query, keys, vec4u());
    }
  } else {
    let even = keys_at(item, 8u * item.unit, 2u);
    let odd = keys_at(item, 8u * item.unit + 1u, 2u);
    if (is_position(query)) {
      add_to_chunks(item, query, even, odd);
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn bias_at_words(@builtin(workgroup_id) workgroup_id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let item = item_of(params.grid, workgroup_id, lane);
  if (!item.inside) {
    return;
  }
  let query = counted_query(item);
  let key = select(2u, 1u, DTYPE == F32) * item.unit;
  let keys = vec3u(key_at(item, key - 1u), key_at(item, key), key_at(item, key + 1u));
  // keys.x is another unit's, and in f32 keys.z as well.
  count_if_bad(keys.y, is_first_row(item));
  count_if_bad(keys.z, is_first_row(item) && DTYPE != F32);
  if (is_position(query)) {
    add_to_words(item, query, keys);
  }
}
