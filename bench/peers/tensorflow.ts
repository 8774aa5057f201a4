import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { angleTables } from './angles';
import type { MakePeer } from './peer';

let backend: WebGPUBackend | undefined;

/** The library has one backend a page: it is set up on the first device that asks. */
async function backendOn(device: GPUDevice): Promise<WebGPUBackend> {
  if (!backend) {
    const ours = new WebGPUBackend(device, device.adapterInfo);
    // Kernels belong to the name, so our backend takes the place of the one that would request a device of its own.
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => ours);
    await tf.setBackend('webgpu');
    backend = ours;
  }
  if (backend.device !== device)
    throw new Error('tensorflow.js: expected the device of its first use, got another');
  return backend;
}

/** TensorFlow.js has no rotary operator: its users compose one of slices, products, sums and concatenations. */
export const makeTensorFlowPeer: MakePeer = async (device, { setting, q, k }) => {
  const { preset, tokens, dtype, config } = setting;
  if (dtype !== 'f32') return `it has no ${dtype}`;
  const webgpu = await backendOn(device);
  const { headDim, rotaryDim, pairing } = config;
  const pairs = rotaryDim / 2;
  const tables = angleTables(setting, 'f32');
  const half = pairing === 'half';
  const tableShape = half ? [tokens, 1, pairs] : [tokens, 1, pairs, 1];
  const cos = tf.tensor(tables.cos as Float32Array, tableShape);
  const sin = tf.tensor(tables.sin as Float32Array, tableShape);

  const rotate = (x: tf.Tensor, heads: number): tf.Tensor => {
    const turned = rotaryDim < headDim ? tf.slice(x, [0, 0, 0], [tokens, heads, rotaryDim]) : x;
    const shape = half ? [tokens, heads, pairs] : [tokens, heads, pairs, 1];
    const inPairs = half ? turned : tf.reshape(turned, [tokens, heads, pairs, 2]);
    const a = tf.slice(
      inPairs,
      shape.map(() => 0),
      shape,
    );
    const b = tf.slice(inPairs, half ? [0, 0, pairs] : [0, 0, 0, 1], shape);
    const first = tf.sub(tf.mul(a, cos), tf.mul(b, sin));
    const second = tf.add(tf.mul(b, cos), tf.mul(a, sin));
    const joined = tf.reshape(tf.concat([first, second], -1), [tokens, heads, rotaryDim]);
    if (rotaryDim === headDim) return joined;
    return tf.concat([joined, tf.slice(x, [0, 0, rotaryDim], [tokens, heads, headDim - rotaryDim])], -1);
  };
  const inputs = {
    q: tf.tensor({ buffer: q, zeroCopy: true }, [tokens, preset.qHeads, headDim], 'float32'),
    k: tf.tensor({ buffer: k, zeroCopy: true }, [tokens, preset.kHeads, headDim], 'float32'),
  };
  let outputs: { q: tf.Tensor; k: tf.Tensor } | undefined;
  const dispose = (): void => {
    outputs?.q.dispose();
    outputs?.k.dispose();
    outputs = undefined;
  };
  return {
    subject: {
      name: 'tensorflow.js',
      run: async (repeats) => {
        for (let i = 0; i < repeats; i++) {
          dispose();
          outputs = tf.tidy(() => ({
            q: rotate(inputs.q, preset.qHeads),
            k: rotate(inputs.k, preset.kHeads),
          }));
        }
        // What its batching of submits has left over; without an open encoder submitQueue() fails.
        webgpu.ensureCommandEncoderReady();
        webgpu.endComputePassEncoder();
        webgpu.submitQueue();
      },
    },
    note: 'composed of slice, mul, sub, add and concat; tensors on the GPU',
    read: async (name, offset, length) => {
      const tensor = outputs?.[name];
      if (!tensor) throw new Error('tensorflow.js: expected a run before its result is read');
      const part = tf.tidy(() => tf.slice(tf.reshape(tensor, [tensor.size]), [offset], [length]));
      const values = await part.data<'float32'>();
      part.dispose();
      return values;
    },
    destroy: () => {
      dispose();
      for (const tensor of [inputs.q, inputs.k, cos, sin]) tensor.dispose();
    },
  };
};
