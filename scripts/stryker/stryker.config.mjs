import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  plugins: [require.resolve('@stryker-mutator/vitest-runner')],
  testRunner: 'vitest',
  vitest: { configFile: 'scripts/stryker/vitest.config.ts' },
  // The table of model types is data, held by its golden readings.
  mutate: [
    `src/${process.env.MUTATED}/**/*.ts`,
    '!src/config/models/transformers-*.ts',
    '!src/**/types.ts',
    '!src/**/*-types.ts',
  ],
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'demo-dist', 'consumers', 'bench/results', 'demo', '.stryker-tmp'],
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  incremental: false,
  allowConsoleColors: false,
  checkers: [],
  // TypeScript 7 has no API to read one with, and the tests need none.
  tsconfigFile: 'none.json',
};
