import { describe, expect, test } from 'vitest';
import { type AttentionBiasInput, alibiSlopes, attentionBias, biasRows, t5Bucket } from 'webgpu-rope/bias';
import { fresh } from '../support/fresh';

describe('attentionBias', () => {
  test('fills in the defaults, and copies', () => {
    const input = { type: 'alibi', heads: 12 } as const;
    expect(attentionBias(input)).toEqual({
      ...{ type: 'alibi', heads: 12, maxBias: 8, firstHead: 0, totalHeads: 12, ahead: 'mirrored' },
      slopes: null,
    });
    const slopes = Float32Array.of(0.5, 0.25);
    const own = attentionBias({ type: 'alibi', heads: 2, slopes });
    slopes[0] = 7;
    expect(own).toMatchObject({ slopes: [0.5, 0.25] });
    expect(attentionBias(own)).toEqual(own);
    expect(attentionBias({ type: 't5', heads: 8 })).toEqual({
      type: 't5',
      heads: 8,
      buckets: 32,
      maxDistance: 128,
      bidirectional: true,
    });
    const complete = attentionBias({ type: 't5', heads: 8, bidirectional: false, buckets: 64 });
    expect(attentionBias(complete)).toEqual(complete);
    expect(attentionBias(complete)).not.toBe(complete);
    expect(JSON.parse(JSON.stringify(complete))).toEqual(complete);
  });

  test.each<[input: unknown, error: Error | RegExp]>([
    [null, new TypeError('bias: expected { type, heads, … }, got null')],
    [{ heads: 8 }, new TypeError('type: expected "alibi" or "t5", got undefined')],
    [{ type: 'kerple', heads: 8 }, new RangeError('type: expected "alibi" or "t5", got "kerple"')],
    [{ type: 'alibi' }, new TypeError('heads: expected an integer, got undefined')],
    [
      { type: 'alibi', heads: 8, buckets: 32 },
      new TypeError(
        'bias: expected only type, heads, maxBias, firstHead, totalHeads, ahead, slopes, got "buckets"',
      ),
    ],
    [
      { type: 'alibi', heads: 8, maxBias: -1 },
      new RangeError('maxBias: expected a number above 0 and up to 100, got -1'),
    ],
    [
      { type: 'alibi', heads: 8, ahead: 'both' },
      new RangeError('ahead: expected "mirrored" or "linear", got "both"'),
    ],
    [
      { type: 'alibi', heads: 8, firstHead: -1 },
      new RangeError('firstHead: expected an integer in 0..65528, got -1'),
    ],
    [
      { type: 'alibi', heads: 8, firstHead: 8, totalHeads: 12 },
      new RangeError('totalHeads: expected an integer in 16..65536, got 12'),
    ],
    [
      { type: 'alibi', heads: 2, slopes: 0.5 },
      new TypeError('slopes: expected an array of 2 numbers (one a head), got 0.5'),
    ],
    [
      { type: 'alibi', heads: 2, slopes: [0.5] },
      new RangeError('slopes: expected 2 numbers (one a head), got 1'),
    ],
    [
      { type: 'alibi', heads: 2, slopes: [0.5, 1e39] },
      new RangeError('slopes[1]: expected a finite float32, got 1e+39'),
    ],
    [
      { type: 'alibi', heads: 2, slopes: [0.5, '1'] },
      new TypeError('slopes[1]: expected a finite float32, got "1"'),
    ],
    ...(['maxBias', 'firstHead', 'totalHeads'] as const).map((key): [unknown, Error] => [
      { type: 'alibi', heads: 2, slopes: [1, 1], [key]: 3 },
      new TypeError(`${key}: expected none beside slopes, which are one a head of the scores, got 3`),
    ]),
    [{ type: 't5', heads: 8, buckets: 2 }, new RangeError('buckets: expected an integer in 4..65536, got 2')],
    [{ type: 't5', heads: 8, maxBias: 8 }, /^bias: expected only type, heads, buckets, .*, got "maxBias"$/],
  ])('refuses %j', (input, error) => {
    expect(() => attentionBias(input as AttentionBiasInput)).toThrow(error);
  });
});

describe('biasRows', () => {
  test('ALiBi: -slope * |query - key|, on both sides of the diagonal', () => {
    const rows = biasRows({ type: 'alibi', heads: 2 }, [0, 2], [0, 1, 2, 3]);
    const [a, b] = alibiSlopes(2) as unknown as [number, number];
    expect([...rows]).toEqual([a, b].flatMap((s) => [0, -s, -2 * s, -3 * s, -2 * s, -s, 0, -s]));
    expect(Object.is(rows[0], 0)).toBe(true);
  });

  test('ALiBi, linear: slope * (key - query) past the query as before it; the softmax is that of slope * key', () => {
    const rows = biasRows({ type: 'alibi', heads: 2, ahead: 'linear' }, [0, 2], [0, 1, 2, 3]);
    const [a, b] = alibiSlopes(2) as unknown as [number, number];
    expect([...rows]).toEqual([a, b].flatMap((s) => [0, s, 2 * s, 3 * s, -2 * s, -s, 0, s]));
    expect(rows.some((value) => Object.is(value, -0))).toBe(false);
  });

  test('ALiBi for a slice of the heads: the slopes of those heads of the layer', () => {
    const whole = biasRows({ type: 'alibi', heads: 12 }, [3], [0, 5]);
    const part = biasRows({ type: 'alibi', heads: 4, firstHead: 6, totalHeads: 12 }, [3], [0, 5]);
    expect(part).toEqual(whole.slice(12, 20));
  });

  // BLOOM and MPT add slope * key position (less a constant). The softmax of a row does not see the difference.
  test('ALiBi, causal: a constant a row away from slope * key', () => {
    const keys = Array.from({ length: 9 }, (_, i) => i);
    const rows = biasRows({ type: 'alibi', heads: 5 }, [8], keys);
    alibiSlopes(5).forEach((slope, head) => {
      for (const key of keys) expect(rows[head * 9 + key]).toBeCloseTo(slope * key - slope * 8, 14);
    });
  });

  test('T5: the weight of the bucket of key - query, in the column of the head', () =>
    fresh((random) => {
      for (const bidirectional of [true, false]) {
        const [heads, buckets] = [3, 16];
        const weights = Float32Array.from({ length: heads * buckets }, () => random.normal());
        const [queries, keys] = [
          [0, 50, 7],
          [3, 7, 8, 300],
        ];
        const bias = { type: 't5', heads, buckets, maxDistance: 100, bidirectional } as const;
        const rows = biasRows(bias, queries, keys, weights);
        const options = { buckets, maxDistance: 100, bidirectional };
        let at = 0;
        for (let head = 0; head < heads; head++) {
          for (const query of queries) {
            for (const key of keys)
              expect(rows[at++]).toBe(weights[t5Bucket(key - query, options) * heads + head]);
          }
        }
      }
    }));

  test.each([
    [
      [{ type: 't5', heads: 2 }, [0], [0]],
      /^weights: expected an array of 64 numbers \(\[32 buckets, 2 heads\]\), got undefined$/,
    ],
    [
      [{ type: 't5', heads: 2 }, [0], [0], [1]],
      /^weights: expected 64 numbers \(\[32 buckets, 2 heads\]\), got 1$/,
    ],
    [
      [{ type: 't5', heads: 1, buckets: 4 }, [0], [0], [1, 2, '3', 4]],
      /^weights\[2\]: expected a number, got "3"$/,
    ],
    [[{ type: 'alibi', heads: 2 }, [0], [0], [1]], /^weights: expected none, as ALiBi has no weights/],
    [
      [{ type: 'alibi', heads: 2 }, [-1], [0]],
      /^queries\[0\]: expected an integer in 0\.\.2147483647, got -1$/,
    ],
    [
      [{ type: 'alibi', heads: 2 }, [0], [2 ** 31]],
      /^keys\[0\]: expected an integer in 0\.\.2147483647, got 2147483648$/,
    ],
    [[{ type: 'alibi', heads: 2 }, 3, [0]], /^queries: expected an array of positions, got 3$/],
  ])('refuses %j', (args, message) => {
    expect(() => biasRows(...(args as Parameters<typeof biasRows>))).toThrow(message);
  });
});
