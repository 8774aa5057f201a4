import { checkInteger, checkKeys, checkNumber } from '../errors';

/** Heads of a layer, at most: as many as a parameter of the kernel may count. */
export const maxHeads = 65_536;

/** Choices for {@link alibiSlopes}. */
export interface AlibiOptions {
  /** MPT's `alibi_bias_max`. Default 8, as in the paper. */
  readonly maxBias?: number;
}

/**
 * The slopes of ALiBi, one a head, in float64. For a power of two of heads n, slope i (from 0) is
 * `2^(-maxBias * (i + 1) / n)`. Other counts have the slopes of the next lower power of two p, then every other one of
 * 2p, from the first on. Press et al. 2021, arXiv:2108.12409, section 3, and the authors' code; BLOOM and MPT agree.
 *
 * @param heads Heads of a layer, `1..65536`.
 * @returns `heads` numbers from 2^-maxBias to 1, all positive.
 * @throws {TypeError | RangeError} `heads` is no integer in its range, `maxBias` no number above 0 and up to 100
 * @example alibiSlopes(8) // 1/2, 1/4, … 1/256
 */
export function alibiSlopes(heads: number, options: AlibiOptions = {}): Float64Array {
  checkInteger('heads', heads, 1, maxHeads);
  checkKeys('options', options, ['maxBias']);
  const maxBias = checkMaxBias(options.maxBias ?? 8);
  const power = 2 ** Math.floor(Math.log2(heads));
  return Float64Array.from({ length: heads }, (_, head) =>
    head < power
      ? 2 ** ((-maxBias * (head + 1)) / power)
      : 2 ** ((-maxBias * (2 * (head - power) + 1)) / (2 * power)),
  );
}

/** The smallest slope, 2^-maxBias, must stay a normal float32. */
export function checkMaxBias(maxBias: unknown): number {
  return checkNumber(
    'maxBias',
    maxBias,
    'a number above 0 and up to 100',
    (value) => value > 0 && value <= 100,
  );
}
