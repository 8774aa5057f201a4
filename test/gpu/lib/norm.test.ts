import { test } from 'vitest';
import { callLibrary, floatsOf, wordsOf } from '../../support/library-calls';
import { type Random, randomTensor, seeded } from '../../support/random';
import code from './norm.wgsl?linked';

/** A rounding to either neighbour, relative to what it rounds. */
const u = 2 ** -23;
/** A subnormal result may be flushed. */
const flushed = 2 ** -126;

const floats = (length: number, random: Random): number[] => [...randomTensor('f32', length, random)];

/** Fails unless a float32 result is as near as it must be; NaN never is. */
function expectWithin(got: number, exact: number, tolerance: number, what: string): void {
  if (!(Math.abs(got - exact) <= tolerance)) {
    throw new Error(`${what}: expected ${exact} within ${tolerance}, got ${got}`);
  }
}

test('squares: of an even and the odd element next to it, summed', () =>
  seeded(61, async (random) => {
    const cases = Array.from({ length: 200 }, () => floats(8, random));
    const got = await callLibrary({ code, name: 'squares', calls: cases.map(wordsOf) });
    for (const [i, run] of cases.entries()) {
      for (const [lane, value] of floatsOf(got[i]!).entries()) {
        const exact = run[lane]! ** 2 + run[lane + 4]! ** 2;
        // Two squares and their sum, nothing of which is negative: (1 + u)^2 - 1.
        expectWithin(value, exact, (2 * u + u * u) * exact + 3 * flushed, `case ${i}, lane ${lane}`);
      }
    }
  }));

test('norm_factor: 1 / sqrt(mean + epsilon), whatever else the norm says', () =>
  seeded(62, async (random) => {
    const sizes = [1, 2, 80, 128, 4096, 40 * 128];
    const cases = sizes.flatMap((size) =>
      [1e-6, 1e-5, 2 ** -126].flatMap((epsilon) => {
        const sums = [0, size, size * random.next(), size * 1e-6, size * 1e6, 2 ** 100];
        return sums.map((sum) => ({ size, epsilon, sum }));
      }),
    );
    const calls = cases.map(({ size, epsilon, sum }, i) => [
      ...[1 + (i % 2), i % 2, 0x7fa00001, 0],
      ...wordsOf([i % 2, epsilon, 1 / size, sum]),
    ]);
    const got = await callLibrary({ code, name: 'norm_factor', calls });
    for (const [i, { size, epsilon, sum }] of cases.entries()) {
      const [share, least, total] = [1 / size, epsilon, sum].map(Math.fround) as [number, number, number];
      const exact = 1 / Math.sqrt(total * share + least);
      // A product and a sum of what is not negative: 2u, of which the root halves the effect. inverseSqrt: 2 units in the last place,
      // so by 2u (WGSL, "Accuracy of concrete floating point expressions"). 3u, and 3.1u with all terms of a higher order.
      expectWithin(floatsOf(got[i]!)[0]!, exact, 3.1 * u * exact, JSON.stringify(cases[i]));
    }
  }));

test('scaled_run: each element by the factor and by its own weight', () =>
  seeded(63, async (random) => {
    const cases = Array.from({ length: 200 }, () => ({
      run: floats(8, random),
      weights: floats(8, random),
      factor: Math.fround(random.pick([1, 0, 0.03, 31]) * random.next()),
    }));
    const calls = cases.map(({ run, weights, factor }) => wordsOf([...run, ...weights, factor, 0, 0, 0]));
    const got = await callLibrary({ code, name: 'scaled_run', calls, vectors: 2 });
    for (const [i, { run, weights, factor }] of cases.entries()) {
      for (const [lane, value] of floatsOf(got[i]!).entries()) {
        const exact = run[lane]! * factor * weights[lane]!;
        // Two products: (1 + u)^2 - 1. The first may be flushed, and then be multiplied by the weight, the second as well.
        const tolerance = (2 * u + u * u) * Math.abs(exact) + flushed * (1 + Math.abs(weights[lane]!));
        expectWithin(value, exact, tolerance, `case ${i}, lane ${lane}`);
      }
    }
  }));
