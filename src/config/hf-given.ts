import { checkInteger, show } from '../errors';
import type { ModelRow } from './models';
import { checkRange } from './scaling';

/** A model in a `config.json`, and what is known of its class. A null in it counts as absent, as in transformers. */
export interface HuggingFaceSource {
  readonly values: Readonly<Record<string, unknown>>;
  /** What error messages put before a key: `''`, or `'text_config.'`. */
  readonly prefix: string;
  /** `model_type`, or `''` where there is none. */
  readonly modelType: string;
  /** What is known of it; undefined where the table has no such model type. */
  readonly row: ModelRow | undefined;
  /** Whether what nobody checked is refused. */
  readonly strict: boolean;
  /** What opening the config had to assume. */
  readonly assumptions: readonly string[];
}

/** A value of a config and the name the user knows it by. */
export interface Given {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Adds what nobody checked to the assumptions.
 *
 * @throws {RangeError} the source is strict
 */
export function unchecked(
  source: Pick<HuggingFaceSource, 'strict'>,
  text: string,
  assumptions: string[],
): void {
  if (source.strict) throw new RangeError(`strict: expected nothing unchecked, got ${text}`);
  assumptions.push(text);
}

/** Every key with one of these words in it says something about rotation. */
export const ROTARY_WORD = /(^|_)(no|[mx]d?)?(rope|rotary)(_|$)/;

/** The given ones among `keys`, which mean the same thing. */
export function givenOf(
  { values, prefix }: Pick<HuggingFaceSource, 'values' | 'prefix'>,
  ...keys: string[]
): Given[] {
  return keys
    .filter((key) => Object.hasOwn(values, key) && values[key] !== null && values[key] !== undefined)
    .map((key) => ({ name: prefix + key, value: values[key] }));
}

/**
 * The one value of several spellings of the same thing, or undefined where none is given.
 *
 * @throws {RangeError} two of them differ
 */
export function agreed(spellings: readonly Given[]): Given | undefined {
  const [first, ...rest] = spellings;
  for (const { name, value } of rest) {
    if (!isSame(value, first!.value)) {
      throw new RangeError(
        `${name}: expected the same as ${first!.name} (${shown(first!.value)}), got ${shown(value)}`,
      );
    }
  }
  return first;
}

/** Whether two values of JSON are the same; any others only where they are identical. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  const entry = (object: object, key: string) => (object as Record<string, unknown>)[key];
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(entry(one, key), entry(other, key)))
  );
}

/** A value in a message: short lists in full. */
function shown(value: unknown): string {
  return Array.isArray(value) && value.length <= 4 ? `[${value.map(show).join(', ')}]` : show(value);
}

/** The one integer, at least 1, among several spellings; undefined where none is given. */
export function integerOf(source: HuggingFaceSource, ...keys: string[]): number | undefined {
  const given = agreed(givenOf(source, ...keys));
  return given && checkInteger(given.name, given.value, 1, Number.MAX_SAFE_INTEGER);
}

/** A given base of frequencies. */
export function thetaOf({ name, value }: Given): number {
  return checkRange('theta', value, name);
}

/** What is taken where the config says nothing; adds it to the assumptions, and returns it. */
export function assumed<T>(
  { row, prefix, modelType }: HuggingFaceSource,
  key: string,
  value: T,
  assumptions: string[],
): T {
  const origin = row
    ? `what ${row.isTransformers ? 'transformers takes' : `${row.source} has`} for ${modelType}`
    : 'as Llama has it, not checked for this class';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  assumptions.push(`${prefix}${key} is missing: ${text}, ${origin}`);
  return value;
}
