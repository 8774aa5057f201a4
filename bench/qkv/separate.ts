import { createRope, type RopeEncodeOptions, ropeConfigFromHuggingFace } from 'webgpu-rope';
import type { MeasureOptions } from '../harness/measure';
import { type QkvShape, qkvStart } from './cases';
import { normShapesOf, writeShapesOf } from './kernels';
import { quickestOf } from './quickest';
import type { QkvSubject } from './subject';
import type { QkvTensors } from './tensors';

/** One of the separate kernels, and the bytes that it reads and writes. */
export interface SeparateKernel {
  readonly name: string;
  readonly bytesMoved: number;
  readonly note: string;
  /** Bytes of a copy to hold it against: in place of Q's size or K's, or from one buffer to another. */
  readonly copy: { readonly q: number; readonly k: number };
  encode(pass: GPUComputePassEncoder): void;
}

/** A launch for each thing there is to do: a norm of Q and one of K, webgpu-rope's rotation, a write of K and one of V. */
export interface Separate extends QkvSubject {
  readonly kernels: readonly SeparateKernel[];
}

/** The shapes of their workgroups are those that are quickest here. */
export async function makeSeparate(
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
  options: MeasureOptions,
): Promise<Separate> {
  const { model, work, qBytes, kBytes, rows } = shape;
  const { q, k, v, kCache, vCache, qWeight, kWeight, ids, slots } = tensors;
  const { epsilon, headDim, qHeads, kHeads } = model;
  const owned: { destroy(): void }[] = [];
  const kernels: SeparateKernel[] = [];
  if (epsilon !== null) {
    const parts = [
      ['norm Q', qHeads, q, qWeight, qBytes],
      ['norm K', kHeads, k, kWeight, kBytes],
    ] as const;
    for (const [name, heads, tensor, weights, bytes] of parts) {
      const shapes = normShapesOf(device, { heads: heads * rows, headDim, epsilon }, [tensor, weights]);
      const { encode, note, destroy } = await quickestOf(device, shapes, options);
      owned.push({ destroy });
      kernels.push({ name, note, encode, bytesMoved: 2 * bytes, copy: { q: bytes, k: 0 } });
    }
  }
  const rope = await createRope(device, ropeConfigFromHuggingFace(model.config), { dtypes: ['f32'] });
  owned.push(rope);
  const layer = rope.bind({
    q: { buffer: q, heads: qHeads },
    k: { buffer: k, heads: kHeads },
    dtype: 'f32',
  });
  const { tokens, batch } = work;
  const call: RopeEncodeOptions =
    batch === 1
      ? { tokens, start: qkvStart }
      : { tokens, batch, positions: { type: 'ids', buffer: ids, format: 'u32', perSequence: true } };
  kernels.push({
    name: 'rotation',
    note: 'rope.encode',
    encode: (pass) => layer.encode(pass, call),
    bytesMoved: 2 * (qBytes + kBytes),
    copy: { q: qBytes + kBytes, k: 0 },
  });
  for (const [name, tensor, cache] of [
    ['write K', k, kCache],
    ['write V', v, vCache],
  ] as const) {
    const shapes = writeShapesOf(device, shape, [tensor, cache, slots]);
    const { encode, note, destroy } = await quickestOf(device, shapes, options);
    owned.push({ destroy });
    kernels.push({ name, note, encode, bytesMoved: 2 * kBytes, copy: { q: 0, k: kBytes } });
  }
  return {
    name: 'separate',
    kernels,
    launches: kernels.length,
    bytesMoved: kernels.reduce((sum, { bytesMoved }) => sum + bytesMoved, 0),
    note: kernels.map(({ name, note }) => `${name}: ${note}`).join('; '),
    encodeLayer: (pass) => {
      for (let i = 0; i < kernels.length; i++) (kernels[i] as SeparateKernel).encode(pass);
    },
    destroy: () => {
      for (const object of owned) object.destroy();
    },
  };
}
