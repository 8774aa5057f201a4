import { type DeviceKit, slotBytes } from './device-kit';
import { remembered } from './remembered';

/** Words of a parameter slot that the shader reads (struct Params). */
export const parameterWords = 56;

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
  /** Fill these, then call {@link acquire}. */
  readonly words = new Uint32Array(parameterWords);
  /** The dynamic offset of the slot that {@link acquire} chose. One array, reused. */
  readonly offset = new Uint32Array(1);

  #chunk: GPUBuffer;
  #used = 0;
  readonly #shadow = new Uint32Array(slotsPerChunk * parameterWords);
  /** Hash -> slot + 1, 0 where none. A collision forgets the older slot, which costs a write and no more. */
  readonly #slotOf = new Uint16Array(hashEntries);
  /** Bind groups of the current chunk, by the table rotated to and the one rotated from. */
  #groups = new WeakMap<GPUBufferBinding, WeakMap<GPUBufferBinding, GPUBindGroup>>();

  constructor(
    private readonly kit: DeviceKit,
    private readonly label: string,
  ) {
    this.#chunk = this.#newChunk();
  }

  /** Chooses the slot that holds {@link words}, writing it if there is none yet. */
  acquire(): void {
    const { words } = this;
    const shadow = this.#shadow;
    let hash = 0;
    for (let i = 0; i < parameterWords; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
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
    shadow.set(words, slot * parameterWords);
    this.#slotOf[entry] = slot + 1;
    this.offset[0] = slot * slotBytes;
    this.kit.device.queue.writeBuffer(this.#chunk, slot * slotBytes, words);
  }

  /** The bind group of the current chunk with these tables, remembered by object. */
  group(to: GPUBufferBinding, from: GPUBufferBinding): GPUBindGroup {
    const known = this.#groups.get(to)?.get(from);
    return known ?? this.#newGroup(to, from);
  }

  /** Ends the current chunk. Command buffers that were not submitted yet become invalid. */
  destroy(): void {
    this.#chunk.destroy();
  }

  #holds(slot: number): boolean {
    const at = slot * parameterWords;
    for (let i = 0; i < parameterWords; i++) if (this.#shadow[at + i] !== this.words[i]) return false;
    return true;
  }

  #newChunk(): GPUBuffer {
    return this.kit.device.createBuffer({
      label: `${this.label} parameters`,
      size: slotsPerChunk * slotBytes,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  #newGroup(to: GPUBufferBinding, from: GPUBufferBinding): GPUBindGroup {
    const group = this.kit.device.createBindGroup({
      label: `${this.label} table`,
      layout: this.kit.tableLayout,
      entries: [{ buffer: this.#chunk, size: slotBytes }, to, from].map((resource, binding) => ({
        binding,
        resource,
      })),
    });
    remembered(this.#groups, to, () => new WeakMap()).set(from, group);
    return group;
  }
}
