import { fromStorage, type RopeDtype, toStorage } from '../dtypes';
import { closestRows } from './closest-rows';
import { type Grid, positionOf } from './properties-grid';
import type { UniqueRows, UniqueRowsByStorage } from './properties-types';

/** How far apart the rows of a grid's tokens are: `[tokens, dim]`, exactly and as stored. */
export function uniqueRows(rows: Float64Array, grid: Grid, dim: number): UniqueRowsByStorage {
  const of = (values: Float64Array): UniqueRows => {
    const { distance, first, second, repeated } = closestRows(values, grid.tokens, dim);
    return { distance, between: [positionOf(grid, first), positionOf(grid, second)], repeated };
  };
  const exact = of(rows);
  const stored = (dtype: RopeDtype): UniqueRows => {
    const values = fromStorage(toStorage(rows, dtype), dtype);
    // Weights often are of the type already; the search is the slow part.
    return values.every((value, i) => value === rows[i]) ? exact : of(values);
  };
  return { exact, f32: stored('f32'), f16: stored('f16'), bf16: stored('bf16') };
}

/** Root mean square length of rows. */
export function rowLengthOf(rows: Float64Array, dim: number): number {
  return Math.sqrt(rows.reduce((sum, value) => sum + value * value, 0) / (rows.length / dim));
}
