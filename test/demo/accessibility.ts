/** Accessibility as axe-core checks it: the rules of WCAG 2.2, levels A and AA, and those it calls best practice. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'puppeteer';
import { expect } from 'vitest';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A rule that the page breaks, and where. */
export interface Violation {
  readonly rule: string;
  readonly help: string;
  readonly places: readonly string[];
}

/** Runs axe-core on the page as it stands. */
export async function violationsOf(page: Page): Promise<Violation[]> {
  // What still fades has no colour to check yet.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] })`,
  )) as AxeResults;
  return violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    places: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`),
  }));
}

/** Opens all details, and waits until they are drawn. */
export async function openDetails(page: Page): Promise<void> {
  await page.evaluate(
    `for (const details of document.querySelectorAll('details')) details.open = true;
    new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))`,
  );
}

/** Expects that axe-core finds nothing, details closed and open; which of them are open is left as it was. */
export async function expectAccessible(page: Page, scheme = 'as it is'): Promise<void> {
  expect(await violationsOf(page), scheme).toEqual([]);
  const closed = await page.$$('details:not([open])');
  if (closed.length === 0) return;
  await openDetails(page);
  expect(await violationsOf(page), `${scheme}, details open`).toEqual([]);
  for (const details of closed) await details.evaluate((each) => each.removeAttribute('open'));
}

/**
 * As {@link expectAccessible}, in both color schemes of one page: a page that draws anew on a change of scheme is one that
 * visitors have too.
 *
 * @param settle Waits until the page has drawn.
 */
export async function expectAccessibleInBoth(page: Page, settle: () => Promise<unknown>): Promise<void> {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await settle();
    await expectAccessible(page, scheme);
  }
}
