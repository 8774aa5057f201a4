/** ONNX models for the engines, made here: small ones with random weights. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementTypes, initializer, intAttribute, node, onnxModel, valueInfo } from '../../bench/peers/onnx';
import type { Field } from '../../bench/peers/protobuf';

const shape = { tokens: 7, heads: 2, headDim: 32, start: 5000, width: 64 } as const;

/** Numbers in [-1, 1). */
export function weights(seed: number, length: number): Uint8Array {
  let state = seed >>> 0;
  const numbers = Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return new Uint8Array(numbers.buffer);
}

/** Cosines or sines of the positions there are, the angles being those of the default frequencies with theta 10 000. */
function table(of: (angle: number) => number): Uint8Array {
  const { tokens, headDim, start } = shape;
  const pairs = headDim / 2;
  const values = Float32Array.from({ length: tokens * pairs }, (_, i) =>
    of((start + Math.floor(i / pairs)) * 10_000 ** (-(i % pairs) / pairs)),
  );
  return new Uint8Array(values.buffer);
}

/**
 * Writes `project` (x -> q), `finish` (q -> y) and `whole` (x -> y, with a RotaryEmbedding between the two), f32 [1, tokens, width],
 * and their shape.
 */
export async function writeProjections(folder: string, seed: number): Promise<void> {
  const { tokens, heads, headDim, width } = shape;
  const { f32, int64 } = elementTypes;
  const multiply = (input: string, weight: string, output: string): Field =>
    node({ operator: 'MatMul', inputs: [input, weight], outputs: [output] });
  const weight = (name: string, offset: number): Field =>
    initializer(name, f32, [width, width], weights(seed + offset, width * width));
  const tensor = (name: string): Field[] => valueInfo(name, f32, [1, tokens, width]);
  const models = {
    project: [
      multiply('x', 'w1', 'q'),
      [2, 'project'],
      weight('w1', 1),
      [11, tensor('x')],
      [12, tensor('q')],
    ],
    finish: [multiply('q', 'w2', 'y'), [2, 'finish'], weight('w2', 2), [11, tensor('q')], [12, tensor('y')]],
    whole: [
      multiply('x', 'w1', 'q'),
      node({
        operator: 'RotaryEmbedding',
        domain: 'com.microsoft',
        inputs: ['q', 'positions', 'cos', 'sin'],
        outputs: ['rotated'],
        attributes: [intAttribute('num_heads', heads)],
      }),
      multiply('rotated', 'w2', 'y'),
      [2, 'whole'],
      initializer('cos', f32, [tokens, headDim / 2], table(Math.cos)),
      initializer('sin', f32, [tokens, headDim / 2], table(Math.sin)),
      weight('w1', 1),
      weight('w2', 2),
      [11, tensor('x')],
      [11, valueInfo('positions', int64, [1, tokens])],
      [12, tensor('y')],
    ],
  } satisfies Record<string, Field[]>;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'shape.json'), JSON.stringify(shape));
  for (const [name, graph] of Object.entries(models)) {
    await writeFile(join(folder, `${name}.onnx`), onnxModel(graph as Field[]));
  }
}
