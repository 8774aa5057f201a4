import { checkLiveDevice } from './loss';
import { bufferUsage, mapModeRead } from './usage';

/**
 * Copies bytes of a buffer to the host, by a submit of its own. Offset and size are multiples of 4.
 *
 * @throws {TypeError} the buffer lacks COPY_SRC; the device was lost
 */
export async function readWords(
  device: GPUDevice,
  buffer: GPUBuffer,
  offset: number,
  size: number,
): Promise<ArrayBuffer> {
  if ((buffer.usage & bufferUsage.COPY_SRC) === 0) {
    throw new TypeError(`buffer: expected GPUBufferUsage.COPY_SRC, got usage 0x${buffer.usage.toString(16)}`);
  }
  const label = 'webgpu-rope read-back';
  const usage = bufferUsage.MAP_READ | bufferUsage.COPY_DST;
  const staging = device.createBuffer({ label, size: Math.max(4, size), usage });
  try {
    const encoder = device.createCommandEncoder({ label });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapModeRead).catch(async (error: unknown) => {
      // A device that is lost meanwhile rejects as an aborted map, before it says so.
      await Promise.race([device.lost, new Promise((settle) => setTimeout(settle, 50))]);
      await checkLiveDevice(device);
      throw error;
    });
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}
