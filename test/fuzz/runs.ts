import { inject } from 'vitest';
import { hangMs } from '../support/hang';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the environment variable FUZZ_RUNS says: how often a property is tried; 0 where it says nothing. */
    readonly fuzzRuns: number;
  }
}

/** How long a property is tried: so often, or FUZZ_RUNS times, by the seed of the run (test/support/fresh.ts). */
export function runs(count: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: inject('fuzzRuns') || count, seed: inject('seed') | 0 };
}

/** How long a property may take, in milliseconds: where FUZZ_RUNS asks for many, a day. */
export const patience = (): number => (inject('fuzzRuns') > 0 ? 86_400_000 : hangMs);
