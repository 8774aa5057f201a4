import type { RopeDtype } from '../dtypes';
import { ropeDtypes } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { type HeadShape, type RopeTensor, TensorView, tensorKeys } from '../rope/tensor';
import { NormView } from './norm';
import type { QkvCache, QkvKeys } from './options';

export type PartName = 'q' | 'k' | 'v';

const maxCount = 2 ** 31;
const cacheKeys = ['buffer', 'capacity', 'layout', 'offset', 'strides', 'dtype', 'shared'];

/** What the tensors of a binding have in common. */
export interface PartShape {
  readonly dtype: RopeDtype;
  readonly headDim: number;
  /** Elements of a head that rotate; 0 for V, and where nothing does. */
  readonly rotaryDim: number;
  /** Whether the first or the last elements of a head rotate, where the tensor does not say. */
  readonly placement: 'first' | 'last';
}

/** Q, K or V, checked: where it lies, how it is normed, where it goes. */
export class PartView {
  readonly name: PartName;
  readonly heads: number;
  readonly headDim: number;
  readonly rotaryDim: number;
  /** First element that rotates. */
  readonly rotaryOffset: number;
  readonly source: TensorView;
  /** Null where it is written where it lies. */
  readonly cache: TensorView | null;
  readonly isShared: boolean;
  readonly norm: NormView | null;
  /** Whether its heads are made of whole runs of eight elements, and of 16-byte chunks wherever they are read or written. */
  readonly isChunked: boolean;
  /** Says all of it but for buffers. */
  readonly key: string;

  constructor(name: PartName, given: QkvKeys, { dtype, headDim, rotaryDim, placement }: PartShape) {
    const own =
      name === 'q' ? ['norm', 'headDim', 'rotaryOffset'] : ['norm', 'headDim', 'rotaryOffset', 'cache'];
    checkKeys(name, given, [...tensorKeys, ...own]);
    const { norm, cache, headDim: ownDim, rotaryOffset, ...tensor } = given;
    this.name = name;
    this.headDim = checkInteger(`${name}.headDim`, ownDim ?? headDim, Math.max(rotaryDim, 1), maxCount);
    this.rotaryDim = rotaryDim;
    if (rotaryDim === 0 && rotaryOffset !== undefined) {
      throw wrongType(`${name}.rotaryOffset`, 'none, as it is not rotated', rotaryOffset);
    }
    this.rotaryOffset = checkInteger(
      `${name}.rotaryOffset`,
      rotaryOffset ?? (placement === 'last' ? this.headDim - rotaryDim : 0),
      0,
      {
        most: this.headDim - rotaryDim,
        unit: ' (headDim - rotaryDim)',
      },
    );
    const shape = { headDim: this.headDim, rotaryDim: this.headDim * 2, rotaryBegin: 0 };
    this.source = new TensorView(name, tensor, { ...shape, dtype });
    this.heads = this.source.heads;
    if (name === 'v' && cache === undefined) throw wrongType('v.cache', 'where V goes', cache);
    this.isShared = cache?.shared ?? false;
    this.cache = cache === undefined ? null : cacheView(name, cache, this.heads, { ...shape, dtype });
    this.norm =
      norm === undefined
        ? null
        : new NormView(norm, { name, heads: this.heads, headDim: this.headDim, dtype });
    this.isChunked =
      this.source.chunked &&
      (this.cache?.chunked ?? true) &&
      (this.norm?.isChunked ?? true) &&
      this.headDim % 8 === 0 &&
      rotaryDim % 16 === 0 &&
      this.rotaryOffset % 8 === 0;
    const { epsilon, isOverHeads, isOnePlus, offset, dtype: weightDtype } = this.norm ?? {};
    this.key = [
      ...[
        this.source.key,
        this.headDim,
        this.rotaryOffset,
        this.cache?.key,
        this.cache?.dtype,
        this.isShared,
      ],
      ...[epsilon, isOverHeads, isOnePlus, offset, weightDtype],
    ].join();
  }

  /** How it is stored where it goes. */
  get writtenDtype(): RopeDtype {
    return (this.cache ?? this.source).dtype;
  }

  /** Rows that a row of the call may name; undefined where there are none to name. */
  get capacity(): number | undefined {
    return this.name === 'q' ? undefined : (this.cache ?? this.source).capacity;
  }

  /** Whether it lies at the rows that the call names. */
  get isAtRows(): boolean {
    return this.cache === null && this.capacity !== undefined;
  }

  /** Elements of a head that are written: those that rotate, or all. */
  get writesAll(): boolean {
    return this.norm !== null || this.cache !== null;
  }

  /**
   * Computes strides and extents for a call.
   *
   * @throws {RangeError} rows do not fit a buffer, or overlap one another
   */
  place(tokens: number, batch: number): void {
    const { source, cache } = this;
    source.place(this.isAtRows ? (source.capacity as number) : tokens, batch, 0, 'tokens');
    cache?.place(cache.capacity as number, this.isShared ? 1 : batch, 0, 'tokens');
  }
}

function cacheView(name: PartName, cache: QkvCache, heads: number, shape: HeadShape): TensorView {
  const of = `${name}.cache`;
  checkKeys(of, cache, cacheKeys);
  const { dtype, shared, ...rest } = cache;
  if (typeof (shared ?? false) !== 'boolean') throw wrongType(`${of}.shared`, 'true or false', shared);
  if (rest.capacity === undefined) throw outOfRange(`${of}.capacity`, 'the rows of the cache', undefined);
  const tensor: RopeTensor = { ...rest, heads };
  return new TensorView(of, tensor, {
    ...shape,
    dtype: checkChoice(`${of}.dtype`, dtype ?? shape.dtype, ropeDtypes),
  });
}
