import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import {
  checkArrayLike,
  checkChoice,
  checkInteger,
  checkKeys,
  checkNumber,
  outOfRange,
  wrongType,
} from '../errors';
import { ropeFrequencies } from '../frequencies';

/** What training found for a FoPE. See {@link fopeCaches}. */
export interface FopeOptions {
  /** `[heads, kept, kept]`, flat: how much of each kept frequency (rows) the cosine of each pair (columns) has. */
  readonly cosCoefficients: ArrayLike<number>;
  /** The same of the sines. */
  readonly sinCoefficients: ArrayLike<number>;
  /**
   * Frequencies that are kept, the first of them. Default: those that make a full turn within `trainedPositions` of the config.
   */
  readonly kept?: number;
  /**
   * What pairs of the others have: `ones`, cosine and sine 1 at every position, as the authors' code and models trained with it;
   * or `still`, cosine 1 and sine 0. Needed where there are such pairs, as implementations differ (vLLM issue 55204).
   */
  readonly rest?: 'ones' | 'still';
}

/** Cosines and sines of one head, as `createRope` takes them in place of frequencies: `[positions, rotaryDim / 2]` each. */
export interface FopeCaches {
  readonly cosCache: Float32Array<ArrayBuffer>;
  readonly sinCache: Float32Array<ArrayBuffer>;
}

const optionKeys = ['cosCoefficients', 'sinCoefficients', 'kept', 'rest'];

/**
 * Tables of Fourier position embedding (FoPE): the cosine and the sine of a pair are sums over all kept frequencies, with
 * weights that were trained, and frequencies too low to have made a turn in training are 0. Each head of K, and the heads of Q that
 * share it, has tables of its own: make a rope a head, and bind it to that head alone (docs/schemes/fope.md).
 *
 * Hua et al. 2024, Fourier Position Embedding, arXiv:2412.17739.
 *
 * @param config Frequencies before they are mixed; one axis.
 * @param positions Rows, from position 0, 1 to 2^24.
 * @returns one pair of tables a head
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range; pairs are left and `rest` does not say what
 *   they have
 * @example const heads = fopeCaches({ headDim: 128, trainedPositions: 4096 }, 8192, { cosCoefficients, sinCoefficients, rest: 'ones' });
 */
export function fopeCaches(config: RopeConfigInput, positions: number, options: FopeOptions): FopeCaches[] {
  const rotation = fopeRotation(ropeConfig(config), options);
  checkInteger('positions', positions, 1, 2 ** 24);
  const { heads, pairs } = rotation;
  return Array.from({ length: heads }, (_, head) => {
    const cosCache = new Float32Array(positions * pairs);
    const sinCache = new Float32Array(positions * pairs);
    for (let position = 0; position < positions; position++) {
      rotation.write(
        head,
        position,
        cosCache.subarray(position * pairs),
        sinCache.subarray(position * pairs),
      );
    }
    return { cosCache, sinCache };
  });
}

/** A FoPE, checked. */
export interface FopeRotation {
  readonly heads: number;
  readonly pairs: number;
  /** Of each pair, its own; 0 where it was dropped. */
  readonly frequencies: Float64Array;
  /** Writes the cosines and sines of the pairs of a head. */
  write(
    head: number,
    position: number,
    cos: Float32Array | Float64Array,
    sin: Float32Array | Float64Array,
  ): void;
}

/** Checks a FoPE. @throws {TypeError | RangeError} as {@link fopeCaches} */
export function fopeRotation(config: RopeConfig, options: FopeOptions): FopeRotation {
  checkKeys('options', options, optionKeys);
  if (config.axes) throw outOfRange('axes', 'null, as a row is that of one position', config.axes);
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
  const pairs = inverseFrequencies.length;
  const kept = keptOf(config, inverseFrequencies, options.kept);
  const cosCoefficients = checkCoefficients('cosCoefficients', options.cosCoefficients, kept);
  const sinCoefficients = checkCoefficients('sinCoefficients', options.sinCoefficients, kept);
  if (sinCoefficients.length !== cosCoefficients.length) {
    throw outOfRange(
      'sinCoefficients',
      `${cosCoefficients.length} numbers, as cosCoefficients`,
      sinCoefficients.length,
    );
  }
  if (kept < pairs && options.rest === undefined) {
    throw wrongType(
      'rest',
      `"ones" or "still", as ${pairs - kept} of ${pairs} pairs have no frequency`,
      options.rest,
    );
  }
  const rest = checkChoice('rest', options.rest ?? 'still', ['ones', 'still']);
  const waves = { cos: new Float64Array(kept), sin: new Float64Array(kept) };
  return {
    heads: cosCoefficients.length / kept ** 2,
    pairs,
    frequencies: inverseFrequencies.map((frequency, pair) => (pair < kept ? frequency : 0)),
    write(head, position, cos, sin) {
      for (let i = 0; i < kept; i++) {
        waves.cos[i] = Math.cos(position * inverseFrequencies[i]!);
        waves.sin[i] = Math.sin(position * inverseFrequencies[i]!);
      }
      for (let pair = 0; pair < pairs; pair++) {
        const isKept = pair < kept;
        cos[pair] = attentionFactor * (isKept ? mixed(waves.cos, cosCoefficients, head, pair) : 1);
        sin[pair] =
          attentionFactor *
          (isKept ? mixed(waves.sin, sinCoefficients, head, pair) : Number(rest === 'ones'));
      }
    },
  };
}

/** The sum over frequencies that a pair has. */
function mixed(waves: Float64Array, coefficients: ArrayLike<number>, head: number, pair: number): number {
  const { length } = waves;
  return waves.reduce((sum, wave, i) => sum + wave * coefficients[(head * length + i) * length + pair]!, 0);
}

function keptOf(config: RopeConfig, frequencies: Float64Array, given: number | undefined): number {
  if (given !== undefined) {
    return checkInteger('kept', given, 1, { most: frequencies.length, unit: ' (frequencies)' });
  }
  const { trainedPositions } = config;
  if (trainedPositions === null) {
    throw wrongType('kept', 'how many frequencies are kept, as the config has no trainedPositions', given);
  }
  // Frequencies fall from pair to pair, but a scheme may have others.
  const kept = frequencies.findIndex((frequency) => Math.abs(frequency) <= (2 * Math.PI) / trainedPositions);
  if (kept === 0) throw outOfRange('trainedPositions', 'a full turn of at least one pair', trainedPositions);
  return kept < 0 ? frequencies.length : kept;
}

function checkCoefficients(name: string, given: unknown, kept: number): ArrayLike<number> {
  checkArrayLike(name, given, 'an array of numbers ([heads, kept, kept])');
  const { length } = given;
  if (length === 0 || length % kept ** 2 !== 0) {
    throw outOfRange(name, `a multiple of ${kept ** 2} numbers (${kept} frequencies, twice)`, length);
  }
  for (let i = 0; i < length; i++) checkNumber(`${name}[${i}]`, given[i], 'a finite number', () => true);
  return given as ArrayLike<number>;
}
