import { checkChoice, checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import type { RopeScaling, ScalingOf } from './types';

/** A range of numbers: in words, and its two ends. */
type Range = readonly [expected: string, low: number, high: number];

const RATIO: Range = ['from 2^-100 to 2^100', 2 ** -100, 2 ** 100];
const DIVISOR: Range = ['from 1/8 to 2^256', 1 / 8, 2 ** 256];
const MSCALE: Range = ['from 0 to 2^20', 0, 2 ** 20];

/**
 * What the numbers of a config have to be, by name. The ranges are wider than any model needs, and narrow enough that no
 * table made of numbers within them holds NaN, an infinity, or cosines of noise:
 * - A frequency has at most 64 radians a position (past 2 pi it looks like a slower one). The last position served, 2^24,
 *   then has an angle below 2^30, which float64 rounds by at most 2^-24: as float32 rounds its cosine.
 * - theta and divisors from 1/8 on keep `theta^-1 / divisor` within that. GGUF stops a pair by a divisor of 1e30; the upper
 *   ends keep frequencies above 2^-356, so above 0.
 * - A factor past 2^24 would extend to positions that are not served, and cost dynamic NTK the digits of its difference.
 * - The attention factor, its reciprocal (`inverse`) and the ratio of two (moving keys) are normal in float32. So is what
 *   two mscales make: at most 2^21.
 */
const RANGES = {
  theta: ['from 1/8 to 2^100', 1 / 8, 2 ** 100],
  inverseFrequencies: ['from -16384 to 16384 (radians a position)', -(2 ** 14), 2 ** 14],
  attentionFactor: ['from 2^-60 to 2^60', 2 ** -60, 2 ** 60],
  divisors: DIVISOR,
  factor: ['from 1 to 2^24 (it divides positions)', 1, 2 ** 24],
  betaFast: RATIO,
  betaSlow: RATIO,
  mscale: MSCALE,
  mscaleAllDim: MSCALE,
  shortFactors: DIVISOR,
  longFactors: DIVISOR,
  lowFreqFactor: RATIO,
  highFreqFactor: RATIO,
  rotatedFraction: ['above 0 and at most 1', 0, 1],
} as const satisfies Readonly<Record<string, Range>>;

type RangeName = keyof typeof RANGES;

/** Checks a number by the range it belongs to and returns it. */
export function checkRange(range: RangeName, value: unknown, name: string = range): number {
  const [expected, low, high] = RANGES[range];
  return checkNumber(name, value, `a number ${expected}`, (number) => number >= low && number <= high);
}

/** The fields that all schemes have together: what has a range, and two that are of another kind. */
type FieldName = Exclude<RangeName, 'theta'> | 'originalPositions' | 'truncate';

/** Every scheme and its fields. The type makes it an error to forget a field of {@link RopeScaling} here. */
const FIELDS: {
  readonly [T in RopeScaling['type']]: {
    readonly [K in Exclude<keyof ScalingOf<T>, 'type'>]-?: K extends FieldName
      ? undefined extends ScalingOf<T>[K]
        ? 'optional'
        : 'required'
      : never;
  };
} = {
  default: {},
  explicit: { inverseFrequencies: 'required', attentionFactor: 'optional' },
  divisors: { divisors: 'required' },
  linear: { factor: 'required' },
  ntk: { factor: 'required' },
  dynamic: { factor: 'required', originalPositions: 'required' },
  yarn: {
    factor: 'required',
    originalPositions: 'required',
    betaFast: 'optional',
    betaSlow: 'optional',
    truncate: 'optional',
    mscale: 'optional',
    mscaleAllDim: 'optional',
    attentionFactor: 'optional',
  },
  'ntk-by-parts': {
    factor: 'required',
    originalPositions: 'required',
    betaFast: 'optional',
    betaSlow: 'optional',
    truncate: 'optional',
  },
  longrope: {
    shortFactors: 'required',
    longFactors: 'required',
    originalPositions: 'required',
    factor: 'optional',
    attentionFactor: 'optional',
  },
  llama3: {
    factor: 'required',
    lowFreqFactor: 'required',
    highFreqFactor: 'required',
    originalPositions: 'required',
  },
  proportional: { rotatedFraction: 'required', factor: 'optional' },
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

function checkField(field: FieldName, name: string, value: unknown, pairs: number): unknown {
  if (field === 'truncate') {
    if (typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
    return value;
  }
  if (field === 'originalPositions') {
    // LongRoPE divides by the logarithm of it.
    return checkInteger(name, value, 2, { most: Number.MAX_SAFE_INTEGER, unit: ' (tokens)' });
  }
  // What is left has a range; in the plural, it has a number a pair.
  return field.endsWith('s')
    ? checkList(name, value, pairs, (entry, number) => checkRange(field, number, entry))
    : checkRange(field, value, name);
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
  const fields = FIELDS[type];
  checkKeys(`scaling (${type})`, given, ['type', ...Object.keys(fields)]);
  const checked: Record<string, unknown> = { type };
  for (const [key, need] of Object.entries(fields)) {
    if (need === 'required' || given[key] !== undefined)
      checked[key] = checkField(key as FieldName, nameOf(key), given[key], pairs);
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
  if (result.type === 'proportional' && result.rotatedFraction * pairs < 1) {
    throw outOfRange(
      nameOf('rotatedFraction'),
      `at least 1/${pairs}, one of ${pairs} pairs`,
      result.rotatedFraction,
    );
  }
  return result;
}
