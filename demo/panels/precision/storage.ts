/** What rounding costs: of tables, of rotated elements, and of the score of a query and a key. */
import { decode, encoder, type RopeDtype } from '../../../src/dtypes';
import { normals } from '../../normals';
import { type Points, stored } from './recipes';

/** Keeps a number in a storage type, and takes it back. */
function through(dtype: RopeDtype): (value: number) => number {
  const bits = encoder(dtype);
  return (value) => decode(bits(value), dtype);
}

/** Errors of rotated elements of deviation 1. */
export interface Cost {
  /** Root mean square. */
  readonly rms: number;
  readonly worst: number;
}

/**
 * Rotates normal pairs by points and compares with their true rotation.
 *
 * @param inputs The dtype that the pairs are of already.
 * @param result The dtype that the rotated pairs are kept in; the sums before are exact.
 */
export function rotationCost(
  points: Points,
  truth: Float64Array,
  inputs: RopeDtype,
  result: RopeDtype,
): Cost {
  const given = stored(normals(1, truth.length), inputs);
  const store = through(result);
  let sum = 0;
  let worst = 0;
  for (let at = 0; at < truth.length; at += 2) {
    const [x = 0, y = 0] = given.subarray(at, at + 2);
    const [cos = Number.NaN, sin = Number.NaN] = points.subarray(at, at + 2);
    const [c = Number.NaN, s = Number.NaN] = truth.subarray(at, at + 2);
    const errors = [store(x * cos - y * sin) - (x * c - y * s), store(y * cos + x * sin) - (y * c + x * s)];
    for (const error of errors) {
      sum += error * error;
      worst = Math.max(worst, Math.abs(error));
    }
  }
  return { rms: Math.sqrt(sum / truth.length), worst };
}

/** Queries and keys that a score is tried with. */
const trials = 64;

/**
 * How far scores q·k / sqrt(d) are from the true ones: root mean square over normal queries and keys. The query stands
 * at the first position, a key at each of the others.
 *
 * @param points `[positions, pairs, 2]`.
 * @param dtype What rotated queries and keys are kept in.
 * @returns An error for each position but the first.
 */
export function scoreErrors(
  points: Points,
  truth: Float64Array,
  pairs: number,
  dtype: RopeDtype,
): Float64Array {
  const row = 2 * pairs;
  const distances = truth.length / row - 1;
  const store = through(dtype);
  const random = stored(normals(2, 2 * trials * row), dtype);
  const sums = new Float64Array(distances);
  const rotated = new Float64Array(row);
  const exact = new Float64Array(row);
  for (let trial = 0; trial < trials; trial++) {
    const q = random.subarray(2 * trial * row, (2 * trial + 1) * row);
    const k = random.subarray((2 * trial + 1) * row, (2 * trial + 2) * row);
    rotate(q, points.subarray(0, row), rotated, store);
    rotate(q, truth.subarray(0, row), exact, (value) => value);
    for (let n = 0; n < distances; n++) {
      const from = (n + 1) * row;
      const error =
        dotWith(k, points.subarray(from, from + row), rotated, store) -
        dotWith(k, truth.subarray(from, from + row), exact, (value) => value);
      sums[n] = (sums[n] ?? 0) + (error * error) / row;
    }
  }
  return sums.map((sum) => Math.sqrt(sum / trials));
}

function rotate(
  given: Float32Array,
  points: Points,
  into: Float64Array,
  store: (value: number) => number,
): void {
  for (let at = 0; at < given.length; at += 2) {
    const [x = 0, y = 0] = [given[at], given[at + 1]];
    const [cos = Number.NaN, sin = Number.NaN] = [points[at], points[at + 1]];
    into[at] = store(x * cos - y * sin);
    into[at + 1] = store(y * cos + x * sin);
  }
}

/** The dot product of a key that is rotated on the way and a query that was. */
function dotWith(k: Float32Array, points: Points, q: Float64Array, store: (value: number) => number): number {
  let sum = 0;
  for (let at = 0; at < k.length; at += 2) {
    const [x = 0, y = 0] = [k[at], k[at + 1]];
    const [cos = Number.NaN, sin = Number.NaN] = [points[at], points[at + 1]];
    sum += store(x * cos - y * sin) * (q[at] ?? 0) + store(y * cos + x * sin) * (q[at + 1] ?? 0);
  }
  return sum;
}
