import { defineConfig } from 'vitest/config';
import { browserFromEnvironment } from './scripts/browser';
import { development } from './scripts/development';
import { pageModules } from './test/docs/page-modules';
import { modelFile } from './test/engine/model-file';
import { hangMs } from './test/support/hang';
import { puppeteerProvider } from './test/support/provider';
import { ClosingLineReporter } from './test/support/reporter';
import { seedOfRun } from './test/support/seed';

// `--mode firefox` says the same as BROWSER=firefox, on every shell.
export default defineConfig(({ mode }) => {
  const kind = mode === 'firefox' ? 'firefox' : browserFromEnvironment();
  const seed = seedOfRun();
  const fuzzRuns = Number(process.env.FUZZ_RUNS ?? 0);
  return {
    test: {
      reporters: ['default', new ClosingLineReporter(seed)],
      projects: [
        {
          plugins: [development()],
          test: {
            name: 'node',
            provide: { seed, fuzzRuns },
            include: ['test/**/*.test.ts'],
            exclude: ['test/gpu/**', 'test/engine/**', 'test/steps.test.ts'],
            globalSetup: ['test/demo/pages.ts'],
            // Files that follow one another in a process share its modules: to load them anew for each takes as long as many tests.
            isolate: false,
            testTimeout: hangMs,
            hookTimeout: hangMs,
          },
        },
        {
          plugins: [development()],
          // In a process of its own: V8 counts no step of what it compiled before it was asked to.
          test: { name: 'steps', include: ['test/steps.test.ts'], testTimeout: hangMs, hookTimeout: hangMs },
        },
        {
          plugins: [development(), pageModules(), modelFile()],
          test: {
            name: 'browser',
            // Pages of Firefox, which mostly wait (test/support/provider.ts); Chromium has one.
            ...(kind === 'firefox' && { maxWorkers: 6 }),
            provide: { seed, fuzzRuns },
            include: ['test/gpu/**/*.test.ts', 'test/engine/**/*.test.ts'],
            setupFiles: ['test/support/setup.ts'],
            // All files of a page share its device, and what was compiled on it: compiling is most of what the suite does.
            isolate: false,
            testTimeout: hangMs,
            hookTimeout: hangMs,
            browser: {
              enabled: true,
              headless: true,
              provider: puppeteerProvider(kind),
              instances: [{ browser: kind, name: kind }],
              screenshotFailures: false,
              ui: false,
            },
          },
        },
      ],
    },
  };
});
