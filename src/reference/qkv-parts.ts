/** Where Q, K and V lie and where they go: options of the reference, checked. */

import { checkDtype, type RopeDtype, ropeDtypes, type StorageArray } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkNorm, type Norm, type ReferenceNorm } from './norm';
import { checkHeadDim, checkHeads, checkRotaryDim, type HeadsPlace, type RopePlaceOptions } from './place';
import { checkIntegers, checkShape, type QkvReferenceShape } from './qkv-rows';
import { type Storage, storageOf } from './storage';
import { checkTurn, type RopeTurnOptions, type Turn, turnKeys } from './turn';

/** Q as the projections left it. */
export interface QkvReferenceTensor
  extends Pick<RopePlaceOptions, 'heads' | 'layout' | 'offset' | 'capacity' | 'strides'> {
  /** The array it lies in. */
  readonly data: StorageArray;
  /** Elements in a head. Default that of the options. */
  readonly headDim?: number;
  /** Element of a head at which its rotated elements begin. Default 0. */
  readonly rotaryOffset?: number;
  /** Default: none. */
  readonly norm?: ReferenceNorm;
}

/** A cache, `[batch, capacity, heads, headDim]`, with the heads of the tensor that goes there. */
export interface QkvReferenceCache extends Pick<RopePlaceOptions, 'layout' | 'offset' | 'strides'> {
  /** Rows that are named are overwritten. */
  readonly data: StorageArray;
  /** Token rows of a sequence; of all together where `shared`. */
  readonly capacity: number;
  /** Default that of the options. */
  readonly dtype?: RopeDtype;
  /** Whether all sequences have one pool of rows. Default false. */
  readonly shared?: boolean;
}

/** K: to its cache, or in place: at `rows` where it has a `capacity`. */
export interface QkvReferenceKeys extends QkvReferenceTensor {
  readonly cache?: QkvReferenceCache;
}

/** V: to its cache. */
export interface QkvReferenceValues extends Omit<QkvReferenceTensor, 'rotaryOffset'> {
  readonly cache: QkvReferenceCache;
}

/** What happens between the projections and attention: norm, rotation, cache write. */
export interface QkvReferenceOptions
  extends QkvReferenceShape,
    Pick<RopePlaceOptions, 'dtype' | 'headDim' | 'rotaryDim' | 'pairing'>,
    Omit<RopeTurnOptions, 'positions'> {
  readonly q?: QkvReferenceTensor;
  readonly k?: QkvReferenceKeys;
  readonly v?: QkvReferenceValues;
  /** Whether Q and K are rotated. Default true. Without it, `positions` only say which tokens are padding. */
  readonly rotates?: boolean;
  /** As {@link RopeTurnOptions} has them; may be left out where nothing rotates. -1 leaves Q, and K and V unwritten. */
  readonly positions?: RopeTurnOptions['positions'];
  /**
   * The row that K and V of each token go to, `[batch, tokens]`; -1 is none, another one outside the cache is bad: neither is
   * written. Needed where there is a cache, or K in place has a `capacity`.
   */
  readonly rows?: ArrayLike<number>;
}

const keys = [
  'dtype',
  'headDim',
  'rotaryDim',
  'pairing',
  'tokens',
  'batch',
  'counts',
  'q',
  'k',
  'v',
  'rotates',
  'rows',
  'pairAxis',
  ...turnKeys,
] as const satisfies readonly (keyof QkvReferenceOptions)[];
const tensorKeys = ['data', 'heads', 'headDim', 'layout', 'offset', 'capacity', 'strides', 'norm'];
const partKeys = {
  q: [...tensorKeys, 'rotaryOffset'],
  k: [...tensorKeys, 'rotaryOffset', 'cache'],
  v: [...tensorKeys, 'cache'],
};
const cacheKeys = ['data', 'capacity', 'layout', 'offset', 'strides', 'dtype', 'shared'];

/** Heads in an array. */
export interface Spot {
  readonly data: StorageArray;
  readonly place: HeadsPlace;
  /** Whether a token's row is the one that `rows` says, rather than its own number. */
  readonly byRows: boolean;
  /** Whether all sequences have the same rows. */
  readonly shared: boolean;
  /** Rows that a token may go to. */
  readonly capacity: number;
}

/** One of the three: where it lies, what is done to it, and where it goes. */
export interface Part {
  readonly name: 'q' | 'k' | 'v';
  readonly from: Spot;
  /** `from` where the part stays in place. */
  readonly to: Spot;
  readonly norm: Norm | null;
  /** The first of the elements that rotate; null where none do. */
  readonly rotaryOffset: number | null;
}

/** The options with every default filled in and everything checked. */
export interface Job {
  readonly batch: number;
  readonly tokens: number;
  readonly counts: ArrayLike<number>;
  readonly pairs: number;
  /** Pair i is the elements i * pairStep and i * pairStep + partner of the rotated ones. */
  readonly pairStep: number;
  readonly partner: number;
  /** Null where nothing says a position. */
  readonly turn: Turn | null;
  readonly rows: ArrayLike<number> | null;
  readonly parts: readonly Part[];
  /** How elements of Q, K and V are read. */
  readonly load: Storage['load'];
}

/** Checks the options against each other and against the arrays; nothing is written before it returns. */
export function checkJob(options: QkvReferenceOptions): Job {
  checkKeys('options', options, keys);
  const { rotates = true } = options;
  const dtype = checkDtype(options.dtype);
  const headDim = checkHeadDim(options.headDim);
  const rotaryDim = checkRotaryDim(options.rotaryDim ?? headDim, headDim);
  const pairing = checkChoice('pairing', options.pairing, ['half', 'interleaved']);
  const { tokens, batch, counts } = checkShape({
    tokens: options.tokens,
    ...(options.batch !== undefined && { batch: options.batch }),
    ...(options.counts !== undefined && { counts: options.counts }),
  });
  if (typeof rotates !== 'boolean') throw wrongType('rotates', 'true or false', rotates);
  const pairs = rotaryDim / 2;
  const { positions } = options;
  if (positions === undefined && rotates)
    throw wrongType('positions', 'a number or an array of positions', positions);
  const turn =
    positions === undefined ? null : checkTurn({ ...options, positions }, { pairs, batch, tokens }, false);
  const parts = (['q', 'k', 'v'] as const).flatMap((name) =>
    options[name] === undefined
      ? []
      : [checkPart(name, { dtype, headDim, rotaryDim, rotates, tokens, batch, tensor: options[name] })],
  );
  if (parts.length === 0) throw wrongType('options', 'q, k or v, or several of them', options);
  checkRows(options.rows, parts, batch * tokens);
  return {
    batch,
    tokens,
    counts,
    pairs,
    pairStep: pairing === 'half' ? 1 : 2,
    partner: pairing === 'half' ? pairs : 1,
    turn,
    rows: options.rows ?? null,
    parts,
    load: storageOf(dtype).load,
  };
}

interface PartSetup {
  readonly dtype: RopeDtype;
  readonly headDim: number;
  readonly rotaryDim: number;
  readonly rotates: boolean;
  readonly tokens: number;
  readonly batch: number;
  readonly tensor: QkvReferenceTensor & { readonly cache?: QkvReferenceCache };
}

function checkPart(name: Part['name'], setup: PartSetup): Part {
  const { dtype, rotaryDim, tokens, batch, tensor } = setup;
  checkKeys(name, tensor, partKeys[name]);
  const { data, heads, layout, offset, capacity, strides, rotaryOffset = 0, norm, cache } = tensor;
  const headDim = checkHeadDim(tensor.headDim ?? setup.headDim, `${name}.`);
  const rotates = setup.rotates && name !== 'v';
  checkInteger(`${name}.rotaryOffset`, rotaryOffset, 0, rotates ? headDim - rotaryDim : headDim);
  const inCache = name === 'k' && !cache && capacity !== undefined;
  const place = checkHeads(
    data,
    {
      dtype,
      heads,
      headDim,
      batch,
      tokens: inCache ? capacity : tokens,
      ...(layout !== undefined && { layout }),
      ...(offset !== undefined && { offset }),
      ...(capacity !== undefined && { capacity }),
      ...(strides !== undefined && { strides }),
    },
    `${name}.`,
  );
  const from = { data, place, byRows: inCache, shared: false, capacity: capacity ?? tokens };
  if (name === 'v' && !cache) throw wrongType('v.cache', 'the cache that v goes to', cache);
  return {
    name,
    from,
    to: cache ? checkCache(`${name}.cache`, cache, place) : from,
    norm: norm ? checkNorm(`${name}.norm`, norm, place.heads, headDim) : null,
    rotaryOffset: rotates ? rotaryOffset : null,
  };
}

function checkCache(name: string, cache: QkvReferenceCache, from: HeadsPlace): Spot {
  checkKeys(name, cache, cacheKeys);
  const { data, layout, offset, strides, shared = false } = cache;
  const dtype = checkChoice(`${name}.dtype`, cache.dtype ?? from.dtype, ropeDtypes);
  const capacity = checkInteger(`${name}.capacity`, cache.capacity, 1, Number.MAX_SAFE_INTEGER);
  if (typeof shared !== 'boolean') throw wrongType(`${name}.shared`, 'true or false', shared);
  const place = checkHeads(
    data,
    {
      dtype,
      heads: from.heads,
      headDim: from.headDim,
      batch: shared ? 1 : from.batch,
      tokens: capacity,
      capacity,
      ...(layout !== undefined && { layout }),
      ...(offset !== undefined && { offset }),
      ...(strides !== undefined && { strides }),
    },
    `${name}.`,
  );
  return { data, place, byRows: true, shared, capacity };
}

function checkRows(rows: unknown, parts: readonly Part[], count: number): void {
  const byRows = parts.filter(({ to }) => to.byRows);
  if (rows === undefined) {
    if (byRows.length === 0) return;
    throw wrongType('rows', `${count} rows, as ${byRows[0]!.name} goes to rows of a cache`, rows);
  }
  if (byRows.length === 0) throw wrongType('rows', 'none, as nothing goes to a cache', rows);
  checkIntegers('rows', rows, count);
  const [first, second] = byRows.map(({ to }) => to.capacity);
  if (second !== undefined && second !== first)
    throw outOfRange('v.cache.capacity', `that of k (${first})`, second);
}
