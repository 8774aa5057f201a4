import { bytesPerElement, type RopeDtype } from '../dtypes';
import { checkChoice, checkInteger, checkKeys } from '../errors';
import type { Dimensions } from '../kernel/box';
import { checkBuffer } from '../kernel/buffers';
import type { WindowedView } from '../kernel/windows';

/** Distances in elements. The keys of a row are always contiguous. */
export interface ScoreStrides {
  /** From a sequence to the next of the batch. */
  readonly batch?: number;
  /** From a head to the next. */
  readonly head?: number;
  /** From a query's row to the next. */
  readonly query?: number;
}

/**
 * Scores of attention as they lie in a GPUBuffer: `[batch, heads, queries, keys]`, dense for each encode unless strides say
 * otherwise. Offsets and strides count elements and may be odd, in 16-bit dtypes too.
 */
export interface ScoresBinding {
  /** Needs `GPUBufferUsage.STORAGE`. Added to in place; never destroyed by this package. */
  readonly buffer: GPUBuffer;
  /** One of the `dtypes` the kernel was created with. */
  readonly dtype: RopeDtype;
  /** Element at which the scores begin. Default 0. */
  readonly offset?: number;
  /** A stride that is not given follows from those inside it: query = keys, head = queries * query, batch = heads * head. */
  readonly strides?: ScoreStrides;
}

const bindingKeys = ['buffer', 'dtype', 'offset', 'strides'];
const strideKeys = ['batch', 'head', 'query'] as const;

/**
 * Checked scores, and where those of the encode at hand lie: {@link place} moves it, allocating nothing. Its dimensions are
 * those of one sequence: head, query.
 */
export class ScoresView implements WindowedView {
  readonly name = 'scores';
  readonly buffer: GPUBuffer;
  readonly dtype: RopeDtype;
  readonly bytes: number;
  readonly offset: number;
  /** Pieces as small as a row may be split off. */
  readonly rowsOutside = true;

  /** Of the last {@link place}. Pieces are not split by the third, from a sequence to the next, but begin by it. */
  readonly strides: Dimensions = [0, 0, 0];
  readonly counts: Dimensions = [0, 0, 1];
  batchStride = 0;
  keys = 0;
  /** First element of the sequence at hand, and one past the last of all sequences. */
  begin = 0;
  end = 0;
  /** Whether 16-byte chunks can serve the scores. */
  chunked = false;
  /** Whether every row begins on a 4-byte word. */
  onWords = false;

  readonly #given: ScoreStrides;

  /** @param binding As the caller gave it: unchecked */
  constructor(
    binding: ScoresBinding,
    dtypes: readonly RopeDtype[],
    readonly heads: number,
  ) {
    checkKeys('binding', binding, bindingKeys);
    const { strides = {} } = binding;
    this.dtype = checkChoice('dtype', binding.dtype, dtypes);
    this.bytes = bytesPerElement(this.dtype);
    checkBuffer('buffer', binding.buffer);
    this.buffer = binding.buffer;
    this.offset = checkInteger('offset', binding.offset ?? 0, 0, {
      most: Number.MAX_SAFE_INTEGER,
      unit: ' of elements',
    });
    checkKeys('strides', strides, strideKeys);
    for (const key of strideKeys) {
      const stride = strides[key];
      if (stride !== undefined)
        checkInteger(`strides.${key}`, stride, 1, { most: 2 ** 32 - 1, unit: ' of elements' });
    }
    this.#given = { ...strides };
  }

  /** What these scores are, apart from their buffer: equal texts are equal scores. */
  get key(): string {
    const { batch, head, query } = this.#given;
    return [this.dtype, this.offset, batch, head, query].join();
  }

  /**
   * Computes strides and extent of the scores of an encode.
   *
   * @throws {RangeError} they do not fit the buffer, or rows overlap
   */
  place(queries: number, keys: number, batch: number): void {
    const { strides, counts, heads } = this;
    const given = this.#given;
    strides[1] = given.query ?? keys;
    strides[0] = given.head ?? queries * strides[1];
    this.batchStride = given.batch ?? heads * strides[0];
    strides[2] = batch > 1 ? this.batchStride : 0;
    counts[0] = heads;
    counts[1] = queries;
    this.keys = keys;
    this.begin = this.offset;
    this.end = this.offset + (batch - 1) * this.batchStride + this.extent(counts);
    if (this.end * this.bytes > this.buffer.size) {
      const from = this.offset > 0 ? ` from element ${this.offset} on` : '';
      throw new RangeError(
        `scores: expected >= ${this.end * this.bytes} bytes for [${batch}, ${heads} heads, ${queries} queries, ` +
          `${keys} keys] of ${this.dtype}${from}, buffer has ${this.buffer.size}`,
      );
    }
    this.#checkApart(batch);
    this.chunked = this.#isMultiple(16 / this.bytes, batch) && (keys * this.bytes) % 16 === 0;
    this.onWords = this.#isMultiple(4 / this.bytes, batch);
  }

  /** Words that a row takes part in, at most: one that begins amid a word takes part in one more than its keys fill. */
  get wordsOfRow(): number {
    if (this.bytes === 4) return this.keys;
    return this.onWords ? Math.ceil(this.keys / 2) : Math.floor(this.keys / 2) + 1;
  }

  extent(counts: Readonly<Dimensions>): number {
    return (counts[0] - 1) * this.strides[0] + (counts[1] - 1) * this.strides[1] + this.keys;
  }

  offsetOf(at: Readonly<Dimensions>): number {
    return at[0] * this.strides[0] + at[1] * this.strides[1];
  }

  /** Refuses strides that do not step over all inside them: two scores would be one element. */
  #checkApart(batch: number): void {
    const { batchStride } = this;
    const [head, query] = this.strides;
    const [heads, queries] = this.counts;
    if (
      this.#stepsOver(batchStride, batch, batch) &&
      this.#stepsOver(head, heads, batch) &&
      this.#stepsOver(query, queries, batch)
    ) {
      return;
    }
    throw new RangeError(
      `strides: expected each to step over all inside it, got batch ${batchStride}, head ${head}, query ${query} for ` +
        `[${batch}, ${heads} heads, ${queries} queries, ${this.keys} keys]`,
    );
  }

  /** Whether a dimension of so many steps steps over all that is stepped through within it, and no other steps as far. */
  #stepsOver(stride: number, count: number, batch: number): boolean {
    if (count === 1) return true;
    let inside = this.keys;
    let equal = 0;
    for (let i = 0; i < 3; i++) {
      const steps = i === 2 ? batch : (this.counts[i] as number);
      const other = i === 2 ? this.batchStride : (this.strides[i] as number);
      if (steps === 1) continue;
      if (other < stride) inside += (steps - 1) * other;
      if (other === stride) equal++;
    }
    return equal === 1 && inside <= stride;
  }

  /** Whether the offset and every stride that is stepped by is a multiple of so many elements. */
  #isMultiple(elements: number, batch: number): boolean {
    const { strides, counts } = this;
    return (
      this.offset % elements === 0 &&
      (batch === 1 || this.batchStride % elements === 0) &&
      (counts[0] === 1 || strides[0] % elements === 0) &&
      (counts[1] === 1 || strides[1] % elements === 0)
    );
  }
}
