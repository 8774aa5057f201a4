/** Everything between the projections and attention: Q and K are rotated, and K and V go to their rows of the cache. */
import type { Rope } from 'webgpu-rope';
import type { Workshop } from './gpu';
import type { Shape } from './model';
import code from './step.wgsl?raw';

export interface StepBuffers {
  /** Packed, [tokens, heads + 2 kvHeads, headDim] of f32: Q, K, V. Q and K are rotated in place. */
  readonly qkv: GPUBuffer;
  /** u32, the position of each token; 0xffffffff: it is not rotated. */
  readonly positions: GPUBuffer;
  /** u32, the row of the cache for each token; 0xffffffff: none is written. */
  readonly slots: GPUBuffer;
  /** Rows of [kvHeads, headDim]. */
  readonly kCache: GPUBuffer;
  readonly vCache: GPUBuffer;
}

/** Appends the step of so many tokens. */
export type Step = (pass: GPUComputePassEncoder, tokens: number) => void;

/** Compiles the step. The function that it returns binds it, once a layer. */
export async function createStep(
  workshop: Workshop,
  rope: Rope,
  { heads, kvHeads, headDim }: Shape,
  cacheDtype: 'f32' | 'f16',
): Promise<(buffers: StepBuffers) => Step> {
  await rope.prepare({ positions: ['ids'], dtypes: ['f32'] });
  const F16_CACHE = Number(cacheDtype === 'f16');
  const store = await workshop.compiler(code)('store', {
    HEADS: heads,
    KV_HEADS: kvHeads,
    HEAD_DIM: headDim,
    F16_CACHE,
  });
  const strides = { token: (heads + 2 * kvHeads) * headDim };
  const words = (2 * kvHeads * headDim) / (1 + F16_CACHE);
  return ({ qkv, positions, slots, kCache, vCache }) => {
    const layer = rope.bind({
      q: { buffer: qkv, heads, strides },
      k: { buffer: qkv, heads: kvHeads, offset: heads * headDim, strides },
      dtype: 'f32',
    });
    const stored = store({ 0: qkv, 1: slots, 2: kCache, 3: vCache });
    return (pass, tokens) => {
      layer.encode(pass, { tokens, positions: { type: 'ids', buffer: positions } });
      stored.run(pass, Math.ceil(words / 64), tokens);
    };
  };
}
