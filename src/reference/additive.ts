/**
 * Additive position encodings on the CPU: float64, slow and obvious. It is the judge of the kernel and shares no
 * arithmetic with it.
 *
 *   x[i] += scale * row[i]
 *
 * for every element of a token, `row` being what its position adds: Vaswani et al., "Attention Is All You Need",
 * arXiv:1706.03762, section 3.5.
 */

import { checkDtype, checkStorage, fromStorage, type RopeDtype, type StorageArray } from '../dtypes';
import { checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import { asIs, type Storage, storageOf } from './storage';

/** Where the tokens lie in an array, and what is added to each. */
export interface AddRowsOptions {
  /** How an element is stored: f32 in a Float32Array, f16 and bf16 as bits in a Uint16Array. */
  readonly dtype: RopeDtype;
  /** Elements of a token. */
  readonly dim: number;
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number | undefined;
  /** Element at which the tensor starts. Default 0. */
  readonly offset?: number | undefined;
  /** Token rows allotted to each sequence. Default `tokens`: a dense `[batch, tokens, dim]`. */
  readonly capacity?: number | undefined;
  /** Distances in elements. Default: token = dim, batch = rows * token (rows being the capacity). */
  readonly strides?: { readonly batch?: number; readonly token?: number } | undefined;
  /** First token row. Default 0. With several sequences it needs `capacity` or `strides.batch`. */
  readonly first?: number | undefined;
  /** Rows are multiplied by this. Default 1. */
  readonly scale?: number | undefined;
  /** The row added to a token, `dim` numbers; null leaves the token as it is. */
  readonly rows: (sequence: number, token: number) => ArrayLike<number> | null;
}

/** What the options may have. */
const optionKeys = [
  'dtype',
  'dim',
  'tokens',
  'batch',
  'offset',
  'capacity',
  'strides',
  'first',
  'scale',
  'rows',
] as const satisfies readonly (keyof AddRowsOptions)[];

/** The options with every default filled in and everything checked. */
interface Rows {
  readonly dtype: RopeDtype;
  readonly dim: number;
  /** First element of every token that changes, and the row that is added to it. */
  readonly added: readonly { readonly at: number; readonly row: ArrayLike<number> }[];
  readonly scale: number;
}

/**
 * Adds a row to every token in place: computed in float64, rounded once, at the end, to the storage type. Whatever is no
 * element of a token with a row keeps its bits.
 *
 * @param data The array the tokens lie in: Float32Array for f32, Uint16Array of bits for f16 and bf16. Overwritten.
 * @throws {TypeError} `data` does not fit `dtype`, or an option or a row is the wrong kind of thing
 * @throws {RangeError} an option is out of range, `data` or a row is too short, or two tokens would share an element;
 *   `data` is then untouched
 * @example BERT-base, 128 tokens: `addRowsReference(x, { dtype: 'f16', dim: 768, tokens: 128, rows: (_, t) => table[t] })`
 */
export function addRowsReference(data: StorageArray, options: AddRowsOptions): void {
  const rows = checkRows(data, options);
  addRows(data, rows, storageOf(rows.dtype));
}

/**
 * What {@link addRowsReference} would store, before its rounding: a new Float64Array as long as `data`, elements it does
 * not change decoded as they are. `data` is only read.
 *
 * @throws {TypeError | RangeError} as {@link addRowsReference}
 */
export function addRowsReferenceExact(data: StorageArray, options: AddRowsOptions): Float64Array {
  const rows = checkRows(data, options);
  const values = fromStorage(data, rows.dtype);
  addRows(values, rows, asIs);
  return values;
}

function addRows(
  target: StorageArray | Float64Array,
  { dim, scale, added }: Rows,
  { load, store }: Storage,
): void {
  for (const { at, row } of added) {
    for (let i = 0; i < dim; i++) target[at + i] = store(load(target[at + i]!) + scale * row[i]!);
  }
}

/** Checks the options against each other and against `data`, and asks for every row; nothing is written before it returns. */
function checkRows(data: StorageArray, options: AddRowsOptions): Rows {
  checkKeys('options', options, optionKeys);
  const { strides = {}, scale = 1, rows } = options;
  const dtype = checkDtype(options.dtype);
  checkStorage('data', data, dtype);
  const most = Number.MAX_SAFE_INTEGER;
  const dim = checkInteger('dim', options.dim, 1, most);
  const tokens = checkInteger('tokens', options.tokens, 1, most);
  const batch = checkInteger('batch', options.batch ?? 1, 1, most);
  const offset = checkInteger('offset', options.offset ?? 0, 0, most);
  const first = checkInteger('first', options.first ?? 0, 0, most);
  checkNumber('scale', scale, 'a finite number', () => true);
  if (typeof rows !== 'function') throw wrongType('rows', 'a function of sequence and token', rows);
  checkKeys('strides', strides, ['batch', 'token']);

  const follows = batch > 1 && strides.batch === undefined;
  if (options.capacity === undefined && first > 0 && follows) {
    throw outOfRange('capacity', `the token rows of each sequence, as first is ${first}`, undefined);
  }
  const capacity = checkInteger('capacity', options.capacity ?? first + tokens, 1, most);
  if (first + tokens > capacity)
    throw outOfRange('first + tokens', `at most ${capacity} (capacity)`, first + tokens);
  const tokenStride = checkInteger('strides.token', strides.token ?? dim, 0, most);
  const batchStride = checkInteger('strides.batch', strides.batch ?? capacity * tokenStride, 0, most);
  const starts: number[] = [];
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let token = 0; token < tokens; token++) {
      starts.push(offset + sequence * batchStride + (first + token) * tokenStride);
    }
  }
  checkApart(starts, dim);
  const end = (batch - 1) * batchStride + offset + (first + tokens - 1) * tokenStride + dim;
  if (data.length < end) {
    const shape = `[${batch} sequences, ${tokens} tokens, ${dim} dims]`;
    throw new RangeError(`data: expected at least ${end} elements for ${shape}, got ${data.length}`);
  }
  const added = starts.flatMap((at, index) => {
    const [sequence, token] = [Math.floor(index / tokens), index % tokens];
    const row = rows(sequence, token);
    if (row === null) return [];
    checkRow(`rows(${sequence}, ${token})`, row, dim);
    // A copy: the caller may fill one array again and again, or hand out parts of `data`.
    return [{ at, row: Float64Array.from(row) }];
  });
  return { dtype, dim, added, scale };
}

/** Refuses strides by which two tokens would share an element: the result would depend on the order of work. */
function checkApart(starts: readonly number[], dim: number): void {
  const sorted = Float64Array.from(starts).sort();
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]! - sorted[i - 1]! < dim) {
      const got = `tokens at elements ${sorted[i - 1]} and ${sorted[i]}`;
      throw new RangeError(`strides: expected tokens of ${dim} elements that do not overlap, got ${got}`);
    }
  }
}

function checkRow(name: string, row: unknown, dim: number): void {
  const { length } = (row ?? {}) as { readonly length?: unknown };
  if (typeof row !== 'object' || typeof length !== 'number') {
    throw wrongType(name, `an array of ${dim} numbers, or null`, row);
  }
  if (length !== dim) throw new RangeError(`${name}: expected ${dim} numbers, got ${length}`);
  for (let i = 0; i < dim; i++) {
    const value = (row as ArrayLike<unknown>)[i];
    if (typeof value !== 'number') throw wrongType(`${name}[${i}]`, 'a number', value);
  }
}
