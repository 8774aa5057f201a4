import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeDtypes, uploadTensor } from 'webgpu-rope';
import { rerotateReferenceExact } from 'webgpu-rope/reference';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { limitedDevice } from '../support/limited-device';
import { createRandom } from '../support/random';
import { expectRotation, type RotationCase, rotationOf, submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

const device = await getDevice();

/** DeepSeek V3's heads of 192, of which the last 64 rotate; others whose words or chunks do not line up. */
const widths = [
  { headDim: 192, rotaryDim: 64 },
  { headDim: 80, rotaryDim: 20 },
  { headDim: 26, rotaryDim: 6 },
  { headDim: 64, rotaryDim: 64 },
];

describe.each(ropeDtypes)('the last elements of a head, %s', (dtype) => {
  for (const pairing of ['half', 'interleaved'] as const) {
    test.each(widths)(
      `${pairing}, $rotaryDim of $headDim: within the contract, the first ones bit-identical`,
      async (width) => {
        const base = { dtype, pairing, ...width, placement: 'last', tokens: 5, start: 70 } as const;
        const cases: Pick<RotationCase, 'q' | 'k' | 'batch'>[] = [
          { q: { heads: 3, offset: 8 }, k: { heads: 2, capacity: 8, first: 3 } },
          { batch: 2, q: { heads: 2, layout: 'bhsd' } },
        ];
        for (const c of cases) {
          await withErrorScope(device, (own) =>
            expectRotation(device, own, createRandom(11), { ...base, ...c }),
          );
        }
      },
    );
  }
});

describe.each(ropeDtypes)('the reversed direction, %s', (dtype) => {
  test.each(['half', 'interleaved'] as const)(
    '%s: the angle is minus position times frequency',
    async (pairing) => {
      const c = { dtype, pairing, headDim: 64, direction: 'reversed', tokens: 7, start: 1000 } as const;
      await withErrorScope(device, (own) =>
        expectRotation(device, own, createRandom(12), { ...c, q: { heads: 3 }, k: { heads: 2 } }),
      );
    },
  );
});

test('reversed and last together, moved to other positions: rerotate keeps both', async () => {
  await withErrorScope(device, async (own) => {
    const [headDim, rotaryDim, tokens, heads] = [96, 32, 9, 3];
    const config = { headDim, rotaryDim, placement: 'last', direction: 'reversed' } as const;
    const before = guardedTensor('f32', { headDim, tokens, heads }, createRandom(13));
    const rope = own(await createRope(device, config, { dtypes: ['f32'] }));
    const buffer = own(uploadTensor(device, before, 'f32'));
    const k = { buffer, heads, dtype: 'f32' } as const;
    submitPass(device, (pass) => rope.rerotate(pass, k, { tokens, from: { start: 512 }, to: { start: 3 } }));
    const after = await readTensor(device, buffer, 'f32');
    const c = { dtype: 'f32', pairing: 'half', ...config, tokens, start: 3 } as const;
    const { positions, inverseFrequencies, ...place } = rotationOf(c, { heads });
    const rotations = {
      ...place,
      from: { positions: 512, inverseFrequencies },
      to: { positions, inverseFrequencies },
    };
    expectContract({ before, after, rotations });
    expect(rerotateReferenceExact(before, rotations)[0]).toBe(before[0]);
  });
});

test('past one binding: pieces begin at heads, the rotation at their last elements', async () => {
  const small = await limitedDevice({ maxStorageBufferBindingSize: 2 ** 20 });
  await withErrorScope(small, async (own) => {
    const c = { dtype: 'f32', pairing: 'half', headDim: 192, rotaryDim: 64, placement: 'last' } as const;
    await expectRotation(small, own, createRandom(14), { ...c, tokens: 500, start: 5, q: { heads: 4 } });
  });
});

test('16-bit heads of an odd width cannot begin at their last elements', async () => {
  await withErrorScope(device, async (own) => {
    const config = { headDim: 65, rotaryDim: 32, placement: 'last' } as const;
    const rope = own(await createRope(device, config, { dtypes: ['f16'] }));
    const buffer = own(uploadTensor(device, new Float32Array(200), 'f16'));
    const strides = { token: 132, head: 66 };
    expect(() => rope.bind({ q: { buffer, heads: 2, strides }, dtype: 'f16' })).toThrow(
      'headDim: expected a multiple of 2 elements of f16 (4-byte words), got 65',
    );
  });
});
