import { describe, expect, test } from 'vitest';
import { createQkv, createRope, type RopeDtype, readTensor, uploadTensor } from 'webgpu-rope';
import { expectSameBits } from '../support/compare';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// One encode gives the bits of separate ones: norm, rotation in place, cache write; where no rounding between them is left out.

const device = await getDevice();

const heads = { q: 6, k: 2, v: 2 } as const;
const tokens = 7;
const capacity = 11;

interface Composition {
  readonly dtype: RopeDtype;
  readonly cacheDtype: RopeDtype;
  readonly headDim: number;
  readonly rotaryDim: number;
  readonly pairing: 'half' | 'interleaved';
  readonly normed: boolean;
}

async function expectComposed({
  dtype,
  cacheDtype,
  headDim,
  rotaryDim,
  pairing,
  normed,
}: Composition): Promise<void> {
  await withErrorScope(device, async (own) => {
    const random = createRandom(headDim + rotaryDim);
    const rope = own(
      await createRope(device, { headDim, rotaryDim, pairing }, { dtypes: [dtype], capacity: 4096 }),
    );
    const qkv = own(createQkv(rope));
    const values = (['q', 'k', 'v'] as const).map((name) =>
      randomTensor(dtype, tokens * heads[name] * headDim, random),
    );
    const weights = ['q', 'k'].map(() => Float32Array.from({ length: headDim }, () => random.normal()));
    const zeros = new Uint16Array(capacity * heads.k * headDim * 2);
    const inputs = () =>
      values.map((tensor) => own(uploadTensor(device, tensor, dtype, { as: 'bits' }))) as [
        GPUBuffer,
        GPUBuffer,
        GPUBuffer,
      ];
    const caches = () =>
      [0, 1].map(() => own(uploadTensor(device, zeros, 'bf16', { as: 'bits' }))) as [GPUBuffer, GPUBuffer];
    const normOf = (at: number) => (normed ? { norm: { weight: weights[at]!, epsilon: 1e-6 } } : {});
    const rows = { type: 'first', first: 2 } as const;

    const [q, k, v] = inputs();
    const [kCache, vCache] = caches();
    submitPass(device, (pass) => {
      qkv
        .bind({
          q: { buffer: q, heads: heads.q, ...normOf(0) },
          k: {
            buffer: k,
            heads: heads.k,
            ...normOf(1),
            cache: { buffer: kCache, capacity, dtype: cacheDtype },
          },
          v: { buffer: v, heads: heads.v, cache: { buffer: vCache, capacity, dtype: cacheDtype } },
          dtype,
        })
        .encode(pass, { tokens, start: 1234, rows });
    });

    const [q2, k2, v2] = inputs();
    const [kCache2, vCache2] = caches();
    submitPass(device, (pass) => {
      const both = { q: { buffer: q2, heads: heads.q }, k: { buffer: k2, heads: heads.k } };
      if (normed) {
        const norms = { q: { ...both.q, ...normOf(0) }, k: { ...both.k, ...normOf(1) } };
        qkv.bind({ ...norms, dtype, rotates: false }).encode(pass, { tokens });
      }
      rope.bind({ ...both, dtype }).encode(pass, { tokens, start: 1234 });
      qkv
        .bind({
          k: { ...both.k, cache: { buffer: kCache2, capacity, dtype: cacheDtype } },
          v: { buffer: v2, heads: heads.v, cache: { buffer: vCache2, capacity, dtype: cacheDtype } },
          dtype,
          rotates: false,
        })
        .encode(pass, { tokens, rows });
    });

    for (const [name, fused, composed] of [
      ['q', q, q2],
      ['k cache', kCache, kCache2],
      ['v cache', vCache, vCache2],
    ] as const) {
      const bits = await readTensor(device, fused, 'bf16');
      expectSameBits(bits, await readTensor(device, composed, 'bf16'), name);
      expect(bits.some((half) => half !== 0)).toBe(true);
    }
    // What went to a cache was only read.
    expectSameBits(await readTensor(device, k, dtype), values[1]!, 'k');
  });
}

describe.each(['half', 'interleaved'] as const)('%s', (pairing) => {
  describe.each([
    [64, 64],
    [128, 64],
    [80, 32],
    [20, 6],
  ])('heads of %i, %i of them rotated', (headDim, rotaryDim) => {
    const shape = { headDim, rotaryDim, pairing };

    test.each(['f32', 'f16', 'bf16'] as const)('f32 with norms, to caches of %s', async (cacheDtype) => {
      await expectComposed({ ...shape, dtype: 'f32', cacheDtype, normed: true });
    });

    test.each(['f32', 'f16', 'bf16'] as const)(
      '%s without norms, to a cache of its own dtype',
      async (dtype) => {
        await expectComposed({ ...shape, dtype, cacheDtype: dtype, normed: false });
      },
    );
  });
});
