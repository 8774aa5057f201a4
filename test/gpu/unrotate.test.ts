import { describe, expect, test } from 'vitest';
import { createRope, readTensor, uploadTensor, xposCaches } from 'webgpu-rope';
import { applyRopeReference, rerotateReference } from 'webgpu-rope/reference';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

// Un-rotating divides by cos^2 + sin^2, which vanishes or overflows in float32 where a table's entries are far from 1.

const device = await getDevice();

/** Tensors after a rotation, and after it was taken away. */
async function thereAndBack(
  caches: { cosCache: Float32Array; sinCache: Float32Array },
  values: Float32Array,
  position: number,
): Promise<{ there: Float32Array; back: Float32Array }> {
  return withErrorScope(device, async (own) => {
    const headDim = values.length;
    const rope = own(await createRope(device, { headDim, ...caches }, { dtypes: ['f32'] }));
    const buffer = own(uploadTensor(device, values, 'f32'));
    const layer = rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' });
    submitPass(device, (pass) => layer.encode(pass, { tokens: 1, start: position }));
    const there = (await readTensor(device, buffer, 'f32')) as Float32Array;
    submitPass(device, (pass) => layer.encode(pass, { tokens: 1, start: position, inverse: true }));
    return { there, back: (await readTensor(device, buffer, 'f32')) as Float32Array };
  });
}

/**
 * Two rotations of 5e-7 of the larger element of the pair, each; these pairs have elements of 1 to 4. What the first lost by
 * falling below the normal numbers cannot come back: 2^-124 over the length of the entry.
 */
function expectBack(back: Float32Array, values: Float32Array, length: number): void {
  values.forEach((value, i) => {
    expect(Math.abs((back[i] as number) - value)).toBeLessThan(4 * 1e-6 + 2 ** -124 / length);
  });
}

describe('xPos, far from its centre', () => {
  const values = Float32Array.of(1, 2, 3, 4);
  for (const position of [16_000, 17_800, 18_000, 18_200, 19_000, 24_000, 30_000]) {
    test.each(['query', 'key'] as const)(`%s at ${position} and back`, async (side) => {
      const caches = xposCaches({ headDim: 4 }, position + 1, { center: 0 })[side];
      const { there, back } = await thereAndBack(caches, values, position);
      expect(there.every(Number.isFinite)).toBe(true);
      const at = position * 2;
      const lengths = [0, 1].map((i) => Math.hypot(caches.cosCache[at + i]!, caches.sinCache[at + i]!));
      expectBack(back, values, Math.min(...lengths));
    });
  }
});

test('entries of every size: elements come back', async () => {
  for (const size of [1e-30, 1e-25, 1e-19, 3e-19, 1e-5, 1, 1e5, 1e18, 3e19, 1e30]) {
    const caches = {
      cosCache: Float32Array.of(size, -size, 0, size),
      sinCache: Float32Array.of(0, size / 3, -size, size * 1e-6),
    };
    const values = Float32Array.of(1, -2, 0.5, 1, 2, 1, -1, 0.25);
    expectBack((await thereAndBack(caches, values, 0)).back, values, size);
  }
});

test('an entry of zeros makes zeros, there and back, on the GPU and in the reference', async () => {
  const caches = { cosCache: Float32Array.of(1, 0, 1, 0.5), sinCache: Float32Array.of(0, 0, 1, 0.5) };
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const { back } = await thereAndBack(caches, values, 0);
  expect([...back]).toEqual([
    1,
    0,
    expect.closeTo(3, 5),
    expect.closeTo(4, 5),
    5,
    0,
    expect.closeTo(7, 5),
    expect.closeTo(8, 5),
  ]);
  const expected = values.slice();
  const common = { dtype: 'f32', heads: 1, headDim: 8, tokens: 1, pairing: 'half', ...caches } as const;
  applyRopeReference(expected, { ...common, positions: 0 });
  applyRopeReference(expected, { ...common, positions: 0, inverse: true });
  expect([...expected]).toEqual([1, 0, 3, 4, 5, 0, 7, 8].map((value) => expect.closeTo(value, 5)));
});

test('keys that were rotated by an entry of zeros move to zeros', async () => {
  await withErrorScope(device, async (own) => {
    const caches = { cosCache: Float32Array.of(1, 0, 1, 1), sinCache: Float32Array.of(0, 0, 1, 0) };
    const rope = own(await createRope(device, { headDim: 4, ...caches }, { dtypes: ['f32'] }));
    const values = Float32Array.of(1, 2, 3, 4);
    const buffer = own(uploadTensor(device, values, 'f32'));
    submitPass(device, (pass) =>
      rope.rerotate(
        pass,
        { buffer, heads: 1, dtype: 'f32' },
        { tokens: 1, from: { start: 0 }, to: { start: 1 } },
      ),
    );
    const expected = values.slice();
    rerotateReference(expected, {
      dtype: 'f32',
      heads: 1,
      headDim: 4,
      tokens: 1,
      pairing: 'half',
      from: { positions: 0, ...caches },
      to: { positions: 1, ...caches },
    });
    expect(await readTensor(device, buffer, 'f32')).toEqual(expected);
    expect(expected[1]).toBe(0);
  });
});
