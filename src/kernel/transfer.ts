import { bytesPerElement, type RopeDtype, ropeDtypes, type StorageArray, toStorage } from '../dtypes';
import { checkArrayLike, checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkIsBuffer } from './buffers';
import { checkLiveDevice, checkNotLost, lossOf } from './loss';
import { readWords } from './read-words';
import { bufferUsage } from './usage';

/** Choices for {@link uploadTensor}. */
export interface UploadOptions {
  readonly label?: string;
  /** Default STORAGE | COPY_SRC | COPY_DST. */
  readonly usage?: GPUBufferUsageFlags;
  /**
   * What the values are: `numbers`, rounded to `dtype` once, or the stored `bits`, as `toStorage` and `readTensor` return them.
   * Default `numbers`; a Uint16Array for f16 or bf16, which could be either, needs it said.
   */
  readonly as?: 'numbers' | 'bits';
}

const uploadKeys = ['label', 'usage', 'as'];

/**
 * Makes a GPUBuffer that holds a tensor. The caller owns it and destroys it.
 *
 * @param values Numbers; or stored bits, with `as: 'bits'`: a Float32Array for f32, a Uint16Array for f16 and bf16.
 * @throws {TypeError} `values` is no array of numbers, or could be numbers and bits; the device was lost, as far as it was seen:
 *   by an earlier call with this device
 * @throws {RangeError} it is empty, or too large for a buffer
 * @example const q = uploadTensor(device, new Float32Array(32 * 128), 'f16', { label: 'Q' });
 */
export function uploadTensor(
  device: GPUDevice,
  values: ArrayLike<number>,
  dtype: RopeDtype,
  options: UploadOptions = {},
): GPUBuffer {
  checkTransferDevice(device);
  checkNotLost(lossOf(device));
  checkChoice('dtype', dtype, ropeDtypes);
  checkKeys('options', options, uploadKeys);
  const as = options.as === undefined ? undefined : checkChoice('as', options.as, ['numbers', 'bits']);
  const stored = storedOf(values, dtype, as);
  const { label = 'webgpu-rope tensor' } = options;
  const usage = options.usage ?? bufferUsage.STORAGE | bufferUsage.COPY_SRC | bufferUsage.COPY_DST;
  const size = Math.ceil(stored.byteLength / 4) * 4;
  const { maxBufferSize } = device.limits;
  if (size > maxBufferSize)
    throw outOfRange('values', `at most ${maxBufferSize} bytes (maxBufferSize)`, size);
  const buffer = device.createBuffer({ label, size, usage, mappedAtCreation: true });
  new Uint8Array(buffer.getMappedRange()).set(
    new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength),
  );
  buffer.unmap();
  return buffer;
}

/** The values as they are stored. */
function storedOf(
  values: ArrayLike<number>,
  dtype: RopeDtype,
  as: 'numbers' | 'bits' | undefined,
): StorageArray {
  checkArrayLike('values', values, 'an array of numbers');
  if (values.length === 0) throw outOfRange('values', 'at least one element', 0);
  if (as === 'bits') return storedBits(values, dtype);
  if (as === undefined && dtype !== 'f32' && values instanceof Uint16Array) {
    throw wrongType('as', `"numbers" or "bits", as values is a Uint16Array and dtype ${dtype}`, as);
  }
  // toStorage would make a NaN's payload another.
  if (dtype === 'f32' && values instanceof Float32Array) return values;
  return toStorage(values, dtype);
}

function storedBits(values: ArrayLike<number>, dtype: RopeDtype): StorageArray {
  const isStored = dtype === 'f32' ? values instanceof Float32Array : values instanceof Uint16Array;
  const expected = dtype === 'f32' ? 'a Float32Array' : 'a Uint16Array';
  if (!isStored) throw wrongType('values', `${expected}, as these are the bits of ${dtype}`, values);
  return values as StorageArray;
}

function checkTransferDevice(device: unknown): void {
  if (typeof (device as GPUDevice | null)?.createBuffer !== 'function')
    throw wrongType('device', 'a GPUDevice', device);
}

/** Choices for {@link readTensor}, in elements. */
export interface ReadOptions {
  /** First element. Default 0. */
  readonly offset?: number;
  /** How many. Default: to the end of the buffer. */
  readonly length?: number;
}

/**
 * Reads a tensor back: a Float32Array for f32, the bits in a Uint16Array for f16 and bf16 (`fromStorage` makes numbers of
 * them). Submits a copy of its own, after what was submitted before.
 *
 * @param buffer Needs `GPUBufferUsage.COPY_SRC`.
 * @param buffer Alive: JavaScript cannot see that a GPUBuffer was destroyed, so that is a GPU error.
 * @throws {TypeError} the buffer lacks COPY_SRC; the device was lost, before the call or during it
 * @throws {RangeError} it ends before `offset + length`
 */
export async function readTensor(
  device: GPUDevice,
  buffer: GPUBuffer,
  dtype: RopeDtype,
  options: ReadOptions = {},
): Promise<StorageArray> {
  checkTransferDevice(device);
  await checkLiveDevice(device);
  checkChoice('dtype', dtype, ropeDtypes);
  checkKeys('options', options, ['offset', 'length']);
  checkIsBuffer('buffer', buffer);
  const bytes = bytesPerElement(dtype);
  // Copies move whole words: what lies past the last one cannot be read.
  const all = Math.floor(buffer.size / 4) * (4 / bytes);
  const offset = checkInteger('offset', options.offset ?? 0, 0, all);
  const length = checkInteger('length', options.length ?? all - offset, 0, all - offset);
  // Copies move whole words: take the words around the elements, then cut.
  const begin = Math.floor((offset * bytes) / 4) * 4;
  const size = Math.ceil(((offset + length) * bytes - begin) / 4) * 4;
  const words = await readWords(device, buffer, begin, size);
  const copy = words.slice(offset * bytes - begin, (offset + length) * bytes - begin);
  return dtype === 'f32' ? new Float32Array(copy) : new Uint16Array(copy);
}
