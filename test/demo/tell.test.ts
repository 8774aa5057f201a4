import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capacity, defaults, queryOfState, type State } from '../../demo/panels/tell/state';
import { expectAccessible, expectAccessibleInBoth } from './accessibility';
import { expectClean, inWorkers, noGpu, openPage, openSite, type Site, textOf } from './site';
import { expectedText, model } from './tell-reference';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** The address of the defaults with these changes. */
function address(changes: Partial<State> = {}): string {
  const query = Object.entries(queryOfState({ ...defaults, ...changes })).filter(([, value]) => value);
  return `?${new URLSearchParams([['panel', 'tell'], ...query] as string[][])}`;
}

const stopped = `document.querySelector('#tell-go')?.textContent === 'Go on' && document.querySelector('#tell-looks[data-drawn]') !== null`;

async function untilStopped(page: Page): Promise<void> {
  await page.waitForFunction(stopped, { timeout: 120_000 });
}

/** What was told, without the marks of drops. */
function toldText(page: Page): Promise<string> {
  return page.$$eval('#tell-text span', (spans) => spans.map((span) => span.textContent).join(''));
}

async function untilTold(page: Page, tokens: number): Promise<void> {
  await page.waitForFunction(`document.querySelectorAll('#tell-text span').length >= ${tokens}`, {
    timeout: 120_000,
  });
}

describe('a text is the one that float64 tells', () => {
  test.each([
    ['as it opens', {}],
    ['at temperature 0', { temperature: 0 }],
    ['with a cache of f16', { temperature: 0, cache: 'f16' }],
    ['another seed, another beginning', { seed: 7, prompt: 'Tom was an old bear.' }],
    ['half pairing: a port gone wrong', { pairing: 'half' }],
    ['theta 500 000: another', { theta: 500_000 }],
  ] as [string, Partial<State>][])('%s', async (_, changes) => {
    const open = await openPage(site, address(changes));
    const { page } = open;
    await untilStopped(page);
    const expected = expectedText({ ...defaults, ...changes }, capacity);
    expect(await toldText(page)).toBe(expected.text);
    expect(await textOf(page, '#tell-status')).toContain('The cache is full');
    await expectClean(open);
  });

  test('until the page is asked for what it cannot write', async () => {
    const open = await openPage(site, address({ prompt: 'Über' }));
    await open.page.waitForSelector('#notice .failed');
    expect(await textOf(open.page, '#notice')).toContain('text: expected characters of this model, got “Ü”');
    await expectClean(open);
  });
});

describe('the oldest keys are dropped', () => {
  const drops = [capacity, capacity + 60];

  test('by hand: rotated, the story goes on; left, it is lost; the address tells both again', async () => {
    const open = await openPage(site, address());
    const { page } = open;
    await untilStopped(page);
    expect(await textOf(page, '#tell-readings')).toMatch(/Position\s+191/);
    await page.click('#tell-drop');
    await untilTold(page, capacity + 1);
    await untilStopped(page);
    expect(await textOf(page, '#tell-text')).toContain('the oldest dropped here');
    expect(await page.$$eval('#tell-text .gone', (gone) => gone.length)).toBe(capacity / 2);
    expect(await textOf(page, '#tell-readings')).toMatch(/Tokens\s+288\s.*Position\s+191/s);
    const dropped = { ...defaults, drops: [capacity] };
    const rotated = expectedText(dropped, 288).text;
    expect(await toldText(page)).toBe(rotated);
    expect(new URL(page.url()).searchParams.get('drops')).toBe('192');

    await page.click('input[name="tell-keys"][value="leave"]');
    await page.waitForFunction(`location.search.includes('keys=leave')`);
    await untilTold(page, 1);
    await untilStopped(page);
    const left = expectedText({ ...dropped, keys: 'leave' }, 288).text;
    expect(await toldText(page)).toBe(left);
    expect(left.slice(0, 400)).toBe(rotated.slice(0, 400));
    expect(left).not.toBe(rotated);

    await page.click('input[name="tell-keys"][value="count"]');
    await page.waitForFunction(`location.search.includes('keys=count')`);
    await untilTold(page, 1);
    await untilStopped(page);
    expect(await toldText(page)).toBe(rotated);
    expect(await textOf(page, '#tell-readings')).toMatch(/Position\s+287/);
    await expectClean(open);
  });

  test.each(['rerotate', 'leave', 'count'] as const)('twice, from the address: %s', async (keys) => {
    const state = { ...defaults, keys, drops };
    const open = await openPage(site, address(state));
    const { page } = open;
    await untilStopped(page);
    const told = await page.$$eval('#tell-text span', (spans) => spans.length);
    expect(told).toBeGreaterThan(capacity + 100);
    expect(await toldText(page)).toBe(expectedText(state, told).text);
    expect(await page.$$('#tell-text .drop-mark')).toHaveLength(2);
    await expectClean(open);
  });
});

test('what a token looked at: by click, by slider, in each layer, and as numbers', async () => {
  const open = await openPage(site, address({ token: 60 }));
  const { page } = open;
  await untilStopped(page);
  const { looks, firsts } = expectedText(defaults, capacity);
  const numbers = async (token: number, layer: number): Promise<void> => {
    if (!(await page.$('#tell-looks details[open]'))) await page.click('#tell-looks summary');
    await page.waitForSelector('#tell-looks tbody tr');
    const rows = await page.$$eval('#tell-looks tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
    expect(rows.length).toBe(12);
    for (const [, place = '', before, share = ''] of rows) {
      expect(Number(place) + Number(before)).toBe(token);
      const key = Number(place) - firsts[token]!;
      const each = looks[token]!.map((layerLooks) => layerLooks[key]!);
      const look = layer > 0 ? each[layer - 1]! : each.reduce((a, b) => a + b) / each.length;
      expect(Math.abs(Number.parseFloat(share) / 100 - look), `${place}: ${share}`).toBeLessThan(0.0051);
    }
  };
  await numbers(60, 0);
  await page.click('#tell-text span:nth-of-type(101)');
  await page.waitForFunction(`location.search.includes('token=100')`);
  await numbers(100, 0);
  await page.click('input[name="tell-layer"][value="3"]');
  await page.waitForFunction(`location.search.includes('layer=3')`);
  await numbers(100, 3);
  await page.focus('#tell-token');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(`location.search.includes('token=99')`);
  await numbers(99, 3);
  expect(await textOf(page, '#tell-looks')).toContain('the model looked most at');
  expect(await page.$$eval('#tell-text .picked', (picked) => picked.length)).toBe(1);
  await expectClean(open);
});

test('a text stops and goes on, and another one begins', async () => {
  const open = await openPage(site, address());
  const { page } = open;
  await untilTold(page, 15);
  await page.click('#tell-go');
  await page.waitForFunction(stopped);
  const before = await toldText(page);
  await page.click('#tell-go');
  await untilStopped(page);
  const whole = await toldText(page);
  expect(whole.startsWith(before)).toBe(true);
  await page.click('#tell-another');
  await page.waitForFunction(`location.search.includes('seed=2')`);
  await page.waitForFunction(`document.querySelectorAll('#tell-text span').length < ${capacity}`);
  await untilStopped(page);
  expect(await toldText(page)).toBe(expectedText({ ...defaults, seed: 2 }, capacity).text);
  await expectClean(open);
});

test('a token that is told costs the main thread little', async () => {
  const open = await openCounted(site, '?panel=check');
  const { page } = open;
  await page.click('#tabs a[href*="panel=tell"]');
  await untilTold(page, 20);
  const told = await page.$$eval('#tell-text span', (spans) => spans.length);
  const work = await open.count(() => untilStopped(page));
  expectLight(work, capacity - told, 20_000);
  await expectClean(open);
});

test('without WebGPU the page says so', async () => {
  const open = await openPage(site, address(), noGpu);
  const { page } = open;
  await page.waitForFunction(`document.querySelector('#tell-status').textContent.startsWith('Nothing')`);
  expect(await textOf(page, '#notice')).toContain('This browser has no WebGPU.');
  expect(await textOf(page, '#tell-status')).toBe(
    'Nothing is told: there is no GPU here that could run the model.',
  );
  await expectAccessible(page);
  await expectClean(open);
});

test('a device that is lost is said, and another text begins on a new one', async () => {
  // The word that it was lost comes a little later than what it does to the text.
  const loses = inWorkers(`
    const request = GPUAdapter.prototype.requestDevice;
    let devices = 0;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      const device = await request.apply(this, options);
      if (++devices > 1) return device;
      const { promise, resolve } = Promise.withResolvers();
      Object.defineProperty(device, 'lost', { value: promise });
      setTimeout(() => {
        device.destroy();
        setTimeout(() => resolve({ reason: 'unknown', message: 'taken away' }), 20);
      }, 1500);
      return device;
    };`);
  const open = await openPage(site, address(), loses);
  const { page } = open;
  await page.waitForSelector('#notice .failed');
  expect(await textOf(page, '#notice')).toMatch(/The telling failed.*taken away/s);
  await page.click('#tell-another');
  await page.waitForFunction(`document.querySelector('#notice .failed') === null`);
  await untilStopped(page);
  expect(await toldText(page)).toBe(expectedText({ ...defaults, seed: 2 }, capacity).text);
  await expectClean(open);
});

test('what the address asks for and is not here is named; the defaults stand in', async () => {
  const open = await openPage(site, '?panel=tell&pairing=both&drops=9,x&layer=4&temperature=3');
  const { page } = open;
  const notice = await textOf(page, '#notice');
  expect(notice).toContain('pairing: expected one of interleaved, half, got “both”');
  expect(notice).toContain('drops: expected at most 20 integers from 2 to 600');
  expect(notice).toContain('layer: expected one of 0, 1, 2, 3, got “4”');
  expect(notice).toContain('temperature: expected a number from 0 to 2, got “3”');
  await untilStopped(page);
  await expectClean(open);
});

test('what the page says of the model is so', async () => {
  const { embedding, layers, norm, shape } = model;
  const count = [embedding, norm, ...layers.flatMap((layer) => Object.values(layer))].reduce(
    (sum, { length }) => sum + length,
    0,
  );
  const open = await openPage(site, address());
  expect(await textOf(open.page, '.panel-notes')).toContain(
    `${String(count).replace(/(?=\d{3}$)/, ' ')} parameters in three layers of four heads`,
  );
  expect([shape.layers, shape.heads]).toEqual([3, 4]);
  await untilStopped(open.page);
  await expectClean(open);
});

test('accessible in light and dark, by axe-core', async () => {
  const open = await openPage(site, address({ drops: [90], token: 70 }));
  await expectAccessibleInBoth(open.page, () => untilStopped(open.page));
  await expectClean(open);
});
