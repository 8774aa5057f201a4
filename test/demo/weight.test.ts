import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, openSite, type Site } from './site';

/**
 * Bytes of gzip that the whole page may weigh: every file that the build makes, whether a visitor loads it or not; but for
 * the weights and the tokens of the model that Tell loads, which have a budget of their own.
 */
const budget = 300_000;

/** Bytes of the model's files as they lie in git: they hardly compress. */
const modelBudget = 300_000;
const modelFile = /\.bin$/;

/** Milliseconds from navigation to a first view that is drawn and answers. */
const patience = 2000;

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

test('the whole page is under 300 kB gzip, source maps and the model of Tell aside', () => {
  const files = readdirSync(site.outDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map') && !modelFile.test(entry.name))
    .map(({ name, parentPath }) => ({
      name,
      bytes: gzipSync(readFileSync(join(parentPath, name)), { level: 9 }).length,
    }))
    .sort((a, b) => b.bytes - a.bytes);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const table = [...files, { name: 'in all', bytes: total }]
    .map(({ name, bytes }) => `${String(bytes).padStart(8)}  ${name}`)
    .join('\n');
  expect(files.length).toBeGreaterThan(5);
  expect(total, `bytes of gzip\n${table}`).toBeLessThan(budget);
});

test('the model of Tell is under 300 kB, and only Tell loads it', () => {
  const folder = 'demo/panels/tell/model';
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes).toHaveLength(2);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(modelBudget);
  // One chunk names them: the tasks that a worker loads for Tell.
  const chunks = readdirSync(site.outDir, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      /\.(js|html)$/.test(name) && /tell[\w-]*\.bin\b/.test(readFileSync(join(site.outDir, name), 'utf8')),
  );
  expect(chunks).toEqual([expect.stringMatching(/tasks-[^/]*\.js$/)]);
});

test('the first view is drawn and its controls answer soon after the navigation', async () => {
  // What was compiled or kept by an earlier page is not counted: the best of three, so that a busy machine does not decide.
  const times: number[] = [];
  for (let n = 0; n < 3; n++) {
    const { page } = await openPage(site, '');
    await page.waitForSelector('#panel [data-drawn]');
    // A real key that reaches a control, its handler done and a frame drawn.
    await page.evaluate(`addEventListener('input', () => {
      requestAnimationFrame(() => setTimeout(() => { window.answered = performance.now(); }, 0));
    })`);
    await page.focus('#panel select, #panel input[type="range"]');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction('window.answered !== undefined');
    const now = (await page.evaluate('window.answered')) as number;
    times.push(now);
    await page.close();
  }
  console.log(`first view drawn and answering after ${times.map((ms) => Math.round(ms)).join(', ')} ms`);
  expect(Math.min(...times)).toBeLessThan(patience);
});
