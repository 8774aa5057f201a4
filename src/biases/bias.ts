import { checkArrayLike, checkChoice, checkInteger, checkKeys, checkNumber, wrongType } from '../errors';
import { alibiSlopes, checkMaxBias, maxHeads } from './alibi';
import { checkBucketing } from './t5';
import { type AlibiBias, type AttentionBias, type AttentionBiasInput, alibiAheads } from './types';

/**
 * Fills in what a bias leaves out and checks all of it. The result is a copy; the input is not kept.
 *
 * @param input.heads Heads of a layer, `1..65536`.
 * @param input.maxBias `alibi`: default 8.   @param input.ahead `alibi`: default `mirrored`.
 * @param input.firstHead `alibi`: default 0.   @param input.totalHeads `alibi`: default `firstHead + heads`.
 * @param input.slopes `alibi`: one a head; then none of maxBias, firstHead and totalHeads.
 * @param input.buckets `t5`: default 32.   @param input.maxDistance `t5`: default 128; at most 2^20.
 * @param input.bidirectional `t5`: default true; false in a decoder.
 * @throws {TypeError} a field is unknown, missing or of the wrong kind   @throws {RangeError} a value is out of range
 * @example Heads 16 to 31 of 32: `attentionBias({ type: 'alibi', heads: 16, firstHead: 16, totalHeads: 32 })`
 * @example T5's decoder: `attentionBias({ type: 't5', heads: 12, bidirectional: false })`
 */
export function attentionBias(input: AttentionBiasInput): AttentionBias {
  if (typeof input !== 'object' || input === null) throw wrongType('bias', '{ type, heads, … }', input);
  const type = checkChoice('type', input.type, ['alibi', 't5']);
  checkKeys('bias', input, type === 'alibi' ? alibiKeys : t5Keys);
  const heads = checkInteger('heads', input.heads, 1, maxHeads);
  if (input.type === 'alibi') return alibi(input, heads);
  return { type: 't5', heads, ...checkBucketing(input) };
}

const besideSlopes = 'none beside slopes, which are one a head of the scores';

type AlibiInput = Extract<AttentionBiasInput, { type: 'alibi' }>;

function alibi(input: AlibiInput, heads: number): AlibiBias {
  const ahead = checkChoice('ahead', input.ahead ?? 'mirrored', alibiAheads);
  const firstHead = checkInteger('firstHead', input.firstHead ?? 0, 0, maxHeads - heads);
  const totalHeads = checkInteger(
    'totalHeads',
    input.totalHeads ?? firstHead + heads,
    firstHead + heads,
    maxHeads,
  );
  const maxBias = checkMaxBias(input.maxBias ?? 8);
  const shape = { type: 'alibi', heads, maxBias, firstHead, totalHeads, ahead } as const;
  const { slopes = null } = input;
  if (slopes === null) return { ...shape, slopes };
  if (maxBias !== 8) throw wrongType('maxBias', besideSlopes, maxBias);
  if (firstHead !== 0) throw wrongType('firstHead', besideSlopes, firstHead);
  if (totalHeads !== heads) throw wrongType('totalHeads', besideSlopes, totalHeads);
  checkArrayLike('slopes', slopes, `an array of ${heads} numbers (one a head)`);
  if (slopes.length !== heads) {
    throw new RangeError(`slopes: expected ${heads} numbers (one a head), got ${slopes.length}`);
  }
  const own = Array.from(slopes, (slope, head) =>
    checkNumber(`slopes[${head}]`, slope, 'a finite float32', (value) => Number.isFinite(Math.fround(value))),
  );
  return { ...shape, slopes: own };
}

const alibiKeys = ['type', 'heads', 'maxBias', 'firstHead', 'totalHeads', 'ahead', 'slopes'];
const t5Keys = ['type', 'heads', 'buckets', 'maxDistance', 'bidirectional'];

/**
 * The numbers that a bias is made of: slopes, or the weights beside it, checked.
 *
 * @throws {TypeError | RangeError} weights are missing, of the wrong kind, too few, or given to ALiBi
 */
export function biasNumbers(bias: AttentionBias, weights: ArrayLike<number> | undefined): ArrayLike<number> {
  if (bias.type === 'alibi') {
    if (weights !== undefined) throw wrongType('weights', 'none, as ALiBi has no weights', weights);
    const { heads, firstHead, totalHeads, maxBias, slopes } = bias;
    return slopes ?? alibiSlopes(totalHeads, { maxBias }).subarray(firstHead, firstHead + heads);
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
