/**
 * Rotary position embedding on the CPU: float64, slow and obvious. It is the judge of the kernel and shares no
 * arithmetic with it.
 *
 * Pair i of a head, (x, y), at position p, with inverse frequency f[i] (radians per position) and attention factor s:
 *
 *   x' = s * (x * cos(p * f[i]) - y * sin(p * f[i]))
 *   y' = s * (y * cos(p * f[i]) + x * sin(p * f[i]))
 *
 * "half" pairs dim i with i + rotaryDim/2 (GPT-NeoX, Hugging Face Llama), "interleaved" pairs 2i with 2i + 1 (GPT-J,
 * Meta's Llama). Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864.
 */

import { checkChoice, checkInteger, outOfRange, wrongType } from '../errors';
import {
  checkDtype,
  checkStorage,
  type Dtype,
  decodeTable,
  encoder,
  fromStorage,
  type StorageArray,
} from './dtypes';

/** What the reference rotates: one tensor, its place in an array, its positions and its frequencies. */
export interface RopeReferenceOptions {
  /** How an element is stored: f32 in a Float32Array, f16 and bf16 as bits in a Uint16Array. */
  readonly dtype: Dtype;
  /** Heads of a token. */
  readonly heads: number;
  /** Elements of a head. */
  readonly headDim: number;
  /** First dims of each head to rotate; even, `<= headDim`; the rest keeps its bits. Default `headDim`. */
  readonly rotaryDim?: number;
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
  /**
   * A number: the position of the first token of every sequence, the next ones following. An array: one position a
   * token, shared by all sequences (`tokens` entries) or for each (`batch * tokens`); -1 is padding, left as it is.
   */
  readonly positions: number | ArrayLike<number>;
  /** `rotaryDim / 2` inverse frequencies, in radians per position. */
  readonly inverseFrequencies: ArrayLike<number>;
  /** Rotated values are multiplied by this; the unrotated tail is not. Default 1. */
  readonly attentionFactor?: number;
}

/** The options with every default filled in and everything checked. */
interface Rotation {
  readonly heads: number;
  readonly pairs: number;
  readonly batch: number;
  readonly tokens: number;
  /** First element of the first token to rotate. */
  readonly origin: number;
  readonly batchStride: number;
  readonly tokenStride: number;
  readonly headStride: number;
  /** Pair i is the elements i * pairStep and i * pairStep + partner of its head. */
  readonly pairStep: number;
  readonly partner: number;
  readonly positionOf: (sequence: number, token: number) => number;
  readonly inverseFrequencies: ArrayLike<number>;
  readonly attentionFactor: number;
}

/**
 * Rotates one tensor (Q or K) in place by its token positions: computed in float64, rounded once, at the end, to the
 * storage type.
 *
 * Only dims 0..rotaryDim-1 of the named tokens are written. Tails, gaps between strides, other token rows and padding
 * keep their bits.
 *
 * @param data The array the tensor lies in: Float32Array for f32, Uint16Array of bits for f16 and bf16. Overwritten.
 * @throws {TypeError} `data` does not fit `dtype`, or an option is the wrong kind of thing
 * @throws {RangeError} an option is out of range, `data` is too short, or two heads would share an element; `data` is
 * then untouched
 * @example Llama-3.1-8B, K of one decoded token at position 412, in a cache of 8192 rows:
 * applyRopeReference(kCache, {
 *   dtype: 'f16', heads: 8, headDim: 128, pairing: 'half', tokens: 1, capacity: 8192, first: 412,
 *   positions: 412, inverseFrequencies, // 64 numbers
 * });
 */
export function applyRopeReference(data: StorageArray, options: RopeReferenceOptions): void {
  const rotation = checkRotation(data, options);
  const { dtype } = options;
  if (dtype === 'f32') {
    // Storing into a Float32Array is the one rounding.
    rotate(data, rotation, asIs, asIs);
  } else {
    const values = decodeTable(dtype);
    rotate(data, rotation, (bits) => values[bits]!, encoder(dtype));
  }
}

/**
 * What `applyRopeReference` would store, before its rounding: a new Float64Array as long as `data`, elements it does
 * not rotate decoded as they are. `data` is only read.
 *
 * @throws {TypeError} {RangeError} as `applyRopeReference`
 */
export function ropeReferenceExact(data: StorageArray, options: RopeReferenceOptions): Float64Array {
  const rotation = checkRotation(data, options);
  const values = fromStorage(data, options.dtype);
  rotate(values, rotation, asIs, asIs);
  return values;
}

function asIs(value: number): number {
  return value;
}

/** The rotation itself. `load` reads a stored element as a number, `store` makes a number an element again. */
function rotate(
  target: StorageArray | Float64Array,
  rotation: Rotation,
  load: (element: number) => number,
  store: (value: number) => number,
): void {
  const { heads, pairs, pairStep, partner, inverseFrequencies, attentionFactor } = rotation;
  const cos = new Float64Array(pairs);
  const sin = new Float64Array(pairs);
  for (let sequence = 0; sequence < rotation.batch; sequence++) {
    for (let token = 0; token < rotation.tokens; token++) {
      const position = rotation.positionOf(sequence, token);
      if (position === -1) continue;
      for (let i = 0; i < pairs; i++) {
        const angle = position * inverseFrequencies[i]!;
        cos[i] = attentionFactor * Math.cos(angle);
        sin[i] = attentionFactor * Math.sin(angle);
      }
      const row = rotation.origin + sequence * rotation.batchStride + token * rotation.tokenStride;
      for (let head = 0; head < heads; head++) {
        let first = row + head * rotation.headStride;
        for (let i = 0; i < pairs; i++) {
          const x = load(target[first]!);
          const y = load(target[first + partner]!);
          target[first] = store(x * cos[i]! - y * sin[i]!);
          target[first + partner] = store(y * cos[i]! + x * sin[i]!);
          first += pairStep;
        }
      }
    }
  }
}

/** Checks the options against each other and against `data`; nothing is written before it returns. */
function checkRotation(data: StorageArray, options: RopeReferenceOptions): Rotation {
  if (typeof options !== 'object' || options === null) throw wrongType('options', 'an object', options);
  checkDtype(options.dtype);
  checkStorage('data', data, options.dtype);
  const max = Number.MAX_SAFE_INTEGER;
  const heads = checkInteger('heads', options.heads, 1, max);
  const headDim = checkInteger('headDim', options.headDim, 2, max);
  const rotaryDim = checkRotaryDim(options.rotaryDim ?? headDim, headDim);
  const pairing = checkChoice('pairing', options.pairing, ['half', 'interleaved']);
  const layout = checkChoice('layout', options.layout ?? 'bshd', ['bshd', 'bhsd']);
  const batch = checkInteger('batch', options.batch ?? 1, 1, max);
  const tokens = checkInteger('tokens', options.tokens, 1, max);
  const offset = checkInteger('offset', options.offset ?? 0, 0, max);
  const first = checkInteger('first', options.first ?? 0, 0, max);

  const strides = options.strides ?? {};
  if (typeof strides !== 'object' || strides === null) throw wrongType('strides', 'an object', strides);
  for (const name of ['batch', 'token', 'head'] as const) {
    if (strides[name] !== undefined) checkInteger(`strides.${name}`, strides[name], 0, max);
  }
  const rows = checkRows(options.capacity, layout, batch, heads, tokens, first, strides);
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
    throw new RangeError(`data: expected at least ${end} elements for ${shape}, got ${data.length}`);
  }
  checkHeadsApart(headDim, [
    { name: 'head', count: heads, stride: headStride },
    { name: 'token', count: tokens, stride: tokenStride },
    { name: 'batch', count: batch, stride: batchStride },
  ]);

  return {
    heads,
    pairs: rotaryDim / 2,
    batch,
    tokens,
    origin,
    batchStride,
    tokenStride,
    headStride,
    pairStep: pairing === 'half' ? 1 : 2,
    partner: pairing === 'half' ? rotaryDim / 2 : 1,
    positionOf: checkPositions(options.positions, batch, tokens),
    inverseFrequencies: checkFrequencies(options.inverseFrequencies, rotaryDim),
    attentionFactor: checkAttentionFactor(options.attentionFactor ?? 1),
  };
}

function checkRotaryDim(rotaryDim: unknown, headDim: number): number {
  const expected = `an even integer in 2..${headDim} (headDim)`;
  if (typeof rotaryDim !== 'number') throw wrongType('rotaryDim', expected, rotaryDim);
  if (!Number.isInteger(rotaryDim) || rotaryDim % 2 !== 0 || rotaryDim < 2 || rotaryDim > headDim) {
    throw outOfRange('rotaryDim', expected, rotaryDim);
  }
  return rotaryDim;
}

/** The token rows of a sequence that strides follow from: `capacity`, or `tokens` where the tensor is dense. */
function checkRows(
  capacity: number | undefined,
  layout: 'bshd' | 'bhsd',
  batch: number,
  heads: number,
  tokens: number,
  first: number,
  strides: { readonly batch?: number; readonly head?: number },
): number {
  if (capacity !== undefined) {
    checkInteger('capacity', capacity, 1, Number.MAX_SAFE_INTEGER);
    if (first + tokens > capacity) {
      const rows = `${capacity} rows (first ${first} + tokens ${tokens} = ${first + tokens})`;
      throw new RangeError(`capacity: expected at least first + tokens, got ${rows}`);
    }
    return capacity;
  }
  const batchFollows = batch > 1 && strides.batch === undefined;
  const headFollows = layout === 'bhsd' && heads > 1 && strides.head === undefined;
  if (first > 0 && (batchFollows || headFollows)) {
    const why = `the token rows allotted to each sequence (first is ${first}, layout ${layout}, batch ${batch})`;
    throw outOfRange('capacity', why, capacity);
  }
  return tokens;
}

/** Refuses strides by which two heads would share an element: the result would depend on the order of work. */
function checkHeadsApart(
  headDim: number,
  dimensions: readonly { readonly name: string; readonly count: number; readonly stride: number }[],
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
      throw new RangeError(`strides: expected heads of ${headDim} elements that do not overlap, got ${got}`);
    }
  }
}

function checkPositions(
  positions: number | ArrayLike<number>,
  batch: number,
  tokens: number,
): (sequence: number, token: number) => number {
  if (typeof positions === 'number') {
    const start = checkInteger('positions', positions, 0, Number.MAX_SAFE_INTEGER);
    return (_sequence, token) => start + token;
  }
  const lengths = batch === 1 ? `${tokens}` : `${tokens} or ${batch * tokens}`;
  checkArrayLike('positions', positions, 'a number or an array of positions');
  if (positions.length !== tokens && positions.length !== batch * tokens) {
    throw new RangeError(`positions: expected ${lengths} entries, one a token, got ${positions.length}`);
  }
  for (let i = 0; i < positions.length; i++) {
    const position: unknown = positions[i];
    const expected = 'an integer of at least 0, or -1 for padding';
    if (typeof position !== 'number') throw wrongType(`positions[${i}]`, expected, position);
    if (!Number.isSafeInteger(position) || position < -1) {
      throw outOfRange(`positions[${i}]`, expected, position);
    }
  }
  const shared = positions.length === tokens;
  return (sequence, token) => positions[shared ? token : sequence * tokens + token]!;
}

function checkFrequencies(frequencies: ArrayLike<number>, rotaryDim: number): ArrayLike<number> {
  checkArrayLike('inverseFrequencies', frequencies, 'an array of numbers');
  if (frequencies.length !== rotaryDim / 2) {
    throw new RangeError(
      `inverseFrequencies: expected ${rotaryDim / 2} entries (rotaryDim / 2), got ${frequencies.length}`,
    );
  }
  for (let i = 0; i < frequencies.length; i++) {
    checkFinite(`inverseFrequencies[${i}]`, frequencies[i], 'a finite number');
  }
  return frequencies;
}

function checkAttentionFactor(factor: unknown): number {
  const expected = 'a finite number above 0';
  const checked = checkFinite('attentionFactor', factor, expected);
  if (checked <= 0) throw outOfRange('attentionFactor', expected, factor);
  return checked;
}

function checkFinite(name: string, value: unknown, expected: string): number {
  if (typeof value !== 'number') throw wrongType(name, expected, value);
  if (!Number.isFinite(value)) throw outOfRange(name, expected, value);
  return value;
}

function checkArrayLike(name: string, value: unknown, expected: string): void {
  const isArray = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
  if (!isArray) throw wrongType(name, expected, value);
}
