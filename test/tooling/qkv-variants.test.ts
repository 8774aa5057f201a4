import { describe, expect, it } from 'vitest';
import { linkedModule } from '../../scripts/shaders';
import { minifyWgsl } from '../../scripts/wgsl-text';
import { roleNames } from '../../src/qkv/stretches';
import { type Variant, variantKey, variantOf } from '../../src/qkv/variant';
import {
  distinctLayers,
  inWords,
  kindsOfReads,
  layersOfAllSorts,
  noReads,
  variantFor,
  ways,
} from '../support/qkv-roles';

// src/qkv/variant.ts makes the module of a call by replacing text. What it relies on, and what comes out.

const readVariables = { ids: 'ids', offsets: 'offsets', rows: 'row_words', step: 'step_words' } as const;
const roleVariables = ways.flatMap((way) => roleNames.map((name) => `${name}_${way}`));
const replaced = [...roleVariables, ...Object.values(readVariables)];

const linked = await Promise.all(
  [false, true].map(async (nativeF16) => {
    const text = await linkedModule('qkv.wgsl', { nativeF16 });
    const what = nativeF16 ? ', native f16' : '';
    return [
      { name: `with comments${what}`, text },
      { name: `minified${what}`, text: minifyWgsl(text) },
    ];
  }),
);
const texts = linked.flat();

const withoutComments = (text: string): string => text.replace(/\/\/[^\n]*/g, '');

/** The declaration of a module's variable. */
const declaration =
  /@group\((\d)\)\s*@binding\((\d+)\)\s*var<\s*storage\s*,\s*(\w+)\s*>\s*(\w+)\s*:\s*array<\s*(\w+)\s*>\s*;/g;

/** How a variable is used where it is not declared: each use from its name on. */
function usesOf(variable: string, text: string): string[] {
  const code = withoutComments(text).replace(declaration, '');
  return [...code.matchAll(new RegExp(`\\b${variable}\\b[^;{}]*`, 'g'))].map(([use]) => use);
}

/** Uses other than `name[index]` with no bracket inside. */
const otherUses = (variable: string, text: string): string[] =>
  usesOf(variable, text).filter((use) => !/^\w+\[[^[\]]*\]/.test(use));

describe.each(texts)('$name', ({ text }) => {
  it.each(replaced)('%s is reached by name[index] alone, with no bracket inside', (variable) => {
    expect(usesOf(variable, text)).not.toEqual([]);
    expect(otherUses(variable, text)).toEqual([]);
  });
});

it('another use would be seen', () => {
  const declared = '@group(1) @binding(0) var<storage, read_write> q_words: array<u32>;\n';
  const otherUsesIn = (body: string) => otherUses('q_words', `${declared}fn f() { ${body} }`);
  expect(otherUsesIn('q_words[a + b] = q_words[0];')).toEqual([]);
  expect(otherUsesIn('let p = &q_words;')).toEqual(['q_words']);
  expect(otherUsesIn('let n = arrayLength(&q_words);')).toEqual(['q_words)']);
  expect(otherUsesIn('let x = q_words[ids[0]];')).toEqual(['q_words[ids[0]]']);
  expect(otherUsesIn('let x = q_words [0];')).toEqual(['q_words [0]']);
});

interface Declared {
  readonly group: number;
  readonly binding: number;
  readonly access: string;
  readonly variable: string;
  readonly element: string;
}

const declaredIn = (text: string): Declared[] =>
  [...withoutComments(text).matchAll(declaration)].map(([, group, binding, access, variable, element]) => ({
    group: Number(group),
    binding: Number(binding),
    access: access!,
    variable: variable!,
    element: element!,
  }));

/** What is wrong with the module of a variant. Not by expect(): there are thousands of them. */
function wrongIn(code: string, text: string, { way, bindings, reads }: Variant): string[] {
  const { roles, stretches, of } = bindings;
  const wrong: string[] = [];
  const check = (isRight: boolean, what: string): void => {
    if (!isRight) wrong.push(what);
  };
  const element = way === 'chunks' ? 'vec4u' : 'u32';
  const tensors = declaredIn(text).filter(({ group, variable }) => group === 1 && variable.endsWith(way));
  check(tensors.length === stretches.length, `${tensors.length} tensors for ${stretches.length} stretches`);
  const names = stretches.map(({ isWritten }, i) => {
    const declared = tensors.filter(({ binding }) => binding === i);
    check(declared.length === 1, `binding ${i} is declared ${declared.length} times`);
    check(declared[0]?.access === (isWritten ? 'read_write' : 'read'), `access of binding ${i}`);
    check(declared[0]?.element === element, `element of binding ${i}`);
    return declared[0]?.variable ?? '';
  });
  // Every use of a variable is there still, by the name of its binding; those of absent ones are of one that may be written.
  const uses = new Map(names.map((name) => [name, 0]));
  for (const name of roleNames) {
    const role = roles.findIndex(({ variable }) => variable === name);
    const index = role < 0 ? stretches.findIndex(({ isWritten }) => isWritten) : of[role]!;
    const variable = names[index]!;
    uses.set(variable, uses.get(variable)! + usesOf(`${name}_${way}`, code).length);
  }
  for (const name of roleNames) {
    const variable = `${name}_${way}`;
    const [expected, got] = [uses.get(variable) ?? 0, usesOf(variable, text).length];
    check(got === expected, `${variable}: ${got} uses for ${expected}`);
    check(names.includes(variable) || !text.includes(`${variable}[`), `${variable} is left`);
  }
  for (const [read, variable] of Object.entries(readVariables)) {
    const expected = reads[read as keyof typeof reads] ? usesOf(variable, code).length : 0;
    const got = usesOf(variable, text).length;
    check(got === expected, `${variable}: ${got} uses for ${expected}`);
  }
  return wrong;
}

const layers = distinctLayers();

describe.each(texts)('variants of the text $name', ({ text: code }) => {
  it.each(ways)('%s: each binding is declared once, and nothing is left of what is not there', (way) => {
    expect(layers.length).toBeGreaterThan(50);
    const wrong = layers.flatMap((names, i) => {
      // Of every sort of layer one kind of reads; all of them of the last one.
      const all = i === layers.length - 1 ? kindsOfReads : [kindsOfReads[i % 16]!];
      return all.flatMap((reads) => {
        const variant = variantFor(names, way, reads);
        const inThis = wrongIn(code, variantOf(code, variant), variant);
        return inThis.map((what) => `${inWords(names)}, ${JSON.stringify(reads)}: ${what}`);
      });
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('a variable that is left, or declared twice, would be seen', () => {
    const variant = variantFor({ q: 'packed', k: 'packed' }, 'words', noReads);
    const text = variantOf(code, variant);
    expect(wrongIn(code, text, variant)).toEqual([]);
    expect(wrongIn(code, code, variant)).not.toEqual([]);
    expect(wrongIn(code, text.replace('q_words[', 'k_words['), variant)).toEqual(
      expect.arrayContaining(['k_words is left']),
    );
    const twice = `${text}@group(1) @binding(0) var<storage, read> k_words: array<u32>;\n`;
    expect(wrongIn(code, twice, variant)).toEqual(expect.arrayContaining(['binding 0 is declared 2 times']));
  });
});

it('variantKey: layers of one key have one module', () => {
  const { text: code } = texts[0]!;
  const modules = new Map<string, string>();
  const all = layersOfAllSorts();
  const wrong = all.filter((names) => {
    const variant = variantFor(names, 'words', noReads);
    const key = variantKey(variant);
    const text = variantOf(code, variant);
    const first = modules.get(key) ?? text;
    modules.set(key, first);
    return text !== first;
  });
  expect(wrong.map(inWords)).toEqual([]);
  expect(modules.size).toBe(layers.length);
  expect(modules.size).toBeLessThan(all.length);
});
