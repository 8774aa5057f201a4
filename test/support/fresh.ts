/**
 * Random cases that are new in each run. A run has one seed, and `SEED` sets it, in the browser too:
 * `SEED=123 npx vitest run --configLoader runner test/gpu/shapes.test.ts`. A failure begins with the seed that repeats it.
 */
import { inject } from 'vitest';
import { createRandom, type Random } from './random';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the environment variable SEED says, else drawn when the run begins. */
    readonly seed: number;
  }
}

/** Runs `body` with a generator of the run's seed. Awaits a promise. */
export async function fresh<T>(body: (random: Random) => T | Promise<T>): Promise<T> {
  return withSeed(inject('seed'), body);
}

/** Runs `body` `count` times, with a seed after the other: with the seed of a failure the first of them is the one that fails. */
export async function freshCases(
  count: number,
  body: (random: Random) => void | Promise<void>,
): Promise<void> {
  const first = inject('seed');
  for (let i = 0; i < count; i++) await withSeed(first + i, body);
}

async function withSeed<T>(seed: number, body: (random: Random) => T | Promise<T>): Promise<T> {
  const random = createRandom(seed);
  try {
    return await body(random);
  } catch (error) {
    const repeats = `SEED=${random.seed} repeats this: `;
    // A body may call a helper that is seeded as well.
    if (error instanceof Error && !error.message.startsWith(repeats)) error.message = repeats + error.message;
    throw error;
  }
}
