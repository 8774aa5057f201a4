import { describe, expect, test } from 'vitest';
import { encodingRows } from 'webgpu-rope/additive';
import { crossSimilarity, similarityMatrix } from 'webgpu-rope/analysis';
import { expectClose } from '../support/compare';
import { fresh } from '../support/fresh';

/** By the definition, with sums in another order: from the last dim to the first. */
function cosine(rows: ArrayLike<number>, i: number, j: number, dim: number): number {
  let [dot, a, b] = [0, 0, 0];
  for (let k = dim - 1; k >= 0; k--) {
    const [x, y] = [rows[i * dim + k]!, rows[j * dim + k]!];
    dot += x * y;
    a += x * x;
    b += y * y;
  }
  return dot / Math.sqrt(a * b);
}

describe('similarityMatrix', () => {
  test('is the cosine of every pair; the diagonal is 1, the matrix symmetric, values within -1..1', async () => {
    for (const [count, dim] of [
      [1, 1],
      [2, 3],
      [17, 5],
      [40, 129],
    ] as const) {
      await fresh((random) => {
        const rows = Float64Array.from({ length: count * dim }, () => random.normal());
        const matrix = similarityMatrix(rows, count, dim);
        const expected = Float64Array.from({ length: count * count }, (_, at) =>
          cosine(rows, Math.floor(at / count), at % count, dim),
        );
        // Two sums of dim terms and their roots: dim + 4 roundings of at most 2^-53 on either side.
        expectClose(matrix, expected, (2 * dim + 8) * 2 ** -53);
        for (let i = 0; i < count; i++) {
          expect(matrix[i * count + i]).toBe(1);
          for (let j = 0; j < count; j++) expect(matrix[i * count + j]).toBe(matrix[j * count + i]);
        }
        expect(matrix.every((value) => Math.abs(value) <= 1)).toBe(true);
      });
    }
  });

  test('a row of zeros: 1 with itself, 0 with all others', () => {
    expect([...similarityMatrix([0, 0, 3, 4, 0, 0], 3, 2)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const binary = encodingRows({ type: 'binary', dim: 4 }, [0, 1, 2, 3]);
    const matrix = similarityMatrix(binary, 4, 4);
    expect([...matrix.subarray(0, 4)]).toEqual([1, 0, 0, 0]);
    expect(matrix[4 + 3]).toBeCloseTo(Math.SQRT1_2, 15);
  });

  test('no square overflows or vanishes', () => {
    expect([...similarityMatrix([1e300, 0, 1e-300, 1e-300], 2, 2)]).toEqual(
      [1, Math.SQRT1_2, Math.SQRT1_2, 1].map((value) => expect.closeTo(value, 15)),
    );
  });

  test('does not write to its input', () => {
    const rows = Float32Array.of(1, 2, 3, 4);
    similarityMatrix(rows, 2, 2);
    expect([...rows]).toEqual([1, 2, 3, 4]);
  });

  test('sinusoidal: depends on the distance alone, falls from 1', () => {
    const rows = encodingRows(
      { type: 'sinusoidal', dim: 64 },
      Array.from({ length: 20 }, (_, i) => i),
    );
    const matrix = similarityMatrix(rows, 20, 64);
    for (let i = 0; i < 15; i++) expect(matrix[i * 20 + i + 3]).toBeCloseTo(matrix[3]!, 12);
    expect(matrix[1]!).toBeLessThan(1);
    expect(matrix[3]!).toBeLessThan(matrix[1]!);
  });

  test.each([
    [
      () => similarityMatrix([1, 2, 3], 2, 2),
      new RangeError('rows: expected 4 numbers ([2 rows, 2 dims]), got 3'),
    ],
    [
      () => similarityMatrix([1, Number.NaN], 1, 2),
      new RangeError('rows[1]: expected a finite number, got NaN'),
    ],
    [() => similarityMatrix(['1'] as never, 1, 1), new TypeError('rows[0]: expected a number, got "1"')],
    [
      () => similarityMatrix(null as never, 1, 1),
      new TypeError('rows: expected an array of numbers, got null'),
    ],
    [() => similarityMatrix([1], 0, 1), new RangeError('count: expected an integer in 1..32768, got 0')],
    [
      () => crossSimilarity([1, 2, 3], [1, 2], 2),
      new RangeError('rows: expected a multiple of 2 (dim) numbers, got 3'),
    ],
    [
      () => crossSimilarity([1, 2], [], 2),
      new RangeError('columns: expected a multiple of 2 (dim) numbers, got 0'),
    ],
  ])('refuses %s', (call, error) => {
    expect(call).toThrow(error);
  });
});

test('crossSimilarity: a block of the matrix of both sets together; zeros are 0 with zeros too', () =>
  fresh((random) => {
    const rows = Float64Array.from({ length: 5 * 7 }, () => random.normal());
    const columns = Float64Array.from({ length: 3 * 7 }, () => random.normal());
    rows.fill(0, 7, 14);
    columns.fill(0, 0, 7);
    const all = similarityMatrix([...rows, ...columns], 8, 7);
    const cross = crossSimilarity(rows, columns, 7);
    for (let i = 0; i < 5; i++) for (let j = 0; j < 3; j++) expect(cross[i * 3 + j]).toBe(all[i * 8 + 5 + j]);
    expect(cross[3]).toBe(0);
  }));
