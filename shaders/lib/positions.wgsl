// positions: where the position of a token comes from. One on each axis; lanes past AXES repeat one of them.
import package::lib::digits::TableShape;

override AXES: u32 = 1;

const START = 0u;
const GRID = 1u;
const IDS = 2u;
const RAGGED = 3u;

const PADDING = 0xffffffffu;   // no position: the token is left as it is
const BAD = 0xfffffffeu;       // no position that there is: left as it is too, and counted

struct Source {
  table: TableShape,
  kind: u32,          // START, GRID, IDS, RAGGED
  start: u32,         // START, GRID: position of token 0 on every axis. IDS: added to each id
  offset: u32,        // IDS, RAGGED: first word
  axis_stride: u32,   // IDS: words from the ids of an axis to those of the next
  row_stride: u32,    // IDS: words from a sequence to the next; 0 where all share one row
  id_words: u32,      // IDS: 1, or 2 for 64-bit ids
  width: u32,         // GRID: cells in a row. RAGGED: sequences
  height: u32,        // GRID: rows in a frame
}

fn is_position(position: u32) -> bool {
  return position < 0x80000000u;
}

// Of a position on each axis. With one axis the lanes are made equal where compilers see it: they compare once.
fn has_padding(position: vec4u) -> bool {
  return any(select(position, position.xxxx, AXES == 1u) == vec4u(PADDING));
}

fn is_below(position: vec4u, limit: u32) -> bool {
  return all(select(position, position.xxxx, AXES == 1u) < vec4u(limit));
}

// Axes of a cell: (row, column) or (frame, row, column).
fn cell_position(source: Source, token: u32) -> vec4u {
  let row = token / source.width;
  let frame = row / source.height;
  let cell = vec3u(frame, row - frame * source.height, token - row * source.width) + vec3u(source.start);
  return select(cell.xyzz, cell.yzyz, AXES == 2u);
}

// Word at which an id begins.
fn id_word(source: Source, token: u32, sequence: u32, axis: u32) -> u32 {
  return source.offset + axis * source.axis_stride + sequence * source.row_stride + token * source.id_words;
}

// A 64-bit id is two words, low first: its upper half is 0, or it is -1, or it is bad.
fn checked_id(low: u32, high: u32, is_wide: bool, shift: u32) -> u32 {
  let is_padding = low == PADDING && (!is_wide || high == PADDING);
  let shifted = low + shift;
  let is_good = is_position(low | shifted) && (!is_wide || high == 0u);
  return select(select(BAD, shifted, is_good), PADDING, is_padding);
}

// Axis of a pair in words that hold sixteen of them.
fn axis_in(word: u32, pair: u32) -> u32 {
  return (word >> ((pair % 16u) * 2u)) & 3u;
}
