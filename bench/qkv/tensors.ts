import { fillSeeded, tensorBuffer } from '../harness/data';
import { firstRow, type QkvShape, qkvStart } from './cases';

/** What a layer reads and writes, in f32: Q, K and V of each token, two caches, weights, ids and slots. */
export interface QkvTensors {
  readonly q: GPUBuffer;
  readonly k: GPUBuffer;
  readonly v: GPUBuffer;
  readonly kCache: GPUBuffer;
  readonly vCache: GPUBuffer;
  readonly qWeight: GPUBuffer;
  readonly kWeight: GPUBuffer;
  /** `[batch, tokens]` u32: positions. */
  readonly ids: GPUBuffer;
  /** `[batch, tokens]` u32: rows of each sequence's cache. */
  readonly slots: GPUBuffer;
  fill(): void;
  destroy(): void;
}

export const qkvSeeds = { q: 11, k: 12, v: 13, qWeight: 14, kWeight: 15 } as const;

/** Position of each token: those of different sequences are apart. */
export function positionOf(sequence: number, token: number): number {
  return qkvStart + sequence * 1000 + token;
}

/** Row of each token in its sequence's cache. */
export function slotOf(sequence: number, token: number): number {
  return firstRow + sequence + token;
}

/** Allocates and fills them. The layers of a model share them all, so that a run of many layers needs no more memory. */
export function makeQkvTensors(device: GPUDevice, shape: QkvShape): QkvTensors {
  const { work, rows, capacity, qBytes, kBytes, model } = shape;
  const owned: GPUBuffer[] = [];
  const make = (name: string, bytes: number): GPUBuffer => {
    const buffer = tensorBuffer(device, `bench qkv ${name}`, bytes);
    owned.push(buffer);
    return buffer;
  };
  const cacheBytes = (kBytes / work.tokens) * capacity;
  const words = (name: string, of: (sequence: number, token: number) => number): GPUBuffer => {
    const buffer = make(name, rows * 4);
    const values = Uint32Array.from({ length: rows }, (_, row) =>
      of(Math.floor(row / work.tokens), row % work.tokens),
    );
    device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  };
  const tensors = {
    q: make('Q', qBytes),
    k: make('K', kBytes),
    v: make('V', kBytes),
    kCache: make('K cache', cacheBytes),
    vCache: make('V cache', cacheBytes),
    qWeight: make('Q weights', model.headDim * 4),
    kWeight: make('K weights', model.headDim * 4),
    ids: words('ids', positionOf),
    slots: words('slots', slotOf),
  };
  const fill = (): void => {
    for (const [name, seed] of Object.entries(qkvSeeds)) {
      fillSeeded(device, tensors[name as keyof typeof qkvSeeds], 'f32', seed);
    }
  };
  fill();
  return {
    ...tensors,
    fill,
    destroy: () => {
      for (const buffer of owned) buffer.destroy();
    },
  };
}
