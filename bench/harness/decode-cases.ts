/** How the encodes of a step differ from those of the step before; or no encodes, to compare with. */
export type DecodeCase =
  | 'WebGPU calls alone'
  | 'same start'
  | 'new start each step'
  | 'new start each encode'
  | 'packed QKV'
  | 'ids in a buffer'
  | 'ragged';

export const decodeCases: readonly DecodeCase[] = [
  'WebGPU calls alone',
  'same start',
  'new start each step',
  'new start each encode',
  'packed QKV',
  'ids in a buffer',
  'ragged',
];

/** Layers whose encodes an engine submits together. */
export const layerCount = 32;
