import { ropeConfig } from '../config/rope-config';
import type { RopeConfigInput } from '../config/types';
import { additiveEncoding, maxPositions, positionsOf } from '../encodings/encoding';
import { encodingRows } from '../encodings/rows';
import { sinusoidalFrequencies } from '../encodings/sinusoidal';
import type { AdditiveEncodingInput } from '../encodings/types';
import { checkWavelet, type WaveletEncoding, waveletRows } from '../encodings/wavelet';
import { checkInteger, checkKeys, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { type FopeOptions, fopeRotation } from '../tables/fope';

/** Any encoding that has rows to look at: one that is added to tokens, one that rotates, or wavelets. {@link positionRows} makes the rows. */
export type EncodingSource = AdditiveSource | RopeSource | WaveletSource;

/** An encoding that is added to tokens. */
export interface AdditiveSource {
  readonly encoding: AdditiveEncodingInput;
  /** `learned` alone: `[rows, dim]`, flat; finite. Read only. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** A rotation of queries and keys. */
export interface RopeSource {
  readonly rope: RopeConfigInput;
  /** Tokens; `dynamic` and `longrope` depend on it. Default: within the original length. */
  readonly sequenceLength?: number | undefined;
  /** What the frequencies are mixed by, for FoPE: the first head is looked at. */
  readonly fope?: FopeOptions | undefined;
}

/** Wavelets of the distance of a query and a key: a row a distance. */
export interface WaveletSource {
  readonly wavelet: WaveletEncoding;
}

/** The size of a source's rows, and how far they go. */
export interface EncodingShape {
  /** Elements in a row; RoPE: `rotaryDim`. */
  readonly dim: number;
  /** Positions a token has. */
  readonly axes: number;
  /** Positions that have a row, from 0, on each axis; at most 2^24. */
  readonly positions: number;
}

/**
 * The size of a source's rows.
 *
 * @throws {TypeError | RangeError} the source is none of these, or its encoding or config is not valid
 * @example encodingShape({ rope: { headDim: 128 } }) // { dim: 128, axes: 1, positions: 16777216 }
 */
export function encodingShape(source: EncodingSource): EncodingShape {
  if (isRope(source)) {
    const config = ropeConfig(source.rope);
    if (source.fope) fopeRotation(config, source.fope);
    const { rotaryDim, axes } = config;
    return { dim: rotaryDim, axes: axes?.count ?? 1, positions: maxPositions };
  }
  if (isWavelet(source))
    return { dim: checkWavelet(source.wavelet, 'wavelet').dim, axes: 1, positions: maxPositions };
  const checked = additiveEncoding(source.encoding);
  return { dim: checked.dim, axes: checked.axes, positions: positionsOf(checked) };
}

/**
 * What an encoding makes of positions, as rows in float64, so that different encodings can be drawn and compared.
 *
 * For an additive encoding they are the rows that it adds. RoPE adds nothing; its row is what it makes of a vector whose
 * every pair is (1, 0): the cosine and sine of each pair's angle, times the attention factor, each where the pairing has
 * the pair's elements. The dot product of two rows is then the sum of `cos((p - q) f[i])`, times the factor squared. Wavelets have a
 * row a distance: that of a position is the row of its distance to position 0.
 *
 * @param positions `[axes, tokens]`, flat: the positions of all tokens on the first axis, then on the next. Integers.
 * @returns `[tokens, dim]`, flat; RoPE: `[tokens, rotaryDim]`.
 * @throws {TypeError | RangeError} the source is not valid, or has no row for a position
 * @example positionRows({ rope: { headDim: 4, pairing: 'interleaved' } }, [0, 100]) // 1 0 1 0, cos 100, sin 100, cos 1, sin 1
 */
export function positionRows(source: EncodingSource, positions: ArrayLike<number>): Float64Array {
  if (isRope(source)) return ropeRows(source, positions);
  if (isWavelet(source)) return waveletRows(source.wavelet, positions);
  return encodingRows(source.encoding, positions, source.weights);
}

const sourceKeys = {
  encoding: ['encoding', 'weights'],
  rope: ['rope', 'sequenceLength', 'fope'],
  wavelet: ['wavelet'],
} as const;

/** Which of the kinds a source is, after checking that it is one of them. */
function kindOf(source: EncodingSource): keyof typeof sourceKeys {
  const kinds = (Object.keys(sourceKeys) as (keyof typeof sourceKeys)[]).filter(
    (kind) => typeof source === 'object' && source !== null && kind in source,
  );
  const [kind] = kinds;
  if (!kind || kinds.length > 1) {
    const expected = '{ encoding, weights? } or { rope, sequenceLength?, fope? } or { wavelet }';
    throw wrongType('source', expected, source);
  }
  checkKeys('source', source, sourceKeys[kind]);
  return kind;
}

/** Whether a source rotates. */
export const isRope = (source: EncodingSource): source is RopeSource => kindOf(source) === 'rope';

/** Whether its rows are those of distances. */
export const isWavelet = (source: EncodingSource): source is WaveletSource => kindOf(source) === 'wavelet';

/** Radians a position of each frequency pair of a source; undefined where its rows do not turn. */
export function pairFrequencies(source: EncodingSource): Float64Array | undefined {
  if (isRope(source)) {
    const { rope, sequenceLength = 0, fope } = source;
    if (fope) return fopeRotation(ropeConfig(rope), fope).frequencies;
    return ropeFrequencies(rope, sequenceLength).inverseFrequencies;
  }
  if (isWavelet(source)) return undefined;
  const encoding = additiveEncoding(source.encoding);
  if (encoding.type !== 'sinusoidal') return undefined;
  const block = sinusoidalFrequencies(encoding);
  return Float64Array.from({ length: encoding.axes * block.length }, (_, i) => block[i % block.length]!);
}

/** Where the two elements of pair `i` lie in a row. */
export function placeOfPair(source: RopeSource): (pair: number) => readonly [cos: number, sin: number] {
  const { pairing, rotaryDim } = ropeConfig(source.rope);
  return pairing === 'half' ? (i) => [i, i + rotaryDim / 2] : (i) => [2 * i, 2 * i + 1];
}

function ropeRows(source: RopeSource, positions: ArrayLike<number>): Float64Array {
  const { rotaryDim, axes } = ropeConfig(source.rope);
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(source.rope, source.sequenceLength ?? 0);
  const count = axes?.count ?? 1;
  if (typeof positions?.length !== 'number') throw wrongType('positions', 'an array of numbers', positions);
  if (positions.length % count !== 0) {
    const expected = `a multiple of ${count} numbers ([axes, tokens])`;
    throw new RangeError(`positions: expected ${expected}, got ${positions.length}`);
  }
  const checked = Float64Array.from(positions, (position, i) =>
    checkInteger(`positions[${i}]`, position, 0, maxPositions - 1),
  );
  const tokens = positions.length / count;
  const place = placeOfPair(source);
  const rows = new Float64Array(tokens * rotaryDim);
  if (source.fope) {
    const pairs = rotaryDim / 2;
    const rotation = fopeRotation(ropeConfig(source.rope), source.fope);
    const [cosines, sines] = [new Float64Array(pairs), new Float64Array(pairs)];
    for (const [token, position] of checked.entries()) {
      rotation.write(0, position, cosines, sines);
      for (let pair = 0; pair < pairs; pair++) {
        const [cos, sin] = place(pair);
        rows[token * rotaryDim + cos] = cosines[pair]!;
        rows[token * rotaryDim + sin] = sines[pair]!;
      }
    }
    return rows;
  }
  for (const [pair, frequency] of inverseFrequencies.entries()) {
    const [cos, sin] = place(pair);
    const first = (axes?.pairAxis[pair] ?? 0) * tokens;
    for (let token = 0; token < tokens; token++) {
      const angle = checked[first + token]! * frequency;
      rows[token * rotaryDim + cos] = attentionFactor * Math.cos(angle);
      rows[token * rotaryDim + sin] = attentionFactor * Math.sin(angle);
    }
  }
  return rows;
}
