import { describe, expect, test } from 'vitest';
import { createRope, type RopePositionSource, readTensor, uploadTensor } from 'webgpu-rope';
import { getDevice, type Own, withErrorScope } from '../support/gpu';
import { expectPositions as check, type PositionCase, positionHeadDim } from '../support/position-case';
import { createRandom } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';
import { wide, words as wordsOf } from '../support/words';

const device = await getDevice();
const headDim = positionHeadDim;
const words = (own: Own, values: ArrayLike<number>) => wordsOf(device, own, values);
const expectPositions = (c: PositionCase) => check(device, c);

describe('ids', () => {
  const ids = [7, 0, 4999, 131, 131, 64, 63];

  test.each(['u32', 'i32', 'i64'] as const)('%s, one row shared by a batch of 2', async (format) => {
    await expectPositions({
      tokens: 7,
      batch: 2,
      source: (own) => ({
        positions: { type: 'ids', buffer: words(own, format === 'i64' ? wide(ids) : ids), format },
      }),
      positions: ids,
    });
  });

  test.each(['i32', 'i64'] as const)(
    '%s, a row a sequence, from an offset, rows longer than the call',
    async (format) => {
      const rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
      const all = [99, 98, ...rows, 97];
      await expectPositions({
        tokens: 3,
        batch: 2,
        source: (own) => ({
          positions: {
            type: 'ids',
            buffer: words(own, format === 'i64' ? wide(all) : all),
            format,
            perSequence: true,
            rowLength: 6,
            offset: 2,
          },
        }),
        positions: [1, 2, 3, 7, 8, 9],
      });
    },
  );

  test.each(['f32', 'f16', 'bf16'] as const)(
    '%s: -1 is padding; what the table does not have is counted',
    async (dtype) => {
      for (const dim of [64, 36]) {
        await expectPositions({
          dtype,
          config: { rotaryDim: dim },
          tokens: 6,
          q: { heads: 5 },
          source: (own) => ({ positions: { type: 'ids', buffer: words(own, [3, -1, 5000, -2, 4999, -1]) } }),
          positions: [3, -1, -1, -1, 4999, -1],
          bad: 2,
        });
      }
    },
  );

  test('64-bit ids past 2^32 are bad, not cut', async () => {
    await expectPositions({
      tokens: 3,
      source: (own) => ({
        positions: { type: 'ids', format: 'i64', buffer: words(own, [3, 0, 3, 1, -1, 0]) },
      }),
      positions: [3, -1, -1],
      bad: 2,
    });
  });

  test('bad positions of several encodes add up', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 10 }));
      const buffer = own(uploadTensor(device, new Float32Array(4 * headDim), 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
      const positions = { type: 'ids', buffer: words(own, [10, 11, 9, 2 ** 31]) } as const;
      submitPass(device, (pass) => {
        for (let i = 0; i < 5; i++) layer.encode(pass, { tokens: 4, positions });
      });
      expect(await rope.readBadPositions()).toBe(15);
      expect(await rope.readBadPositions()).toBe(0);
    });
  });

  test('K in its cache, ids in a batch', async () => {
    await expectPositions({
      tokens: 4,
      batch: 2,
      k: { heads: 2, layout: 'bhsd', capacity: 9, first: 5 },
      source: (own) => ({
        positions: { type: 'ids', buffer: words(own, [4, 3, 2, 1, 10, 11, 12, -1]), perSequence: true },
      }),
      positions: [4, 3, 2, 1, 10, 11, 12, -1],
    });
  });
});

describe('ragged', () => {
  const ragged = (
    indptr: readonly number[],
    offsets: readonly number[],
    positions: readonly number[],
    bad = 0,
  ) =>
    expectPositions({
      tokens: positions.length,
      source: (own) => ({
        positions: {
          type: 'ragged',
          indptr: words(own, indptr),
          offsets: words(own, offsets),
          sequences: indptr.length - 1,
        },
      }),
      positions,
      bad,
    });

  test('three sequences, one of them empty', () =>
    ragged([0, 3, 3, 7], [10, 500, 0], [10, 11, 12, 0, 1, 2, 3]));
  test('one sequence', () => ragged([0, 5], [42], [42, 43, 44, 45, 46]));
  test('tokens before the first and past the last are padding', () =>
    ragged([2, 4], [100], [-1, -1, 100, 101, -1, -1]));
  test('positions past the table are counted', () => ragged([0, 2, 4], [4999, 7], [4999, -1, 7, 8], 1));
  test('an offset of 0xffffffff is padding: its sequence is left as it is, and not counted', () =>
    ragged([0, 2, 4], [2 ** 32 - 1, 9], [-1, -1, 9, 10]));
  test('a bad offset', () => ragged([0, 2], [-5], [-1, -1], 2));
  test('100 sequences of 1 token', () => {
    const count = 100;
    const offsets = Array.from({ length: count }, (_, i) => (i * 37) % 999);
    return ragged(
      Array.from({ length: count + 1 }, (_, i) => i),
      offsets,
      offsets,
    );
  });
  test('garbage ends, and touches nothing but the tokens', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 10 }));
      const before = guardedTensor('f32', { headDim, heads: 2, tokens: 9 }, createRandom(1));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const garbage = [5, -1, 3, 2 ** 31 - 1, 0, 77, -9];
      const indptr = words(own, garbage);
      const positions = { type: 'ragged', indptr, offsets: words(own, garbage), sequences: 6 } as const;
      const layer = rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 9, positions }));
      const after = await readTensor(device, buffer, 'f32');
      const guard = 2 * headDim * 9;
      expect(after.slice(guard)).toEqual(before.slice(guard));
    });
  });
});

describe('refused', () => {
  const cases: [
    name: string,
    source: (own: Own, q: GPUBuffer) => RopePositionSource,
    message: string | RegExp,
  ][] = [
    [
      'both',
      (own) => ({ start: 0, positions: { type: 'ids', buffer: words(own, [1, 2]) } }),
      /^start: expected none/,
    ],
    [
      'an unknown type',
      () => ({ positions: { type: 'rows' } as unknown as RopePositionSource['positions'] & object }),
      'positions.type: expected "grid" or "ids" or "ragged", got "rows"',
    ],
    [
      'ids in the buffer of Q',
      (_own, q) => ({ positions: { type: 'ids', buffer: q } }),
      'positions: expected a GPUBuffer other than that of q (one dispatch cannot bind it read-only and writable), got the same',
    ],
    [
      'too few ids',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1]) } }),
      'positions.buffer: expected >= 8 bytes for [2] of i32, buffer has 4',
    ],
    [
      'too few rows of ids',
      (own) => ({
        positions: { type: 'ids', buffer: words(own, [1, 2, 3]), perSequence: true, format: 'i64' },
      }),
      'positions.buffer: expected >= 16 bytes for [1, 2] of i64, buffer has 12',
    ],
    [
      'a row shorter than the call',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 2]), rowLength: 1 } }),
      /^positions\.rowLength: expected an integer in 2\.\.\d+ of ids, got 1$/,
    ],
    [
      'an unknown format',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 2]), format: 'i16' as 'i32' } }),
      'positions.format: expected "u32" or "i32" or "i64", got "i16"',
    ],
    [
      'indptr too short',
      (own) => ({
        positions: { type: 'ragged', indptr: words(own, [0, 1]), offsets: words(own, [1, 2]), sequences: 2 },
      }),
      'positions.indptr: expected >= 12 bytes for 3 words, buffer has 8',
    ],
    [
      'a grid where there is one axis',
      () => ({ positions: { type: 'grid', height: 1, width: 2 } }),
      'positions.type: expected a kind for one axis, as the config has no 2 or 3 axes, got "grid"',
    ],
    [
      'a misspelt key',
      (own) => ({
        positions: { type: 'ids', buffer: words(own, [1, 2]), perSequnce: true } as unknown as NonNullable<
          RopePositionSource['positions']
        >,
      }),
      /^positions: expected only type, buffer, format, perSequence, rowLength, offset, got "perSequnce"$/,
    ],
  ];
  test.each(cases)('%s', async (_name, source, message) => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'] }));
      const buffer = own(uploadTensor(device, new Float32Array(2 * headDim).fill(1), 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, { tokens: 2, ...source(own, buffer) })).toThrow(message);
      });
      expect(await readTensor(device, buffer, 'f32')).toEqual(new Float32Array(2 * headDim).fill(1));
    });
  });
});
