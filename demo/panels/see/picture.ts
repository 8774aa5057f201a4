/** A matrix made small enough to draw. */
export interface Picture {
  /** Row by row. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Columns and rows of the matrix in a cell of the picture, whose mean it is; those at the end may have fewer. */
  readonly acrossBlock: number;
  readonly downBlock: number;
  /** Least and greatest of all elements of the matrix, not of the means. */
  readonly low: number;
  readonly high: number;
}

/** Cells on a side, at most. */
const mostCells = 512;

/** Takes the mean of blocks, as small as lets the picture have at most 512 cells on a side. */
export function shrunk(matrix: ArrayLike<number>, columns: number, rows: number): Picture {
  const acrossBlock = Math.ceil(columns / mostCells);
  const downBlock = Math.ceil(rows / mostCells);
  const width = Math.ceil(columns / acrossBlock);
  const height = Math.ceil(rows / downBlock);
  // Sums in float64: a block of 64 float32 numbers would round in each.
  const sums = new Float64Array(width * height);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / downBlock) * width;
    for (let column = 0; column < columns; column++) {
      const value = matrix[at++] ?? Number.NaN;
      if (value < low) low = value;
      if (value > high) high = value;
      const cell = first + Math.floor(column / acrossBlock);
      sums[cell] = (sums[cell] ?? 0) + value;
    }
  }
  const values = Float32Array.from(sums, (sum, cell) => {
    const across = Math.min(acrossBlock, columns - (cell % width) * acrossBlock);
    const down = Math.min(downBlock, rows - Math.floor(cell / width) * downBlock);
    return sum / (across * down);
  });
  return { values, width, height, acrossBlock, downBlock, low, high };
}
