import { elementTypes, initializer, intAttribute, node, onnxModel, valueInfo } from './onnx';
import type { Field } from './protobuf';

/** What the model rotates. */
export interface RotaryModel {
  readonly tokens: number;
  readonly qHeads: number;
  readonly kHeads: number;
  readonly headDim: number;
  readonly rotaryDim: number;
  readonly interleaved: boolean;
  readonly dtype: 'f32' | 'f16';
  /** `tokens` rows of `rotaryDim / 2`, as stored in the dtype. */
  readonly cos: Uint8Array;
  readonly sin: Uint8Array;
}

/**
 * An ONNX model of two `com.microsoft.RotaryEmbedding` nodes, one for Q and one for K, as decoders exported to ONNX
 * have them: inputs `q`, `k` [1, tokens, heads * headDim] and `positions` [1, tokens] (int64), outputs `q_out`, `k_out`.
 */
export function rotaryModel(model: RotaryModel): Uint8Array {
  const { tokens, qHeads, kHeads, headDim, rotaryDim, interleaved, cos, sin } = model;
  const type = elementTypes[model.dtype];
  const rotate = (input: string, heads: number): Field =>
    node({
      operator: 'RotaryEmbedding',
      domain: 'com.microsoft',
      inputs: [input, 'positions', 'cos', 'sin'],
      outputs: [`${input}_out`],
      attributes: [
        intAttribute('interleaved', interleaved ? 1 : 0),
        intAttribute('num_heads', heads),
        intAttribute('rotary_embedding_dim', rotaryDim === headDim ? 0 : rotaryDim),
      ],
    });
  const rows = [tokens, rotaryDim / 2];
  return onnxModel([
    rotate('q', qHeads),
    rotate('k', kHeads),
    [2, 'rotary'],
    initializer('cos', type, rows, cos),
    initializer('sin', type, rows, sin),
    [11, valueInfo('q', type, [1, tokens, qHeads * headDim])],
    [11, valueInfo('k', type, [1, tokens, kHeads * headDim])],
    [11, valueInfo('positions', elementTypes.int64, [1, tokens])],
    [12, valueInfo('q_out', type, [1, tokens, qHeads * headDim])],
    [12, valueInfo('k_out', type, [1, tokens, kHeads * headDim])],
  ]);
}
