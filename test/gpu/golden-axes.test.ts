import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeDtypes, toStorage, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { goldenAxes, goldenConfig, goldenRotations } from '../support/golden';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();

describe('golden rotations, every kind of position, by ids in a buffer', () => {
  for (const golden of goldenRotations) {
    for (const dtype of ropeDtypes) {
      test(`${dtype}: ${golden.name}`, async () => {
        await withErrorScope(device, async (own) => {
          const axes = goldenAxes(golden);
          const rope = own(await createRope(device, { ...goldenConfig(golden), axes }, { dtypes: [dtype] }));
          const ids = Int32Array.from([golden.positions].flat(2));
          const buffer = own(
            device.createBuffer({
              size: ids.byteLength,
              usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
            }),
          );
          device.queue.writeBuffer(buffer, 0, ids);
          const { tokens, head_dim: headDim, rotary_dim: rotaryDim, layout: pairing } = golden;
          const sides = [
            { heads: golden.num_heads_q, before: toStorage(golden.q, dtype) },
            { heads: golden.num_heads_k, before: toStorage(golden.k, dtype) },
          ].map((side) => ({
            ...side,
            tensor: own(uploadTensor(device, side.before, dtype, { as: 'bits' })),
          }));
          const [q, k] = sides as [(typeof sides)[0], (typeof sides)[0]];
          const layer = rope.bind({
            q: { buffer: q.tensor, heads: q.heads },
            k: { buffer: k.tensor, heads: k.heads },
            dtype,
          });
          submitPass(device, (pass) => layer.encode(pass, { tokens, positions: { type: 'ids', buffer } }));
          for (const { heads, before, tensor } of sides) {
            const { rotated } = expectContract({
              before,
              after: await readTensor(device, tensor, dtype),
              rotations: {
                dtype,
                heads,
                headDim,
                rotaryDim,
                pairing,
                tokens,
                positions: golden.positions,
                pairAxis: axes?.pairAxis,
                inverseFrequencies: golden.inv_freq,
                attentionFactor: golden.attention_factor,
              },
            });
            expect(rotated).toBe(tokens * heads * rotaryDim);
          }
          expect(await rope.readBadPositions()).toBe(0);
        });
      });
    }
  }
});
