import { expect, test } from 'vitest';
import { createQkv, createRope, readTensor, uploadTensor } from 'webgpu-rope';
import { fresh } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();
const headDim = 16;

test('one layer for steps of different sizes: each as by a layer of its own', () =>
  fresh((random) =>
    withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 256 }));
      const sizes = [
        { tokens: 2, batch: 1 },
        { tokens: 5, batch: 1 },
        { tokens: 5, batch: 2 },
        { tokens: 2, batch: 2 },
        { tokens: 2, batch: 1 },
      ];
      const keys = randomTensor('f32', 16 * headDim, random);
      /** What the cache holds after each step. */
      const run = async (isShared: boolean) => {
        const k = own(uploadTensor(device, keys, 'f32', { as: 'bits' }));
        const cache = own(uploadTensor(device, new Float32Array(2 * 64 * headDim), 'f32'));
        const bind = () =>
          own(createQkv(rope)).bind({
            k: { buffer: k, heads: 1, cache: { buffer: cache, capacity: 64 } },
            dtype: 'f32',
          });
        const one = bind();
        const after = [];
        for (const [i, { tokens, batch }] of sizes.entries()) {
          const layer = isShared ? one : bind();
          const rows = { type: 'first', first: 7 * i } as const;
          submitPass(device, (pass) => layer.encode(pass, { tokens, batch, start: 10 * i, rows }));
          after.push(await readTensor(device, cache, 'f32'));
        }
        return after;
      };
      expect(await run(true)).toEqual(await run(false));
    }),
  ));
