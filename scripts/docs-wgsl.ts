// Writes what docs/wgsl.md says of structs and bindings, from the linked modules: `npx tsx scripts/docs-wgsl.ts`.
import { markdownTable, withSection, writeWhenRun } from './docs-pages';
import { type Binding, type Reflection, reflected, type Struct } from './reflection';
import { entryModules, linkedModule } from './shaders';

/** Structs that lie in buffers. */
function isBound({ name }: Struct, { structs, entryPoints }: Reflection): boolean {
  const types = new Set(
    entryPoints.flatMap(({ bindings }) => bindings.flatMap(({ type }) => type.match(/\w+/g) ?? [])),
  );
  for (let size = -1; size !== types.size; ) {
    size = types.size;
    for (const struct of structs) {
      if (types.has(struct.name)) for (const { type } of struct.fields) types.add(type);
    }
  }
  return types.has(name);
}

const code = (text: string): string => (text ? `\`${text}\`` : '');

function structTable({ name, size, fields }: Struct): string {
  const rows = fields.map(({ name: field, type, offset, comment }) => [
    code(field),
    code(type),
    String(offset),
    comment,
  ]);
  return `\`${name}\`, ${size} bytes:\n\n${markdownTable(['field', 'type', 'byte', ''], rows)}`;
}

function bindingTable({ entryPoints }: Reflection): string {
  const all = new Map<string, Binding>();
  for (const { bindings } of entryPoints) for (const binding of bindings) all.set(binding.name, binding);
  const sorted = [...all.values()].sort((a, b) => a.group - b.group || a.binding - b.binding);
  const rows = sorted.map(({ group, binding, name, kind, type, comment }) => {
    const readers = entryPoints.filter(({ bindings }) => bindings.some((each) => each.name === name));
    const who =
      readers.length === entryPoints.length ? 'all' : readers.map((each) => code(each.name)).join(', ');
    return [String(group), String(binding), code(name), kind, code(type), who, comment];
  });
  return markdownTable(['group', 'binding', 'variable', 'buffer', 'type', 'entry points', ''], rows);
}

function overrideTable({ overrides }: Reflection): string {
  const rows = overrides.map(({ name, type, value, comment }) => [
    code(name),
    code(type),
    code(value),
    comment,
  ]);
  return markdownTable(['override', 'type', 'default', ''], rows);
}

/** docs/wgsl.md as it has to be. */
export async function wgslPage(page: string): Promise<string> {
  let written = page;
  for (const name of entryModules) {
    const reflection = reflected(await linkedModule(`${name}.wgsl`));
    const structs = reflection.structs.filter((struct) => isBound(struct, reflection));
    const parts = [bindingTable(reflection), ...structs.map(structTable), overrideTable(reflection)];
    written = withSection(written, name, parts.join('\n').trimEnd());
  }
  return written;
}

void writeWhenRun(import.meta.url, 'wgsl.md', wgslPage);
