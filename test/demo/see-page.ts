/** What the tests of the See panel share: what is drawn, read off the page, against what the package computes in Node. */
import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import { stepsOf } from '../../demo/panels/see/compare';
import { propertyRow } from '../../demo/panels/see/properties-words';
import { makeRows } from '../../demo/panels/see/rows';
import { chosenOf, positionsOf } from '../../demo/panels/see/sources';
import { isBias, isGrid, type State, stateFromQuery } from '../../demo/panels/see/state';
import { measuredOf } from '../../demo/panels/see/tasks';
import { positionRows } from '../../src/analysis/encoding-source';
import { encodingProperties } from '../../src/analysis/properties';
import { similarityMatrix } from '../../src/analysis/similarity';
import { rendered, textOf, writeAddress } from './site';

/** The state in the address. */
export function stateOf(page: Page): State {
  const { state, problems } = stateFromQuery(new URL(page.url()).searchParams);
  expect(problems).toEqual([]);
  return state;
}

/** Waits until all that the newest state asks for is drawn. */
export async function settle(page: Page): Promise<void> {
  await writeAddress(page);
  const figures = isBias(stateOf(page))
    ? ['#see-bias']
    : ['#see-similarity', ...(isGrid(stateOf(page)) ? ['#see-cell'] : [])];
  for (const figure of ['#see-map', '#see-curves', ...figures]) {
    await page.waitForSelector(`${figure}[data-drawn]:not(.busy)`);
  }
  await page.waitForSelector('#see-properties:not(.busy)');
}

/** Everything that is said of what is drawn. */
export async function shown(page: Page): Promise<string> {
  const spoken = (await page.evaluate(
    `[...document.querySelectorAll('.panel-figures .chart:not([hidden]) .drawing')].map((each) => each.getAttribute('aria-label')).join(' ')`,
  )) as string;
  const notes = await textOf(page, '.panel-figures');
  // Times differ from run to run.
  return `${spoken} ${notes}`.replace(/in [\d.,]+\s(ms|µs)/g, '');
}

/** The numbers of a figure: its details are opened by a click, and closed by another. */
export async function numbersOf(page: Page, figure: string): Promise<string[][]> {
  await page.click(`${figure} summary`);
  await page.waitForSelector(`${figure} tbody tr`);
  // Opening is told to the page a moment later, which then fills the table anew.
  await rendered(page);
  const rows = await page.$$eval(`${figure} table tr`, (all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
  await page.click(`${figure} summary`);
  return rows;
}

/** A number as the page writes it. */
export function parse(text: string): number {
  const powers = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const plain = text
    .replace(/\s×\s10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, minus: string, power: string) => {
      return `e${minus && '-'}${[...power].map((digit) => powers.indexOf(digit)).join('')}`;
    })
    .replace(/[\u202f\u00a0]/g, '')
    .replace('−', '-');
  return Number(plain || 'none');
}

/** As near as three digits tell, and `rounding` of float32 on the GPU. */
export function expectShown(text: string, value: number, rounding: number): void {
  // Half of the third digit; the last bit of a double for numbers that lie in the middle of two.
  const half = value === 0 ? 0 : 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2) * (1 + 1e-9);
  expect(!(Math.abs(parse(text) - value) <= half + rounding), `${text} is shown for ${value}`).toBe(false);
}

/**
 * What the rows of the kernel may differ by. Sinusoids: 2.5e-7, the promise of the additive kernel. RoPE: four table
 * entries and three operations, each rounded by up to 2^-25 of numbers up to 1, make 1.8e-7, times YaRN's factor of at
 * most 1.35. Integers over a divisor: rounded twice, up to 4096 * 2^-23.
 */
function rowTolerance({ encoding, divisor }: State): number {
  if (encoding === 'learned' || encoding === 'binary') return 0;
  if (encoding === 'integer') return divisor === 1 ? 0 : 4096 * 2 ** -23;
  return 2.5e-7;
}

/** Heat map, similarity or bias, and curves against what the package computes in Node for the state in the address. */
export async function expectNumbers(page: Page): Promise<void> {
  const state = stateOf(page);
  const made = makeRows(state);
  const tolerance = rowTolerance(state);
  const [head = [], ...rows] = await numbersOf(page, '#see-map');
  expect(rows.length).toBeGreaterThan(10);
  for (const [position = '', ...cells] of rows) {
    cells.forEach((cell, n) => {
      expectShown(
        cell,
        made.rows[parse(position) * made.columns + Number(head[n + 1])] ?? Number.NaN,
        tolerance,
      );
    });
  }
  if (made.bias) {
    const [keys = [], ...queries] = await numbersOf(page, '#see-bias');
    const { picture, step } = made.bias;
    for (const [query = '', ...cells] of queries) {
      cells.forEach((cell, n) => {
        const at = (parse(query) / step) * picture.width + parse(keys[n + 1] ?? '') / step;
        expectShown(cell, picture.values[at] ?? Number.NaN, 0);
      });
    }
    return;
  }
  const note = await textOf(page, '#see-map .note');
  // No kernel makes wavelets.
  if (state.encoding === 'wavelet') expect(note).toContain('Made by the CPU in float64.');
  else {
    const difference = /difference from float64: ([^.]+(?:\.\d)?[^.]*)\./.exec(note)?.[1];
    expect(!(parse(difference ?? '') <= tolerance * (state.scheme === 'yarn' ? 1.35 : 1)), difference).toBe(
      false,
    );
  }
  const rowsOfAll = positionRows(chosenOf(state).source, positionsOf(state));
  const steps = stepsOf(similarityMatrix(rowsOfAll, made.count, made.columns), made.count, state);
  const [, ...shownSteps] = await numbersOf(page, '#see-similarity');
  expect(shownSteps).toHaveLength(steps.length);
  // As the kernel promises, (76 + dim / 128) * 2^-24; and of rows that are rounded themselves, twice as much.
  const rounding = 1e-5;
  steps.forEach((step, n) => {
    const [, mean = '', least = '', greatest = ''] = shownSteps[n] ?? [];
    expectShown(mean, step.mean, rounding);
    expectShown(least, step.least, rounding);
    expectShown(greatest, step.greatest, rounding);
  });
  const properties = encodingProperties(chosenOf(state).source, measuredOf(state));
  const said = await textOf(page, '#see-properties');
  // Of the row of a table: all but the name, and what is told in other words.
  for (const cell of propertyRow('', properties).slice(1)) {
    if (!cell.includes('%')) expect(said).toContain(cell);
  }
  expect(said).toContain(properties.beyond.sentence);
}
