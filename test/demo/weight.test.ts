import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectClean, openSite, type Site } from './site';
import { openCounted } from './work';

/**
 * Bytes of gzip that the page may weigh: every file that the build makes, whether a visitor loads it or not; but for the engine
 * that runs a model in Tell, and the model, which have budgets of their own.
 */
const budget = 300_000;

/** The engine, with the kernels of the package that it alone uses. */
const engineBudget = 25_000;

/** Of these, what the first view loads before it is drawn. */
const firstBudget = 150_000;

/** Bytes of the model's files as they lie in git: they hardly compress. */
const modelBudget = 300_000;
const modelFile = /\.bin$/;

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

/** Those that name the model's files: one, the tasks that a worker loads for Tell. */
function engineChunks(): string[] {
  return readdirSync(site.outDir, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      /\.(js|html)$/.test(name) && /tell[\w-]*\.bin\b/.test(readFileSync(join(site.outDir, name), 'utf8')),
  );
}

test('the page is under 300 kB gzip, the engine that Tell loads under 25', () => {
  const files = readdirSync(site.outDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map') && !modelFile.test(entry.name))
    .map(({ name, parentPath }) => ({
      name,
      bytes: zipped(join(parentPath, name)),
    }))
    .sort((a, b) => b.bytes - a.bytes);
  const engine = files.filter(({ name }) => engineChunks().some((chunk) => chunk.endsWith(name)));
  const total = files.reduce((sum, file) => sum + (engine.includes(file) ? 0 : file.bytes), 0);
  const table = [...files, { name: 'in all but the engine', bytes: total }]
    .map(({ name, bytes }) => `${String(bytes).padStart(8)}  ${name}`)
    .join('\n');
  expect(files.length).toBeGreaterThan(5);
  expect(total, `bytes of gzip\n${table}`).toBeLessThan(budget);
  expect(engine.map(({ bytes }) => bytes)).toEqual([expect.any(Number)]);
  expect(engine[0]?.bytes).toBeLessThan(engineBudget);
});

test('the model of Tell is under 300 kB, and only Tell loads it', () => {
  const folder = 'demo/panels/tell/model';
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes).toHaveLength(2);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(modelBudget);
  expect(engineChunks()).toEqual([expect.stringMatching(/tasks-[^/]*\.js$/)]);
});

test('the first view: what it loads, computes and asks of its worker until it is drawn', async () => {
  const open = await openCounted(site);
  const { page } = open;
  await page.waitForSelector('#panel [data-drawn]');
  const { steps, orders } = await open.taken();
  const loaded = (await page.evaluate(
    `performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1))`,
  )) as string[];
  const files = ['index.html', ...loaded.filter((name) => existsSync(join(site.outDir, name)))];
  const total = files.reduce((sum, name) => sum + zipped(join(site.outDir, name)), 0);
  console.log(
    `first view: ${total} bytes of gzip in ${files.length} files, ${steps} steps, ${JSON.stringify(orders)}`,
  );
  expect(files.length).toBeGreaterThan(3);
  expect(files.length).toBeLessThan(30);
  expect(total, 'bytes of gzip').toBeLessThan(firstBudget);
  expect(steps, 'steps of the main thread').toBeLessThan(200_000);
  for (const [task, count] of Object.entries(orders)) expect(count, task).toBe(1);
  // A real key reaches a control, and the panel follows.
  await page.focus('#panel select, #panel input[type="range"]');
  const before = page.url();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(`location.href !== ${JSON.stringify(before)}`);
  await expectClean(open);
});

function zipped(path: string): number {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}
