import type { RopeFrequencies } from '../config/types';
import type { RopeTable } from '../tables/tables';

/**
 * A table on the GPU, and what it was made from. `rope.state` is the one in use; keep it before
 * `rope.setSequenceLength`, and `rerotate` can tell how the keys in a cache were rotated.
 */
export interface RopeState {
  /** Per pair; null where the caller brought the table. */
  readonly frequencies: RopeFrequencies | null;
  /** Positions it serves, from 0. */
  readonly capacity: number;
  /** Bytes on the GPU. */
  readonly bytes: number;
}

/** A {@link RopeState} with its buffer. Never rewritten: what an encode has named stays until `destroy`. */
export class TableState implements RopeState {
  readonly buffer: GPUBuffer;

  constructor(
    readonly device: GPUDevice,
    readonly frequencies: RopeFrequencies | null,
    readonly table: RopeTable,
    label: string,
  ) {
    this.buffer = device.createBuffer({
      label: `${label} table`,
      size: table.data.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(this.buffer, 0, table.data);
  }

  get capacity(): number {
    return this.table.capacity;
  }

  get bytes(): number {
    return this.table.data.byteLength;
  }
}
