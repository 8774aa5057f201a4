/**
 * Options of `from_pretrained` that make the library run on a device of yours. Left out, onnxruntime makes one, and
 * `await env.backends.onnx.webgpu.device` has it.
 */
export const onDevice = (device) => ({
  device: 'webgpu', // else its cache is on the CPU
  session_options: { executionProviders: [{ name: 'webgpu', device }] },
});

/**
 * Moves the keys of a cache, the first of which has position `start`, by `delta` positions where they lie. `cache` is the
 * `past_key_values` of a step that was awaited, `rope` that of the model. Values are not rotated. The next forward takes the cache
 * as it is, with positions that fit.
 */
export function moveKeys(device, rope, cache, { start, delta }) {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const [name, { dims, ort_tensor }] of Object.entries(cache)) {
    if (!name.endsWith('.key')) continue;
    const [batch, heads, tokens] = dims; // [batch, heads, tokens, headDim]: every head has as many rows as the cache has tokens
    const keys = { buffer: ort_tensor.gpuBuffer, heads, layout: 'bhsd', capacity: tokens, dtype: 'f32' };
    rope.rerotate(pass, keys, { batch, tokens, from: { start }, to: { delta } });
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}
