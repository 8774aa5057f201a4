/** The memory of a case: buffers by name, in which several tensors, caches and weights may lie, poisoned elsewhere. */

import { bytesPerElement, type RopeDtype, type StorageArray } from 'webgpu-rope';
import { poison } from './random';
import { elementsOf, type TensorPlace } from './tensors';

/** A tensor, a cache, or weights, in a buffer of the arena. */
export interface ArenaPlace extends TensorPlace {
  readonly dtype: RopeDtype;
  readonly buffer: string;
}

/** Bytes that belong to nothing, behind the last of each buffer. */
const guard = 64;

/** Buffers of bytes, by name. */
export class Arena {
  readonly #buffers: ReadonlyMap<string, ArrayBuffer>;

  private constructor(buffers: ReadonlyMap<string, ArrayBuffer>) {
    this.#buffers = buffers;
  }

  /** As large as the places need, and all poison. */
  static for(places: readonly ArenaPlace[]): Arena {
    const sizes = new Map<string, number>();
    for (const place of places) {
      const bytes = elementsOf(place) * bytesPerElement(place.dtype);
      sizes.set(place.buffer, Math.max(sizes.get(place.buffer) ?? 0, bytes));
    }
    return new Arena(
      new Map(
        [...sizes].map(([name, bytes]) => {
          const halves = new Uint16Array(Math.ceil((bytes + guard) / 16) * 8);
          // Two halves are a NaN in f32 too.
          poison(halves);
          return [name, halves.buffer];
        }),
      ),
    );
  }

  /** Names of the buffers. */
  get names(): string[] {
    return [...this.#buffers.keys()];
  }

  /** A buffer as elements of a dtype; writing to them writes to the arena. */
  view(name: string, dtype: RopeDtype): StorageArray {
    const bytes = this.bytes(name).buffer as ArrayBuffer;
    return dtype === 'f32' ? new Float32Array(bytes) : new Uint16Array(bytes);
  }

  bytes(name: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffers.get(name)!);
  }

  copy(): Arena {
    return new Arena(new Map([...this.#buffers].map(([name, bytes]) => [name, bytes.slice(0)])));
  }
}
