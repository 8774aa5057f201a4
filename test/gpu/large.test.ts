import { describe, expect, test } from 'vitest';
import { createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { applyRopeReference } from 'webgpu-rope/reference';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import {
  expectRotation,
  type RotationCase,
  rotationOf,
  type Side,
  submitPass,
  tensorOf,
} from '../support/rotation-case';

// Past one dispatch and past one binding, on a device with default limits: 65 535 workgroups a dimension, 128 MiB a
// binding, 256 MiB a buffer.

const device = await getDevice();
const binding = 2 ** 27;

test('the shared device has the default limits', () => {
  expect(device.limits.maxComputeWorkgroupsPerDimension).toBe(65_535);
  expect(device.limits.maxStorageBufferBindingSize).toBe(binding);
});

test.each(['half', 'interleaved'] as const)('%s: 160 000 workgroups go on along y', async (pairing) => {
  const c: RotationCase = {
    dtype: 'f32',
    pairing,
    headDim: 8,
    tokens: 80_000,
    start: 3,
    q: { heads: 1 },
    k: { heads: 1 },
    options: { tuning: { workgroupSize: 1, invocations: 2 ** 20 } },
  };
  await withErrorScope(device, (own) => expectRotation(device, own, createRandom(8), c));
  await withErrorScope(device, (own) => expectRotation(device, own, createRandom(8), { ...c, headDim: 4 }));
});

/** Numbers in -1..1, an odd stretch of them over and over: fast, and no two rows alike at any power of two. */
function tiled(elements: number): Float32Array {
  const random = createRandom(elements);
  const tile = Float32Array.from({ length: 99_991 }, () => 2 * random.next() - 1);
  const data = new Float32Array(elements);
  for (let at = 0; at < elements; at += tile.length) data.set(tile.subarray(0, elements - at), at);
  return data;
}

/** Rotates tensors that share one large buffer or have one each, and compares every element with the reference. */
async function expectLarge(
  c: Omit<RotationCase, 'dtype' | 'pairing'>,
  elements: number,
  shared: boolean,
): Promise<void> {
  await withErrorScope(device, async (own) => {
    const full: RotationCase = { dtype: 'f32', pairing: 'half', ...c };
    const sides = (['q', 'k'] as const).flatMap((name) => (c[name] ? [{ name, side: c[name] as Side }] : []));
    const arrays = (shared ? [0] : sides).map(() => tiled(elements));
    const buffers = arrays.map((array) => own(uploadTensor(device, array, 'f32')));
    const rope = own(await createRope(device, { headDim: c.headDim }, { dtypes: ['f32'] }));
    const binding = sides.map(({ name, side }, i) => [
      name,
      tensorOf(side, buffers[shared ? 0 : i] as GPUBuffer),
    ]);
    const layer = rope.bind({ ...Object.fromEntries(binding), dtype: 'f32' });
    const { tokens, start, batch = 1 } = c;
    submitPass(device, (pass) => {
      layer.encode(pass, { tokens, start, batch, qFirst: c.q?.first ?? 0, kFirst: c.k?.first ?? 0 });
    });
    sides.forEach(({ side }, i) => {
      applyRopeReference(arrays[shared ? 0 : i] as Float32Array, rotationOf(full, side));
    });
    for (const [i, expected] of arrays.entries()) {
      const after = await readTensor(device, buffers[i] as GPUBuffer, 'f32');
      let worst = 0;
      for (let at = 0; at < expected.length; at++) {
        worst = Math.max(worst, Math.abs((after[at] as number) - (expected[at] as number)));
      }
      // The contract with m at most 1, and one rounding of the reference to f32 on top.
      expect(worst).toBeLessThanOrEqual(5e-7 + 2 ** -23);
      expect(after.length).toBe(expected.length);
    }
  });
}

describe('tensors past one binding', () => {
  const headDim = 128;
  const elements = 40 * 2 ** 20; // 160 MiB

  test('bshd: split by token', () =>
    expectLarge({ headDim, tokens: 40_000, start: 5, q: { heads: 8, offset: 64 } }, elements, false));

  test('bshd, batch 3', () =>
    expectLarge(
      { headDim, tokens: 13_000, batch: 3, start: 5, q: { heads: 8, offset: 4 } },
      elements,
      false,
    ));

  test('bhsd: split by head', () =>
    expectLarge({ headDim, tokens: 40_000, start: 5, q: { heads: 8, layout: 'bhsd' } }, elements, false));

  test('bhsd, batch 2, from row 900 of its cache on', () =>
    expectLarge(
      {
        headDim,
        tokens: 1000,
        batch: 2,
        start: 900,
        k: { heads: 8, layout: 'bhsd', capacity: 20_000, first: 900 },
      },
      elements,
      false,
    ));

  test('tokens outside batch', () =>
    expectLarge(
      {
        headDim,
        tokens: 13_000,
        batch: 3,
        start: 5,
        q: { heads: 8, strides: { batch: 8 * headDim, token: 3 * 8 * headDim } },
      },
      elements,
      false,
    ));

  test('Q and K far apart in one arena', () =>
    expectLarge(
      {
        headDim,
        tokens: 2000,
        start: 5,
        q: { heads: 8, offset: 12 },
        k: { heads: 2, offset: 38 * 2 ** 20 + 4, layout: 'bhsd' },
      },
      elements,
      true,
    ));

  test('packed QKV', () => {
    const token = 12 * headDim;
    return expectLarge(
      {
        headDim,
        tokens: 27_000,
        start: 5,
        q: { heads: 8, strides: { token } },
        k: { heads: 2, offset: 8 * headDim, strides: { token } },
      },
      elements,
      true,
    );
  });

  test('token rows of 77 MB: more than half a binding', () =>
    expectLarge({ headDim, tokens: 2, start: 5, q: { heads: 150_001, offset: 4 } }, elements, false));
});

test('a token row, or a head, that alone exceeds a binding is a RangeError', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim: 128 }, { dtypes: ['f32'] }));
    const size = 2 ** 28;
    const buffer = own(device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
    const rows = rope.bind({ q: { buffer, heads: binding / 512 + 1 }, dtype: 'f32' });
    const heads = rope.bind({
      q: { buffer, heads: 1, layout: 'bhsd', strides: { token: 256 } },
      dtype: 'f32',
    });
    submitPass(device, (pass) => {
      expect(() => rows.encode(pass, { tokens: 1, start: 0 })).toThrow(
        'q: expected a token row of at most 134217728 bytes (maxStorageBufferBindingSize), got 134218240',
      );
      expect(() => heads.encode(pass, { tokens: 2 ** 17 + 1, start: 0 })).toThrow(
        'q: expected a head of at most 134217728 bytes (maxStorageBufferBindingSize), got 134218240',
      );
    });
  });
});
