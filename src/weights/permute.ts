import type { Pairing } from '../config/types';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';

/** Arrays of weights: values, or the bits of f16 and bf16 in a Uint16Array, or the bytes of quantised rows. */
export type WeightArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int16Array
  | Uint8Array
  | Int8Array
  | Uint32Array
  | Int32Array;

/** See {@link permutePairing}. */
export interface PermuteOptions {
  /** Heads of this projection: for K those of K. */
  readonly heads: number;
  /** Elements of a head. */
  readonly headDim: number;
  /** Elements of a head that rotate; the rows of the rest stay. Default `headDim`. */
  readonly rotaryDim?: number | undefined;
  /** Which ones those are. Default `"first"`. */
  readonly placement?: 'first' | 'last' | undefined;
  /** Entries of a row: the width of the model, or 1 for a bias; bytes of a row where rows are quantised. */
  readonly columns: number;
  /** The pairing the weights are laid out for. */
  readonly from: Pairing;
  /** The pairing they shall be laid out for. */
  readonly to: Pairing;
}

/**
 * Reorders the rows of a Q or K projection, or of its bias, from one pairing to the other, as checkpoint converters do:
 * element `2i` of what rotates in a head goes to `i` and `2i + 1` to `i + rotaryDim / 2`, or back. Q and K both have to be reordered;
 * scores are then the same. So is a per-element norm on Q or K (`heads: 1, columns: 1`). V and the output projection stay.
 *
 * @param weights `[heads * headDim, columns]`, row-major. Not changed.
 * @returns A new array of the same kind.
 * @throws {TypeError} an argument is of the wrong kind   @throws {RangeError} a size is out of range or does not fit
 * @example Llama-3-8B as Meta has it, for Hugging Face's pairing:
 * permutePairing(wk, { heads: 8, headDim: 128, columns: 4096, from: 'interleaved', to: 'half' })
 */
export function permutePairing<T extends WeightArray>(weights: T, options: PermuteOptions): T {
  checkKeys('options', options, ['heads', 'headDim', 'rotaryDim', 'placement', 'columns', 'from', 'to']);
  const { heads, headDim, rotaryDim = headDim, placement = 'first', columns, from, to } = options;
  for (const [name, value] of Object.entries({ heads, headDim, columns })) {
    checkInteger(name, value, 1, Number.MAX_SAFE_INTEGER);
  }
  if (checkInteger('rotaryDim', rotaryDim, 2, headDim) % 2 !== 0) {
    throw outOfRange('rotaryDim', 'an even integer', rotaryDim);
  }
  checkChoice('placement', placement, ['first', 'last']);
  for (const [name, value] of Object.entries({ from, to })) {
    checkChoice(name, value, ['half', 'interleaved']);
  }
  if (!ArrayBuffer.isView(weights) || weights instanceof DataView) {
    throw wrongType('weights', 'a typed array', weights);
  }
  const length = heads * headDim * columns;
  if (weights.length !== length) {
    const shape = `[${heads} heads * ${headDim} dims, ${columns} columns]`;
    throw new RangeError(`weights: expected ${length} entries for ${shape}, got ${weights.length}`);
  }
  const result = weights.slice() as T;
  if (from === to) return result;
  const begin = placement === 'first' ? 0 : headDim - rotaryDim;
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rotaryDim; row++) {
      const target = head * headDim + begin + (to === 'half' ? halfRow(row, rotaryDim) : row);
      const source = head * headDim + begin + (to === 'half' ? row : halfRow(row, rotaryDim));
      result.set(weights.subarray(source * columns, (source + 1) * columns), target * columns);
    }
  }
  return result;
}

/** Where the element `row` of the interleaved layout lies in the half layout. */
function halfRow(row: number, rotaryDim: number): number {
  return (row >> 1) + (row % 2) * (rotaryDim / 2);
}
