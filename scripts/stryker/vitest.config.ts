import { defineConfig } from 'vitest/config';
import { development } from '../development';

/** The tests that hold the pure rooms, in Node, with one seed: a mutant that lives or dies by chance says nothing. */
export default defineConfig({
  plugins: [development()],
  test: {
    provide: { seed: 1, fuzzRuns: 0, pages: {} as never },
    include: ['test/{config,frequencies,positions,tables,reference}/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
