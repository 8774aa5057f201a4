/** What a linked WGSL module declares: structs with offsets, entry points with what they bind. */
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';

export interface StructField {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  /** The comment behind it. */
  readonly comment: string;
}

export interface Struct {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly StructField[];
}

export interface Binding {
  readonly group: number;
  readonly binding: number;
  readonly name: string;
  /** `uniform`, `read-only-storage` or `storage`. */
  readonly kind: GPUBufferBindingType;
  /** As it is declared, such as `array<vec4f>`. */
  readonly type: string;
  readonly comment: string;
}

export interface EntryPoint {
  readonly name: string;
  readonly bindings: readonly Binding[];
}

export interface Override {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly comment: string;
}

export interface Reflection {
  readonly structs: readonly Struct[];
  readonly entryPoints: readonly EntryPoint[];
  readonly overrides: readonly Override[];
}

const kinds: Readonly<Record<string, GPUBufferBindingType>> = {
  uniform: 'uniform',
  'storage read': 'read-only-storage',
  'storage read_write': 'storage',
};

/** Reads a linked module. */
export function reflected(code: string): Reflection {
  const reflect = new WgslReflect(code);
  const commentOf = (declaration: RegExp): string => declaration.exec(code)?.[1]?.trim() ?? '';
  const bindings = new Map<string, Binding>();
  const declared =
    /@group\((\d)\) @binding\((\d)\) var<([^>]+)> (\w+): ((?:[^;<]|<[^;]*>)+);(?:[ \t]*\/\/([^\n]*))?/g;
  for (const [, group, binding, space, name, type, comment] of code.matchAll(declared)) {
    const kind = kinds[(space as string).replace(', ', ' ')] as GPUBufferBindingType;
    const entry = { group: Number(group), binding: Number(binding), name: name as string, kind };
    bindings.set(entry.name, { ...entry, type: type as string, comment: comment?.trim() ?? '' });
  }
  return {
    structs: reflect.structs.map(({ name, size, members }) => ({
      name,
      size,
      fields: members.map((member) => ({
        name: member.name,
        type: member.type.name,
        offset: member.offset,
        comment: fieldComment(code, name, member.name),
      })),
    })),
    entryPoints: reflect.entry.compute.map(({ name, resources }) => ({
      name,
      bindings: resources
        .map((resource) => bindings.get(resource.name) as Binding)
        .sort((a, b) => a.group - b.group || a.binding - b.binding),
    })),
    overrides: [...code.matchAll(/^override (\w+): (\w+) = ([^;]+);/gm)].map(([, name, type, value]) => ({
      name: name as string,
      type: type as string,
      value: value as string,
      comment: commentOf(new RegExp(`^override ${name}\\b[^;]*;[ \\t]*//([^\\n]*)`, 'm')),
    })),
  };
}

/** The comment behind a field of a struct. */
function fieldComment(code: string, struct: string, field: string): string {
  const body = new RegExp(`^struct ${struct} \\{\\n(.*?)^\\}`, 'ms').exec(code)?.[1] ?? '';
  return new RegExp(`\\b${field}:[^/\\n]*//([^\\n]*)`).exec(body)?.[1]?.trim() ?? '';
}
