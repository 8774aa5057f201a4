import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeFrequencies, type StorageArray, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

const device = await getDevice();
const headDim = 64;
const heads = { q: 6, k: 2 };
const prompt = 23;
const decoded = 5;
const rows = prompt + decoded;

describe.each(['f32', 'f16', 'bf16'] as const)('%s', (dtype) => {
  test.each(['bshd', 'bhsd'] as const)(
    'prefill in chunks of 7, then 5 decode steps, K in its %s cache: equal to one call, guard rows unchanged',
    async (layout) => {
      await withErrorScope(device, async (own) => {
        const rope = own(await createRope(device, { headDim, theta: 5e5 }, { dtypes: [dtype] }));
        const capacity = rows + 9;
        const random = createRandom(23);
        const qPlace = { headDim, heads: heads.q, tokens: rows, layout };
        const kPlace = { headDim, heads: heads.k, tokens: rows, layout, capacity };
        const q = guardedTensor(dtype, qPlace, random);
        const k = guardedTensor(dtype, kPlace, random);

        const rotate = async (
          spans: readonly (readonly [first: number, tokens: number])[],
        ): Promise<StorageArray[]> => {
          const buffers = [q, k].map((tensor) => own(uploadTensor(device, tensor, dtype, { as: 'bits' })));
          const [qBuffer, kBuffer] = buffers as [GPUBuffer, GPUBuffer];
          const layer = rope.bind({
            // Q of the whole prompt lies in one tensor here, so it has the rows of a cache too.
            q: { buffer: qBuffer, heads: heads.q, layout, capacity: rows },
            k: { buffer: kBuffer, heads: heads.k, layout, capacity },
            dtype,
          });
          for (const [first, tokens] of spans) {
            submitPass(device, (pass) =>
              layer.encode(pass, { tokens, start: first, qFirst: first, kFirst: first }),
            );
          }
          return Promise.all(buffers.map((buffer) => readTensor(device, buffer, dtype)));
        };

        const whole = await rotate([[0, rows]]);
        const chunks: [number, number][] = [];
        for (let first = 0; first < prompt; first += 7) chunks.push([first, Math.min(7, prompt - first)]);
        for (let step = 0; step < decoded; step++) chunks.push([prompt + step, 1]);
        const stepwise = await rotate(chunks);
        expect(stepwise).toEqual(whole);

        const { inverseFrequencies } = ropeFrequencies(rope.config);
        const common = { dtype, pairing: 'half' as const, positions: 0, inverseFrequencies };
        expectContract({ before: q, after: whole[0]!, rotations: { ...common, ...qPlace } });
        expectContract({ before: k, after: whole[1]!, rotations: { ...common, ...kPlace } });
      });
    },
  );
});

test('300 encodes with different starts in one submit, each right', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'] }));
    const { inverseFrequencies } = ropeFrequencies(rope.config);
    const random = createRandom(300);
    const calls = Array.from({ length: 300 }, (_, i) => {
      const place = { headDim, heads: 3, tokens: 1 + (i % 3) };
      const before = guardedTensor('f32', place, random);
      const buffer = own(uploadTensor(device, before, 'f32'));
      return { place, before, buffer, start: (i * 7919) % 1_000_000 };
    });
    submitPass(device, (pass) => {
      for (const { place, buffer, start } of calls) {
        rope
          .bind({ q: { buffer, heads: place.heads }, dtype: 'f32' })
          .encode(pass, { tokens: place.tokens, start });
      }
    });
    for (const { place, before, buffer, start } of calls) {
      const after = await readTensor(device, buffer, 'f32');
      const rotations = {
        dtype: 'f32' as const,
        pairing: 'half' as const,
        positions: start,
        inverseFrequencies,
      };
      expectContract({ before, after, rotations: { ...rotations, ...place } });
    }
  });
});

test('2500 encodes with different starts in one submit: more than the parameter slots of a chunk', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim: 8 }, { dtypes: ['f32'] }));
    const { inverseFrequencies } = ropeFrequencies(rope.config);
    const count = 2500;
    const place = { headDim: 8, heads: 1, tokens: count };
    const before = guardedTensor('f32', place, createRandom(4));
    const buffer = own(uploadTensor(device, before, 'f32'));
    const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
    const positions = Array.from({ length: count }, (_, i) => (i * 31) % 9973);
    submitPass(device, (pass) => {
      positions.forEach((start, row) => {
        layer.encode(pass, { tokens: 1, start, qFirst: row });
      });
    });
    const after = await readTensor(device, buffer, 'f32');
    expectContract({
      before,
      after,
      rotations: { dtype: 'f32', pairing: 'half', positions, inverseFrequencies, ...place },
    });
  });
});
