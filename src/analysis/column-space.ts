/** What is left of some columns outside the space that others span. */
export interface Unexplained {
  /** Norm of what no linear map of the others reaches, over the norm of the columns; 0 to 1. */
  readonly linear: number;
  /** The same where a constant may be added. */
  readonly affine: number;
}

/** The space that the columns of a matrix span, ready to tell what lies outside it. */
export interface ColumnSpace {
  /** Columns that are independent of each other, as far as float64 can tell. */
  readonly rank: number;
  /** @param rows `[count, dim]`, flat, as many rows as the matrix has. Only read. */
  unexplained(rows: Float64Array): Unexplained;
}

/**
 * Factors a matrix by Householder reflections with column pivoting.
 *
 * The residual of the best map `X M = Y` is the part of Y outside the column space of X, so M itself is never formed. The
 * normal equations `X'X M = X'Y` would square X's condition number: slow sinusoids are nearly parallel, and half of
 * the digits would be lost. Reflections are orthogonal, so a rounding here costs 2^-53 of X's norm, times M's.
 *
 * Columns that are left with less than `max(rows, dim) · 2^-52` of the largest are taken as dependent. O(rows · dim · rank).
 *
 * @param rows `[count, dim]`, flat, finite. Only read.
 */
export function columnSpace(rows: Float64Array, count: number, dim: number): ColumnSpace {
  const columns = transposed(rows, count, dim);
  const reflections: Float64Array[] = [];
  const limit = Math.max(count, dim) * 2 ** -52;
  let largest = 0;
  for (let step = 0; step < Math.min(count, dim); step++) {
    // Norms are taken anew each time: updating them loses the digits that the rank is decided by.
    const norms = columns.slice(step).map((column) => norm(column, step));
    const longest = norms.reduce((best, value, i) => (value > norms[best]! ? i : best), 0);
    const size = norms[longest]!;
    if (step === 0) largest = size;
    if (!(size > largest * limit)) break;
    const pivot = step + longest;
    [columns[step], columns[pivot]] = [columns[pivot]!, columns[step]!];
    const reflection = reflectionOf(columns[step]!, step, size);
    reflections.push(reflection);
    for (let j = step + 1; j < dim; j++) reflect(columns[j]!, reflection, step);
  }
  const rank = reflections.length;
  // What is left of a column of ones: the one more direction that a constant opens.
  const ones = new Float64Array(count).fill(1);
  for (const [step, reflection] of reflections.entries()) reflect(ones, reflection, step);
  const height = norm(ones, rank);
  const constant = height > limit * Math.sqrt(count) ? ones.map((value) => value / height) : undefined;
  return {
    rank,
    unexplained: (others) => {
      let [total, linear, affine] = [0, 0, 0];
      for (const column of transposed(others, count, others.length / count)) {
        total += norm(column, 0) ** 2;
        for (const [step, reflection] of reflections.entries()) reflect(column, reflection, step);
        linear += norm(column, rank) ** 2;
        if (constant) subtractAlong(column, constant, rank);
        affine += norm(column, rank) ** 2;
      }
      if (total === 0) return { linear: 0, affine: 0 };
      return { linear: Math.sqrt(linear / total), affine: Math.sqrt(affine / total) };
    },
  };
}

function transposed(rows: Float64Array, count: number, dim: number): Float64Array[] {
  return Array.from({ length: dim }, (_, j) =>
    Float64Array.from({ length: count }, (_, i) => rows[i * dim + j]!),
  );
}

/** Length of a column from element `from` on. */
function norm(column: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < column.length; i++) sum += column[i]! * column[i]!;
  return Math.sqrt(sum);
}

/** The unit vector across the mirror that sends a column, from element `from` on, to its first axis. */
function reflectionOf(column: Float64Array, from: number, size: number): Float64Array {
  const vector = column.slice(from);
  // Away from the axis it is nearer to, so that nothing cancels.
  vector[0]! += vector[0]! < 0 ? -size : size;
  const length = norm(vector, 0);
  return vector.map((value) => value / length);
}

function reflect(column: Float64Array, reflection: Float64Array, from: number): void {
  let dot = 0;
  for (let i = 0; i < reflection.length; i++) dot += reflection[i]! * column[from + i]!;
  for (let i = 0; i < reflection.length; i++) column[from + i]! -= 2 * dot * reflection[i]!;
}

function subtractAlong(column: Float64Array, direction: Float64Array, from: number): void {
  let dot = 0;
  for (let i = from; i < column.length; i++) dot += direction[i]! * column[i]!;
  for (let i = from; i < column.length; i++) column[i]! -= dot * direction[i]!;
}
