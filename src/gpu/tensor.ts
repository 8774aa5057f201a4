import { checkChoice, checkInteger, outOfRange, wrongType } from '../errors';
import { dtypeBytes, type RopeDtype } from './dtype';

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

const tensorKeys = ['buffer', 'heads', 'layout', 'offset', 'capacity', 'strides'];
const strideKeys = ['batch', 'token', 'head'];
const maxCount = 2 ** 31;

/** A checked tensor, and where the rows of the encode at hand lie in it: {@link place} moves it, allocating nothing. */
export class TensorView {
  readonly buffer: GPUBuffer;
  readonly heads: number;
  readonly offset: number;
  readonly bytes: number;
  /** Whether 16-byte chunks can serve it. */
  readonly chunked: boolean;

  /** Strides and extent of the last {@link place}, in elements; `end` is one past the last. */
  batchStride = 0;
  tokenStride = 0;
  headStride = 0;
  begin = 0;
  end = 0;

  private readonly layout: RopeLayout;
  private readonly capacity: number | undefined;
  private readonly strides: RopeStrides;

  /** @param name `q` or `k`, for messages   @param tensor As it came from the caller: unchecked */
  constructor(
    readonly name: 'q' | 'k',
    tensor: RopeTensor,
    readonly dtype: RopeDtype,
    readonly headDim: number,
    rotaryDim: number,
  ) {
    if (typeof tensor !== 'object' || tensor === null) throw wrongType(name, '{ buffer, heads, … }', tensor);
    checkKeys(name, tensor, tensorKeys);
    checkBuffer(name, tensor.buffer);
    this.buffer = tensor.buffer;
    this.bytes = dtypeBytes(dtype);
    this.heads = checkInteger(`${name}.heads`, tensor.heads, 1, maxCount);
    this.layout = checkChoice(`${name}.layout`, tensor.layout ?? 'bshd', ['bshd', 'bhsd']);
    this.offset = this.checkElements(`${name}.offset`, tensor.offset ?? 0, 0);
    this.capacity = tensor.capacity;
    if (this.capacity !== undefined) checkInteger(`${name}.capacity`, this.capacity, 1, maxCount);
    this.strides = tensor.strides ?? {};
    if (typeof this.strides !== 'object')
      throw wrongType(`${name}.strides`, '{ batch, token, head }', tensor.strides);
    checkKeys(`${name}.strides`, this.strides, strideKeys);
    for (const key of ['batch', 'token', 'head'] as const) {
      const stride = this.strides[key];
      if (stride !== undefined) this.checkElements(`${name}.strides.${key}`, stride, 1);
    }
    // Two heads may not share a word: with 16-bit elements an odd headDim packs them so, unless strides part them.
    if (this.strides.head === undefined || this.strides.token === undefined) {
      if ((headDim * this.bytes) % 4 !== 0) {
        throw outOfRange(
          `${name}.strides`,
          `strides of whole 4-byte words, as headDim is odd in ${dtype}`,
          headDim,
        );
      }
    }
    const perChunk = 16 / this.bytes;
    const given = [this.offset, this.strides.batch ?? 0, this.strides.token ?? 0, this.strides.head ?? 0];
    const derived = this.strides.head !== undefined && this.strides.token !== undefined ? 0 : headDim;
    this.chunked = [...given, derived, rotaryDim / 2].every((count) => count % perChunk === 0);
  }

  /** What this tensor is, apart from its buffer: equal texts are equal tensors. */
  get key(): string {
    const { batch, token, head } = this.strides;
    return [this.heads, this.layout, this.offset, this.capacity, batch, token, head].join();
  }

  /**
   * Computes strides and extent of rows `first .. first + tokens - 1` of each of `batch` sequences.
   *
   * @throws {RangeError} they do not fit the buffer or the capacity, or overlap one another
   */
  place(tokens: number, batch: number, first: number): void {
    const { capacity, strides, heads, headDim } = this;
    if (capacity !== undefined && first + tokens > capacity) {
      throw outOfRange(
        `${this.name}First + tokens`,
        `at most ${capacity} (${this.name}.capacity)`,
        first + tokens,
      );
    }
    const rows = capacity ?? tokens;
    const fromRows =
      this.layout === 'bshd'
        ? batch > 1 && strides.batch === undefined
        : heads * batch > 1 && strides.head === undefined;
    if (first > 0 && capacity === undefined && fromRows) {
      throw outOfRange(
        `${this.name}.capacity`,
        `the token rows allotted to a sequence (or strides), as ${this.name}First is ${first}`,
        capacity,
      );
    }
    if (this.layout === 'bshd') {
      this.headStride = strides.head ?? headDim;
      this.tokenStride = strides.token ?? heads * this.headStride;
      this.batchStride = strides.batch ?? rows * this.tokenStride;
    } else {
      this.tokenStride = strides.token ?? headDim;
      this.headStride = strides.head ?? rows * this.tokenStride;
      this.batchStride = strides.batch ?? heads * this.headStride;
    }
    this.begin = this.offset + first * this.tokenStride;
    this.end =
      this.begin +
      (batch - 1) * this.batchStride +
      (tokens - 1) * this.tokenStride +
      (heads - 1) * this.headStride +
      headDim;
    const needed = this.end * this.bytes;
    if (needed > this.buffer.size) {
      const shape = `${batch > 1 ? `${batch} x ` : ''}${tokens} tokens, ${heads} heads, ${headDim} dims`;
      const from = this.begin > 0 ? ` from element ${this.begin} on` : '';
      throw new RangeError(
        `${this.name}: expected >= ${needed} bytes for [${shape}] of ${this.dtype}${from}, buffer has ${this.buffer.size}`,
      );
    }
    if (this.rowsOverlap(tokens, batch)) {
      throw new RangeError(
        `${this.name}.strides: expected heads that do not overlap, got batch ${this.batchStride}, token ${this.tokenStride}, ` +
          `head ${this.headStride} for ${batch} x ${tokens} tokens, ${heads} heads of ${headDim}`,
      );
    }
  }

  /** Whether two heads share an element: sorted by stride, each dimension must step over all that lies inside it. */
  private rowsOverlap(tokens: number, batch: number): boolean {
    let extent = this.headDim;
    let floor = 0;
    for (let round = 0; round < 3; round++) {
      // The smallest stride above the floor that has not been taken yet; equal strides of two dimensions overlap.
      let stride = Number.POSITIVE_INFINITY;
      let count = 1;
      let equal = 0;
      for (let dimension = 0; dimension < 3; dimension++) {
        const c = dimension === 0 ? batch : dimension === 1 ? tokens : this.heads;
        const s = dimension === 0 ? this.batchStride : dimension === 1 ? this.tokenStride : this.headStride;
        if (c === 1 || s <= floor) continue;
        if (s === stride) equal++;
        if (s < stride) {
          stride = s;
          count = c;
          equal = 0;
        }
      }
      if (count === 1) return false;
      if (equal > 0 || stride < extent) return true;
      extent += (count - 1) * stride;
      floor = stride;
    }
    return false;
  }

  /** Checks an offset or stride: a count of elements that makes whole words. */
  private checkElements(name: string, value: unknown, low: number): number {
    const count = checkInteger(name, value, low, Number.MAX_SAFE_INTEGER, ' of elements');
    if ((count * this.bytes) % 4 !== 0) {
      throw outOfRange(
        name,
        `a multiple of ${4 / this.bytes} elements of ${this.dtype} (4-byte words)`,
        value,
      );
    }
    return count;
  }
}

/**
 * Whether two placed tensors of one GPUBuffer keep off each other's elements: disjoint intervals, or equal strides of
 * some dimension with disjoint blocks inside it (packed QKV).
 */
export function areDisjoint(q: TensorView, k: TensorView, tokens: number, batch: number): boolean {
  if (q.end <= k.begin || k.end <= q.begin) return true;
  return (
    disjointWithin(q, k, q.batchStride === k.batchStride ? q.batchStride : 0, tokens, batch) ||
    disjointWithin(q, k, q.tokenStride === k.tokenStride ? q.tokenStride : 0, tokens, batch) ||
    disjointWithin(q, k, q.headStride === k.headStride ? q.headStride : 0, tokens, batch)
  );
}

/** Whether the blocks lie apart modulo `period`, which both tensors step by; 0 where they have none in common. */
function disjointWithin(
  q: TensorView,
  k: TensorView,
  period: number,
  tokens: number,
  batch: number,
): boolean {
  if (period === 0) return false;
  const ofQ = extentWithin(q, period, tokens, batch);
  const ofK = extentWithin(k, period, tokens, batch);
  if (ofQ < 0 || ofK < 0) return false;
  const distance = (((k.begin - q.begin) % period) + period) % period;
  return ofQ <= distance && distance + ofK <= period;
}

/** Elements from the first to the last of what lies inside a period; -1 if a larger stride is no multiple of it. */
function extentWithin(view: TensorView, period: number, tokens: number, batch: number): number {
  let extent = view.headDim;
  for (let dimension = 0; dimension < 3; dimension++) {
    const count = dimension === 0 ? batch : dimension === 1 ? tokens : view.heads;
    const stride = dimension === 0 ? view.batchStride : dimension === 1 ? view.tokenStride : view.headStride;
    if (count === 1) continue;
    if (stride < period) extent += (count - 1) * stride;
    else if (stride % period !== 0) return -1;
  }
  return extent;
}

/** Refuses keys that nothing reads, so that a misspelt option is not ignored. */
export function checkKeys(name: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw wrongType(name, `only the keys ${known.join(', ')}`, key);
  }
}

function checkBuffer(name: string, buffer: unknown): asserts buffer is GPUBuffer {
  const { size, usage } = (buffer ?? {}) as Partial<GPUBuffer>;
  if (typeof size !== 'number' || typeof usage !== 'number')
    throw wrongType(`${name}.buffer`, 'a GPUBuffer', buffer);
  if ((usage & GPUBufferUsage.STORAGE) === 0) {
    throw new TypeError(
      `${name}.buffer: expected GPUBufferUsage.STORAGE, got usage 0x${usage.toString(16)}: create it with STORAGE | …`,
    );
  }
  if (size % 4 !== 0) throw outOfRange(`${name}.buffer`, 'a size that is a multiple of 4 bytes', size);
}
