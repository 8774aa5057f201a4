/** Vitest browser provider over puppeteer: one browser a run, one page a session, closed at the end whatever happens. */
import { defineBrowserProvider } from '@vitest/browser';
import type { Page } from 'puppeteer';
import type { BrowserProviderOption } from 'vitest/node';
import { type LaunchedBrowser, launchBrowser } from '../../scripts/browser';
import type { BrowserKind } from '../../scripts/browsers/find';
import { waitMs } from './hang';

/** Runs test files in a headless browser that `scripts/browser` finds. Without an adapter the run fails. */
export function puppeteerProvider(kind: BrowserKind): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: [kind],
    providerFactory: () => {
      let launched: Promise<LaunchedBrowser> | undefined;
      const pages = new Map<string, Page>();
      return {
        name: 'puppeteer',
        // Chromium has one page at a time: its software adapter uses more than one core, and the project `node` runs beside it.
        // Firefox looks ten times a second whether the GPU is done, so that its pages mostly wait.
        supportsParallelism: kind === 'firefox',
        getCommandsContext: (session) => ({ page: pages.get(session) }),
        async openPage(session, url) {
          launched ??= launchAndTell(kind);
          const page = await (await launched).browser.newPage();
          pages.set(session, page);
          await page.goto(url, { timeout: waitMs });
        },
        async close() {
          pages.clear();
          // A launch that failed has been reported by openPage, and has closed what it opened.
          const open = await launched?.catch(() => undefined);
          launched = undefined;
          await open?.browser.close();
        },
      };
    },
  });
}

async function launchAndTell(kind: BrowserKind): Promise<LaunchedBrowser> {
  const launched = await launchBrowser({ browser: kind });
  const note = launched.adapter.software ? ' (software)' : '';
  console.log(
    `WebGPU adapter: ${launched.adapter.name}${note}, in ${launched.version} at ${launched.path}\n`,
  );
  return launched;
}
