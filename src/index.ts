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
export {
  bytesPerElement,
  fromStorage,
  type RopeDtype,
  ropeDtypes,
  type StorageArray,
  toStorage,
} from './dtypes';
export { ropeFrequencies } from './frequencies';
export { type XposOptions, type XposScales, xposScales } from './frequencies/xpos';
export type { RopeCache, RopeCaches } from './gpu/caches';
export { type RopeDeviceOptions, requestRopeDevice } from './gpu/device';
export type { MethodsOf, RopeFeature, RopeWith } from './gpu/feature';
export { callerTables, type PositionMethods, positionIds, rerotation, tableUpdates } from './gpu/features';
export type { RopeEncodeOptions, RopeLayer } from './gpu/layer';
export type { RopeGrid, RopeIds, RopePositionSource, RopePositions, RopeRagged } from './gpu/positions';
export type { RerotateMethods, RerotateTensor, RopeRerotateOptions } from './gpu/rerotate';
export { createRope, type Rope, type RopeBinding, type RopeOptions } from './gpu/rope';
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
export { type XposCaches, xposCaches } from './tables/xpos-caches';
export { type PermuteOptions, permutePairing, type WeightArray } from './weights/permute';
