import { type DeviceKit, slotBytes } from './device-kit';

/** Words of a parameter slot that the shader reads (struct Params). */
export const parameterWords = 28;

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
  /** The bind group and dynamic offset of the slot that {@link acquire} chose. One array, reused. */
  readonly offset = new Uint32Array(1);
  group: GPUBindGroup;

  private chunk: GPUBuffer;
  private used = 0;
  private readonly shadow = new Uint32Array(slotsPerChunk * parameterWords);
  /** Hash -> slot + 1, 0 where none. A collision forgets the older slot, which costs a write and no more. */
  private readonly slotOf = new Uint16Array(hashEntries);

  constructor(
    private readonly kit: DeviceKit,
    private readonly table: GPUBuffer,
    private readonly label: string,
  ) {
    this.chunk = this.newChunk();
    this.group = this.newGroup();
  }

  /** Chooses the slot that holds {@link words}, writing it if there is none yet. */
  acquire(): void {
    const { words, shadow } = this;
    let hash = 0;
    for (let i = 0; i < parameterWords; i++) hash = (Math.imul(hash, 31) + (words[i] as number)) | 0;
    // The last parameters differ most, so fold the high bits in.
    const entry = (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & (hashEntries - 1);
    const known = (this.slotOf[entry] as number) - 1;
    if (known >= 0 && this.holds(known)) {
      this.offset[0] = known * slotBytes;
      return;
    }
    if (this.used === slotsPerChunk) {
      this.chunk = this.newChunk();
      this.group = this.newGroup();
      this.used = 0;
      this.slotOf.fill(0);
    }
    const slot = this.used++;
    shadow.set(words, slot * parameterWords);
    this.slotOf[entry] = slot + 1;
    this.offset[0] = slot * slotBytes;
    this.kit.device.queue.writeBuffer(this.chunk, slot * slotBytes, words);
  }

  /** Ends the current chunk. Command buffers that were not submitted yet become invalid. */
  destroy(): void {
    this.chunk.destroy();
  }

  private holds(slot: number): boolean {
    const at = slot * parameterWords;
    for (let i = 0; i < parameterWords; i++) if (this.shadow[at + i] !== this.words[i]) return false;
    return true;
  }

  private newChunk(): GPUBuffer {
    return this.kit.device.createBuffer({
      label: `${this.label} parameters`,
      size: slotsPerChunk * slotBytes,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  private newGroup(): GPUBindGroup {
    return this.kit.device.createBindGroup({
      label: `${this.label} table`,
      layout: this.kit.tableLayout,
      entries: [
        { binding: 0, resource: { buffer: this.chunk, size: slotBytes } },
        { binding: 1, resource: { buffer: this.table } },
      ],
    });
  }
}
