import {
  bytesPerElement,
  createRope,
  type RopeDtype,
  type RopeEncodeOptions,
  type RopeLayer,
} from 'webgpu-rope';
import { presetBySlug } from '../presets';
import { makeBareCalls } from './bare-calls';
import { configOf } from './config';
import { tensorBuffer } from './data';
import { type DecodeCase, layerCount, type QkvDecodeCase, qkvDecodeCases } from './decode-cases';
import { makeQkvDecode } from './decode-qkv';
import type { DecodeSteps } from './decode-steps';

/** Rows of each layer's K cache. */
const cacheRows = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const isQkv = (kind: DecodeCase): kind is QkvDecodeCase => qkvDecodeCases.some((each) => each === kind);

/** Makes Llama-3.1-8B's layers, or for qkv Qwen3-8B's. Their buffers hold zeros: it is the host's time that counts here. */
export async function makeDecode(
  device: GPUDevice,
  kind: DecodeCase,
  dtype: RopeDtype,
): Promise<DecodeSteps> {
  if (kind === 'WebGPU calls alone') return makeBareCalls(device, layerCount);
  if (isQkv(kind)) return makeQkvDecode(device, { kind, dtype, layers: layerCount });
  const preset = presetBySlug('llama-3.1-8b');
  const config = configOf(preset);
  const rope = await createRope(device, config, { dtypes: [dtype] });
  const { qHeads, kHeads } = preset;
  const rowBytes = config.headDim * bytesPerElement(dtype);
  const owned: GPUBuffer[] = [];
  const buffer = (label: string, bytes: number): GPUBuffer => {
    const tensor = tensorBuffer(device, `bench decode ${label}`, bytes);
    owned.push(tensor);
    return tensor;
  };
  const q = buffer('Q', qHeads * rowBytes);
  const packed = { token: (qHeads + 2 * kHeads) * config.headDim };
  const layers = Array.from({ length: layerCount }, () => {
    if (kind === 'packed QKV') {
      const qkv = buffer('QKV', packed.token * bytesPerElement(dtype));
      return rope.bind({
        q: { buffer: qkv, heads: qHeads, strides: packed },
        k: { buffer: qkv, heads: kHeads, strides: packed, offset: qHeads * config.headDim },
        dtype,
      });
    }
    const k = buffer('K cache', cacheRows * kHeads * rowBytes);
    return rope.bind({
      q: { buffer: q, heads: qHeads },
      k: { buffer: k, heads: kHeads, capacity: cacheRows },
      dtype,
    });
  });
  const options: Mutable<RopeEncodeOptions> = { tokens: 1 };
  if (kind === 'ids in a buffer') {
    options.positions = { type: 'ids', buffer: buffer('ids', 4), format: 'u32' };
  } else if (kind === 'ragged') {
    // indptr 0, 0: a token in no sequence stays as it is. The host does the same work for it.
    const [indptr, offsets] = [buffer('indptr', 8), buffer('offsets', 4)];
    options.positions = { type: 'ragged', indptr, offsets, sequences: 1 };
  } else {
    options.start = 5000;
  }
  if (kind !== 'packed QKV') options.kFirst = 0;
  let steps = 0;
  return {
    step: (pass) => {
      const eachStep = kind !== 'same start';
      if (eachStep && kind !== 'packed QKV') options.kFirst = steps % cacheRows;
      if (eachStep && options.start !== undefined) options.start = 5000 + (steps % 500_000);
      for (let i = 0; i < layers.length; i++) {
        if (kind === 'new start each encode') options.start = 5000 + ((steps * layerCount + i) % 500_000);
        (layers[i] as RopeLayer).encode(pass, options);
      }
      steps++;
    },
    destroy: () => {
      rope.destroy();
      for (const each of owned) each.destroy();
    },
  };
}
