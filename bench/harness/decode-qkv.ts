import {
  createQkv,
  createRope,
  type QkvEncodeOptions,
  type QkvLayer,
  type RopeDtype,
  ropeConfigFromHuggingFace,
} from 'webgpu-rope';
import { bytesPerElement } from '../../src/dtypes';
import { qkvModel } from '../qkv/cases';
import { tensorBuffer } from './data';
import type { QkvDecodeCase } from './decode-cases';
import type { DecodeSteps } from './decode-steps';

/** Rows of each layer's caches. */
const cacheRows = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is made. */
export interface QkvDecode {
  readonly kind: QkvDecodeCase;
  readonly dtype: RopeDtype;
  readonly layers: number;
  /** A slug of bench/qkv/cases.ts. Default Qwen3-8B, with a norm of each head. */
  readonly model?: string;
}

/** Makes a model's layers: Q, K and V that they share, caches and weights of each one's own. Their buffers hold zeros. */
export async function makeQkvDecode(
  device: GPUDevice,
  { kind, dtype, layers: count, model = 'qwen3-8b' }: QkvDecode,
): Promise<DecodeSteps> {
  const { config, qHeads, kHeads, headDim, epsilon } = qkvModel(model);
  const rope = await createRope(device, ropeConfigFromHuggingFace(config), { dtypes: [dtype] });
  const qkv = createQkv(rope);
  const owned: GPUBuffer[] = [];
  const buffer = (label: string, bytes: number): GPUBuffer => {
    const tensor = tensorBuffer(device, `bench decode ${label}`, bytes);
    owned.push(tensor);
    return tensor;
  };
  const rowBytes = headDim * bytesPerElement(dtype);
  const [q, k, v] = [qHeads, kHeads, kHeads].map((heads) => buffer('QKV', heads * rowBytes)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ];
  const layers = Array.from({ length: count }, () => {
    const normed = () => (epsilon === null ? {} : { norm: { weight: buffer('weights', rowBytes), epsilon } });
    const cache = () => ({
      buffer: buffer('cache', cacheRows * kHeads * rowBytes),
      capacity: cacheRows,
    });
    return qkv.bind({
      q: { buffer: q, heads: qHeads, ...normed() },
      k: { buffer: k, heads: kHeads, ...normed(), cache: cache() },
      v: { buffer: v, heads: kHeads, cache: cache() },
      dtype,
    });
  });
  const options: Mutable<QkvEncodeOptions> = { tokens: 1 };
  const rows: { type: 'first'; first: number } = { type: 'first', first: 0 };
  if (kind === 'qkv, ids and slots') {
    options.positions = { type: 'ids', buffer: buffer('ids', 4), format: 'u32' };
    options.rows = { type: 'slots', buffer: buffer('slots', 4) };
  } else if (kind === 'qkv, step on the GPU') {
    options.step = { buffer: buffer('step', 12) };
    options.rows = { type: 'first' };
  } else {
    options.start = 5000;
    options.rows = rows;
  }
  let steps = 0;
  return {
    step: (pass) => {
      if (kind === 'qkv, new start each step') {
        options.start = 5000 + (steps % 20_000);
        rows.first = steps % cacheRows;
      }
      for (let i = 0; i < layers.length; i++) (layers[i] as QkvLayer).encode(pass, options);
      steps++;
    },
    destroy: () => {
      qkv.destroy();
      rope.destroy();
      for (const each of owned) each.destroy();
    },
  };
}
