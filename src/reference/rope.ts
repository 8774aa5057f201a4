/**
 * Rotary position embedding on the CPU: float64, slow and obvious. It is the judge of the kernel and shares no
 * arithmetic with it.
 *
 * Pair i of a head, (x, y), at position p, with inverse frequency f[i] (radians per position) and attention factor s:
 *
 *   x' = s * (x * cos(p * f[i]) - y * sin(p * f[i]))
 *   y' = s * (y * cos(p * f[i]) + x * sin(p * f[i]))
 *
 * With several position axes, p is the position on the pair's own axis. With caches, cos and sin are read from row p.
 *
 * "half" pairs dim i with i + rotaryDim/2 (GPT-NeoX, Hugging Face Llama), "interleaved" pairs 2i with 2i + 1 (GPT-J,
 * Meta's Llama). Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864.
 */

import type { StorageArray } from '../dtypes';
import { checkKeys, wrongType } from '../errors';
import { turnExact, turnStored } from './heads';
import { checkPlace, placeKeys, type RopePlace, type RopePlaceOptions } from './place';
import { checkTurn, type RopeTurnOptions, type Turn, turnKeys } from './turn';

/** What the reference rotates: one tensor, its place in an array, its positions and its frequencies. */
export interface RopeReferenceOptions extends RopePlaceOptions, RopeTurnOptions {
  /**
   * Turns back: by the negative angle, divided by the attention factor, so that rotating and then rotating with
   * `inverse` returns the input (up to rounding). Default false.
   */
  readonly inverse?: boolean | undefined;
}

/**
 * Rotates one tensor (Q or K) in place by its token positions: computed in float64, rounded once, at the end, to the
 * storage type.
 *
 * Only dims 0..rotaryDim-1 of the named tokens are written. Tails, gaps between strides, other token rows and padding
 * keep their bits.
 *
 * @param data The array the tensor lies in: Float32Array for f32, Uint16Array of bits for f16 and bf16. Overwritten.
 * @throws {TypeError} `data` does not fit `dtype`, or an option is the wrong kind of thing
 * @throws {RangeError} an option is out of range, `data` is too short, or two heads would share an element; `data` is
 * then untouched
 * @example Llama-3.1-8B, K of one decoded token at position 412, in a cache of 8192 rows:
 * applyRopeReference(kCache, {
 *   dtype: 'f16', heads: 8, headDim: 128, pairing: 'half', tokens: 1, capacity: 8192, first: 412,
 *   positions: 412, inverseFrequencies, // 64 numbers
 * });
 */
export function applyRopeReference(data: StorageArray, options: RopeReferenceOptions): void {
  turnStored(data, ...checkRotation(data, options));
}

/**
 * What `applyRopeReference` would store, before its rounding: a new Float64Array as long as `data`, elements it does
 * not rotate decoded as they are. `data` is only read.
 *
 * @throws {TypeError} {RangeError} as `applyRopeReference`
 */
export function ropeReferenceExact(data: StorageArray, options: RopeReferenceOptions): Float64Array {
  return turnExact(data, ...checkRotation(data, options));
}

function checkRotation(data: StorageArray, options: RopeReferenceOptions): [RopePlace, Turn] {
  checkKeys('options', options, [...placeKeys, ...turnKeys, 'pairAxis', 'inverse']);
  const place = checkPlace(data, options);
  const { inverse = false } = options;
  if (typeof inverse !== 'boolean') throw wrongType('inverse', 'true or false', inverse);
  return [place, checkTurn(options, place, inverse)];
}
