/** Reads of a kernel's parameters by the names that its linked module gives them. */
import { type Reflection, reflected } from '../../scripts/reflection';

/** Values by field, such as `grid.units` or `inverse`; what is not named is 0. */
export type ParameterValues = Readonly<Record<string, number>>;

/** Byte offset of each 32-bit field of the uniform `params`, by the path to it. */
export type ParameterLayout = ReadonlyMap<string, number>;

function addFields(
  { structs }: Reflection,
  of: string,
  prefix: string,
  start: number,
  layout: Map<string, number>,
): void {
  for (const { name, type, offset } of structs.find((each) => each.name === of)?.fields ?? []) {
    if (structs.some((each) => each.name === type)) {
      addFields(
        { structs, entryPoints: [], overrides: [] },
        type,
        `${prefix}${name}.`,
        start + offset,
        layout,
      );
    } else layout.set(prefix + name, start + offset);
  }
}

/** The layout of `params` in a linked module. */
export function parameterLayout(code: string): ParameterLayout {
  const type = /var<uniform> params: (\w+);/.exec(code)?.[1];
  if (type === undefined) throw new RangeError('code: expected a module with the uniform `params`');
  const layout = new Map<string, number>();
  addFields(reflected(code), type, '', 0, layout);
  return layout;
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
