import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectClean, openPage, openSite, type Site, textOf } from './site';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const gpuIs = (value: string): string =>
  `Object.defineProperty(Navigator.prototype, 'gpu', { get: () => (${value}) })`;

describe('without WebGPU the page says why and shows what the CPU can', () => {
  const cases = [
    { name: 'no navigator.gpu', before: gpuIs('undefined'), says: 'This browser has no WebGPU' },
    {
      name: 'no adapter',
      before: gpuIs('{ requestAdapter: async () => null }'),
      says: 'it offers no GPU',
    },
    {
      name: 'requestAdapter rejects',
      before: gpuIs('{ requestAdapter: async () => { throw new Error("the GPU process is gone"); } }'),
      says: 'the GPU process is gone',
    },
  ];
  for (const { name, before, says } of cases) {
    test(name, async () => {
      const open = await openPage(site, '?preset=phi-2&autorun=1', before);
      const { page } = open;
      await page.waitForFunction('window.webgpuRopeReport.done');
      expect(await page.evaluate('window.webgpuRopeReport')).toMatchObject({
        ok: false,
        text: expect.stringContaining(says),
      });
      expect(await textOf(page, '#notice')).toContain(says);
      expect(await page.$$eval('.dials .hand', (hands) => hands.length)).toBe(16);
      expect(await textOf(page, '#model')).toContain('10\u202f000');
      await page.click('#run');
      expect(await textOf(page, '#outcome')).toBe('');
      await expectClean(open);
    });
  }
});

test('the clocks follow the model and the position, and say so in words', async () => {
  const open = await openPage(site, '?panel=check&preset=gemma-2-9b&tokens=512&start=0', gpuIs('undefined'));
  const { page } = open;
  const label = (): Promise<string | null> =>
    page.$eval('.dials', (drawing) => drawing.getAttribute('aria-label'));
  expect(await label()).toContain('128 clock faces, one a pair, at position 511: pair 0 at');
  await page.focus('#position');
  await page.keyboard.press('Home');
  expect(await label()).toContain('at position 0: pair 0 at 0.0 degrees');
  await page.keyboard.press('ArrowRight');
  expect(await label()).toContain('at position 1: pair 0 at 57.3 degrees');
  await page.click('#dials summary');
  await page.waitForSelector('#dials tbody');
  expect(await page.$$eval('#dials tbody tr', (rows) => rows.length)).toBe(128);
  expect(await textOf(page, '#dials tbody tr')).toMatch(/^0\s+0, 128\s+1.0000\s+6.283\s+57.3°$/);
  await expectClean(open);
});

test('every control has a name, every region a heading, and motion stops where it is not wanted', async () => {
  const open = await openPage(site, '?panel=check', gpuIs('undefined'));
  const { page } = open;
  const snapshot = await page.accessibility.snapshot();
  const nameless: string[] = [];
  const visit = (node: NonNullable<typeof snapshot>): void => {
    const roles = ['button', 'combobox', 'radio', 'slider', 'textbox', 'region', 'link', 'group', 'image'];
    if (roles.includes(node.role) && !node.name) nameless.push(node.role);
    for (const child of node.children ?? []) visit(child);
  };
  if (snapshot) visit(snapshot);
  expect(nameless).toEqual([]);
  expect(await page.$$eval('h1', (all) => all.length)).toBe(1);
  await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
  expect(await page.$eval('#run', (run) => getComputedStyle(run).transitionDuration)).toMatch(/^0s/);
  await expectClean(open);
});
