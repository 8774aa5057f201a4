import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { panels } from '../../demo/panels';
import { expectAccessible, violationsOf } from './accessibility';
import {
  controlsOf,
  expectInView,
  isOpen,
  layoutOf,
  painted,
  phone,
  settled,
  shareAbove,
} from './phone-page';
import { expectUntroubled, type OpenPage, openPage, openSite, type Site, textOf } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

async function openOnPhone(query: string): Promise<OpenPage> {
  const open = await openPage(site, query, undefined, undefined, phone);
  await settled(open.page);
  return open;
}

/** Works the first input of the bar as a visitor would: a tap on a slider, a key on a list. */
async function moveMainControl(page: Page): Promise<void> {
  const selector = '.panel-controls > .main:not([hidden]) :is(input, select)';
  const isSlider = await page.$eval(selector, (input) => input.matches('[type="range"]'));
  if (isSlider) {
    const { left, top, right, bottom } = await page.$eval(selector, (input) => {
      const { left, top, right, bottom } = input.getBoundingClientRect();
      return { left, top, right, bottom };
    });
    const value = await page.$eval(selector, (input) => Number((input as HTMLInputElement).value));
    const max = await page.$eval(selector, (input) => Number((input as HTMLInputElement).max));
    // To the half where it is not.
    const share = value > max / 2 ? 0.3 : 0.7;
    await page.touchscreen.tap(left + share * (right - left), (top + bottom) / 2);
  } else {
    await page.focus(selector);
    await page.keyboard.press('ArrowDown');
  }
}

/** Every panel, and the views of a panel that have another picture. */
const views = [...panels.map(({ id }) => `?panel=${id}`), '?panel=rotate&mode=image'];

describe.each(views)('%s', (query) => {
  let open: OpenPage;
  beforeAll(async () => {
    open = await openOnPhone(query);
  });
  // The page of all tests but the last, each of which finds it at its top, its controls closed.
  beforeEach(async () => {
    const { page } = open;
    await page.setViewport(phone);
    await page.evaluate('scrollTo(0, 0)');
    if (await isOpen(page)) await page.tap('.opener');
    await settled(page);
  });
  afterAll(() => open?.page.close());

  test('the picture and the main control are on the first screen; moving it changes the picture in view', async () => {
    const { page } = open;
    const before = await layoutOf(page);
    expect(before.scrolled).toBe(0);
    expectInView(before);
    const picture = await painted(page);
    await moveMainControl(page);
    await expect.poll(() => painted(page), { timeout: 60_000, interval: 100 }).not.toBe(picture);
    const after = await layoutOf(page);
    expect(after.scrolled).toBe(0);
    expectInView(after);
    await expectUntroubled(open);
  });

  test('all other controls are one tap away, and one tap closes them', async () => {
    const { page } = open;
    const closed = await controlsOf(page);
    expect(closed.shown.length).toBeGreaterThan(0);
    expect(closed.all.length).toBeGreaterThan(closed.shown.length);
    await page.tap('.opener');
    expect(await isOpen(page)).toBe(true);
    const { shown, all } = await controlsOf(page);
    expect(shown).toEqual(all);
    expect(all).toEqual(closed.all);
    // The picture is not covered: what they move can still be seen.
    const { pictures, bar } = await layoutOf(page);
    expect(shareAbove(pictures[0]!, bar, phone)).toBeGreaterThan(0.3);
    expect(bar.bottom).toBeLessThanOrEqual(phone.height);
    await page.tap('.opener');
    expect(await controlsOf(page)).toEqual(closed);
    await expectUntroubled(open);
  });

  test('the bar stays in view while the page scrolls', async () => {
    const { page } = open;
    for (const share of [0.3, 0.6, 0.9]) {
      await page.evaluate(
        `scrollTo(0, ${share} * (document.querySelector('.footer').offsetTop - innerHeight))`,
      );
      const { bar, inputs, within } = await layoutOf(page);
      expect(bar.bottom).toBe(phone.height);
      expect(inputs.length).toBeGreaterThan(0);
      expect(within).not.toContain(false);
    }
  });

  test('axe-core finds nothing, the controls closed and open', async () => {
    const { page } = open;
    // High enough for all of the page: axe-core takes what has to be scrolled from under the bar for too small.
    await page.setViewport({ ...phone, height: 12_000 });
    await settled(page);
    expect(await violationsOf(page)).toEqual([]);
    await page.tap('.opener');
    await expectAccessible(page);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await settled(page);
    await expectAccessible(page, 'dark');
    await expectUntroubled(open);
  });

  test('a wide window shows all controls beside the figures, and has no bar to open', async () => {
    const { page } = await openPage(site, query);
    await settled(page);
    expect(await page.$eval('.opener', (opener) => opener.checkVisibility())).toBe(false);
    const { shown, all } = await controlsOf(page);
    expect(shown).toEqual(all);
    expect((await layoutOf(page)).bar.right).toBeLessThan(1280);
    await page.close();
  });
});

test('by keyboard: the opener, then every control in order; what was set stays when the bar closes', async () => {
  const open = await openOnPhone('?panel=see');
  const { page } = open;
  const focused = (): Promise<unknown> => page.evaluate('document.activeElement.id');
  await page.focus('.opener');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('see-encoding');
  await page.focus('.opener');
  await page.keyboard.press('Enter');
  expect(await isOpen(page)).toBe(true);
  const reached: unknown[] = [];
  for (let n = 0; n < 5; n++) {
    await page.keyboard.press('Tab');
    reached.push(await focused());
  }
  expect(reached).toEqual(['see-encoding', 'see-scheme', 'see-dim', 'see-length', 'see-base']);
  await page.focus('#see-length');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(`location.search.includes('length=108')`);
  await page.focus('.opener');
  await page.keyboard.press('Space');
  expect(await isOpen(page)).toBe(false);
  await page.select('#see-encoding', 'sinusoidal');
  await settled(page);
  expect(await isOpen(page)).toBe(false);
  await page.tap('.opener');
  expect(await page.$eval('output[for="see-length"]', ({ textContent }) => textContent)).toBe('108');
  await expectUntroubled(open);
  await page.close();
});

test('what takes the focus in a figure is not behind the bar', async () => {
  const { page } = await openOnPhone('?panel=see');
  for (const opens of [false, true]) {
    if (opens) await page.tap('.opener');
    const figures = await page.$$('.panel-figures :is(summary, button, input)');
    let seen = 0;
    for (const element of figures) {
      if (!(await element.evaluate((each) => each.checkVisibility()))) continue;
      await page.evaluate('scrollTo(0, 0)');
      await element.focus();
      const box = await element.evaluate((each) => each.getBoundingClientRect().bottom);
      expect(box).toBeLessThanOrEqual((await layoutOf(page)).bar.top);
      seen++;
    }
    expect(seen).toBeGreaterThan(5);
  }
  await page.close();
});

test('turned on its side the phone shows controls and picture side by side; turned back the bar is as it was', async () => {
  const { page } = await openOnPhone('?panel=extend');
  await page.tap('.opener');
  const side = { ...phone, width: phone.height, height: phone.width };
  await page.setViewport(side);
  await settled(page);
  expect(await page.$eval('.opener', (opener) => opener.checkVisibility())).toBe(false);
  const { shown, all } = await controlsOf(page);
  expect(shown).toEqual(all);
  const { pictures, bar } = await layoutOf(page);
  expect(pictures[0]!.left).toBeGreaterThan(bar.right);
  expect(pictures[0]!.top).toBeLessThan(side.height / 2);
  await page.setViewport(phone);
  await settled(page);
  expect(await isOpen(page)).toBe(true);
  await page.close();
});

test('Check: Run from anywhere on the page brings its result into view', async () => {
  const open = await openOnPhone('?panel=check&tokens=1&dtype=f32');
  const { page } = open;
  await page.evaluate('scrollTo(0, 99999)');
  await page.tap('#run');
  await page.waitForSelector('#outcome .result', { timeout: 120_000 });
  const { bar } = await layoutOf(page);
  const { top } = await page.$eval('#outcome .verdict', (verdict) => {
    const { top } = verdict.getBoundingClientRect();
    return { top };
  });
  expect(top).toBeGreaterThanOrEqual(0);
  expect(top).toBeLessThan(bar.top);
  await expectUntroubled(open);
  await page.close();
});

test('Check: a start that cannot be used opens the controls, with the focus on it', async () => {
  const { page } = await openOnPhone('?panel=check&tokens=1&dtype=f32&start=77');
  await page.tap('.opener');
  await page.click('#start', { count: 3 });
  await page.keyboard.type('2000000');
  await page.tap('.opener');
  expect(await isOpen(page)).toBe(false);
  await page.tap('#run');
  expect(await isOpen(page)).toBe(true);
  expect(await page.evaluate('document.activeElement.id')).toBe('start');
  expect(await textOf(page, '#start-problem')).toContain('Expected an integer');
  await page.close();
});
