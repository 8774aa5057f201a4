import { structLayout, type WordsOf } from '../kernel/layout';
import { divisorLayout, sourceLayout } from '../kernel/params';

/** `Place` of shaders/bindings/qkv.wgsl: where rows of heads lie. */
export const placeLayout = structLayout('Place', { base: 'u32', token: 'u32', sequence: 'u32', head: 'u32' });

/** `Norm` of shaders/lib/norm.wgsl. */
export const normLayout = structLayout('Norm', {
  weight: 'u32',
  plus: 'f32',
  epsilon: 'f32',
  share: 'f32',
});

/** `Part` of shaders/bindings/qkv.wgsl: Q, K or V. */
export const partLayout = structLayout('Part', {
  origin: placeLayout,
  to: placeLayout,
  norm: normLayout,
  heads: 'u32',
  size: 'u32',
  rotary: 'u32',
  units: 'u32',
  comes_from_row: 'u32',
  goes_to_row: 'u32',
});

/** `Rows` of shaders/lib/rows.wgsl: the row that a token goes to. */
export const rowsLayout = structLayout('Rows', {
  kind: 'u32',
  first: 'u32',
  capacity: 'u32',
  offset: 'u32',
  sequence_stride: 'u32',
  slot_words: 'u32',
  page: 'u32',
});

/** `Step` of shaders/bindings/qkv.wgsl. */
export const stepLayout = structLayout('Step', { is_on_gpu: 'u32', offset: 'u32', stride: 'u32' });

/** `QkvParams` of shaders/bindings/qkv.wgsl. */
export const qkvLayout = structLayout('QkvParams', {
  q: partLayout,
  k: partLayout,
  v: partLayout,
  to: sourceLayout,
  rows: rowsLayout,
  step: stepLayout,
  tokens: divisorLayout,
  launch_rows: 'u32',
  most_tokens: 'u32',
  height: 'u32',
  heads_of_group: 'u32',
  rotated_units: 'u32',
  lanes_of_head: 'u32',
  lanes_near: 'u32',
  first_token: 'u32',
  first_sequence: 'u32',
  counts: 'u32',
});

export type PlaceWords = WordsOf<typeof placeLayout.fields>;
export type PartWords = WordsOf<typeof partLayout.fields>;
export type QkvWords = WordsOf<typeof qkvLayout.fields>;
