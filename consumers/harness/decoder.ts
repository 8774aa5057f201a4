/** A decoder of one layer as transformers.js loads it, with random weights: embedding, attention with a cache, logits. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementTypes, initializer, intAttribute, node, onnxModel } from '../../bench/peers/onnx';
import type { Field } from '../../bench/peers/protobuf';
import { weights } from './models';

const [vocabulary, heads, headDim, positions] = [96, 4, 32, 128];
const width = heads * headDim;

const config = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  vocab_size: vocabulary,
  hidden_size: width,
  num_hidden_layers: 1,
  num_attention_heads: heads,
  num_key_value_heads: heads,
  head_dim: headDim,
  max_position_embeddings: positions,
  rope_theta: 10_000,
  eos_token_id: 0,
};

/** A tensor of the graph; a word is a size that each call chooses. */
function value(name: string, type: number, sizes: readonly (number | string)[]): Field[] {
  const dimensions = sizes.map((size): Field => [1, [typeof size === 'string' ? [2, size] : [1, size]]]);
  const tensor: Field[] = [
    [1, type],
    [2, dimensions],
  ];
  return [
    [1, name],
    [2, [[1, tensor]]],
  ];
}

/** `perm` of Transpose: a list of integers, field 8 of an attribute of type 7. */
const permutation = (order: readonly number[]): Field => [
  5,
  [[1, 'perm'], ...order.map((axis): Field => [8, axis]), [20, 7]],
];

function table(of: (angle: number) => number): Uint8Array {
  const pairs = headDim / 2;
  const values = Float32Array.from({ length: positions * pairs }, (_, i) =>
    of(Math.floor(i / pairs) * config.rope_theta ** (-(i % pairs) / pairs)),
  );
  return new Uint8Array(values.buffer);
}

function graph(seed: number): Field[] {
  const { f32, int64 } = elementTypes;
  const fields: Field[] = [];
  const apply = (
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Field[] = [],
  ): string => {
    const domain = operator === 'RotaryEmbedding' ? { domain: 'com.microsoft' } : {};
    fields.push(node({ operator, inputs, outputs: [output], attributes, ...domain }));
    return output;
  };
  const constants: Field[] = [];
  const random = (name: string, rows: number, columns: number): string => {
    const data = weights(seed + constants.length, rows * columns);
    constants.push(initializer(name, f32, [rows, columns], data));
    return name;
  };
  const integers = (name: string, values: readonly number[]): string => {
    const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    constants.push(initializer(name, int64, [values.length], data));
    return name;
  };
  const half = positions * (headDim / 2);
  constants.push(initializer('cos', f32, [positions, half / positions], table(Math.cos)));
  constants.push(initializer('sin', f32, [positions, half / positions], table(Math.sin)));
  const scale = new Uint8Array(Float32Array.of(1 / width).buffer);
  constants.push(initializer('scale', f32, [], scale));
  const byHeads = integers('by_heads', [0, 0, heads, headDim]);
  const flat = integers('flat', [0, 0, width]);

  const x = apply('Gather', [random('embedding', vocabulary, width), 'input_ids'], 'x');
  const project = (name: string): string => apply('MatMul', [x, random(`w_${name}`, width, width)], name);
  const rotate = (name: string): string =>
    apply('RotaryEmbedding', [name, 'position_ids', 'cos', 'sin'], `${name}_rotated`, [
      intAttribute('num_heads', heads),
    ]);
  const splitHeads = (name: string): string =>
    apply('Transpose', [apply('Reshape', [name, byHeads], `${name}_4d`)], `${name}_heads`, [
      permutation([0, 2, 1, 3]),
    ]);
  const along = intAttribute('axis', 2);
  const q = splitHeads(rotate(project('q')));
  const k = apply('Concat', ['past_key_values.0.key', splitHeads(rotate(project('k')))], 'present.0.key', [
    along,
  ]);
  const v = apply('Concat', ['past_key_values.0.value', splitHeads(project('v'))], 'present.0.value', [
    along,
  ]);
  const turned = apply('Transpose', [k], 'k_turned', [permutation([0, 1, 3, 2])]);
  // No mask: a token sees all that there are, as in the last row of attention.
  const scores = apply('Mul', [apply('MatMul', [q, turned], 'products'), 'scale'], 'scores');
  const shares = apply('Softmax', [scores], 'shares', [intAttribute('axis', 3)]);
  const mixed = apply('Transpose', [apply('MatMul', [shares, v], 'mixed')], 'mixed_tokens', [
    permutation([0, 2, 1, 3]),
  ]);
  const out = apply('Reshape', [mixed, flat], 'out');
  apply('MatMul', [out, random('w_logits', width, vocabulary)], 'logits');
  const cache = (name: string, tokens: string): Field[] =>
    value(name, f32, ['batch', heads, tokens, headDim]);
  return [
    ...fields,
    [2, 'decoder'],
    ...constants,
    [11, value('input_ids', int64, ['batch', 'tokens'])],
    [11, value('position_ids', int64, ['batch', 'tokens'])],
    [11, cache('past_key_values.0.key', 'past')],
    [11, cache('past_key_values.0.value', 'past')],
    [12, value('logits', f32, ['batch', 'tokens', vocabulary])],
    [12, cache('present.0.key', 'all')],
    [12, cache('present.0.value', 'all')],
  ];
}

/** Writes the model and the files beside it, as a folder of a hub has them. */
export async function writeDecoder(folder: string, seed: number): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'generation_config.json'), '{}');
  await writeFile(join(folder, 'onnx/model.onnx'), onnxModel(graph(seed)));
}
