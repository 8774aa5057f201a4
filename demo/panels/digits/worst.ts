import { lookup, type TwoDigitTable } from './two-digit';

/** The largest errors among positions from `first` to `last`. */
export interface Octave {
  readonly first: number;
  readonly last: number;
  /** Positions that were looked at, each with all pairs. */
  readonly positions: number;
  readonly error: number;
  readonly fullError: number;
}

/** 0, 1, 2 and 3, 4 to 7, and so on: positions whose highest bit is the same. */
export function octavesOf(capacity: number): { first: number; last: number }[] {
  const octaves = [{ first: 0, last: 0 }];
  for (let first = 1; first < capacity; first *= 2) {
    octaves.push({ first, last: Math.min(2 * first, capacity) - 1 });
  }
  return octaves;
}

/**
 * The largest errors of an octave, over all pairs.
 *
 * @param most Positions to look at: all where the octave has no more, else so many different ones, spread by about the
 *   golden ratio so that they do not fall in step with the table's rows. The octave has a power of two of positions then.
 */
export function worstIn(table: TwoDigitTable, first: number, last: number, most: number): Octave {
  const count = last - first + 1;
  const positions = Math.min(count, most);
  // Odd, so that no position comes twice.
  const stride = positions === count ? 1 : 2 * Math.floor((count * (Math.sqrt(5) - 1)) / 4) + 1;
  const pairs = table.frequencies.length;
  let error = 0;
  let fullError = 0;
  for (let n = 0; n < positions; n++) {
    const within = (n * stride) % count;
    for (let pair = 0; pair < pairs; pair++) {
      const found = lookup(table, first + within, pair);
      // A NaN must show: Math.max keeps it.
      error = Math.max(error, found.error);
      fullError = Math.max(fullError, found.fullError);
    }
  }
  return { first, last, positions, error, fullError };
}
