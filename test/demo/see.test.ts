import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propertyRow } from '../../demo/panels/see/properties-words';
import { makeRows } from '../../demo/panels/see/rows';
import { encodings } from '../../demo/panels/see/state';
import { encodingCatalogue } from '../../src/analysis/catalogue';
import { encodingProperties } from '../../src/analysis/properties';
import { expectAccessibleInBoth } from './accessibility';
import { expectNumbers, expectShown, numbersOf, parse, settle, shown, stateOf } from './see-page';
import { expectClean, holdResults, inWorkers, openPage, openSite, type Site, textOf } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** A second passes whenever the page looks at its clock: its patience is over at once. */
const impatient = `{
  const now = performance.now.bind(performance);
  let looks = 0;
  performance.now = () => now() + 1000 * looks++;
}`;

/** However quick the GPU, a comparison that has told its progress goes on only to be stopped. */
const untilStopped = inWorkers(`
  let told = false;
  const waiting = [];
  const post = globalThis.postMessage;
  globalThis.postMessage = (answer, ...rest) => {
    told ||= answer.kind === 'progress';
    post(answer, ...rest);
  };
  const { abort } = AbortController.prototype;
  AbortController.prototype.abort = function (reason) {
    abort.call(this, reason);
    told = false;
    for (const goOn of waiting.splice(0)) goOn();
  };
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  GPUQueue.prototype.onSubmittedWorkDone = async function () {
    await onSubmittedWorkDone.call(this);
    if (told) await new Promise((goOn) => waiting.push(goOn));
  };`);

describe('with a GPU', () => {
  test('the first view: RoPE, drawn by the kernel, numbers as in Node, restored from its address', async () => {
    const open = await openPage(site, '');
    const { page } = open;
    await settle(page);
    expect(stateOf(page)).toMatchObject({ encoding: 'rope', dim: 64, length: 128 });
    await expectNumbers(page);
    expect(await textOf(page, '#see-similarity .note')).toContain('Compared by the kernel on ');
    // Painted: the similarity has many colours, its diagonal one.
    const colors = (await page.evaluate(`(() => {
      const canvas = document.querySelector('#see-similarity canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const at = (x, y) => data.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 4).join();
      const places = [...Array(canvas.width).keys()];
      return [canvas.width, new Set(places.map((x) => at(x, x))).size, new Set(places.map((x) => at(x, 0))).size];
    })()`)) as number[];
    expect(colors.slice(0, 2)).toEqual([128, 1]);
    expect(colors[2]).toBeGreaterThan(20);
    const said = await shown(page);
    const again = await openPage(site, new URL(page.url()).search);
    await settle(again.page);
    expect(await shown(again.page), 'from the address alone').toBe(said);
    await again.page.close();
    await expectClean(open);
  });

  test('every encoding is drawn, with numbers as in Node', async () => {
    const open = await openPage(site, '?panel=see&length=64&side=9');
    const { page } = open;
    await settle(page);
    let before = await shown(page);
    for (const encoding of encodings.slice(1)) {
      // As the keyboard does: the list is in another order than the array.
      await page.select('#see-encoding', encoding);
      await page.waitForFunction(`location.search.includes('encoding=${encoding}&')`);
      await settle(page);
      const now = await shown(page);
      expect(now, encoding).not.toBe(before);
      before = now;
      await expectNumbers(page);
    }
    await expectClean(open);
  });

  test('every scheme that extends RoPE', async () => {
    const open = await openPage(site, '?panel=see&length=64&pairing=interleaved');
    const { page } = open;
    await settle(page);
    for (const scheme of ['linear', 'ntk', 'dynamic', 'yarn', 'longrope', 'llama3']) {
      await page.focus('#see-scheme');
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction(`location.search.includes('scheme=${scheme}&')`);
      await settle(page);
      expect(await textOf(page, '#see-map .note')).toContain('the first 16 of 64 positions');
      await expectNumbers(page);
    }
    await expectClean(open);
  });

  const key = (id: string, press: 'ArrowLeft' | 'ArrowRight') => async (page: Page) => {
    await page.focus(`#${id}`);
    await page.keyboard.press(press);
  };
  const click = (selector: string) => (page: Page) => page.click(selector);
  type Step = readonly [address: string, act: (page: Page) => Promise<void>];
  const controls: readonly (readonly [query: string, steps: readonly Step[]])[] = [
    [
      'encoding=rope&scheme=yarn&length=64',
      [
        ['factor=5.65', key('see-factor', 'ArrowRight')],
        ['dim=72', key('see-dim', 'ArrowRight')],
        ['length=54', key('see-length', 'ArrowLeft')],
        ['base=12589', key('see-base', 'ArrowRight')],
        ['pairing=interleaved', click('input[name="see-pairing"][value="interleaved"]')],
      ],
    ],
    [
      'encoding=sinusoidal-2d&side=9',
      [
        ['side=8', key('see-side', 'ArrowLeft')],
        ['row=5', key('see-row', 'ArrowRight')],
        ['column=3', key('see-column', 'ArrowLeft')],
        ['layout=concat', click('input[name="see-layout"][value="concat"]')],
        ['endpoint=1', click('#see-endpoint')],
      ],
    ],
    ['encoding=integer&length=64', [['divisor=2', key('see-divisor', 'ArrowRight')]]],
    [
      'encoding=learned&length=64',
      [
        ['seed=2', key('see-seed', 'ArrowRight')],
        ['smooth=1', click('#see-smooth')],
      ],
    ],
    [
      'encoding=t5&length=300',
      [
        ['heads=9', key('see-heads', 'ArrowRight')],
        ['buckets=28', key('see-buckets', 'ArrowLeft')],
        ['distance=256', key('see-distance', 'ArrowRight')],
        ['bidirectional=0', click('#see-bidirectional')],
      ],
    ],
  ];
  test.each(controls)(
    '%s: every control changes what is shown, and says so in the address',
    async (query, steps) => {
      const open = await openPage(site, `?panel=see&${query}`);
      const { page } = open;
      await settle(page);
      let before = await shown(page);
      for (const [address, act] of steps) {
        await act(page);
        await page.waitForFunction(`location.search.includes('${address}')`);
        await settle(page);
        const now = await shown(page);
        expect(now, address).not.toBe(before);
        before = now;
      }
      await expectNumbers(page);
      await expectClean(open);
    },
  );

  test('curves: picked on the map, moved by arrow keys, taken away and added', async () => {
    const open = await openPage(site, '?panel=see&length=64');
    const { page } = open;
    await settle(page);
    const cells = await (await page.$('#see-map .cells'))?.boundingBox();
    if (!cells) throw new Error('#see-map .cells: expected a box, got none');
    await page.mouse.click(cells.x + (10.5 / 64) * cells.width, cells.y + cells.height / 3);
    await page.waitForFunction(`location.search.includes('dims=10%2C8%2C16%2C24')`);
    // The click puts the keyboard on the slider of that curve.
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(`location.search.includes('dims=11%2C8%2C16%2C24')`);
    await settle(page);
    expect(await textOf(page, '#see-curves .legend')).toContain('1: dimension 11');
    const marks = await page.$$eval('#see-map .see-marks i', (all) =>
      all.map((mark) => (mark as HTMLElement).style.left),
    );
    expect(marks).toEqual([11, 8, 16, 24].map((dim) => `${(100 * dim) / 64}%`));
    const [head = [], ...rows] = await numbersOf(page, '#see-curves');
    expect(head.slice(1)).toEqual(['Dimension 11', 'Dimension 8', 'Dimension 16', 'Dimension 24']);
    const made = makeRows(stateOf(page));
    for (const [position = '', ...values] of rows) {
      values.forEach((value, n) => {
        expectShown(value, made.rows[parse(position) * 64 + [11, 8, 16, 24][n]!] ?? Number.NaN, 2.5e-7);
      });
    }

    await page.click('#see-remove');
    await page.waitForFunction(`location.search.includes('dims=8%2C16%2C24')`);
    for (let n = 0; n < 3; n++) await page.click('#see-remove');
    await page.waitForFunction(`location.search.endsWith('dims=24')`);
    expect(await page.$eval('#see-remove', (button) => button.getAttribute('aria-disabled'))).toBe('true');
    await page.click('input[name="see-curve"][value="2"]');
    await page.waitForFunction(`location.search.includes('dims=24%2C8%2C16&curve=3')`);
    await settle(page);
    expect(await page.$$('#see-curves .legend li')).toHaveLength(3);
    await expectClean(open);
  });

  test('a grid: a click on its map picks the cell that is compared', async () => {
    const open = await openPage(site, '?panel=see&encoding=rope-2d&side=10');
    const { page } = open;
    await settle(page);
    await page.$eval('#see-cell', (figure) => figure.scrollIntoView());
    const cells = await (await page.$('#see-cell .cells'))?.boundingBox();
    if (!cells) throw new Error('#see-cell .cells: expected a box, got none');
    await page.mouse.click(cells.x + 0.25 * cells.width, cells.y + 0.75 * cells.height);
    await page.waitForFunction(`location.search.includes('row=7&column=2')`);
    await settle(page);
    const { cell } = makeRows(stateOf(page));
    const [, ...rows] = await numbersOf(page, '#see-cell');
    rows.forEach(([, ...values], row) => {
      values.forEach((value, column) => {
        expectShown(value, cell?.[row * 10 + column] ?? Number.NaN, 0);
      });
    });
    expect(rows[7]?.[3]).toBe('1.00');
    await expectClean(open);
  });

  test('4096 positions: progress, Cancel, and on from there', async () => {
    const open = await openPage(site, '?panel=see&length=4096', impatient + untilStopped);
    const { page } = open;
    await page.waitForSelector('#see-compare-cancel');
    expect(await textOf(page, '#see-compare-progress-text')).toMatch(/^Comparing all pairs \d+%…$/);
    await page.focus('#see-compare-cancel');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#see-compare-again');
    expect(await page.evaluate('document.activeElement.id'), 'the keyboard goes on').toBe(
      'see-compare-again',
    );
    await page.keyboard.press('Enter');
    await page.waitForSelector('#see-compare-cancel');
    // A newer choice does not wait for the older one.
    await page.focus('#see-length');
    await page.keyboard.press('Home');
    await page.waitForFunction(`location.search.includes('length=16&')`);
    await settle(page);
    expect(await page.$('#see-compare-cancel')).toBeNull();
    await expectNumbers(page);
    await expectClean(open);
  });

  test('4096 positions to the end: all pairs compared, drawn as means of blocks', async () => {
    const open = await openPage(site, '?panel=see&length=4096&dim=8&encoding=sinusoidal');
    const { page } = open;
    await settle(page);
    expect(await textOf(page, '#see-similarity .note')).toContain('A cell is the mean of 8 by 8');
    expect(await page.$eval('#see-similarity canvas', (canvas) => (canvas as HTMLCanvasElement).width)).toBe(
      512,
    );
    await expectNumbers(page);
    await expectClean(open);
  });

  test('dragging the length: the main thread draws and no more', async () => {
    const open = await openCounted(site, '?panel=see&dim=256&length=16');
    const { page } = open;
    await settle(page);
    const box = await (await page.$('#see-length'))?.boundingBox();
    if (!box) throw new Error('#see-length: expected a box, got none');
    const work = await open.count(async () => {
      await page.mouse.move(box.x + 10, box.y + box.height / 2);
      await page.mouse.down();
      for (let n = 1; n <= 12; n++) await page.mouse.move(box.x + 10 + n * 13, box.y + box.height / 2);
      await page.mouse.up();
      await settle(page);
    });
    expectLight(work, 12, 900_000);
    expect(stateOf(page).length).toBeGreaterThan(256);
    await expectClean(open);
  });

  test('the table of all encodings: on request, cancelled, then whole and as in Node', async () => {
    const open = await openPage(site, '?panel=see&length=32', holdResults);
    const { page } = open;
    await page.evaluate('window.release()');
    await settle(page);
    await page.click('#see-all summary');
    await page.evaluate('window.hold()');
    await page.click('#see-measure');
    await page.waitForSelector('#see-all-cancel');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#see-measure');
    expect(await page.evaluate('document.activeElement.id')).toBe('see-measure');
    await page.evaluate('window.release()');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#see-all tbody tr');
    const rows = await page.$$eval('#see-all tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
    const entries = encodingCatalogue();
    expect(rows.map(([title]) => title)).toEqual(entries.map(({ title }) => title));
    for (const name of ['binary', 'integer', 'rope-yarn']) {
      const at = entries.findIndex((entry) => entry.name === name);
      const { title, source } = entries[at]!;
      expect(rows[at]).toEqual(propertyRow(title, encodingProperties(source)));
    }
    await expectClean(open);
  });

  test('accessible in light and dark', async () => {
    const open = await openPage(site, '?panel=see&length=32&encoding=sinusoidal-2d&side=6');
    const { page } = open;
    await expectAccessibleInBoth(page, () => settle(page));
    await page.select('#see-encoding', 'alibi');
    await expectAccessibleInBoth(page, () => settle(page));
    await expectClean(open);
  });

  test('an address that asks for what is not here is named, and the defaults stand in', async () => {
    const open = await openPage(site, '?panel=see&encoding=rotary&dim=20&dims=500');
    const { page } = open;
    await settle(page);
    const said = await textOf(page, '#notice');
    for (const name of ['encoding', 'dim', 'dims']) expect(said).toContain(`${name}: expected`);
    expect(stateOf(page)).toMatchObject({ encoding: 'rope', dim: 64 });
    await expectClean(open);
  });
});
