export {
  type AxialOptions,
  type AxialWidths,
  axial,
  axialWidths,
  mropeInterleaved,
  mropeSections,
} from './config/axes';
export {
  type GgufConfigs,
  type GgufFileOptions,
  type GgufOptions,
  ropeConfigFromGguf,
  ropeConfigsFromGguf,
} from './config/gguf';
export {
  type HuggingFaceConfigs,
  type HuggingFaceFileOptions,
  type HuggingFaceOptions,
  ropeConfigFromHuggingFace,
  ropeConfigsFromHuggingFace,
} from './config/hugging-face';
export { ropeConfig } from './config/rope-config';
export type {
  Pairing,
  PartsScaling,
  QkNorm,
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
export type { RopeGrid, RopeIds, RopePositionSource, RopePositions, RopeRagged } from './kernel/positions';
export { type RopeDeviceOptions, requestRopeDevice } from './kernel/request-device';
export { type ReadOptions, readTensor, type UploadOptions, uploadTensor } from './kernel/transfer';
export type { RopeTuning } from './kernel/tuning';
export { coordinatePositions, type PatchGrid } from './positions/coordinates';
export { type GlmSequences, glmPositions } from './positions/glm';
export {
  type GridPositions,
  type ImageGrid,
  type ImageGridOptions,
  imageGridPositions,
  type VideoGrid,
  type VideoGridOptions,
  videoGridPositions,
} from './positions/grid';
export {
  type GridPart,
  type JoinedParts,
  type JoinedPositions,
  joinedPositions,
  partWords,
  type TextPart,
} from './positions/join';
export {
  type MropePositions,
  type MropePrompts,
  type MropeRules,
  mropePositions,
} from './positions/mrope';
export type { QkvLayer } from './qkv/layer';
export type {
  QkvBadEntries,
  QkvBinding,
  QkvCache,
  QkvEncodeOptions,
  QkvFirstRow,
  QkvKeys,
  QkvNorm,
  QkvPages,
  QkvPreparation,
  QkvRing,
  QkvRows,
  QkvSlots,
  QkvStep,
  QkvTensor,
  QkvValues,
} from './qkv/options';
export { createQkv, type Qkv } from './qkv/qkv';
export type { RopeBinding } from './rope/binding';
export type { RopeCache, RopeCaches } from './rope/caches';
export { createRope } from './rope/create';
export type { RopeEncodeOptions, RopeLayer } from './rope/layer';
export type { RopeOptions, RopePreparation } from './rope/options';
export type { RerotateOrigin, RerotateTensor, RopeRerotateOptions } from './rope/rerotate';
export type { Rope } from './rope/rope';
export type { RopeState, RopeStateTable } from './rope/state';
export type { RopeLayout, RopeStrides, RopeTensor } from './rope/tensor';
export { type FopeCaches, type FopeOptions, fopeCaches } from './tables/fope';
export { type XposCaches, xposCaches } from './tables/xpos-caches';
export { createTokenTable } from './token-table/create';
export type {
  TokenGrid,
  TokenIds,
  TokenParts,
  TokenPositions,
  TokenTableEncodeOptions,
  TokenTableOptions,
} from './token-table/options';
export type { TokenTable } from './token-table/token-table';
export { type PermuteOptions, permutePairing, type WeightArray } from './weights/permute';
