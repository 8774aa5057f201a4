/** Stand-ins for what a model learns: vectors from a generator that a text seeds, the same for the same text. */
import { createRandom } from '../../../bench/harness/random';
import { normals } from '../../normals';

/**
 * Query and key vectors of two words, both of length √dim, as if each element had a variance of 1.
 *
 * @param alike Cosine between the two, -1 to 1: the key is that much of the query, and the rest its own.
 */
export function tokenVectors(
  queryWord: string,
  keyWord: string,
  dim: number,
  alike: number,
): { query: Float32Array; key: Float32Array } {
  const query = seededVector(`query ${queryWord}`, dim);
  const own = seededVector(`key ${keyWord}`, dim);
  // What is left of the key's own direction once the query's is taken out of it.
  const along = dot(query, own) / dot(query, query);
  const rest = normalised(own.map((value, i) => value - along * (query[i] ?? 0)));
  const across = Math.sqrt(Math.max(0, 1 - alike * alike));
  const key = query.map((value, i) => alike * value + across * (rest[i] ?? 0));
  return { query: Float32Array.from(query), key: Float32Array.from(key) };
}

/**
 * The content of a cell that all cells share: every pair has the length √2, so that each frequency counts alike and the
 * scores show position alone.
 *
 * @param partner Distance from the first element of a pair to the second; `step` from one pair to the next.
 */
export function evenVector(dim: number, step: number, partner: number): Float32Array {
  const random = createRandom(hashOf('cell'));
  const vector = new Float32Array(dim);
  for (let pair = 0; pair < dim / 2; pair++) {
    const angle = 2 * Math.PI * random.next();
    vector[pair * step] = Math.SQRT2 * Math.cos(angle);
    vector[pair * step + partner] = Math.SQRT2 * Math.sin(angle);
  }
  return vector;
}

/** q·k / √dim, as attention scores it, summed in float64. */
export function score(query: Float32Array, key: Float32Array): number {
  let sum = 0;
  for (const [i, value] of query.entries()) sum += value * (key[i] ?? Number.NaN);
  return sum / Math.sqrt(query.length);
}

/** A row of `[rows, dim]`, in the same memory. */
export function rowAt(rows: Float32Array, row: number, dim: number): Float32Array {
  return rows.subarray(row * dim, (row + 1) * dim);
}

/** A direction that the seed picks, every one as likely, of length √dim: normal elements have no preference. */
function seededVector(seed: string, dim: number): Float64Array {
  return normalised(normals(hashOf(seed), dim));
}

function normalised(vector: Float64Array): Float64Array {
  const scale = Math.sqrt(vector.length / dot(vector, vector));
  return vector.map((value) => value * scale);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
