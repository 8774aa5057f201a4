import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import { scientific } from '../../demo/format';
import { digitsOf, digitText } from '../../demo/panels/digits/numerals';
import { capacity, lastPosition } from '../../demo/panels/digits/state';
import { lookup, makeTwoDigit } from '../../demo/panels/digits/two-digit';
import { octavesOf, worstIn } from '../../demo/panels/digits/worst';
import { fullTable, twoDigitTable } from '../../src/tables/tables';
import { expectAccessibleInBoth } from './accessibility';
import {
  expectClean,
  failingWorkers,
  holdResults,
  openPage,
  openSite,
  rendered,
  type Site,
  textOf,
  writeAddress,
} from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const drawn = '#sizes[data-drawn]';

/** What a figure says to those who do not see it. */
function described(page: Page, id: string): Promise<string> {
  return page.$eval(`#${id} [role="img"]`, (drawing) => drawing.getAttribute('aria-label') ?? '');
}

async function expectAddress(page: Page, key: string, value: string): Promise<void> {
  await writeAddress(page);
  expect(new URL(page.url()).searchParams.get(key)).toBe(value);
}

/** Timers that go on by themselves, as far as they were not ended. */
const countIntervals = `{
  window.intervals = new Set();
  const { setInterval: set, clearInterval: clear } = window;
  window.setInterval = (...given) => {
    const id = set(...given);
    window.intervals.add(id);
    return id;
  };
  window.clearInterval = (id) => {
    window.intervals.delete(id);
    clear(id);
  };
}`;

function written(position: number, base: number): string {
  const digits = digitsOf(position, base, lastPosition).toReversed().map(digitText).join(' ');
  return `Position ${position} in base ${base}: ${digits}.`;
}

describe('every control does what it says', () => {
  test('the position: by arrow keys, typed, stepped and played', async () => {
    const open = await openPage(site, '?panel=digits', countIntervals);
    const { page } = open;
    await page.waitForSelector(drawn);
    expect(await described(page, 'odometer')).toBe(written(1234, 10));
    await page.focus('#digits-position');
    await page.keyboard.press('ArrowRight');
    expect(await described(page, 'odometer')).toBe(written(1235, 10));
    await page.keyboard.press('End');
    expect(await described(page, 'odometer')).toBe(written(lastPosition, 10));
    await page.click('#digits-typed', { count: 3 });
    await page.keyboard.type('1048576');
    expect(await textOf(page, '#digits-typed-problem')).toContain('Expected an integer');
    await page.click('#digits-typed', { count: 3 });
    await page.keyboard.type('4 095');
    expect(await described(page, 'odometer')).toBe(written(4095, 10));
    await page.click('input[name="digits-step"][value="100"]');
    await page.click('#forward');
    expect(await described(page, 'odometer')).toBe(written(4195, 10));
    await page.focus('#back');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await described(page, 'odometer')).toBe(written(3995, 10));
    expect(await page.$eval('#digits-position', (input) => (input as HTMLInputElement).value)).toBe('3995');
    await page.click('#play');
    expect(await textOf(page, '#play')).toBe('Stop');
    expect(await page.evaluate('window.intervals.size')).toBe(1);
    await page.waitForFunction(`Number(document.querySelector('#digits-position').value) >= 3995 + 300`);
    await page.click('#play');
    const stopped = await described(page, 'odometer');
    expect(stopped).toMatch(/^Position \d+95 in base 10/);
    expect(await page.evaluate('window.intervals.size'), 'nothing goes on by itself').toBe(0);
    await rendered(page);
    expect(await described(page, 'odometer')).toBe(stopped);
    await expectAddress(page, 'step', '100');
    await expectClean(open);
  });

  test('base, RoPE’s own base, head, theta and pair', async () => {
    const open = await openPage(site, '?panel=digits&position=131071');
    const { page } = open;
    await page.waitForSelector(drawn);
    await page.focus('#digits-base');
    await page.keyboard.press('ArrowLeft');
    expect(await described(page, 'odometer')).toBe(written(131_071, 9));
    await page.keyboard.press('Home');
    expect(await described(page, 'odometer')).toBe(written(131_071, 2));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    const { inverseFrequencies } = ropeFrequencies({ headDim: 8 });
    const angle = (131_071 * inverseFrequencies[3]!) % (2 * Math.PI);
    expect(await described(page, 'odometer')).toContain(
      `Position 131071 in base 10: angles of 4 places in radians, from the slowest: ${angle.toFixed(2)},`,
    );
    await expectAddress(page, 'base', 'rope');
    await page.select('#digits-dim', '128');
    expect(await described(page, 'clocks')).toMatch(/^64 clock faces/);
    expect(await page.$$eval('.clocks .clock', (clocks) => clocks.length)).toBe(64);
    const before = await described(page, 'clocks');
    await page.focus('#digits-theta');
    await page.keyboard.press('ArrowRight');
    expect(await described(page, 'clocks')).not.toBe(before);
    await page.focus('#digits-pair');
    await page.keyboard.press('ArrowRight');
    expect(await described(page, 'clocks')).toContain('Pair 1 is chosen');
    // A clock can be clicked as well.
    const box = await (await page.$('.clocks [data-pair="37"] .face'))?.boundingBox();
    await page.mouse.click(box!.x + box!.width / 2, box!.y + box!.height / 2);
    expect(await described(page, 'clocks')).toContain('Pair 37 is chosen');
    expect(await page.$eval('#digits-pair', (input) => (input as HTMLInputElement).value)).toBe('37');
    await page.waitForFunction(`document.querySelector('#lookup').innerText.includes('For pair 37')`);
    await expectAddress(page, 'pair', '37');
    await expectAddress(page, 'dim', '128');
    await expectClean(open);
  });
});

test('the numbers are the package’s: rows, product, errors, bytes', async () => {
  const open = await openPage(site, '?panel=digits&position=987654&dim=64&theta=500000&pair=11');
  const { page } = open;
  await page.waitForSelector(drawn);
  await page.waitForSelector('#errors[data-drawn]');
  const frequencies = ropeFrequencies({ headDim: 64, theta: 500_000 });
  const table = makeTwoDigit(frequencies, capacity);
  const looked = lookup(table, 987_654, 11);
  const shown = await textOf(page, '#lookup');
  const number = (value: number): string => value.toFixed(9).replace('-', '−');
  for (const point of [looked.high, looked.low, looked.product, looked.truth]) {
    expect(shown).toContain(number(point.cos));
    expect(shown).toContain(number(point.sin));
  }
  expect(shown).toContain(scientific(looked.error, 2));
  const bits = table.lowBits;
  expect(987_654 >> bits).toBe(964);
  expect(shown).toContain('964 × 1\u202f024 + 518');

  await page.click('#errors summary');
  await page.waitForSelector('#errors tbody tr');
  const rows = await page.$$eval('#errors tbody tr', (all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent)),
  );
  expect(rows).toEqual(
    Array.from({ length: 32 }, (_, pair) => {
      const { error, fullError } = lookup(table, 987_654, pair);
      return [String(pair), scientific(error), scientific(fullError)];
    }),
  );
  await page.click('#sizes summary');
  await page.waitForSelector('#sizes tbody tr');
  const sizes = await page.$$eval('#sizes tbody tr', (all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent)),
  );
  const kilobytes = (value: number): string => `${(value / 1e3).toPrecision(3)}\u00a0kB`;
  expect(sizes[12]?.slice(0, 3)).toEqual([
    '4\u202f096',
    kilobytes(twoDigitTable(frequencies, 4096).data.byteLength),
    `${(fullTable(frequencies, 4096).data.byteLength / 1e6).toPrecision(3)}\u00a0MB`,
  ]);
  expect(await textOf(page, '#sizes .note')).toMatch(
    /WebGPU promises bindings of 134\u00a0MB, .* can be asked for/,
  );
  await expectClean(open);
});

test('every position: progress, the same largest error as in Node, and Cancel', async () => {
  const open = await openPage(site, '?panel=digits', holdResults);
  const { page } = open;
  await page.evaluate('window.release()');
  await page.waitForSelector('#worst[data-drawn]');
  expect(await textOf(page, '#worst .note')).toContain('3\u202f328 of 1\u202f048\u202f576 positions');
  await page.click('#every');
  await page.waitForFunction(
    `document.querySelector('#worst .note').innerText.includes('All 1\u202f048\u202f576 positions')`,
  );
  const table = makeTwoDigit(ropeFrequencies({ headDim: 8 }), capacity);
  const worst = Math.max(
    ...octavesOf(capacity).map(({ first, last }) => worstIn(table, first, last, capacity).error),
  );
  expect(await textOf(page, '#worst .note')).toContain(`at most ${scientific(worst)}`);
  // The focus is where it was.
  expect(await page.evaluate('document.activeElement.id')).toBe('every');

  await page.select('#digits-dim', '256');
  await page.waitForSelector('#worst:not(.busy)');
  await page.evaluate('window.hold()');
  await page.focus('#every');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#cancel');
  await page.waitForFunction(`/position \\d+ of/.test(document.querySelector('#progress-text').innerText)`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#every');
  expect(await textOf(page, '#worst .note')).not.toContain('All 1');
  // What goes on after Cancel has a new worker.
  await page.evaluate('window.release()');
  await page.focus('#digits-position');
  await page.keyboard.press('End');
  await page.waitForFunction(`document.querySelector('#lookup').innerText.includes('1\u202f048\u202f575 =')`);
  await expectClean(open);
});

test('an address restores its view; what it cannot use is named', async () => {
  const first = await openPage(
    site,
    '?panel=digits&position=65535&base=16&dim=32&theta=1000000&pair=9&step=10',
  );
  await first.page.waitForSelector(drawn);
  expect(await described(first.page, 'odometer')).toBe(written(65_535, 16));
  expect(await described(first.page, 'clocks')).toContain('Pair 9 is chosen');
  expect(await textOf(first.page, '#notice')).toBe('');
  expect(new URL(first.page.url()).search).toBe(
    '?panel=digits&position=65535&base=16&dim=32&theta=1000000&pair=9&step=10',
  );
  await expectClean(first);
  const second = await openPage(site, '?panel=digits&position=2000000&base=40&pair=4');
  await second.page.waitForSelector(drawn);
  for (const said of ['position: expected', 'base: expected', 'pair: expected']) {
    expect(await textOf(second.page, '#notice')).toContain(said);
  }
  expect(await described(second.page, 'odometer')).toBe(written(1234, 10));
  await expectClean(second);
});

test('without WebGPU everything is there but the adapter’s limit', async () => {
  const open = await openPage(
    site,
    '?panel=digits',
    "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })",
  );
  await open.page.waitForSelector(drawn);
  await open.page.waitForSelector('#worst[data-drawn]');
  expect(await textOf(open.page, '#sizes .note')).toContain('there is no adapter here to ask');
  expect(await textOf(open.page, '#lookup')).toContain('True, float64');
  await expectClean(open);
});

test('arrow keys held down keep the main thread free', async () => {
  const open = await openCounted(site, '?panel=digits&dim=256');
  const { page } = open;
  await page.waitForSelector(drawn);
  await page.focus('#digits-position');
  const work = await open.count(async () => {
    for (let n = 0; n < 20; n++) await page.keyboard.press('ArrowRight');
    await page.waitForFunction(`document.querySelector('#lookup').innerText.includes('1\u202f254 =')`);
    await rendered(page);
  });
  expectLight(work, 20, 40_000);
  expect(await described(page, 'odometer')).toBe(written(1254, 10));
  await expectClean(open);
});

test('a worker that fails is said on the page', async () => {
  const open = await openPage(site, '?panel=digits', failingWorkers);
  const { page } = open;
  await page.waitForSelector('#notice .failed');
  expect(await textOf(page, '#notice')).toMatch(/The table could not be computed[\s\S]*out of luck/);
  expect(await page.$('[aria-busy]')).toBeNull();
  expect(await described(page, 'odometer')).toBe(written(1234, 10));
  await expectClean(open);
});

test('accessible in light and dark', async () => {
  const open = await openPage(site, '?panel=digits&base=rope&dim=64');
  const { page } = open;
  await expectAccessibleInBoth(page, async () => {
    await page.waitForSelector(drawn);
    await page.waitForSelector('#worst[data-drawn]');
  });
  await expectClean(open);
});
