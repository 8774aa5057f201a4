import type { FopeOptions } from 'webgpu-rope';
import { normals } from '../../normals';

/** What BERT and GPT-2 start from. */
const deviation = 0.02;
/** Positions after which a smooth table has lost all but 1/e of its likeness. */
const reach = 16;

/**
 * Stand-ins for a learned table: normal numbers of deviation 0.02, the same for the same seed.
 *
 * @param smooth Each number is mostly the one a row before, and some chance: the similarity of rows k apart is about
 *   `exp(-k / 16)`. Trained tables make neighbours alike too.
 * @returns `[rows, dim]`, flat, as float32 holds them.
 */
export function standInWeights(seed: number, rows: number, dim: number, smooth: boolean): Float32Array {
  const weights = Float32Array.from(normals(seed, rows * dim), (value) => deviation * value);
  if (!smooth) return weights;
  const correlation = Math.exp(-1 / reach);
  const innovation = Math.sqrt(1 - correlation ** 2);
  for (let at = dim; at < weights.length; at++) {
    weights[at] = correlation * (weights[at - dim] ?? 0) + innovation * (weights[at] ?? 0);
  }
  return weights;
}

/** Stand-ins for a FoPE trained on so many positions: a pair's own frequency whole, the others with deviation 0.1. */
export function standInFope(seed: number, frequencies: Float64Array, length: number): FopeOptions {
  const kept = frequencies.filter((frequency) => frequency > (2 * Math.PI) / length).length;
  const drawn = normals(seed, 2 * kept ** 2);
  const coefficients = (from: number): Float64Array =>
    drawn.subarray(from, from + kept ** 2).map((value, i) => 0.1 * value + (i % (kept + 1) === 0 ? 1 : 0));
  return { cosCoefficients: coefficients(0), sinCoefficients: coefficients(kept ** 2), kept, rest: 'ones' };
}

/** Stand-ins for T5's learned biases: normal numbers of deviation 1. @returns `[buckets, heads]`, flat. */
export function standInBiases(seed: number, buckets: number, heads: number): Float64Array {
  return normals(seed, buckets * heads);
}
