// token: whether a token is taken, by its position; the row that its K and V go to; the heads that an invocation or a workgroup owns.
import package::bindings::positions::{count_bad, has_position, position_of};
import package::bindings::qkv::{Part, Place, Q, ROTATES, V, params, row_words, step_words};
import package::bindings::table::{AxisRows, axis_rows};
import package::lib::items::divided;
import package::lib::positions::{PADDING, START};
import package::lib::rows::{PAGES, SLOTS, checked_slot, page_word, row_from_first, row_in_page, slot_word};

struct Taken {
  is_there: bool,     // the token is taken
  has_row: bool,
  token: u32,
  sequence: u32,
  row: u32,
  table: AxisRows,
}

fn cache_row(token: u32, sequence: u32, first: u32, tokens: u32) -> u32 {
  let rows = params.rows;
  var row = token;
  if (rows.kind == SLOTS) {
    let at = slot_word(rows, token, sequence);
    row = checked_slot(rows, row_words[at], row_words[at + rows.slot_words - 1u]);
  } else if (rows.kind != 0u) {
    row = row_from_first(rows, first, token, tokens);
    if (rows.kind == PAGES) {
      let at = page_word(rows, row, sequence);
      row = row_in_page(rows, row, row_words[at]);
    }
  }
  return row;
}

fn taken_token(launch_row: u32, counts: bool) -> Taken {
  let of_launch = divided(launch_row, params.tokens);
  let token = launch_row - of_launch * params.tokens.by + params.first_token;
  let sequence = of_launch + params.first_sequence;
  var source = params.to;
  var taken: Taken;
  taken.token = token;
  taken.sequence = sequence;
  var tokens = params.most_tokens;
  var first = params.rows.first;
  if (params.step.is_on_gpu == 1u) {
    let at = params.step.offset + sequence * params.step.stride;
    let given = step_words[at];
    if (given > tokens && token == 0u && counts) {
      count_bad(2u);
    }
    tokens = min(given, tokens);
    first = step_words[at + 2u];
    if (source.kind == START) {
      // What wraps past 2^32 must not come out as a position.
      source.start = min(step_words[at + 1u], 0x80000000u);
    }
  }
  if (token < tokens) {
    let position = position_of(source, token, sequence);
    taken.is_there = has_position(position, source.table.capacity, counts);
    if (taken.is_there) {
      let row = cache_row(token, sequence, first, tokens);
      taken.has_row = row < params.rows.capacity;
      if (!taken.has_row && row != PADDING && counts) {
        count_bad(1u);
      }
      taken.row = row;
      if (ROTATES) {
        taken.table = axis_rows(source.table, position, 1u);
      }
    }
  }
  return taken;
}

fn place_of(place: Place, is_row: u32, taken: Taken) -> u32 {
  return place.base + taken.sequence * place.sequence + select(taken.token, taken.row, is_row == 1u) * place.token;
}

// Whether the part is taken, of a token that is.
fn is_taken(part: Part, taken: Taken) -> bool {
  return taken.has_row || (part.comes_from_row | part.goes_to_row) == 0u;
}

// Heads that a workgroup owns, of those of Q, K and V one after the other.
struct Share {
  first: u32,
  last: u32,
}

fn first_head_of(which: u32) -> u32 {
  return select(0u, params.q.heads, which != Q) + select(0u, params.k.heads, which == V);
}

// Those of one part, counted within it.
fn share_of(which: u32, heads: u32, all: Share) -> Share {
  let first = first_head_of(which);
  return Share(max(all.first, first) - first, max(min(all.last, first + heads), first) - first);
}
