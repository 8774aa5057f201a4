import type { RopeConfigInput } from '../config/types';
import { checkInteger } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { type XposOptions, xposScales } from '../frequencies/xpos';

/** Cosines and sines of every position, a row each, as `createRope` takes them beside the feature `callerTables`. */
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
 * @param positions Rows, from position 0. The scale spans many powers of ten over a long context: keep it near `center`.
 * @throws {TypeError | RangeError} an argument is out of range
 * @example const { query, key } = xposCaches({ headDim: 64, pairing: 'interleaved' }, 2048, { center: 1024 });
 */
export function xposCaches(
  config: RopeConfigInput,
  positions: number,
  options: XposOptions = {},
): { query: XposCaches; key: XposCaches } {
  const { inverseFrequencies } = ropeFrequencies(config);
  checkInteger('positions', positions, 1, 2 ** 24);
  const pairs = inverseFrequencies.length;
  const empty = (): XposCaches => ({
    cosCache: new Float32Array(positions * pairs),
    sinCache: new Float32Array(positions * pairs),
  });
  const caches = { query: empty(), key: empty() };
  for (let position = 0; position < positions; position++) {
    const scales = xposScales(pairs * 2, position, options);
    for (const side of ['query', 'key'] as const) {
      for (let i = 0; i < pairs; i++) {
        const angle = position * (inverseFrequencies[i] as number);
        const scale = scales[side][i] as number;
        caches[side].cosCache[position * pairs + i] = Math.cos(angle) * scale;
        caches[side].sinCache[position * pairs + i] = Math.sin(angle) * scale;
      }
    }
  }
  return caches;
}
