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
    return await contentOf(staging, device);
  } finally {
    staging.destroy();
  }
}

async function contentOf(staging: GPUBuffer, device: GPUDevice): Promise<ArrayBuffer> {
  try {
    await staging.mapAsync(mapModeRead);
    return staging.getMappedRange().slice(0);
  } catch (error) {
    await checkNotLostBy(device, error);
    throw error;
  }
}

/**
 * Waits for a loss that may have caused an error. Browsers tell it later than the error: half a second was seen, where they are
 * busy.
 */
async function checkNotLostBy(device: GPUDevice, error: unknown): Promise<void> {
  // Nobody else has the staging buffer: nothing aborts its map but the loss of the device. Firefox has other errors for it.
  const isAborted = (error as Partial<Error> | null)?.name === 'AbortError';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((settle) => {
    if (!isAborted) timer = setTimeout(settle, 2000);
  });
  await Promise.race([device.lost.catch(() => {}), patience]);
  clearTimeout(timer);
  await checkLiveDevice(device);
}
