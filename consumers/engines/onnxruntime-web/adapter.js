import * as ort from 'onnxruntime-web/webgpu';

/** A session on a device of yours. The setter `ort.env.webgpu.device` does not reach sessions: the option of the provider does. */
export function openSession(model, device, options = {}) {
  return ort.InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', device }],
    preferredOutputLocation: 'gpu-buffer',
    ...options,
  });
}

/** Or the other way round: the device that onnxruntime made for its first session, for `createRope`. */
export function deviceOfSessions() {
  return ort.env.webgpu.device; // a promise
}

/**
 * Rotates an output `[batch, tokens, heads * headDim]` of a session where it lies; another session can take it as its input.
 * Call it after `await session.run(…)`: before that, onnxruntime has not submitted what writes the tensor.
 */
export function rotateOutput(device, rope, tensor, { heads, start }) {
  const [batch, tokens] = tensor.dims;
  // Its buffers are larger than the tensor and are used again for others: rows are counted by `tokens`, not by the buffer's size.
  const layer = rope.bind({ q: { buffer: tensor.gpuBuffer, heads }, dtype: 'f32' });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  layer.encode(pass, { batch, tokens, start });
  pass.end();
  device.queue.submit([encoder.finish()]);
}
