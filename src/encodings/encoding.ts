import { checkChoice, checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import type { AdditiveEncoding, AdditiveEncodingInput } from './types';

const TYPES = ['learned', 'sinusoidal', 'binary', 'integer'] as const;

/** The widest row, in elements: wider than any model's, and small enough that a row's index fits a shader's u32. */
const MAX_DIM = 65_536;

/** Positions any encoding serves: the largest of which float32 holds every integer. */
export const maxPositions = 2 ** 24;

/**
 * Fills in what an encoding leaves out and checks all of it. The result is a copy; the input is not kept.
 *
 * @param input.dim Elements in a row, `1..65536`; `axes` equal blocks, of an even number each for `sinusoidal`.
 * @param input.axes Positions a token has, `1..4`. Default 1.
 * @param input.rows `learned`: rows of the weights; required.   @param input.offset `learned`: row of position 0. Default 0.
 * @param input.base `sinusoidal`: 1/8 to 2^100, default 10 000.   @param input.layout `sinusoidal`: default `"interleaved"`.
 * @param input.endpoint `sinusoidal`: whether the last frequency is 1/base. Default false.
 * @param input.divisor `integer`: positions are divided by this. Default 1.
 * @throws {TypeError} a field is unknown, missing or of the wrong kind   @throws {RangeError} a value is out of range
 * @example RoBERTa: `additiveEncoding({ type: 'learned', dim: 768, rows: 514, offset: 2 })`
 */
export function additiveEncoding(input: AdditiveEncodingInput): AdditiveEncoding {
  if (typeof input !== 'object' || input === null) throw wrongType('encoding', '{ type, dim, … }', input);
  const fields: Fields = { ...input };
  switch (checkChoice('type', fields.type, TYPES)) {
    case 'learned':
      return learned(fields);
    case 'sinusoidal':
      return sinusoidal(fields);
    case 'binary':
      return binary(fields);
    case 'integer':
      return integer(fields);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function learned(input: Fields): AdditiveEncoding {
  checkKeys('encoding', input, ['type', 'dim', 'rows', 'offset', 'axes']);
  const { dim, axes } = dimOf(input);
  if (axes !== 1) throw outOfRange('axes', '1, as a learned table has a row a position', axes);
  const rows = checkInteger('rows', input.rows, 1, { most: maxPositions, unit: ' (of the weights)' });
  const offset = checkInteger('offset', input.offset ?? 0, 0, {
    most: rows - 1,
    unit: ' (row of position 0)',
  });
  return { type: 'learned', dim, rows, offset, axes: 1 };
}

function sinusoidal(input: Fields): AdditiveEncoding {
  checkKeys('encoding', input, ['type', 'dim', 'base', 'layout', 'endpoint', 'axes']);
  const { dim, axes } = dimOf(input);
  const { base = 10_000, layout = 'interleaved', endpoint = false } = input;
  if (dim % (2 * axes) !== 0) throw outOfRange('dim', `a multiple of ${2 * axes} (2 x axes)`, dim);
  if (typeof endpoint !== 'boolean') throw wrongType('endpoint', 'true or false', endpoint);
  // With one frequency there is no step to divide the exponents by.
  if (endpoint && dim / axes < 4) throw outOfRange('dim', `at least ${4 * axes}, as endpoint is true`, dim);
  return {
    type: 'sinusoidal',
    dim,
    base: checkNumber(
      'base',
      base,
      'a number from 1/8 to 2^100',
      (value) => value >= 1 / 8 && value <= 2 ** 100,
    ),
    layout: checkChoice('layout', layout, ['interleaved', 'concat']),
    endpoint,
    axes,
  };
}

function binary(input: Fields): AdditiveEncoding {
  checkKeys('encoding', input, ['type', 'dim', 'axes']);
  return { type: 'binary', ...dimOf(input) };
}

function integer(input: Fields): AdditiveEncoding {
  checkKeys('encoding', input, ['type', 'dim', 'divisor', 'axes']);
  const divisor = checkNumber(
    'divisor',
    input.divisor ?? 1,
    'a number from 2^-100 to 2^100',
    (value) => value >= 2 ** -100 && value <= 2 ** 100,
  );
  return { type: 'integer', ...dimOf(input), divisor };
}

function dimOf(input: Fields): { dim: number; axes: number } {
  const dim = checkInteger('dim', input.dim, 1, { most: MAX_DIM, unit: ' of elements' });
  const axes = checkInteger('axes', input.axes ?? 1, 1, 4);
  if (dim % axes !== 0) throw outOfRange('dim', `a multiple of ${axes} (axes)`, dim);
  return { dim, axes };
}

/** Positions an encoding has rows for, from 0; at most {@link maxPositions}. */
export function positionsOf(encoding: AdditiveEncoding): number {
  if (encoding.type === 'learned') return encoding.rows - encoding.offset;
  if (encoding.type === 'binary') return Math.min(maxPositions, 2 ** (encoding.dim / encoding.axes));
  return maxPositions;
}
