/** Type-checks the files of a page. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { engineFolder } from './page-modules';

const root = join(import.meta.dirname, '../..');

/** What `tsc` has to say about these files, side by side in a folder of their own. */
export function typeErrors(files: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-rope-page-'));
  try {
    for (const [name, code] of files) writeFileSync(join(folder, name), code);
    symlinkSync(engineFolder, join(folder, 'llama'));
    const types = ['@webgpu/types', 'vite/client'].map((name) => join(root, 'node_modules', name));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { types },
        include: ['*.ts'],
        files: ['src/wgsl.d.ts', 'test/docs/pages.d.ts'].map((path) => join(root, path)),
      }),
    );
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
