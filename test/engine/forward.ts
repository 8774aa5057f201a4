/** The forward pass of a Llama once more, in float64 and on the CPU: what the engine is held against. */
import type { Model } from '../../demo/engine/model';

export interface Choices {
  readonly pairing?: 'interleaved' | 'half';
  readonly theta?: number;
}

/** A token at its position. */
export type Placed = readonly [token: number, position: number];

/** Keys and values of one sequence. The oldest may be taken away: `cache.splice(0, count)`. */
export type Cache = { readonly k: number[][]; readonly v: number[][] }[];

/** Appends tokens to a cache, one after the other. @returns the logits after each, and where the last one looks */
export function forward(
  model: Model,
  cache: Cache,
  tokens: readonly Placed[],
  choices: Choices = {},
): { logits: number[][]; looks: number[][] } {
  const { dim, heads, kvHeads, headDim, layers } = model.shape;
  let looks: number[][] = [];
  const logits = tokens.map(([token, position]) => {
    looks = [];
    let x = Array.from(model.embedding.subarray(token * dim, (token + 1) * dim));
    // A cache entry is a token: its keys and values of all layers.
    const entry: Cache[number] = { k: [], v: [] };
    cache.push(entry);
    for (let n = 0; n < layers; n++) {
      const w = model.layers[n]!;
      const y = norm(x, w.attentionNorm);
      const q = rotated(product(w.wq, y), headDim, position, choices);
      entry.k[n] = rotated(product(w.wk, y), headDim, position, choices);
      entry.v[n] = product(w.wv, y);
      const look = new Array<number>(cache.length).fill(0);
      const mixed = Array.from({ length: heads }, (_, head) => {
        const kv = Math.floor(head / (heads / kvHeads)) * headDim;
        const part = (row: number[]): number[] => row.slice(kv, kv + headDim);
        const scores = cache.map(({ k }) => dot(q.slice(head * headDim, (head + 1) * headDim), part(k[n]!)));
        const weights = softmax(scores.map((score) => score / Math.sqrt(headDim)));
        for (const [i, weight] of weights.entries()) look[i]! += weight / heads;
        return Array.from({ length: headDim }, (_, i) =>
          weights.reduce((sum, weight, j) => sum + weight * cache[j]!.v[n]![kv + i]!, 0),
        );
      }).flat();
      looks.push(look);
      x = sum(x, product(w.wo, mixed));
      const z = norm(x, w.ffnNorm);
      const up = product(w.w3, z);
      const inner = product(w.w1, z).map((gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]!);
      x = sum(x, product(w.w2, inner));
    }
    return product(model.classifier, norm(x, model.norm));
  });
  return { logits, looks };
}

function norm(x: readonly number[], weight: Float32Array): number[] {
  const mean = dot(x, x) / x.length;
  return x.map((value, i) => (value / Math.sqrt(mean + 1e-5)) * weight[i]!);
}

/** A matrix [outputs, inputs] times a vector. */
function product(matrix: Float32Array, x: readonly number[]): number[] {
  return Array.from({ length: matrix.length / x.length }, (_, row) =>
    x.reduce((sum, value, i) => sum + matrix[row * x.length + i]! * value, 0),
  );
}

/** Each pair turned by position * theta^(-2i / headDim). */
function rotated(
  x: readonly number[],
  headDim: number,
  position: number,
  { pairing = 'interleaved', theta = 10_000 }: Choices,
): number[] {
  const y = [...x];
  for (let head = 0; head < x.length; head += headDim) {
    for (let i = 0; i < headDim / 2; i++) {
      const angle = position * theta ** ((-2 * i) / headDim);
      const [a, b] =
        pairing === 'half' ? [head + i, head + i + headDim / 2] : [head + 2 * i, head + 2 * i + 1];
      y[a] = x[a]! * Math.cos(angle) - x[b]! * Math.sin(angle);
      y[b] = x[a]! * Math.sin(angle) + x[b]! * Math.cos(angle);
    }
  }
  return y;
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((all, value, i) => all + value * b[i]!, 0);

const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);
