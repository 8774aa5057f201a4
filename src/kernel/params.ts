import { structLayout, type WordsOf } from './layout';

/** `Grid` of shaders/lib/items.wgsl: how a launch is spread. */
export const gridLayout = structLayout('Grid', {
  items: 'u32',
  width: 'u32',
  units: 'u32',
  groups: 'u32',
  tokens: 'u32',
  first_token: 'u32',
  first_sequence: 'u32',
  counts: 'u32',
});

/** `TableShape` of shaders/lib/digits.wgsl. */
export const tableLayout = structLayout('TableShape', {
  low_bits: 'u32',
  high_rows: 'u32',
  row: 'u32',
  capacity: 'u32',
});

/** `Source` of shaders/lib/positions.wgsl: where positions come from. */
export const sourceLayout = structLayout('Source', {
  table: tableLayout,
  kind: 'u32',
  start: 'u32',
  offset: 'u32',
  axis_stride: 'u32',
  row_stride: 'u32',
  id_words: 'u32',
  width: 'u32',
  height: 'u32',
});

export type GridWords = WordsOf<typeof gridLayout.fields>;
export type SourceWords = WordsOf<typeof sourceLayout.fields>;
