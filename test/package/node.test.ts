/** The package as Node has it: built, imported by name, on Dawn, without a browser or a global of one. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPackage } from '../../scripts/build';
import { type DawnSetup, findDawn } from '../../scripts/dawn';
import { hangMs } from '../support/hang';

let folder: string;
let dawn: DawnSetup;
beforeAll(async () => {
  // A folder of its own: the tests of the tarball put their dist/ into the repository's meanwhile.
  folder = await mkdtemp(join(tmpdir(), 'webgpu-rope-node-'));
  const installed = join(folder, 'node_modules/webgpu-rope');
  await mkdir(installed, { recursive: true });
  [dawn] = await Promise.all([findDawn(), buildPackage(join(installed, 'dist'))]);
  await copyFile('package.json', join(installed, 'package.json'));
  const webgpu = dirname(createRequire(import.meta.url).resolve('webgpu'));
  await symlink(webgpu, join(folder, 'node_modules/webgpu'), 'junction');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('plain Node with npm’s webgpu: every kernel as its reference, and no global of a browser', async () => {
  const source = await readFile(join(import.meta.dirname, 'node-program.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
  await writeFile(join(folder, 'program.mjs'), code);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--expose-gc', 'program.mjs'], {
    cwd: folder,
    env: { ...process.env, ...dawn.env },
    timeout: hangMs,
  });
  const shares = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  const calls = ['f32', 'f16', 'bf16'].map((dtype) => `q from a start, ${dtype}`);
  calls.push('k by ids, f16', 'k moved, f16', 'sinusoidal rows, f32', 'alibi, bf16', 'similarity');
  expect(Object.keys(shares), stderr).toEqual(calls);
  for (const [name, share] of Object.entries(shares)) expect(share, name).toBeLessThanOrEqual(1);
  console.log(
    `Node ${process.versions.node} on ${dawn.adapter.name} (${dawn.source}): ${JSON.stringify(shares)}`,
  );
});
