import { digitsFor } from './two-digit';

/** Bytes that a table of so many positions takes. */
export interface TableSize {
  readonly capacity: number;
  readonly twoDigit: number;
  readonly full: number;
}

/** Bytes of one row: cosines and sines of two pairs go into each 16. */
function rowBytes(pairs: number): number {
  return Math.ceil(pairs / 2) * 16;
}

export function tableSize(pairs: number, capacity: number): TableSize {
  const { lowRows, highRows } = digitsFor(capacity);
  return {
    capacity,
    twoDigit: (lowRows + highRows) * rowBytes(pairs),
    full: capacity * rowBytes(pairs),
  };
}

/** The sizes of both tables at every power of two up to 2^24, the most positions that the kernel serves. */
export function tableSizes(pairs: number): TableSize[] {
  return Array.from({ length: 25 }, (_, exponent) => tableSize(pairs, 2 ** exponent));
}
