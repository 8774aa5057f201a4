import { structLayout } from '../kernel/layout';
import { gridLayout, sourceLayout } from '../kernel/params';

/** `BiasParams` of shaders/bias.wgsl. */
export const biasLayout = structLayout('BiasParams', {
  grid: gridLayout,
  base: 'u32',
  row_stride: 'u32',
  slice_stride: 'u32',
  head_stride: 'u32',
  keys: 'u32',
  heads: 'u32',
  first_head: 'u32',
  weight_heads: 'u32',
  last: 'u32',
  ahead: 'u32',
  scale: 'f32',
  query: sourceLayout,
  key: sourceLayout,
});
