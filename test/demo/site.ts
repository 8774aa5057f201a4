/** The built demo page, served on a free port, in a headless browser: what the tests of the page share. */
import type { Page, Viewport } from 'puppeteer';
import type { PluginOption } from 'vite';
import { expect, inject } from 'vitest';
import { type LaunchedBrowser, launchBrowser } from '../../scripts/browser';
import { waitMs } from '../support/hang';
import { servedPage } from './pages';
import { type ServedPage, serveDemo } from './serve';

export interface Site extends ServedPage {
  readonly launched: LaunchedBrowser;
  close(): Promise<void>;
}

/** A page, and what went wrong on it so far. */
export interface OpenPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, failed requests. */
  readonly troubles: string[];
}

export interface SiteOptions {
  /** The page of the run gets the panels of test/demo/fixture in place of its own. */
  readonly fixture?: boolean;
  /** Leads the package's name somewhere, in a page built for the one who asks. Default: to its sources, in the run's page. */
  readonly packagePlugin?: () => PluginOption;
}

/** The page of this run, and a browser of its own. */
export async function openSite({ fixture = false, packagePlugin }: SiteOptions = {}): Promise<Site> {
  const built = packagePlugin && (await serveDemo(packagePlugin));
  const { url, outDir } = built ?? (await servedPage(inject('pages'), fixture ? 'fixture' : 'own'));
  // Precise coverage, the accessibility tree and held-back requests are Chrome's.
  const launched = await launchBrowser({ browser: 'chrome' });
  return {
    url,
    outDir,
    launched,
    async close() {
      await launched.browser.close();
      await built?.close();
    },
  };
}

/**
 * Opens the page in a tab of its own.
 *
 * @param before Script that runs in the page before its own; text, as a compiler's helpers are not among the page's globals.
 * @param prepare What to do with the tab before it goes anywhere.
 */
export async function openPage(
  site: Site,
  query = '',
  before?: string,
  prepare?: (page: Page) => Promise<void>,
  viewport: Viewport = { width: 1280, height: 900 },
): Promise<OpenPage> {
  const page = await site.launched.browser.newPage();
  page.setDefaultTimeout(waitMs);
  // By default puppeteer looks once an animation frame, and a page whose browser is short of a core may go without.
  const wait = page.waitForFunction.bind(page) as (...given: unknown[]) => Promise<never>;
  page.waitForFunction = (script: unknown, options = {}, ...rest: unknown[]) =>
    wait(script, { polling: 50, ...options }, ...rest);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) troubles.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`uncaught: ${String(error)}`));
  page.on('requestfailed', (request) => troubles.push(`failed: ${request.url()}`));
  await prepare?.(page);
  if (before !== undefined) await page.evaluateOnNewDocument(before);
  await page.setViewport(viewport);
  await page.goto(`${site.url}${query}`);
  await page.waitForSelector('#panel:not([aria-busy])');
  return { page, troubles };
}

/** For {@link openPage}: the page's browser has no WebGPU. */
export const noGpu = `Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })`;

/** For {@link openPage}: runs a script in each worker before its own. */
export function inWorkers(script: string): string {
  return `{
    const Native = Worker;
    const moduleOf = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    window.Worker = class extends Native {
      constructor(url, options) {
        const first = moduleOf(${JSON.stringify(script)});
        super(moduleOf(\`import '\${first}'; import '\${new URL(url, location.href)}';\`), options);
      }
    };
  }`;
}

/** For {@link openPage}: every worker fails soon after it was started. */
export const failingWorkers = `window.Worker = class extends EventTarget {
  constructor() { super(); setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'out of luck' }))); }
  postMessage() {}
  terminate() {}
}`;

/**
 * For {@link openPage}: however quick the machine, the results of workers' tasks wait until `window.release()`, and again
 * from `window.hold()` on; what they say of their progress comes at once.
 */
export const holdResults = `{
  let held = [];
  window.hold = () => {
    held ??= [];
  };
  window.release = () => {
    const waiting = held ?? [];
    held = null;
    for (const hear of waiting) hear();
  };
  const add = Worker.prototype.addEventListener;
  Worker.prototype.addEventListener = function (type, listener, ...rest) {
    const hear = (event) => {
      if (held && event.data.kind === 'result') held.push(() => listener(event));
      else listener(event);
    };
    add.call(this, type, type === 'message' ? hear : listener, ...rest);
  };
}`;

/** The text of an element, empty where there is none. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.evaluate(
    `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`,
  )) as string;
}

/** Waits until a run has ended, and returns what the page says of it. */
export async function outcomeOf(page: Page): Promise<string> {
  await page.waitForSelector('#outcome .result, #outcome .notice');
  return textOf(page, '#outcome');
}

/** Lets the address have the newest state at once, which otherwise follows a few times a second: as when the page is left. */
export async function writeAddress(page: Page): Promise<void> {
  await page.evaluate(`dispatchEvent(new Event('pagehide'))`);
}

/** Waits until what was drawn last is on the screen. */
export async function rendered(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Expects nothing in the console, and nothing past the edge of a small phone. */
export async function expectUntroubled({ page, troubles }: OpenPage): Promise<void> {
  // A page that stops being a phone's would load anew.
  await page.setViewport({ ...page.viewport(), width: 360, height: 740 });
  const { scrollWidth, clientWidth } = (await page.evaluate(
    '({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })',
  )) as { scrollWidth: number; clientWidth: number };
  expect(scrollWidth, 'width of the page in a window of 360').toBe(clientWidth);
  expect(troubles).toEqual([]);
}

/** As {@link expectUntroubled}; then closes the page. */
export async function expectClean(open: OpenPage): Promise<void> {
  await expectUntroubled(open);
  const { page } = open;
  await page.close();
}
