import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { significant } from '../../demo/format';
import { type ComparedScheme, compareSchemes } from '../../demo/panels/extend/compare';
import { configSource } from '../../demo/panels/extend/config-text';
import { priceOf, verdictOf } from '../../demo/panels/extend/findings';
import { reportRow } from '../../demo/panels/extend/report-view';
import { configOfState, defaults, type State, stateFromQuery } from '../../demo/panels/extend/state';
import { schemeNames } from '../../demo/panels/schemes';
import { expectAccessibleInBoth } from './accessibility';
import { expectClean, type OpenPage, openPage, openSite, type Site } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Opens the panel and waits until all of it is drawn. */
async function openPanel(query = '', before?: string): Promise<OpenPage> {
  const open = await openPage(site, `?panel=extend${query}`, before);
  await open.page.waitForSelector('#extend-reach[data-drawn]');
  return open;
}

/** What the package computes, here in Node, for a state. */
function expected(state: State): ComparedScheme[] {
  const { trained, target } = state;
  return compareSchemes({ config: configOfState(state), trained, target, parameters: state });
}

/** As the page writes it: textContent keeps the spaces that innerText folds. */
const text = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');
const label = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id} [role="img"]`, (drawing) => drawing.getAttribute('aria-label') ?? '');
const inputValue = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (input) => (input as HTMLInputElement).value);
const cells = (page: Page, selector: string): Promise<string[][]> =>
  page.$$eval(`${selector} tbody tr`, (rows) =>
    rows.map((row) => Array.from(row.children, (cell) => cell.textContent ?? '')),
  );

/** The state in the address, once it has become what `has` names. */
async function stateAt(page: Page, has: string): Promise<State> {
  await page.waitForFunction(
    `new URLSearchParams(location.search).toString().includes(${JSON.stringify(has)})`,
  );
  const query = new URL(page.url()).searchParams;
  query.delete('panel');
  const { state, problems } = stateFromQuery(query);
  expect(problems).toEqual([]);
  return state;
}

/** Expects every number of the verdict, the report and the closer look to be that of the state. */
async function expectNumbers(page: Page, state: State): Promise<void> {
  const schemes = expected(state);
  // Charts are busy from the change of the state until its numbers are there.
  await page.waitForSelector('#panel:not(:has(.chart.busy))');
  expect(await text(page, '#extend-verdict-text')).toBe(verdictOf(schemes));
  const prices = await page.$$eval('#extend-prices li', (items) =>
    items.map((item) => item.textContent ?? ''),
  );
  for (const [i, scheme] of schemes.entries()) {
    expect(prices[i]).toContain(scheme.title);
    for (const phrase of priceOf(scheme, schemes[0]!)) expect(prices[i]).toContain(phrase);
  }
  expect(await cells(page, '#extend-report')).toEqual(schemes.map((scheme) => reportRow(scheme).map(String)));
  const chosen = schemes.find(({ name }) => name === state.scheme)!;
  expect(await text(page, '#extend-report .chosen th')).toBe(chosen.title);
  expect(await text(page, '#extend-chosen')).toBe(chosen.title);
  const summary = await page.$$eval('#extend-summary li', (items) => items.map((item) => item.textContent));
  expect(summary).toEqual(chosen.report.summary);
  expect(await text(page, '#extend-closer code')).toBe(configSource(chosen.config));
}

test('the first view: numbers, crosses and tables are those of the package', async () => {
  const open = await openPanel();
  const { page } = open;
  await expectNumbers(page, defaults);
  const schemes = expected(defaults);
  const outside = schemes.reduce((sum, { report }) => sum + report.outsideCount, 0);
  expect(outside).toBeGreaterThan(0);
  expect(
    await page.$$eval(
      '#extend-ratios svg g[stroke="var(--fail)"] path, #extend-ratios svg path[stroke="var(--fail)"]',
      (marks) => marks.length,
    ),
  ).toBe(outside + 1); // and the one in the legend

  await page.click('#extend-ratios summary');
  await page.waitForSelector('#extend-ratios tbody');
  const ratios = await cells(page, '#extend-ratios');
  expect(ratios).toHaveLength(64);
  for (const [pair, row] of ratios.entries()) {
    const of = schemes.map(({ report }) => report.pairs[pair]!);
    expect(row[1]).toBe(significant((2 * Math.PI) / of[0]!.baseFrequency, 4));
    expect(row.slice(2)).toEqual(of.map((p) => `${significant(p.ratio)}${p.outside ? ' ×' : ''}`));
  }
  for (const { report } of schemes) {
    expect(await label(page, 'extend-decay')).toContain(
      `at a distance of ${significant(report.decay.halfDistance!)}.`,
    );
  }
  await page.click('#extend-pairs summary');
  await page.waitForSelector('#extend-pairs tbody');
  expect(await cells(page, '#extend-pairs')).toHaveLength(64);
  await expectClean(open);
});

describe('every control, by keyboard and mouse', () => {
  test('lengths: slider by arrow keys, field by hand; a wrong one is refused in place', async () => {
    const open = await openPanel();
    const { page } = open;
    await page.focus('#extend-trained');
    for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowRight');
    expect(await inputValue(page, '#extend-trained-typed')).toBe('8\u202f192');
    await expectNumbers(page, await stateAt(page, 'trained=8192'));
    await page.focus('#extend-target');
    await page.keyboard.press('End');
    await expectNumbers(page, await stateAt(page, 'target=1048576'));
    await page.click('#extend-target-typed', { count: 3 });
    await page.keyboard.type('100');
    expect(await text(page, '#extend-target-typed-problem')).toContain('Expected an integer from 512');
    await page.click('#extend-target-typed', { count: 3 });
    await page.keyboard.type('100 000');
    expect(await text(page, '#extend-target-typed-problem')).toBe('');
    await expectNumbers(page, await stateAt(page, 'target=100000'));
    // Shorter than the training: nothing to extend, and the page says so.
    await page.focus('#extend-target');
    await page.keyboard.press('Home');
    await expectNumbers(page, await stateAt(page, 'target=512'));
    expect(await text(page, '#extend-verdict-text')).toContain('nothing to extend');
    await expectClean(open);
  });

  test('model: a preset brings its shape, the sliders go on from there by hand', async () => {
    const open = await openPanel();
    const { page } = open;
    await page.focus('#extend-model');
    await page.keyboard.type('Phi');
    await expectNumbers(page, await stateAt(page, 'model=phi-2'));
    expect(await inputValue(page, '#extend-dim')).toBe('32');
    expect(await text(page, '#extend-closer code')).toContain('headDim: 80,\n  rotaryDim: 32,');
    await page.focus('#extend-dim');
    await page.keyboard.press('ArrowRight');
    await expectNumbers(page, await stateAt(page, 'model=own&dim=34'));
    expect(await inputValue(page, '#extend-model')).toBe('own');
    await page.focus('#extend-theta');
    await page.keyboard.press('End');
    await expectNumbers(page, await stateAt(page, 'theta=10000000'));
    await expectClean(open);
  });

  test('schemes shown, the curve and the scheme looked at', async () => {
    const open = await openPanel();
    const { page } = open;
    const legend = (): Promise<string[]> =>
      page.$$eval('#extend-decay .legend li', (items) => items.map((item) => item.textContent ?? ''));
    const lines = (): Promise<number> =>
      page.$$eval('#extend-decay svg g[aria-label="line"]', (groups) => groups.length);
    const drawn = (count: number): Promise<unknown> =>
      page.waitForFunction(
        `document.querySelectorAll('#extend-decay svg g[aria-label="line"]').length === ${count}`,
      );
    expect(await lines()).toBe(7);
    await page.click('#extend-show-ntk');
    await page.focus('#extend-show-linear');
    await page.keyboard.press('Space');
    const state = await stateAt(page, 'show=direct%2Cdynamic%2Cyarn%2Clongrope%2Cllama3');
    await drawn(5);
    expect(await legend()).toEqual(['Direct', 'Dynamic NTK', 'YaRN', 'LongRoPE', 'Llama 3']);
    expect(await label(page, 'extend-reach')).not.toContain('Linear');
    await expectNumbers(page, state);

    await page.focus('input[name="extend-curve"]:checked');
    await page.keyboard.press('ArrowRight');
    await stateAt(page, 'curve=mean');
    expect(await label(page, 'extend-decay')).toContain('at single distances');
    await page.click('input[name="extend-curve"][value="bound"]');
    await stateAt(page, 'curve=bound');
    expect(await label(page, 'extend-decay')).toContain('RoFormer’s bound');

    await page.focus('#extend-scheme');
    await page.keyboard.type('Llama');
    await expectNumbers(page, await stateAt(page, 'scheme=llama3'));
    for (const name of schemeNames) {
      if (name !== 'ntk' && name !== 'linear') await page.click(`#extend-show-${name}`);
    }
    await stateAt(page, 'show=none');
    await drawn(0);
    expect(await text(page, '#extend-ratios .plot svg')).toContain('No scheme is ticked.');
    await expectClean(open);
  });

  test('the parameters of YaRN and Llama 3', async () => {
    const open = await openPanel();
    const { page } = open;
    await page.click('#extend-parameters summary');
    await page.focus('#extend-betaFast');
    await page.keyboard.press('ArrowLeft');
    await expectNumbers(page, await stateAt(page, 'betaFast=16'));
    // Beta slow may not pass beta fast: it takes it along.
    await page.focus('#extend-betaSlow');
    await page.keyboard.press('End');
    await expectNumbers(page, await stateAt(page, 'betaFast=64&betaSlow=64'));
    await page.focus('#extend-lowFreqFactor');
    await page.keyboard.press('ArrowRight');
    await page.focus('#extend-highFreqFactor');
    await page.keyboard.press('ArrowRight');
    await expectNumbers(page, await stateAt(page, 'lowFreqFactor=2&highFreqFactor=8'));
    await expectClean(open);
  });
});

test('a shared address restores the view; what it cannot have is named', async () => {
  const query =
    '&model=gemma-2-9b&trained=5000&target=77777&scheme=ntk&show=ntk%2Cyarn&curve=bound&betaFast=8';
  const open = await openPanel(query);
  const { page } = open;
  await expectNumbers(page, await stateAt(page, 'betaFast=8'));
  expect(new URL(page.url()).search).toBe(`?panel=extend${query}`);
  expect(await inputValue(page, '#extend-trained-typed')).toBe('5\u202f000');
  expect(await inputValue(page, '#extend-model')).toBe('gemma-2-9b');
  expect(await inputValue(page, '#extend-scheme')).toBe('ntk');
  expect(
    await page.$$eval('.extend-schemes input', (boxes) =>
      boxes.filter((box) => (box as HTMLInputElement).checked).map(({ id }) => id),
    ),
  ).toEqual(['extend-show-ntk', 'extend-show-yarn']);
  expect(await page.$eval('#extend-parameters', (details) => (details as HTMLDetailsElement).open)).toBe(
    true,
  );
  await expectClean(open);

  const bad = await openPanel('&trained=7&scheme=alibi');
  expect(await text(bad.page, '#notice')).toMatch(
    /trained: expected .* got “7”.*scheme: expected .* got “alibi”/,
  );
  await expectNumbers(bad.page, defaults);
  await expectClean(bad);
});

test('the config is copied, the report saved', async () => {
  const open = await openPanel();
  const { page } = open;
  // What the page hands to the browser, caught on its way.
  await page.evaluate(`
    window.taken = {};
    navigator.clipboard.writeText = async (text) => { window.taken.text = text; };
    HTMLAnchorElement.prototype.click = function () {
      window.taken.name = this.download;
      window.taken.json = fetch(this.href).then((response) => response.json());
    };`);
  const [copy, copyJson] = await page.$$('#extend-closer button');
  const yarn = expected(defaults).find(({ name }) => name === 'yarn')!;
  await copy?.click();
  expect(await page.evaluate('window.taken.text')).toBe(configSource(yarn.config));
  await copyJson?.click();
  expect(JSON.parse((await page.evaluate('window.taken.text')) as string)).toEqual({
    headDim: 128,
    theta: 10_000,
    scaling: { type: 'yarn', factor: 8, originalPositions: 4096 },
    trainedPositions: 4096,
  });
  await page.click('#extend-save');
  const saved = (await page.evaluate('window.taken.json')) as { schemes: ComparedScheme[] };
  expect(await page.evaluate('window.taken.name')).toBe('webgpu-rope-context-4096-32768.json');
  expect(saved.schemes.map(({ name }) => name)).toEqual(schemeNames);
  const pairs = saved.schemes[4]?.report.pairs ?? [];
  expect(pairs).toHaveLength(64);
  for (const [i, { frequency, outside, trainedTurns }] of yarn.report.pairs.entries()) {
    expect(pairs[i]?.outside).toBe(outside);
    // Math.pow of two engines may differ by an ulp or two; a few roundings follow.
    const allowed = 1e-14;
    expect(!(Math.abs(pairs[i]!.frequency / frequency - 1) <= allowed), `frequency ${i}`).toBe(false);
    expect(!(Math.abs(pairs[i]!.trainedTurns / trainedTurns - 1) <= allowed), `turns ${i}`).toBe(false);
  }
  await expectClean(open);
});

test('a slider held down: the main thread draws and no more, and the last value wins', async () => {
  const open = await openCounted(site, '?panel=extend&dim=256&theta=10000000&trained=512&target=1048576');
  const { page } = open;
  await page.waitForSelector('#extend-reach[data-drawn]');
  expect(await text(page, '#extend-decay > .note')).toMatch(
    /first with Direct at .* It stays above a half up to the target with Linear, /,
  );
  await page.focus('#extend-trained');
  const work = await open.count(async () => {
    for (let n = 0; n < 16; n++) await page.keyboard.press('ArrowRight');
    await expectNumbers(page, await stateAt(page, 'trained=8192'));
  });
  expectLight(work, 16, 700_000);
  await expectClean(open);
});

test('accessible in light and dark, and complete without WebGPU', async () => {
  const hidden = "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })";
  const open = await openPanel('&show=direct%2Cntk%2Cyarn', hidden);
  const { page } = open;
  await page.waitForFunction(
    "document.querySelector('#extend-gpu').textContent.includes('complete without')",
  );
  await expectNumbers(page, { ...defaults, shown: ['direct', 'ntk', 'yarn'] });
  await expectAccessibleInBoth(page, async () => {});
  await expectClean(open);
});
