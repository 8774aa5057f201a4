import { outOfRange, wrongType } from '../errors';
import { bufferUsage } from './usage';

/** A storage buffer of the package's own with these numbers. */
export function upload(
  device: GPUDevice,
  data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
  label: string,
): GPUBuffer {
  const usage = bufferUsage.STORAGE | bufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label, size: data.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** Stands where a call has nothing to bind: a binding cannot be empty. */
export function placeholder(device: GPUDevice, label: string): GPUBuffer {
  return device.createBuffer({ label, size: 16, usage: bufferUsage.STORAGE });
}

/** Refuses what is no GPUBuffer; of an object that wraps one, says where it is. */
export function checkIsBuffer(name: string, buffer: unknown): asserts buffer is GPUBuffer {
  if (isBuffer(buffer)) return;
  const field = fieldWithBuffer(buffer);
  const expected = field ? `a GPUBuffer (it is there as ${name}.${field})` : 'a GPUBuffer';
  throw wrongType(name, expected, buffer);
}

/** Refuses what is no GPUBuffer that a shader can read and write. */
export function checkBuffer(name: string, buffer: unknown): asserts buffer is GPUBuffer {
  checkIsBuffer(name, buffer);
  const { size, usage } = buffer;
  if ((usage & bufferUsage.STORAGE) === 0) {
    throw new TypeError(
      `${name}: expected GPUBufferUsage.STORAGE, got usage 0x${usage.toString(16)}: create it with STORAGE | …`,
    );
  }
  if (size === 0) throw outOfRange(name, 'a size above 0', size);
  if (size % 4 !== 0) throw outOfRange(name, 'a size that is a multiple of 4 bytes', size);
}

/** The error of a buffer that one dispatch would read and write: WebGPU forbids it even where the ranges are disjoint. */
export function sharedBuffer(name: string, others: string): TypeError {
  return new TypeError(
    `${name}: expected a GPUBuffer other than ${others} (one dispatch cannot bind it read-only and writable), got the same`,
  );
}

function isBuffer(value: unknown): value is GPUBuffer {
  const { size, usage } = (value ?? {}) as Partial<GPUBuffer>;
  return typeof size === 'number' && typeof usage === 'number';
}

/** Where libraries keep the GPUBuffer of a tensor: onnxruntime-web, then TypeGPU and TensorFlow.js. */
function fieldWithBuffer(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return ['gpuBuffer', 'buffer'].find((field) => {
    try {
      return isBuffer((value as Record<string, unknown>)[field]);
    } catch {
      // A getter may throw: onnxruntime-web's does where the tensor is not on the GPU.
      return false;
    }
  });
}
