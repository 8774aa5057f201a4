import { defineConfig } from 'vitest/config';
import { development } from '../development';

/** The readers of configs have hundreds of tests of their own; the rooms of numbers are held by the reference's too. */
const rooms = process.env.MUTATED === 'config' ? 'config' : '{frequencies,positions,tables,reference}';

/** The tests that hold the pure rooms, in Node, with one seed: a mutant that lives or dies by chance says nothing. */
export default defineConfig({
  plugins: [development()],
  test: {
    provide: { seed: 1, fuzzRuns: 0, pages: {} as never },
    include: [`test/${rooms}/**/*.test.ts`],
    testTimeout: 60_000,
  },
});
