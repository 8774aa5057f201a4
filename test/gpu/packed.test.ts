import { describe, expect, test } from 'vitest';
import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { type RotationCase, rotationOf, type Side, submitPass, tensorOf } from '../support/rotation-case';

const device = await getDevice();

/** Q and K in one buffer of random numbers: both rotated, all else (V, gaps) untouched. */
async function expectShared(c: RotationCase & { q: Side; k: Side }, elements: number): Promise<void> {
  await withErrorScope(device, async (own) => {
    const before = randomTensor(c.dtype, elements, createRandom(elements));
    const buffer = own(uploadTensor(device, before, c.dtype, { as: 'bits' }));
    const rope = own(
      await createRope(
        device,
        { headDim: c.headDim, rotaryDim: c.rotaryDim, pairing: c.pairing },
        { dtypes: [c.dtype] },
      ),
    );
    const layer = rope.bind({ q: tensorOf(c.q, buffer), k: tensorOf(c.k, buffer), dtype: c.dtype });
    const { tokens, start, batch = 1 } = c;
    submitPass(device, (pass) => {
      layer.encode(pass, { tokens, start, batch, qFirst: c.q.first ?? 0, kFirst: c.k.first ?? 0 });
    });
    const after = await readTensor(device, buffer, c.dtype);
    expectContract({ before, after, rotations: [rotationOf(c, c.q), rotationOf(c, c.k)] });
  });
}

describe.each(['f32', 'f16', 'bf16'] as const)('Q and K in one GPUBuffer, %s', (dtype) => {
  describe.each(['half', 'interleaved'] as const)('%s', (pairing) => {
    test.each([64, 20])('packed QKV [tokens, (4 + 2 + 2) heads, %i]', async (headDim) => {
      const token = 8 * headDim;
      await expectShared(
        {
          dtype,
          pairing,
          headDim,
          tokens: 7,
          start: 90,
          q: { heads: 4, strides: { token } },
          k: { heads: 2, offset: 4 * headDim, strides: { token } },
        },
        7 * token,
      );
    });

    test('packed QKV in batches of 3, K before Q, partial rotary', async () => {
      const token = 8 * 80;
      await expectShared(
        {
          dtype,
          pairing,
          headDim: 80,
          rotaryDim: 32,
          tokens: 5,
          batch: 3,
          start: 11,
          q: { heads: 4, offset: 2 * 80, strides: { token } },
          k: { heads: 2, strides: { token } },
        },
        15 * token,
      );
    });

    test('Q, K and V of each head side by side [tokens, heads, 3, 64] (GPT-NeoX)', async () => {
      const strides = { head: 3 * 64, token: 4 * 3 * 64 };
      await expectShared(
        {
          dtype,
          pairing,
          headDim: 64,
          tokens: 6,
          start: 5,
          q: { heads: 4, strides },
          k: { heads: 4, offset: 64, strides },
        },
        6 * 4 * 3 * 64,
      );
    });

    test('one after the other in an arena, K in a bhsd cache', async () => {
      await expectShared(
        {
          dtype,
          pairing,
          headDim: 64,
          tokens: 3,
          start: 8,
          q: { heads: 4, offset: 128 },
          k: { heads: 2, offset: 128 + 3 * 4 * 64 + 64, layout: 'bhsd', capacity: 10, first: 7 },
        },
        128 + 3 * 4 * 64 + 64 + 2 * 10 * 64 + 200,
      );
    });
  });
});

describe('Q and K that overlap are refused, the buffer untouched', () => {
  const refuse = async (q: Side, k: Side, tokens = 4, batch = 1): Promise<void> => {
    await withErrorScope(device, async (own) => {
      const before = randomTensor('f32', 8192, createRandom(1));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const rope = own(await createRope(device, { headDim: 64 }, { dtypes: ['f32'] }));
      const layer = rope.bind({ q: tensorOf(q, buffer), k: tensorOf(k, buffer), dtype: 'f32' });
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, { tokens, start: 0, batch })).toThrow(
          /^k: expected elements apart from those of q in the same buffer, got q at \d+\.\.\d+ and k at \d+\.\.\d+$/,
        );
      });
      expect(await readTensor(device, buffer, 'f32')).toEqual(before);
    });
  };

  test('the same tensor twice', () => refuse({ heads: 4 }, { heads: 4 }));
  test('a head in common', () =>
    refuse({ heads: 4, strides: { token: 512 } }, { heads: 4, offset: 3 * 64, strides: { token: 512 } }));
  test('half a head in common', () =>
    refuse({ heads: 1, strides: { token: 512 } }, { heads: 1, offset: 32, strides: { token: 512 } }));
  test('K wraps around into the Q of the next token', () =>
    refuse({ heads: 4, strides: { token: 512 } }, { heads: 5, offset: 4 * 64, strides: { token: 512 } }));
  test('different token strides that cross', () =>
    refuse({ heads: 1, strides: { token: 256 } }, { heads: 1, offset: 64, strides: { token: 192 } }));
});
