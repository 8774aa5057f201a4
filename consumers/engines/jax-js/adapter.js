import { defaultDevice, getWebGPUDevice, init } from '@jax-js/jax';

/** Its backend requests a device of its own, which the package takes. */
export async function openDevice() {
  await init('webgpu');
  defaultDevice('webgpu');
  return getWebGPUDevice();
}

/**
 * Rotates an array `[tokens, heads, headDim]` where it lies. `gpuBuffer()` runs what is pending; without it there is no buffer.
 * The library asks you to leave the contents of its buffers alone: do so where another array may share them, and copy the buffer.
 */
export async function rotateArray(device, rope, array, start) {
  const [tokens, heads] = array.shape;
  const buffer = await array.gpuBuffer();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  rope.bind({ q: { buffer, heads }, dtype: 'f32' }).encode(pass, { tokens, start });
  pass.end();
  device.queue.submit([encoder.finish()]);
}
