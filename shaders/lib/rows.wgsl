// rows: which row of a cache a token goes to.
import package::lib::positions::{BAD, PADDING, checked_id, is_position};

const FIRST = 1u;
const RING = 2u;
const SLOTS = 3u;
const PAGES = 4u;

struct Rows {
  kind: u32,           // 0: a token's own row
  first: u32,          // FIRST, RING, PAGES: row of token 0, before it is taken modulo or looked up
  capacity: u32,       // rows that there are
  offset: u32,         // SLOTS, PAGES: first word
  sequence_stride: u32,   // SLOTS: words from a sequence to the next, 0 where all share one row. PAGES: pages of a sequence
  slot_words: u32,     // SLOTS: 1, or 2 for 64-bit slots
  page: u32,           // PAGES: rows of a page
}

// Row of a token of a sequence that has so many; PADDING: none, BAD: none that there is.
fn row_from_first(rows: Rows, first: u32, token: u32, tokens: u32) -> u32 {
  var row = first + token;
  if (rows.kind == RING) {
    // Of more tokens than rows the last ones stay: no two tokens of a call share a row. Modulo first: the sum cannot wrap.
    row = select((first % rows.capacity + token) % rows.capacity, PADDING, tokens - token > rows.capacity);
  } else {
    row = select(BAD, row, is_position(first) && is_position(row));
  }
  return row;
}

fn slot_word(rows: Rows, token: u32, sequence: u32) -> u32 {
  return rows.offset + sequence * rows.sequence_stride + token * rows.slot_words;
}

fn checked_slot(rows: Rows, low: u32, high: u32) -> u32 {
  return checked_id(low, high, rows.slot_words == 2u, 0u);
}

// Word of the block table that names the page of a row; a row past the table has none.
fn page_word(rows: Rows, row: u32, sequence: u32) -> u32 {
  return rows.offset + sequence * rows.sequence_stride + min(row / rows.page, rows.sequence_stride - 1u);
}

fn row_in_page(rows: Rows, row: u32, page: u32) -> u32 {
  let is_good = row < BAD && row / rows.page < rows.sequence_stride && page < rows.capacity / rows.page;
  return select(BAD, page * rows.page + row % rows.page, is_good);
}
