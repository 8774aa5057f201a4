/** Pieces of an ONNX model, as messages of onnx.proto. */
import { type Field, message } from './protobuf';

/** TensorProto.DataType. */
export const elementTypes = { f32: 1, f16: 10, int64: 7 } as const;

// AttributeProto.AttributeType.
const attributeFloat = 1;
const attributeInt = 2;

export function intAttribute(name: string, value: number): Field {
  return [
    5,
    [
      [1, name],
      [3, value],
      [20, attributeInt],
    ],
  ];
}

export function floatAttribute(name: string, value: number): Field {
  return [
    5,
    [
      [1, name],
      [2, { float32: value }],
      [20, attributeFloat],
    ],
  ];
}

/** A node of a graph. */
export interface OnnxNode {
  readonly operator: string;
  /** Default that of ONNX itself. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Field[];
}

export function node({ operator, domain, inputs, outputs, attributes = [] }: OnnxNode): Field {
  return [
    1,
    [
      ...inputs.map((name): Field => [1, name]),
      ...outputs.map((name): Field => [2, name]),
      [3, `${operator}_${outputs[0]}`],
      [4, operator],
      ...attributes,
      ...(domain === undefined ? [] : [[7, domain] as Field]),
    ],
  ];
}

/** A tensor that the model brings. */
export function initializer(name: string, type: number, shape: readonly number[], data: Uint8Array): Field {
  return [5, [...shape.map((size): Field => [1, size]), [2, type], [8, name], [9, data]]];
}

export function valueInfo(name: string, type: number, shape: readonly number[]): Field[] {
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

/** A model of a graph's fields, with ONNX's operators and onnxruntime's. */
export function onnxModel(graph: readonly Field[]): Uint8Array {
  const operators = (domain: string, version: number): Field => [
    8,
    [
      [1, domain],
      [2, version],
    ],
  ];
  return message([
    [1, 8], // ir_version
    [2, 'webgpu-rope bench'],
    [7, graph],
    operators('', 17),
    operators('com.microsoft', 1),
  ]);
}
