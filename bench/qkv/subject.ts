import type { EncodedSubject } from '../harness/subject';

/** One way to norm, rotate and cache a layer's Q, K and V. */
export interface QkvSubject {
  readonly name: string;
  /** Of a layer. */
  readonly launches: number;
  /** Bytes that its launches of a layer read and write. */
  readonly bytesMoved: number;
  readonly note: string;
  encodeLayer(pass: GPUComputePassEncoder): void;
  destroy(): void;
}

/** So many layers of it as one run. */
export function runOf(
  { name, encodeLayer }: Pick<QkvSubject, 'name' | 'encodeLayer'>,
  layers: number,
): EncodedSubject {
  return {
    name,
    encode: (pass) => {
      for (let i = 0; i < layers; i++) encodeLayer(pass);
    },
  };
}
