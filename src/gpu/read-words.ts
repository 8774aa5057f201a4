/**
 * Copies bytes of a buffer to the host, by a submit of its own. Offset and size are multiples of 4.
 *
 * @throws {TypeError} the buffer lacks COPY_SRC
 */
export async function readWords(
  device: GPUDevice,
  buffer: GPUBuffer,
  offset: number,
  size: number,
): Promise<ArrayBuffer> {
  if ((buffer.usage & GPUBufferUsage.COPY_SRC) === 0) {
    throw new TypeError(`buffer: expected GPUBufferUsage.COPY_SRC, got usage 0x${buffer.usage.toString(16)}`);
  }
  const label = 'webgpu-rope read-back';
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ label, size: Math.max(4, size), usage });
  try {
    const encoder = device.createCommandEncoder({ label });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
