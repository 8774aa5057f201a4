import { describe, expect, it } from 'vitest';
import { closestRows } from '../../src/analysis/closest-rows';
import { type Random, seeded } from '../support/random';

const distance = (rows: Float64Array, dim: number, a: number, b: number): number => {
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    const [x, y] = [rows[a * dim + i]!, rows[b * dim + i]!];
    if (x !== y) sum += (x - y) ** 2;
  }
  return Math.sqrt(sum);
};

/** All pairs, one after another. */
function bruteForce(rows: Float64Array, count: number, dim: number): { smallest: number; repeated: number } {
  let smallest = Infinity;
  let repeated = 0;
  for (let j = 0; j < count; j++) {
    let isRepeat = false;
    for (let i = 0; i < j; i++) {
      const found = distance(rows, dim, i, j);
      smallest = Math.min(smallest, found);
      if (found === 0) isRepeat = true;
    }
    if (isRepeat) repeated++;
  }
  return { smallest, repeated };
}

function expectSame(rows: Float64Array, count: number, dim: number): void {
  const before = rows.slice();
  const found = closestRows(rows, count, dim);
  const expected = bruteForce(rows, count, dim);
  expect(rows).toEqual(before);
  expect(found.repeated).toBe(expected.repeated);
  expect(found.first).toBeLessThan(found.second);
  // The search takes two distances within 1e-12 for the same; sums of up to 100 squares in two orders differ by 2e-14.
  const close = (a: number, b: number) => a === b || Math.abs(a - b) <= 2e-12 * b;
  expect(close(found.distance, expected.smallest), `${found.distance} ${expected.smallest}`).toBe(true);
  expect(close(found.distance, distance(rows, dim, found.first, found.second))).toBe(true);
}

type Make = (random: Random, count: number, dim: number) => (row: number, i: number) => number;

const kinds: Readonly<Record<string, Make>> = {
  normal: (random) => () => random.normal(),
  'far from zero': (random) => () => 1e6 + random.normal(),
  'columns of very different sizes': (random) => (_, i) => random.normal() * 10 ** ((i % 9) - 4),
  'whole numbers, many repeats': (random) => () => random.integer(-1, 1),
  'a curve': () => (row, i) => Math.sin(row * 0.7 ** i),
  'a line': (random, _, dim) => {
    const slope = Array.from({ length: dim }, () => random.normal());
    return (row, i) => row * slope[i]!;
  },
  'zeros of both signs': (random) => () => random.pick([0, -0, 1]),
  'some infinities': (random) => () =>
    random.pick([Infinity, -Infinity, 1, 2, 3, random.normal(), random.normal()]),
  'one infinity': (random) => (row, i) => (row === 1 && i === 0 ? Infinity : random.normal()),
  'all of it the same number': () => () => 0.1,
  large: (random) => () => 1e150 * random.normal(),
};

describe('closestRows', () => {
  for (const [name, make] of Object.entries(kinds)) {
    it(`${name}: as all pairs compared`, () =>
      seeded(31, (random) => {
        for (let round = 0; round < 25; round++) {
          const [count, dim] = [random.integer(2, 90), random.integer(1, 33)];
          const value = make(random, count, dim);
          const rows = Float64Array.from({ length: count * dim }, (_, at) =>
            value(Math.floor(at / dim), at % dim),
          );
          expectSame(rows, count, dim);
        }
      }));
  }

  it('one pair hidden anywhere among 400 rows is found', () =>
    seeded(32, (random) => {
      for (let round = 0; round < 10; round++) {
        const [count, dim] = [400, 24];
        const rows = Float64Array.from({ length: count * dim }, () => random.normal());
        const [a, b] = [random.integer(0, 199), random.integer(200, 399)];
        for (let i = 0; i < dim; i++) rows[b * dim + i] = rows[a * dim + i]! + (i === 5 ? 1e-9 : 0);
        const found = closestRows(rows, count, dim);
        expect([found.first, found.second, found.repeated]).toEqual([a, b, 0]);
        // The difference of numbers of size 3 holds 1e-9 to 4e-16, so to 1e-6 of itself.
        expect(Math.abs(found.distance - 1e-9)).toBeLessThan(1e-15);
      }
    }));

  it('equal distances: the first neighbours are named', () => {
    expect(closestRows(Float64Array.of(0, 1, 2, 3, 4, 5), 6, 1)).toEqual({
      distance: 1,
      first: 0,
      second: 1,
      repeated: 0,
    });
    expect(closestRows(Float64Array.of(5, 1, 5, 1, 1), 5, 1)).toEqual({
      distance: 0,
      first: 0,
      second: 2,
      repeated: 3,
    });
  });
});
