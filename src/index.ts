export { type GgufOptions, ropeConfigFromGguf } from './config/gguf';
export {
  type HuggingFaceConfigs,
  type HuggingFaceOptions,
  ropeConfigFromHuggingFace,
  ropeConfigsFromHuggingFace,
} from './config/hugging-face';
export { ropeConfig } from './config/rope-config';
export type { Pairing, RopeConfig, RopeConfigInput, RopeFrequencies, RopeScaling } from './config/types';
export { ropeFrequencies } from './frequencies';
export { type XposOptions, type XposScales, xposScales } from './frequencies/xpos';
export { type RopeDeviceOptions, requestRopeDevice } from './gpu/device';
export { type RopeDtype, ropeDtypes } from './gpu/dtype';
export type { RopeEncodeOptions, RopeLayer } from './gpu/layer';
export { createRope, type Rope, type RopeBinding, type RopeOptions } from './gpu/rope';
export type { RopeLayout, RopeStrides, RopeTensor } from './gpu/tensor';
export { type ReadOptions, readTensor, type UploadOptions, uploadTensor } from './gpu/transfer';
export type { RopeTuning } from './gpu/tuning';
export * from './reference';
