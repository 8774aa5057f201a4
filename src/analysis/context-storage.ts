import { fromStorage, ropeDtypes, toStorage } from '../dtypes';
import type { ByStorage } from './context-types';

/** What storage leaves of the difference between neighbours, at sampled positions. */
export interface StoredNeighbours {
  /** A pair: the share of samples whose two stored (cos, sin) are the same. */
  readonly identical: readonly ByStorage[];
  /** The smallest distance between the two whole rows. */
  readonly smallest: ByStorage;
}

/** Positions that are compared with the next one. All of them where `length` has no more than `count` neighbours. */
export function samplePositions(length: number, count: number): number[] {
  const neighbours = length - 1;
  if (neighbours <= count) return Array.from({ length: neighbours }, (_, i) => i);
  // One in each of `count` equal parts, both ends included. Its place in the part walks by the golden ratio, as even
  // steps could fall in step with a pair's wavelength and meet the same few angles again and again.
  const golden = (Math.sqrt(5) - 1) / 2;
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return 0;
    if (i === count - 1) return neighbours - 1;
    return Math.floor(((i + ((i * golden) % 1)) / count) * neighbours);
  });
}

/** Stores cos and sin, times the attention factor as a table has them, rounded once from float64, and compares neighbours. */
export function storedNeighbours(
  frequencies: Float64Array,
  attentionFactor: number,
  positions: readonly number[],
): StoredNeighbours {
  // [positions, 2 neighbours, pairs, cos and sin]
  const row = frequencies.length * 2;
  const values = new Float64Array(positions.length * 2 * row);
  for (const [sample, position] of positions.entries()) {
    for (let next = 0; next < 2; next++) {
      for (const [pair, frequency] of frequencies.entries()) {
        const angle = (position + next) * frequency;
        const at = (sample * 2 + next) * row + pair * 2;
        values[at] = attentionFactor * Math.cos(angle);
        values[at + 1] = attentionFactor * Math.sin(angle);
      }
    }
  }
  const measured = ropeDtypes.map((dtype) => compareRows(fromStorage(toStorage(values, dtype), dtype), row));
  return {
    identical: Array.from(frequencies, (_, pair) => byStorage((i) => measured[i]!.identical[pair]!)),
    smallest: byStorage((i) => measured[i]!.smallest),
  };
}

/** Makes a number for each storage; `of` is given its place in f32, f16, bf16. */
function byStorage(of: (index: number) => number): ByStorage {
  return { f32: of(0), f16: of(1), bf16: of(2) };
}

function compareRows(stored: Float64Array, row: number): { identical: Float64Array; smallest: number } {
  const samples = stored.length / (2 * row);
  const identical = new Float64Array(row / 2);
  let smallest = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < samples; sample++) {
    const first = sample * 2 * row;
    let sum = 0;
    for (let at = 0; at < row; at += 2) {
      const cos = difference(stored[first + at]!, stored[first + row + at]!);
      const sin = difference(stored[first + at + 1]!, stored[first + row + at + 1]!);
      if (cos === 0 && sin === 0) identical[at / 2]!++;
      sum += cos * cos + sin * sin;
    }
    smallest = Math.min(smallest, Math.sqrt(sum));
  }
  return { identical: identical.map((count) => count / samples), smallest };
}

/** A large attention factor may overflow f16: two infinities of one sign are the same, not NaN apart. */
const difference = (a: number, b: number): number => (a === b ? 0 : a - b);
