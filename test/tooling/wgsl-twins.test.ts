import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// WGSL has no imports, and a module of ours is complete, readable on its own, and made by no template. So what two modules
// both need (how positions are read, how 16-bit floats are packed) is there twice. This test keeps such twins the same: a
// function or struct of one name has one text in all modules of shaders/.

const folder = new URL('../../shaders/', import.meta.url);

/** What every module says on its own: its parameters. Entry points are no twins either; they are never called. */
const ownNames = ['Params'];

/** Functions and structs of a module, by name; as they are written, without the comment above. */
function declarationsOf(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [text, attributes, name] of source.matchAll(
    /^(@[^\n]*\n)?(?:fn|struct) (\w+)[^{]*\{.*?^\}$/gms,
  ) as Iterable<[string, string | undefined, string]>) {
    if (attributes === undefined && !ownNames.includes(name)) found.set(name, text);
  }
  return found;
}

/** Names that two modules declare differently, with the modules. */
function strangers(modules: readonly (readonly [file: string, source: string])[]): string[] {
  const first = new Map<string, { file: string; text: string }>();
  const found: string[] = [];
  for (const [file, source] of modules) {
    for (const [name, text] of declarationsOf(source)) {
      const known = first.get(name);
      if (!known) first.set(name, { file, text });
      else if (known.text !== text) found.push(`${name}: ${known.file}, ${file}`);
    }
  }
  return found;
}

const modules = readdirSync(folder)
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const);

test('functions and structs of one name have one text in all modules', () => {
  expect(strangers(modules)).toEqual([]);
});

describe('the test itself', () => {
  const one =
    'struct Params {\n  a: u32,\n}\n\nfn f(a: u32) -> u32 {\n  if (a > 0u) {\n    return a;\n  }\n  return 1u;\n}\n';

  test('finds the twins there are', () => {
    const additive = declarationsOf(modules.find(([file]) => file === 'additive.wgsl')![1]);
    const rope = declarationsOf(modules.find(([file]) => file === 'rope.wgsl')![1]);
    const shared = [...additive.keys()].filter((name) => rope.has(name));
    for (const name of ['Source', 'Item', 'item_of', 'position_of', 'is_good', 'unpack', 'pack', 'product']) {
      expect(shared).toContain(name);
    }
    // No module declares what the pattern above overlooks.
    for (const [, source] of modules) {
      const declared = [...source.matchAll(/^(?:fn|struct) (\w+)/gm)].map(([, name]) => name!);
      const entries = [...source.matchAll(/^@[^\n]*\nfn (\w+)/gm)].map(([, name]) => name!);
      const all = declared.filter((name) => !ownNames.includes(name) && !entries.includes(name));
      expect([...declarationsOf(source).keys()].sort()).toEqual(all.sort());
    }
  });

  test('tells a difference of one character, not one of parameters', () => {
    const other = one.replace('a: u32,\n', 'b: u32,\n');
    expect(
      strangers([
        ['a.wgsl', one],
        ['b.wgsl', other],
      ]),
    ).toEqual([]);
    expect(
      strangers([
        ['a.wgsl', one],
        ['b.wgsl', one.replace('return 1u', 'return 2u')],
      ]),
    ).toEqual(['f: a.wgsl, b.wgsl']);
  });
});
