// positions, bound: the buffers that positions come from, at the same bindings in every kernel, and what reads them.
import package::lib::positions::{
  AXES, BAD, IDS, PADDING, RAGGED, START, Source, axis_in, cell_position, checked_id, has_padding, id_word,
  is_below,
};

@group(2) @binding(0) var<storage, read> ids: array<u32>;        // ids; or indptr of ragged sequences
@group(2) @binding(1) var<storage, read> offsets: array<u32>;    // position of the first token of each ragged sequence
@group(2) @binding(2) var<storage, read> from_ids: array<u32>;   // a second set of ids
@group(2) @binding(3) var<storage, read_write> bad_entries: array<atomic<u32>>;   // counters: positions, then what a family has
@group(2) @binding(4) var<uniform> pair_axis: array<vec4u, 16>;   // axis of each pair, two bits each

fn id_at(source: Source, token: u32, sequence: u32, axis: u32) -> u32 {
  let at = id_word(source, token, sequence, axis);
  return checked_id(ids[at], ids[at + source.id_words - 1u], source.id_words == 2u, source.start);
}

fn from_id_at(source: Source, token: u32, sequence: u32, axis: u32) -> u32 {
  let at = id_word(source, token, sequence, axis);
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
  let offset = checked_id(offsets[low], 0u, false, 0u);
  let position = select(offset + (token - first), offset, offset >= BAD);
  return select(position, PADDING, token < first || token >= ids[source.offset + low + 1u]);
}

// Position of a token of the call, of any kind. A grid comes last, behind a loop: compilers compute both sides of a branch that has
// nothing but arithmetic in it, and its divisions are many.
fn position_of(source: Source, token: u32, sequence: u32) -> vec4u {
  var position: vec4u;
  if (source.kind == START) {
    position = vec4u(source.start + token);
  } else if (source.kind == IDS) {
    position = vec4u(id_at(source, token, sequence, 0u));
    for (var axis = 1u; axis < AXES; axis++) {
      position[axis] = id_at(source, token, sequence, axis);
    }
  } else if (source.kind == RAGGED) {
    position = vec4u(ragged_position(source, token));
  } else {
    position = cell_position(source, token);
  }
  return position;
}

// The position that a token had before: ids of the second set, or from a start.
fn from_position_of(source: Source, token: u32, sequence: u32) -> vec4u {
  var position: vec4u;
  if (source.kind == IDS) {
    position = vec4u(from_id_at(source, token, sequence, 0u));
    for (var axis = 1u; axis < AXES; axis++) {
      position[axis] = from_id_at(source, token, sequence, axis);
    }
  } else {
    position = vec4u(source.start + token);
  }
  return position;
}

fn count_bad(counter: u32) {
  atomicAdd(&bad_entries[counter], 1u);
}

// Whether there is this position. One that is not padding, and that there is not, is counted.
fn has_position(position: vec4u, capacity: u32, is_counting: bool) -> bool {
  let has = is_below(position, capacity);
  if (!has && is_counting && !has_padding(position)) {
    count_bad(0u);
  }
  return has;
}

fn axis_of(pair: u32) -> u32 {
  return axis_in(pair_axis[pair / 64u][(pair / 16u) % 4u], pair);
}
