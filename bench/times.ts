/**
 * `npm run bench:times`: milliseconds of what a visitor or a caller waits for, on this machine. The demo page: how soon a
 * panel is drawn, and the longest task of its main thread while it opens and while a slider is held down. And the slow
 * functions of the package on the CPU. Tests bound the same by counts, which do not depend on the machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { build, preview } from 'vite';
import { launchBrowser } from '../scripts/browser';
import { encodingCatalogue } from '../src/analysis/catalogue';
import { contextReport } from '../src/analysis/context';
import { encodingProperties } from '../src/analysis/properties';
import { applyRopeReference } from '../src/reference/rope';

const rounds = 5;

/** Panels, each with a slider of its own. */
const panels = [
  ['?panel=see&dim=256&length=16', '#see-length'],
  ['?panel=digits&dim=256', '#digits-position'],
  ['?panel=extend&dim=256&trained=512&target=1048576', '#extend-trained'],
  ['?panel=rotate&dim=128&range=1024', '#turn-distance'],
  ['?panel=precision&dim=16&last=4095&at=1000', '#at'],
] as const;

const drawn = `document.querySelector('#panel [data-drawn]') !== null &&
  document.querySelectorAll('#panel .chart:not([hidden]):not([data-drawn]), #panel .busy:not([hidden])').length === 0`;

function line(name: string, ms: readonly number[], note = ''): void {
  const sorted = ms.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const [least, most] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN];
  console.log(
    `${name.padEnd(64)} ${median.toFixed(1).padStart(8)} [${least.toFixed(1)}, ${most.toFixed(1)}] ${note}`,
  );
}

/** Milliseconds of CPU time of the longest task of the page's main thread while `body` runs, as Chrome's tracer has it. */
async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
  await page.tracing.start({ categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await body();
  const trace = new TextDecoder().decode(await page.tracing.stop());
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(threadOf),
  );
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && mains.has(threadOf(event)));
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000));
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

async function pageTimes(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'webgpu-rope-demo-'));
  const config = {
    configFile: join(import.meta.dirname, '../demo/vite.config.ts'),
    configLoader: 'runner' as const,
    logLevel: 'error' as const,
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1', open: false },
  };
  await build(config);
  const server = await preview(config);
  const url = server.resolvedUrls?.local[0] ?? '';
  const { browser, adapter, version } = await launchBrowser({ browser: 'chrome' });
  console.log(`The demo page, ${version}, ${adapter.name}: ms, median of ${rounds} [least, most]`);
  try {
    for (const [query, slider] of panels) {
      const [open, opening, dragging]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < rounds; round++) {
        const page = await browser.newPage();
        await page.setViewport({ width: 1280, height: 900 });
        const task = await longestTask(page, async () => {
          const began = performance.now();
          await page.goto(url + query);
          await page.waitForFunction(drawn, { polling: 'mutation', timeout: 0 });
          open.push(performance.now() - began);
        });
        opening.push(task);
        await page.focus(slider);
        dragging.push(
          await longestTask(page, async () => {
            for (let n = 0; n < 12; n++) await page.keyboard.press('ArrowRight');
            await page.waitForFunction(drawn, { timeout: 0 });
          }),
        );
        await page.close();
      }
      line(`${query}: all of it drawn`, open);
      line('  longest task while it opens, CPU', opening);
      line(`  longest task while ${slider} is held down, CPU`, dragging, '(the page aims at 100)');
    }
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true, force: true });
  }
}

function functionTimes(): void {
  console.log(`\nFunctions: ms of CPU, median of ${rounds} [least, most]`);
  const time = (name: string, body: () => unknown): void => {
    const times = Array.from({ length: rounds }, () => {
      const began = process.cpuUsage();
      body();
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    });
    line(name, times);
  };
  const inverseFrequencies = Array.from({ length: 64 }, (_, i) => 10_000 ** (-i / 64));
  const data = new Float32Array(4096 * 40 * 128).fill(0.5);
  time('applyRopeReference, f32, 4096 tokens x 40 heads x 128 dims', () =>
    applyRopeReference(data, {
      dtype: 'f32',
      heads: 40,
      headDim: 128,
      pairing: 'half',
      tokens: 4096,
      positions: 0,
      inverseFrequencies,
    }),
  );
  time('contextReport, 64 pairs, 8192 to 1048576', () =>
    contextReport({ headDim: 128, theta: 500_000 }, 8192, 1_048_576),
  );
  for (const { name, source } of encodingCatalogue()) {
    time(`encodingProperties, ${name}, 1024 positions x 64 dims`, () => encodingProperties(source));
  }
}

await pageTimes();
functionTimes();
