/** The demo as one who installs the package builds it: without the alias of scripts/development.ts. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../../scripts/build';
import { openPage, openSite, type Site } from './site';

let folder: string;
let site: Site;
beforeAll(async () => {
  // A folder of its own: the tests of the package put their dist/ into the repository's meanwhile.
  folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-built-'));
  await buildPackage(join(folder, 'dist'));
  await copyFile('package.json', join(folder, 'package.json'));
  site = await openSite({ packagePlugin: () => builtPackage(folder) });
});
afterAll(async () => {
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Finds the package as Node does, by the `exports` of its package.json: what `npm install` links into demo/. */
function builtPackage(root: string): Plugin {
  const { resolve } = createRequire(join(root, 'package.json'));
  return {
    name: 'built-package',
    enforce: 'pre',
    resolveId: (source) => (/^webgpu-rope(\/|$)/.test(source) ? resolve(source) : undefined),
  };
}

test('built against dist/ through the package’s exports, the check passes and every panel opens', async () => {
  const { page, troubles } = await openPage(
    site,
    '?autorun=1&preset=llama-3.2-1b&tokens=32&dtype=f16&start=5000',
  );
  await page.waitForFunction('window.webgpuRopeReport.done');
  const report = (await page.evaluate('window.webgpuRopeReport')) as { ok: boolean; text: string };
  expect(report.ok, report.text).toBe(true);
  expect(troubles).toEqual([]);
  await page.close();
  for (const panel of ['see', 'digits', 'extend', 'rotate', 'tell', 'precision']) {
    const opened = await openPage(site, `?panel=${panel}`);
    await opened.page.waitForSelector('#panel [data-drawn]');
    expect(opened.troubles, panel).toEqual([]);
    await opened.page.close();
  }
});

test('demo/package.json asks for the versions that the root installs', async () => {
  const read = async (path: string) =>
    JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, string>>;
  const demo = await read('demo/package.json');
  const root = await read('package.json');
  const { 'webgpu-rope': own, ...others } = { ...demo.dependencies, ...demo.devDependencies };
  expect(own).toBe('file:..');
  for (const [name, version] of Object.entries(others))
    expect(root.devDependencies?.[name], name).toBe(version);
  expect(root.workspaces).not.toContain('demo');
});
