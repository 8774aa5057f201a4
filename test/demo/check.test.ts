import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchResult } from '../../bench/schema';
import { expectAccessibleInBoth, openDetails } from './accessibility';
import { contrast, luminance, paintedTexts } from './contrast';
import { expectClean, holdResults, openPage, openSite, outcomeOf, type Site, textOf } from './site';
import { expectLight, openCounted } from './work';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Picks a radio button by a click on what stands over it. */
async function pick(page: Page, name: string, value: string): Promise<void> {
  await page.click(`input[name="${name}"][value="${value}"]`);
}

/** Picks a model as one does by keyboard: its first letters. */
async function pickModel(page: Page, letters: string): Promise<void> {
  await page.focus('#preset');
  await page.keyboard.type(letters);
}

/** The result as a file of the benchmark's form, and as text on the clipboard. */
async function expectResultToTakeAway(page: Page): Promise<void> {
  // What the page hands to the browser, caught on its way.
  await page.evaluate(`
    window.taken = {};
    navigator.clipboard.writeText = async (text) => { window.taken.text = text; };
    HTMLAnchorElement.prototype.click = function () {
      window.taken.name = this.download;
      window.taken.json = fetch(this.href).then((response) => response.json());
    };`);
  const [save, copy] = await page.$$('.result button');
  await save?.click();
  await copy?.click();
  const json = (await page.evaluate('window.taken.json')) as BenchResult & { check: { ok: boolean } };
  expect(await page.evaluate('window.taken.name')).toBe('webgpu-rope-llama-3.2-1b-32-f32-0.json');
  expect(json.check.ok).toBe(true);
  expect(json.environment.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(json.rows.map(({ subject }) => subject)).toEqual(['webgpu-rope', 'ceiling']);
  expect(json.rows[0]).toMatchObject({
    preset: 'llama-3.2-1b',
    tokens: 32,
    dtype: 'f32',
    withinContract: true,
  });
  expect(json.rows[0]?.maxError).toBeLessThan(1e-6);
  expect(await page.evaluate('window.taken.text')).toMatch(/^check +PASS/m);
}

describe('a run, by mouse and keyboard', () => {
  test('Llama-3.2-1B, 32 tokens, f32: passes the contract and shows time, rate and adapter', async () => {
    const open = await openPage(site, '?panel=check');
    const { page } = open;
    await pickModel(page, 'Llama-3.2');
    await pick(page, 'tokens', '32');
    await pick(page, 'dtype', 'f32');
    await pick(page, 'start', '0');
    await page.click('#run');
    const text = await outcomeOf(page);
    expect(text).toContain('Every element correct');
    expect(text).toContain('Llama-3.2-1B, 32 tokens, f32, from position 0');
    expect(text).toContain('All 81\u202f920 compared with float64');
    expect(text).toMatch(/Median time\s+[\d.]+\u00a0(ms|µs)\s+p20 [\d.]+, p80 [\d.]+, 31 rounds/);
    expect(text).toMatch(/[\d.]+\u00a0GB\/s/);
    expect(text).toMatch(/Attainable speed reached\s+\d+\u202f%/);
    if (site.launched.adapter.software) expect(await textOf(page, '.amount')).toContain('(software)');
    expect(new URL(page.url()).search).toBe('?panel=check&preset=llama-3.2-1b&tokens=32&dtype=f32&start=0');
    await expectResultToTakeAway(page);
    await expectClean(open);
  });

  test('GPT-J-6B, interleaved, f16 at 131071, by keyboard alone', async () => {
    const open = await openPage(site, '?panel=check&tokens=32&dtype=f32');
    const { page } = open;
    await pickModel(page, 'GPT');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft'); // 32 -> 1 token
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight'); // f32 -> f16
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight'); // 5 000 -> 131 071
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('run');
    await page.keyboard.press('Enter');
    expect(await outcomeOf(page)).toContain('Every element correct');
    expect(await textOf(page, '.result .about')).toContain('1 token, f16, from position 131\u202f071');
    expect(await textOf(page, '#model')).toContain('interleaved: 2i with 2i + 1');
    expect(await textOf(page, '.caution')).toContain('trained on');
    await expectClean(open);
  });

  test('Phi-2, partial, bf16 at a position typed by hand; a wrong one is refused in place', async () => {
    const open = await openPage(site, '?panel=check&tokens=32');
    const { page } = open;
    await pickModel(page, 'Phi');
    await pick(page, 'dtype', 'bf16');
    await pick(page, 'start', 'other');
    await page.click('#start', { count: 3 });
    await page.keyboard.type('2000000');
    await page.click('#run');
    expect(await textOf(page, '#start-problem')).toContain(
      'Expected an integer from 0 to 1\u202f048\u202f544',
    );
    expect(await textOf(page, '#outcome')).toBe('');
    await page.click('#start', { count: 3 });
    await page.keyboard.type('4 000');
    expect(await textOf(page, '#start-problem')).toBe('');
    await page.keyboard.press('Enter');
    const text = await outcomeOf(page);
    expect(text).toContain('Every element correct');
    expect(text).toContain('from position 4\u202f000');
    expect(await textOf(page, '#model')).toContain('32: the other 48 stay as they are');
    expect(new URL(page.url()).searchParams.get('start')).toBe('4000');
    await expectClean(open);
  });
});

test('one token at position 0: the result says that it shows little', async () => {
  const open = await openPage(site, '?panel=check&tokens=1&dtype=f32&start=0');
  const { page } = open;
  await page.click('#run');
  expect(await outcomeOf(page)).toMatch(/Unchanged, as it should be[\s\S]*Position 0 is the identity/);
  await expectClean(open);
});

test('the model stands beside a result, in the right column', async () => {
  const { page } = await openPage(site, '?panel=check&tokens=1');
  const leftOf = (selector: string): Promise<number> =>
    page.$eval(selector, (element) => element.getBoundingClientRect().left);
  expect(await leftOf('#model')).toBe(await leftOf('#rotate'));
  await page.click('#run');
  await outcomeOf(page);
  expect(await leftOf('#model')).toBe(await leftOf('#dials'));
  await page.close();
});

test('every text on the page can be read after a run (WCAG 2.2: 4.5, large text 3), and axe-core finds nothing, in light and dark', async () => {
  const open = await openPage(site, '?panel=check&tokens=1');
  const { page } = open;
  await expectAccessibleInBoth(page, () => page.waitForSelector('#peers[data-drawn]'));
  await page.click('#run');
  await expectAccessibleInBoth(page, () => outcomeOf(page));
  // What lies in them is to be read as well.
  await openDetails(page);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const texts = await paintedTexts(page);
    const paper = texts.find(({ text }) => text === 'webgpu-rope')?.back ?? '';
    expect(luminance(paper) < 0.05, `${scheme}: the page’s background, ${paper}`).toBe(scheme === 'dark');
    for (const said of [
      'Run',
      'Every element correct',
      'Number format',
      'What the model says',
      'Copy code',
    ]) {
      expect(texts.map(({ text }) => text)).toContain(said);
    }
    const faint = texts.filter(({ front, back, large }) => contrast(front, back) < (large ? 3 : 4.5));
    expect(faint, scheme).toEqual([]);
  }
  await expectClean(open);
});

test('Cancel and Escape end a run at once, and Run has the focus again', async () => {
  const open = await openPage(site, '?panel=check&preset=llama-3.1-8b&tokens=4096&dtype=f32', holdResults);
  const { page } = open;
  await page.click('#run');
  await page.waitForSelector('#cancel');
  expect(await page.$eval('#run', (run) => run.getAttribute('aria-disabled'))).toBe('true');
  // Not by its place: the page around it still grows, and a click beside it would cancel nothing.
  await page.$eval('#cancel', (cancel) => (cancel as HTMLElement).click());
  expect(await outcomeOf(page)).toContain('Cancelled');
  expect(await page.evaluate('document.activeElement.id')).toBe('run');
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    '/tables|rotating|checking/i.test(document.querySelector("#progress-text")?.innerText)',
  );
  await page.keyboard.press('Escape');
  expect(await outcomeOf(page)).toContain('Cancelled');
  await expectClean(open);
});

test('a run that fails says so on the page', async () => {
  const { page } = await openPage(site, '?panel=check');
  await page.setRequestInterception(true);
  page.on(
    'request',
    (request) => void (/explorer\.worker/.test(request.url()) ? request.abort() : request.continue()),
  );
  await page.click('#run');
  expect(await outcomeOf(page)).toMatch(/The run failed[\s\S]*its script did not load/);
  await page.close();
});

describe('?autorun=1', () => {
  test('runs at load, in the worker, and leaves a plain-text report', async () => {
    const open = await openCounted(site, '?autorun=1&preset=qwen2.5-7b&tokens=512&dtype=f16&start=131071');
    const { page } = open;
    expect(await page.evaluate('window.webgpuRopeReport')).toEqual({ done: false, ok: false, text: '' });
    await page.waitForFunction('window.webgpuRopeReport.done');
    expectLight(await open.taken(), 1, 300_000);
    const report = (await page.evaluate('window.webgpuRopeReport')) as { ok: boolean; text: string };
    expect(report.ok, report.text).toBe(true);
    for (const line of [
      /^model +Qwen2.5-7B/m,
      /^run +512 tokens from position 131 071, f16/m,
      /^adapter +\w/m,
      /^check +PASS/m,
      /^error +\d/m,
      /^time +[\d.]+ (ms|µs) \[/m,
      /^rate +[\d.]+ GB\/s, \d+% of an in-place multiply/m,
    ]) {
      expect(report.text).toMatch(line);
    }
    expect(new URL(page.url()).searchParams.get('autorun')).toBe('1');
    await expectClean(open);
  });

  test('refuses an address that asks for what is not there, rather than run something else', async () => {
    const { page } = await openPage(site, '?autorun=1&preset=gpt-9&tokens=7');
    await page.waitForFunction('window.webgpuRopeReport.done');
    const report = (await page.evaluate('window.webgpuRopeReport')) as { ok: boolean; text: string };
    expect(report.ok).toBe(false);
    expect(report.text).toMatch(/preset: expected one of llama-3.2-1b, .*got “gpt-9”/);
    expect(report.text).toMatch(/tokens: expected one of 1, 32, 512, 4096, got “7”/);
    expect(await textOf(page, '#notice')).toContain('gpt-9');
    await page.close();
  });
});
