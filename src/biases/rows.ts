import { checkInteger, wrongType } from '../errors';
import { attentionBias, biasNumbers } from './bias';
import { bucketingOf, bucketOf, type T5Buckets, t5Buckets } from './t5';
import type { AlibiAhead, AttentionBiasInput } from './types';

/** Position ids end here: the kernel's are 31 bits wide. */
const maxPosition = 2 ** 31 - 1;

/**
 * What a bias adds to the scores of these queries and keys, in float64.
 *
 * @param bias A bias, or what differs from its defaults.
 * @param queries Positions of the queries.   @param keys Positions of the keys.
 * @param weights `t5` alone: `[buckets, heads]`, as `relative_attention_bias.weight` has them; read only.
 * @returns `[heads, queries, keys]`, flat.
 * @throws {TypeError | RangeError} what {@link attentionBias} throws; a position outside `0..2^31 - 1`; weights that are
 *   missing, of another length, or given to ALiBi
 * @example biasRows({ type: 'alibi', heads: 8 }, [5], [0, 1, 2, 3, 4, 5]) // head 0: -2.5, -2, … 0
 */
export function biasRows(
  bias: AttentionBiasInput,
  queries: ArrayLike<number>,
  keys: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Float64Array {
  const checked = attentionBias(bias);
  checkPositions('queries', queries);
  checkPositions('keys', keys);
  const numbers = biasNumbers(checked, weights);
  const { heads } = checked;
  const rows = new Float64Array(heads * queries.length * keys.length);
  const value =
    checked.type === 'alibi'
      ? alibiValue(numbers, checked.ahead)
      : t5Value(numbers, heads, t5Buckets(bucketingOf(checked)));
  let at = 0;
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < queries.length; i++) {
      for (let j = 0; j < keys.length; j++) rows[at++] = value(head, keys[j]! - queries[i]!);
    }
  }
  return rows;
}

type BiasValue = (head: number, relative: number) => number;

function alibiValue(slopes: ArrayLike<number>, ahead: AlibiAhead): BiasValue {
  if (ahead === 'linear') return (head, relative) => 0 + slopes[head]! * relative;
  // 0 rather than -0 on the diagonal.
  return (head, relative) => 0 - slopes[head]! * Math.abs(relative);
}

function t5Value(weights: ArrayLike<number>, heads: number, table: T5Buckets): BiasValue {
  return (head, relative) => weights[bucketOf(table, relative) * heads + head]!;
}

function checkPositions(name: string, positions: ArrayLike<number>): void {
  if (typeof positions?.length !== 'number' || typeof positions === 'string') {
    throw wrongType(name, 'an array of positions', positions);
  }
  for (let i = 0; i < positions.length; i++) checkInteger(`${name}[${i}]`, positions[i], 0, maxPosition);
}
