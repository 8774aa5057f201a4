import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import { sinusoidalFrequencies } from '../encodings/sinusoidal';
import type { AdditiveEncoding, LearnedEncoding } from '../encodings/types';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkBuffer, placeholder, upload } from '../kernel/buffers';
import type { KernelDevice } from '../kernel/device';
import { alignDown } from '../kernel/windows';
import { twoDigitTable, twoDigitTableBytes } from '../tables/tables';

/** A learned table that lies on the GPU already: `[rows, dim]`, row-major. Only read; never destroyed by this package. */
export interface AdditiveWeights {
  /** Needs `GPUBufferUsage.STORAGE`; must not be the buffer that rows are added to. */
  readonly buffer: GPUBuffer;
  /** How a weight is stored; it may differ from the dtype of what rows are added to. */
  readonly dtype: RopeDtype;
  /** Element at which row 0 begins. Default 0. */
  readonly offset?: number;
}

/** What the kernel reads rows from. An encoding that is computed reads neither binding. */
export interface RowSource {
  readonly table: GPUBufferBinding;
  readonly weights: GPUBufferBinding;
  /** Of the weights. */
  readonly dtype: RopeDtype;
  /** Element, from where {@link weights} is bound, at which the row of position 0 begins. */
  readonly weightsBase: number;
  readonly lowBits: number;
  readonly highRows: number;
  /** Quads in a table row. */
  readonly row: number;
  /** The buffers that this package made, and has to destroy. */
  readonly owned: readonly GPUBuffer[];
}

/** What rows are asked for. */
export interface RowRequest {
  readonly encoding: AdditiveEncoding;
  /** Positions. */
  readonly capacity: number;
  readonly weights: Float32Array | AdditiveWeights | undefined;
  readonly label: string;
}

/**
 * Builds the table, or finds the weights.
 *
 * @throws {TypeError} weights are missing, of the wrong kind, or given where none are read
 * @throws {RangeError} they are too short, or exceed a binding; so does the table
 */
export function rowSource(device: KernelDevice, request: RowRequest): RowSource {
  const { encoding, capacity, weights, label } = request;
  if (encoding.type === 'learned') return learnedSource(device, encoding, weights, label);
  if (weights !== undefined) {
    throw wrongType('weights', `none, as a ${encoding.type} encoding has no table`, weights);
  }
  const none = placeholder(device.device, `${label} no rows`);
  const computed: RowSource = {
    table: { buffer: none },
    weights: { buffer: none },
    dtype: 'f32',
    weightsBase: 0,
    lowBits: 0,
    highRows: 0,
    row: 0,
    owned: [none],
  };
  if (encoding.type !== 'sinusoidal') return computed;
  const inverseFrequencies = sinusoidalFrequencies(encoding);
  // Before anything of that size is built.
  checkRoom(device, 'capacity', twoDigitTableBytes(inverseFrequencies.length, capacity));
  const { data, ...shape } = twoDigitTable({ inverseFrequencies, attentionFactor: 1 }, capacity);
  const buffer = upload(device.device, data, `${label} table`);
  return { ...computed, ...shape, table: { buffer }, owned: [none, buffer] };
}

function learnedSource(
  device: KernelDevice,
  encoding: LearnedEncoding,
  given: Float32Array | AdditiveWeights | undefined,
  label: string,
): RowSource {
  const { rows, dim, offset } = encoding;
  const count = rows * dim;
  const expected = `a Float32Array of ${count} numbers ([${rows} rows, ${dim} dims]), or { buffer, dtype, offset }`;
  if (typeof given !== 'object' || given === null) throw wrongType('weights', expected, given);
  const owned: GPUBuffer[] = [];
  let weights: AdditiveWeights;
  if (given instanceof Float32Array) {
    if (given.length < count) {
      throw new RangeError(
        `weights: expected ${count} numbers ([${rows} rows, ${dim} dims]), got ${given.length}`,
      );
    }
    checkRoom(device, 'weights', count * 4);
    const buffer = upload(
      device.device,
      given.subarray(0, count) as Float32Array<ArrayBuffer>,
      `${label} weights`,
    );
    owned.push(buffer);
    weights = { buffer, dtype: 'f32' };
  } else if (ArrayBuffer.isView(given)) throw wrongType('weights', expected, given);
  else weights = given;

  checkKeys('weights', weights, ['buffer', 'dtype', 'offset']);
  checkBuffer('weights.buffer', weights.buffer);
  const dtype = checkChoice('weights.dtype', weights.dtype, ropeDtypes);
  const first = checkInteger('weights.offset', weights.offset ?? 0, 0, {
    most: Number.MAX_SAFE_INTEGER,
    unit: ' of elements',
  });
  const bytes = bytesPerElement(dtype);
  const needed = (first + count) * bytes;
  const { buffer } = weights;
  if (needed > buffer.size) {
    const from = first > 0 ? ` from element ${first} on` : '';
    throw new RangeError(
      `weights.buffer: expected >= ${needed} bytes for [${rows} rows, ${dim} dims] of ${dtype}${from}, ` +
        `buffer has ${buffer.size}`,
    );
  }
  const begin = alignDown(first * bytes);
  const size = Math.ceil((needed - begin) / 4) * 4;
  checkRoom(device, 'weights', size);
  const none = placeholder(device.device, `${label} no rows`);
  return {
    table: { buffer: none },
    weights: { buffer, offset: begin, size },
    dtype,
    weightsBase: first - begin / bytes + offset * dim,
    lowBits: 0,
    highRows: 0,
    row: 0,
    owned: [...owned, none],
  };
}

function checkRoom({ room }: KernelDevice, name: string, bytes: number): void {
  if (bytes > room) {
    throw outOfRange(name, `a table of at most ${room} bytes (maxStorageBufferBindingSize)`, bytes);
  }
}
