import * as ort from 'onnxruntime-web/webgpu';
import { type RopeDtype, ropeConfigFromHuggingFace, ropeFrequencies } from 'webgpu-rope';
import { seededElements, tensorBuffer } from '../harness/data';
import type { SubmittedSubject } from '../harness/subject';
import { type QkvShape, qkvStart } from '../qkv/cases';
import type { QkvResults } from '../qkv/expected';
import { positionOf, type QkvTensors, qkvSeeds, slotOf } from '../qkv/tensors';
import { bytesOf } from './angles';
import { qkvModel } from './onnx-qkv-model';

const f32: RopeDtype = 'f32';

/** A session of so many layers, bound to the tensors. */
export interface OnnxQkv {
  /** One run is all layers of the session. */
  readonly subject: SubmittedSubject;
  /** Where the last run left its results. */
  readonly results: () => QkvResults;
  readonly note: string;
  destroy(): void;
}

/** Cosines and sines of the positions there are, from the first on, in float64, rounded once. */
function tablesOf({ model, work }: QkvShape): { cos: Uint8Array; sin: Uint8Array } {
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(ropeConfigFromHuggingFace(model.config));
  const last = positionOf(work.batch - 1, work.tokens - 1);
  const pairs = inverseFrequencies.length;
  const table = (of: (angle: number) => number): Uint8Array => {
    const values = new Float32Array((last - qkvStart + 1) * pairs);
    for (let i = 0; i < values.length; i++) {
      const position = qkvStart + Math.floor(i / pairs);
      values[i] = attentionFactor * of(position * (inverseFrequencies[i % pairs] as number));
    }
    return bytesOf(values);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** onnxruntime-web's WebGPU backend on our device, node by node; caches are written where they lie. */
export async function makeOnnxQkv(
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
  layers: number,
): Promise<OnnxQkv> {
  const { model, work, rows, capacity } = shape;
  const { qHeads, kHeads, headDim, epsilon } = model;
  const { tokens, batch } = work;
  const cacheRows = capacity * batch;
  const weightOf = (seed: number) => bytesOf(seededElements(f32, seed, 0, headDim));
  const bytes = qkvModel({
    ...{ layers, batch, tokens, cacheRows, qHeads, kHeads, headDim, epsilon },
    qWeight: weightOf(qkvSeeds.qWeight),
    kWeight: weightOf(qkvSeeds.kWeight),
    ...tablesOf(shape),
  });
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [{ name: 'webgpu', device } as ort.InferenceSession.WebGpuExecutionProviderOption],
    // Its quickest way (bench/NOTES.md): the launches are recorded once and replayed.
    enableGraphCapture: true,
    preferredOutputLocation: 'gpu-buffer',
  });
  const integers = (name: string, of: (sequence: number, token: number) => number): GPUBuffer => {
    const buffer = tensorBuffer(device, `bench onnxruntime-web ${name}`, rows * 8);
    const values = BigInt64Array.from({ length: rows }, (_, row) =>
      BigInt(of(Math.floor(row / tokens), row % tokens)),
    );
    device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  };
  // Rows of the tables, which begin at the first position.
  const positions = integers('positions', (sequence, token) => positionOf(sequence, token) - qkvStart);
  const slots = integers('rows', (sequence, token) => sequence * capacity + slotOf(sequence, token));
  const float = (gpuBuffer: GPUBuffer, dims: readonly number[]): ort.Tensor =>
    ort.Tensor.fromGpuBuffer(gpuBuffer, { dataType: 'float32', dims });
  const cache = (buffer: GPUBuffer): ort.Tensor => float(buffer, [cacheRows, kHeads * headDim]);
  const feeds = {
    q: float(tensors.q, [batch, tokens, qHeads * headDim]),
    k: float(tensors.k, [batch, tokens, kHeads * headDim]),
    v: float(tensors.v, [batch, tokens, kHeads * headDim]),
    k_cache: cache(tensors.kCache),
    v_cache: cache(tensors.vCache),
    positions: ort.Tensor.fromGpuBuffer(positions, { dataType: 'int64', dims: [batch, tokens] }),
    rows: ort.Tensor.fromGpuBuffer(slots, { dataType: 'int64', dims: [rows, 1] }),
  };
  let outputs: ort.InferenceSession.ReturnType | undefined;
  const bufferOf = (name: string): GPUBuffer => {
    const buffer = outputs?.[name]?.gpuBuffer;
    if (!buffer) throw new Error('onnxruntime-web: expected a run before its result is read');
    return buffer as GPUBuffer;
  };
  return {
    subject: {
      name: 'onnxruntime-web',
      run: async (repeats) => {
        for (let i = 0; i < repeats; i++) outputs = await session.run(feeds);
      },
    },
    results: () => ({
      q: bufferOf('q_out'),
      kCache: bufferOf('k_cache_out'),
      vCache: bufferOf('v_cache_out'),
    }),
    note: `${layers} layers, one session, graph capture, inputs and outputs on the GPU`,
    // A release that fails can only leak: the page is closed soon after.
    destroy: () => {
      void session.release().catch(() => {});
      positions.destroy();
      slots.destroy();
    },
  };
}
