/**
 * The buckets of T5. With n buckets for a direction, the first m = n/2 (rounded down) hold one distance each; the other
 * L = n - m grow geometrically up to D, the maximum distance:
 *
 *   bucket(d) = min(n - 1, m + floor(L * log(d / m) / log(D / m)))    for d >= m
 *
 * So bucket m + j begins at the smallest d with (d/m)^L >= (D/m)^j. The reference computes the logarithm in float32 and
 * truncates. We compare integers, d^L * m^j >= D^j * m^L, and need no logarithm. For every published setting (32 or 64
 * buckets to 128, WavLM's 320 to 800, UMT5, 64 to 256, ...) float32, float64 and the integers agree at every distance up
 * to 10^6 where the logarithm is rounded correctly. Some edges are exact, though: 16, 32 and 64 for T5's encoder (8 * 2^k).
 * There a logarithm that is one float32 step too small gives the bucket before; the integers cannot.
 */

import { checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import type { T5Bias, T5Bucketing } from './types';

/** The table that the kernel reads holds a word a distance: at most 4 MiB. */
const maxMaxDistance = 2 ** 20;
const maxBuckets = 65_536;

/**
 * Fills in T5's published setting and checks it.
 *
 * @param options.buckets Default 32.   @param options.maxDistance Default 128.   @param options.bidirectional Default true.
 * @throws {TypeError | RangeError} there are too few buckets, or `maxDistance` is not past the buckets of one distance
 */
export function checkBucketing(options: Partial<T5Bucketing>): T5Bucketing {
  const { bidirectional = true } = options;
  if (typeof bidirectional !== 'boolean') throw wrongType('bidirectional', 'true or false', bidirectional);
  const fewest = bidirectional ? 4 : 2;
  const buckets = checkInteger('buckets', options.buckets ?? 32, fewest, maxBuckets);
  const { exact } = split(buckets, bidirectional);
  const maxDistance = checkInteger('maxDistance', options.maxDistance ?? 128, 1, maxMaxDistance);
  if (maxDistance <= exact) {
    throw outOfRange('maxDistance', `more than ${exact}, the buckets of one distance each`, maxDistance);
  }
  return { buckets, maxDistance, bidirectional };
}

/** The part of a bias that {@link t5Buckets} takes. */
export function bucketingOf({ buckets, maxDistance, bidirectional }: T5Bias): T5Bucketing {
  return { buckets, maxDistance, bidirectional };
}

/** Buckets of one direction, and how many of them hold one distance each. */
function split(buckets: number, bidirectional: boolean): { each: number; exact: number } {
  const each = bidirectional ? Math.floor(buckets / 2) : buckets;
  return { each, exact: Math.floor(each / 2) };
}

/** Buckets of the distances of one direction, and what keys after the query add to theirs. */
export interface T5Buckets {
  /** Bucket of each distance from 0 on; all past the last one have its bucket. */
  readonly byDistance: Uint32Array<ArrayBuffer>;
  /** Added to the bucket of a key after the query; 0 where such keys have bucket 0 (not bidirectional). */
  readonly ahead: number;
}

/**
 * The buckets of all distances, as the kernel reads them.
 *
 * @param options The bucketing; T5's own by default: 32 buckets, 128, bidirectional.
 * @throws {TypeError | RangeError} as {@link attentionBias}
 */
export function t5Buckets(options: Partial<T5Bucketing> = {}): T5Buckets {
  checkKeys('options', options, ['buckets', 'maxDistance', 'bidirectional']);
  const { buckets, maxDistance, bidirectional } = checkBucketing(options);
  const { each, exact } = split(buckets, bidirectional);
  const steps = each - exact;
  const byDistance: number[] = [];
  for (let distance = 0; distance < exact; distance++) byDistance.push(distance);
  for (let j = 0; j < steps; j++) {
    const end = j + 1 < steps ? edge(j + 1, steps, exact, maxDistance) : byDistance.length + 1;
    while (byDistance.length < end) byDistance.push(exact + j);
  }
  return { byDistance: Uint32Array.from(byDistance), ahead: bidirectional ? each : 0 };
}

/** The smallest distance d with (d/m)^L >= (D/m)^j. */
function edge(j: number, steps: number, exact: number, maxDistance: number): number {
  const real = exact * (maxDistance / exact) ** (j / steps);
  const near = Math.round(real);
  // Float64 is off by 1e-14 of it at most, so away from integers it decides.
  if (Math.abs(real - near) > 1e-9 * real) return Math.ceil(real);
  const [d, m, largest] = [BigInt(near), BigInt(exact), BigInt(maxDistance)];
  const [p, q] = reduced(j, steps);
  // (d/m)^q >= (D/m)^p, with p/q = j/L in lowest terms.
  return d ** q * m ** p >= largest ** p * m ** q ? near : near + 1;
}

/** j / steps in lowest terms. */
function reduced(j: number, steps: number): [bigint, bigint] {
  let [a, b] = [j, steps];
  while (b > 0) [a, b] = [b, a % b];
  return [BigInt(j / a), BigInt(steps / a)];
}

/**
 * The bucket of one relative position, as in T5's `_relative_position_bucket`.
 *
 * Makes the table of {@link t5Buckets} anew: take that one for many positions.
 *
 * @param relativePosition Position of the key less that of the query.
 * @returns `0..buckets - 1`: a row of the weights.
 * @throws {TypeError | RangeError} it is no integer; or as {@link attentionBias}
 * @example t5Bucket(-20, { buckets: 32, maxDistance: 128, bidirectional: true }) // 10
 */
export function t5Bucket(relativePosition: number, options: Partial<T5Bucketing> = {}): number {
  checkInteger('relativePosition', relativePosition, -(2 ** 31), 2 ** 31);
  return bucketOf(t5Buckets(options), relativePosition);
}

/** The bucket of a relative position by the table. */
export function bucketOf({ byDistance, ahead }: T5Buckets, relativePosition: number): number {
  const isAhead = relativePosition > 0;
  if (isAhead && ahead === 0) return 0;
  const distance = Math.min(Math.abs(relativePosition), byDistance.length - 1);
  return byDistance[distance]! + (isAhead ? ahead : 0);
}
