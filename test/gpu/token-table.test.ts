import { describe, expect, test } from 'vitest';
import {
  axial,
  createQkv,
  createTokenTable,
  joinedPositions,
  mropeSections,
  partWords,
  type RopeConfigInput,
  readTensor,
  ropeDtypes,
  uploadTensor,
  videoGridPositions,
} from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { bitsOf, type Random, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { expectTokenTable } from '../support/token-table-case';
import { words } from '../support/words';

// Positions below 0, between integers, shifted and scaled an axis, and of several grids: rows of a table, and rotations by them.

const device = await getDevice();
const tokens = 11;
const NONE = Number.NaN;
const fill = <T>(of: (token: number) => T, length = tokens): T[] => Array.from({ length }, (_, i) => of(i));
const integers = (random: Random, most: number, length = tokens): number[] =>
  fill(() => random.integer(-most, most - 1), length);
const floats = (device: GPUDevice, own: Parameters<typeof words>[1], values: readonly number[]) =>
  words(device, own, new Int32Array(Float32Array.from(values).buffer));
/** 64-bit ids: two words each, low first. */
const wide = (values: readonly number[]): number[] => values.flatMap((value) => [value, value < 0 ? -1 : 0]);

describe.each(ropeDtypes)('%s', (dtype) => {
  test.each(['half', 'interleaved'] as const)('ids below 0 of i32 and i64, a start below 0; %s', (pairing) =>
    fresh(async (random) => {
      const config = { headDim: 64, pairing, theta: 1e6 };
      const ids = integers(random, 2 ** random.integer(1, 24));
      ids[3] = -1;
      const positions = ids.with(5, NONE);
      const signed = { type: 'ids', signed: true } as const;
      await expectTokenTable(device, random, {
        ...{ config, dtype, tokens, positions: [positions] },
        source: (own) => ({
          positions: { ...signed, buffer: words(device, own, ids.with(5, -(2 ** 31))) },
        }),
      });
      const words64 = wide(ids);
      words64.splice(10, 2, 0, -(2 ** 31));
      await expectTokenTable(device, random, {
        ...{ config, dtype, tokens, positions: [positions] },
        source: (own) => ({
          positions: { ...signed, format: 'i64', buffer: words(device, own, words64) },
        }),
      });
      await expectTokenTable(device, random, {
        ...{ config, dtype, tokens, batch: 2, row: 3 },
        positions: [[...fill((token) => token - 7), ...fill((token) => token - 7)]],
        source: () => ({ start: -7 }),
      });
    }),
  );

  // A head's largest frequency, and positions as fine as float32 has them there.
  test.each([
    { largest: 1, most: 2 ** 20 },
    { largest: 2 * Math.PI, most: 2 ** 20 },
    { largest: 256, most: 2 ** 20 },
    { largest: 15_708, most: 2 ** 20 },
    { largest: 2 * Math.PI, most: 1 },
    { largest: 1, most: 2 ** -20 },
  ])('float32 positions up to $most, frequencies up to $largest', ({ largest, most }) =>
    fresh(async (random) => {
      const inverseFrequencies = fill((i) => largest * 10_000 ** (-i / 16) * (i % 3 === 2 ? -1 : 1), 16);
      const config: RopeConfigInput = { headDim: 32, scaling: { type: 'explicit', inverseFrequencies } };
      const ids = [
        ...[0, -0, 0.5, -0.5, most, -most, 2 ** -126, 2 ** -140],
        ...fill(() => Math.fround((random.integer(-(2 ** 30), 2 ** 30) / 2 ** 30) * most), 40),
      ];
      await expectTokenTable(device, random, {
        ...{ config, dtype, tokens: ids.length + 1, positions: [[...ids.map(Math.fround), NONE]] },
        source: (own) => ({
          positions: { type: 'ids', format: 'f32', buffer: floats(device, own, [...ids, NONE]) },
        }),
      });
    }),
  );

  test('shift and factor an axis, ids a sequence, of rows longer than the tokens', () =>
    fresh(async (random) => {
      const axes = axial(48, 2);
      const [shift, factor] = [
        [-3, 1000],
        [0.1, 25],
      ];
      const batch = 2;
      const rowLength = tokens + 3;
      const ids = fill(() => Math.fround(random.normal() * 100), 1 + 2 * batch * rowLength);
      const of = (axis: number) =>
        fill((i) => {
          const at = 1 + (axis * batch + Math.floor(i / tokens)) * rowLength + (i % tokens);
          return Math.fround(ids[at]! * Math.fround(factor[axis]!)) + shift[axis]!;
        }, batch * tokens);
      await expectTokenTable(device, random, {
        ...{ config: { headDim: 48, axes }, dtype, tokens, batch, positions: [of(0), of(1)] },
        source: (own) => ({
          positions: {
            ...{ type: 'ids', format: 'f32', perSequence: true, rowLength, offset: 1 },
            buffer: floats(device, own, ids),
          },
          shift,
          factor,
        }),
      });
    }));

  test('a grid with an origin an axis, and frames before 0', () =>
    fresh(async (random) => {
      const size = { frames: 3, height: 2, width: 4 };
      const origin = [-2, 5, -100];
      const { positions } = videoGridPositions({ ...size });
      const of = (axis: number) => fill((i) => positions[axis * 24 + i]! + origin[axis]! + 7, 24);
      await expectTokenTable(device, random, {
        ...{
          config: { headDim: 96, axes: axial(96, 3) },
          dtype,
          tokens: 24,
          positions: [of(0), of(1), of(2)],
        },
        source: () => ({ positions: { type: 'grid', height: 2, width: 4, origin }, shift: 7 }),
      });
    }));

  test('parts: text, images and a reference image in one sequence, a list for each sequence', () =>
    fresh(async (random) => {
      const axes = axial(32, 2);
      const first = [
        { tokens: 5, origin: -3 },
        { height: 3, width: 4, origin: [-1, 10] },
        { tokens: 3, step: 0 },
        { height: 2, width: 2, origin: [40, -40] },
      ];
      const second = [
        { height: 2, width: 5, origin: [-9, 0] },
        { height: 1, width: 4, origin: 3 },
        { tokens: 9, step: 3 },
        { tokens: 1, origin: [-30, 0] },
      ];
      const lists = [first, second].map((parts) => ({ axes: 2 as const, parts }));
      // joinedPositions moves all of an axis so that none is below 0.
      const of = (axis: number) =>
        lists.flatMap((list) => {
          const { positions, shifts } = joinedPositions(list);
          return fill((i) => positions[axis * 24 + i]! - shifts[axis]!, 24);
        });
      const list = [...fill(() => 0, 8), ...lists.flatMap((each) => [...partWords(each)])];
      await expectTokenTable(device, random, {
        ...{ config: { headDim: 32, axes }, dtype, tokens: 24, batch: 2, positions: [of(0), of(1)] },
        source: (own) => ({
          positions: {
            ...{ type: 'parts', count: 4, perSequence: true, offset: 1 },
            buffer: words(device, own, list),
          },
        }),
      });
    }));

  test('tables of the caller, each pair by the row of its axis', () =>
    fresh(async (random) => {
      const rows = 40;
      const cache = () => Float32Array.from({ length: rows * 16 }, () => random.normal());
      const axes = mropeSections([4, 6, 6]);
      const caches = { headDim: 32, cosCache: cache(), sinCache: cache(), axes };
      const ids = fill(() => fill(() => random.integer(0, 29)), 3);
      ids[1]![4] = -1;
      ids[2]![5] = 35;
      const moved = ids.map((list) => list.map((id) => id + 10));
      const positions = moved.map((list) => list.with(4, NONE).with(5, NONE));
      await expectTokenTable(device, random, {
        ...{ config: { headDim: 32, axes }, caches, dtype, tokens, positions, bad: 1 },
        source: (own) => ({
          positions: { type: 'ids', buffer: words(device, own, ids.flat()) },
          shift: 10,
        }),
      });
    }));
});

test('heads of 2048 with three axes: 1024 pairs, each by its own', () =>
  fresh(async (random) => {
    const axes = axial(2046, 3);
    const ids = fill(() => integers(random, 500), 3);
    await expectTokenTable(device, random, {
      ...{ config: { headDim: 2048, rotaryDim: 2046, axes }, tokens, positions: ids },
      source: (own) => ({
        positions: { type: 'ids', signed: true, buffer: words(device, own, ids.flat()) },
      }),
    });
  }));

test('bad positions: each token once, and left as it is', () =>
  fresh(async (random) => {
    const config = { headDim: 32, axes: axial(32, 2) };
    const far = 2 ** 24;
    const bad = [far, -far - 1, 2 ** 30, -(2 ** 30) - 1, 2 ** 31 - 1];
    const good = [far - 1, -far];
    const ids = [...bad, ...good, -(2 ** 31), 3];
    const positions = [...bad.map(() => NONE), ...good, NONE, 3];
    await expectTokenTable(device, random, {
      ...{ config, tokens: ids.length, positions: [positions, positions], bad: bad.length },
      source: (own) => ({
        positions: { type: 'ids', signed: true, buffer: words(device, own, [...ids, ...ids]) },
      }),
    });
    // Padding on one axis is padding, whatever the other has.
    await expectTokenTable(device, random, {
      ...{
        config,
        tokens: 2,
        positions: [
          [NONE, 1],
          [NONE, 2],
        ],
      },
      source: (own) => ({
        positions: { type: 'ids', signed: true, buffer: words(device, own, [-(2 ** 31), 1, far, 2]) },
      }),
    });
    // Without a sign all below 0 is bad but the padding.
    const unsigned = [-1, -2, 5, -(2 ** 31)];
    await expectTokenTable(device, random, {
      ...{ config: { headDim: 32 }, tokens: 4, positions: [[NONE, NONE, -15, NONE]], bad: 2 },
      source: (own) => ({ positions: { type: 'ids', buffer: words(device, own, unsigned) }, shift: -20 }),
    });
    const numbers = [Infinity, -Infinity, far, 1 - far, -far, 1e30, far - 1, NONE];
    await expectTokenTable(device, random, {
      ...{ config: { headDim: 32 }, tokens: 8, bad: 5 },
      positions: [[NONE, NONE, NONE, 1 - far, NONE, NONE, far - 1, NONE]],
      source: (own) => ({
        positions: { type: 'ids', format: 'f32', buffer: floats(device, own, numbers) },
      }),
    });
    // High words that belong to no small number.
    const high = [5, 1, 5, -1, 0, 0, -5, 0];
    await expectTokenTable(device, random, {
      ...{ config: { headDim: 32 }, tokens: 4, positions: [[NONE, NONE, 0, NONE]], bad: 3 },
      source: (own) => ({
        positions: { type: 'ids', format: 'i64', signed: true, buffer: words(device, own, high) },
      }),
    });
  }));

test('keys move from one float32 position to another', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const headDim = 64;
      const table = own(await createTokenTable(device, { headDim }, { tokens: 2 * tokens, dtypes: ['f32'] }));
      const from = fill(() => Math.fround(random.normal() * 1000));
      const to = fill(() => Math.fround(random.normal() * 1000));
      const before = randomTensor('f32', tokens * 2 * headDim, random);
      const buffer = own(uploadTensor(device, before, 'f32'));
      const float = { type: 'ids', format: 'f32' } as const;
      const ids = [from, to].map((list) => floats(device, own, list));
      submitPass(device, (pass) => {
        for (const [i, list] of ids.entries())
          table.encode(pass, { tokens, row: i * tokens, positions: { ...float, buffer: list } });
        table.rope.rerotate(
          pass,
          { buffer, heads: 2, dtype: 'f32' },
          {
            tokens,
            from: { positions: table.positions },
            to: { positions: { ...table.positions, offset: tokens } },
          },
        );
      });
      const { inverseFrequencies } = table.rope.state.frequencies!;
      const turn = (positions: readonly number[]) => ({ positions, padding: NONE, inverseFrequencies });
      expectContract({
        before,
        after: await readTensor(device, buffer, 'f32'),
        rotations: {
          ...{ dtype: 'f32', heads: 2, headDim, tokens, pairing: 'half' },
          ...{ from: turn(from), to: turn(to) },
        },
      });
      expect(table.tokens).toBe(2 * tokens);
      expect(table.capacity).toBe(2 ** 24);
    }),
  ));

test('createQkv rotates by the rows, and writes no key of a token without a position', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const [headDim, heads] = [32, 2];
      const options = { tokens, dtypes: ['f32'], unprepared: 'refuse' } as const;
      const table = own(await createTokenTable(device, { headDim }, options));
      const ids = fill(() => Math.fround(random.normal() * 100)).with(4, NONE);
      const before = randomTensor('f32', tokens * heads * headDim, random);
      const [plain, fused, cache] = fill(() => own(uploadTensor(device, before, 'f32')), 3) as [
        GPUBuffer,
        GPUBuffer,
        GPUBuffer,
      ];
      const k = { buffer: fused, heads, cache: { buffer: cache, capacity: tokens } };
      const qkv = createQkv(table.rope).bind({ k, dtype: 'f32' });
      await qkv.prepare({ positions: 'ids', rows: 'first' });
      const layer = table.rope.bind({ k: { buffer: plain, heads }, dtype: 'f32' });
      submitPass(device, (pass) => {
        table.encode(pass, {
          tokens,
          positions: { type: 'ids', format: 'f32', buffer: floats(device, own, ids) },
        });
        layer.encode(pass, { tokens, positions: table.positions });
        qkv.encode(pass, { tokens, positions: table.positions, rows: { type: 'first', first: 0 } });
      });
      const rotated = await readTensor(device, plain, 'f32');
      expect(bitsOf(await readTensor(device, cache, 'f32'))).toEqual(bitsOf(rotated));
      expect(bitsOf(rotated.subarray(0, headDim))).not.toEqual(bitsOf(before.subarray(0, headDim)));
      const row = [4 * heads * headDim, 5 * heads * headDim] as const;
      expect(bitsOf(rotated.subarray(...row))).toEqual(bitsOf(before.subarray(...row)));
    }),
  ));
