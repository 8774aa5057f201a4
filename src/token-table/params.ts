import { structLayout, type WordsOf } from '../kernel/layout';

/** `Axes` of shaders/token-table.wgsl: a number an axis. */
export const axesLayout = structLayout('Axes', { x: 'u32', y: 'u32', z: 'u32', w: 'u32' });

/** `TokenPart` of shaders/token-table.wgsl; in a list of them too, word after word. */
export const partLayout = structLayout('TokenPart', {
  first: 'u32',
  width: 'u32',
  height: 'u32',
  step: 'u32',
  origin: axesLayout,
});

/** `TokenTableParams` of shaders/token-table.wgsl. */
export const tokenTableLayout = structLayout('TokenTableParams', {
  items: 'u32',
  width: 'u32',
  tokens: 'u32',
  quads: 'u32',
  pairs: 'u32',
  row: 'u32',
  least: 'u32',
  most: 'u32',
  kind: 'u32',
  format: 'u32',
  is_signed: 'u32',
  offset: 'u32',
  axis_stride: 'u32',
  row_stride: 'u32',
  count: 'u32',
  part: partLayout,
  shift: axesLayout,
  factor: axesLayout,
});

export type TokenTableWords = WordsOf<typeof tokenTableLayout.fields>;
