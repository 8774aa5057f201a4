import { describe, expect, test } from 'vitest';
import { alibiSlopes, biasRows } from 'webgpu-rope/bias';
import { applyBiasReference, type BiasReferenceOptions, biasReferenceExact } from 'webgpu-rope/reference';
import { fromStorage, type RopeDtype, toStorage } from '../../src/dtypes';
import { expectClose, expectSameBits } from '../support/compare';
import { fresh } from '../support/fresh';
import { withHole } from '../support/holes';
import { poison, randomTensor } from '../support/random';

const dtypes: readonly RopeDtype[] = ['f32', 'f16', 'bf16'];
const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe.each(dtypes)('%s', (dtype) => {
  test('ALiBi and T5: what biasRows says, added and rounded once', async () => {
    await fresh((random) => {
      const [heads, queries, keys, batch] = [3, 4, 150, 2];
      const weights = Float64Array.from({ length: 32 * heads }, () => random.normal());
      const t5 = { type: 't5', heads, buckets: 32, maxDistance: 128 } as const;
      for (const [bias, rows] of [
        [{ slopes: alibiSlopes(heads) }, biasRows({ type: 'alibi', heads }, upTo(queries, 70), upTo(keys))],
        [
          { weights, buckets: 32, maxDistance: 128, bidirectional: true },
          biasRows(t5, upTo(queries, 70), upTo(keys), weights),
        ],
        [
          { weights, buckets: 32, maxDistance: 128, bidirectional: false },
          biasRows({ ...t5, bidirectional: false }, upTo(queries, 70), upTo(keys), weights),
        ],
      ] as const) {
        const before = randomTensor(dtype, batch * rows.length, random);
        const options: BiasReferenceOptions = {
          dtype,
          bias,
          heads,
          queries,
          keys,
          batch,
          queryPositions: 70,
          keyPositions: 0,
          scale: 0.5,
        };
        const sums = fromStorage(before, dtype).map((score, i) => score + 0.5 * rows[i % rows.length]!);
        // A product by 0.5 is exact; slopes times distances may be rounded in another order, by 2^-52 of up to 75.
        expectClose(biasReferenceExact(before, options), sums, 2 ** -45);
        const after = before.slice();
        applyBiasReference(after, options);
        expectSameBits(after, toStorage(biasReferenceExact(before, options), dtype));
      }
    });
  });

  test('offset, strides and ids: all else keeps its bits', async () => {
    await fresh((random) => {
      const strides = { query: 7, head: 30, batch: 70 };
      const scores = dtype === 'f32' ? new Float32Array(200) : new Uint16Array(200);
      poison(scores);
      const before = scores.slice();
      const values = randomTensor(dtype, 200, random);
      const at: [number, number, number][] = [];
      for (let b = 0; b < 2; b++) {
        for (let h = 0; h < 2; h++) {
          for (let i = 0; i < 3; i++) {
            for (let j = 0; j < 5; j++) {
              const index = 11 + b * 70 + h * 30 + i * 7 + j;
              before[index] = scores[index] = values[index]!;
              // Query 1 of both sequences and key 2 of the second one are padding.
              if (i !== 1 && !(b === 1 && j === 2))
                at.push([index, h, Math.abs([4, 0, 9][i]! - (b === 1 ? 10 : 0) - j)]);
            }
          }
        }
      }
      const slopes = [0.5, 0.25];
      applyBiasReference(scores, {
        dtype,
        bias: { slopes },
        heads: 2,
        queries: 3,
        keys: 5,
        batch: 2,
        queryPositions: [4, -1, 9],
        keyPositions: [0, 1, 2, 3, 4, 10, 11, -1, 13, 14],
        offset: 11,
        strides,
      });
      const decoded = fromStorage(before, dtype);
      for (const [index, head, distance] of at) {
        before[index] = toStorage([decoded[index]! - slopes[head]! * distance], dtype)[0]!;
      }
      expectSameBits(scores, before);
    });
  });
});

test('T5 by counting in integers: the exact edges 16, 32 and 64', () => {
  const scores = new Float32Array(8);
  const weights = upTo(32);
  const bias = { weights, buckets: 32, maxDistance: 128, bidirectional: true };
  const keyPositions = [100 - 15, 100 - 16, 100 - 31, 100 - 32, 100 - 63, 100 - 64, 100, 100 + 64];
  applyBiasReference(scores, {
    dtype: 'f32',
    bias,
    heads: 1,
    queries: 1,
    keys: 8,
    queryPositions: 100,
    keyPositions,
  });
  expect([...scores]).toEqual([9, 10, 11, 12, 13, 14, 0, 30]);
});

describe('refuses', () => {
  const t5 = { weights: upTo(64), buckets: 32, maxDistance: 128, bidirectional: true };
  const valid: BiasReferenceOptions = {
    dtype: 'f32',
    bias: { slopes: [1, 2] },
    heads: 2,
    queries: 2,
    keys: 2,
    queryPositions: 0,
    keyPositions: 0,
  };

  test.each([
    [{ heads: 0 }, 'heads: expected an integer in 1..2147483648, got 0'],
    [{ heads: 3 }, 'bias.slopes: expected 3 numbers, got 2'],
    [{ keys: 3 }, 'scores: expected at least 12 elements, got 8'],
    [{ offset: 1 }, 'scores: expected at least 9 elements, got 8'],
    [{ strides: { head: 0 } }, 'strides.head: expected an integer of at least 1 of elements, got 0'],
    [{ dtype: 'f16' }, 'scores: expected a Uint16Array (f16), got a Float32Array'],
    [{ bias: null }, 'bias: expected { slopes } or { weights, … }, got null'],
    [{ bias: { slopes: withHole([1, 2], 1) } }, 'bias.slopes[1]: expected a number, got undefined'],
    [
      { bias: { ...t5, weights: withHole(upTo(64), 7) } },
      'bias.weights[7]: expected a number, got undefined',
    ],
    [{ bias: { ...t5, weights: upTo(32) } }, 'bias.weights: expected 64 numbers, got 32'],
    [{ bias: { ...t5, buckets: 3 } }, 'bias.buckets: expected an integer in 4..65536, got 3'],
    [{ bias: { ...t5, maxDistance: 8 } }, 'bias.maxDistance: expected an integer in 9..2147483648, got 8'],
    [{ bias: { ...t5, bidirectional: 1 } }, 'bias.bidirectional: expected true or false, got 1'],
    [{ scale: Number.NaN }, 'scale: expected a finite number, got NaN'],
    [{ queryPositions: -1 }, 'queryPositions: expected an integer in 0..2147483646, got -1'],
    [{ keyPositions: [1, 2, 3] }, 'keyPositions: expected 2 or 1 x 2 ids, got 3'],
    [{ queryPositions: withHole([1, 2], 0) }, 'queryPositions[0]: expected an integer, got undefined'],
    [{ keyPositions: [1, 1.5] }, /^keyPositions\[1\]: expected an integer/],
  ])('%j', (wrong, message) => {
    const scores = new Float32Array(8);
    expect(() => applyBiasReference(scores, { ...valid, ...wrong } as BiasReferenceOptions)).toThrow(message);
    expect([...scores]).toEqual(Array(8).fill(0));
  });
});
