import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guideFiles } from './guide-modules';

const root = join(import.meta.dirname, '../..');

/** What `tsc` has to say about these files, side by side in a folder of their own. */
function typeErrors(files: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-guide-'));
  try {
    for (const [name, code] of files) writeFileSync(join(folder, name), code);
    const types = ['@webgpu/types', 'vite/client'].map((name) => join(root, 'node_modules', name));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { types },
        include: ['*.ts'],
        files: [join(root, 'src/wgsl.d.ts')],
      }),
    );
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// test/gpu/guide.test.ts runs them.
describe('guide.md', () => {
  const files = guideFiles();

  it('is made of these files', () =>
    expect([...files.keys()]).toEqual(['engine.ts', 'engine.test.ts', 'long.ts', 'long.test.ts']));

  it('has the types it should, and every import is used', () => expect(typeErrors(files)).toBe(''));

  it('is not checked by a checker that lets everything pass', () => {
    const wrong = new Map(files).set('engine.ts', files.get('engine.ts')!.replace('kFirst:', 'kfirst:'));
    expect(typeErrors(wrong)).toMatch(/engine\.ts.*kfirst/s);
  });
});
