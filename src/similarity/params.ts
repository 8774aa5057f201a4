import { structLayout } from '../kernel/layout';

/** `SimilarityParams` of shaders/similarity.wgsl. */
export const similarityLayout = structLayout('SimilarityParams', {
  row_count: 'u32',
  column_count: 'u32',
  dim: 'u32',
  first_tile: 'u32',
  first_measure: 'u32',
  column_measures: 'u32',
});
