import { type KernelDevice, slotBytes } from './device';
import { remembered } from './remembered';
import { bufferUsage } from './usage';

const slotsPerChunk = 1024;
const hashEntries = 256;

/**
 * Uniform slots for the parameters of encodes, chosen by dynamic offset.
 *
 * `queue.writeBuffer` takes effect before a submit that comes later, and we never see submits: a slot that was handed
 * out is never rewritten. Equal parameters share a slot, so the layers of one step cost one write. A chunk that is used
 * up is followed by a new one; the old one stays alive as long as a command buffer refers to it.
 */
export class ParameterSlots {
  /** Fill these by the words of the layout, then call {@link acquire}. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** The same words as floats. */
  readonly floats: Float32Array<ArrayBuffer>;
  /** The dynamic offset of the slot that {@link acquire} chose. One array, reused. */
  readonly offset = new Uint32Array(1);

  readonly #device: KernelDevice;
  readonly #label: string;
  #chunk: GPUBuffer;
  #used = 0;
  /** What was written to the chunk, slot after slot. */
  readonly #written: Uint32Array;
  /** Hash -> slot + 1, 0 where none. A collision forgets the older slot, which costs a write and no more. */
  readonly #slotOf = new Uint16Array(hashEntries);
  /** Bind groups of the current chunk, by the two buffers beside it. */
  #groups = new WeakMap<GPUBufferBinding, WeakMap<GPUBufferBinding, GPUBindGroup>>();

  /** @param words Words of the parameters' struct: at most a slot. */
  constructor(device: KernelDevice, label: string, words: number) {
    this.#device = device;
    this.#label = label;
    this.words = new Uint32Array(words);
    this.floats = new Float32Array(this.words.buffer);
    this.#written = new Uint32Array(slotsPerChunk * words);
    this.#chunk = this.#newChunk();
  }

  /** Chooses the slot that holds {@link words}, writing it if there is none yet. */
  acquire(): void {
    const { words } = this;
    const count = words.length;
    let hash = 0;
    for (let i = 0; i < count; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
    // The low bits of neighbouring starts differ little, so fold the high bits in.
    const entry = (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & (hashEntries - 1);
    const known = (this.#slotOf[entry] as number) - 1;
    if (known >= 0 && this.#holds(known)) {
      this.offset[0] = known * slotBytes;
      return;
    }
    if (this.#used === slotsPerChunk) {
      this.#chunk = this.#newChunk();
      this.#groups = new WeakMap();
      this.#used = 0;
      this.#slotOf.fill(0);
    }
    const slot = this.#used++;
    this.#written.set(words, slot * count);
    this.#slotOf[entry] = slot + 1;
    this.offset[0] = slot * slotBytes;
    this.#device.device.queue.writeBuffer(this.#chunk, slot * slotBytes, words);
  }

  /** The bind group of the current chunk with these two, remembered by object. */
  group(first: GPUBufferBinding, second: GPUBufferBinding): GPUBindGroup {
    return this.#groups.get(first)?.get(second) ?? this.#newGroup(first, second);
  }

  /** Ends the current chunk. Command buffers that were not submitted yet become invalid. */
  destroy(): void {
    this.#chunk.destroy();
  }

  #holds(slot: number): boolean {
    const { words } = this;
    const at = slot * words.length;
    for (let i = 0; i < words.length; i++) if (this.#written[at + i] !== words[i]) return false;
    return true;
  }

  #newChunk(): GPUBuffer {
    return this.#device.device.createBuffer({
      label: `${this.#label} parameters`,
      size: slotsPerChunk * slotBytes,
      usage: bufferUsage.UNIFORM | bufferUsage.COPY_DST,
    });
  }

  #newGroup(first: GPUBufferBinding, second: GPUBufferBinding): GPUBindGroup {
    const group = this.#device.device.createBindGroup({
      label: `${this.#label} tables`,
      layout: this.#device.tableLayout,
      entries: [{ buffer: this.#chunk, size: slotBytes }, first, second].map((resource, binding) => ({
        binding,
        resource,
      })),
    });
    remembered(this.#groups, first, () => new WeakMap()).set(second, group);
    return group;
  }
}
