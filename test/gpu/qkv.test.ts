import { describe, test } from 'vitest';
import type { RopeDtype } from 'webgpu-rope';
import { getDevice } from '../support/gpu';
import { expectQkv, type NormCase, type QkvCase } from '../support/qkv-case';
import { seeded } from '../support/random';

// Every dtype of the projections and of the caches, every norm, both pairings, against the reference.

const device = await getDevice();

const dtypes = ['f32', 'f16', 'bf16'] as const;
const norms: readonly [name: string, norm: NormCase | undefined][] = [
  ['no norm', undefined],
  ['a norm of each head', { weights: 'numbers' }],
  ['a norm over all heads', { over: 'heads' }],
  ['a norm of 1 + weight', { onePlusWeight: true, epsilon: 1e-5 }],
];

/** A shape, a norm of Q and K, and the dtype of the caches. */
interface Choice extends Partial<Omit<QkvCase, 'q' | 'k' | 'v'>> {
  readonly dtype: RopeDtype;
  readonly norm: NormCase | undefined;
  readonly of?: RopeDtype;
}

/** Three heads of Q for each of K and V, five tokens of two sequences. */
function grouped({ norm, of, ...rest }: Choice): QkvCase & Required<Pick<QkvCase, 'q' | 'k' | 'v'>> {
  const cache = { capacity: 9, ...(of && { dtype: of }) };
  return {
    headDim: 64,
    tokens: 5,
    batch: 2,
    q: { heads: 6, ...(norm && { norm }) },
    k: { heads: 2, ...(norm && { norm }), cache },
    v: { heads: 2, cache },
    rows: { type: 'first', first: 3 },
    positions: { type: 'start', start: 4321 },
    ...rest,
  };
}

describe.each(dtypes)('%s', (dtype) => {
  describe.each(norms)('%s', (_name, norm) => {
    describe.each(dtypes)('caches of %s', (of) => {
      test.each(['half', 'interleaved'] as const)(
        '%s: Q in place, K and V to their caches',
        async (pairing) => {
          const c = grouped({ dtype, norm, of, pairing });
          await seeded(10, (random) => expectQkv(device, random, c));
        },
      );

      test('special values stay within their pair, or within their head', async () => {
        const c = grouped({ dtype, norm, of, special: true, config: { rotaryDim: 32 } });
        await seeded(30, (random) => expectQkv(device, random, c));
      });
    });

    test('Q and K in place, K at rows of its cache', async () => {
      const { v: _v, ...rest } = grouped({ dtype, norm });
      const k = { heads: 2, capacity: 7, ...(norm && { norm }) };
      const rows = { type: 'slots', slots: [6, 0, 3, 1, 5, 2], perSequence: true } as const;
      await seeded(20, (random) => expectQkv(device, random, { ...rest, k, tokens: 3, rows }));
      const { q: _q, ...alone } = rest;
      await seeded(21, (random) =>
        expectQkv(device, random, { ...alone, k, rows: { type: 'first', first: 2 } }),
      );
    });

    test('Q and K in place, dense', async () => {
      const { rows: _rows, v: _v, ...rest } = grouped({ dtype, norm });
      const k = { heads: 2, ...(norm && { norm }) };
      await seeded(22, (random) => expectQkv(device, random, { ...rest, k }));
    });
  });

  test.each(dtypes)('a norm of V as well, of nothing but ones (Gemma 4), caches of %s', async (of) => {
    const { v, ...rest } = grouped({ dtype, of, norm: { onePlusWeight: true } });
    const norm = { weights: 'none' } as const;
    await seeded(40, (random) => expectQkv(device, random, { ...rest, v: { ...v, norm } }));
  });

  test('a layer that does not rotate: norms and caches alone', async () => {
    const { positions: _positions, ...rest } = grouped({ dtype, norm: {}, rotates: false });
    await seeded(41, (random) => expectQkv(device, random, rest));
    const { q: _q, ...plain } = grouped({ dtype, norm: undefined, rotates: false });
    await seeded(42, (random) => expectQkv(device, random, plain));
  });

  test('one token: a decode step of 8 sequences at rows of their own', async () => {
    const positions = { type: 'ids', ids: [5, 99, 4095, 0, 7, 8, 8191, 1], perSequence: true } as const;
    const rows = { type: 'slots', slots: [3, 0, 1, 8, 8, 2, 5, 4], perSequence: true } as const;
    const c = grouped({ dtype, norm: {}, tokens: 1, batch: 8, positions, rows, headDim: 128 });
    await seeded(43, (random) => expectQkv(device, random, c));
  });
});
