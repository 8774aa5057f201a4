/**
 * Comparators. All are written so that NaN fails: `!(error <= tolerance)`.
 */

import type { StorageArray } from '../../src/dtypes';
import { bitsOf } from './random';

/**
 * Throws unless `got` is as long as `expected` and each element is within its tolerance of it. NaN never passes; an
 * infinity passes only where the same one is expected.
 *
 * @param tolerance Absolute: one number for all, or a function of the index.
 * @returns the largest |got - expected| over tolerance (0 where both are equal)
 */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | ((index: number) => number),
  what = 'values',
): number {
  if (got.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} elements, got ${got.length}`);
  }
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    if (got[i] === expected[i]) continue;
    const allowed = typeof tolerance === 'number' ? tolerance : tolerance(i);
    const error = Math.abs(got[i]! - expected[i]!);
    if (!(error <= allowed) || !Number.isFinite(error)) {
      throw new Error(
        `${what}[${i}]: expected ${expected[i]} within ${allowed}, got ${got[i]} (error ${error}, index ${i})`,
      );
    }
    worst = Math.max(worst, error / allowed);
  }
  return worst;
}

/** Throws unless both hold the same bits: signs of zero and NaN payloads count. */
export function expectSameBits(got: StorageArray, expected: StorageArray, what = 'bits'): void {
  if (got.constructor !== expected.constructor) {
    throw new Error(`${what}: expected a ${expected.constructor.name}, got a ${got.constructor.name}`);
  }
  if (got.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} elements, got ${got.length}`);
  }
  const gotBits = bitsOf(got);
  const expectedBits = bitsOf(expected);
  for (let i = 0; i < expectedBits.length; i++) {
    if (gotBits[i] !== expectedBits[i]) {
      throw new Error(
        `${what}[${i}]: expected 0x${expectedBits[i]!.toString(16)}, got 0x${gotBits[i]!.toString(16)}`,
      );
    }
  }
}
