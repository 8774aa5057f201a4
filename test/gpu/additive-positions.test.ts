import { describe, expect, test } from 'vitest';
import {
  imageGridPositions,
  type RopePositionSource,
  readTensor,
  ropeDtypes,
  uploadTensor,
  videoGridPositions,
} from 'webgpu-rope';
import { type AdditiveEncodingInput, createAdditive } from 'webgpu-rope/additive';
import { type AdditiveCase, expectAddition } from '../support/additive-case';
import { fresh } from '../support/fresh';
import { getDevice, type Own, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';
import { wide, words as wordsOf } from '../support/words';

const device = await getDevice();

const words = (own: Own, values: ArrayLike<number>) => wordsOf(device, own, values);

const sinusoidal: AdditiveEncodingInput = { type: 'sinusoidal', dim: 24 };
const capacity = 5000;

type Case = Omit<AdditiveCase, 'encoding' | 'dtype'> & Partial<Pick<AdditiveCase, 'encoding' | 'dtype'>>;

const run = (c: Case) =>
  withErrorScope(device, (own) =>
    fresh((random) =>
      expectAddition(device, own, random, {
        encoding: sinusoidal,
        dtype: 'f32',
        options: { capacity },
        ...c,
      }),
    ),
  );

describe('ids', () => {
  const ids = [7, 0, 4999, 131, 131, 64, 63];

  test.each(['u32', 'i32', 'i64'] as const)('%s, one row shared by a batch of 2', async (format) => {
    await run({
      tokens: 7,
      batch: 2,
      source: (own) => ({
        positions: { type: 'ids', buffer: words(own, format === 'i64' ? wide(ids) : ids), format },
      }),
      positions: [ids],
    });
  });

  test.each(['i32', 'i64'] as const)(
    '%s, a row a sequence, from an offset, rows longer than the call',
    async (format) => {
      const all = [99, 98, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 97];
      await run({
        tokens: 3,
        batch: 2,
        capacity: 8,
        first: 4,
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
        positions: [[1, 2, 3, 7, 8, 9]],
      });
    },
  );

  test.each(ropeDtypes)('%s: -1 is padding; what the encoding does not have is counted', async (dtype) => {
    for (const dim of [64, 36, 10]) {
      await run({
        dtype,
        encoding: { type: 'sinusoidal', dim },
        tokens: 6,
        source: (own) => ({ positions: { type: 'ids', buffer: words(own, [3, -1, 5000, -2, 4999, -1]) } }),
        positions: [[3, -1, -1, -1, 4999, -1]],
        bad: 2,
      });
    }
  });

  test('64-bit ids past 2^32 are bad, not cut', async () => {
    await run({
      tokens: 3,
      source: (own) => ({
        positions: { type: 'ids', format: 'i64', buffer: words(own, [3, 0, 3, 1, -1, 0]) },
      }),
      positions: [[3, -1, -1]],
      bad: 2,
    });
  });

  test.each([
    ['learned: rows from 2 on, 5 of 7', { type: 'learned', dim: 8, rows: 7, offset: 2 }, 5],
    ['binary: 4 bits', { type: 'binary', dim: 4 }, 16],
    ['integer: 2^24', { type: 'integer', dim: 4 }, 2 ** 24],
  ] as [string, AdditiveEncodingInput, number][])('%s, its end', async (_name, encoding, end) => {
    const weights = Float32Array.from({ length: 56 }, (_, i) => i - 30);
    await run({
      encoding,
      tokens: 4,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, [end - 1, end, 0, 2 ** 31 - 1]) } }),
      positions: [[end - 1, -1, 0, -1]],
      bad: 2,
      options: encoding.type === 'learned' ? { weights } : {},
      ...(encoding.type === 'learned' ? { weights } : {}),
    });
  });

  test('in a buffer larger than a binding: its beginning is bound', async () => {
    await withErrorScope(device, async (own) => {
      const limit = device.limits.maxStorageBufferBindingSize;
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const large = own(device.createBuffer({ size: limit + 4, usage }));
      device.queue.writeBuffer(large, limit - 8, Int32Array.of(7, 9));
      const additive = own(await createAdditive(device, { type: 'integer', dim: 1 }, { dtypes: ['f32'] }));
      const x = own(uploadTensor(device, new Float32Array(2), 'f32'));
      const layer = additive.bind({ buffer: x, dtype: 'f32' });
      const positions = { type: 'ids', buffer: large, offset: limit / 4 - 2 } as const;
      submitPass(device, (pass) => {
        layer.encode(pass, { tokens: 2, positions });
        expect(() =>
          layer.encode(pass, { tokens: 2, positions: { ...positions, offset: limit / 4 - 1 } }),
        ).toThrow(
          new RangeError(
            `positions.buffer: expected positions within the first ${limit} bytes (maxStorageBufferBindingSize), got ${limit + 4}`,
          ),
        );
      });
      expect([...(await readTensor(device, x, 'f32'))]).toEqual([7, 9]);
    });
  });

  test('bad positions of several encodes add up', async () => {
    await withErrorScope(device, async (own) => {
      const additive = own(await createAdditive(device, sinusoidal, { dtypes: ['f32'], capacity: 10 }));
      const buffer = own(uploadTensor(device, new Float32Array(4 * 24), 'f32'));
      const layer = additive.bind({ buffer, dtype: 'f32' });
      const positions = { type: 'ids', buffer: words(own, [10, 11, 9, 2 ** 31]) } as const;
      submitPass(device, (pass) => {
        for (let i = 0; i < 5; i++) layer.encode(pass, { tokens: 4, positions });
      });
      expect(await additive.readBadPositions()).toBe(15);
      expect(await additive.readBadPositions()).toBe(0);
    });
  });

  test('ids and weights in one buffer, as both are only read', async () => {
    await withErrorScope(device, async (own) => {
      const buffer = words(own, [2, 0, 0, 0x3f800000, 0x40000000, 0x40400000]);
      const additive = own(
        await createAdditive(
          device,
          { type: 'learned', dim: 1, rows: 3 },
          { weights: { buffer, dtype: 'f32', offset: 3 } },
        ),
      );
      const x = own(uploadTensor(device, new Float32Array(2), 'f32'));
      const layer = additive.bind({ buffer: x, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 2, positions: { type: 'ids', buffer } }));
      expect([...(await readTensor(device, x, 'f32'))]).toEqual([3, 1]);
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
    run({
      tokens: positions.length,
      source: (own) => ({
        positions: {
          type: 'ragged',
          indptr: words(own, indptr),
          offsets: words(own, offsets),
          sequences: indptr.length - 1,
        },
      }),
      positions: [positions],
      bad,
    });

  test('three sequences, one of them empty', () =>
    ragged([0, 3, 3, 7], [10, 500, 0], [10, 11, 12, 0, 1, 2, 3]));
  test('tokens before the first and past the last are padding', () =>
    ragged([2, 4], [100], [-1, -1, 100, 101, -1, -1]));
  test('positions past the end are counted', () => ragged([0, 2, 4], [4999, 7], [4999, -1, 7, 8], 1));
  test('a bad offset', () => ragged([0, 2], [-5], [-1, -1], 2));
  test('garbage ends, and touches nothing but the tokens', async () => {
    await withErrorScope(device, async (own) => {
      const additive = own(await createAdditive(device, sinusoidal, { dtypes: ['f32'], capacity: 10 }));
      const before = guardedTensor('f32', { headDim: 24, heads: 1, tokens: 9 }, createRandom(1));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const garbage = [5, -1, 3, 2 ** 31 - 1, 0, 77, -9];
      const indptr = words(own, garbage);
      const positions = { type: 'ragged', indptr, offsets: words(own, garbage), sequences: 6 } as const;
      const layer = additive.bind({ buffer, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 9, positions }));
      const after = await readTensor(device, buffer, 'f32');
      expect(after.slice(24 * 9)).toEqual(before.slice(24 * 9));
    });
  });
});

describe.each([2, 3, 4])('%i axes, equal blocks', (axes) => {
  const encodings: [string, AdditiveEncodingInput][] = [
    ['interleaved', { type: 'sinusoidal', dim: 8 * axes, axes }],
    ['interleaved, blocks of 6', { type: 'sinusoidal', dim: 6 * axes, axes }],
    ['concat', { type: 'sinusoidal', dim: 8 * axes, axes, layout: 'concat' }],
    ['concat, blocks of 12', { type: 'sinusoidal', dim: 12 * axes, axes, layout: 'concat' }],
    ['binary', { type: 'binary', dim: 13 * axes, axes }],
    ['integer', { type: 'integer', dim: 4 * axes, axes }],
  ];

  test.each(encodings)('%s: ids [axes, batch, tokens], and [axes, tokens]', async (_name, encoding) => {
    const tokens = 5;
    for (const dtype of ropeDtypes) {
      for (const perSequence of [true, false]) {
        await fresh(async (random) => {
          const positions = Array.from({ length: axes }, () =>
            Array.from({ length: tokens * (perSequence ? 2 : 1) }, () => random.integer(0, 4999)),
          );
          positions[axes - 1]![2] = -1;
          await run({
            dtype,
            encoding,
            tokens,
            batch: 2,
            strides: { token: encoding.dim + (encoding.dim % 2) },
            source: (own) => ({
              positions: { type: 'ids', buffer: words(own, positions.flat()), perSequence },
            }),
            positions,
          });
        });
      }
    }
  });

  test('a bad position on one axis leaves the token, counted once', async () => {
    const positions = Array.from({ length: axes }, (_, axis) => [axis, 9999]);
    await run({
      encoding: { type: 'sinusoidal', dim: 8 * axes, axes },
      tokens: 2,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, positions.flat()) } }),
      positions: positions.map(([good]) => [good!, -1]),
      bad: 1,
    });
  });

  test('a scalar start moves all axes together', () =>
    run({
      encoding: { type: 'sinusoidal', dim: 8 * axes, axes },
      tokens: 4,
      source: { start: 77 },
      positions: 77,
    }));
});

describe('grids', () => {
  const grid = (axes: number, tokens: number, flat: Int32Array, source: RopePositionSource, batch = 1) =>
    run({
      encoding: { type: 'sinusoidal', dim: 8 * axes, axes, layout: 'concat' },
      dtype: 'f16',
      tokens,
      batch,
      source,
      positions: Array.from({ length: axes }, (_, axis) => [
        ...flat.subarray(axis * tokens, (axis + 1) * tokens),
      ]),
    });

  test('3 rows of 4 cells', () => {
    const size = { height: 3, width: 4 };
    return grid(2, 12, imageGridPositions(size).positions, { positions: { type: 'grid', ...size } });
  });

  test('2 frames of 2 x 3 cells, from 5 on, in a batch', () => {
    const size = { height: 2, width: 3 };
    const { positions } = videoGridPositions({ frames: 2, ...size, origin: 5 });
    return grid(3, 12, positions, { positions: { type: 'grid', ...size, start: 5 } }, 2);
  });
});
