import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageScores } from '../../demo/panels/rotate/image-scores';
import { textScores } from '../../demo/panels/rotate/text-scores';
import { expectAccessibleInBoth } from './accessibility';
import {
  drawingOf,
  expectMap,
  expectShown,
  expectTextNumbers,
  numbersOf,
  parse,
  reading,
  settle,
  settledImage,
  settledText,
  stateOf,
} from './rotate-page';
import { expectClean, noGpu, openPage, openSite, type Site, textOf } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

describe('a text', () => {
  test('moving both leaves the score; moving apart changes it, as the package computes it in Node', async () => {
    const open = await openPage(site, '?panel=rotate');
    const { page } = open;
    await page.waitForSelector(settledText);
    await expectTextNumbers(page);
    const before = {
      score: await reading(page, '#turn-readings', 'Score, q'),
      hands: await page.$$eval('#turn-dials .hand', (hands) =>
        hands.map((hand) => hand.getAttribute('transform')),
      ),
      angles: await drawingOf(page, '#turn-dials'),
    };
    expect(before.hands).toHaveLength(16);

    await page.focus('#turn-shift');
    for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowRight');
    await page.waitForFunction(`location.search.includes('shift=3')`);
    await settle(page);
    expect(await reading(page, '#turn-readings', 'Score, q')).toBe(before.score);
    expect(await drawingOf(page, '#turn-dials'), 'angles between the hands').toBe(before.angles);
    expect(
      await page.$$eval('#turn-dials .hand', (hands) => hands.map((hand) => hand.getAttribute('transform'))),
    ).not.toEqual(before.hands);
    expect(await textOf(page, '#turn-readings')).toContain('“cat” at position 11, “cat” at 4: 7 apart');

    await page.keyboard.press('Tab');
    for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowRight');
    await page.waitForFunction(`location.search.includes('distance=12')`);
    await settle(page);
    expect(await reading(page, '#turn-readings', 'Score, q')).not.toBe(before.score);
    await expectTextNumbers(page);

    const scores = await textScores(stateOf(page), null);
    const rows = await numbersOf(page, '#turn-distance-chart');
    expect(rows).toHaveLength(65);
    for (const [distance = '', value = ''] of rows) {
      expectShown(value, scores.byDistance[Number(distance)] ?? Number.NaN, 3);
    }
    const shifted = await numbersOf(page, '#turn-shift-chart');
    for (const [shift = '', rotated = '', added = ''] of shifted) {
      expectShown(rotated, scores.byShift[Number(shift)] ?? Number.NaN, 7);
      expectShown(added, scores.additiveByShift[Number(shift)] ?? Number.NaN, 3);
    }
    const parts = await numbersOf(page, '#turn-dials');
    expect(parts).toHaveLength(32);
    const total = parts.reduce((sum, row) => sum + parse(row[4] ?? ''), 0);
    // Each part is shown to three digits, and below 1.
    expect(Math.abs(total - scores.score)).toBeLessThan(32 * 5e-4 + 1e-3);

    const said = await textOf(page, '#turn-readings');
    const again = await openPage(site, new URL(page.url()).search);
    await again.page.waitForSelector(settledText);
    expect(await textOf(again.page, '#turn-readings'), 'from the address alone').toBe(said);
    await again.page.close();
    await expectClean(open);
  });

  test('tokens are picked by click and by arrow keys, from a text typed by hand', async () => {
    const open = await openPage(site, '?panel=rotate&mode=text&distance=40');
    const { page } = open;
    await page.waitForSelector(settledText);
    await page.click('input[name="turn-key"][value="4"]');
    await page.waitForFunction(`location.search.includes('key=4') && !location.search.includes('distance')`);
    await page.focus('input[name="turn-query"][value="8"]');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(`location.search.includes('query=9')`);
    await settle(page);
    expect(await textOf(page, '#turn-readings')).toContain('“was” at position 9, “the” at 4: 5 apart');
    await expectTextNumbers(page);

    await page.click('#turn-text', { count: 3 });
    await page.keyboard.press('Backspace');
    expect(await textOf(page, '#turn-text-problem')).toBe('Expected at least one word.');
    await page.keyboard.type('Zwei mal zwei & drei!');
    expect(await textOf(page, '#turn-text-problem')).toBe('');
    await page.waitForFunction(
      `new URLSearchParams(location.search).get('text') === 'Zwei mal zwei & drei!'`,
    );
    await settle(page);
    expect(await page.$$eval('.tokens.of-query span', (all) => all.map((span) => span.textContent))).toEqual([
      'Zwei 0',
      'mal 1',
      'zwei 2',
      '& 3',
      'drei 4',
      '! 5',
    ]);
    await expectTextNumbers(page);
    // The worker and the page agree with Node on what a word's vector is, letters beyond ASCII included.
    expect(await page.$eval('#turn-text', (input) => (input as HTMLInputElement).value)).toBe(
      'Zwei mal zwei & drei!',
    );
    await expectClean(open);
  });

  test('every other control changes what is shown, and says so in the address', async () => {
    const open = await openPage(site, '?panel=rotate');
    const { page } = open;
    await page.waitForSelector(settledText);
    const press = (id: string, key: 'ArrowLeft' | 'ArrowRight' | 'End' | 'Home') => async () => {
      await page.focus(`#${id}`);
      await page.keyboard.press(key);
    };
    const click = (name: string, value: string) => () =>
      page.click(`input[name="${name}"][value="${value}"]`);
    const steps: readonly (readonly [what: string, act: () => Promise<void>])[] = [
      ['alike=89', press('turn-alike', 'ArrowLeft')],
      ['range=256', click('turn-range', '256')],
      ['dim=128', click('turn-dim', '128')],
      ['theta=12589', press('turn-theta', 'ArrowRight')],
      ['pairing=interleaved', click('turn-pairing', 'interleaved')],
      ['scheme=yarn', async () => void (await page.select('#turn-scheme', 'yarn'))],
      ['factor=16', press('turn-factor', 'ArrowRight')],
    ];
    let shown = (await drawingOf(page, '#turn-distance-chart')) + (await drawingOf(page, '#turn-dials'));
    for (const [what, act] of steps) {
      await act();
      await page.waitForFunction(`location.search.includes('${what}')`);
      await settle(page);
      const now = (await drawingOf(page, '#turn-distance-chart')) + (await drawingOf(page, '#turn-dials'));
      expect(now, what).not.toBe(shown);
      shown = now;
      await expectTextNumbers(page);
    }
    expect(parse(await reading(page, '#turn-readings', 'GPU against reference'))).toBeLessThan(1e-5);
    await expectClean(open);
  });

  test('dragging a slider: the main thread draws and no more', async () => {
    const open = await openCounted(site, '?panel=rotate&dim=128&range=1024');
    const { page } = open;
    await page.waitForSelector(settledText);
    const box = await (await page.$('#turn-distance'))?.boundingBox();
    if (!box) throw new Error('#turn-distance: expected a box, got none');
    const work = await open.count(async () => {
      await page.mouse.move(box.x + 10, box.y + box.height / 2);
      await page.mouse.down();
      for (let n = 1; n <= 12; n++) await page.mouse.move(box.x + 10 + n * 14, box.y + box.height / 2);
      await page.mouse.up();
      await settle(page);
    });
    expectLight(work, 12, 200_000);
    expect(stateOf(page).distance).toBeGreaterThan(500);
    await expectTextNumbers(page);
    await expectClean(open);
  });
});

describe('an image', () => {
  test('the query moves by slider and by click, and the pattern with it, as the package computes it in Node', async () => {
    const open = await openPage(site, '?panel=rotate');
    const { page } = open;
    await page.waitForSelector(settledText);
    await page.click('input[name="mode"][value="image"]');
    await page.waitForFunction(`location.search.includes('mode=image')`);
    await page.waitForSelector(settledImage);
    expect(
      await page.evaluate('document.querySelector("#turn-tokens").offsetParent'),
      'not shown',
    ).toBeNull();
    await expectMap(page, '#turn-axial', 'axial');
    expect(parse(await reading(page, '#turn-image-readings', 'Query moved elsewhere'))).toBeLessThan(1e-4);
    expect(parse(await reading(page, '#turn-image-readings', 'GPU against reference'))).toBeLessThan(2e-6);

    await page.focus('#turn-row');
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.focus('#turn-width');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(`/width=15.*row=0.*column=9/.test(location.search)`);
    await settle(page);
    await expectMap(page, '#turn-axial', 'axial');

    const cells = await (await page.$('#turn-axial .cells'))?.boundingBox();
    if (!cells) throw new Error('#turn-axial .cells: expected a box, got none');
    await page.mouse.click(cells.x + (2.5 / 15) * cells.width, cells.y + (12.5 / 16) * cells.height);
    await page.waitForFunction(`/row=12.*column=2/.test(location.search)`);
    await settle(page);
    await expectMap(page, '#turn-axial', 'axial');
    expect(await page.$eval('#turn-column', (input) => (input as HTMLInputElement).value)).toBe('2');
    await expectClean(open);
  });

  test('as one line of tokens: a second map, where the cell below is far', async () => {
    const open = await openPage(site, '?panel=rotate&mode=image&width=20&height=12&row=5&column=7&dim=32');
    const { page } = open;
    await page.waitForSelector(settledImage);
    expect(await page.$eval('#turn-line', (map) => (map as HTMLElement).hidden)).toBe(true);
    await page.click('#turn-as-line');
    await page.waitForFunction(`location.search.includes('line=1')`);
    await page.waitForSelector('#turn-line[data-drawn]:not(.busy)');
    await settle(page);
    await expectMap(page, '#turn-axial', 'axial');
    await expectMap(page, '#turn-line', 'line');
    const { axial, line } = await imageScores(stateOf(page), null);
    const [beside, below] = (await reading(page, '#turn-image-readings', 'One line')).split(', ');
    expectShown(beside ?? '', line?.scores[5 * 20 + 8] ?? Number.NaN, 3);
    expectShown(below ?? '', line?.scores[6 * 20 + 7] ?? Number.NaN, 3);
    expect(line?.scores[6 * 20 + 7]).toBeLessThan(axial.scores[6 * 20 + 7] ?? Number.NaN);
    await expectClean(open);
  });

  test('shrinking the image keeps the query inside; one cell is an image as well', async () => {
    const open = await openPage(site, '?panel=rotate&mode=image&line=1&pairing=interleaved');
    const { page } = open;
    await page.waitForSelector(settledImage);
    for (const id of ['turn-width', 'turn-height']) {
      await page.focus(`#${id}`);
      await page.keyboard.press('Home');
    }
    await page.waitForFunction(`/width=1&height=1&/.test(location.search)`);
    await settle(page);
    expect(stateOf(page)).toMatchObject({ width: 1, height: 1, row: 0, column: 0 });
    expect(await drawingOf(page, '#turn-axial')).toContain('There is no other cell.');
    await page.focus('#turn-width');
    await page.keyboard.press('End');
    await page.focus('#turn-height');
    await page.keyboard.press('End');
    await page.waitForFunction(`/width=32&height=32/.test(location.search)`);
    await settle(page);
    await expectMap(page, '#turn-axial', 'axial');
    await expectClean(open);
  });
});

/** The numbers of a map, all of them, against the CPU reference for the state in the address. */
test('what the address asks for and the panel does not have is named; the defaults stand in', async () => {
  const open = await openPage(site, '?panel=rotate&query=99&dim=7&text=one+two');
  const { page } = open;
  await page.waitForSelector(settledText);
  const notice = await textOf(page, '#notice');
  expect(notice).toContain('query: expected an integer from 0 to 1, got “99”');
  expect(notice).toContain('dim: expected one of 16, 32, 64, 128, got “7”');
  expect(stateOf(page)).toMatchObject({ query: 1, key: 0, dim: 64, text: 'one two' });
  await expectClean(open);
});

describe('without WebGPU the CPU reference computes the same', () => {
  for (const [query, settled, list] of [
    ['?panel=rotate&query=11&key=2', settledText, '#turn-readings'],
    ['?panel=rotate&mode=image&line=1', settledImage, '#turn-image-readings'],
  ] as const) {
    test(query, async () => {
      const open = await openPage(site, query, noGpu);
      const { page } = open;
      await page.waitForSelector(settled);
      expect(await textOf(page, '#notice')).toContain('This browser has no WebGPU');
      expect(await reading(page, list, 'Computed by')).toBe('CPU');
      if (settled === settledText) await expectTextNumbers(page);
      else await expectMap(page, '#turn-axial', 'axial');
      await expectClean(open);
    });
  }
});

describe('accessibility, by axe-core', () => {
  test.each([
    ['?panel=rotate&scheme=yarn', settledText],
    ['?panel=rotate&mode=image&line=1', settledImage],
  ])('%s, in light and dark', async (query, settled) => {
    const open = await openPage(site, query);
    const { page } = open;
    await expectAccessibleInBoth(page, () => page.waitForSelector(settled));
    await expectClean(open);
  });
});
