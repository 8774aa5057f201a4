/** Encodings that the tests of properties measure. */
import type { EncodingSource } from 'webgpu-rope/analysis';
import { createRandom } from '../support/random';

export const sinusoidal = (more: object = {}): EncodingSource => ({
  encoding: { type: 'sinusoidal', dim: 64, ...more },
});
export const integer = (more: object = {}): EncodingSource => ({
  encoding: { type: 'integer', dim: 64, ...more },
});
export const binary = (dim: number, axes = 1): EncodingSource => ({
  encoding: { type: 'binary', dim, axes },
});
export const learned = (rows: number, dim: number, seed = 1): EncodingSource => {
  const random = createRandom(seed);
  const weights = Float32Array.from({ length: rows * dim }, () => random.normal());
  return { encoding: { type: 'learned', dim, rows }, weights };
};
