import type { RopeConfigInput } from '../config/types';
import { checkInteger, outOfRange } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { checkXposOptions, type XposOptions, xposReach, xposScales } from '../frequencies/xpos';

/** Cosines and sines of every position, a row each, as `createRope` takes them in place of frequencies. */
export interface XposCaches {
  /** `[positions, rotaryDim / 2]`. */
  readonly cosCache: Float32Array<ArrayBuffer>;
  /** `[positions, rotaryDim / 2]`. */
  readonly sinCache: Float32Array<ArrayBuffer>;
}

/**
 * Tables of xPos: rotation and length scale in one. Queries and keys have a table each, so make a rope for each and bind Q
 * to the one and K to the other.
 *
 * Positions end where float32 would not hold the scale of every pair any more: `69.4 * scaleBase` tokens from the centre,
 * 35 552 by default.
 *
 * @param config One axis, and no attention factor.
 * @param positions Rows, from position 0, 1 to 2^24.
 * @throws {TypeError | RangeError} an argument is out of range; a position is too far from `center`
 * @example const { query, key } = xposCaches({ headDim: 64, pairing: 'interleaved' }, 2048, { center: 1024 });
 */
export function xposCaches(
  config: RopeConfigInput,
  positions: number,
  options: XposOptions = {},
): { query: XposCaches; key: XposCaches } {
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
  if (config.axes) throw outOfRange('axes', 'null, as a row is that of one position', config.axes);
  if (attentionFactor !== 1) {
    const expected = 'a scheme without attention factor, as xPos has scales of its own';
    throw outOfRange('scaling', expected, attentionFactor);
  }
  checkInteger('positions', positions, 1, 2 ** 24);
  checkReach(positions, options);
  const pairs = inverseFrequencies.length;
  const empty = (): XposCaches => ({
    cosCache: new Float32Array(positions * pairs),
    sinCache: new Float32Array(positions * pairs),
  });
  const caches = { query: empty(), key: empty() };
  for (let position = 0; position < positions; position++) {
    const scales = xposScales(pairs * 2, position, options);
    for (let i = 0; i < pairs; i++) {
      const angle = position * (inverseFrequencies[i] as number);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (const side of ['query', 'key'] as const) {
        const scale = scales[side][i] as number;
        caches[side].cosCache[position * pairs + i] = cos * scale;
        caches[side].sinCache[position * pairs + i] = sin * scale;
      }
    }
  }
  return caches;
}

/**
 * The larger of cosine and sine is at least `sqrt(1/2)`. Times a scale of `2^-125.5` it is still a normal number of float32,
 * and so it is times the reciprocal, on the other side.
 */
const smallestExponent = 125.5;

function checkReach(positions: number, options: XposOptions): void {
  const { center, scaleBase } = checkXposOptions(options);
  const reach = xposReach(scaleBase, smallestExponent);
  if (Math.abs(center) > reach) {
    const expected = `at most ${Math.floor(reach)} tokens from position 0, as float32 does not hold its scale`;
    throw outOfRange('center', expected, center);
  }
  const ended = Math.floor(center + reach) + 1;
  if (positions > ended) {
    const expected = `at most ${ended}, as float32 does not hold the scale of position ${ended} (center ${center})`;
    throw outOfRange('positions', expected, positions);
  }
}
