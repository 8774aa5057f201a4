/** Reads of a kernel's parameters by the names that its linked module gives them. */
import { type Reflection, reflected } from '../../scripts/reflection';

/** Values by field, such as `grid.units` or `k_in_q`; what is not named is 0. */
export type ParameterValues = Readonly<Record<string, number>>;

/** Byte offset of each 32-bit field of the uniform `params`, by the path to it. */
export type ParameterLayout = ReadonlyMap<string, number>;

/** The fields of a struct and of those within it, with their offsets. */
function fieldsOf(structs: Reflection['structs'], of: string): (readonly [path: string, offset: number])[] {
  const fields = structs.find(({ name }) => name === of)?.fields ?? [];
  return fields.flatMap(({ name, type, offset }) => {
    const inner = fieldsOf(structs, type).map(([path, at]) => [`${name}.${path}`, offset + at] as const);
    return inner.length > 0 ? inner : [[name, offset] as const];
  });
}

/** The layout of `params` in a linked module. */
export function parameterLayout(code: string): ParameterLayout {
  const type = /var<uniform> params: (\w+);/.exec(code)?.[1];
  if (type === undefined) throw new RangeError('code: expected a module with the uniform `params`');
  return new Map(fieldsOf(reflected(code).structs, type));
}

/**
 * Reads words of parameters that have these values.
 *
 * @throws {RangeError} the layout has no such field
 */
export function parameterReader(
  layout: ParameterLayout,
  values: ParameterValues,
): (offset: number) => number {
  const words = new Map<number, number>();
  for (const [name, value] of Object.entries(values)) {
    const offset = layout.get(name);
    if (offset === undefined)
      throw new RangeError(`${name}: expected a field of params, got none of ${[...layout.keys()]}`);
    words.set(offset, value);
  }
  return (offset) => words.get(offset) ?? 0;
}
