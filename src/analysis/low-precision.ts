import { fromStorage, toStorage } from '../dtypes';
import { checkInteger, checkKeys, wrongType } from '../errors';
import { closestRows } from './closest-rows';
import { type EncodingSource, encodingShape, isWavelet, positionRows } from './encoding-source';
import { gridOf, sideOf } from './properties-grid';

/** Types that rows are stored in, best first. `e4m3` is FP8 of the Open Compute Project. */
export const lowPrecisions = ['f16', 'bf16', 'e4m3', 'int8'] as const;
/** One of `f16`, `bf16`, `e4m3` and `int8`. */
export type LowPrecision = (typeof lowPrecisions)[number];

/** What is left of an encoding's rows in one type. */
export interface PrecisionLoss {
  /** Tokens whose stored row equals that of one before them; 0: all positions are told apart. */
  readonly repeated: number;
  /**
   * How far scores move: the Frobenius norm of what storing changes in the dot products of all rows with all rows, over that of the
   * products. Wavelets, whose rows meet queries: in the rows, over that of the rows.
   */
  readonly scoreError: number;
  /** Bits of scores that are left: `-log2(scoreError)`; Infinity where nothing is lost. */
  readonly scoreBits: number;
}

/** An encoding with what is left of it. */
export interface RankedEncoding {
  readonly title: string;
  readonly losses: Readonly<Record<LowPrecision, PrecisionLoss>>;
}

/** What {@link precisionLoss} may be told. */
export interface PrecisionOptions {
  /** Tokens, 2 to 4096; with several axes they fill a grid. Default 512, or as many as the encoding has positions for. */
  readonly length?: number | undefined;
}

/**
 * What is left of an encoding where its rows are stored in f16, bf16, fp8 or int8 and nothing else is rounded. `e4m3` and `int8` have one
 * scale for all rows, by which the largest number of the rows becomes the largest of the type: 448, and 127.
 *
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range
 * @example precisionLoss({ rope: { headDim: 64 } }).e4m3.scoreBits // about 5
 */
export function precisionLoss(
  source: EncodingSource,
  options: PrecisionOptions = {},
): Readonly<Record<LowPrecision, PrecisionLoss>> {
  checkKeys('options', options, ['length']);
  const { dim, axes, positions } = encodingShape(source);
  const most = Math.min(4096, positions ** axes);
  const length = checkInteger('length', options.length ?? Math.min(512, most), 2, {
    most,
    unit: ' (tokens)',
  });
  const grid = gridOf(sideOf(length, axes), axes);
  const rows = positionRows(source, grid.positions);
  const scores = isWavelet(source) ? rows : productsOf(rows, dim);
  const of = (type: LowPrecision): PrecisionLoss => {
    const stored = storedAs(type, rows);
    const scoreError = relativeError(isWavelet(source) ? stored : productsOf(stored, dim), scores);
    const { repeated } = closestRows(stored, grid.tokens, dim);
    return { repeated, scoreError, scoreBits: scoreError === 0 ? Infinity : -Math.log2(scoreError) };
  };
  return { f16: of('f16'), bf16: of('bf16'), e4m3: of('e4m3'), int8: of('int8') };
}

/**
 * Encodings by what is left of them, the best first: by how many types tell all positions apart, then by the bits of scores that the
 * worst type leaves.
 */
export function precisionRanking(
  encodings: readonly { readonly title: string; readonly source: EncodingSource }[],
  options: PrecisionOptions = {},
): RankedEncoding[] {
  if (!Array.isArray(encodings)) throw wrongType('encodings', 'an array of { title, source }', encodings);
  const ranked = Array.from(encodings as readonly unknown[], (entry, i) => {
    if (entry === undefined) throw wrongType(`encodings[${i}]`, '{ title, source }', entry);
    checkKeys(`encodings[${i}]`, entry, ['name', 'title', 'note', 'source']);
    const { title, source } = entry as { title: string; source: EncodingSource };
    return { title, losses: precisionLoss(source, options) };
  });
  const apart = ({ losses }: RankedEncoding): number =>
    lowPrecisions.filter((type) => losses[type].repeated === 0).length;
  const worst = ({ losses }: RankedEncoding): number =>
    Math.min(...lowPrecisions.map((type) => losses[type].scoreBits));
  return ranked.sort((a, b) => apart(b) - apart(a) || worst(b) - worst(a));
}

/** Rows as a type holds them, as numbers. */
export function storedAs(type: LowPrecision, rows: Float64Array): Float64Array {
  if (type === 'f16' || type === 'bf16') return Float64Array.from(fromStorage(toStorage(rows, type), type));
  const largest = rows.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [top, rounded] = type === 'e4m3' ? ([448, e4m3] as const) : ([127, evenInteger] as const);
  const scale = top / largest;
  return largest === 0 ? rows : rows.map((value) => rounded(value * scale) / scale);
}

/** The nearest number of e4m3: 3 bits behind the leading one, exponents from -6 on, subnormal ones below; of 448 at most. */
function e4m3(value: number): number {
  const exponent = Math.max(-6, Math.floor(Math.log2(Math.abs(value))));
  const step = 2 ** (exponent - 3);
  return value === 0 ? value : evenInteger(value / step) * step;
}

/** The nearest integer; the even one where two are. */
function evenInteger(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Dot products of all rows with all rows. */
function productsOf(rows: Float64Array, dim: number): Float64Array {
  const count = rows.length / dim;
  const products = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = 0;
      for (let at = 0; at < dim; at++) sum += rows[i * dim + at]! * rows[j * dim + at]!;
      products[i * count + j] = sum;
      products[j * count + i] = sum;
    }
  }
  return products;
}

function relativeError(values: Float64Array, exact: Float64Array): number {
  let [error, square] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    error += (values[i]! - exact[i]!) ** 2;
    square += exact[i]! ** 2;
  }
  return square === 0 ? 0 : Math.sqrt(error / square);
}
