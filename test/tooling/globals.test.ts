/** The package runs where there are WebGPU objects and no browser: nothing that it is built from reads a global of one. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const globals = [
  'GPUBuffer',
  'GPUBufferUsage',
  'GPUColorWrite',
  'GPUDevice',
  'GPUMapMode',
  'GPUShaderStage',
  'GPUTextureUsage',
  'document',
  'localStorage',
  'location',
  'navigator',
  'requestAnimationFrame',
  'self',
  'window',
];

/** esbuild leaves types and comments out, and replaces a name only where it is no variable of the code's own. */
const marks = Object.fromEntries(
  globals.flatMap((name) => [
    [name, `FOUND_${name}`],
    [`globalThis.${name}`, `FOUND_globalThis_${name}`],
  ]),
);

/** Which of the globals a source reads: each as often as it does, `globalThis.name` where it says so. */
async function globalsOf(source: string): Promise<string[]> {
  const { code } = await transform(source, { loader: 'ts', target: 'es2022', define: marks });
  return [...code.matchAll(/\bFOUND_(\w+)/g)].map(([, name]) => name!.replace('_', '.'));
}

test('the search finds values, and neither types, comments, texts nor variables of the same name', async () => {
  expect(await globalsOf('export const usage = GPUBufferUsage.STORAGE | window.x;')).toEqual([
    'GPUBufferUsage',
    'window',
  ]);
  expect(
    await globalsOf('if (typeof navigator === "object") self.postMessage(b instanceof GPUBuffer);'),
  ).toEqual(['navigator', 'self', 'GPUBuffer']);
  expect(await globalsOf('export const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;')).toEqual(
    ['globalThis.navigator'],
  );
  const allowed = `
    // GPUBufferUsage.STORAGE
    export function f(usage: GPUBufferUsageFlags, window: { location: string }): GPUBuffer {
      const text = 'navigator.gpu: expected WebGPU';
      return usage as unknown as GPUBuffer ?? window.location ?? { document: text };
    }`;
  expect(await globalsOf(allowed)).toEqual([]);
});

test('src reads one: globalThis.navigator, where it is asked for a device without a gpu', async () => {
  const files = (await readdir(join(root, 'src'), { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  expect(files.length).toBeGreaterThan(100);
  const found = await Promise.all(
    files.map(async (file) =>
      (await globalsOf(await readFile(join(root, 'src', file), 'utf8'))).map((name) => `${file}: ${name}`),
    ),
  );
  expect(found.flat()).toEqual(['kernel/request-device.ts: globalThis.navigator']);
});
