import * as ort from 'onnxruntime-web/webgpu';
import { readTensor } from 'webgpu-rope';
import { tensorBuffer } from '../harness/data';
import { angleTables, bytesOf } from './angles';
import { rotaryModel } from './onnx-model';
import type { MakePeer } from './peer';

/**
 * onnxruntime-web's WebGPU backend on our device: one session of two RotaryEmbedding nodes, inputs and outputs bound to
 * buffers that stay on the GPU. It rotates out of place, as the operator is defined.
 */
export const makeOnnxRuntimePeer: MakePeer = async (device, { setting, q, k }) => {
  const { preset, tokens, dtype, config } = setting;
  if (dtype === 'bf16') return 'its WebGPU backend has no bf16';
  if (dtype === 'f16' && !device.features.has('shader-f16'))
    return 'its f16 needs shader-f16, which this adapter lacks';
  const { headDim, rotaryDim, pairing } = config;
  const { qHeads, kHeads } = preset;
  const tables = angleTables(setting, dtype);
  const interleaved = pairing === 'interleaved';
  const [cos, sin] = [bytesOf(tables.cos), bytesOf(tables.sin)];
  const model = rotaryModel({ tokens, qHeads, kHeads, headDim, rotaryDim, interleaved, dtype, cos, sin });

  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', device } as ort.InferenceSession.WebGpuExecutionProviderOption],
    // Its quickest way (bench/NOTES.md): the launches are recorded once and replayed.
    enableGraphCapture: true,
    preferredOutputLocation: 'gpu-buffer',
  });
  const positions = tensorBuffer(device, 'bench onnxruntime-web positions', tokens * 8);
  // Rows of the caches, which begin at the first position.
  device.queue.writeBuffer(
    positions,
    0,
    BigInt64Array.from({ length: tokens }, (_, row) => BigInt(row)),
  );
  const input = (gpuBuffer: GPUBuffer, heads: number): ort.Tensor =>
    ort.Tensor.fromGpuBuffer(gpuBuffer, {
      dataType: dtype === 'f32' ? 'float32' : 'float16',
      dims: [1, tokens, heads * headDim],
    });
  const feeds = {
    q: input(q, qHeads),
    k: input(k, kHeads),
    positions: ort.Tensor.fromGpuBuffer(positions, { dataType: 'int64', dims: [1, tokens] }),
  };
  let outputs: ort.InferenceSession.ReturnType | undefined;
  return {
    subject: {
      name: 'onnxruntime-web',
      run: async (repeats) => {
        for (let i = 0; i < repeats; i++) outputs = await session.run(feeds);
      },
    },
    note: 'two com.microsoft.RotaryEmbedding nodes, one session, graph capture, inputs and outputs on the GPU',
    read: async (name, offset, length) => {
      const buffer = outputs?.[`${name}_out`]?.gpuBuffer as GPUBuffer | undefined;
      if (!buffer) throw new Error('onnxruntime-web: expected a run before its result is read');
      return readTensor(device, buffer, dtype, { offset, length });
    },
    // A release that fails can only leak: the page is closed soon after.
    destroy: () => {
      void session.release().catch(() => {});
      positions.destroy();
    },
  };
};
