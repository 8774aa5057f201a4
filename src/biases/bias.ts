import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { alibiSlopes, checkMaxBias, maxHeads } from './alibi';
import { checkBucketing } from './t5';
import type { AttentionBias, AttentionBiasInput } from './types';

/**
 * Fills in what a bias leaves out and checks all of it. The result is a copy; the input is not kept.
 *
 * @param input.heads Heads of a layer, `1..65536`.
 * @param input.maxBias `alibi`: default 8.
 * @param input.buckets `t5`: default 32.   @param input.maxDistance `t5`: default 128; at most 2^20.
 * @param input.bidirectional `t5`: default true; false in a decoder.
 * @throws {TypeError} a field is unknown, missing or of the wrong kind   @throws {RangeError} a value is out of range
 * @example T5's decoder: `attentionBias({ type: 't5', heads: 12, bidirectional: false })`
 */
export function attentionBias(input: AttentionBiasInput): AttentionBias {
  if (typeof input !== 'object' || input === null) throw wrongType('bias', '{ type, heads, … }', input);
  const type = checkChoice('type', input.type, ['alibi', 't5']);
  checkKeys('bias', input, type === 'alibi' ? alibiKeys : t5Keys);
  const heads = checkInteger('heads', input.heads, 1, maxHeads);
  if (input.type === 'alibi') return { type: 'alibi', heads, maxBias: checkMaxBias(input.maxBias ?? 8) };
  return { type: 't5', heads, ...checkBucketing(input) };
}

const alibiKeys = ['type', 'heads', 'maxBias'];
const t5Keys = ['type', 'heads', 'buckets', 'maxDistance', 'bidirectional'];

/**
 * The numbers that a bias is made of: slopes, or the weights beside it, checked.
 *
 * @throws {TypeError | RangeError} weights are missing, of the wrong kind, too few, or given to ALiBi
 */
export function biasNumbers(bias: AttentionBias, weights: ArrayLike<number> | undefined): ArrayLike<number> {
  if (bias.type === 'alibi') {
    if (weights !== undefined) throw wrongType('weights', 'none, as ALiBi has no weights', weights);
    return alibiSlopes(bias.heads, { maxBias: bias.maxBias });
  }
  const { buckets, heads } = bias;
  const count = buckets * heads;
  if (typeof weights?.length !== 'number' || typeof weights === 'string') {
    throw wrongType(
      'weights',
      `an array of ${count} numbers ([${buckets} buckets, ${heads} heads])`,
      weights,
    );
  }
  if (weights.length !== count) {
    const expected = `${count} numbers ([${buckets} buckets, ${heads} heads])`;
    throw new RangeError(`weights: expected ${expected}, got ${weights.length}`);
  }
  for (let i = 0; i < count; i++) {
    if (typeof weights[i] !== 'number') throw wrongType(`weights[${i}]`, 'a number', weights[i]);
  }
  return weights;
}
