import { describe, expect, test } from 'vitest';
import { getDevice, withErrorScope } from '../support/gpu';
import { expectQkv, expectResult, type QkvCase, setUpQkv } from '../support/qkv-case';
import { createRandom, seeded } from '../support/random';
import { countedPass } from '../support/recorded-pass';
import { submitPass } from '../support/rotation-case';

// Tensors, weights and caches in buffers of their own, or as ranges of one; and how many launches that takes.

const device = await getDevice();

const dtypes = ['f32', 'f16', 'bf16'] as const;
const headDim = 64;

const base = (c: Partial<QkvCase>): QkvCase => ({
  dtype: 'f32',
  headDim,
  tokens: 4,
  q: { heads: 3, norm: {} },
  k: { heads: 2, norm: {}, cache: { capacity: 6 } },
  v: { heads: 2, cache: { capacity: 6 } },
  rows: { type: 'first', first: 2 },
  ...c,
});

describe.each(dtypes)('%s', (dtype) => {
  test.each(dtypes)('weights in buffers of %s, at an offset', async (weights) => {
    for (const offset of [0, 8, 10]) {
      const norm = { weights, offset, onePlusWeight: offset > 0 } as const;
      const { q, k, ...rest } = base({ dtype });
      await seeded(400 + offset, (random) =>
        expectQkv(device, random, { ...rest, q: { ...q!, norm }, k: { ...k!, norm } }),
      );
    }
  });

  test('weights over all heads, of Q and K in one buffer', async () => {
    const of = { over: 'heads', weights: 'bf16', buffer: 'weights' } as const;
    const { q, k, ...rest } = base({ dtype });
    await seeded(420, (random) =>
      expectQkv(device, random, {
        ...rest,
        q: { ...q!, norm: { ...of, offset: 4 } },
        k: { ...k!, norm: { ...of, offset: 4 + 3 * headDim } },
      }),
    );
  });

  test('weights for the heads of MLA, of which not all rotate', async () => {
    const norm = { weights: 'f32' } as const;
    const q = { heads: 2, headDim: 192, rotaryOffset: 128, norm };
    const k = { heads: 1, headDim: 576, rotaryOffset: 512, norm, cache: { capacity: 6 } };
    const { v: _v, ...rest } = base({ dtype, config: { rotaryDim: 64 } });
    await seeded(421, (random) => expectQkv(device, random, { ...rest, headDim: 192, q, k }));
  });

  test.each(dtypes)('both caches of %s in one buffer, side by side or woven into each other', async (of) => {
    const { k, v, ...rest } = base({ dtype, batch: 2 });
    const cache = { capacity: 6, dtype: of, buffer: 'cache' } as const;
    const apart = { ...cache, offset: 2 * 6 * 2 * headDim };
    await seeded(422, (random) =>
      expectQkv(device, random, { ...rest, k: { ...k!, cache }, v: { ...v!, cache: apart } }),
    );
    // [batch, rows, K and V, heads, headDim]
    const strides = { token: 4 * headDim, batch: 24 * headDim };
    const woven = [0, 2 * headDim].map((offset) => ({ ...cache, strides, offset }));
    await seeded(423, (random) =>
      expectQkv(device, random, { ...rest, k: { ...k!, cache: woven[0]! }, v: { ...v!, cache: woven[1]! } }),
    );
  });

  test('all in one buffer: packed QKV, weights, caches of another dtype', async () => {
    const token = 7 * headDim;
    const all = { buffer: 'all', strides: { token } } as const;
    const weights = { weights: dtype, buffer: 'all' } as const;
    const behind = 4 * token;
    const perByte = dtype === 'f32' ? 2 : 1;
    const cacheAt = (behind + 2 * headDim) * perByte;
    const cache = { capacity: 6, dtype: 'f16', buffer: 'all' } as const;
    const c = base({
      dtype,
      q: { heads: 3, ...all, norm: { ...weights, offset: behind } },
      k: {
        heads: 2,
        ...all,
        offset: 3 * headDim,
        norm: { ...weights, offset: behind + headDim },
        cache: { ...cache, offset: cacheAt },
      },
      v: { heads: 2, ...all, offset: 5 * headDim, cache: { ...cache, offset: cacheAt + 12 * headDim } },
    });
    await seeded(424, (random) => expectQkv(device, random, c));
  });
});

describe('launches', () => {
  /** How many launches an encode of a case takes; what comes of them is right, and counted once. */
  async function launchesOf(c: QkvCase): Promise<number> {
    return await withErrorScope(device, async (own) => {
      const setup = await setUpQkv(device, own, createRandom(430), c);
      let launches = 0;
      submitPass(device, (pass) => {
        const counted = countedPass(pass);
        setup.layer.encode(counted.pass, setup.options);
        launches = counted.launches();
      });
      await expectResult(device, setup, c);
      return launches;
    });
  }

  const ids = { type: 'ids', ids: [5, -1, 9000, 3] } as const;
  const slots = { type: 'slots', slots: [1, 0, 5, 7] } as const;
  const packed = (weights: 'numbers' | 'f16'): Partial<QkvCase> => {
    const of = { buffer: 'qkv', strides: { token: 7 * headDim } };
    const norm = { weights };
    return {
      q: { heads: 3, ...of, norm },
      k: { heads: 2, ...of, offset: 3 * headDim, norm, cache: { capacity: 6 } },
      v: { heads: 2, ...of, offset: 5 * headDim, cache: { capacity: 6 } },
    };
  };

  test('of 8 storage buffers: packed QKV, norms, ids, slots and two caches are one', async () => {
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
    for (const dtype of dtypes) {
      expect(await launchesOf(base({ dtype, ...packed('numbers'), positions: ids, rows: slots }))).toBe(1);
    }
    expect(await launchesOf(base(packed('f16')))).toBe(1);
  });

  test('buffers of their own for all of it take two, or three', async () => {
    expect(await launchesOf(base({}))).toBeLessThanOrEqual(2);
    const norm = { weights: 'f32' } as const;
    const { q, k, ...rest } = base({});
    const apart = { ...rest, q: { ...q!, norm }, k: { ...k!, norm } };
    expect(await launchesOf({ ...apart, positions: ids, rows: slots })).toBe(2);
    const step = { words: [3, 7, 1] };
    expect(await launchesOf({ ...apart, positions: ids, rows: slots, step })).toBeLessThanOrEqual(3);
    expect(await launchesOf({ ...apart, rows: { type: 'first' }, step: { words: [9, 7, 1] } })).toBe(2);
  });

  test('in place: Q and K of two buffers, weights of two, are one', async () => {
    const { v: _v, ...rest } = base({});
    const norm = { weights: 'f32' } as const;
    const c = {
      ...rest,
      q: { heads: 3, norm },
      k: { heads: 2, norm, capacity: 8 },
      positions: ids,
      rows: slots,
    };
    expect(await launchesOf(c)).toBe(1);
  });
});
