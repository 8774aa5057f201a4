import { describe, expect, it } from 'vitest';
import { type Reflection, reflected, type Struct } from '../../scripts/reflection';
import { entryModules, linkedModule } from '../../scripts/shaders';
import {
  type Field,
  type Fields,
  type StructLayout,
  structLayout,
  type WordsOf,
} from '../../src/kernel/layout';
import { gridLayout, sourceLayout } from '../../src/kernel/params';

/** What the TypeScript says of a struct: all that must be as the WGSL has it. */
type Layout = StructLayout<Fields>;

const files = import.meta.glob<Record<string, Layout>>('../../src/*/params.ts', { eager: true });
const layouts = Object.values(files).flatMap((file) => Object.values(file));

const modules = await Promise.all(
  entryModules.map(async (name) => ({ name, reflection: reflected(await linkedModule(`${name}.wgsl`)) })),
);

/** The first word of a field, of a struct that of its first field. */
const firstWord = (at: number | WordsOf<Fields>): number =>
  typeof at === 'number' ? at : firstWord(Object.values(at)[0]!);

const typeOf = (field: Field): string => (typeof field === 'string' ? field : field.name);

/** Every field with its type and its first byte, those of structs inside as well, as `to.table.row: u32 at 120`. */
function fieldsOfLayout({ fields, at }: Pick<Layout, 'fields' | 'at'>, path = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const words = at[name]!;
    const line = `${path}${name}: ${typeOf(field)} at ${firstWord(words) * 4}`;
    if (typeof field === 'string' || typeof words === 'number') return [line];
    return [line, ...fieldsOfLayout({ fields: field.fields, at: words }, `${path}${name}.`)];
  });
}

/** The same of a struct of the WGSL. */
function fieldsOfStruct({ fields }: Struct, structs: Reflection['structs'], path = '', begin = 0): string[] {
  return fields.flatMap(({ name, type, offset }) => {
    const inner = structs.find((each) => each.name === type);
    const at = begin + offset;
    const line = `${path}${name}: ${type} at ${at}`;
    return inner ? [line, ...fieldsOfStruct(inner, structs, `${path}${name}.`, at)] : [line];
  });
}

/** In a uniform a struct fills 16-byte steps; where it is declared it may end before. */
const bytesOf = ({ size }: Struct): number => Math.ceil(size / 16) * 16;

/** Fails unless the layout is that of the struct of its name: the same fields in the same order, nothing else. */
function expectLayout(layout: Layout, { structs }: Reflection): void {
  const struct = structs.find(({ name }) => name === layout.name);
  if (!struct) throw new Error(`expected a struct ${layout.name} in the WGSL, got none`);
  expect([`${layout.words * 4} bytes`, ...fieldsOfLayout(layout)]).toEqual([
    `${bytesOf(struct)} bytes`,
    ...fieldsOfStruct(struct, structs),
  ]);
}

/** Structs in uniforms, those inside of others too. */
function uniformStructs({ structs, entryPoints }: Reflection): string[] {
  const withInner = (name: string): string[] => {
    const struct = structs.find((each) => each.name === name);
    return struct ? [name, ...struct.fields.flatMap(({ type }) => withInner(type))] : [];
  };
  const uniforms = entryPoints.flatMap(({ bindings }) => bindings.filter(({ kind }) => kind === 'uniform'));
  return [...new Set(uniforms.flatMap(({ type }) => withInner(type)))];
}

describe.each(modules)('$name.wgsl', ({ reflection }) => {
  it.each(uniformStructs(reflection))('%s lies as src has it', (name) => {
    const layout = layouts.find((each) => each.name === name);
    if (!layout) throw new Error(`expected a layout ${name} in src/*/params.ts, got none`);
    expectLayout(layout, reflection);
  });
});

it('every layout is that of a struct in a uniform of one of the modules', () => {
  const all = new Set(modules.flatMap(({ reflection }) => uniformStructs(reflection)));
  expect([...new Set(layouts.map(({ name }) => name))].sort()).toEqual([...all].sort());
});

describe('a layout that is wrong would be noticed:', () => {
  const { reflection } = modules.find(({ name }) => name === 'rope')!;
  const { fields } = sourceLayout;
  const { table, kind, start, ...behind } = fields;
  const { height: _height, ...before } = fields;

  it.each([
    ['two fields exchanged', structLayout('Source', { table, start, kind, ...behind })],
    ['a field missing', structLayout('Source', { table, kind, ...behind })],
    ['the last field missing', structLayout('Source', before)],
    ['a field too many', structLayout('Source', { ...fields, depth: 'u32' })],
    ['a field of another name', structLayout('Source', { ...before, rows: 'u32' })],
    ['a field of another type', structLayout('Source', { ...before, height: 'f32' })],
    ['another size', { ...sourceLayout, words: sourceLayout.words + 4 }],
    [
      'another struct inside',
      structLayout('Source', { table: structLayout('Grid', table.fields), kind, start, ...behind }),
    ],
    [
      'a struct inside with a field missing',
      structLayout('Source', {
        table: structLayout('TableShape', { low_bits: 'u32' }),
        kind,
        start,
        ...behind,
      }),
    ],
    ['a struct that is not there', structLayout('Sources', fields)],
  ])('%s', (_name, layout) => {
    expect(() => expectLayout(layout, reflection)).toThrow(/expected/);
  });

  it('the right ones pass', () => {
    expectLayout(sourceLayout, reflection);
    expectLayout(structLayout('Source', { table, kind, start, ...behind }), reflection);
    expectLayout(gridLayout, reflection);
  });
});
