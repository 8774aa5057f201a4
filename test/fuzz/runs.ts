import { inject } from 'vitest';

/** How long a property is tried: so often, or FUZZ_RUNS times, by the seed of the run (test/support/fresh.ts). */
export function runs(count: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Number(process.env.FUZZ_RUNS ?? count), seed: inject('seed') | 0 };
}
