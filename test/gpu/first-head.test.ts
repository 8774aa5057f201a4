import { describe, expect, test } from 'vitest';
import { createRope, type RopeTuning, readTensor, ropeDtypes, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { expectRotation, type RotationCase, rotationOf, submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

// Hardware loads an invocation's first head before cos and sin; software adapters, on which these tests run, do not. So both are
// tried by name, with few groups of heads and with many: then an invocation's first head is one of K.

const device = await getDevice();
const tunings: RopeTuning[] = [true, false].flatMap((firstHeadAhead) =>
  [1, 2 ** 20].map((invocations) => ({ workgroupSize: 64, invocations, firstHeadAhead })),
);

describe.each(tunings)('%j', (tuning) => {
  for (const dtype of ropeDtypes) {
    test.each(['half', 'interleaved'] as const)(
      `${dtype}, %s: Q and K, Q alone, K alone, a batch`,
      async (pairing) => {
        const base = { dtype, pairing, headDim: 64, tokens: 3, start: 70, options: { tuning } };
        const cases: Omit<RotationCase, keyof typeof base>[] = [
          { q: { heads: 5 }, k: { heads: 3 } },
          { q: { heads: 1 }, k: { heads: 7 } },
          { q: { heads: 4 } },
          { k: { heads: 4 } },
          { batch: 9, q: { heads: 4 }, k: { heads: 2, capacity: 8, first: 5 } },
        ];
        for (const c of cases) {
          await withErrorScope(device, (own) =>
            expectRotation(device, own, createRandom(7), { ...base, ...c }),
          );
        }
      },
    );
  }

  test('Q and K packed in one buffer, there and back', async () => {
    await withErrorScope(device, async (own) => {
      const [headDim, tokens, token] = [64, 6, 64 * 8];
      const q = { heads: 5, strides: { token } };
      const k = { heads: 2, offset: 5 * headDim, strides: { token } };
      const before = guardedTensor('f32', { headDim, tokens, heads: 8 }, createRandom(3));
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], tuning }));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const layer = rope.bind({ q: { buffer, ...q }, k: { buffer, ...k }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens, start: 9 }));
      const c = { dtype: 'f32', pairing: 'half', headDim, tokens, start: 9 } as const;
      const after = await readTensor(device, buffer, 'f32');
      expectContract({ before, after, rotations: [rotationOf(c, q), rotationOf(c, k)] });
      submitPass(device, (pass) => layer.encode(pass, { tokens, start: 9, inverse: true }));
      const back = await readTensor(device, buffer, 'f32');
      // Two rotations, each off by 5e-7 of its pair's greater element; the second one's may be the first one's times the root of 2.
      back.forEach((value, i) => {
        const partner = before[i % headDim < headDim / 2 ? i + headDim / 2 : i - headDim / 2]!;
        const greater = Math.max(Math.abs(before[i]!), Math.abs(partner));
        if (!Object.is(value, before[i])) expect(Math.abs(value - before[i]!)).toBeLessThan(1.3e-6 * greater);
      });
    });
  });
});
