/** A rotation whose positions come from the GPU, checked against the reference: what the tests of positions share. */
import { expect } from 'vitest';
import {
  createRope,
  type RopeConfigInput,
  type RopeOptions,
  type RopePositionSource,
  readTensor,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from 'webgpu-rope';
import { expectContract } from './contract';
import { type Own, withErrorScope } from './gpu';
import { createRandom } from './random';
import { type Side, submitPass, tensorOf } from './rotation-case';
import { guardedTensor } from './tensors';

/** Dims of a head where a case does not say otherwise. */
export const positionHeadDim = 64;

export interface PositionCase {
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  readonly config?: Partial<RopeConfigInput>;
  readonly options?: Omit<RopeOptions, 'features'>;
  readonly tokens: number;
  readonly batch?: number;
  readonly q?: Side;
  readonly k?: Side;
  readonly source: (own: Own) => RopePositionSource;
  /** What the reference is told: -1 where the token must stay as it is. */
  readonly positions: number | readonly number[] | readonly (readonly number[])[];
  readonly bad?: number;
}

export async function expectPositions(device: GPUDevice, c: PositionCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const { dtype = 'f32', tokens, batch = 1 } = c;
    const config = { headDim: positionHeadDim, ...c.config };
    const { headDim } = config;
    const rope = own(
      await createRope(device, config, {
        dtypes: [dtype],
        capacity: 5000,
        ...c.options,
      }),
    );
    const random = createRandom(tokens + batch);
    const sides = (['q', 'k'] as const).map((name) => {
      const side: Side = c[name] ?? { heads: name === 'q' ? 3 : 1 };
      const before = guardedTensor(dtype, { headDim, tokens, batch, ...side }, random);
      return { name, side, before, buffer: own(uploadTensor(device, before, dtype, { as: 'bits' })) };
    });
    const [q, k] = sides as [(typeof sides)[0], (typeof sides)[0]];
    const layer = rope.bind({ q: tensorOf(q.side, q.buffer), k: tensorOf(k.side, k.buffer), dtype });
    const source = c.source(own);
    submitPass(device, (pass) => {
      layer.encode(pass, { tokens, batch, qFirst: q.side.first ?? 0, kFirst: k.side.first ?? 0, ...source });
    });
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(rope.config);
    for (const { side, before, buffer } of sides) {
      const after: StorageArray = await readTensor(device, buffer, dtype);
      const { pairing, rotaryDim, axes } = rope.config;
      const common = {
        dtype,
        headDim,
        rotaryDim,
        pairing,
        tokens,
        batch,
        inverseFrequencies,
        attentionFactor,
      };
      const rotations = { ...common, positions: c.positions, pairAxis: axes?.pairAxis, ...side };
      expectContract({ before, after, rotations });
    }
    expect(await rope.readBadPositions()).toBe(c.bad ?? 0);
    expect(await rope.readBadPositions()).toBe(0);
  });
}
