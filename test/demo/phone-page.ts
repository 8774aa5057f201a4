/** What the tests of the page on a phone share: what lies where, and what is drawn. */
import type { Page, Viewport } from 'puppeteer';
import { expect } from 'vitest';

/** Upright, as most are held. */
export const phone: Viewport = { width: 390, height: 844, isMobile: true, hasTouch: true };

/** Of the picture's area, what has to be in view above the bar of controls. */
const leastShare = 0.95;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Layout {
  /** The drawings of the panel's pictures, as far as the panel shows them. */
  readonly pictures: readonly Box[];
  /** The bar, or sheet, of controls. */
  readonly bar: Box;
  /** What can be worked in the bar. */
  readonly inputs: readonly Box[];
  /** What lies at the middle of each of those inputs is the input, and nothing over it. */
  readonly within: readonly boolean[];
  readonly scrolled: number;
}

export async function layoutOf(page: Page): Promise<Layout> {
  return (await page.evaluate(`(() => {
    const boxOf = (element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom };
    };
    const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
    const inputs = shown('.panel-controls > .main :is(input, select, button)');
    return {
      // Tell's picture is its text, which shows by its shades what the model looked at.
      pictures: shown('.picture :is([role="img"], .scroll:has(.told))').map(boxOf),
      bar: boxOf(document.querySelector('.panel-controls')),
      inputs: inputs.map(boxOf),
      within: inputs.map((input) => {
        const { left, top, right, bottom } = boxOf(input);
        return document.elementFromPoint((left + right) / 2, (top + bottom) / 2) === input;
      }),
      scrolled: scrollY,
    };
  })()`)) as Layout;
}

/** Share of a box that lies in the window and above the bar. */
export function shareAbove({ left, top, right, bottom }: Box, bar: Box, { width }: Viewport): number {
  const across = Math.min(right, width) - Math.max(left, 0);
  const down = Math.min(bottom, bar.top) - Math.max(top, 0);
  return (Math.max(0, across) * Math.max(0, down)) / ((right - left) * (bottom - top));
}

/** Expects the first picture, nearly all of it, and the main control, all of it, to be in view at once. */
export function expectInView({ pictures, bar, inputs, within }: Layout, viewport = phone): void {
  const [picture] = pictures;
  if (!picture) throw new Error('expected a picture, got none');
  expect(picture.bottom - picture.top, 'height of the picture, px').toBeGreaterThan(80);
  expect(shareAbove(picture, bar, viewport), 'share of the picture in view').toBeGreaterThanOrEqual(
    leastShare,
  );
  expect(inputs.length, 'inputs in the bar').toBeGreaterThan(0);
  for (const { left, top, right, bottom } of inputs) {
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(viewport.width);
    expect(bottom).toBeLessThanOrEqual(viewport.height);
    // Large enough for a finger: WCAG 2.2 asks for 24.
    expect(bottom - top).toBeGreaterThanOrEqual(24);
  }
  expect(within, 'nothing lies over an input').not.toContain(false);
}

/** Waits until every figure is drawn, and nothing newer is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    `document.querySelectorAll('.chart:not([hidden]):is(:not([data-drawn]), .busy)').length === 0`,
    { timeout: 60_000 },
  );
}

/** The picture as it is painted once it has come to rest. */
export async function painted(page: Page): Promise<string> {
  for (let before = ''; ; ) {
    await settled(page);
    await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    const { left, top, right, bottom } = (await layoutOf(page)).pictures[0]!;
    const clip = { x: left, y: top, width: right - left, height: bottom - top };
    const now = await page.screenshot({ clip, captureBeyondViewport: false, encoding: 'base64' });
    if (now === before) return now;
    before = now;
  }
}

/** Names of the controls that are shown, and of those that the panel has in this state. */
export async function controlsOf(page: Page): Promise<{ shown: string[]; all: string[] }> {
  return (await page.evaluate(`(() => {
    const all = [...document.querySelectorAll('.panel-controls :is(input, select, button):not(.opener)')];
    // What the state has no use for is hidden, open or not; what is in closed details opens with them.
    const used = all.filter((each) => !each.closest('[hidden], details:not([open])'));
    const name = (each) => each.id || each.name + ' ' + each.value;
    return { shown: used.filter((each) => each.checkVisibility()).map(name), all: used.map(name) };
  })()`)) as { shown: string[]; all: string[] };
}

export function isOpen(page: Page): Promise<boolean> {
  return page.$eval('.opener', (opener) => opener.getAttribute('aria-expanded') === 'true');
}
