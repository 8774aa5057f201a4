import { checkInteger, wrongType } from '../errors';
import { additiveEncoding, positionsOf } from './encoding';
import { sinusoidalFrequencies } from './sinusoidal';
import type { AdditiveEncoding, AdditiveEncodingInput } from './types';

/** Writes one axis's block of a row at `at`, for one position. */
type BlockWriter = (rows: Float64Array, at: number, position: number) => void;

/**
 * The rows that an encoding adds, in float64.
 *
 * @param encoding An encoding, or what differs from its defaults.
 * @param positions `[axes, tokens]`, flat: the positions of all tokens on the first axis, then on the next.
 * @param weights `learned` alone: `[rows, dim]`, read only.
 * @returns `[tokens, dim]`, flat.
 * @throws {TypeError | RangeError} what {@link additiveEncoding} throws; a position that the encoding has no row for, weights
 *   that are missing, too short, or given where none are read
 * @example encodingRows({ type: 'sinusoidal', dim: 512 }, [0, 1, 2]) // 3 rows of 512
 */
export function encodingRows(
  encoding: AdditiveEncodingInput,
  positions: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Float64Array {
  const checked = additiveEncoding(encoding);
  const { dim, axes } = checked;
  if (typeof positions?.length !== 'number') throw wrongType('positions', 'an array of numbers', positions);
  if (positions.length % axes !== 0) {
    throw new RangeError(
      `positions: expected a multiple of ${axes} numbers ([axes, tokens]), got ${positions.length}`,
    );
  }
  const tokens = positions.length / axes;
  const write = blockWriter(checked, weights);
  const rows = new Float64Array(tokens * dim);
  for (let axis = 0; axis < axes; axis++) {
    for (let token = 0; token < tokens; token++) {
      const position = checkPosition(checked, positions, axis * tokens + token);
      write(rows, token * dim + (axis * dim) / axes, position);
    }
  }
  return rows;
}

function checkPosition(encoding: AdditiveEncoding, positions: ArrayLike<number>, index: number): number {
  const served = positionsOf(encoding);
  const position = positions[index];
  if (Number.isInteger(position) && position! >= 0 && position! < served) return position!;
  const name = `positions[${index}]`;
  checkInteger(name, position, 0, Number.MAX_SAFE_INTEGER);
  throw pastTheEnd(name, encoding, position!);
}

/**
 * The error of a position that an encoding has no row for.
 *
 * @param served Positions it was asked to serve, where they are fewer than it has.
 */
export function pastTheEnd(
  name: string,
  encoding: AdditiveEncoding,
  position: number,
  served = positionsOf(encoding),
): RangeError {
  const why = whyItEnds(encoding, served);
  return new RangeError(`${name}: expected a position in 0..${served - 1}, got ${position}${why}`);
}

function whyItEnds(encoding: AdditiveEncoding, served: number): string {
  if (served < positionsOf(encoding)) return '; a larger capacity serves more';
  if (encoding.type === 'learned')
    return `; a learned table ends there: truncate the sequence to ${served} tokens`;
  return encoding.type === 'binary' ? `; ${encoding.dim / encoding.axes} bits hold no more` : '';
}

function blockWriter(encoding: AdditiveEncoding, weights: ArrayLike<number> | undefined): BlockWriter {
  if (encoding.type !== 'learned' && weights !== undefined) {
    throw wrongType('weights', `none, as a ${encoding.type} encoding has no table`, weights);
  }
  const block = encoding.dim / encoding.axes;
  switch (encoding.type) {
    case 'learned':
      return learnedBlock(encoding.rows, encoding.offset, block, weights);
    case 'sinusoidal':
      return sinusoidalBlock(sinusoidalFrequencies(encoding), encoding.layout);
    case 'binary':
      return (rows, at, position) => {
        // Not by shifts, which would take the place of a bit modulo 32.
        for (let j = 0, rest = position; rest > 0; j++, rest = Math.floor(rest / 2)) rows[at + j] = rest % 2;
      };
    case 'integer':
      return (rows, at, position) => rows.fill(position / encoding.divisor, at, at + block);
  }
}

function learnedBlock(
  count: number,
  offset: number,
  dim: number,
  weights: ArrayLike<number> | undefined,
): BlockWriter {
  if (typeof weights?.length !== 'number')
    throw wrongType('weights', `an array of ${count * dim} numbers`, weights);
  if (weights.length < count * dim) {
    throw new RangeError(
      `weights: expected ${count * dim} numbers ([${count} rows, ${dim} dims]), got ${weights.length}`,
    );
  }
  // A typed array has no holes, and a table in one may be too large to be looked through for every few rows.
  for (let i = 0; !ArrayBuffer.isView(weights) && i < weights.length; i++) checkWeight(weights, i);
  return (rows, at, position) => {
    const begin = (position + offset) * dim;
    for (let j = 0; j < dim; j++) rows[at + j] = checkWeight(weights, begin + j);
  };
}

function checkWeight(weights: ArrayLike<unknown>, index: number): number {
  const weight = weights[index];
  if (typeof weight !== 'number') throw wrongType(`weights[${index}]`, 'a number', weight);
  return weight;
}

function sinusoidalBlock(frequencies: Float64Array, layout: 'interleaved' | 'concat'): BlockWriter {
  const pairs = frequencies.length;
  // Distance from one sine to the next, and from a sine to its cosine.
  const [step, partner] = layout === 'interleaved' ? [2, 1] : [1, pairs];
  return (rows, at, position) => {
    for (let i = 0; i < pairs; i++) {
      const angle = position * frequencies[i]!;
      rows[at + i * step] = Math.sin(angle);
      rows[at + i * step + partner] = Math.cos(angle);
    }
  };
}
