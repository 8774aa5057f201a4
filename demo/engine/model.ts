/** llama2.c's legacy format: seven int32 that are the model's shape, then its weights, matrices as [outputs, inputs]. */
import { fromStorage } from 'webgpu-rope';

export interface Shape {
  /** Elements of the residual stream. */
  readonly dim: number;
  /** Elements between the two halves of the feed-forward network. */
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of K and V; `heads / kvHeads` query heads share one. */
  readonly kvHeads: number;
  readonly vocabulary: number;
  /** Tokens that it was trained on at once. */
  readonly context: number;
  readonly headDim: number;
}

/** The weights of one layer, in the order of the file. */
const kinds = ['attentionNorm', 'wq', 'wk', 'wv', 'wo', 'ffnNorm', 'w1', 'w2', 'w3'] as const;

export type LayerWeights = Readonly<Record<(typeof kinds)[number], Float32Array>>;

export interface Model {
  readonly shape: Shape;
  readonly embedding: Float32Array;
  readonly layers: readonly LayerWeights[];
  readonly norm: Float32Array;
  /** The embedding, unless the file has one of its own. */
  readonly classifier: Float32Array;
}

const headerBytes = 28;

/**
 * Reads a model. Beside llama2.c's own files, in float32, it reads the same list of weights in f16 and without the two
 * tables of angles, which nobody needs: the size tells them apart.
 *
 * @throws {RangeError} the header is none, or the size is not that of its model
 */
export function readModel(file: ArrayBuffer): Model {
  const { shape, hasClassifier } = readHeader(file);
  const { dim, hidden, layers, vocabulary, context, headDim } = shape;
  const kv = shape.kvHeads * headDim;
  const sizes = [1, dim, kv, kv, dim, 1, hidden, hidden, hidden].map((rows) => rows * dim);
  const perLayer = sizes.reduce((sum, size) => sum + size, 0);
  const weights = vocabulary * dim * (hasClassifier ? 2 : 1) + layers * perLayer + dim;
  const tables = context * headDim;
  const [full, half] = [headerBytes + 4 * (weights + tables), headerBytes + 2 * weights];
  if (file.byteLength !== full && file.byteLength !== half)
    throw new RangeError(`file: expected ${full} bytes (f32) or ${half} (f16), got ${file.byteLength}`);
  const isHalf = file.byteLength === half;
  const bits = isHalf ? new Uint16Array(file, headerBytes) : new Float32Array(file, headerBytes);
  const all = fromStorage(bits, isHalf ? 'f16' : 'f32');
  let at = 0;
  const take = (length: number): Float32Array => {
    at += length;
    return Float32Array.from(all.subarray(at - length, at));
  };
  const embedding = take(vocabulary * dim);
  // Of each kind of weight the file has all layers, one after the other.
  const lists = sizes.map((size) => Array.from({ length: layers }, () => take(size)));
  const layerOf = (_: unknown, n: number): LayerWeights =>
    Object.fromEntries(kinds.map((kind, place) => [kind, lists[place]![n]])) as LayerWeights;
  const norm = take(dim);
  if (!isHalf) take(tables);
  const classifier = hasClassifier ? take(vocabulary * dim) : embedding;
  return { shape, embedding, layers: Array.from({ length: layers }, layerOf), norm, classifier };
}

function readHeader(file: ArrayBuffer): { shape: Shape; hasClassifier: boolean } {
  const header = file.byteLength < headerBytes ? [] : new Int32Array(file, 0, 7);
  const [dim = 0, hidden = 0, layers = 0, heads = 0, kvHeads = 0, words = 0, context = 0] = header;
  const vocabulary = Math.abs(words);
  const shape = { dim, hidden, layers, heads, kvHeads, vocabulary, context, headDim: dim / heads };
  const isShape =
    Object.values(shape).every((value) => Number.isInteger(value) && value > 0) &&
    heads % kvHeads === 0 &&
    shape.headDim % 2 === 0;
  if (!isShape) throw new RangeError(`file: expected the shape of a model, got ${JSON.stringify(shape)}`);
  // A negative vocabulary says that the classifier is not the embedding.
  return { shape, hasClassifier: words < 0 };
}
