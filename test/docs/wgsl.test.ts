import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../scripts/docs-pages';
import { wgslPage } from '../../scripts/docs-wgsl';
import { moduleFiles } from '../../scripts/shaders';
import { filesOf } from './page-modules';
import { typeErrors } from './page-types';

const page = readPage('wgsl.md');

// test/gpu/wgsl-page.test.ts runs the code.
describe('wgsl.md', () => {
  const files = filesOf('wgsl.md');
  const modules = new Map([...files].filter(([name]) => name.endsWith('.ts')));

  it('is what scripts/docs-wgsl.ts writes', async () => expect(await wgslPage(page)).toBe(page));

  it('is mended where it is not', async () => {
    const wrong = page.replace('| `first_token` |', '| `first` |');
    expect(wrong).not.toBe(page);
    expect(await wgslPage(wrong)).toBe(page);
  });

  it('has these files', () =>
    expect([...files.keys()]).toEqual(['kernel.wgsl', 'cache-writer.ts', 'host.ts']));

  it('has the types that test/docs/pages.d.ts says, and every import is used', () => {
    const declared = `
      import type * as declaredWriter from 'wgsl-page:cache-writer.ts';
      import type * as declaredHost from 'wgsl-page:host.ts';
      import * as writer from './cache-writer';
      import * as host from './host';
      writer satisfies typeof declaredWriter;
      host satisfies typeof declaredHost;
    `;
    expect(typeErrors(new Map(modules).set('declared.ts', declared))).toBe('');
    const wrong = declared.replace("from './host'", "from './cache-writer'");
    expect(typeErrors(new Map(modules).set('declared.ts', wrong))).toMatch(/declared\.ts.*rotateQ/s);
  });

  it('the host has the forty lines it says', () => {
    expect(page).toContain('\nForty lines,');
    const lines = files.get('host.ts')!.split('\n');
    expect(lines.filter((line) => line.trim() && !/^\s*\/[/*]/.test(line)).length).toBeLessThanOrEqual(42);
  });

  it('names values by their numbers in the shaders', () => {
    const declared = moduleFiles().flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/^const ([A-Z]\w*) = (\d+)u;/gm),
    ]);
    // Sizes of similarity.wgsl and qkv.wgsl, and the parts of the latter, which nobody sets.
    const inner = ['TILE', 'DEPTH', 'PITCH', 'MOST_SUMS', 'Q', 'K', 'V'];
    const named = declared.filter(([, name]) => !inner.includes(name!));
    const inShaders = named.map(([, name, value]) => `${name} ${value}`);
    const [table] = page.match(/^\| `DTYPE`.*?(?=^$)/ms)!;
    const inPage = [...table.matchAll(/`(\w+)` (\d+)/g)].map(([, name, value]) => `${name} ${value}`);
    expect(inPage.sort()).toEqual(inShaders.sort());
  });
});
