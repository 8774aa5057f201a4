import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClean, holdResults, openPage, openSite, type Site, textOf } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite({ fixture: true });
});
afterAll(() => site?.close());

const value = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (input) => (input as HTMLInputElement).value);
const said = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction(`document.querySelector('#said').textContent === ${JSON.stringify(text)}`);

/** Script that reads a pixel of the map from a copy of its canvas: reading from the canvas itself makes Chrome warn. */
const readPixel = (x: number, y: number): string => `(() => {
  const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  copy.drawImage(document.querySelector('#map canvas'), ${-x}, ${-y});
  return copy.getImageData(0, 0, 1, 1).data;
})()`;

describe('fields', () => {
  test('sliders by keyboard: linear and logarithmic, the value in words, the ends', async () => {
    const open = await openPage(site);
    const { page } = open;
    const words = (): Promise<string | null> =>
      page.$eval('#base', (input) => input.getAttribute('aria-valuetext'));
    await page.focus('#base');
    expect(await words()).toBe('10\u202f000');
    await page.keyboard.press('End');
    expect(await words()).toBe('1\u202f000\u202f000');
    await page.keyboard.press('Home');
    expect(await words()).toBe('100');
    await page.keyboard.press('ArrowRight');
    // A twentieth of a decade: 100 * 10^(1/20) is 112.2.
    expect(await words()).toBe('112');
    await page.waitForFunction('location.search.includes("base=112")');
    await page.focus('#turns');
    await page.keyboard.press('End');
    expect(await textOf(page, '#turns ~ output, output[for="turns"]')).toBe('64');
    await expectClean(open);
  });

  test('a value between two steps of a slider is kept as the address says it', async () => {
    const open = await openPage(site, '?panel=waves&base=12345');
    const { page } = open;
    expect(await textOf(page, 'output[for="base"]')).toBe('12\u202f345');
    await page.waitForFunction('location.search.includes("base=12345")');
    await expectClean(open);
  });

  test('a number that cannot be used is refused in place, and the last one stays', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.click('#seed', { count: 3 });
    await page.keyboard.type('9999999');
    expect(await textOf(page, '#seed-problem')).toBe('Expected an integer from 0 to 1\u202f000\u202f000.');
    expect(await page.$eval('#seed', (input) => input.getAttribute('aria-invalid'))).toBe('true');
    await page.click('#seed', { count: 3 });
    await page.keyboard.type('12 345');
    expect(await textOf(page, '#seed-problem')).toBe('');
    await page.waitForFunction('location.search.includes("seed=12345")');
    await expectClean(open);
  });

  test('lists, radio buttons and boxes', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.select('#kind', 'cosine');
    await page.click('#more');
    await page.click('input[name="size"][value="l"]');
    await said(page, 'size l');
    await page.waitForFunction(
      'location.search.includes("kind=cosine") && location.search.includes("more=1")',
    );
    expect(await value(page, '#kind')).toBe('cosine');
    await expectClean(open);
  });
});

describe('figures', () => {
  test('say in words what they show, with the numbers behind them, and follow the window', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.waitForSelector('#curve[data-drawn]');
    await page.waitForSelector('#map[data-drawn]');
    const label = (selector: string): Promise<string | null> =>
      page.$eval(`${selector} [role="img"]`, (drawing) => drawing.getAttribute('aria-label'));
    expect(await label('#curve')).toBe('A sine of 4 turns over 512 positions.');
    expect(await label('#map')).toBe('Products of two waves of 4 turns.');
    await page.click('#curve summary');
    await page.waitForSelector('#curve tbody');
    expect(await page.$$eval('#curve tbody tr', (rows) => rows.length)).toBe(100);
    await page.focus('#turns');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      `document.querySelector('#curve [role="img"]').getAttribute('aria-label').includes('5 turns')`,
    );
    const width = (): Promise<number> =>
      page.$eval('#curve svg', (drawing) => drawing.getBoundingClientRect().width);
    const wide = await width();
    await page.setViewport({ width: 360, height: 740 });
    await page.waitForFunction(
      `document.querySelector('#curve svg').getBoundingClientRect().width < ${wide}`,
      { polling: 100 },
    );
    await expectClean(open);
  });

  test('a map’s pixels are the values: diverging, its middle clear of both hues; redrawn for the dark', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.waitForSelector('#map[data-drawn]');
    // sin(2π·4·x/512): 0 at x = 0, 1 at x = 32, -1 at x = 96; the map shows products.
    const pixel = (x: number, y: number): Promise<number[]> =>
      page.evaluate(`[...${readPixel(x, y)}]`) as Promise<number[]>;
    expect(await pixel(32, 32)).toEqual([0x1b, 0x3f, 0x9e, 255]);
    expect(await pixel(96, 32)).toEqual([0x8f, 0x42, 0x07, 255]);
    const [red = 0, green = 0, blue = 0] = await pixel(0, 0);
    expect(Math.min(red, green, blue)).toBeGreaterThan(0xf0);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.waitForFunction(`${readPixel(32, 32)}[0] === 0xb3`);
    await expectClean(open);
  });

  test('a slider dragged through its range: the newest is shown, and the main thread draws and no more', async () => {
    const open = await openCounted(site);
    const { page } = open;
    await page.waitForSelector('#map[data-drawn]');
    await page.focus('#turns');
    const work = await open.count(async () => {
      for (let n = 0; n < 20; n++) await page.keyboard.press('ArrowRight');
      await page.waitForFunction(
        `document.querySelector('#curve [role="img"]').getAttribute('aria-label').includes(' 24 turns')`,
      );
    });
    expectLight(work, 20, 1_200_000);
    await page.waitForFunction('location.search.includes("turns=24")');
    await expectClean(open);
  });
});

describe('work off the main thread', () => {
  test('progress, Cancel, and a new run in a new worker; what else ran goes on', async () => {
    const open = await openPage(site, '', holdResults);
    const { page } = open;
    const result = (text: string): Promise<unknown> =>
      page.waitForFunction(`document.querySelector('#long').textContent === '${text}'`);
    await page.evaluate('window.release()');
    await page.waitForSelector('#map[data-drawn]');
    await page.evaluate('window.hold()');
    await page.click('#count');
    await page.waitForFunction(
      '/^Counting, [1-9]/.test(document.querySelector("#progress-text").textContent)',
    );
    await page.focus('#turns');
    await page.keyboard.press('ArrowRight');
    await page.click('#cancel');
    await result('AbortError');
    await page.evaluate('window.release()');
    await page.waitForFunction(
      `document.querySelector('#curve [role="img"]').getAttribute('aria-label').includes('5 turns')`,
    );
    await page.click('#count');
    await result('counted to 200');
    await expectClean(open);
  });

  test('an error arrives by name and message', async () => {
    const open = await openPage(site);
    await open.page.click('#fail');
    await said(open.page, 'RangeError: why: expected no failure, got as asked');
    await expectClean(open);
  });

  test('one device a worker', async () => {
    const open = await openPage(site);
    await open.page.click('#device');
    await said(open.page, 'one device');
    await expectClean(open);
  });

  test('without WebGPU there the device is null', async () => {
    const { page } = await openPage(
      site,
      '',
      `{
        const Real = Worker;
        window.Worker = class extends Real {
          constructor(url, options) {
            const text = 'Object.defineProperty(Object.getPrototypeOf(navigator), "gpu", { get: () => undefined });'
              + 'import(' + JSON.stringify(String(url)) + ').then(() => { for (const e of held) dispatchEvent(new MessageEvent("message", { data: e.data })); held = null; });'
              + 'let held = []; addEventListener("message", (e) => { if (held && e.isTrusted) { held.push(e); } });';
            super(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })), options);
          }
        };
      }`,
    );
    await page.click('#device');
    await said(page, 'none');
    await page.close();
  });

  test('leaving a panel ends its worker, silently', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.waitForSelector('#map[data-drawn]');
    await page.click('#count');
    await page.waitForSelector('#progress-text');
    expect(page.workers().length).toBe(1);
    await page.click('#tabs a[href*="panel=plain"]');
    await page.waitForSelector('#word');
    await page.waitForFunction('document.querySelector("#notice").textContent === ""');
    await expect.poll(() => page.workers().length).toBe(0);
    await expectClean(open);
  });
});
