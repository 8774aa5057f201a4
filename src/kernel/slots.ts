import { type KernelDevice, parameterAlignment } from './device';
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
  /** Of group 0, which binds a slot. */
  readonly layout: GPUBindGroupLayout;
  /**
   * The dynamic offset of every slot, an array each: Bun's WebGPU takes the whole of what `setBindGroup` is given. They never change:
   * a recorder of passes may keep them by reference.
   */
  readonly offsets: readonly Uint32Array<ArrayBuffer>[];
  /** The slot that {@link acquire} chose. */
  slot = 0;

  readonly #device: KernelDevice;
  readonly #label: string;
  /** Bytes of a slot. */
  readonly #bytes: number;
  readonly #tables: 1 | 2;
  #chunk: GPUBuffer;
  #used = 0;
  /** What was written to the chunk, slot after slot. */
  readonly #written: Uint32Array;
  /** Hash -> slot + 1, 0 where none. A collision forgets the older slot, which costs a write and no more. */
  readonly #slotOf = new Uint16Array(hashEntries);
  /** Bind groups of the current chunk, by the two buffers beside it. */
  #groups = new WeakMap<GPUBufferBinding, WeakMap<GPUBufferBinding, GPUBindGroup>>();

  /** @param words Words of the parameters' struct.   @param tables Buffers that are bound beside it. */
  constructor(device: KernelDevice, label: string, words: number, tables: 1 | 2 = 2) {
    this.#device = device;
    this.#label = label;
    this.#tables = tables;
    this.#bytes = Math.ceil((words * 4) / parameterAlignment) * parameterAlignment;
    this.layout = device.tableLayout(this.#bytes, tables);
    this.offsets = Array.from({ length: slotsPerChunk }, (_, slot) => Uint32Array.of(slot * this.#bytes));
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
      this.slot = known;
      return;
    }
    if (this.#used === slotsPerChunk) {
      this.#chunk = this.#newChunk();
      this.#groups = new WeakMap();
      this.#used = 0;
      this.#slotOf.fill(0);
    }
    this.slot = this.#used++;
    this.#written.set(words, this.slot * count);
    this.#slotOf[entry] = this.slot + 1;
    this.#device.device.queue.writeBuffer(this.#chunk, this.slot * this.#bytes, words);
  }

  /** The bind group of the current chunk with these two, remembered by object. With one table, name it twice. */
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
      size: slotsPerChunk * this.#bytes,
      usage: bufferUsage.UNIFORM | bufferUsage.COPY_DST,
    });
  }

  #newGroup(first: GPUBufferBinding, second: GPUBufferBinding): GPUBindGroup {
    const group = this.#device.device.createBindGroup({
      label: `${this.#label} tables`,
      layout: this.layout,
      entries: [{ buffer: this.#chunk, size: this.#bytes }, first, second]
        .slice(0, this.#tables + 1)
        .map((resource, binding) => ({ binding, resource })),
    });
    remembered(this.#groups, first, () => new WeakMap()).set(second, group);
    return group;
  }
}
