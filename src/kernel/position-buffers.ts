import type { RopeAxes } from '../config/types';
import { placeholder, sharedBuffer } from './buffers';
import type { KernelDevice } from './device';
import type { RopePositions } from './positions';
import { readWords } from './read-words';
import { remembered } from './remembered';
import { bufferUsage } from './usage';
import type { WindowedView } from './windows';

/** Group 2 of every kernel that reads positions from buffers: its bind groups, and the counter of bad positions. */
export class PositionBuffers {
  readonly #device: KernelDevice;
  readonly #label: string;
  readonly #pairAxis: GPUBuffer;
  /** One word: bad positions so far. */
  readonly #counter: GPUBuffer;
  /** Stands where a call reads no ids. */
  readonly #none: GPUBuffer;
  readonly #groups = new WeakMap<GPUBuffer, WeakMap<GPUBuffer, WeakMap<GPUBuffer, GPUBindGroup>>>();
  /** What was bound last: the ids, the offsets, the second ids. */
  readonly #last: { ids: GPUBuffer; offsets: GPUBuffer; fromIds: GPUBuffer; group: GPUBindGroup | null };

  constructor(device: KernelDevice, axes: RopeAxes | null, label: string) {
    this.#device = device;
    this.#label = label;
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = bufferUsage;
    this.#counter = device.device.createBuffer({
      label: `${label} bad positions`,
      size: 4,
      usage: STORAGE | COPY_SRC | COPY_DST,
    });
    this.#none = placeholder(device.device, `${label} no ids`);
    const pairAxis = packedAxes(axes);
    this.#pairAxis = device.device.createBuffer({
      label: `${label} axes`,
      size: pairAxis.byteLength,
      usage: UNIFORM | COPY_DST,
    });
    device.device.queue.writeBuffer(this.#pairAxis, 0, pairAxis);
    this.#last = { ids: this.#none, offsets: this.#none, fromIds: this.#none, group: null };
  }

  /** The bind group of the positions that tokens get and of those that they had, remembered. */
  group(to: RopePositions | null, from: RopePositions | null): GPUBindGroup {
    const none = this.#none;
    const ids = idsOf(to) ?? none;
    const offsets = to?.type === 'ragged' ? to.offsets : none;
    const fromIds = idsOf(from) ?? none;
    const last = this.#last;
    // The layers of a step name the same buffers: nothing to look up, nothing to allocate.
    if (last.group && last.ids === ids && last.offsets === offsets && last.fromIds === fromIds)
      return last.group;
    last.ids = ids;
    last.offsets = offsets;
    last.fromIds = fromIds;
    last.group = this.#lookUp(ids, offsets, fromIds);
    return last.group;
  }

  // Apart from group(): its closures would be allocated on the fast path as well.
  #lookUp(ids: GPUBuffer, offsets: GPUBuffer, fromIds: GPUBuffer): GPUBindGroup {
    const byIds = remembered(this.#groups, ids, () => new WeakMap());
    const byOffsets = remembered(byIds, offsets, () => new WeakMap());
    return remembered(byOffsets, fromIds, () => this.#newGroup([ids, offsets, fromIds]));
  }

  #newGroup(buffers: readonly GPUBuffer[]): GPUBindGroup {
    const { device, span, positionLayout } = this.#device;
    return device.createBindGroup({
      label: `${this.#label} positions`,
      layout: positionLayout,
      entries: [...buffers, this.#counter, this.#pairAxis].map((buffer, binding) => ({
        binding,
        // A buffer may end in bytes that make no word.
        resource: { buffer, size: Math.min(buffer.size - (buffer.size % 4), span) },
      })),
    });
  }

  /** Refuses positions in the buffer of a tensor, which is written. */
  checkReadOnly(name: string, positions: RopePositions, tensor: Pick<WindowedView, 'name' | 'buffer'>): void {
    const { buffer } = tensor;
    if (idsOf(positions) === buffer || (positions.type === 'ragged' && positions.offsets === buffer)) {
      throw sharedBuffer(name, `that of ${tensor.name}`);
    }
  }

  /** Reads the counter and sets it to 0. */
  async readBad(): Promise<number> {
    const { device } = this.#device;
    const words = readWords(device, this.#counter, 0, 4);
    device.queue.writeBuffer(this.#counter, 0, new Uint32Array(1));
    return new Uint32Array(await words)[0] as number;
  }

  destroy(): void {
    this.#counter.destroy();
    this.#pairAxis.destroy();
    this.#none.destroy();
  }
}

export function idsOf(positions: RopePositions | null): GPUBuffer | undefined {
  if (positions?.type === 'ids') return positions.buffer;
  return positions?.type === 'ragged' ? positions.indptr : undefined;
}

/** Two bits a pair, 16 pairs a word: what the shader's axis_of reads. */
export function packedAxes(axes: RopeAxes | null): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(64);
  axes?.pairAxis.forEach((axis, pair) => {
    words[pair >> 4] = (words[pair >> 4] as number) | (axis << ((pair & 15) * 2));
  });
  return words;
}
