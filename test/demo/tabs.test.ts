/** All panels in one page: what changing tabs and resizing cost, and what stays behind. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitMs } from '../support/hang';
import { expectClean, openPage, openSite, type Site } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const ids = ['see', 'digits', 'extend', 'rotate', 'tell', 'precision', 'check'];

/** Opens a panel by its tab. Waits by functions: a handle to an element would keep it from being collected. */
async function go(page: Page, id: string): Promise<void> {
  await page.click(`#tabs a[href*="panel=${id}"]`);
  await page.waitForFunction(
    `document.querySelector('#panel:not([aria-busy])')?.dataset.panel === '${id}' && document.querySelector('#panel > *') !== null`,
    { polling: 50 },
  );
}

const settled = `document.querySelectorAll('#panel .chart:not([hidden]):not([data-drawn]), #panel .busy:not([hidden])').length === 0`;
const toldAll = `document.querySelector('#tell-go')?.textContent === 'Go on'`;
const drawn = `document.querySelector('#panel [data-drawn]') !== null`;

test('thirty changes of tab leave nothing behind: no elements, no listeners, no workers but the open panel’s', async () => {
  const open = await openPage(site, '?panel=check');
  const { page } = open;
  const session = await page.createCDPSession();
  const round = async (): Promise<void> => {
    for (const id of ids) {
      await go(page, id);
      await page.waitForFunction(drawn, { polling: 50 });
    }
  };
  const left = async (): Promise<{ nodes: number; listeners: number; workers: number }> => {
    // Check has no worker until it runs.
    await expect.poll(() => page.workers().length, { timeout: waitMs }).toBe(0);
    await session.send('HeapProfiler.collectGarbage');
    const { Nodes = 0, JSEventListeners = 0 } = await page.metrics();
    return { nodes: Nodes, listeners: JSEventListeners, workers: page.workers().length };
  };
  // The first round loads what stays.
  await round();
  const before = await left();
  for (let n = 0; n < 5; n++) await round();
  const after = await left();
  // A panel has hundreds of nodes and a dozen listeners: one that stayed each time would show.
  expect(after.nodes - before.nodes).toBeLessThan(200);
  expect(after.listeners - before.listeners).toBeLessThan(12);
  await expectClean(open);
});

test('tabs changed quickly, before anything is drawn: the main thread draws and no more, and the last one is whole', async () => {
  const open = await openCounted(site, '?panel=check');
  const { page } = open;
  // Code and Plot load once; how long a first load takes is another matter.
  for (const id of ids) await go(page, id);
  const work = await open.count(async () => {
    for (let n = 0; n < 2; n++) for (const id of ids) await page.click(`#tabs a[href*="panel=${id}"]`);
    await go(page, 'extend');
    await page.waitForFunction(
      `document.querySelectorAll('#panel .chart[data-drawn]:not(.busy)').length === 3`,
      { polling: 50 },
    );
  });
  expectLight(work, 13, 600_000);
  await expectClean(open);
});

test.each(ids)('%s, resized: the main thread draws and no more, and every drawing fits', async (id) => {
  const open = await openCounted(site, `?panel=${id}`);
  const { page } = open;
  // A software adapter computes where the browser composes its frames: a window resized meanwhile waits for it.
  await page.waitForFunction(settled, { polling: 50 });
  // Tell orders a token after another until its cache is full: what resizing orders is counted after that.
  if (id === 'tell') await page.waitForFunction(toldAll, { polling: 50, timeout: waitMs });
  const fits = `[...document.querySelectorAll('.drawing')].every((drawing) => {
    const plot = drawing.querySelector('.plot svg');
    return !plot || drawing.clientWidth === 0 || Math.abs(plot.getBoundingClientRect().width - drawing.clientWidth) < 2;
  })`;
  const work = await open.count(async () => {
    for (const width of [1000, 800, 600, 400, 1280]) {
      await page.setViewport({ width, height: 900 });
      await page.waitForFunction(fits, { polling: 50 });
    }
  });
  expectLight(work, 5, 600_000);
  await expectClean(open);
});
