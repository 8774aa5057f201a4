import { afterAll, describe, expect, test } from 'vitest';
import { createQkv, createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { expectSameBits } from '../support/compare';
import { getDevice, withErrorScope } from '../support/gpu';
import { limitedDevice } from '../support/limited-device';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Packed Q, K and V past one binding are split into as many launches as it takes, and come out as without a limit.

const heads = { q: 4, k: 4, v: 12 };
const headDim = 16;
const row = (heads.q + heads.k + heads.v) * headDim;
const tokens = 6;
const guard = 64;

/** The packed tensor and both caches after an encode, which norms, rotates and writes the cache backwards. */
async function encoded(device: GPUDevice): Promise<Float32Array[]> {
  return withErrorScope(device, async (own) => {
    const random = createRandom(81);
    const upload = (length: number) =>
      own(uploadTensor(device, randomTensor('f32', length, random), 'f32', { as: 'bits' }));
    const [packed, kCache, vCache] = [
      upload(tokens * row + guard),
      upload(tokens * heads.k * headDim + guard),
      upload((tokens * heads.v * headDim) / 2 + guard),
    ];
    const slots = own(uploadTensor(device, new Float32Array(tokens), 'f32', { as: 'bits' }));
    device.queue.writeBuffer(
      slots,
      0,
      Int32Array.from({ length: tokens }, (_, i) => tokens - 1 - i),
    );
    const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 64 }));
    const qkv = own(createQkv(rope));
    const strides = { token: row, head: headDim };
    const norm = { epsilon: 1e-6 };
    const layer = qkv.bind({
      q: { buffer: packed, heads: heads.q, strides, norm },
      k: {
        ...{ buffer: packed, heads: heads.k, strides, offset: heads.q * headDim, norm },
        cache: { buffer: kCache, capacity: tokens },
      },
      v: {
        ...{ buffer: packed, heads: heads.v, strides, offset: (heads.q + heads.k) * headDim },
        cache: { buffer: vCache, capacity: tokens, dtype: 'f16' },
      },
      dtype: 'f32',
    });
    submitPass(device, (pass) =>
      layer.encode(pass, { tokens, start: 7, rows: { type: 'slots', buffer: slots } }),
    );
    return Promise.all(
      [packed, kCache, vCache].map(
        async (buffer) => (await readTensor(device, buffer, 'f32')) as Float32Array,
      ),
    );
  });
}

const devices: GPUDevice[] = [];
afterAll(() => {
  for (const device of devices) device.destroy();
});

describe('packed Q, K and V past a binding', () => {
  // Of 3584 bytes: three tokens of each fit, and three rows of all together do not.
  test.each([3584, 4096 + 252])('of %i bytes: as without a limit', async (limit) => {
    const device = await limitedDevice({ maxStorageBufferBindingSize: limit });
    devices.push(device);
    const [expected, got] = [await encoded(await getDevice()), await encoded(device)];
    for (const [i, name] of ['packed', 'K cache', 'V cache'].entries())
      expectSameBits(got[i]!, expected[i]!, name);
  });

  test('what is compared has been written', async () => {
    const [packed, kCache] = await encoded(await getDevice());
    // Token 0 goes to the last row, rotated by position 7: pairs of K keep their length, and its norm is 1 an element.
    const head = kCache!.subarray((tokens - 1) * heads.k * headDim).subarray(0, headDim);
    expect(head.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(headDim, 4);
    const q = packed!.subarray(0, headDim);
    expect(q.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(headDim, 4);
  });
});
