import { afterAll, describe, test } from 'vitest';
import { getDevice, releaseDevice } from '../support/gpu';
import { expectQkv, type NormCase, type QkvCase } from '../support/qkv-case';
import { seeded } from '../support/random';

// Every dtype of the projections and of the caches, every norm, both pairings, against the reference.

const device = await getDevice();
afterAll(releaseDevice);

const dtypes = ['f32', 'f16', 'bf16'] as const;
const norms: readonly [name: string, norm: NormCase | undefined][] = [
  ['no norm', undefined],
  ['a norm of each head', { weights: 'numbers' }],
  ['a norm over all heads', { over: 'heads' }],
  ['a norm of 1 + weight', { onePlusWeight: true, epsilon: 1e-5 }],
];

/** Three heads of Q for each of K and V, five tokens of two sequences. */
const grouped = (part: Partial<QkvCase>, norm: NormCase | undefined): Omit<QkvCase, 'dtype'> => ({
  headDim: 64,
  tokens: 5,
  batch: 2,
  q: { heads: 6, ...(norm && { norm }) },
  k: { heads: 2, ...(norm && { norm }), cache: { capacity: 9 } },
  v: { heads: 2, cache: { capacity: 9 } },
  rows: { type: 'first', first: 3 },
  positions: { type: 'start', start: 4321 },
  ...part,
});

describe.each(dtypes)('%s', (dtype) => {
  describe.each(norms)('%s', (_name, norm) => {
    test.each(['half', 'interleaved'] as const)(
      '%s: Q in place, K and V to a cache of any dtype',
      async (pairing) => {
        for (const [at, of] of dtypes.entries()) {
          const { k, v, ...rest } = grouped({ pairing }, norm);
          const to = <P extends QkvCase['v'] | QkvCase['k']>(part: P): P =>
            ({ ...part, cache: { ...part!.cache, dtype: of } }) as P;
          await seeded(10 + at, (random) =>
            expectQkv(device, random, { ...rest, dtype, k: to(k), v: to(v) }),
          );
        }
      },
    );

    test('Q and K in place, K at rows of its cache', async () => {
      const { q, tokens, ...rest } = grouped({}, norm);
      const k = { heads: 2, capacity: 7, ...(norm && { norm }) };
      const { v: _v, ...both } = rest;
      const slots = [6, 0, 3, 1, 5, 2];
      const rows = { type: 'slots', slots, perSequence: true } as const;
      await seeded(20, (random) => expectQkv(device, random, { ...both, q: q!, k, dtype, tokens: 3, rows }));
      await seeded(tokens, (random) =>
        expectQkv(device, random, { ...both, k, dtype, tokens, rows: { type: 'first', first: 2 } }),
      );
    });

    test('Q and K in place, dense', async () => {
      const { q, rows: _rows, v: _v, ...rest } = grouped({}, norm);
      const k = { heads: 2, ...(norm && { norm }) };
      await seeded(21, (random) => expectQkv(device, random, { ...rest, q: q!, k, dtype }));
    });

    test('special values stay within their pair, or within their head', async () => {
      for (const of of dtypes) {
        const { k, v, ...rest } = grouped({ special: true, config: { rotaryDim: 32 } }, norm);
        const cache = { capacity: 9, dtype: of };
        await seeded(30, (random) =>
          expectQkv(device, random, { ...rest, dtype, k: { ...k!, cache }, v: { ...v!, cache } }),
        );
      }
    });
  });

  test('a norm of V as well, of nothing but ones (Gemma 4)', async () => {
    const norm = { weights: 'none' } as const;
    const { v, ...rest } = grouped({}, { onePlusWeight: true });
    for (const of of dtypes) {
      const cache = { capacity: 9, dtype: of };
      await seeded(40, (random) => expectQkv(device, random, { ...rest, dtype, v: { ...v!, norm, cache } }));
    }
  });

  test('a layer that does not rotate: norms and caches alone', async () => {
    const { positions: _positions, ...rest } = grouped({ rotates: false }, {});
    await seeded(41, (random) => expectQkv(device, random, { ...rest, dtype }));
    const { q: _q, ...plain } = grouped({ rotates: false }, undefined);
    await seeded(42, (random) => expectQkv(device, random, { ...plain, dtype }));
  });

  test('one token: a decode step of 8 sequences at rows of their own', async () => {
    const positions = { type: 'ids', ids: [5, 99, 4095, 0, 7, 8, 8191, 1], perSequence: true } as const;
    const rows = { type: 'slots', slots: [3, 0, 1, 8, 8, 2, 5, 4], perSequence: true } as const;
    const c = grouped({ tokens: 1, batch: 8, positions, rows, headDim: 128 }, {});
    await seeded(43, (random) => expectQkv(device, random, { ...c, dtype }));
  });
});
