import { type Field, message } from './protobuf';

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

// Numbers of onnx.proto: TensorProto.DataType, AttributeProto.AttributeType.
const elementTypes = { f32: 1, f16: 10 } as const;
const int64 = 7;
const attributeInt = 2;

/**
 * An ONNX model of two `com.microsoft.RotaryEmbedding` nodes, one for Q and one for K, as decoders exported to ONNX
 * have them: inputs `q`, `k` [1, tokens, heads * headDim] and `positions` [1, tokens] (int64), outputs `q_out`, `k_out`.
 */
export function rotaryModel(model: RotaryModel): Uint8Array {
  const { tokens, qHeads, kHeads, headDim, rotaryDim, interleaved, cos, sin } = model;
  const type = elementTypes[model.dtype];
  const rotate = (input: string, heads: number): Field => [
    1,
    [
      ...[input, 'positions', 'cos', 'sin'].map((name): Field => [1, name]),
      [2, `${input}_out`],
      [3, `rotate_${input}`],
      [4, 'RotaryEmbedding'],
      attribute('interleaved', interleaved ? 1 : 0),
      attribute('num_heads', heads),
      attribute('rotary_embedding_dim', rotaryDim === headDim ? 0 : rotaryDim),
      [7, 'com.microsoft'],
    ],
  ];
  const cache = (name: string, data: Uint8Array): Field => [
    5,
    [
      [1, tokens],
      [1, rotaryDim / 2],
      [2, type],
      [8, name],
      [9, data],
    ],
  ];
  const graph: Field[] = [
    rotate('q', qHeads),
    rotate('k', kHeads),
    [2, 'rotary'],
    cache('cos', cos),
    cache('sin', sin),
    [11, valueInfo('q', type, [1, tokens, qHeads * headDim])],
    [11, valueInfo('k', type, [1, tokens, kHeads * headDim])],
    [11, valueInfo('positions', int64, [1, tokens])],
    [12, valueInfo('q_out', type, [1, tokens, qHeads * headDim])],
    [12, valueInfo('k_out', type, [1, tokens, kHeads * headDim])],
  ];
  return message([
    [1, 8], // ir_version
    [2, 'webgpu-rope bench'],
    [7, graph],
    [
      8,
      [
        [1, ''],
        [2, 17],
      ],
    ],
    [
      8,
      [
        [1, 'com.microsoft'],
        [2, 1],
      ],
    ],
  ]);
}

function attribute(name: string, value: number): Field {
  return [
    5,
    [
      [1, name],
      [3, value],
      [20, attributeInt],
    ],
  ];
}

function valueInfo(name: string, type: number, shape: readonly number[]): Field[] {
  const dimensions = shape.map((size): Field => [1, [[1, size]]]);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, type],
            [2, dimensions],
          ],
        ],
      ],
    ],
  ];
}
