export { type CatalogueEntry, encodingCatalogue } from './analysis/catalogue';
export { contextReport } from './analysis/context';
export {
  type ExtensionName,
  type ExtensionOptions,
  type ExtensionScheme,
  extensionSchemes,
} from './analysis/context-schemes';
export type {
  ByStorage,
  ContextOptions,
  ContextPair,
  ContextReport,
  ContextVerdict,
} from './analysis/context-types';
export { type AttentionDecay, attentionDecay, type DecayOptions } from './analysis/decay';
export {
  type AdditiveSource,
  type EncodingShape,
  type EncodingSource,
  encodingShape,
  positionRows,
  type RopeSource,
} from './analysis/encoding-source';
export { encodingProperties } from './analysis/properties';
export type {
  BeyondTraining,
  EncodingProperties,
  LinearRelation,
  PropertyOptions,
  RelativeScores,
  ShiftResidual,
  UniqueRows,
  UniqueRowsByStorage,
} from './analysis/properties-types';
export { crossSimilarity, similarityMatrix } from './analysis/similarity';
export { type AlibiOptions, alibiSlopes } from './biases/alibi';
export { attentionBias } from './biases/bias';
export { biasRows } from './biases/rows';
export { type T5Buckets, t5Bucket, t5Buckets } from './biases/t5';
export type { AlibiBias, AttentionBias, AttentionBiasInput, T5Bias, T5Bucketing } from './biases/types';
export {
  type AxialOptions,
  type AxialWidths,
  axial,
  axialWidths,
  mropeInterleaved,
  mropeSections,
} from './config/axes';
export { type GgufOptions, ropeConfigFromGguf } from './config/gguf';
export {
  type HuggingFaceConfigs,
  type HuggingFaceOptions,
  ropeConfigFromHuggingFace,
  ropeConfigsFromHuggingFace,
} from './config/hugging-face';
export { ropeConfig } from './config/rope-config';
export type {
  Pairing,
  PartsScaling,
  RopeAxes,
  RopeConfig,
  RopeConfigInput,
  RopeFrequencies,
  RopeScaling,
} from './config/types';
export { additiveEncoding } from './encodings/encoding';
export { encodingRows } from './encodings/rows';
export type {
  AdditiveEncoding,
  AdditiveEncodingInput,
  BinaryEncoding,
  IntegerEncoding,
  LearnedEncoding,
  SinusoidalEncoding,
} from './encodings/types';
export { ropeFrequencies } from './frequencies';
export { type XposOptions, type XposScales, xposScales } from './frequencies/xpos';
export { type Additive, type AdditiveOptions, createAdditive } from './gpu/additive/additive';
export type { AdditiveEncodeOptions, AdditiveLayer } from './gpu/additive/layer';
export type { AdditiveWeights } from './gpu/additive/row-source';
export type { AdditiveTensor } from './gpu/additive/rows-view';
export {
  type AttentionBiasKernel,
  type AttentionBiasOptions,
  createAttentionBias,
} from './gpu/bias/kernel';
export type { AttentionBiasLayer, BiasEncodeOptions } from './gpu/bias/layer';
export type { ScoreStrides, ScoresBinding } from './gpu/bias/scores';
export type { RopeCache, RopeCaches } from './gpu/caches';
export { type RopeDeviceOptions, requestRopeDevice } from './gpu/device';
export { type RopeDtype, ropeDtypes } from './gpu/dtype';
export type { MethodsOf, RopeFeature, RopeWith } from './gpu/feature';
export {
  callerTables,
  type PositionMethods,
  positionIds,
  rerotation,
  tableUpdates,
} from './gpu/features';
export type { RopeEncodeOptions, RopeLayer } from './gpu/layer';
export type { RopeGrid, RopeIds, RopePositionSource, RopePositions, RopeRagged } from './gpu/positions';
export type { RerotateMethods, RerotateTensor, RopeRerotateOptions } from './gpu/rerotate';
export { createRope, type Rope, type RopeBinding, type RopeOptions } from './gpu/rope';
export type { SimilarityTensors } from './gpu/similarity/comparison';
export {
  createSimilarity,
  type Similarity,
  type SimilarityOptions,
  type SimilarityRunOptions,
} from './gpu/similarity/kernel';
export type { RopeState } from './gpu/table-state';
export type { TableUpdateMethods } from './gpu/table-updates';
export type { RopeLayout, RopeStrides, RopeTensor } from './gpu/tensor';
export { type ReadOptions, readTensor, type UploadOptions, uploadTensor } from './gpu/transfer';
export type { RopeTuning } from './gpu/tuning';
export {
  type GridPositions,
  type ImageGrid,
  type ImageGridOptions,
  imageGridPositions,
  type VideoGrid,
  type VideoGridOptions,
  videoGridPositions,
} from './positions/grid';
export { type MropePositions, type MropePrompts, mropePositions } from './positions/mrope';
export {
  type AddRowsOptions,
  addRowsReference,
  addRowsReferenceExact,
  applyRopeReference,
  bytesPerElement,
  fromStorage,
  type RerotateReferenceOptions,
  type RerotateTurn,
  type RopePlaceOptions,
  type RopeReferenceOptions,
  type RopeTurnOptions,
  rerotateReference,
  rerotateReferenceExact,
  ropeReferenceExact,
  type StorageArray,
  toStorage,
} from './reference';
export {
  applyBiasReference,
  type BiasReferenceOptions,
  biasReferenceExact,
  type ReferenceBias,
} from './reference/bias';
export { type XposCaches, xposCaches } from './tables/xpos-caches';
export { type PermuteOptions, permutePairing, type WeightArray } from './weights/permute';
