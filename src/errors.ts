/**
 * Errors with one shape: `argument: expected …, got …`. TypeError for a wrong kind of thing, RangeError for a
 * wrong value; the text is only built once something failed.
 */

/** Shows a value in an error message, short enough to read: a long string loses its end, and the closing quote. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).slice(0, 99);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

/** `TypeError("name: expected …, got …")`. */
export function wrongType(name: string, expected: string, got: unknown): TypeError {
  return new TypeError(`${name}: expected ${expected}, got ${show(got)}`);
}

/** `RangeError("name: expected …, got …")`. */
export function outOfRange(name: string, expected: string, got: unknown): RangeError {
  return new RangeError(`${name}: expected ${expected}, got ${show(got)}`);
}

/** The largest integer of a range, and what it counts: a text such as `' (tokens)'`, which follows the range. */
export interface IntegerLimit {
  readonly most: number;
  readonly unit: string;
}

/**
 * Checks that `value` is an integer from `low` to `limit` and returns it.
 *
 * @param limit The largest one, or that and its unit. Not a closure or a list, as encode allocates nothing.
 * @throws {TypeError} it is not a number   @throws {RangeError} it is no integer, or outside
 */
export function checkInteger(
  name: string,
  value: unknown,
  low: number,
  limit: number | IntegerLimit,
): number {
  const most = typeof limit === 'number' ? limit : limit.most;
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= most)
    return value as number;
  const unit = typeof limit === 'number' ? '' : limit.unit;
  if (typeof value !== 'number') throw wrongType(name, `an integer${unit}`, value);
  const range = most >= Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `in ${low}..${most}`;
  throw outOfRange(name, `an integer ${range}${unit}`, value);
}

/**
 * Checks that `value` is one of `choices` and returns it.
 *
 * @throws {TypeError} it is not a string   @throws {RangeError} it is another string
 */
export function checkChoice<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  const expected = choices.map((choice) => JSON.stringify(choice)).join(' or ');
  throw typeof value === 'string' ? outOfRange(name, expected, value) : wrongType(name, expected, value);
}

/**
 * Checks that `value` is an array of `choices`, and returns a copy. A hole is none of them.
 *
 * @throws {TypeError} it is no array, or an element is not a string   @throws {RangeError} an element is another string
 */
export function checkChoices<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
  what: string,
): T[] {
  if (!Array.isArray(value)) throw wrongType(name, `an array of ${what}`, value);
  return Array.from(value, (each, i) => checkChoice(`${name}[${i}]`, each, choices));
}

/**
 * Checks that `value` is a finite number which `accepts` takes, and returns it; `expected` says which those are.
 *
 * @throws {TypeError} it is not a number   @throws {RangeError} it is NaN, infinite, or not accepted
 */
export function checkNumber(
  name: string,
  value: unknown,
  expected: string,
  accepts: (value: number) => boolean,
): number {
  if (typeof value !== 'number') throw wrongType(name, expected, value);
  if (!Number.isFinite(value) || !accepts(value)) throw outOfRange(name, expected, value);
  return value;
}

/**
 * Checks that `value` is an array or a typed array.
 *
 * @throws {TypeError} it is neither
 */
export function checkArrayLike(
  name: string,
  value: unknown,
  expected: string,
): asserts value is ArrayLike<unknown> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
  if (!isList) throw wrongType(name, expected, value);
}

/**
 * Checks that `value` is an object with no key but the known ones, so that a misspelt option is not ignored.
 *
 * @throws {TypeError} it is none, or has another key that holds something
 */
export function checkKeys(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(name, `{ ${known.join(', ')} }`, value);
  }
  for (const key in value) {
    if (!known.includes(key) && (value as Record<string, unknown>)[key] !== undefined) {
      throw wrongType(name, `only ${known.join(', ')}`, key);
    }
  }
}
