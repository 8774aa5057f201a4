import { describe, expect, test } from 'vitest';
import { createRope, readTensor, ropeDtypes, toStorage, uploadTensor, xposCaches } from 'webgpu-rope';
import cases from '../golden/xpos.json';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();

describe('golden xPos, by tables of the caller, one for queries and one for keys', () => {
  for (const golden of cases) {
    test.each(ropeDtypes)(`%s: ${golden.name}`, async (dtype) => {
      await withErrorScope(device, async (own) => {
        const {
          head_dim: headDim,
          rotary_dim: rotaryDim,
          theta,
          tokens,
          center,
          inv_freq: frequencies,
        } = golden;
        const config = { headDim, rotaryDim, theta, pairing: 'interleaved' } as const;
        const caches = xposCaches(config, golden.seq_len, { center, scaleBase: golden.scale_base });
        for (const side of ['query', 'key'] as const) {
          const rope = own(
            await createRope(
              device,
              { headDim, rotaryDim, pairing: 'interleaved', ...caches[side] },
              { dtypes: [dtype] },
            ),
          );
          const isQuery = side === 'query';
          const heads = isQuery ? golden.num_heads_q : golden.num_heads_k;
          const before = toStorage(isQuery ? golden.q : golden.k, dtype);
          const buffer = own(uploadTensor(device, before, dtype, { as: 'bits' }));
          const layer = rope.bind({ q: { buffer, heads }, dtype });
          submitPass(device, (pass) => {
            golden.positions.forEach((start, row) => {
              layer.encode(pass, { tokens: 1, start, qFirst: row });
            });
          });
          const after = await readTensor(device, buffer, dtype);

          // What the contract holds against: cos and sin times the recorded scale, in float64.
          const pairs = rotaryDim / 2;
          const rows = Math.max(...golden.positions) + 1;
          const [cosCache, sinCache] = [new Float64Array(rows * pairs), new Float64Array(rows * pairs)];
          golden.positions.forEach((position, token) => {
            for (let i = 0; i < pairs; i++) {
              const recorded = golden.scale[token * pairs + i] as number;
              const scale = isQuery ? recorded : 1 / recorded;
              const angle = position * (frequencies[i] as number);
              cosCache[position * pairs + i] = Math.cos(angle) * scale;
              sinCache[position * pairs + i] = Math.sin(angle) * scale;
            }
          });
          const common = { dtype, heads, headDim, rotaryDim, pairing: 'interleaved', tokens } as const;
          expectContract({
            before,
            after,
            rotations: { ...common, positions: golden.positions, cosCache, sinCache },
          });

          if (dtype !== 'f32') continue;
          // And the recorded results themselves: "in 32-bit allow 1e-5" of the pair's length times its scale.
          const expected = isQuery ? golden.q_out : golden.k_out;
          const input = isQuery ? golden.q : golden.k;
          expected.forEach((value, i) => {
            const [token, dim] = [Math.floor(i / (heads * headDim)), i % headDim];
            if (dim >= rotaryDim) {
              expect(after[i]).toBe(Math.fround(value));
              return;
            }
            const recorded = golden.scale[token * pairs + (dim >> 1)] as number;
            const length = Math.hypot(input[i] as number, input[i ^ 1] as number);
            const tolerance = 1e-5 * length * (isQuery ? recorded : 1 / recorded);
            const error = Math.abs((after[i] as number) - value);
            if (!(error <= tolerance)) throw new Error(`element ${i}: ${after[i]}, expected ${value}`);
          });
        }
      });
    });
  }
});
