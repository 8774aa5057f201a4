import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import { checkChoice, checkKeys, checkNumber, wrongType } from '../errors';
import { checkBuffer } from '../kernel/buffers';
import { checkElements, isFiniteFloat32 } from '../kernel/checks';
import type { QkvNorm } from './options';

const keys = ['epsilon', 'over', 'weight', 'weightDtype', 'weightOffset', 'onePlusWeight'];

/** A subnormal one may be flushed to 0: heads of zeros would come out as NaN. */
const isNormal = (x: number): boolean => Math.fround(x) >= 2 ** -126 && isFiniteFloat32(x);

/** The tensor whose heads are normed. */
export interface NormedHeads {
  readonly name: string;
  readonly heads: number;
  readonly headDim: number;
  readonly dtype: RopeDtype;
}

/** A checked {@link QkvNorm}. */
export class NormView {
  readonly epsilon: number;
  readonly isOverHeads: boolean;
  readonly isOnePlus: boolean;
  /** Elements of one mean. */
  readonly size: number;
  /** Numbers of the caller's, to be uploaded; or the buffer; or null where all weights are 1. */
  readonly weight: Float32Array | GPUBuffer | null;
  readonly dtype: RopeDtype;
  /** First element of the weights in their buffer. */
  readonly offset: number;
  /** Weights there are. */
  readonly count: number;

  /** @throws {TypeError | RangeError} a key is not what it should be, a buffer or an array is too short */
  constructor(norm: QkvNorm, { name, heads, headDim, dtype }: NormedHeads) {
    const of = `${name}.norm`;
    checkKeys(of, norm, keys);
    this.epsilon = checkNumber(`${of}.epsilon`, norm.epsilon, 'a positive, normal float32', isNormal);
    this.isOverHeads = checkChoice(`${of}.over`, norm.over ?? 'head', ['head', 'heads']) === 'heads';
    this.isOnePlus = norm.onePlusWeight ?? false;
    if (typeof this.isOnePlus !== 'boolean')
      throw wrongType(`${of}.onePlusWeight`, 'true or false', this.isOnePlus);
    this.size = this.isOverHeads ? heads * headDim : headDim;
    const { weight = null } = norm;
    this.weight = weight;
    if (weight === null || weight instanceof Float32Array) {
      if (norm.weightDtype !== undefined || norm.weightOffset !== undefined) {
        throw wrongType(`${of}.weight`, 'a GPUBuffer, as there is a weightDtype or a weightOffset', weight);
      }
      if (this.isOnePlus && weight === null)
        throw wrongType(`${of}.weight`, 'weights, as onePlusWeight is true', undefined);
      this.dtype = 'f32';
      this.offset = 0;
      this.count = weight?.length ?? this.size;
    } else {
      checkBuffer(`${of}.weight`, weight);
      this.dtype = checkChoice(`${of}.weightDtype`, norm.weightDtype ?? dtype, ropeDtypes);
      this.offset = checkElements(`${of}.weightOffset`, norm.weightOffset ?? 0, 0, this.dtype);
      this.count = Math.floor(weight.size / bytesPerElement(this.dtype)) - this.offset;
    }
    if (this.count < this.size) {
      const from = this.offset > 0 ? ` from element ${this.offset} (weightOffset) on` : '';
      const count = this.count + this.offset;
      throw new RangeError(
        `${of}.weight: expected >= ${this.size} weights${from}, got ${count}${from && ' in all'}`,
      );
    }
  }

  /** Whether its weights begin where a chunk does. */
  get isChunked(): boolean {
    return (this.offset * bytesPerElement(this.dtype)) % 16 === 0;
  }
}
