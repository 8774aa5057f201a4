/** What rounding costs: of tables, of rotated elements, and of the score of a query and a key. */
import type { RopeDtype } from 'webgpu-rope';
import { normals } from '../../normals';
import { type Points, stored } from './recipes';

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
  const exact = rotated(given, truth);
  const kept = stored(rotated(given, points), result);
  let sum = 0;
  let worst = 0;
  for (const [at, value] of kept.entries()) {
    const error = value - (exact[at] ?? Number.NaN);
    sum += error * error;
    worst = Math.max(worst, Math.abs(error));
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
  const sums = new Float64Array(truth.length / row - 1);
  const random = stored(normals(2, 2 * trials * row), dtype);
  for (let trial = 0; trial < trials; trial++) {
    const q = random.subarray(2 * trial * row, (2 * trial + 1) * row);
    const k = random.subarray((2 * trial + 1) * row, (2 * trial + 2) * row);
    const query = stored(rotated(q, points.subarray(0, row)), dtype);
    const keys = stored(rotated(k, points), dtype);
    const exactQuery = rotated(q, truth.subarray(0, row));
    const exactKeys = rotated(k, truth);
    for (const n of sums.keys()) {
      const from = (n + 1) * row;
      const error =
        dot(query, keys.subarray(from, from + row)) - dot(exactQuery, exactKeys.subarray(from, from + row));
      sums[n] = (sums[n] ?? 0) + (error * error) / row;
    }
  }
  return sums.map((sum) => Math.sqrt(sum / trials));
}

/** Rotates pairs by points, in float64; of fewer pairs than points all are rotated again and again. */
function rotated(given: Float32Array, points: Points): Float64Array {
  const result = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 2) {
    const from = at % given.length;
    const [x = 0, y = 0] = [given[from], given[from + 1]];
    const [cos = Number.NaN, sin = Number.NaN] = [points[at], points[at + 1]];
    result[at] = x * cos - y * sin;
    result[at + 1] = y * cos + x * sin;
  }
  return result;
}

function dot(a: Points, b: Points): number {
  let sum = 0;
  for (const [at, value] of a.entries()) sum += value * (b[at] ?? Number.NaN);
  return sum;
}
