/** Encodes that norm, rotate and write the caches. */
export type QkvDecodeCase =
  | 'qkv, same start'
  | 'qkv, new start each step'
  | 'qkv, ids and slots'
  | 'qkv, step on the GPU';

/** How the encodes of a step differ from those of the step before; or no encodes, to compare with. */
export type RopeDecodeCase =
  | 'WebGPU calls alone'
  | 'same start'
  | 'new start each step'
  | 'new start each encode'
  | 'packed QKV'
  | 'ids in a buffer'
  | 'ragged';

export type DecodeCase = RopeDecodeCase | QkvDecodeCase;

export const qkvDecodeCases: readonly QkvDecodeCase[] = [
  'qkv, same start',
  'qkv, new start each step',
  'qkv, ids and slots',
  'qkv, step on the GPU',
];

export const decodeCases: readonly DecodeCase[] = [
  'WebGPU calls alone',
  'same start',
  'new start each step',
  'new start each encode',
  'packed QKV',
  'ids in a buffer',
  'ragged',
  ...qkvDecodeCases,
];

/** Layers whose encodes an engine submits together. */
export const layerCount = 32;
