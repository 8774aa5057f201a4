/**
 * Attention biases on the CPU: float64, slow and obvious. It is the judge of the kernel and shares no arithmetic with it,
 * nor with the tables of `src/biases`.
 *
 *   scores[b, h, i, j] += scale * bias(query position i, key position j, head h)
 *
 * ALiBi: `-slopes[h] * |query - key|` (Press et al., arXiv:2108.12409). T5: `weights[bucket(key - query), h]` (Raffel et
 * al., arXiv:1910.10683).
 */

import {
  checkDtype,
  checkStorage,
  fromStorage,
  type RopeDtype,
  type StorageArray,
  toStorage,
} from '../dtypes';
import { checkInteger, checkKeys, checkNumber, wrongType } from '../errors';

/** The numbers of a bias: the slopes of ALiBi; or T5's weights and how it deals positions into buckets. */
export type ReferenceBias =
  | {
      readonly slopes: ArrayLike<number>;
      /** Whether keys after the query get `slope * (key - query)`, above 0, rather than less the distance. Default false. */
      readonly isLinear?: boolean;
    }
  | {
      /** `[buckets, heads]`. */
      readonly weights: ArrayLike<number>;
      readonly buckets: number;
      readonly maxDistance: number;
      readonly bidirectional: boolean;
    };

/** What {@link applyBiasReference} adds, and where. Offsets and strides count elements. */
export interface BiasReferenceOptions {
  readonly dtype: RopeDtype;
  readonly bias: ReferenceBias;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  /** Default 1. */
  readonly batch?: number;
  /**
   * Position of the first query, the others following; or an id a query, `[queries]` or `[batch, queries]`. A negative id
   * leaves its row as it is.
   */
  readonly queryPositions: number | ArrayLike<number>;
  /** Those of the keys; a negative id leaves its column as it is. */
  readonly keyPositions: number | ArrayLike<number>;
  /** Default 1. */
  readonly scale?: number;
  /** Element at which the scores begin. Default 0. */
  readonly offset?: number;
  /** Default: dense, `[batch, heads, queries, keys]`; one not given follows from those inside it. */
  readonly strides?: { readonly batch?: number; readonly head?: number; readonly query?: number };
}

/**
 * Adds a bias to scores in place: computed in float64, rounded once, at the end, to the storage type. Elements that are
 * no scores keep their bits.
 *
 * @param scores Float32Array for f32, Uint16Array of bits for f16 and bf16. Overwritten.
 * @throws {TypeError} `scores` does not fit `dtype`, or an option is the wrong kind of thing
 * @throws {RangeError} an option is out of range, or `scores` is too short; it is then untouched
 * @example applyBiasReference(scores, {
 *   dtype: 'f32', bias: { slopes: alibiSlopes(8) }, heads: 8, queries: 1, keys: 413, queryPositions: 412, keyPositions: 0,
 * });
 */
export function applyBiasReference(scores: StorageArray, options: BiasReferenceOptions): void {
  const stored = toStorage(biasReferenceExact(scores, options), options.dtype);
  forEachScore(options, (at) => {
    scores[at] = stored[at]!;
  });
}

/**
 * What `applyBiasReference` would store, before its rounding: a new Float64Array as long as `scores`, which is only read.
 *
 * @throws {TypeError} {RangeError} as `applyBiasReference`
 */
export function biasReferenceExact(scores: StorageArray, options: BiasReferenceOptions): Float64Array {
  checkOptions(scores, options);
  const { bias, heads, scale = 1 } = options;
  const exact = fromStorage(scores, options.dtype);
  const buckets = new Map<number, number>();
  forEachScore(options, (at, head, query, key) => {
    const relative = key - query;
    if ('slopes' in bias) {
      const distance = bias.isLinear && relative > 0 ? -relative : Math.abs(relative);
      exact[at]! -= scale * bias.slopes[head]! * distance;
      return;
    }
    let bucket = buckets.get(relative);
    if (bucket === undefined) {
      bucket = bucketByDefinition(relative, bias.buckets, bias.maxDistance, bias.bidirectional);
      buckets.set(relative, bucket);
    }
    exact[at]! += scale * bias.weights[bucket * heads + head]!;
  });
  return exact;
}

/** T5's bucket by counting: the most steps j with (d/m)^L >= (D/m)^j, in integers, so that no logarithm can be off. */
function bucketByDefinition(
  relative: number,
  buckets: number,
  maxDistance: number,
  bidirectional: boolean,
): number {
  const each = bidirectional ? Math.floor(buckets / 2) : buckets;
  // Keys after the query have buckets of their own, past those of the keys before it.
  const begin = bidirectional && relative > 0 ? each : 0;
  const distance = bidirectional ? Math.abs(relative) : Math.max(0, -relative);
  const exact = Math.floor(each / 2);
  if (distance < exact) return begin + distance;
  const steps = each - exact;
  const [d, m, most] = [BigInt(distance), BigInt(exact), BigInt(maxDistance)];
  const power = d ** BigInt(steps);
  let j = 0;
  while (j + 1 < steps && power * m ** BigInt(j + 1) >= most ** BigInt(j + 1) * m ** BigInt(steps)) j++;
  return begin + exact + j;
}

/** Visits every score whose query and key have a position. */
function forEachScore(
  options: BiasReferenceOptions,
  visit: (at: number, head: number, query: number, key: number) => void,
): void {
  const { heads, queries, keys, batch = 1, offset = 0, queryPositions, keyPositions } = options;
  const strides = stridesOf(options);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const query = positionOf(queryPositions, queries, b, i);
        if (query < 0) continue;
        const row = offset + b * strides.batch + h * strides.head + i * strides.query;
        for (let j = 0; j < keys; j++) {
          const key = positionOf(keyPositions, keys, b, j);
          if (key >= 0) visit(row + j, h, query, key);
        }
      }
    }
  }
}

function stridesOf({ heads, queries, keys, strides = {} }: BiasReferenceOptions) {
  const query = strides.query ?? keys;
  const head = strides.head ?? queries * query;
  return { query, head, batch: strides.batch ?? heads * head };
}

function positionOf(
  positions: number | ArrayLike<number>,
  count: number,
  sequence: number,
  i: number,
): number {
  if (typeof positions === 'number') return positions + i;
  return positions[positions.length > count ? sequence * count + i : i]!;
}

const optionKeys = [
  'dtype',
  'bias',
  'heads',
  'queries',
  'keys',
  'batch',
  'queryPositions',
  'keyPositions',
  'scale',
  'offset',
  'strides',
] as const satisfies readonly (keyof BiasReferenceOptions)[];

function checkOptions(scores: StorageArray, options: BiasReferenceOptions): void {
  checkKeys('options', options, optionKeys);
  const { bias, heads, queries, keys, batch = 1, offset = 0, scale = 1 } = options;
  checkStorage('scores', scores, checkDtype(options.dtype));
  const counts = { heads, queries, keys, batch };
  for (const [name, count] of Object.entries(counts)) checkInteger(name, count, 1, 2 ** 31);
  checkInteger('offset', offset, 0, { most: Number.MAX_SAFE_INTEGER, unit: ' of elements' });
  checkNumber('scale', scale, 'a finite number', () => true);
  checkPositions('queryPositions', options.queryPositions, queries, batch);
  checkPositions('keyPositions', options.keyPositions, keys, batch);
  checkBias(bias, heads);
  checkKeys('strides', options.strides ?? {}, ['batch', 'head', 'query']);
  const strides = stridesOf(options);
  for (const [key, stride] of Object.entries(strides)) {
    checkInteger(`strides.${key}`, stride, 1, { most: Number.MAX_SAFE_INTEGER, unit: ' of elements' });
  }
  const last = (batch - 1) * strides.batch + (heads - 1) * strides.head + (queries - 1) * strides.query;
  const length = offset + last + keys;
  if (length > scores.length) {
    throw new RangeError(`scores: expected at least ${length} elements, got ${scores.length}`);
  }
}

function checkBias(bias: ReferenceBias, heads: number): void {
  if (typeof bias !== 'object' || bias === null)
    throw wrongType('bias', '{ slopes } or { weights, … }', bias);
  if ('slopes' in bias) {
    checkKeys('bias', bias, ['slopes', 'isLinear']);
    const { isLinear = false } = bias;
    if (typeof isLinear !== 'boolean') throw wrongType('bias.isLinear', 'true or false', isLinear);
    checkNumbers('bias.slopes', bias.slopes, heads);
    return;
  }
  checkKeys('bias', bias, ['weights', 'buckets', 'maxDistance', 'bidirectional']);
  const { bidirectional } = bias;
  if (typeof bidirectional !== 'boolean')
    throw wrongType('bias.bidirectional', 'true or false', bidirectional);
  const buckets = checkInteger('bias.buckets', bias.buckets, bidirectional ? 4 : 2, 65_536);
  // The buckets of one distance each end there: a half of those of a direction.
  const exact = Math.floor((bidirectional ? Math.floor(buckets / 2) : buckets) / 2);
  checkInteger('bias.maxDistance', bias.maxDistance, exact + 1, 2 ** 31);
  checkNumbers('bias.weights', bias.weights, buckets * heads);
}

function checkNumbers(name: string, numbers: ArrayLike<number>, count: number): void {
  if (typeof numbers?.length !== 'number') throw wrongType(name, `an array of ${count} numbers`, numbers);
  if (numbers.length !== count)
    throw new RangeError(`${name}: expected ${count} numbers, got ${numbers.length}`);
  for (let i = 0; i < count; i++) {
    if (typeof numbers[i] !== 'number') throw wrongType(`${name}[${i}]`, 'a number', numbers[i]);
  }
}

function checkPositions(
  name: string,
  positions: number | ArrayLike<number>,
  count: number,
  batch: number,
): void {
  if (typeof positions === 'number') {
    checkInteger(name, positions, 0, 2 ** 31 - count);
    return;
  }
  if (typeof positions?.length !== 'number') throw wrongType(name, 'a start or an array of ids', positions);
  if (positions.length !== count && positions.length !== batch * count) {
    throw new RangeError(`${name}: expected ${count} or ${batch} x ${count} ids, got ${positions.length}`);
  }
  for (let i = 0; i < positions.length; i++)
    checkInteger(`${name}[${i}]`, positions[i], -(2 ** 31), 2 ** 31 - 1);
}
