import { structLayout, type WordsOf } from './layout';

/** `Divisor` of shaders/lib/items.wgsl. */
export const divisorLayout = structLayout('Divisor', {
  by: 'u32',
  multiplier: 'u32',
  shift: 'u32',
  near: 'u32',
});

/** `Grid` of shaders/lib/items.wgsl: how a launch is spread. */
export const gridLayout = structLayout('Grid', {
  units: divisorLayout,
  groups: divisorLayout,
  items: 'u32',
  width: 'u32',
  is_powers: 'u32',
  rows_are_sequences: 'u32',
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

export type DivisorWords = WordsOf<typeof divisorLayout.fields>;
export type GridWords = WordsOf<typeof gridLayout.fields>;
export type SourceWords = WordsOf<typeof sourceLayout.fields>;
