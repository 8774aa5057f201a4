import { describe, expect, test } from 'vitest';
import { createQkv, createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { expectSameBits } from '../support/compare';
import { getDevice, withErrorScope } from '../support/gpu';
import { expectQkv, type QkvCase } from '../support/qkv-case';
import { createRandom, randomTensor, seeded } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Every source of positions, with a norm and without; a bad or padding position leaves Q, and writes no K and no V.

const device = await getDevice();

const norm = { weights: 'numbers' } as const;

const base = (c: Partial<QkvCase>): QkvCase => ({
  dtype: 'f32',
  headDim: 64,
  options: { capacity: 5000 },
  tokens: 7,
  q: { heads: 3, norm },
  k: { heads: 2, norm, cache: { capacity: 12 } },
  v: { heads: 2, cache: { capacity: 12 } },
  rows: { type: 'first', first: 2 },
  ...c,
});

/** With norms in f32, and without in 16 bits. */
async function expectBoth(seed: number, c: Partial<QkvCase>): Promise<void> {
  await expectNormed(seed, c);
  await expectPlain(seed + 1, c);
}

async function expectNormed(seed: number, c: Partial<QkvCase>): Promise<void> {
  await seeded(seed, (random) => expectQkv(device, random, base(c)));
}

async function expectPlain(seed: number, c: Partial<QkvCase>): Promise<void> {
  const cache = { capacity: 12, dtype: 'bf16' } as const;
  const plain = { dtype: 'f16', q: { heads: 3 }, k: { heads: 2, cache }, v: { heads: 2, cache } } as const;
  await seeded(seed, (random) => expectQkv(device, random, base({ ...c, ...plain })));
}

describe('one axis', () => {
  test.each([0, 1, 63, 64, 4993])('a start of %i', async (start) => {
    await expectBoth(100, { positions: { type: 'start', start } });
  });

  test.each(['u32', 'i32', 'i64'] as const)('%s ids, one row shared by a batch of 2', async (format) => {
    await expectBoth(102, {
      batch: 2,
      positions: { type: 'ids', ids: [7, 0, 4999, 131, 131, 64, 63], format },
    });
  });

  test.each(['u32', 'i32', 'i64'] as const)(
    '%s ids of each sequence, from an offset, rows longer than the call',
    async (format) => {
      const ids = [99, 98, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 97];
      await expectBoth(104, {
        tokens: 3,
        batch: 2,
        positions: { type: 'ids', ids, format, perSequence: true, rowLength: 6, offset: 2 },
      });
    },
  );

  test('padding and bad ids: counted once a token, whatever is bound', async () => {
    const ids = [3, -1, 5000, -2, 4999, -1, 2 ** 31 - 1];
    await expectBoth(106, { positions: { type: 'ids', ids } });
    await expectBoth(108, { batch: 3, positions: { type: 'ids', ids } });
    for (const only of ['q', 'k', 'v'] as const) {
      const { q, k, v, ...rest } = base({ positions: { type: 'ids', ids } });
      const { rows, ...withoutRows } = rest;
      const c =
        only === 'q'
          ? { ...withoutRows, q: q! }
          : { ...withoutRows, rows: rows!, ...(only === 'k' ? { k: k! } : { v: v! }) };
      await seeded(110, (random) => expectQkv(device, random, c));
    }
  });

  test('u32 and 64-bit ids that are no positions', async () => {
    await expectBoth(112, {
      tokens: 4,
      positions: { type: 'ids', ids: [0xffffffff, 0xfffffffe, 2 ** 31, 7], format: 'u32' },
    });
    const wide = [2 ** 32 + 3, -1, -2, 8, -(2 ** 32) + 5, 5 * 2 ** 32 - 1];
    await expectBoth(114, { tokens: 6, positions: { type: 'ids', ids: wide, format: 'i64' } });
  });

  test('ragged sequences, padding ones and tokens in none', async () => {
    await expectBoth(116, {
      positions: { type: 'ragged', indptr: [0, 2, 2, 5, 6], offsets: [4000, 9, 0xffffffff, 4999] },
    });
    await expectBoth(118, {
      tokens: 5,
      positions: { type: 'ragged', indptr: [1, 3, 5], offsets: [0, 4999] },
    });
  });

  test('a layer that does not rotate takes positions for what is padding, or none', async () => {
    const ids = [3, -1, 5000, 7, 4999, -1, 0];
    await expectBoth(120, { rotates: false, positions: { type: 'ids', ids }, options: { capacity: 6000 } });
  });
});

describe('several axes', () => {
  const axes = (count: number) => ({
    axes: { count, pairAxis: Array.from({ length: 32 }, (_, pair) => (pair * 7) % count) },
  });

  test.each([2, 3, 4])('%i axes, ids, shared by a batch and of each sequence', async (count) => {
    const ids = Array.from({ length: count * 7 }, (_, i) => (i * 1237) % 5000);
    await expectPlain(122, { config: axes(count), batch: 2, positions: { type: 'ids', ids } });
    const own = Array.from({ length: count * 2 * 7 }, (_, i) => (i * 733) % 5000);
    const positions = { type: 'ids', ids: own, perSequence: true } as const;
    await expectPlain(124, { config: axes(count), batch: 2, positions });
  });

  test('3 axes, ids, with norms', async () => {
    const ids = Array.from({ length: 21 }, (_, i) => (i * 1237) % 5000);
    await expectNormed(125, { config: axes(3), positions: { type: 'ids', ids } });
  });

  test('3 axes, padding and bad ids on some', async () => {
    const ids = [0, 1, 2, -1, 4, 5, 6, 0, 1, 5000, 3, -1, 5, 6, 0, 1, 2, 3, 9000, 5, 6];
    await expectPlain(126, { config: axes(3), positions: { type: 'ids', ids } });
  });

  test('a grid of 3 x 5 cells; 2 frames of 2 x 2', async () => {
    const grid = { type: 'grid', height: 3, width: 5, start: 11 } as const;
    await expectPlain(128, { config: axes(2), tokens: 10, positions: grid });
    await expectPlain(130, { config: axes(3), tokens: 8, positions: { type: 'grid', height: 2, width: 2 } });
  });

  test('3 axes, a start: the same position on all', async () => {
    await expectPlain(132, { config: axes(3), positions: { type: 'start', start: 77 } });
  });
});

test.each(['f32', 'f16'] as const)('an attention factor scales what rotates, %s', async (dtype) => {
  const scaling = { type: 'yarn', factor: 4, originalPositions: 512 } as const;
  for (const rotaryDim of [64, 32]) {
    const c = base({ dtype, config: { scaling, rotaryDim } });
    await seeded(134, (random) => expectQkv(device, random, c));
  }
});

test('tables of cosines and sines of the caller', async () => {
  await withErrorScope(device, async (own) => {
    const random = createRandom(135);
    const [rows, headDim] = [20, 16];
    const cache = () => Float32Array.from({ length: rows * 8 }, () => random.normal());
    const rope = own(
      await createRope(device, { cosCache: cache(), sinCache: cache(), headDim }, { dtypes: ['f32'] }),
    );
    const before = randomTensor('f32', 6 * headDim, random);
    const [fused, composed] = [0, 1].map(() => own(uploadTensor(device, before, 'f32'))) as [
      GPUBuffer,
      GPUBuffer,
    ];
    const qkv = own(createQkv(rope));
    submitPass(device, (pass) => {
      qkv.bind({ q: { buffer: fused, heads: 2 }, dtype: 'f32' }).encode(pass, { tokens: 3, start: 11 });
      rope.bind({ q: { buffer: composed, heads: 2 }, dtype: 'f32' }).encode(pass, { tokens: 3, start: 11 });
    });
    const after = await readTensor(device, fused, 'f32');
    expectSameBits(after, await readTensor(device, composed, 'f32'));
    expect(after).not.toEqual(before);
  });
});
