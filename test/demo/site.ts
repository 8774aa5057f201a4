/** The built demo page, served on a free port, in a headless browser: what the tests of the page share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page, Viewport } from 'puppeteer';
import { build, mergeConfig, type Plugin, type PluginOption, preview } from 'vite';
import { expect } from 'vitest';
import { demoConfig } from '../../demo/vite.config';
import { type LaunchedBrowser, launchBrowser } from '../../scripts/browser';
import { development } from '../../scripts/development';

export interface Site {
  readonly url: string;
  /** Where it was built to. */
  readonly outDir: string;
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
  /** The page gets the panels of test/demo/fixture in place of its own. */
  readonly fixture?: boolean;
  /** Leads the package's name somewhere. Default: to its sources. */
  readonly packagePlugin?: () => PluginOption;
}

/** Builds the page into a folder of its own, serves it and starts a browser. */
export async function openSite({
  fixture = false,
  packagePlugin = development,
}: SiteOptions = {}): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), 'webgpu-rope-demo-'));
  const plugins = fixture ? [fixturePanels()] : [];
  const config = mergeConfig(demoConfig(packagePlugin), {
    configFile: false,
    logLevel: 'error',
    plugins,
    worker: { plugins: () => plugins },
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1', open: false },
  });
  await build(config);
  const server = await preview(config);
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('vite preview: expected an address, got none');
  // Tracing, the accessibility tree and held-back requests are Chrome's.
  const launched = await launchBrowser({ browser: 'chrome' });
  return {
    url,
    outDir,
    launched,
    async close() {
      await launched.browser.close();
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

/** Puts the fixture's panels and tasks where main.ts and the worker import the explorer's. */
function fixturePanels(): Plugin {
  const places = [
    { importer: '/demo/main.ts', source: './panels', file: 'panels.ts' },
    { importer: '/demo/shell/explorer.worker.ts', source: '../panels/tasks', file: 'tasks.ts' },
  ];
  return {
    name: 'fixture-panels',
    enforce: 'pre',
    resolveId(source, importer) {
      const place = places.find((at) => source === at.source && importer?.endsWith(at.importer));
      return place && resolve('test/demo/fixture', place.file);
    },
  };
}

/**
 * Opens the page in a tab of its own.
 *
 * @param before Script that runs in the page before its own.
 */
export async function openPage(
  site: Site,
  query = '',
  before?: string,
  viewport: Viewport = { width: 1280, height: 900 },
): Promise<OpenPage> {
  const page = await site.launched.browser.newPage();
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
  await page.evaluateOnNewDocument(watchLongTasks);
  if (before !== undefined) await page.evaluateOnNewDocument(before);
  await page.setViewport(viewport);
  await page.goto(`${site.url}${query}`);
  await page.waitForSelector('#panel:not([aria-busy])');
  return { page, troubles };
}

// Scripts for the page are text: a compiler's helpers are not among its globals.
const watchLongTasks = `
  window.longTasks = [];
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(Math.round(duration));
    }).observe({ type: 'longtask', buffered: true });
  }`;

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
  constructor() { super(); setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'out of luck' })), 100); }
  postMessage() {}
  terminate() {}
}`;

/** The text of an element, empty where there is none. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.evaluate(
    `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`,
  )) as string;
}

/** Waits until a run has ended, and returns what the page says of it. */
export async function outcomeOf(page: Page): Promise<string> {
  await page.waitForSelector('#outcome .result, #outcome .notice', { timeout: 120_000 });
  return textOf(page, '#outcome');
}

/**
 * A task that keeps the main thread longer than this fails. The page aims at 100 ms of work, which `mainThreadWork`
 * holds it to; here a task that waits for one of two cores, taken by a software adapter, looks as long as one that works.
 */
const longestTaskMs = 500;

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

/** As {@link expectUntroubled}, and no long task; then closes the page. */
export async function expectClean(open: OpenPage): Promise<void> {
  await expectUntroubled(open);
  const { page } = open;
  const longTasks = (await page.evaluate('window.longTasks')) as number[];
  expect(Math.max(0, ...longTasks), 'longest task, ms').toBeLessThan(longestTaskMs);
  await page.close();
}

/**
 * Milliseconds of CPU time that each task on the page's main thread took while `body` ran: as Chrome's tracer counts
 * them, so that time spent waiting for a core is not in it.
 */
export async function mainThreadWork(page: Page, body: () => Promise<void>): Promise<number[]> {
  await page.tracing.start({ categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await body();
  const trace = new TextDecoder().decode(await page.tracing.stop());
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const isMain = ({ name, args }: TraceEvent): boolean =>
    name === 'thread_name' && args?.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(threadOf));
  return traceEvents
    .filter((event) => event.name.endsWith('RunTask') && mains.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of CPU time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}
