/** The golden cases of ONNX's RotaryEmbedding, typed, and what they mean in this package's words. */

import type { RopeReferenceOptions } from '../../src/reference/rope';
import cases from '../golden/onnx.json';

interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One call of the operator. Attributes are 0 where not set. */
export interface GoldenOnnx {
  readonly name: string;
  readonly attributes: {
    readonly interleaved: number;
    readonly rotary_embedding_dim: number;
    readonly num_heads: number;
  };
  readonly inputs: {
    readonly input: OnnxTensor;
    readonly cos_cache: OnnxTensor;
    readonly sin_cache: OnnxTensor;
    readonly position_ids: OnnxTensor | null;
  };
  readonly output: OnnxTensor;
}

/** All 16 cases. */
export const goldenOnnx = cases as unknown as readonly GoldenOnnx[];

/** "ONNX: absolute 1e-6", says the README of the golden data. */
export const ONNX_TOLERANCE = 1e-6;

/**
 * The call as options of the reference. Without position ids the caches have a row a token of each sequence: positions
 * then count through all of them.
 */
export function onnxOptions({ attributes, inputs }: GoldenOnnx): RopeReferenceOptions {
  const { shape } = inputs.input;
  const [batch, second, third] = shape as [number, number, number];
  const isFlat = shape.length === 3;
  const heads = isFlat ? attributes.num_heads : second;
  const tokens = isFlat ? second : third;
  const headDim = isFlat ? third / heads : shape[3]!;
  return {
    dtype: 'f32',
    layout: isFlat ? 'bshd' : 'bhsd',
    pairing: attributes.interleaved ? 'interleaved' : 'half',
    batch,
    heads,
    tokens,
    headDim,
    rotaryDim: attributes.rotary_embedding_dim || headDim,
    positions: inputs.position_ids?.data ?? Array.from({ length: batch * tokens }, (_, row) => row),
    cosCache: Float32Array.from(inputs.cos_cache.data),
    sinCache: Float32Array.from(inputs.sin_cache.data),
  };
}
