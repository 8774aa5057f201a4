import { bytesPerElement, type RopeDtype } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, outOfRange } from '../errors';
import type { Dimensions } from '../kernel/box';
import { checkBuffer } from '../kernel/buffers';
import { checkElements } from '../kernel/checks';
import type { WindowedView } from '../kernel/windows';

/** Order of a tensor's dimensions, outermost first: **b**atch, **s**equence (tokens), **h**eads, **d**im. */
export type RopeLayout = 'bshd' | 'bhsd';

/** Distances in elements. The elements of a head are always contiguous. */
export interface RopeStrides {
  /** From a sequence to the next of the batch. */
  readonly batch?: number;
  /** From a token row to the next. */
  readonly token?: number;
  /** From a head to the next. */
  readonly head?: number;
}

/** Q or K as it lies in a GPUBuffer. Offsets and strides count elements and must be whole 4-byte words. */
export interface RopeTensor {
  /** Needs `GPUBufferUsage.STORAGE`. Rotated in place; never destroyed by this package. */
  readonly buffer: GPUBuffer;
  readonly heads: number;
  /** Default `bshd`: `[batch, tokens, heads, headDim]`. Only a way to say strides. */
  readonly layout?: RopeLayout;
  /** Element at which the tensor begins. Default 0. */
  readonly offset?: number;
  /**
   * Token rows allotted to a sequence, for a KV cache: `[batch, capacity, heads, headDim]`, or
   * `[batch, heads, capacity, headDim]` with `bhsd`. Without it a tensor is dense for the tokens of each encode.
   */
  readonly capacity?: number;
  /** Overrides the distances that `layout`, `capacity` and `headDim` give; the others follow from it. */
  readonly strides?: RopeStrides;
}

/** What a tensor may have. */
export const tensorKeys = ['buffer', 'heads', 'layout', 'offset', 'capacity', 'strides'];
const strideKeys = ['batch', 'token', 'head'] as const;
const maxCount = 2 ** 31;

/** How heads are stored, and how much of them rotates. */
export interface HeadShape {
  readonly dtype: RopeDtype;
  readonly headDim: number;
  readonly rotaryDim: number;
  /** Element of a head at which the rotated ones begin. */
  readonly rotaryBegin: number;
}

/** A checked tensor, and where the rows of the encode at hand lie in it: {@link place} moves it, allocating nothing. */
export class TensorView implements WindowedView {
  readonly name: string;
  readonly buffer: GPUBuffer;
  readonly heads: number;
  readonly offset: number;
  readonly dtype: RopeDtype;
  readonly headDim: number;
  readonly bytes: number;
  /** Element of a head at which the rotated ones begin. */
  readonly rotaryBegin: number;
  /** Token rows allotted to a sequence, where the caller says so. */
  readonly capacity: number | undefined;
  /** Whether 16-byte chunks can serve it. */
  readonly chunked: boolean;

  /** Strides and counts of the last {@link place}; first element of its first row, and one past its last. */
  readonly strides: Dimensions = [0, 0, 0];
  readonly counts: Dimensions = [0, 0, 0];
  begin = 0;
  end = 0;

  readonly #layout: RopeLayout;
  readonly #given: RopeStrides;

  /** @param name For messages   @param tensor As the caller gave it: unchecked   @param shape Checked */
  constructor(name: string, tensor: RopeTensor, { dtype, headDim, rotaryDim, rotaryBegin }: HeadShape) {
    checkKeys(name, tensor, tensorKeys);
    const { layout = 'bshd', offset = 0, capacity, strides = {} } = tensor;
    checkBuffer(`${name}.buffer`, tensor.buffer);
    this.name = name;
    this.buffer = tensor.buffer;
    this.dtype = dtype;
    this.headDim = headDim;
    this.bytes = bytesPerElement(dtype);
    this.rotaryBegin = rotaryBegin;
    this.heads = checkInteger(`${name}.heads`, tensor.heads, 1, maxCount);
    this.#layout = checkChoice(`${name}.layout`, layout, ['bshd', 'bhsd']);
    this.offset = checkElements(`${name}.offset`, offset, 0, dtype);
    this.capacity = capacity;
    if (capacity !== undefined) checkInteger(`${name}.capacity`, capacity, 1, maxCount);
    checkKeys(`${name}.strides`, strides, strideKeys);
    // A copy: the layer is remembered by what it was bound with, whatever becomes of the caller's object.
    this.#given = { ...strides };
    const alignments = [offset, rotaryDim / 2];
    for (const key of strideKeys) {
      const stride = strides[key];
      if (stride !== undefined) alignments.push(checkElements(`${name}.strides.${key}`, stride, 1, dtype));
    }
    // Strides that are not given are multiples of the inner one, which is headDim if it is not given either. With 16-bit
    // elements an odd headDim would put two heads into a word. It also says where the last elements of a head begin.
    if (rotaryBegin || (layout === 'bshd' ? strides.head : strides.token) === undefined) {
      alignments.push(checkElements('headDim', headDim, 1, dtype));
    }
    this.chunked = alignments.every((count) => (count * this.bytes) % 16 === 0);
  }

  /** What this tensor is, apart from its buffer: equal texts are equal tensors. */
  get key(): string {
    const { batch, token, head } = this.#given;
    return [this.heads, this.#layout, this.offset, this.capacity, batch, token, head].join();
  }

  /** One past the last byte of the rows placed last. */
  get endByte(): number {
    return this.end * this.bytes;
  }

  /** Whether token rows lie outside heads: what a tensor past one binding is split by. */
  get rowsOutside(): boolean {
    return this.strides[1] >= this.strides[2];
  }

  /**
   * Computes strides and extent of rows `firstRow .. firstRow + tokens - 1` of each of `batch` sequences.
   *
   * @param rowName How the caller writes `firstRow`.
   * @throws {RangeError} they do not fit the buffer or the capacity, or overlap one another
   */
  place(tokens: number, batch: number, firstRow: number, rowName: string): void {
    const { name, strides, counts, heads, headDim, capacity } = this;
    const given = this.#given;
    if (capacity !== undefined && firstRow + tokens > capacity) {
      throw outOfRange(`${rowName} + tokens`, `at most ${capacity} (${name}.capacity)`, firstRow + tokens);
    }
    const dense = this.#layout === 'bshd';
    const followsRows = dense
      ? batch > 1 && given.batch === undefined
      : heads * batch > 1 && given.head === undefined;
    if (firstRow > 0 && capacity === undefined && followsRows) {
      const expected = `token rows of a sequence (or strides), as ${rowName} is ${firstRow}`;
      throw outOfRange(`${name}.capacity`, expected, capacity);
    }
    const rows = capacity ?? tokens;
    const inner = (dense ? given.head : given.token) ?? headDim;
    const outer = (dense ? given.token : given.head) ?? (dense ? heads : rows) * inner;
    strides[0] = given.batch ?? (dense ? rows : heads) * outer;
    strides[1] = dense ? outer : inner;
    strides[2] = dense ? inner : outer;
    counts[0] = batch;
    counts[1] = tokens;
    counts[2] = heads;

    this.begin = this.offset + firstRow * strides[1];
    this.end = this.begin + this.extent(counts);
    const needed = this.end * this.bytes;
    if (needed > this.buffer.size) {
      const shape = `${batch > 1 ? `${batch} x ` : ''}${tokens} tokens, ${heads} heads, ${headDim} dims`;
      const from = this.begin > 0 ? ` from element ${this.begin} on` : '';
      throw new RangeError(
        `${name}: expected >= ${needed} bytes for [${shape}] of ${this.dtype}${from}, buffer has ${this.buffer.size}`,
      );
    }
    for (let i = 0; i < 3; i++) {
      if (counts[i] !== 1 && this.extentWithin(strides[i] as number, i) > (strides[i] as number)) {
        throw new RangeError(
          `${name}.strides: expected each to step over all inside it, got ${strides.join(', ')} (batch, token, head)`,
        );
      }
    }
  }

  /** Elements from the first of a box of so many sequences, tokens and heads to one past its last. */
  extent(counts: Readonly<Dimensions>): number {
    const { strides, headDim } = this;
    return (
      (counts[0] - 1) * strides[0] + (counts[1] - 1) * strides[1] + (counts[2] - 1) * strides[2] + headDim
    );
  }

  /** Elements from the first row to a sequence, token and head. */
  offsetOf(at: Readonly<Dimensions>): number {
    const { strides } = this;
    return at[0] * strides[0] + at[1] * strides[1] + at[2] * strides[2];
  }

  /** The extent of the dimensions that step by less than `period`; of those that step as far, the ones before `tie`. */
  extentWithin(period: number, tie: number): number {
    let extent = this.headDim;
    for (let i = 0; i < 3; i++) {
      const stride = this.strides[i] as number;
      if (stride < period || (stride === period && i < tie))
        extent += ((this.counts[i] as number) - 1) * stride;
    }
    return extent;
  }

  /** Whether every dimension that steps by `period` or more steps by a multiple of it. */
  stepsBy(period: number): boolean {
    for (let i = 0; i < 3; i++) {
      const stride = this.strides[i] as number;
      if (this.counts[i] !== 1 && stride >= period && stride % period !== 0) return false;
    }
    return true;
  }
}

/**
 * Whether two placed tensors of one GPUBuffer keep off each other's elements: disjoint intervals, or equal strides of
 * some dimension with disjoint blocks inside it (packed QKV).
 */
export function areDisjoint(q: TensorView, k: TensorView): boolean {
  if (q.end <= k.begin || k.end <= q.begin) return true;
  for (let i = 0; i < 3; i++) {
    const period = q.strides[i] as number;
    if (period !== k.strides[i] || !q.stepsBy(period) || !k.stepsBy(period)) continue;
    const ofQ = q.extentWithin(period, 0);
    const distance = (((k.begin - q.begin) % period) + period) % period;
    if (ofQ <= distance && distance + k.extentWithin(period, 0) <= period) return true;
  }
  return false;
}
