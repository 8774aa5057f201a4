import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shaderFolder } from '../../scripts/shaders';

const harnessFolder = join(import.meta.dirname, '../gpu/lib');
const modules = readdirSync(join(shaderFolder, 'lib'));

/** What keeps the functions of a module from being tested: each needs an entry point that calls it, and a test that names it. */
function untested(library: string, harness: string, tests: string): string[] {
  return [...library.matchAll(/^fn (\w+)\(/gm)].flatMap(([, name]) => {
    const [, body] = new RegExp(`^fn call_${name}\\(.*?\\{\\n(.*?)^\\}`, 'ms').exec(harness) ?? [];
    const isCalled = new RegExp(`\\b${name}\\(`).test(body ?? '');
    // By name, or for two dtypes at once by its stem.
    const stem = name!.replace(/(?<=pack_)b?f16$/, '');
    const isNamed = tests.includes(`name: '${name}'`) || tests.includes(`name: \`${stem}\${dtype}\``);
    return [...(isCalled ? [] : [`${name} is not called`]), ...(isNamed ? [] : [`${name} is not tested`])];
  });
}

const readHarness = (name: string): string => readFileSync(join(harnessFolder, name), 'utf8');

describe('functions of shaders/lib', () => {
  it.each(modules)('%s: each has a test of its own in test/gpu/lib', (name) => {
    const library = readFileSync(join(shaderFolder, 'lib', name), 'utf8');
    expect(library).toMatch(/^fn /m);
    expect(untested(library, readHarness(name), readHarness(name.replace('.wgsl', '.test.ts')))).toEqual([]);
  });

  it('a function that no harness calls, or no test names, would be seen', () => {
    const library = 'fn twice(x: u32) -> u32 {\n  return 2u * x;\n}\n';
    const harness = 'fn call_twice(id: vec3u) {\n  output[0] = twice(input[0]);\n}\n';
    const tests = "{ code, name: 'twice', calls }";
    expect(untested(library, harness, tests)).toEqual([]);
    expect(untested(library, harness.replace('= twice', '= thrice'), tests)).toEqual(['twice is not called']);
    expect(untested(library, '', tests)).toEqual(['twice is not called']);
    expect(untested(library, harness, '')).toEqual(['twice is not tested']);
  });
});
