export { type AttentionBiasKernel, type AttentionBiasOptions, createAttentionBias } from '../bias/kernel';
export type { AttentionBiasLayer, BiasEncodeOptions } from '../bias/layer';
export type { ScoreStrides, ScoresBinding } from '../bias/scores';
export { type AlibiOptions, alibiSlopes } from '../biases/alibi';
export { attentionBias } from '../biases/bias';
export { biasRows } from '../biases/rows';
export { type T5Buckets, t5Bucket, t5Buckets } from '../biases/t5';
export type { AlibiBias, AttentionBias, AttentionBiasInput, T5Bias, T5Bucketing } from '../biases/types';
export { type WaveletEncoding, waveletRows } from '../encodings/wavelet';
