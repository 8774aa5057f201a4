/**
 * Seeded random numbers and tensors. One seed rebuilds a case; `seeded` puts it in the message of a failure.
 */

import { bitsOf } from '../../bench/harness/bits';
import { createRandom, type Random } from '../../bench/harness/random';
import { type RopeDtype, type StorageArray, toStorage } from '../../src/dtypes';

export { bitsOf, createRandom, type Random };

/**
 * Runs `body` with a seeded generator; whatever it throws says the seed first. Awaits a promise.
 *
 * @example await seeded(7, async (random) => { ... });
 */
export async function seeded<T>(seed: number, body: (random: Random) => T | Promise<T>): Promise<T> {
  const random = createRandom(seed);
  try {
    return await body(random);
  } catch (error) {
    if (error instanceof Error) error.message = `seed ${random.seed}: ${error.message}`;
    throw error;
  }
}

/**
 * Random elements of a storage type: mostly normal, scale 1, some a thousand times larger or smaller.
 *
 * @param options.special Also NaN, infinities, zeros of both signs, subnormals and the largest values: 1 element in 16.
 */
export function randomTensor(
  dtype: RopeDtype,
  length: number,
  random: Random,
  options: { readonly special?: boolean } = {},
): StorageArray {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const kind = random.integer(0, 31);
    values[i] = random.normal() * (kind === 0 ? 1e3 : kind === 1 ? 1e-3 : 1);
  }
  const storage = toStorage(values, dtype);
  if (options.special === true) {
    const bits = bitsOf(storage);
    const special = SPECIAL_BITS[dtype];
    for (let i = 0; i < length; i++) if (random.integer(0, 15) === 0) bits[i] = random.pick(special);
  }
  return storage;
}

/** Fills with patterns that nothing computes by chance: NaNs with payloads, each element's own. */
export function poison(storage: StorageArray): void {
  const bits = bitsOf(storage);
  if (bits instanceof Uint32Array) {
    for (let i = 0; i < bits.length; i++) bits[i] = 0x7fa00000 | (Math.imul(i + 1, 0x9e3779b1) & 0xfffff);
  } else {
    // A NaN in bf16 (payload not 0) and in f16.
    for (let i = 0; i < bits.length; i++) bits[i] = 0x7f81 + (i % 0x7d);
  }
}

const SPECIAL_BITS: Record<RopeDtype, readonly number[]> = {
  // NaN, ±Inf, ±0, smallest and largest subnormal, smallest normal, ±largest
  f32: [0x7fc00000, 0x7f800000, 0xff800000, 0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff],
  f16: [0x7e00, 0x7c00, 0xfc00, 0, 0x8000, 1, 0x03ff, 0x0400, 0x7bff, 0xfbff],
  bf16: [0x7fc0, 0x7f80, 0xff80, 0, 0x8000, 1, 0x007f, 0x0080, 0x7f7f, 0xff7f],
};
