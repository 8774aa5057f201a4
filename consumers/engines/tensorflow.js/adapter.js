import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** The library on a device of yours; its own backend is registered at import, and would request another device. */
export async function useDevice(device) {
  const backend = new WebGPUBackend(device, device.adapterInfo);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  return backend;
}

/** Submits what the library has encoded: it gathers up to 15 launches, and what you submit meanwhile runs before them. */
export function flush(backend) {
  backend.ensureCommandEncoderReady(); // without an open encoder, submitQueue fails
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/**
 * Rotates a tensor `[tokens, heads, headDim]` where it lies. Tensors are shared by `reshape` and `clone`: whoever has another of them
 * sees it rotated. `tensor.dataToGPU()` would give a copy.
 */
export function rotateTensor(backend, rope, tensor, start) {
  const [tokens, heads] = tensor.shape;
  flush(backend);
  // Undefined where the tensor is on the CPU: one made of numbers until a kernel has read it, and what the library computes there
  // because its inputs are small and on the CPU. `tf.env().set('WEBGPU_CPU_FORWARD', false)` turns that off.
  const buffer = backend.tensorMap.get(tensor.dataId).resource;
  const encoder = backend.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  rope.bind({ q: { buffer, heads }, dtype: 'f32' }).encode(pass, { tokens, start });
  pass.end();
  backend.device.queue.submit([encoder.finish()]);
}
