import { describe, expect, it } from 'vitest';
import { waveletRows } from 'webgpu-rope/bias';
import { waveletReference } from 'webgpu-rope/reference';
import { fresh } from '../support/fresh';

describe('waveletRows', () => {
  it('every width at every place, each 1 at its place and 0 a width away', () => {
    const rows = waveletRows({ dim: 6, scales: 3 }, [0, 1, 2, -3]);
    // Widths 1, 2, 4; places 0 and 1.
    const ricker = (x: number) => (1 - x * x) * Math.exp((-x * x) / 2);
    const row = (distance: number) =>
      [1, 2, 4].flatMap((width) => [0, 1].map((place) => ricker((distance - place) / width)));
    expect([...rows]).toEqual([0, 1, 2, -3].flatMap(row));
    expect(rows[0]).toBe(1);
    expect(rows[6]).toBe(0);
    expect(waveletRows({ dim: 128 }, [100_000]).every((value) => value === 0)).toBe(true);
  });

  it.each([
    [{ dim: 6, scales: 4 }, [0], new RangeError('scales: expected a divisor of dim (6), got 4')],
    [{ dim: 0 }, [0], new RangeError('dim: expected an integer in 1..65536, got 0')],
    [{ dim: 8, width: 1 }, [0], new TypeError('encoding: expected only dim, scales, got "width"')],
    [{ dim: 8 }, 0, new TypeError('distances: expected an array of numbers, got 0')],
    [{ dim: 8 }, [Infinity], new RangeError('distances[0]: expected a finite number, got Infinity')],
  ])('refuses %#', (encoding, distances, error) => {
    expect(() => waveletRows(encoding as never, distances as never)).toThrow(error);
  });
});

describe('waveletReference', () => {
  it('the dot product of each query with the row of its distance', () =>
    fresh((random) => {
      const options = { heads: 3, headDim: 16, scales: 4, queries: 4, keys: 5, queryStart: 7, keyStart: 2 };
      const q = Float64Array.from({ length: 4 * 3 * 16 }, () => random.normal());
      const scores = waveletReference(q, options);
      for (const [at, score] of scores.entries()) {
        const [head, query, key] = [Math.floor(at / 20), Math.floor(at / 5) % 4, at % 5];
        const row = waveletRows({ dim: 16, scales: 4 }, [7 + query - (2 + key)]);
        const own = q.subarray((query * 3 + head) * 16, (query * 3 + head + 1) * 16);
        expect(score).toBeCloseTo(
          own.reduce((sum, value, i) => sum + value * row[i]!, 0),
          12,
        );
      }
    }));

  const options = { heads: 1, headDim: 4, scales: 2, queries: 1, keys: 1 };
  it.each([
    [[1, 2, 3], options, new RangeError('q: expected 4 numbers ([queries, heads, headDim]), got 3')],
    [[1, 2, 3, Number.NaN], options, new RangeError('q[3]: expected a finite number, got NaN')],
    [
      [1, 2, 3, 4],
      { ...options, scales: 3 },
      new RangeError('scales: expected a divisor of headDim (4), got 3'),
    ],
    [[1, 2, 3, 4], { ...options, keys: 0 }, new RangeError('keys: expected an integer of at least 1, got 0')],
    [
      [1, 2, 3, 4],
      { ...options, start: 1 },
      new TypeError(
        'options: expected only heads, headDim, scales, queries, keys, queryStart, keyStart, got "start"',
      ),
    ],
  ])('refuses %#', (q, given, error) => {
    expect(() => waveletReference(q, given as never)).toThrow(error);
  });
});
