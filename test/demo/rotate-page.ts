/** What the tests of the Rotate panel share: what is shown, read off the page, against what the package computes in Node. */
import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import { imageScores } from '../../demo/panels/rotate/image-scores';
import { stateFromQuery } from '../../demo/panels/rotate/state';
import { textScores } from '../../demo/panels/rotate/text-scores';
import { writeAddress } from './site';

export const settledText = '#turn-shift-chart[data-drawn]:not(.busy)';
export const settledImage = '#turn-across[data-drawn]:not(.busy)';

/** Waits until the address and the drawings have the newest state. */
export async function settle(page: Page): Promise<void> {
  await writeAddress(page);
  const mode = new URL(page.url()).searchParams.get('mode');
  await page.waitForSelector(mode === 'image' ? settledImage : settledText);
}

export function stateOf(page: Page) {
  const { state, problems } = stateFromQuery(new URL(page.url()).searchParams);
  expect(problems).toEqual([]);
  return state;
}

/** The big number of a reading, whose name begins so. */
export async function reading(page: Page, list: string, name: string): Promise<string> {
  return (await page.evaluate(
    `[...document.querySelectorAll('${list} div')].find((div) => div.innerText.startsWith('${name}'))?.querySelector('.value').innerText ?? ''`,
  )) as string;
}

/** A number as the page writes it. */
export function parse(text: string): number {
  const raised: Record<string, string> = {
    '⁻': '-',
    ...Object.fromEntries([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((c, n) => [c, `${n}`])),
  };
  const plain = text
    .replace(
      /\u202f×\u202f10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/,
      (_, power: string) => `e${[...power].map((c) => raised[c]).join('')}`,
    )
    .replace(/[\u202f\u00a0]/g, '')
    .replace('−', '-');
  return Number(plain || 'none');
}

/** As near as `digits` digits tell, and the 1.8e-4 that float32 may take from a score of 128 products: text-view.ts counts them. */
export function expectShown(text: string, value: number, digits: number): void {
  const tolerance = 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - digits) + 2e-4;
  expect(!(Math.abs(parse(text) - value) <= tolerance), `${text} is shown for ${value}`).toBe(false);
}

export async function expectTextNumbers(page: Page): Promise<void> {
  const scores = await textScores(stateOf(page), null);
  expectShown(await reading(page, '#turn-readings', 'Score, q'), scores.score, 4);
  expectShown(await reading(page, '#turn-readings', 'Both moved, positions added'), scores.additiveSpread, 3);
  // Elements below 4, each within 5e-7 of its pair: see rounding in text-view.ts.
  expect(parse(await reading(page, '#turn-readings', 'Both moved, rotated'))).toBeLessThan(1e-3);
  const description = await drawingOf(page, '#turn-distance-chart');
  const [start = Number.NaN] = scores.byDistance;
  expectShown(/: (\S+) at 0,/.exec(description)?.[1] ?? '', start, 3);
  expectShown(
    /, (\S+) at \d+, between/.exec(description)?.[1] ?? '',
    scores.byDistance.at(-1) ?? Number.NaN,
    3,
  );
}

export function drawingOf(page: Page, figure: string): Promise<string> {
  return page.$eval(`${figure} .drawing`, (drawing) => drawing.getAttribute('aria-label') ?? '');
}

/** The numbers of a figure, opened by a click where they are not yet; they stay open and follow the figure. */
export async function numbersOf(page: Page, figure: string): Promise<string[][]> {
  if (!(await page.$(`${figure} details[open]`))) await page.click(`${figure} summary`);
  await page.waitForSelector(`${figure} tbody tr`);
  return page.$$eval(`${figure} tbody tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
}

export async function expectMap(page: Page, figure: string, which: 'axial' | 'line'): Promise<void> {
  const state = stateOf(page);
  const scores = (await imageScores(state, null))[which]?.scores;
  const rows = await numbersOf(page, figure);
  expect(rows).toHaveLength(state.height);
  rows.forEach(([, ...cells], row) => {
    expect(cells).toHaveLength(state.width);
    for (const [column, text] of cells.entries()) {
      expectShown(text, scores?.[row * state.width + column] ?? Number.NaN, 3);
    }
  });
}
