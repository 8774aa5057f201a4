import { checkDtype, checkStorage, type RopeDtype, type StorageArray } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';

/** Where in an array the heads of one tensor lie, and which of their elements pair up. */
export interface RopePlaceOptions {
  /** How an element is stored: f32 in a Float32Array, f16 and bf16 as bits in a Uint16Array. */
  readonly dtype: RopeDtype;
  /** Heads of a token. */
  readonly heads: number;
  /** Elements of a head. */
  readonly headDim: number;
  /** Dims of each head to rotate; even, `<= headDim`; the rest keeps its bits. Default `headDim`. */
  readonly rotaryDim?: number;
  /** Which ones those are. Default `'first'`. */
  readonly placement?: 'first' | 'last';
  /** `'half'` pairs dim i with i + rotaryDim/2, `'interleaved'` pairs 2i with 2i + 1. */
  readonly pairing: 'half' | 'interleaved';
  /** `'bshd'`: [batch, token rows, heads, headDim]; `'bhsd'`: [batch, heads, token rows, headDim]. Default `'bshd'`. */
  readonly layout?: 'bshd' | 'bhsd';
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Tokens of each sequence to rotate. */
  readonly tokens: number;
  /** Element at which the tensor starts. Default 0. */
  readonly offset?: number;
  /** Token rows allotted to each sequence, as in a KV cache. Default `tokens`: a dense tensor. */
  readonly capacity?: number;
  /**
   * Distances in elements, in place of those of the layout. One not given still follows the layout, from those inside
   * it: with `'bshd'`, token = heads * head and batch = rows * token; with `'bhsd'`, head = rows * token and
   * batch = heads * head (rows being the capacity).
   */
  readonly strides?: { readonly batch?: number; readonly token?: number; readonly head?: number };
  /** First token row to rotate. Default 0. Where strides follow from the rows, it needs `capacity`. */
  readonly first?: number;
}

/** Where heads lie, whichever of their elements pair up. */
export type HeadsPlaceOptions = Omit<RopePlaceOptions, 'rotaryDim' | 'placement' | 'pairing'>;

/** That with every default filled in and everything checked. */
export interface HeadsPlace {
  readonly dtype: RopeDtype;
  readonly heads: number;
  readonly headDim: number;
  readonly batch: number;
  readonly tokens: number;
  /** First element of the first token. */
  readonly origin: number;
  readonly batchStride: number;
  readonly tokenStride: number;
  readonly headStride: number;
}

/** The place with every default filled in and everything checked. */
export interface RopePlace extends HeadsPlace {
  readonly pairs: number;
  /** Pair i is the elements i * pairStep and i * pairStep + partner of its head. */
  readonly pairStep: number;
  readonly partner: number;
}

/** What the options of a place may have. */
export const placeKeys = [
  'dtype',
  'heads',
  'headDim',
  'rotaryDim',
  'placement',
  'pairing',
  'layout',
  'batch',
  'tokens',
  'offset',
  'capacity',
  'strides',
  'first',
] as const satisfies readonly (keyof RopePlaceOptions)[];

/**
 * Checks the options against each other and against `data`; nothing is written before it returns. Whether they have
 * unknown keys is for the caller to check, whose options have more than these.
 */
export function checkPlace(data: StorageArray, options: RopePlaceOptions): RopePlace {
  const headDim = checkHeadDim(options.headDim);
  const rotaryDim = checkRotaryDim(options.rotaryDim ?? headDim, headDim);
  const placement = checkChoice('placement', options.placement ?? 'first', ['first', 'last']);
  const pairing = checkChoice('pairing', options.pairing, ['half', 'interleaved']);
  const place = checkHeads(data, options);
  return {
    ...place,
    // The first element that rotates.
    origin: placement === 'first' ? place.origin : place.origin + headDim - rotaryDim,
    pairs: rotaryDim / 2,
    pairStep: pairing === 'half' ? 1 : 2,
    partner: pairing === 'half' ? rotaryDim / 2 : 1,
  };
}

/**
 * Checks where heads lie, against each other and against `data`.
 *
 * @param prefix What error messages put before an option's name.
 */
export function checkHeads(data: StorageArray, options: HeadsPlaceOptions, prefix = ''): HeadsPlace {
  const dtype = checkDtype(options.dtype);
  checkStorage(`${prefix}data`, data, dtype);
  const max = Number.MAX_SAFE_INTEGER;
  const heads = checkInteger(`${prefix}heads`, options.heads, 1, max);
  const headDim = checkHeadDim(options.headDim, prefix);
  const layout = checkChoice(`${prefix}layout`, options.layout ?? 'bshd', ['bshd', 'bhsd']);
  const batch = checkInteger('batch', options.batch ?? 1, 1, max);
  const tokens = checkInteger('tokens', options.tokens, 1, max);
  const offset = checkInteger(`${prefix}offset`, options.offset ?? 0, 0, max);
  const first = checkInteger(`${prefix}first`, options.first ?? 0, 0, max);

  const strides = options.strides ?? {};
  checkKeys(`${prefix}strides`, strides, ['batch', 'token', 'head']);
  for (const name of ['batch', 'token', 'head'] as const) {
    if (strides[name] !== undefined) checkInteger(`${prefix}strides.${name}`, strides[name], 0, max);
  }
  const { capacity } = options;
  const rows = checkRows({ capacity, layout, batch, heads, tokens, first, strides, prefix });
  let headStride: number;
  let tokenStride: number;
  let batchStride: number;
  if (layout === 'bshd') {
    headStride = strides.head ?? headDim;
    tokenStride = strides.token ?? heads * headStride;
    batchStride = strides.batch ?? rows * tokenStride;
  } else {
    tokenStride = strides.token ?? headDim;
    headStride = strides.head ?? rows * tokenStride;
    batchStride = strides.batch ?? heads * headStride;
  }

  const origin = offset + first * tokenStride;
  const end =
    origin + (batch - 1) * batchStride + (tokens - 1) * tokenStride + (heads - 1) * headStride + headDim;
  if (data.length < end) {
    const shape = `[${batch} sequences, ${tokens} tokens, ${heads} heads, ${headDim} dims]`;
    throw new RangeError(`${prefix}data: expected at least ${end} elements for ${shape}, got ${data.length}`);
  }
  checkHeadsApart(
    headDim,
    [
      { name: 'head', count: heads, stride: headStride },
      { name: 'token', count: tokens, stride: tokenStride },
      { name: 'batch', count: batch, stride: batchStride },
    ],
    prefix,
  );
  return { dtype, heads, headDim, batch, tokens, origin, batchStride, tokenStride, headStride };
}

/** Checks the elements of a head. */
export function checkHeadDim(headDim: unknown, prefix = ''): number {
  return checkInteger(`${prefix}headDim`, headDim, 2, Number.MAX_SAFE_INTEGER);
}

/** Checks the elements of a head that rotate. */
export function checkRotaryDim(rotaryDim: unknown, headDim: number): number {
  const expected = `an even integer in 2..${headDim} (headDim)`;
  if (typeof rotaryDim !== 'number') throw wrongType('rotaryDim', expected, rotaryDim);
  if (!Number.isInteger(rotaryDim) || rotaryDim % 2 !== 0 || rotaryDim < 2 || rotaryDim > headDim) {
    throw outOfRange('rotaryDim', expected, rotaryDim);
  }
  return rotaryDim;
}

/** What the token rows of a sequence follow from; all but `capacity` checked. */
type TokenRows = Required<
  Pick<RopePlaceOptions, 'layout' | 'batch' | 'heads' | 'tokens' | 'first' | 'strides'>
> & { readonly capacity: number | undefined; readonly prefix: string };

/** The token rows of a sequence that strides follow from: `capacity`, or `tokens` where the tensor is dense. */
function checkRows(rows: TokenRows): number {
  const { capacity, layout, batch, heads, tokens, first, strides, prefix } = rows;
  if (capacity !== undefined) {
    checkInteger(`${prefix}capacity`, capacity, 1, Number.MAX_SAFE_INTEGER);
    if (first + tokens > capacity) {
      const got = `${capacity} rows (first ${first} + tokens ${tokens} = ${first + tokens})`;
      throw new RangeError(`${prefix}capacity: expected at least first + tokens, got ${got}`);
    }
    return capacity;
  }
  // With "bhsd" the batch stride follows from the head stride, and that one from the rows.
  const follows =
    layout === 'bshd'
      ? batch > 1 && strides.batch === undefined
      : heads * batch > 1 && strides.head === undefined;
  if (first > 0 && follows) {
    const why = `the token rows allotted to each sequence (first is ${first}, layout ${layout}, batch ${batch})`;
    throw outOfRange(`${prefix}capacity`, why, capacity);
  }
  return tokens;
}

/** Refuses strides by which two heads would share an element: the result would depend on the order of work. */
function checkHeadsApart(
  headDim: number,
  dimensions: readonly { readonly name: string; readonly count: number; readonly stride: number }[],
  prefix: string,
): void {
  const several = dimensions.filter(({ count }) => count > 1).sort((a, b) => a.stride - b.stride);
  // Usual case: each dimension steps over everything inside it.
  let extent = headDim;
  let nested = true;
  for (const { count, stride } of several) {
    nested &&= stride >= extent;
    extent += (count - 1) * stride;
  }
  if (nested) return;
  // Rare case: dimensions woven into each other. List where every head starts and look at neighbours.
  let starts: number[] = [0];
  for (const { count, stride } of several) {
    starts = starts.flatMap((start) => Array.from({ length: count }, (_, i) => start + i * stride));
  }
  const sorted = Float64Array.from(starts).sort();
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]! - sorted[i - 1]! < headDim) {
      const got = several.map(({ name, count, stride }) => `${name} ${stride} (x${count})`).join(', ');
      throw new RangeError(
        `${prefix}strides: expected heads of ${headDim} elements that do not overlap, got ${got}`,
      );
    }
  }
}
