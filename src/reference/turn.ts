import { checkArrayLike, checkInteger, checkNumber, outOfRange, wrongType } from '../errors';
import { cosOf, sinOf } from './angle';
import type { RopePlace } from './place';

/** By what a tensor is turned: the position of each token, and what a position means for each pair. */
export interface RopeTurnOptions {
  /**
   * A number: the position of the first token of every sequence, the next ones following, on all axes alike. An array:
   * one position a token, shared by all sequences (`tokens` entries) or for each (`batch * tokens`). With `pairAxis`, an
   * array of such arrays, one an axis. -1, on any axis, is padding: the token is left as it is.
   */
  readonly positions: number | ArrayLike<number> | readonly ArrayLike<number>[];
  /**
   * The position that is padding, where it is not -1: a number, or NaN. Others may then lie below 0, and between integers where there
   * are no caches.
   */
  readonly padding?: number | undefined;
  /** The axis whose position each pair turns by, 0 to 3; `rotaryDim / 2` of them. Default: a token has one position. */
  readonly pairAxis?: ArrayLike<number> | undefined;
  /**
   * Inverse frequencies, one a pair (`rotaryDim / 2`), from -16384 to 16384 radians per position. Needed unless there are caches.
   */
  readonly inverseFrequencies?: ArrayLike<number> | undefined;
  /**
   * In place of frequencies: rows of `rotaryDim / 2` cosines, row p for position p; any finite numbers. Nothing assumes
   * that cos^2 + sin^2 is 1.
   */
  readonly cosCache?: ArrayLike<number> | undefined;
  /** The sines beside `cosCache`, as many. */
  readonly sinCache?: ArrayLike<number> | undefined;
  /** Rotated values are multiplied by this; the unrotated tail is not. From 2^-60 to 2^60; default 1. */
  readonly attentionFactor?: number | undefined;
}

/** What a turn may have. */
export const turnKeys = [
  'positions',
  'padding',
  'inverseFrequencies',
  'cosCache',
  'sinCache',
  'attentionFactor',
] as const satisfies readonly (keyof RopeTurnOptions)[];

/**
 * Writes what the pairs of a token are multiplied by, as complex numbers `cos[i] + sin[i] * sqrt(-1)`; false for padding,
 * and then nothing is written.
 */
export type Turn = (sequence: number, token: number, cos: Float64Array, sin: Float64Array) => boolean;

/** What of a place a turn depends on. */
type TurnedPlace = Pick<RopePlace, 'pairs' | 'batch' | 'tokens'>;

/** What positions may be. */
interface PositionRange {
  /** Positions from 0 to `rows - 1`, where caches have them. */
  readonly rows: number;
  readonly padding: number;
}

/** Position of a token on one axis. */
type PositionOf = (sequence: number, token: number) => number;

/** Cosine and sine of pair `pair` at a position, without the attention factor. */
interface Rotation {
  cos(position: number, pair: number): number;
  sin(position: number, pair: number): number;
  /** Positions it serves: 0 to `rows - 1`. */
  readonly rows: number;
}

/**
 * Checks what a tensor is turned by.
 *
 * @param inverse Whether to turn back: by the reciprocals of the complex numbers, so that turning and turning back
 *   leave every pair as it was, whatever its length of (cos, sin).
 * @param prefix What error messages put before an option's name.
 */
export function checkTurn(options: RopeTurnOptions, place: TurnedPlace, inverse: boolean, prefix = ''): Turn {
  const { pairs } = place;
  const { pairAxis, cosCache, attentionFactor = 1 } = options;
  const isCache = cosCache !== undefined || options.sinCache !== undefined;
  const rotation = isCache ? checkCaches(options, pairs, prefix) : checkFrequencies(options, pairs, prefix);
  const { padding = -1 } = options;
  if (typeof padding !== 'number') throw wrongType(`${prefix}padding`, 'a number', padding);
  const axes = checkAxes(`${prefix}positions`, options, place, { rows: rotation.rows, padding });
  checkNumber(
    `${prefix}attentionFactor`,
    attentionFactor,
    'a number from 2^-60 to 2^60',
    (value) => value >= 2 ** -60 && value <= 2 ** 60,
  );
  return (sequence, token, cos, sin) => {
    const positions = axes.map((positionOf) => positionOf(sequence, token));
    if (positions.includes(padding)) return false;
    for (let i = 0; i < pairs; i++) {
      const position = positions.length === 1 ? positions[0]! : positions[pairAxis![i]!]!;
      const c = rotation.cos(position, i);
      const s = rotation.sin(position, i);
      if (!inverse) {
        cos[i] = attentionFactor * c;
        sin[i] = attentionFactor * s;
      } else {
        // Where a cache has 0 for both, there is nothing to turn back: the pair becomes 0.
        const square = isCache ? c * c + s * s || Number.POSITIVE_INFINITY : 1;
        cos[i] = c / square / attentionFactor;
        sin[i] = -s / square / attentionFactor;
      }
    }
    return true;
  };
}

function checkFrequencies({ inverseFrequencies }: RopeTurnOptions, pairs: number, prefix: string): Rotation {
  const name = `${prefix}inverseFrequencies`;
  const frequencies = checkNumbers(name, inverseFrequencies, pairs, `${pairs} entries (rotaryDim / 2)`);
  for (let i = 0; i < pairs; i++) {
    const expected = 'a number from -16384 to 16384 (radians a position)';
    checkNumber(`${name}[${i}]`, frequencies[i], expected, (frequency) => Math.abs(frequency) <= 2 ** 14);
  }
  return {
    cos: (position, pair) => cosOf(position, frequencies[pair]!),
    sin: (position, pair) => sinOf(position, frequencies[pair]!),
    rows: Number.MAX_SAFE_INTEGER,
  };
}

function checkCaches(options: RopeTurnOptions, pairs: number, prefix: string): Rotation {
  if (options.inverseFrequencies !== undefined) {
    const expected = 'none beside cosCache and sinCache';
    throw wrongType(`${prefix}inverseFrequencies`, expected, options.inverseFrequencies);
  }
  const cosCache = checkNumbers(`${prefix}cosCache`, options.cosCache);
  const rows = cosCache.length / pairs;
  if (rows < 1 || !Number.isInteger(rows)) {
    throw new RangeError(
      `${prefix}cosCache: expected rows of ${pairs} entries (rotaryDim / 2), got ${cosCache.length}`,
    );
  }
  const size = `${cosCache.length} entries (as cosCache)`;
  const sinCache = checkNumbers(`${prefix}sinCache`, options.sinCache, cosCache.length, size);
  return {
    cos: (position, pair) => cosCache[position * pairs + pair]!,
    sin: (position, pair) => sinCache[position * pairs + pair]!,
    rows,
  };
}

/** One function an axis; a single one where there is one axis, or all move together. */
function checkAxes(
  name: string,
  { positions, pairAxis }: RopeTurnOptions,
  place: TurnedPlace,
  range: PositionRange,
): PositionOf[] {
  if (pairAxis === undefined) return [checkPositions(name, positions, place, range)];
  const { pairs } = place;
  checkNumbers('pairAxis', pairAxis, pairs, `${pairs} entries (rotaryDim / 2)`);
  const used = Array.from(pairAxis, (axis, i) => checkInteger(`pairAxis[${i}]`, axis, 0, 3));
  if (typeof positions === 'number') return [checkPositions(name, positions, place, range)];
  const expected = `a number or an array of ${Math.max(...used) + 1} to 4 arrays, one an axis`;
  if (!Array.isArray(positions)) throw wrongType(name, expected, positions);
  if (positions.length <= Math.max(...used) || positions.length > 4)
    throw outOfRange(name, expected, positions);
  return Array.from(positions, (list: unknown, axis) => {
    checkArrayLike(`${name}[${axis}]`, list, 'an array of positions');
    return checkPositions(`${name}[${axis}]`, list, place, range);
  });
}

function checkPositions(
  name: string,
  positions: unknown,
  { batch, tokens }: TurnedPlace,
  { rows, padding }: PositionRange,
): PositionOf {
  const served = rows < Number.MAX_SAFE_INTEGER;
  const isFree = padding !== -1 && !served;
  if (typeof positions === 'number') {
    const unit = served ? ` (${tokens} tokens, caches of ${rows} rows)` : '';
    if (isFree) checkNumber(name, positions, 'a finite number', () => true);
    else checkInteger(name, positions, 0, { most: served ? rows - tokens : rows, unit });
    return (_sequence, token) => positions + token;
  }
  checkArrayLike(name, positions, 'a number or an array of positions');
  const lengths = batch === 1 ? `${tokens}` : `${tokens} or ${batch * tokens}`;
  if (positions.length !== tokens && positions.length !== batch * tokens) {
    throw new RangeError(`${name}: expected ${lengths} entries, one a token, got ${positions.length}`);
  }
  const range = served ? `in 0..${rows - 1} (rows of the caches)` : 'of at least 0';
  const expected = `${isFree ? 'a finite number' : `an integer ${range}`}, or ${padding} for padding`;
  const isServed = (position: number): boolean =>
    isFree ? Number.isFinite(position) : Number.isSafeInteger(position) && position >= 0 && position < rows;
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i];
    if (typeof position !== 'number') throw wrongType(`${name}[${i}]`, expected, position);
    if (!Object.is(position, padding) && !isServed(position)) {
      throw outOfRange(`${name}[${i}]`, expected, position);
    }
  }
  const shared = positions.length === tokens;
  return (sequence, token) => positions[shared ? token : sequence * tokens + token] as number;
}

function checkNumbers(name: string, values: unknown, length?: number, expected = ''): ArrayLike<number> {
  checkArrayLike(name, values, 'an array of numbers');
  if (length !== undefined && values.length !== length) {
    throw new RangeError(`${name}: expected ${expected}, got ${values.length}`);
  }
  for (let i = 0; i < values.length; i++) {
    checkNumber(`${name}[${i}]`, values[i], 'a finite number', () => true);
  }
  return values as ArrayLike<number>;
}
