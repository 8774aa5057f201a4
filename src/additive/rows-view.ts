import { bytesPerElement, type RopeDtype } from '../dtypes';
import { checkInteger, checkKeys, outOfRange } from '../errors';
import type { Dimensions } from '../kernel/box';
import { checkBuffer } from '../kernel/buffers';
import { checkElements } from '../kernel/checks';
import type { WindowedView } from '../kernel/windows';

/** `[batch, tokens, dim]` as it lies in a GPUBuffer. Offsets and strides count elements and must be whole 4-byte words. */
export interface AdditiveTensor {
  /** Needs `GPUBufferUsage.STORAGE`. Rows are added in place; never destroyed by this package. */
  readonly buffer: GPUBuffer;
  /** One of the `dtypes` that createAdditive was given. */
  readonly dtype: RopeDtype;
  /** Element at which the tensor begins. Default 0. */
  readonly offset?: number;
  /** Token rows allotted to a sequence. Without it a tensor is dense for the tokens of each encode. */
  readonly capacity?: number;
  /** Distances in elements; the elements of a token are contiguous. Default: token = dim, batch = capacity * token. */
  readonly strides?: { readonly batch?: number; readonly token?: number };
}

const tensorKeys = ['buffer', 'dtype', 'offset', 'capacity', 'strides'];
const strideKeys = ['batch', 'token'] as const;
const maxCount = 2 ** 31;

/** A checked tensor, and where the rows of the encode at hand lie in it: {@link place} moves it, allocating nothing. */
export class RowsView implements WindowedView {
  readonly name = 'x';
  readonly buffer: GPUBuffer;
  readonly dtype: RopeDtype;
  readonly bytes: number;
  readonly offset: number;
  /** Whether 16-byte chunks can serve it. */
  readonly chunked: boolean;
  /** What the kernel splits and what {@link Windows} splits by: token rows, never parts of one. */
  readonly rowsOutside = true;
  readonly strides: Dimensions = [0, 0, 0];
  readonly counts: Dimensions = [0, 0, 1];
  begin = 0;

  readonly #capacity: number | undefined;
  readonly #batchStride: number | undefined;
  readonly #tokenStride: number;

  /**
   * @param tensor As the caller gave it: unchecked but for its dtype.
   * @param inChunks Whether this encoding's rows can be taken by 16-byte chunks.
   */
  constructor(
    tensor: AdditiveTensor,
    readonly dim: number,
    inChunks: boolean,
  ) {
    checkKeys('x', tensor, tensorKeys);
    const { offset = 0, capacity, strides = {} } = tensor;
    checkBuffer('x.buffer', tensor.buffer);
    this.buffer = tensor.buffer;
    this.dtype = tensor.dtype;
    this.bytes = bytesPerElement(tensor.dtype);
    this.offset = checkElements('x.offset', offset, 0, tensor.dtype);
    if (capacity !== undefined) checkInteger('x.capacity', capacity, 1, maxCount);
    this.#capacity = capacity;
    checkKeys('x.strides', strides, strideKeys);
    if (strides.token === undefined && (dim * this.bytes) % 4 !== 0) {
      // Two tokens would share a word, which two invocations would write.
      throw outOfRange('x.strides.token', `whole 4-byte words, as dim ${dim} is odd in ${this.dtype}`, dim);
    }
    this.#tokenStride = checkElements('x.strides.token', strides.token ?? dim, 1, tensor.dtype);
    this.#batchStride =
      strides.batch === undefined
        ? undefined
        : checkElements('x.strides.batch', strides.batch, 1, tensor.dtype);
    const alignments = [dim, offset, this.#tokenStride, this.#batchStride ?? 0];
    this.chunked = inChunks && alignments.every((count) => (count * this.bytes) % 16 === 0);
  }

  /** What this tensor is, apart from its buffer: equal texts are equal tensors. */
  get key(): string {
    return [this.dtype, this.offset, this.#capacity, this.#batchStride, this.#tokenStride].join();
  }

  /**
   * Finds rows `first .. first + tokens - 1` of each of `batch` sequences.
   *
   * @throws {TypeError} a count is no number
   * @throws {RangeError} they do not fit the buffer or the capacity, or overlap one another
   */
  place(tokens: number, batch: number, first: number): void {
    const { strides, counts, dim, dtype, bytes, buffer } = this;
    const capacity = this.#capacity;
    checkInteger('tokens', tokens, 1, maxCount);
    checkInteger('batch', batch, 1, maxCount);
    checkInteger('first', first, 0, maxCount);
    if (capacity !== undefined && first + tokens > capacity) {
      throw outOfRange('first + tokens', `at most ${capacity} (x.capacity)`, first + tokens);
    }
    if (capacity === undefined && first > 0 && batch > 1 && this.#batchStride === undefined) {
      const expected = `the token rows allotted to a sequence (or strides.batch), as first is ${first}`;
      throw outOfRange('x.capacity', expected, capacity);
    }
    const token = this.#tokenStride;
    const sequence = this.#batchStride ?? (capacity ?? tokens) * token;
    strides[0] = sequence;
    strides[1] = token;
    strides[2] = dim;
    counts[0] = batch;
    counts[1] = tokens;
    this.begin = this.offset + first * token;
    const needed = (this.begin + this.extent(counts)) * bytes;
    if (needed > buffer.size) {
      const shape = `${batch > 1 ? `${batch} x ` : ''}${tokens} tokens, ${dim} dims`;
      const from = this.begin > 0 ? ` from element ${this.begin} on` : '';
      throw new RangeError(
        `x: expected >= ${needed} bytes for [${shape}] of ${dtype}${from}, buffer has ${buffer.size}`,
      );
    }
    // The smaller of the two steps over a token, the larger over all of the smaller.
    const outer = sequence >= token ? 0 : 1;
    const inner = 1 - outer;
    const withinOuter = dim + ((counts[inner] as number) - 1) * (strides[inner] as number);
    if (
      (counts[inner] !== 1 && (strides[inner] as number) < dim) ||
      (counts[outer] !== 1 && (strides[outer] as number) < withinOuter)
    ) {
      throw new RangeError(
        `x.strides: expected each to step over all inside it, got batch ${sequence}, token ${token} for ` +
          `${batch} x ${tokens} tokens of ${dim}`,
      );
    }
  }

  /** Elements from the first of a box of so many sequences and tokens to one past its last. */
  extent(counts: Readonly<Dimensions>): number {
    return (counts[0] - 1) * this.strides[0] + (counts[1] - 1) * this.strides[1] + this.dim;
  }

  /** Elements from the first row to a sequence and token. */
  offsetOf(at: Readonly<Dimensions>): number {
    return at[0] * this.strides[0] + at[1] * this.strides[1];
  }
}
