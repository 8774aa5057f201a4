import { structLayout } from '../kernel/layout';
import { gridLayout, sourceLayout } from '../kernel/params';

/** `AdditiveParams` of shaders/additive.wgsl. */
export const additiveLayout = structLayout('AdditiveParams', {
  grid: gridLayout,
  base: 'u32',
  row_stride: 'u32',
  slice_stride: 'u32',
  dim: 'u32',
  scale: 'f32',
  block: 'u32',
  weights_base: 'u32',
  inverse_high: 'f32',
  inverse_low: 'f32',
  to: sourceLayout,
});
