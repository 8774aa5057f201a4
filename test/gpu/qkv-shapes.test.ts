import { describe, test } from 'vitest';
import { getDevice } from '../support/gpu';
import { expectQkv, type PartCase, type QkvCase } from '../support/qkv-case';
import { createRandom, seeded } from '../support/random';

// Shapes: head dimensions, partial rotary, layouts and strides, packed tensors, absent ones, MLA.

const device = await getDevice();

const dtypes = ['f32', 'f16', 'bf16'] as const;
const norm = { weights: 'numbers' } as const;
const rows = { type: 'first', first: 1 } as const;

const plain = (headDim: number, c: Partial<QkvCase> = {}): Omit<QkvCase, 'dtype'> => ({
  headDim,
  tokens: 3,
  batch: 2,
  q: { heads: 3, norm },
  k: { heads: 1, norm, cache: { capacity: 5 } },
  v: { heads: 1, cache: { capacity: 5 } },
  rows,
  ...c,
});

describe.each(dtypes)('%s', (dtype) => {
  test.each([8, 16, 20, 32, 48, 72, 80, 96, 112, 128, 192, 256, 320, 512])('heads of %i', async (headDim) => {
    for (const pairing of ['half', 'interleaved'] as const) {
      await seeded(headDim, (random) => expectQkv(device, random, { ...plain(headDim, { pairing }), dtype }));
      const { q: _q, ...rest } = plain(headDim, { pairing });
      const without = { ...rest, k: { heads: 1, cache: { capacity: 5 } } };
      await seeded(headDim + 1, (random) => expectQkv(device, random, { ...without, dtype }));
    }
  });

  test.each([
    [64, 16],
    [64, 32],
    [80, 32],
    [72, 4],
    [20, 6],
    [256, 64],
    [128, 126],
    [24, 2],
  ])(
    'heads of %i, of which %i rotate: the tail is normed, or goes to the cache bit by bit',
    async (headDim, rotaryDim) => {
      for (const pairing of ['half', 'interleaved'] as const) {
        const c = plain(headDim, { pairing, config: { rotaryDim } });
        await seeded(rotaryDim, (random) => expectQkv(device, random, { ...c, dtype }));
        const without = { ...c, q: { heads: 3 }, k: { heads: 1, cache: { capacity: 5 } } };
        await seeded(rotaryDim + 1, (random) => expectQkv(device, random, { ...without, dtype }));
      }
    },
  );

  test('MLA: the last 64 of 576 of a shared key, and of the 192 of each query head', async () => {
    const mla = {
      dtype,
      headDim: 192,
      config: { rotaryDim: 64 },
      pairing: 'interleaved',
      tokens: 4,
      q: { heads: 3, rotaryOffset: 128 },
      k: { heads: 1, headDim: 576, rotaryOffset: 512, cache: { capacity: 6 } },
      rows,
    } as const;
    await seeded(60, (random) => expectQkv(device, random, mla));
    const { rows: _rows, ...inPlace } = { ...mla, k: { heads: 1, headDim: 576, rotaryOffset: 512 } };
    await seeded(61, (random) => expectQkv(device, random, inPlace));
    // The first 512 and the last 64 of a key as tensors of their own, the cache written by two bindings' worth of elements.
    const split = {
      ...mla,
      k: { heads: 1, headDim: 64, strides: { token: 576 }, offset: 512 },
      pairing: 'half',
    } as const;
    const { rows: _none, ...dense } = split;
    await seeded(62, (random) => expectQkv(device, random, dense));
  });

  test.each([
    ['a rotary offset that begins no chunk', 40, 16, 12],
    ['one that begins a chunk of four elements', 40, 16, 4],
    ['one that begins a chunk of eight', 64, 32, 8],
    ['one at the end of a head', 96, 32, 64],
  ] as const)('%s', async (_name, headDim, rotaryDim, rotaryOffset) => {
    for (const pairing of ['half', 'interleaved'] as const) {
      const { q, k, ...rest } = plain(headDim, { pairing, config: { rotaryDim } });
      const c = { ...rest, dtype, q: { ...q!, rotaryOffset }, k: { ...k!, rotaryOffset } };
      await seeded(63, (random) => expectQkv(device, random, c));
      const of = {
        ...c,
        q: { heads: 3, rotaryOffset },
        k: { heads: 1, rotaryOffset, cache: { capacity: 5 } },
      };
      await seeded(64, (random) => expectQkv(device, random, of));
    }
  });

  test.each(['bshd', 'bhsd'] as const)('%s caches and tensors, at offsets', async (layout) => {
    const other = layout === 'bshd' ? 'bhsd' : 'bshd';
    const c = plain(64, {
      q: { heads: 3, norm, layout, offset: 8 },
      k: { heads: 2, norm, layout: other, offset: 16, cache: { capacity: 5, layout, offset: 24 } },
      v: { heads: 2, layout, cache: { capacity: 5, layout: other, offset: 4 } },
    });
    await seeded(65, (random) => expectQkv(device, random, { ...c, dtype }));
  });

  test('strides that leave gaps, in the tensors and in the caches', async () => {
    const strides = { head: 72, token: 160, batch: 1000 };
    const c = plain(64, {
      q: { heads: 2, norm, strides: { head: 68, token: 140 } },
      k: { heads: 2, norm, strides, cache: { capacity: 5, strides: { head: 66, token: 134, batch: 700 } } },
      v: {
        heads: 2,
        strides: { token: 130 },
        cache: { capacity: 5, layout: 'bhsd', strides: { token: 64, head: 400 } },
      },
    });
    await seeded(66, (random) => expectQkv(device, random, { ...c, dtype }));
  });

  describe('packed QKV, [tokens, 4 + 2 + 2 heads]', () => {
    const packed = (headDim: number, part: 'norm' | 'plain'): Pick<QkvCase, 'q' | 'k' | 'v'> => {
      const common = { buffer: 'qkv', strides: { token: 8 * headDim }, ...(part === 'norm' && { norm }) };
      return {
        q: { heads: 4, ...common },
        k: { heads: 2, offset: 4 * headDim, ...common, cache: { capacity: 7, dtype: 'f16' } },
        v: {
          heads: 2,
          buffer: 'qkv',
          strides: { token: 8 * headDim },
          offset: 6 * headDim,
          cache: { capacity: 7, dtype: 'f16' },
        },
      };
    };

    test.each([64, 72, 20])('heads of %i', async (headDim) => {
      for (const part of ['norm', 'plain'] as const) {
        await seeded(67, (random) =>
          expectQkv(device, random, { ...plain(headDim, packed(headDim, part)), dtype, tokens: 6 }),
        );
      }
    });

    test('heads of 64, one token, ids and slots', async () => {
      const positions = { type: 'ids', ids: [77] } as const;
      await seeded(68, (random) =>
        expectQkv(device, random, {
          ...plain(64, packed(64, 'norm')),
          dtype,
          tokens: 1,
          batch: 1,
          positions,
          rows: { type: 'slots', slots: [6] },
        }),
      );
    });

    test('K stays in place, V goes to its cache', async () => {
      const { q, k, v } = packed(64, 'norm');
      const { cache: _cache, ...inPlace } = k!;
      await seeded(69, (random) =>
        expectQkv(device, random, { ...plain(64, { q: q!, k: inPlace, v: v! }), dtype }),
      );
    });
  });

  test.each(['q', 'k', 'v', 'q k', 'q v', 'k v'])('only %s', async (names) => {
    for (const normed of [true, false]) {
      const parts = plain(64);
      const kept = names.split(' ').map((name) => {
        const part = parts[name as 'q' | 'k' | 'v'] as PartCase;
        const { norm: _norm, ...rest } = part;
        return [name, normed ? part : rest] as const;
      });
      const { q: _q, k: _k, v: _v, rows: of, ...rest } = parts;
      const c = { ...rest, ...(names !== 'q' && { rows: of! }), ...Object.fromEntries(kept), dtype };
      await seeded(70, (random) => expectQkv(device, random, c));
    }
  });

  test('more tokens and heads than a workgroup serves', async () => {
    const c = plain(16, {
      tokens: 131,
      batch: 3,
      q: { heads: 17, norm },
      k: { heads: 5, norm, cache: { capacity: 140 } },
    });
    const v = { heads: 5, cache: { capacity: 140 } };
    await seeded(71, (random) => expectQkv(device, random, { ...c, v, dtype }));
  });
});

test('shapes drawn at random, one seed each', async () => {
  for (let seed = 1000; seed < 1040; seed++) {
    await seeded(seed, (random) => expectQkv(device, random, randomCase(seed)));
  }
});

/** A case of any shape: what is drawn depends on the seed alone. */
function randomCase(seed: number): QkvCase {
  const random = createRandom(seed);
  const dtype = random.pick(dtypes);
  const headDim = random.integer(2, 40) * 4;
  const rotaryDim = random.integer(1, headDim / 4) * 4;
  const tokens = random.integer(1, 9);
  const batch = random.integer(1, 3);
  const capacity = tokens + random.integer(0, 4);
  const kHeads = random.integer(1, 3);
  const normOf = (): Pick<PartCase, 'norm'> =>
    random.integer(0, 2) === 0
      ? {}
      : {
          norm: { over: random.pick(['head', 'heads'] as const), onePlusWeight: random.integer(0, 1) === 1 },
        };
  const layoutOf = () => random.pick(['bshd', 'bhsd'] as const);
  const cache = () => ({
    capacity,
    layout: layoutOf(),
    dtype: random.pick(dtypes),
    offset: 4 * random.integer(0, 3),
  });
  const offset = (): number => 2 * random.integer(0, 5);
  const rotaryOffset = (): number => 2 * random.integer(0, (headDim - rotaryDim) / 2);
  return {
    dtype,
    headDim,
    pairing: random.pick(['half', 'interleaved'] as const),
    config: { rotaryDim },
    tokens,
    batch,
    q: {
      heads: kHeads * random.integer(1, 4),
      ...normOf(),
      layout: layoutOf(),
      offset: offset(),
      rotaryOffset: rotaryOffset(),
    },
    k: {
      heads: kHeads,
      ...normOf(),
      layout: layoutOf(),
      offset: offset(),
      rotaryOffset: rotaryOffset(),
      cache: cache(),
    },
    v: { heads: kHeads, layout: layoutOf(), offset: offset(), cache: cache() },
    positions: { type: 'start', start: random.integer(0, 8000) },
    rows: { type: 'first', first: random.integer(0, capacity - tokens) },
  };
}
