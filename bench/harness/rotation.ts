import {
  bytesPerElement,
  createRope,
  type Rope,
  type RopeConfig,
  type RopeDtype,
  type RopeFrequencies,
  type RopeLayer,
  type RopeOptions,
  ropeFrequencies,
} from 'webgpu-rope';
import type { Preset } from '../presets';
import { fillSeeded, tensorBuffer } from './data';
import type { EncodedSubject } from './subject';

/** What is rotated: a model's Q and K, as many tokens of them, from a position on. */
export interface Workload {
  readonly preset: Preset;
  /** What the preset's config says: `configOf(preset)`. Given, so that a worker can do without the reader. */
  readonly config: RopeConfig;
  readonly tokens: number;
  readonly dtype: RopeDtype;
  /** Position of the first token of each sequence. Default 0. */
  readonly start?: number;
  /** Sequences of so many tokens. Default 1. */
  readonly batch?: number;
}

/** A workload and what follows from it: shapes, bytes, frequencies. */
export interface Setting extends Required<Workload> {
  readonly frequencies: RopeFrequencies;
  /** Elements of Q and of K, tails that do not rotate included. */
  readonly elements: { readonly q: number; readonly k: number };
  /** Bytes of Q and of K that rotate. */
  readonly rotatedBytes: { readonly q: number; readonly k: number };
  /** Bytes that must move: the rotated part of both, read and written. */
  readonly bytesMoved: number;
}

/** Q and K of a model in GPU memory and the layer that rotates them. */
export interface Rotation extends EncodedSubject {
  readonly setting: Setting;
  readonly rope: Rope;
  readonly layer: RopeLayer;
  readonly q: GPUBuffer;
  readonly k: GPUBuffer;
  /** Puts the seeded values back that the buffers began with. */
  fill(): void;
  destroy(): void;
}

/** The seed that fills each tensor. */
export const seeds = { q: 11, k: 12 } as const;

/** Works a workload out. */
export function settingOf({ preset, config, tokens, dtype, start = 0, batch = 1 }: Workload): Setting {
  const bytes = bytesPerElement(dtype);
  const { qHeads, kHeads } = preset;
  const rows = batch * tokens;
  const rotated = rows * config.rotaryDim * bytes;
  return {
    preset,
    tokens,
    dtype,
    start,
    batch,
    config,
    frequencies: ropeFrequencies(config),
    elements: { q: rows * qHeads * config.headDim, k: rows * kHeads * config.headDim },
    rotatedBytes: { q: rotated * qHeads, k: rotated * kHeads },
    bytesMoved: 2 * rotated * (qHeads + kHeads),
  };
}

/**
 * Allocates Q and K of a model, fills them with seeded values in (-1, 1) and makes the rope that rotates them. It can be
 * given to `measure` as it is. Destroy it when done; the device stays.
 *
 * @param options For `createRope`, for example a tuning. Capacity and dtypes follow from the workload.
 */
export async function makeRotation(
  device: GPUDevice,
  workload: Workload,
  options: RopeOptions = {},
): Promise<Rotation> {
  const setting = settingOf(workload);
  const { preset, tokens, dtype, start, batch } = setting;
  const capacity = Math.max(2 ** 20, setting.config.trainedPositions ?? 0, start + tokens);
  const rope = await createRope(device, setting.config, { capacity, ...options, dtypes: [dtype] });
  const bytes = bytesPerElement(dtype);
  const q = tensorBuffer(device, `bench ${preset.slug} Q`, setting.elements.q * bytes);
  const k = tensorBuffer(device, `bench ${preset.slug} K`, setting.elements.k * bytes);
  const layer = rope.bind({
    q: { buffer: q, heads: preset.qHeads },
    k: { buffer: k, heads: preset.kHeads },
    dtype,
  });
  const call = { tokens, start, batch };
  const rotation: Rotation = {
    name: 'webgpu-rope',
    setting,
    rope,
    layer,
    q,
    k,
    encode: (pass) => layer.encode(pass, call),
    fill: () => {
      fillSeeded(device, q, dtype, seeds.q);
      fillSeeded(device, k, dtype, seeds.k);
    },
    destroy: () => {
      rope.destroy();
      q.destroy();
      k.destroy();
    },
  };
  rotation.fill();
  return rotation;
}
