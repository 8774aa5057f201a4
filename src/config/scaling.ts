import { checkChoice, checkInteger, checkNumber, outOfRange, wrongType } from '../errors';
import type { RopeScaling, ScalingOf } from './types';

/** What a field of a scaling holds; a trailing `?` marks one that may be left out. */
type Kind =
  | 'factor'
  | 'positive'
  | 'notNegative'
  | 'fraction'
  | 'positions'
  | 'boolean'
  | 'numbers'
  | 'divisors';

/** Every scheme and its fields. The type makes it an error to forget a field of {@link RopeScaling} here. */
const FIELDS: {
  readonly [T in RopeScaling['type']]: {
    readonly [K in Exclude<keyof ScalingOf<T>, 'type'>]-?: undefined extends ScalingOf<T>[K]
      ? `${Kind}?`
      : Kind;
  };
} = {
  default: {},
  explicit: { inverseFrequencies: 'numbers', attentionFactor: 'positive?' },
  divisors: { divisors: 'divisors' },
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
    shortFactors: 'divisors',
    longFactors: 'divisors',
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

/** Throws unless every key of `object` that holds something is one of `known`. */
export function checkKeys(name: string, object: object, known: readonly string[]): void {
  for (const [key, value] of Object.entries(object)) {
    if (value !== undefined && !known.includes(key)) {
      throw new TypeError(`${name}: expected only ${known.join(', ')}, got ${JSON.stringify(key)}`);
    }
  }
}

/** Throws unless `value` is an object; arrays are not. */
export function checkObject(name: string, value: unknown, expected = 'an object'): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongType(name, expected, value);
  return value as Record<string, unknown>;
}

function checkList(name: string, value: unknown, pairs: number, expected: string, low: number): number[] {
  if (!Array.isArray(value)) throw wrongType(name, `an array of ${pairs} numbers (one a pair)`, value);
  if (value.length !== pairs) throw outOfRange(name, `an array of ${pairs} numbers (one a pair)`, value);
  return value.map((entry, i) => checkNumber(`${name}[${i}]`, entry, expected, (number) => number > low));
}

function checkField(name: string, kind: Kind, value: unknown, pairs: number): unknown {
  switch (kind) {
    case 'factor':
      return checkNumber(name, value, 'a finite number of at least 1 (it divides positions)', (n) => n >= 1);
    case 'positive':
      return checkNumber(name, value, 'a finite number above 0', (n) => n > 0);
    case 'notNegative':
      return checkNumber(name, value, 'a finite number of at least 0', (n) => n >= 0);
    case 'fraction':
      return checkNumber(name, value, 'a number above 0 and at most 1', (n) => n > 0 && n <= 1);
    case 'positions':
      // LongRoPE divides by the logarithm of it.
      return checkInteger(name, value, 2, Number.MAX_SAFE_INTEGER, ' (tokens)');
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
      return value;
    case 'numbers':
      return checkList(name, value, pairs, 'a finite number', Number.NEGATIVE_INFINITY);
    case 'divisors':
      return checkList(name, value, pairs, 'a finite number above 0', 0);
  }
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
