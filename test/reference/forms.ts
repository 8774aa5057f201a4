/**
 * Two further forms of the rotation, to check the reference with: on one head at a time, as plain arrays of numbers.
 * Each follows another source than the reference does. Beside them what the tests of the rotation share.
 */

import type { StorageArray } from '../../src/dtypes';

/** 1 / theta^(2i / rotaryDim). */
export function frequencies(rotaryDim: number, theta = 10000): Float64Array {
  return Float64Array.from({ length: rotaryDim / 2 }, (_, i) => theta ** ((-2 * i) / rotaryDim));
}

/** A tensor to rotate in place, while the one given stays. */
export function copyOf<T extends StorageArray>(data: T): T {
  return data.slice() as T;
}

/** Inputs of both: one head, its position and its frequencies. */
export interface HeadCase {
  readonly head: readonly number[];
  readonly rotaryDim: number;
  readonly pairing: 'half' | 'interleaved';
  readonly position: number;
  readonly inverseFrequencies: ArrayLike<number>;
  readonly attentionFactor: number;
}

/** Meta's form: pairs are complex numbers, multiplied by s * exp(i * angle). */
export function complexForm(input: HeadCase): number[] {
  const { head, rotaryDim, pairing, position, inverseFrequencies, attentionFactor } = input;
  const result = [...head];
  for (const [i, [re, im]] of pairsOf(rotaryDim, pairing).entries()) {
    const z = { re: head[re]!, im: head[im]! };
    const angle = position * inverseFrequencies[i]!;
    const w = { re: attentionFactor * Math.cos(angle), im: attentionFactor * Math.sin(angle) };
    result[re] = z.re * w.re - z.im * w.im;
    result[im] = z.re * w.im + z.im * w.re;
  }
  return result;
}

/** Hugging Face's form: q * cos + rotate_half(q) * sin over whole heads, neighbours first sorted into halves. */
export function rotateHalfForm(input: HeadCase): number[] {
  const { head, rotaryDim, pairing, position, inverseFrequencies, attentionFactor } = input;
  const half = rotaryDim / 2;
  const order = Array.from({ length: rotaryDim }, (_, d) =>
    pairing === 'half' ? d : d < half ? 2 * d : 2 * (d - half) + 1,
  );
  const q = order.map((d) => head[d]!);
  const angles = order.map((_, d) => position * inverseFrequencies[d % half]!);
  const cos = angles.map((angle) => Math.cos(angle) * attentionFactor);
  const sin = angles.map((angle) => Math.sin(angle) * attentionFactor);
  const rotatedHalf = [...q.slice(half).map((value) => -value), ...q.slice(0, half)];
  const result = [...head];
  for (const [d, from] of order.entries()) result[from] = q[d]! * cos[d]! + rotatedHalf[d]! * sin[d]!;
  return result;
}

function pairsOf(rotaryDim: number, pairing: 'half' | 'interleaved'): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < rotaryDim / 2; i++) {
    pairs.push(pairing === 'half' ? [i, i + rotaryDim / 2] : [2 * i, 2 * i + 1]);
  }
  return pairs;
}
