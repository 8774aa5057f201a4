import { structLayout } from '../kernel/layout';
import { gridLayout, sourceLayout } from '../kernel/params';

/** `Tensor` of shaders/rope.wgsl. */
export const tensorLayout = structLayout('Tensor', {
  base: 'u32',
  row_stride: 'u32',
  slice_stride: 'u32',
  head_stride: 'u32',
  heads: 'u32',
});

/** `RopeParams` of shaders/rope.wgsl. */
export const ropeLayout = structLayout('RopeParams', {
  q: tensorLayout,
  k: tensorLayout,
  grid: gridLayout,
  k_in_q: 'u32',
  unit_pairs: 'u32',
  pairs: 'u32',
  undo: 'f32',
  to: sourceLayout,
  origin: sourceLayout,
});
