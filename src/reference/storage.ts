import { decodeTable, encoder, type RopeDtype } from '../dtypes';

/** How elements are read as numbers, and numbers made elements again. */
export interface Storage {
  readonly load: (element: number) => number;
  readonly store: (value: number) => number;
}

/** For arrays that hold numbers: of a Float32Array, storing into it is the one rounding. */
export const asIs: Storage = { load: (value) => value, store: (value) => value };

/** For arrays of what a dtype stores. */
export function storageOf(dtype: RopeDtype): Storage {
  if (dtype === 'f32') return asIs;
  const values = decodeTable(dtype);
  return { load: (bits) => values[bits]!, store: encoder(dtype) };
}
