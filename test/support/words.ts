import type { Own } from './gpu';

/** A buffer of 32-bit words that kernels read: ids, offsets, slots. */
export function words(device: GPUDevice, own: Own, values: ArrayLike<number>): GPUBuffer {
  const data = Int32Array.from(values);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = own(device.createBuffer({ size: data.byteLength, usage }));
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** 64-bit ids as onnxruntime has them: two words each, low first. */
export const wide = (values: readonly number[]): number[] =>
  values.flatMap((value) => [value, value < 0 ? -1 : 0]);
