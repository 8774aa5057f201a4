import { elementTypes, floatAttribute, initializer, intAttribute, node, onnxModel, valueInfo } from './onnx';
import type { Field } from './protobuf';

/** What lies between projections and attention in so many layers, as a decoder exported to ONNX has it. */
export interface QkvOnnxModel {
  readonly layers: number;
  readonly batch: number;
  readonly tokens: number;
  /** Rows of all caches of a layer. */
  readonly cacheRows: number;
  readonly qHeads: number;
  readonly kHeads: number;
  readonly headDim: number;
  /** Null: no norm. */
  readonly epsilon: number | null;
  /** Weights of the norms, f32. */
  readonly qWeight: Uint8Array;
  readonly kWeight: Uint8Array;
  /** `positions` rows of `headDim / 2`, f32. */
  readonly cos: Uint8Array;
  readonly sin: Uint8Array;
}

/**
 * A graph of nodes, f32: of each layer SimplifiedLayerNormalization of Q and of K by heads, `com.microsoft` RotaryEmbedding of both,
 * ScatterND of K and of V to rows of a cache. Each layer takes what the layer before made, so that a model of many layers has few
 * inputs and outputs, and none of its nodes is like another: `q` [batch, tokens, heads * headDim], `k`, `v`, `k_cache` [rows,
 * kHeads * headDim], `v_cache`, `positions` [batch, tokens] and `rows` [batch * tokens, 1] (int64); `q_out`, `k_cache_out`,
 * `v_cache_out`.
 */
export function qkvModel(model: QkvOnnxModel): Uint8Array {
  const { layers, batch, tokens, cacheRows, qHeads, kHeads, headDim, epsilon } = model;
  const { f32, int64 } = elementTypes;
  const rows = batch * tokens;
  const [qSize, kSize] = [qHeads * headDim, kHeads * headDim];
  const shapes: Field[] = [];
  const shape = (name: string, sizes: readonly number[]): void => {
    const data = new Uint8Array(BigInt64Array.from(sizes, BigInt).buffer);
    shapes.push(initializer(name, int64, [sizes.length], data));
  };
  const nodes: Field[] = [];
  const reshape = (input: string, to: string, output: string): void => {
    nodes.push(node({ operator: 'Reshape', inputs: [input, to], outputs: [output] }));
  };
  const normed = (input: string, of: 'q' | 'k', name: string): string => {
    if (epsilon === null) return input;
    reshape(input, `${of}_by_heads`, `${name}_heads`);
    nodes.push(
      node({
        operator: 'SimplifiedLayerNormalization',
        inputs: [`${name}_heads`, `${of}_weight`],
        outputs: [`${name}_normed`],
        attributes: [intAttribute('axis', 3), floatAttribute('epsilon', epsilon)],
      }),
    );
    reshape(`${name}_normed`, `${of}_by_tokens`, `${name}_flat`);
    return `${name}_flat`;
  };
  const rotated = (input: string, heads: number, output: string): void => {
    nodes.push(
      node({
        operator: 'RotaryEmbedding',
        domain: 'com.microsoft',
        inputs: [input, 'positions', 'cos', 'sin'],
        outputs: [output],
        attributes: [intAttribute('num_heads', heads)],
      }),
    );
  };
  const scattered = (cache: string, updates: string, output: string): void => {
    nodes.push(node({ operator: 'ScatterND', inputs: [cache, 'rows', updates], outputs: [output] }));
  };
  let at = { q: 'q', k: 'k', kCache: 'k_cache', vCache: 'v_cache' };
  reshape('v', 'rows_of_v', 'v_rows');
  for (let i = 0; i < layers; i++) {
    const isLast = i === layers - 1;
    const name = (text: string): string => (isLast ? `${text}_out` : `${text}_${i}`);
    const next = { q: name('q'), k: `k_${i}`, kCache: name('k_cache'), vCache: name('v_cache') };
    rotated(normed(at.q, 'q', `q_${i}`), qHeads, next.q);
    rotated(normed(at.k, 'k', `kk_${i}`), kHeads, next.k);
    reshape(next.k, 'rows_of_v', `k_rows_${i}`);
    scattered(at.kCache, `k_rows_${i}`, next.kCache);
    scattered(at.vCache, 'v_rows', next.vCache);
    at = next;
  }
  shape('rows_of_v', [rows, kSize]);
  const half = headDim / 2;
  const positions = model.cos.length / 4 / half;
  const weights: Field[] = [];
  if (epsilon !== null) {
    shape('q_by_heads', [batch, tokens, qHeads, headDim]);
    shape('k_by_heads', [batch, tokens, kHeads, headDim]);
    shape('q_by_tokens', [batch, tokens, qSize]);
    shape('k_by_tokens', [batch, tokens, kSize]);
    weights.push(
      initializer('q_weight', f32, [headDim], model.qWeight),
      initializer('k_weight', f32, [headDim], model.kWeight),
    );
  }
  return onnxModel([
    ...nodes,
    [2, 'qkv'],
    initializer('cos', f32, [positions, half], model.cos),
    initializer('sin', f32, [positions, half], model.sin),
    ...shapes,
    ...weights,
    [11, valueInfo('q', f32, [batch, tokens, qSize])],
    [11, valueInfo('k', f32, [batch, tokens, kSize])],
    [11, valueInfo('v', f32, [batch, tokens, kSize])],
    [11, valueInfo('k_cache', f32, [cacheRows, kSize])],
    [11, valueInfo('v_cache', f32, [cacheRows, kSize])],
    [11, valueInfo('positions', int64, [batch, tokens])],
    [11, valueInfo('rows', int64, [rows, 1])],
    [12, valueInfo('q_out', f32, [batch, tokens, qSize])],
    [12, valueInfo('k_cache_out', f32, [cacheRows, kSize])],
    [12, valueInfo('v_cache_out', f32, [cacheRows, kSize])],
  ]);
}
