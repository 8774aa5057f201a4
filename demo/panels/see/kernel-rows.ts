import { createRope, fopeCaches, type RopeCaches, readTensor, ropeConfig, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import type { EncodingSource, RopeSource, WaveletSource } from 'webgpu-rope/analysis';
import { columnsOf, countOf, isGrid, type State } from './state';

const label = 'see panel';

/**
 * The rows of an encoding by the package's own kernels: additive ones add them to zeros, RoPE rotates vectors whose every
 * pair is (1, 0). `[count, dim]`, as `positionRows` has them.
 */
export async function kernelRows(
  device: GPUDevice,
  state: State,
  source: Exclude<EncodingSource, WaveletSource>,
): Promise<Float32Array> {
  const [tokens, dim] = [countOf(state), columnsOf(state)];
  const { side } = state;
  const given = new Float32Array(tokens * dim);
  if ('rope' in source) {
    const step = ropeConfig(source.rope).pairing === 'half' ? 1 : 2;
    for (let pair = 0; pair < dim / 2; pair++) {
      for (let token = 0; token < tokens; token++) given[token * dim + pair * step] = 1;
    }
  }
  // What one axis has to serve; the tables grow with it.
  const capacity = isGrid(state) ? side : tokens;
  const placement = isGrid(state)
    ? { tokens, positions: { type: 'grid' as const, width: side, height: side } }
    : { tokens, start: 0 };
  const buffer = uploadTensor(device, given, 'f32', { label: `${label}: rows` });
  let kernel: { destroy(): void } | undefined;
  try {
    const encoder = device.createCommandEncoder({ label });
    if ('rope' in source) {
      const rope = await createRope(device, source.fope ? cachesOf(source, capacity) : source.rope, {
        dtypes: ['f32'],
        ...(source.fope ? {} : { capacity }),
        ...(source.sequenceLength === undefined ? {} : { sequenceLength: source.sequenceLength }),
        label: `${label}: rope`,
      });
      kernel = rope;
      const pass = encoder.beginComputePass({ label });
      rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' }).encode(pass, placement);
      pass.end();
    } else {
      const additive = await createAdditive(device, source.encoding, {
        dtypes: ['f32'],
        capacity,
        ...(source.weights ? { weights: Float32Array.from(source.weights) } : {}),
        label: `${label}: additive`,
      });
      kernel = additive;
      const pass = encoder.beginComputePass({ label });
      additive.bind({ buffer, dtype: 'f32' }).encode(pass, placement);
      pass.end();
    }
    device.queue.submit([encoder.finish()]);
    return (await readTensor(device, buffer, 'f32')) as Float32Array;
  } finally {
    kernel?.destroy();
    buffer.destroy();
  }
}

/** Tables of the first head of a FoPE. */
function cachesOf({ rope, fope }: RopeSource, positions: number): RopeCaches {
  const { headDim, pairing } = ropeConfig(rope);
  const [caches] = fopeCaches(rope, positions, fope as NonNullable<typeof fope>);
  return { headDim, pairing, ...caches };
}
