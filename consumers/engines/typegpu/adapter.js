import tgpu, { d } from 'typegpu';

/** A root on a device of yours; or take the device of a root, `root.device`, for `createRope`. */
export const rootOn = (device) => tgpu.initFromDevice({ device });

/** A buffer `[tokens, heads, headDim]` of f32 that kernels of both can have. */
export const tensorIn = (root, length) => root.createBuffer(d.arrayOf(d.f32, length)).$usage('storage');

/** Rotates it where it lies. The buffer stays the root's: `buffer.destroy()` frees it. */
export function rotateBuffer(root, rope, buffer, { tokens, heads, start }) {
  const layer = rope.bind({ q: { buffer: root.unwrap(buffer), heads }, dtype: 'f32' });
  const encoder = root.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  layer.encode(pass, { tokens, start });
  pass.end();
  root.device.queue.submit([encoder.finish()]);
}
