import { checkArrayLike, checkInteger, checkKeys, checkNumber, outOfRange } from '../errors';

/** Queries, and the keys that they meet. See {@link waveletReference}. */
export interface WaveletReferenceOptions {
  readonly heads: number;
  /** Elements of a head. */
  readonly headDim: number;
  /** Widths 1, 2, 4, …: a divisor of `headDim`. */
  readonly scales: number;
  readonly queries: number;
  readonly keys: number;
  /** Position of the first query. Default 0. */
  readonly queryStart?: number | undefined;
  /** Position of the first key. Default 0. */
  readonly keyStart?: number | undefined;
}

const optionKeys = ['heads', 'headDim', 'scales', 'queries', 'keys', 'queryStart', 'keyStart'];
const most = Number.MAX_SAFE_INTEGER;

/**
 * What wavelet-based relative positions add to scores before they are divided by `sqrt(headDim)`: the dot product of each query with the
 * wavelets of its distance to each key, in float64. Oka et al. 2025, arXiv:2502.02004, equations 10 and 14.
 *
 * @param q `[queries, heads, headDim]`, flat; only read.
 * @returns `[heads, queries, keys]`, flat
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range
 */
export function waveletReference(q: ArrayLike<number>, options: WaveletReferenceOptions): Float64Array {
  checkKeys('options', options, optionKeys);
  const { scales } = options;
  const [heads, headDim, queries, keys] = (['heads', 'headDim', 'queries', 'keys'] as const).map((name) =>
    checkInteger(name, options[name], 1, most),
  ) as [number, number, number, number];
  checkInteger('scales', scales, 1, 32);
  if (headDim % scales !== 0) throw outOfRange('scales', `a divisor of headDim (${headDim})`, scales);
  const queryStart = checkInteger('queryStart', options.queryStart ?? 0, -most, most);
  const keyStart = checkInteger('keyStart', options.keyStart ?? 0, -most, most);
  checkArrayLike('q', q, 'an array of numbers');
  if (q.length !== queries * heads * headDim) {
    throw outOfRange('q', `${queries * heads * headDim} numbers ([queries, heads, headDim])`, q.length);
  }
  for (let i = 0; i < q.length; i++) checkNumber(`q[${i}]`, q[i], 'a finite number', () => true);
  const scores = new Float64Array(heads * queries * keys);
  let at = 0;
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < queries; query++) {
      for (let key = 0; key < keys; key++) {
        const distance = queryStart + query - (keyStart + key);
        let element = (query * heads + head) * headDim;
        for (let scale = 0; scale < scales; scale++) {
          for (let place = 0; place < headDim / scales; place++) {
            scores[at]! += q[element++]! * ricker((distance - place) / 2 ** scale);
          }
        }
        at++;
      }
    }
  }
  return scores;
}

const ricker = (x: number): number => (1 - x ** 2) * Math.exp(-(x ** 2) / 2);
