import { defineConfig } from 'vitest/config';
import { browserFromEnvironment } from './scripts/browser';
import { development } from './scripts/development';
import { pageModules } from './test/docs/page-modules';
import { modelFile } from './test/engine/model-file';
import { puppeteerProvider } from './test/support/provider';
import { ClosingLineReporter } from './test/support/reporter';

// `--mode firefox` says the same as BROWSER=firefox, on every shell.
export default defineConfig(({ mode }) => {
  const kind = mode === 'firefox' ? 'firefox' : browserFromEnvironment();
  return {
    test: {
      reporters: ['default', new ClosingLineReporter()],
      projects: [
        {
          plugins: [development()],
          test: {
            name: 'node',
            include: ['test/**/*.test.ts'],
            exclude: ['test/gpu/**', 'test/engine/**'],
            // Tests of the demo and of the package build things and start a browser of their own.
            testTimeout: 180_000,
            hookTimeout: 180_000,
          },
        },
        {
          plugins: [development(), pageModules(), modelFile()],
          test: {
            name: 'browser',
            include: ['test/gpu/**/*.test.ts', 'test/engine/**/*.test.ts'],
            setupFiles: ['test/support/setup.ts'],
            // A software adapter is slow.
            testTimeout: 60_000,
            hookTimeout: 60_000,
            sequence: { groupOrder: 1 },
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
