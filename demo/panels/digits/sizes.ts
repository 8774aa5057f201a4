import { fullTableBytes, twoDigitTable } from '../../../src/tables/tables';

/** Bytes that a table of so many positions takes. */
export interface TableSize {
  readonly capacity: number;
  readonly twoDigit: number;
  readonly full: number;
}

/** The sizes of both tables at every power of two up to 2^24, the most positions that the kernel serves. */
export function tableSizes(pairs: number): TableSize[] {
  // The rows of a table of one pair, times the bytes of a row of them all: no row of many pairs has to be made.
  const one = { inverseFrequencies: new Float64Array([1]), attentionFactor: 1 };
  const rowBytes = fullTableBytes(pairs, 1);
  return Array.from({ length: 25 }, (_, exponent) => {
    const capacity = 2 ** exponent;
    const { data, row } = twoDigitTable(one, capacity);
    return {
      capacity,
      twoDigit: (data.length / (4 * row)) * rowBytes,
      full: fullTableBytes(pairs, capacity),
    };
  });
}
