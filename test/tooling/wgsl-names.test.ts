import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reachableWgsl, shortenedWgsl } from '../../scripts/wgsl-names';
import { minifyWgsl } from '../../scripts/wgsl-text';

const module = `
const ONE = 1u;
const TWO = 2u;
override WIDE: u32 = ONE;
override SPARE: u32 = 7;
struct Cell { at: u32, group: u32 }
struct Other { @align(16) cell: Cell }
@group(0) @binding(0) var<uniform> cells: Cell;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
fn inner(cell: Cell) -> u32 { return cell.at + TWO; }
fn outer(value: u32) -> u32 { let cell = Cell(value, ONE); return inner(cell); }
fn unused(other: Other) -> u32 { return other.cell.group; }
@compute @workgroup_size(WIDE)
fn first(@builtin(global_invocation_id) id: vec3u) { words[id.x] = outer(cells.group); }
@compute @workgroup_size(1)
fn second() { words[0] = unused(Other(cells)); }
`;

test('an entry point keeps what it reaches, in order, and every override', () => {
  const cut = reachableWgsl(module, ['first']);
  for (const kept of [
    'ONE',
    'TWO',
    'WIDE',
    'SPARE',
    'struct Cell',
    'cells',
    'words',
    'inner',
    'outer',
    'first',
  ]) {
    expect(cut).toContain(kept);
  }
  for (const dropped of ['Other', 'unused', 'second']) expect(cut).not.toContain(dropped);
  expect(cut.indexOf('inner')).toBeLessThan(cut.indexOf('outer('));
});

test('an entry point that is not there is refused', () => {
  expect(() => reachableWgsl(module, ['third'])).toThrow(
    new RangeError('entries: expected entry points of the module, got third'),
  );
});

test('declared names are shortened; entry points, overrides, attributes and swizzles are not', () => {
  const short = shortenedWgsl(module);
  expect(short).toContain('@group(0) @binding(0) var<uniform>');
  expect(short).toContain('override WIDE: u32 =');
  expect(short).toMatch(/fn first\(@builtin\(global_invocation_id\) [A-Z]: vec3u\)/);
  expect(short).toMatch(/\.x\]/);
  for (const name of ['Cell', 'cells', 'inner', 'outer', 'ONE', 'value']) {
    expect(short).not.toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test('within a function, and among what belongs to the module, two names stay two', () => {
  const words = (source: string) => source.match(/@?[A-Za-z_]\w*/g) ?? [];
  const functions = (source: string) =>
    source.split(/(?=@group|@compute|\bstruct\b|\bconst\b|\boverride\b|\bfn\b)/);
  const after = functions(shortenedWgsl(module));
  functions(module)
    .filter((part) => part.trim() !== '')
    .forEach((part, at) => {
      const forth = new Map<string, Set<string>>();
      const back = new Map<string, Set<string>>();
      const short = words(after[at] as string);
      words(part).forEach((name, i) => {
        forth.set(name, (forth.get(name) ?? new Set()).add(short[i] as string));
        back.set(short[i] as string, (back.get(short[i] as string) ?? new Set()).add(name));
      });
      for (const names of back.values()) expect(names.size).toBe(1);
      // A name may be both a field and a variable, and then is two.
      for (const names of forth.values()) expect(names.size).toBeLessThanOrEqual(2);
    });
});

test('the shipped modules are a third of the source', async () => {
  const source = await readFile(new URL('../../shaders/rope.wgsl', import.meta.url), 'utf8');
  const core = reachableWgsl(minifyWgsl(source), ['rotate_chunks', 'rotate_words']);
  expect(core).not.toContain('rerotate');
  expect(core).not.toContain('atomicAdd');
  expect(minifyWgsl(shortenedWgsl(core)).length).toBeLessThan(source.length / 3);
});

test('a function with more names than there are capitals keeps clear of the names of the module', () => {
  // The module's names run through Aa, Ba, … too; every one is used beside the function's own.
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const constants = numbers.map((i) => `const GLOBAL_${i} = ${i}u;`).join('');
  const body = numbers.map((i) => `let local_${i} = GLOBAL_${i} + ${i}u;`).join('');
  const short = shortenedWgsl(`${constants}fn many() { ${body} }`);
  const declared = [...short.matchAll(/\b(?:const|let) (\w+)/g)].map(([, name]) => name);
  expect(declared).toHaveLength(80);
  expect(new Set(declared).size).toBe(80);
});
