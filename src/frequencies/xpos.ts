import { checkInteger, checkKeys, checkNumber, outOfRange } from '../errors';

/** Where xPos measures positions from, and how fast its scale decays. */
export interface XposOptions {
  /** Position with scale 1, in tokens; the same for Q and K of a score. Default 0; xPos takes half the sequence. */
  readonly center?: number | undefined;
  /** Tokens over which a pair's scale changes by its whole `zeta`; larger is gentler. Default 512. */
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
 * @param rotaryDim Elements of a head that rotate; even.
 * @param position In tokens.
 * @throws {TypeError | RangeError} an argument is out of range
 * @example `xposScales(64, 700, { center: 512 }).query // 32 numbers below 1: far behind the centre, queries shrink`
 */
export function xposScales(rotaryDim: number, position: number, options: XposOptions = {}): XposScales {
  checkKeys('options', options, ['center', 'scaleBase']);
  const { center = 0, scaleBase = 512 } = options;
  if (checkInteger('rotaryDim', rotaryDim, 2, Number.MAX_SAFE_INTEGER) % 2 !== 0) {
    throw outOfRange('rotaryDim', 'an even integer', rotaryDim);
  }
  checkNumber('position', position, 'a finite number', () => true);
  checkNumber('center', center, 'a finite number', () => true);
  checkNumber('scaleBase', scaleBase, 'a finite number above 0', (value) => value > 0);
  const power = (position - center) / scaleBase;
  const query = Float64Array.from(
    { length: rotaryDim / 2 },
    (_, i) => ((2 * i + 0.4 * rotaryDim) / (1.4 * rotaryDim)) ** power,
  );
  return { query, key: query.map((scale) => 1 / scale) };
}
