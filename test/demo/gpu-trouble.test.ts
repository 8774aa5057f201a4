/** No GPU, a GPU that workers cannot use, one that gives no device, one that is lost in the middle: the CPU goes on. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRows } from '../../demo/panels/see/compare';
import { expectAccessible } from './accessibility';
import { expectShown, numbersOf, settle, stateOf } from './see-page';
import { expectClean, inWorkers, noGpu, openPage, openSite, type Site, textOf } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const noDevice = inWorkers(
  `GPUAdapter.prototype.requestDevice = async () => { throw new Error('out of order'); }`,
);

/** The device ends at its second submit, what waits for it fails, and the word that it was lost comes a little later. */
const losesDevice = inWorkers(`
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await request.apply(this, options);
    const { promise, resolve } = Promise.withResolvers();
    Object.defineProperty(device, 'lost', { value: promise });
    const submit = device.queue.submit.bind(device.queue);
    let submits = 0;
    device.queue.submit = (commands) => {
      submit(commands);
      if (++submits !== 2) return;
      device.destroy();
      setTimeout(() => resolve({ reason: 'unknown', message: 'taken away' }));
    };
    return device;
  };`);

/** A panel that uses the GPU: where it shows who computed. */
interface Case {
  readonly query: string;
  readonly drawn: string;
  readonly who: string;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    query: '?panel=see&length=32',
    drawn: '#see-similarity[data-drawn]:not(.busy)',
    who: '#see-similarity .note',
    says: /Compared by the CPU in float64/,
  },
  {
    query: '?panel=rotate',
    drawn: '#turn-shift-chart[data-drawn]:not(.busy)',
    who: '#turn-readings',
    says: /Computed by\s+CPU/,
  },
  {
    query: '?panel=rotate&mode=image&width=6&height=6',
    drawn: '#turn-across[data-drawn]:not(.busy)',
    who: '#turn-image-readings',
    says: /Computed by\s+CPU/,
  },
  {
    query: '?panel=precision&last=4095&at=1000&dim=16',
    drawn: '#sweep[data-drawn]:not(.busy)',
    who: '#measured',
    says: /Computed on the CPU/,
  },
];

async function until(page: Page, { drawn, who, says }: Case): Promise<void> {
  await page.waitForSelector(drawn);
  await page.waitForFunction(`${says}.test(document.querySelector('${who}').innerText)`, { polling: 50 });
}

describe('a GPU for the page that fails its workers: said once, and the CPU goes on', () => {
  for (const [name, before, message] of [
    ['it gives no device', noDevice, 'out of order'],
    ['its device is lost in the middle', losesDevice, 'taken away'],
  ] as const) {
    test.each(cases)(`${name}: $query`, async (one) => {
      const open = await openPage(site, one.query, before);
      const { page } = open;
      await until(page, one);
      expect(await textOf(page, '#notice')).toMatch(/The GPU could not be used/);
      expect(await textOf(page, '#notice')).toContain(message);
      // Another state is computed, and nothing more is said.
      await page.focus('#panel input[type="range"]');
      await page.keyboard.press('ArrowRight');
      await until(page, one);
      expect(await page.$$('#notice .failed')).toHaveLength(1);
      await expectClean(open);
    });
  }
});

describe('without WebGPU, See', () => {
  test('the page says so; the CPU makes and compares the rows, as many as it can', async () => {
    const open = await openPage(site, '?panel=see&encoding=sinusoidal&length=2048', noGpu);
    const { page } = open;
    await settle(page);
    expect(await textOf(page, '#notice')).toContain('This browser has no WebGPU.');
    expect(await textOf(page, '#see-map .note')).toContain('Made by the CPU in float64.');
    const said = await textOf(page, '#see-similarity .note');
    expect(said).toContain('Compared by the CPU in float64');
    expect(said).toContain('Only the first 1\u202f024 were compared');
    const { steps } = await compareRows(stateOf(page), null);
    const [, ...rows] = await numbersOf(page, '#see-similarity');
    rows.forEach(([, mean = ''], n) => {
      expectShown(mean, steps[n]?.mean ?? Number.NaN, 0);
    });
    expect(rows).toHaveLength(10);
    await page.select('#see-encoding', 'rope-2d');
    await settle(page);
    expect(await textOf(page, '#see-similarity .note')).toContain('Compared by the CPU in float64');
    await expectAccessible(page);
    await expectClean(open);
  });

  test('a GPU for the page, but none in its workers: the CPU, and the page says so', async () => {
    const without = inWorkers(
      `Object.defineProperty(WorkerNavigator.prototype, 'gpu', { get: () => undefined })`,
    );
    const open = await openPage(site, '?panel=see&length=32', without);
    const { page } = open;
    await settle(page);
    expect(await textOf(page, '#see-map .note')).toContain('Made by the CPU in float64.');
    expect(await textOf(page, '#see-similarity .note')).toContain('Compared by the CPU in float64');
    expect(await textOf(page, '#notice')).toBe('');
    await expectClean(open);
  });
});
