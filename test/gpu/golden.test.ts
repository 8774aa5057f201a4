import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeDtypes, toStorage, uploadTensor } from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { goldenRotations } from '../support/golden';
import { getDevice, withErrorScope } from '../support/gpu';

const device = await getDevice();

describe('golden rotations, 1d, by explicit frequencies', () => {
  for (const golden of goldenRotations.filter((c) => c.position_mode === '1d')) {
    for (const dtype of ropeDtypes) {
      test(`${dtype}: ${golden.name}`, async () => {
        await withErrorScope(device, async (own) => {
          const { head_dim: headDim, rotary_dim: rotaryDim, tokens, layout: pairing } = golden;
          const rope = own(
            await createRope(
              device,
              {
                headDim,
                rotaryDim,
                pairing,
                scaling: {
                  type: 'explicit',
                  inverseFrequencies: golden.inv_freq,
                  attentionFactor: golden.attention_factor,
                },
              },
              { dtypes: [dtype] },
            ),
          );
          const sides = [
            { name: 'q', heads: golden.num_heads_q, before: toStorage(golden.q, dtype) },
            { name: 'k', heads: golden.num_heads_k, before: toStorage(golden.k, dtype) },
          ].map((side) => ({
            ...side,
            buffer: own(uploadTensor(device, side.before, dtype, { as: 'bits' })),
          }));
          const [q, k] = sides as [(typeof sides)[0], (typeof sides)[0]];
          const layer = rope.bind({
            q: { buffer: q.buffer, heads: q.heads },
            k: { buffer: k.buffer, heads: k.heads },
            dtype,
          });
          const encoder = device.createCommandEncoder();
          const pass = encoder.beginComputePass();
          (golden.positions as number[]).forEach((start, row) => {
            layer.encode(pass, { tokens: 1, start, qFirst: row, kFirst: row });
          });
          pass.end();
          device.queue.submit([encoder.finish()]);
          for (const side of sides) {
            const after = await readTensor(device, side.buffer, dtype);
            const result = expectContract({
              before: side.before,
              after,
              rotations: {
                dtype,
                heads: side.heads,
                headDim,
                rotaryDim,
                pairing,
                tokens,
                positions: golden.positions as number[],
                inverseFrequencies: golden.inv_freq,
                attentionFactor: golden.attention_factor,
              },
            });
            expect(result.rotated).toBe(tokens * side.heads * rotaryDim);
          }
        });
      });
    }
  }
});
