/** Ways to come by the cosine and the sine of an angle, computed on the CPU. Points lie as [position, pair, (cos, sin)]. */
import { fromStorage, type RopeDtype, type RopeFrequencies, toStorage } from 'webgpu-rope';
import { lookup, makeTwoDigit } from '../digits/two-digit';

export type Points = Float32Array | Float64Array;

/** Consecutive positions, whose largest error stands for the last of them. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** Positions in a run, where there are as many. */
export const runLength = 64;

/** The run that ends at a position. */
export function runTo(last: number): Run {
  return { first: Math.max(0, last - runLength + 1), last };
}

/** Runs to 1, 2, 3, 5, 7, 11, 15, …: 2^k - 1 and 3 · 2^k - 1, up to `last`. */
export function sweepRuns(last: number): Run[] {
  const ends: number[] = [];
  for (let power = 2; power - 1 <= last; power *= 2) {
    ends.push(power - 1);
    if (1.5 * power - 1 <= last) ends.push(1.5 * power - 1);
  }
  return ends.map(runTo);
}

/** All positions of runs, one after the other. */
export function positionsOf(runs: readonly Run[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(
    runs.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, n) => first + n)),
  );
}

/** Positions past this are not in the two-digit table. */
const capacity = 2 ** 20;

/** In float64: the product of a position and a frequency is off by 2^-53 of itself, 1e-10 at position 2^20. */
export function truePoints({ inverseFrequencies }: RopeFrequencies, positions: Uint32Array): Float64Array {
  const points = new Float64Array(positions.length * inverseFrequencies.length * 2);
  fill(points, positions, inverseFrequencies, (angle) => angle);
  return points;
}

const { fround } = Math;

/** PyTorch's: frequency, phase, cosine and sine are rounded to float32, each once. */
export function float32Points({ inverseFrequencies }: RopeFrequencies, positions: Uint32Array): Float32Array {
  const points = new Float32Array(positions.length * inverseFrequencies.length * 2);
  fill(points, positions, Float64Array.from(inverseFrequencies, fround), fround);
  return points;
}

function fill(
  points: Points,
  positions: Uint32Array,
  frequencies: Float64Array,
  round: (angle: number) => number,
): void {
  let at = 0;
  for (const position of positions) {
    for (const frequency of frequencies) {
      const angle = round(position * frequency);
      points[at++] = Math.cos(angle);
      points[at++] = Math.sin(angle);
    }
  }
}

/** The kernel's table and its product, on the CPU: what stands in where there is no GPU. */
export function tablePoints(frequencies: RopeFrequencies, positions: Uint32Array): Float32Array {
  const pairs = frequencies.inverseFrequencies.length;
  const table = makeTwoDigit(frequencies, capacity);
  const points = new Float32Array(positions.length * pairs * 2);
  let at = 0;
  for (const position of positions) {
    for (let pair = 0; pair < pairs; pair++) {
      const { product } = lookup(table, position, pair);
      points[at++] = product.cos;
      points[at++] = product.sin;
    }
  }
  return points;
}

/** Points kept in a storage type: each number rounded once. Float32 holds every number of f16 and bf16. */
export function stored(points: Points, dtype: RopeDtype): Float32Array {
  return Float32Array.from(fromStorage(toStorage(points, dtype), dtype));
}

/** Of each pair, the share of positions whose point is the same as at the next position; the last one has none. */
export function equalNeighbours(points: Points, pairs: number): Float32Array {
  const row = 2 * pairs;
  const neighbours = points.length / row - 1;
  return Float32Array.from({ length: pairs }, (_, pair) => {
    let equal = 0;
    for (let at = 2 * pair; at < neighbours * row; at += row) {
      if (points[at] === points[at + row] && points[at + 1] === points[at + row + 1]) equal++;
    }
    return equal / neighbours;
  });
}

/** The largest distance between points and the truth, as [run, pair]. */
export function worstByPair(
  points: Points,
  truth: Float64Array,
  runs: readonly Run[],
  pairs: number,
): Float32Array<ArrayBuffer> {
  const worst = new Float32Array(runs.length * pairs);
  let at = 0;
  for (const [run, { first, last }] of runs.entries()) {
    for (let position = first; position <= last; position++) {
      for (let pair = 0; pair < pairs; pair++, at += 2) {
        const cos = (points[at] ?? Number.NaN) - (truth[at] ?? Number.NaN);
        const sin = (points[at + 1] ?? Number.NaN) - (truth[at + 1] ?? Number.NaN);
        const place = run * pairs + pair;
        // Math.max keeps a NaN, so that it shows.
        worst[place] = Math.max(worst[place] ?? Number.NaN, Math.hypot(cos, sin));
      }
    }
  }
  return worst;
}
