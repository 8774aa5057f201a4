import { checkChoice, checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import type { RopeScaling, ScalingOf } from './types';

/** What a number of each kind has to be. */
const NUMBERS = {
  factor: ['a finite number of at least 1 (it divides positions)', (n) => n >= 1],
  positive: ['a finite number above 0', (n) => n > 0],
  notNegative: ['a finite number of at least 0', (n) => n >= 0],
  fraction: ['a number above 0 and at most 1', (n) => n > 0 && n <= 1],
  finite: ['a finite number', () => true],
} as const satisfies Record<string, readonly [expected: string, accepts: (n: number) => boolean]>;

type NumberKind = keyof typeof NUMBERS;

/** What a field of a scaling holds (`[]`: one a pair); a trailing `?` marks one that may be left out. */
type Kind = NumberKind | `${NumberKind}[]` | 'positions' | 'boolean';

/** Every scheme and its fields. The type makes it an error to forget a field of {@link RopeScaling} here. */
const FIELDS: {
  readonly [T in RopeScaling['type']]: {
    readonly [K in Exclude<keyof ScalingOf<T>, 'type'>]-?: undefined extends ScalingOf<T>[K]
      ? `${Kind}?`
      : Kind;
  };
} = {
  default: {},
  explicit: { inverseFrequencies: 'finite[]', attentionFactor: 'positive?' },
  divisors: { divisors: 'positive[]' },
  linear: { factor: 'factor' },
  ntk: { factor: 'factor' },
  dynamic: { factor: 'factor', originalPositions: 'positions' },
  yarn: {
    factor: 'factor',
    originalPositions: 'positions',
    betaFast: 'positive?',
    betaSlow: 'positive?',
    truncate: 'boolean?',
    mscale: 'notNegative?',
    mscaleAllDim: 'notNegative?',
    attentionFactor: 'positive?',
  },
  'ntk-by-parts': {
    factor: 'factor',
    originalPositions: 'positions',
    betaFast: 'positive?',
    betaSlow: 'positive?',
    truncate: 'boolean?',
  },
  longrope: {
    shortFactors: 'positive[]',
    longFactors: 'positive[]',
    originalPositions: 'positions',
    factor: 'factor?',
    attentionFactor: 'positive?',
  },
  llama3: {
    factor: 'factor',
    lowFreqFactor: 'positive',
    highFreqFactor: 'positive',
    originalPositions: 'positions',
  },
  proportional: { rotatedFraction: 'fraction', factor: 'factor?' },
};

/** Throws unless `value` is an object; arrays are not. */
export function checkObject(name: string, value: unknown, expected = 'an object'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongType(name, expected, value);
  return value as Record<string, unknown>;
}

/** Checks that `value` is an array with an entry a pair, each by `check`, and returns a copy. */
export function checkList(
  name: string,
  value: unknown,
  pairs: number,
  check: (name: string, entry: unknown) => number,
): number[] {
  const expected = `an array of ${pairs} numbers (one a pair)`;
  const isFloats = value instanceof Float32Array || value instanceof Float64Array;
  if (!isFloats && !Array.isArray(value)) throw wrongType(name, expected, value);
  if (value.length !== pairs) throw outOfRange(name, expected, [...value]);
  // Not by map, which skips holes.
  return Array.from<unknown, number>(value, (entry, i) => check(`${name}[${i}]`, entry));
}

function checkField(name: string, kind: Kind, value: unknown, pairs: number): unknown {
  if (kind === 'boolean') {
    if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
    return value;
  }
  // LongRoPE divides by the logarithm of it.
  if (kind === 'positions')
    return checkInteger(name, value, 2, { most: Number.MAX_SAFE_INTEGER, unit: ' (tokens)' });
  const [expected, accepts] = NUMBERS[kind.replace('[]', '') as NumberKind];
  const check = (entry: string, number: unknown) => checkNumber(entry, number, expected, accepts);
  return kind.endsWith('[]') ? checkList(name, value, pairs, check) : check(name, value);
}

/**
 * Checks a scaling by its type and returns a copy of it, `pairs` being `rotaryDim / 2`.
 *
 * @param nameOf What an error message calls a field: readers of other formats pass the name the user wrote.
 * @throws {TypeError} a field is missing, of the wrong kind or not one of this type's
 * @throws {RangeError} a value is out of range, or the type is none of the known ones
 */
export function checkScaling(
  scaling: unknown,
  pairs: number,
  nameOf: (field: string) => string = (field) => `scaling.${field}`,
): RopeScaling {
  const given = checkObject('scaling', scaling, 'an object with a type');
  const type = checkChoice(nameOf('type'), given.type, Object.keys(FIELDS) as RopeScaling['type'][]);
  const fields: Record<string, string> = FIELDS[type];
  checkKeys(`scaling (${type})`, given, ['type', ...Object.keys(fields)]);
  const checked: Record<string, unknown> = { type };
  for (const [key, kind] of Object.entries(fields)) {
    if (kind.endsWith('?') && given[key] === undefined) continue;
    checked[key] = checkField(nameOf(key), kind.replace('?', '') as Kind, given[key], pairs);
  }
  // The loop above gave every field of this type its kind; only the compiler cannot see that.
  const result = checked as unknown as RopeScaling;
  if (result.type === 'llama3') {
    const { lowFreqFactor: low, highFreqFactor: high } = result;
    if (high < low)
      throw outOfRange(nameOf('highFreqFactor'), `at least ${nameOf('lowFreqFactor')} (${low})`, high);
  }
  if (result.type === 'yarn' || result.type === 'ntk-by-parts') {
    const { betaFast: fast = 32, betaSlow: slow = 1 } = result;
    if (fast < slow) throw outOfRange(nameOf('betaFast'), `at least ${nameOf('betaSlow')} (${slow})`, fast);
  }
  return result;
}
