import { describe, expect, it } from 'vitest';
import { columnSpace } from '../../src/analysis/column-space';
import { seeded } from '../support/random';

/** `[rows, inner]` times `[inner, columns]`, flat. */
function product(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[k * columns + j]!;
    return sum;
  });
}

/** With a column of ones beside. */
const withOnes = (x: Float64Array, count: number, dim: number): Float64Array =>
  Float64Array.from({ length: count * (dim + 1) }, (_, at) => {
    const [i, j] = [Math.floor(at / (dim + 1)), at % (dim + 1)];
    return j < dim ? x[i * dim + j]! : 1;
  });

/** The relative residual by Gram and Schmidt, each column twice: another way to the same number. */
function residual(x: Float64Array, y: Float64Array, count: number): number {
  const columnsOf = (flat: Float64Array) => {
    const dim = flat.length / count;
    return Array.from({ length: dim }, (_, j) => Array.from({ length: count }, (_, i) => flat[i * dim + j]!));
  };
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const basis: number[][] = [];
  const without = (column: number[]) => {
    let left = column;
    for (let round = 0; round < 2; round++) {
      for (const one of basis) {
        const along = dot(left, one);
        left = left.map((value, i) => value - along * one[i]!);
      }
    }
    return left;
  };
  for (const column of columnsOf(x)) {
    const left = without(column);
    const size = Math.sqrt(dot(left, left));
    if (size > 1e-9) basis.push(left.map((value) => value / size));
  }
  let [left, total] = [0, 0];
  for (const column of columnsOf(y)) {
    const rest = without(column);
    left += dot(rest, rest);
    total += dot(column, column);
  }
  return Math.sqrt(left / total);
}

describe('columnSpace', () => {
  it('random rows: residuals as by Gram and Schmidt, with and without a constant', () =>
    seeded(41, (random) => {
      for (let round = 0; round < 12; round++) {
        const [dim, outputs] = [random.integer(1, 12), random.integer(1, 6)];
        const count = random.integer(dim + 2, 60);
        const x = Float64Array.from({ length: count * dim }, () => random.normal());
        const y = Float64Array.from({ length: count * outputs }, () => random.normal() + 1);
        const space = columnSpace(x, count, dim);
        expect(space.rank).toBe(dim);
        const { linear, affine } = space.unexplained(y);
        // Both ways are stable to about count · dim · 2^-53, below 1e-13.
        expect(Math.abs(linear - residual(x, y, count))).toBeLessThan(1e-12);
        expect(Math.abs(affine - residual(withOnes(x, count, dim), y, count))).toBeLessThan(1e-12);
        expect(affine).toBeLessThanOrEqual(linear);
      }
    }));

  it('rank is found, whatever the order and scale of the columns', () =>
    seeded(42, (random) => {
      for (let round = 0; round < 12; round++) {
        const [count, dim, rank] = [50, 20, random.integer(1, 12)];
        const left = Float64Array.from({ length: count * rank }, () => random.normal());
        const right = Float64Array.from({ length: rank * dim }, () => random.normal());
        const scale = 10 ** random.integer(-9, 9);
        const x = product(left, right, rank).map((value) => value * scale);
        const space = columnSpace(x, count, dim);
        expect(space.rank).toBe(rank);
        const map = Float64Array.from({ length: dim * 3 }, () => random.normal());
        const y = product(x, map, dim);
        expect(space.unexplained(y).linear).toBeLessThan(1e-12);
        const moved = y.map((value, at) => value + scale * (1 + (at % 3)));
        expect(space.unexplained(moved).linear).toBeGreaterThan(1e-3);
        expect(space.unexplained(moved).affine).toBeLessThan(1e-12);
      }
    }));

  it('columns that lie on an axis, the wrong way round, and columns of very different sizes', () => {
    const turned = columnSpace(Float64Array.of(-1, 0, 0, -1, 0, 0), 3, 2);
    expect(turned.rank).toBe(2);
    expect(turned.unexplained(Float64Array.of(3, 4, 12)).linear).toBeCloseTo(12 / 13, 14);
    const nearly = columnSpace(Float64Array.of(-1, 1e-9, 1e-9), 3, 1);
    expect(nearly.unexplained(Float64Array.of(2, -2e-9, -2e-9)).linear).toBeLessThan(1e-15);
    expect(nearly.unexplained(Float64Array.of(2, -1e-9, -3e-9)).linear / (Math.SQRT2 * 0.5e-9)).toBeCloseTo(
      1,
      6,
    );
    expect(columnSpace(Float64Array.of(1, 0, 0, 0, 1e-6, 0, 0, 0, 1e-12), 3, 3).rank).toBe(3);
    expect(columnSpace(Float64Array.of(1, 0, 0, 0, 1e-6, 0, 0, 0, 1e-17), 3, 3).rank).toBe(2);
  });

  it('nothing, one column, and fewer rows than columns', () => {
    const zero = columnSpace(new Float64Array(12), 4, 3);
    expect(zero.rank).toBe(0);
    expect(zero.unexplained(Float64Array.of(1, 2, 3, 4)).linear).toBe(1);
    // 1, 2, 3, 4 about its mean: 5 of 30.
    expect(zero.unexplained(Float64Array.of(1, 2, 3, 4)).affine).toBeCloseTo(Math.sqrt(5 / 30), 14);
    expect(zero.unexplained(new Float64Array(4))).toEqual({ linear: 0, affine: 0 });
    const wide = columnSpace(Float64Array.of(1, 2, 3, 4, 5, 7), 2, 3);
    expect(wide.rank).toBe(2);
    expect(wide.unexplained(Float64Array.of(8, 9))).toEqual({ linear: 0, affine: 0 });
  });
});
