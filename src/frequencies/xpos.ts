import { checkInteger, checkKeys, checkNumber, outOfRange } from '../errors';

/** Where xPos measures positions from, and how fast its scale decays. */
export interface XposOptions {
  /**
   * Position with scale 1, in tokens; the same for Q and K of a score. -2^53 to 2^53; default 0, while xPos takes half the
   * sequence.
   */
  readonly center?: number | undefined;
  /** Tokens over which a pair's scale changes by its whole `zeta`; larger is gentler. 1 to 2^53, default 512. */
  readonly scaleBase?: number | undefined;
}

/** Length scales of one position, one a pair: each multiplies both elements of the rotated pair. */
export interface XposScales {
  readonly query: Float64Array;
  readonly key: Float64Array;
}

/**
 * xPos: a length scale beside the rotation, so that scores decay with distance. At position `p`, pair `i` of a query
 * is multiplied by `zeta[i]^((p - center) / scaleBase)` and that of a key divided by it, with
 * `zeta[i] = (2i + 0.4 rotaryDim) / (1.4 rotaryDim)`; a score then depends on the distance of the two alone.
 *
 * Sun et al. 2022, "A Length-Extrapolatable Transformer", arXiv:2212.10554.
 *
 * Scales leave float64 from `565 * scaleBase` tokens off the centre on, which is 289 519 by default: such a position is
 * refused.
 *
 * @param rotaryDim Elements of a head that rotate; even.
 * @param position In tokens.
 * @throws {TypeError | RangeError} an argument is out of range, or the position too far from the centre
 * @example `xposScales(64, 700, { center: 512 }).query // 32 numbers below 1: far behind the centre, queries shrink`
 */
export function xposScales(rotaryDim: number, position: number, options: XposOptions = {}): XposScales {
  const { center, scaleBase } = checkXposOptions(options);
  if (checkInteger('rotaryDim', rotaryDim, 2, Number.MAX_SAFE_INTEGER) % 2 !== 0) {
    throw outOfRange('rotaryDim', 'an even integer', rotaryDim);
  }
  checkTokens('position', position, -(2 ** 53));
  const reach = xposReach(scaleBase, 1022);
  if (Math.abs(position - center) > reach) {
    const expected = `at most ${Math.floor(reach)} tokens from center (${center}), as float64 holds no smaller scale`;
    throw outOfRange('position', expected, position);
  }
  const power = (position - center) / scaleBase;
  const query = Float64Array.from(
    { length: rotaryDim / 2 },
    (_, i) => ((2 * i + 0.4 * rotaryDim) / (1.4 * rotaryDim)) ** power,
  );
  return { query, key: query.map((scale) => 1 / scale) };
}

/** Fills in the defaults and checks both numbers. */
export function checkXposOptions(options: XposOptions): { center: number; scaleBase: number } {
  checkKeys('options', options, ['center', 'scaleBase']);
  return {
    center: checkTokens('center', options.center ?? 0, -(2 ** 53)),
    scaleBase: checkTokens('scaleBase', options.scaleBase ?? 512, 1),
  };
}

function checkTokens(name: string, value: unknown, low: number): number {
  const expected = `a number from ${low === 1 ? low : '-2^53'} to 2^53 (tokens)`;
  return checkNumber(name, value, expected, (tokens) => tokens >= low && tokens <= 2 ** 53);
}

/**
 * Tokens from the centre at which the smallest scale is `2^-exponent`, and its reciprocal the largest. They are those of
 * pair 0, whose `zeta` is 2/7 in a head of any width.
 */
export function xposReach(scaleBase: number, exponent: number): number {
  return (scaleBase * exponent) / Math.log2(3.5);
}
