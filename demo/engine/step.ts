/** Everything between the projections and attention, in one launch: Q is rotated, rotated K and V go to their rows of the cache. */
import type { Qkv } from 'webgpu-rope';
import type { Shape } from './model';

export interface StepBuffers {
  /** Packed, [tokens, heads + 2 kvHeads, headDim] of f32: Q, K, V. Q is rotated in place. */
  readonly qkv: GPUBuffer;
  /** u32, the position of each token. */
  readonly positions: GPUBuffer;
  /** u32, the row of the cache for each token. */
  readonly slots: GPUBuffer;
  /** Rows of [kvHeads, headDim]. */
  readonly kCache: GPUBuffer;
  readonly vCache: GPUBuffer;
}

/** Appends the step of so many tokens. */
export type Step = (pass: GPUComputePassEncoder, tokens: number) => void;

export interface CacheShape {
  readonly dtype: 'f32' | 'f16';
  /** Rows of all sequences. */
  readonly capacity: number;
}

/** The function that it returns binds a layer and compiles for it, once for all layers. */
export function createStep(
  step: Qkv,
  { heads, kvHeads, headDim }: Shape,
  cache: CacheShape,
): (buffers: StepBuffers) => Promise<Step> {
  const strides = { token: (heads + 2 * kvHeads) * headDim };
  return async ({ qkv, positions, slots, kCache, vCache }) => {
    const layer = step.bind({
      q: { buffer: qkv, heads, strides },
      k: {
        ...{ buffer: qkv, heads: kvHeads, strides },
        offset: heads * headDim,
        cache: { buffer: kCache, ...cache },
      },
      v: {
        ...{ buffer: qkv, heads: kvHeads, strides },
        offset: (heads + kvHeads) * headDim,
        cache: { buffer: vCache, ...cache },
      },
      dtype: 'f32',
    });
    await layer.prepare({ positions: 'ids', rows: 'slots' });
    return (pass, tokens) =>
      layer.encode(pass, {
        tokens,
        positions: { type: 'ids', buffer: positions },
        rows: { type: 'slots', buffer: slots, format: 'u32' },
      });
  };
}
