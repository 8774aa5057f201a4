import { checkInteger, outOfRange, wrongType } from '../errors';

/**
 * Cosine similarity of all pairs of rows, in float64: `a . b / (|a| |b|)`, in -1..1.
 *
 * A row of zeros (binary and integer encodings at position 0) has no direction: its similarity with any other row is
 * defined as 0, and with itself as 1. So the diagonal is 1 everywhere, exactly.
 *
 * @param rows `[count, dim]`, flat; finite numbers. Only read.
 * @returns `[count, count]`, flat: symmetric, exactly.
 * @throws {TypeError | RangeError} `count` or `dim` is no integer of at least 1, `rows` has another length or no finite numbers
 * @example similarityMatrix(encodingRows({ type: 'sinusoidal', dim: 64 }, [0, 1, 2]), 3, 64)
 */
export function similarityMatrix(rows: ArrayLike<number>, count: number, dim: number): Float64Array {
  const units = unitRows(
    'rows',
    rows,
    checkInteger('count', count, 1, 2 ** 15),
    checkInteger('dim', dim, 1, 2 ** 24),
  );
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    matrix[i * count + i] = 1;
    for (let j = 0; j < i; j++) {
      const value = clampedDot(units[i]!, units[j]!);
      matrix[i * count + j] = value;
      matrix[j * count + i] = value;
    }
  }
  return matrix;
}

/**
 * Cosine similarity of every row of one set with every row of another, in float64; 0 where either is all zeros.
 *
 * @param rows `[rowCount, dim]`, flat.   @param columns `[columnCount, dim]`, flat; both finite and only read.
 * @returns `[rowCount, columnCount]`, flat.
 * @throws {TypeError | RangeError} as {@link similarityMatrix}; `dim` does not divide both lengths
 */
export function crossSimilarity(
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  dim: number,
): Float64Array {
  checkInteger('dim', dim, 1, 2 ** 24);
  const [rowCount, columnCount] = [countOf('rows', rows, dim), countOf('columns', columns, dim)];
  const [a, b] = [unitRows('rows', rows, rowCount, dim), unitRows('columns', columns, columnCount, dim)];
  const matrix = new Float64Array(rowCount * columnCount);
  for (let i = 0; i < rowCount; i++) {
    for (let j = 0; j < columnCount; j++) {
      matrix[i * columnCount + j] = clampedDot(a[i]!, b[j]!);
    }
  }
  return matrix;
}

function countOf(name: string, rows: ArrayLike<number>, dim: number): number {
  if (typeof rows?.length !== 'number') throw wrongType(name, 'an array of numbers', rows);
  if (rows.length % dim !== 0 || rows.length === 0) {
    throw new RangeError(`${name}: expected a multiple of ${dim} (dim) numbers, got ${rows.length}`);
  }
  return rows.length / dim;
}

/** The rows with length 1; those of zeros stay as they are. */
function unitRows(name: string, rows: ArrayLike<number>, count: number, dim: number): Float64Array[] {
  if (typeof rows?.length !== 'number') throw wrongType(name, 'an array of numbers', rows);
  if (rows.length !== count * dim) {
    const expected = `${count * dim} numbers ([${count} rows, ${dim} dims])`;
    throw new RangeError(`${name}: expected ${expected}, got ${rows.length}`);
  }
  for (let at = 0; at < rows.length; at++) {
    const value = rows[at];
    if (typeof value !== 'number') throw wrongType(`${name}[${at}]`, 'a number', value);
    if (!Number.isFinite(value)) throw outOfRange(`${name}[${at}]`, 'a finite number', value);
  }
  return Array.from({ length: count }, (_, row) =>
    unitOf(Float64Array.from({ length: dim }, (_, j) => rows[row * dim + j]!)),
  );
}

/** The row with length 1, in its own place. */
function unitOf(row: Float64Array): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return row;
  // By the largest first, so that no square overflows or vanishes.
  let squares = 0;
  for (let j = 0; j < row.length; j++) {
    row[j]! /= largest;
    squares += row[j]! * row[j]!;
  }
  const length = Math.sqrt(squares);
  for (let j = 0; j < row.length; j++) row[j]! /= length;
  return row;
}

function clampedDot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return Math.max(-1, Math.min(1, sum));
}
