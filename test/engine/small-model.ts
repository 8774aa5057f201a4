/** A model file with seeded weights: odd sizes, grouped heads, no power of two but the head. */
import { readModel } from '../../demo/engine/model';
import { toStorage } from '../../src/dtypes';
import { createRandom } from '../support/random';

export const smallShape = {
  dim: 48,
  hidden: 76,
  layers: 2,
  heads: 6,
  kvHeads: 3,
  vocabulary: 37,
  context: 40,
  headDim: 8,
};

export interface FileChoices {
  readonly dtype?: 'f32' | 'f16';
  readonly layers?: number;
  /** A classifier of its own: the vocabulary is negative then. */
  readonly classifier?: boolean;
}

/** The bytes of a file: header, weights, in f32 the two tables (NaN here: nobody may use them), the classifier. */
export function smallFile(seed: number, choices: FileChoices = {}): ArrayBuffer {
  const { dtype = 'f32', layers = smallShape.layers, classifier = false } = choices;
  const { dim, hidden, heads, kvHeads, vocabulary, context, headDim } = smallShape;
  const random = createRandom(seed);
  const matrix = (outputs: number, inputs: number): number[] =>
    Array.from({ length: outputs * inputs }, () => random.normal() / Math.sqrt(inputs));
  const norms = (): number[] => Array.from({ length: dim }, () => 1 + random.normal() / 4);
  const each = (make: () => number[]): number[] => Array.from({ length: layers }, make).flat();
  const kv = kvHeads * headDim;
  const embedding = Array.from({ length: vocabulary * dim }, () => random.normal());
  const weights = [
    embedding,
    each(norms),
    // Large enough that heads prefer some keys to others.
    each(() => matrix(dim, dim).map((value) => 2 * value)),
    each(() => matrix(kv, dim).map((value) => 2 * value)),
    each(() => matrix(kv, dim)),
    each(() => matrix(dim, dim)),
    each(norms),
    each(() => matrix(hidden, dim)),
    each(() => matrix(dim, hidden)),
    each(() => matrix(hidden, dim)),
    norms(),
    dtype === 'f32' ? new Array<number>(context * headDim).fill(Number.NaN) : [],
    classifier ? matrix(vocabulary, dim) : [],
  ].flat();
  const words = classifier ? -vocabulary : vocabulary;
  const header = Int32Array.of(dim, hidden, layers, heads, kvHeads, words, context);
  const body = toStorage(weights, dtype);
  const file = new Uint8Array(header.byteLength + body.byteLength);
  file.set(new Uint8Array(header.buffer));
  file.set(new Uint8Array(body.buffer as ArrayBuffer), header.byteLength);
  return file.buffer;
}

export const smallModel = (seed: number, choices?: FileChoices) => readModel(smallFile(seed, choices));
