import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAccessibleInBoth } from './accessibility';
import { expectClean, openPage, openSite, type Site, textOf, writeAddress } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite({ fixture: true });
});
afterAll(() => site?.close());

/** Waits until a panel is open: its tab is the current one, and it is not loading. */
async function opened(page: Page, tab: string): Promise<void> {
  await page.waitForFunction(
    `document.querySelector('#tabs [aria-current="page"]')?.textContent === ${JSON.stringify(tab)} &&
      document.querySelector('#panel:not([aria-busy])') !== null`,
    { polling: 50 },
  );
}

/** Waits until the address says so: the shell writes it a few times a second. */
async function addressed(page: Page, search: string): Promise<void> {
  await page.waitForFunction(`location.search === ${JSON.stringify(search)}`, { polling: 50 });
}

const tab = (name: string): string => `#tabs a[href*="panel=${name}"]`;
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.id');
const waves = '?panel=waves&kind=sine&turns=4&base=10000&seed=7';

describe('tabs', () => {
  test('by click: address, title, heading, focus, one current tab; the panel before is closed', async () => {
    const open = await openPage(site);
    const { page } = open;
    await addressed(page, waves);
    expect(await page.title()).toBe('Waves to look at · webgpu-rope');
    expect(await focused(page)).toBe('');
    await page.click(tab('plain'));
    await opened(page, 'Plain');
    expect(new URL(page.url()).search).toBe('?panel=plain');
    expect(await page.title()).toBe('A plain panel · webgpu-rope');
    expect(await textOf(page, 'h1')).toBe('A plain panel');
    expect(await textOf(page, '#lead')).toBe('It says one word.');
    expect(await focused(page)).toBe('title');
    expect(await page.$$eval('#tabs [aria-current]', (all) => all.length)).toBe(1);
    expect(await page.$('#curve')).toBeNull();
    await page.keyboard.press('a');
    await page.click(tab('waves'));
    await opened(page, 'Waves');
    await page.keyboard.press('a');
    // The plain panel listened while it was open, and only then.
    expect(await page.evaluate('document.body.dataset.keys')).toBe('1');
    await expectClean(open);
  });

  test('by keyboard: the skip link, the tabs in order, Enter', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.keyboard.press('Tab');
    expect(await textOf(page, ':focus')).toBe('Skip the tabs');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('title');
    // A change of fragment opens nothing anew, and state keeps its place beside it.
    await page.waitForSelector('#curve');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('kind');
    await page.focus(tab('waves'));
    await page.keyboard.press('Tab');
    expect(await textOf(page, ':focus')).toBe('Plain');
    await page.keyboard.press('Enter');
    await opened(page, 'Plain');
    expect(await focused(page)).toBe('title');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('late');
    await expectClean(open);
  });

  test('a click with Ctrl is the browser’s, and a tab’s address opens by itself', async () => {
    const open = await openPage(site);
    const { page } = open;
    await page.keyboard.down('Control');
    await page.click(tab('plain'));
    await page.keyboard.up('Control');
    expect(await textOf(page, 'h1')).toBe('Waves to look at');
    expect(await page.$eval(tab('plain'), (link) => (link as HTMLAnchorElement).search)).toBe('?panel=plain');
    await expectClean(open);
  });
});

describe('address and history', () => {
  test('state replaces, tabs push: Back and Forward go between tabs, with the state they had', async () => {
    const open = await openPage(site, '?panel=plain&word=hello');
    const { page } = open;
    expect(await textOf(page, '#word')).toBe('hello');
    const before = await page.evaluate('history.length');
    await page.click('#late');
    await addressed(page, '?panel=plain&word=more');
    expect(await page.evaluate('history.length')).toBe(before);
    await page.click(tab('waves'));
    await opened(page, 'Waves');
    await page.focus('#turns');
    for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowRight');
    await addressed(page, waves.replace('turns=4', 'turns=9'));
    await page.goBack();
    await opened(page, 'Plain');
    expect(await textOf(page, '#word')).toBe('more');
    expect(await focused(page)).toBe('title');
    await page.goForward();
    await opened(page, 'Waves');
    expect(await page.$eval('#turns', (input) => (input as HTMLInputElement).value)).toBe('9');
    await expectClean(open);
  });

  test('Back while a newer state waits to be written: the view that was left does not get into the address', async () => {
    const open = await openPage(site, '?panel=plain&word=hello');
    const { page } = open;
    await page.click(tab('waves'));
    await opened(page, 'Waves');
    await addressed(page, waves);
    // Two changes at once: the second waits for its turn.
    await page.evaluate(`{
      const turns = document.querySelector('#turns');
      for (const value of [7, 9]) {
        turns.value = value;
        turns.dispatchEvent(new Event('input', { bubbles: true }));
      }
      history.back();
    }`);
    await opened(page, 'Plain');
    expect(new URL(page.url()).search).toBe('?panel=plain&word=hello');
    // What still waited would be written now.
    await writeAddress(page);
    expect(new URL(page.url()).search).toBe('?panel=plain&word=hello');
    await page.click(tab('waves'));
    await opened(page, 'Waves');
    await addressed(page, waves.replace('turns=4', 'turns=9'));
    await expectClean(open);
  });

  test('an address shows one view: keys of the panel before are dropped, and its tab leads back to them', async () => {
    const open = await openPage(site, '?panel=plain&word=hello&turns=3');
    const { page } = open;
    await page.click('#late');
    await page.click(tab('waves'));
    await opened(page, 'Waves');
    await addressed(page, waves);
    await page.click(tab('plain'));
    await opened(page, 'Plain');
    expect(new URL(page.url()).search).toBe('?panel=plain&word=more');
    expect(await textOf(page, '#word')).toBe('more');
    await expectClean(open);
  });

  test('a panel that is not here is named, and the first opens', async () => {
    const open = await openPage(site, '?panel=sea&word=hello');
    const { page } = open;
    await opened(page, 'Waves');
    expect(await textOf(page, '#notice')).toContain('panel: expected one of waves, plain, broken, got “sea”');
    await page.click(tab('plain'));
    await opened(page, 'Plain');
    expect(await textOf(page, '#notice')).toBe('');
    await expectClean(open);
  });

  test('state that cannot be used is named, each key, and the defaults stand in', async () => {
    const open = await openPage(site, '?panel=waves&kind=square&turns=0&base=1e9&seed=1.5&more=yes');
    const { page } = open;
    const said = await textOf(page, '#notice');
    for (const problem of [
      'kind: expected one of sine, cosine, got “square”',
      'turns: expected an integer from 1 to 64, got “0”',
      'base: expected a number from 100 to 1000000, got “1e9”',
      'seed: expected an integer from 0 to 1000000, got “1.5”',
      'more: expected 1 or 0, got “yes”',
    ]) {
      expect(said).toContain(problem);
    }
    await addressed(page, waves);
    await expectClean(open);
  });
});

test('a panel whose code does not load says so, and the others still open', async () => {
  const open = await openPage(site, '?panel=broken');
  const { page } = open;
  await page.waitForSelector('#notice [role="alert"]');
  expect(await textOf(page, '#notice')).toContain('the chunk is not there');
  await page.click(tab('plain'));
  await opened(page, 'Plain');
  expect(await textOf(page, '#notice')).toBe('');
  await expectClean(open);
});

test('axe-core finds nothing in light and dark (WCAG 2.2 AA)', async () => {
  const open = await openPage(site);
  const { page } = open;
  await expectAccessibleInBoth(page, () => page.waitForSelector('#map[data-drawn]'));
  await page.click(tab('broken'));
  await expectAccessibleInBoth(page, () => page.waitForSelector('#notice [role="alert"]'));
  await expectClean(open);
});
