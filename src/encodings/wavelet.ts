import { checkArrayLike, checkInteger, checkKeys, checkNumber, outOfRange } from '../errors';

/** Wavelets of a head. See {@link waveletRows}. */
export interface WaveletEncoding {
  /** Elements of a head, as many as there are wavelets. */
  readonly dim: number;
  /** Widths: 1, 2, 4, …; a divisor of `dim`. Default 8, as the paper has for 128 elements. */
  readonly scales?: number;
}

const keys = ['dim', 'scales'];
/** The least number above 0 of float32. */
const leastFloat32 = 2 ** -149;

/** Checks wavelets; with how many places each width stands at. */
export function checkWavelet(
  encoding: WaveletEncoding,
  name = 'encoding',
): { dim: number; scales: number; shifts: number } {
  checkKeys(name, encoding, keys);
  const dim = checkInteger('dim', encoding.dim, 1, 2 ** 16);
  const scales = checkInteger('scales', encoding.scales ?? 8, 1, 32);
  if (dim % scales !== 0) throw outOfRange('scales', `a divisor of dim (${dim})`, scales);
  return { dim, scales, shifts: dim / scales };
}

/**
 * Rows of wavelet-based relative positions: what stands in place of a trained vector for the distance of a query and a key, so that the
 * score is `(q · k + q · row) / sqrt(dim)`. Element `i` is a Ricker wavelet `(1 - x^2) exp(-x^2 / 2)`, `x = (distance - b) / a`, of width
 * `a = 2^floor(i / shifts)` and place `b = i % shifts`, `shifts = dim / scales`. Where float32 has no number as small, an element is 0:
 * beyond all wavelets that is the whole row.
 *
 * Oka et al. 2025, arXiv:2502.02004, equations 11 to 14; the order of the elements is ours.
 *
 * @param distances Query position less key position: finite numbers, of either sign.
 * @returns `[distances, dim]`, flat
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range
 * @example waveletRows({ dim: 128 }, [0, 1, 2]) // 3 rows of 128
 */
export function waveletRows(encoding: WaveletEncoding, distances: ArrayLike<number>): Float64Array {
  const { dim, shifts } = checkWavelet(encoding);
  checkArrayLike('distances', distances, 'an array of numbers');
  const rows = new Float64Array(distances.length * dim);
  for (let row = 0; row < distances.length; row++) {
    const distance = checkNumber(`distances[${row}]`, distances[row], 'a finite number', () => true);
    for (let i = 0; i < dim; i++) {
      const x = (distance - (i % shifts)) / 2 ** Math.floor(i / shifts);
      const value = (1 - x * x) * Math.exp((-x * x) / 2);
      rows[row * dim + i] = Math.abs(value) < leastFloat32 ? 0 : value;
    }
  }
  return rows;
}
