/** Rows added on the GPU from end to end, held against the reference: what most GPU tests of additive encodings are made of. */

import {
  fromStorage,
  type RopeDtype,
  type RopePositionSource,
  readTensor,
  type StorageArray,
  toStorage,
  uploadTensor,
} from 'webgpu-rope';
import {
  type AdditiveEncoding,
  type AdditiveEncodingInput,
  type AdditiveOptions,
  additiveEncoding,
  createAdditive,
  encodingRows,
} from 'webgpu-rope/additive';
import { addRowsReferenceExact } from 'webgpu-rope/reference';
import { ulp } from '../../src/dtypes';
import type { Own } from './gpu';
import { bitsOf, type Random } from './random';
import { submitPass } from './rotation-case';
import { guardedTensor } from './tensors';

/** A call of `encode`, with all that leads up to it. */
export interface AdditiveCase {
  readonly encoding: AdditiveEncodingInput;
  readonly dtype: RopeDtype;
  readonly tokens: number;
  readonly batch?: number;
  readonly offset?: number;
  readonly capacity?: number;
  readonly strides?: { readonly batch?: number; readonly token?: number };
  readonly first?: number;
  readonly scale?: number;
  readonly source: RopePositionSource | ((own: Own) => RopePositionSource);
  /**
   * What the reference is told: a start; or `[axes][tokens]`, shared by a batch, or `[axes][batch * tokens]`. Where any is -1
   * the token must stay as it is.
   */
  readonly positions: number | readonly (readonly number[])[];
  readonly options?: AdditiveOptions;
  /** `learned`: the numbers of the weights as the kernel reads them, `[rows, dim]`. */
  readonly weights?: ArrayLike<number>;
  /** Also NaN, infinities, zeros, subnormals and the largest values. */
  readonly special?: boolean;
  readonly bad?: number;
}

/** The row added to every token of every sequence; null where none is. */
export function rowsOf(c: AdditiveCase): (Float64Array | null)[] {
  const encoding = additiveEncoding(c.encoding);
  const { axes } = encoding;
  const { positions, tokens, batch = 1 } = c;
  return Array.from({ length: batch * tokens }, (_, index) => {
    const own = Array.from({ length: axes }, (_unused, axis) => {
      if (typeof positions === 'number') return positions + (index % tokens);
      const list = positions[axis]!;
      return list[list.length === tokens ? index % tokens : index]!;
    });
    return own.includes(-1) ? null : encodingRows(encoding, own, c.weights);
  });
}

/**
 * The contract. Of f32, |error| <= T |scale| + 2^-23 (n |scale row| + |x|) + 2^-124:
 * - T is 1.8e-7 for sinusoidal rows, three float32 roundings of a product of two digits, else 0;
 * - n is 3: scale to float32, product, sum, and 5 for integer rows, whose quotient has two roundings more; each may go
 *   either way by WGSL, so by 2^-23 of what it rounds;
 * - 2^-124: subnormal values may be flushed, of x, of the product and of the sum.
 * f16 and bf16: one unit in the last place of the reference more, for the rounding to store (half of one, which a power of
 * two may double).
 */
export function toleranceOf(
  encoding: AdditiveEncoding,
  dtype: RopeDtype,
  x: number,
  added: number,
  scale: number,
): number {
  const table = encoding.type === 'sinusoidal' ? 1.8e-7 * Math.abs(scale) : 0;
  const roundings = encoding.type === 'integer' ? 5 : 3;
  const f32 = table + 2 ** -23 * (roundings * Math.abs(added) + Math.abs(x)) + 2 ** -124;
  return dtype === 'f32' ? f32 : f32 + ulp(x + added, dtype);
}

/** Fails unless every element of every token with a row is within the contract, and all else has its bits. */
export function expectAdded(before: StorageArray, after: StorageArray, c: AdditiveCase): void {
  const encoding = additiveEncoding(c.encoding);
  const { dtype, tokens, batch, offset, capacity, strides, first, scale = 1 } = c;
  const rows = rowsOf(c);
  const options = { dtype, dim: encoding.dim, tokens, batch, offset, capacity, strides, first, scale };
  const exact = addRowsReferenceExact(before, {
    ...options,
    rows: (sequence, token) => rows[sequence * tokens + token]!,
  });
  // What is added to each element: NaN where nothing is.
  const zeros =
    before instanceof Float32Array ? new Float32Array(before.length) : new Uint16Array(before.length);
  const added = addRowsReferenceExact(zeros, { ...options, rows: (s, t) => rows[s * tokens + t]! });
  const changed = addRowsReferenceExact(zeros, {
    ...options,
    scale: 1,
    rows: (s, t) => (rows[s * tokens + t] ? new Float64Array(encoding.dim).fill(1) : null),
  });
  if (after.length !== before.length)
    throw new Error(`expected ${before.length} elements, got ${after.length}`);
  const [x, got] = [fromStorage(before, dtype), fromStorage(after, dtype)];
  const stored = fromStorage(toStorage(exact, dtype), dtype);
  const [bitsBefore, bitsAfter] = [bitsOf(before), bitsOf(after)];
  for (let i = 0; i < got.length; i++) {
    if (changed[i] !== 1) {
      if (bitsAfter[i] !== bitsBefore[i])
        throw new Error(`[${i}]: expected its bits kept, got ${got[i]}: ${text(c)}`);
      continue;
    }
    if (Object.is(got[i], stored[i]) || got[i] === stored[i]) continue;
    const allowed = toleranceOf(encoding, dtype, x[i]!, added[i]!, scale);
    const error = Math.abs(got[i]! - exact[i]!);
    if (!(error <= allowed)) {
      throw new Error(
        `[${i}]: expected ${exact[i]} within ${allowed}, got ${got[i]} (error ${error}, x ${x[i]}): ${text(c)}`,
      );
    }
  }
}

const text = ({ weights: _weights, options: _options, ...rest }: AdditiveCase): string =>
  JSON.stringify(rest);

/**
 * Adds rows to random tokens in poisoned surroundings, and fails unless every element keeps the contract.
 *
 * @returns what is stored after the call
 */
export async function expectAddition(
  device: GPUDevice,
  own: Own,
  random: Random,
  c: AdditiveCase,
): Promise<StorageArray> {
  const { dtype, tokens, batch = 1, first = 0 } = c;
  const additive = own(await createAdditive(device, c.encoding, { dtypes: [dtype], ...c.options }));
  const place = {
    heads: 1,
    headDim: additive.encoding.dim,
    tokens,
    batch,
    first,
    ...(c.offset === undefined ? {} : { offset: c.offset }),
    ...(c.capacity === undefined ? {} : { capacity: c.capacity }),
    ...(c.strides === undefined ? {} : { strides: c.strides }),
  };
  const before = guardedTensor(dtype, place, random, { special: c.special ?? false });
  const buffer = own(uploadTensor(device, before, dtype, { as: 'bits', label: 'test x' }));
  const layer = additive.bind({
    buffer,
    dtype,
    ...(c.offset === undefined ? {} : { offset: c.offset }),
    ...(c.capacity === undefined ? {} : { capacity: c.capacity }),
    ...(c.strides === undefined ? {} : { strides: c.strides }),
  });
  const source = typeof c.source === 'function' ? c.source(own) : c.source;
  submitPass(device, (pass) => {
    layer.encode(pass, {
      tokens,
      batch,
      first,
      ...(c.scale === undefined ? {} : { scale: c.scale }),
      ...source,
    });
  });
  const after = await readTensor(device, buffer, dtype);
  expectAdded(before, after, c);
  const bad = await additive.readBadPositions();
  if (bad !== (c.bad ?? 0)) throw new Error(`bad positions: expected ${c.bad ?? 0}, got ${bad}: ${text(c)}`);
  return after;
}
