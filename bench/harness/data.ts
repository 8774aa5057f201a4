import { bytesPerElement, type RopeDtype, type StorageArray, toStorage } from '../../src/dtypes';
import { createRandom } from './random';

/** Rows of a tensor made and sent at a time, so that no copy of a large tensor lies in memory twice. */
const blockElements = 2 ** 20;

const grids = new Map<RopeDtype, StorageArray>();

/** 65536 numbers in (-1, 1), rounded to the storage type once: what tensors are filled from. */
function gridOf(dtype: RopeDtype): StorageArray {
  let grid = grids.get(dtype);
  if (!grid) {
    const random = createRandom(1);
    grid = toStorage(
      Float64Array.from({ length: 65536 }, () => 2 * random.next() - 1),
      dtype,
    );
    grids.set(dtype, grid);
  }
  return grid;
}

/**
 * Elements `offset .. offset + length - 1` of the endless tensor that a seed stands for: random, the same every time, and
 * to be had from anywhere on.
 */
export function seededElements(dtype: RopeDtype, seed: number, offset: number, length: number): StorageArray {
  const grid = gridOf(dtype);
  const elements = dtype === 'f32' ? new Float32Array(length) : new Uint16Array(length);
  for (let i = 0; i < length; i++) {
    // The finaliser of MurmurHash3 over a counter.
    let hash = (offset + i + Math.imul(seed, 0x9e3779b1)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    elements[i] = grid[(hash ^ (hash >>> 16)) & 0xffff] as number;
  }
  return elements;
}

/** Fills a buffer with the first elements of the seed's tensor. */
export function fillSeeded(device: GPUDevice, buffer: GPUBuffer, dtype: RopeDtype, seed: number): void {
  const bytes = bytesPerElement(dtype);
  const count = buffer.size / bytes;
  for (let offset = 0; offset < count; offset += blockElements) {
    const elements = seededElements(dtype, seed, offset, Math.min(blockElements, count - offset));
    device.queue.writeBuffer(buffer, offset * bytes, elements.buffer as ArrayBuffer);
  }
}

/** An empty buffer of a benchmark's tensor. */
export function tensorBuffer(device: GPUDevice, label: string, bytes: number): GPUBuffer {
  return device.createBuffer({
    label,
    size: bytes,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}
