import type { RopeFrequencies } from '../config/types';
import { upload } from '../kernel/buffers';
import type { RopeTable } from '../tables/tables';

/**
 * A table on the GPU as a kernel of your own can read it (docs/wgsl.md): rows of quads, `(cos, cos, sin, sin)` of pairs `2j` and
 * `2j + 1`, as `array<vec4f>`.
 */
export interface RopeStateTable {
  /** Usage STORAGE. Valid until `rope.release(state)` or `rope.destroy()`; never rewritten. */
  readonly buffer: GPUBuffer;
  /** Position = `high << lowBits | low`. 0 in a full table. */
  readonly lowBits: number;
  /** Quad at which the rows of the high digit begin. 0 in a full table, which has a row a position. */
  readonly highRows: number;
  /** Quads in a row. */
  readonly row: number;
  /**
   * Positions it serves, from 0: those it was built for; with `dynamic` and `longrope`, those that its frequencies are for,
   * until `sequenceLength` or `setSequenceLength` says that the sequence is longer.
   */
  readonly capacity: number;
}

/**
 * A table on the GPU, and what it was made from. `rope.state` is the one in use; keep it before
 * `rope.setSequenceLength`, and `rerotate` can tell how the keys in a cache were rotated.
 */
export interface RopeState {
  /** Per pair; null where the caller brought the table. */
  readonly frequencies: RopeFrequencies | null;
  readonly table: RopeStateTable;
  /** Bytes on the GPU. */
  readonly bytes: number;
}

/** A table, the frequencies it was made from if it was, and the positions that these are for. */
export interface TableSource {
  readonly frequencies: RopeFrequencies | null;
  readonly table: RopeTable;
  readonly served: number;
}

/** A {@link RopeState} with its buffer. Never rewritten: what an encode has named stays until it is released. */
export class TableState implements RopeState {
  readonly frequencies: RopeFrequencies | null;
  readonly table: RopeStateTable;
  /** Positions the table was built for: more than it serves where frequencies depend on the sequence's length. */
  readonly built: number;
  readonly kind: RopeTable['kind'];
  /** 1 / (cos^2 + sin^2) of every entry; 0 where a caller's entries differ. */
  readonly undo: number;
  isReleased = false;

  constructor(device: GPUDevice, { frequencies, table, served }: TableSource, label: string) {
    const { data, kind, capacity, row, lowBits, highRows } = table;
    this.frequencies = frequencies;
    this.kind = kind;
    this.undo = frequencies ? 1 / frequencies.attentionFactor ** 2 : 0;
    this.built = capacity;
    const buffer = upload(device, data, `${label} table`);
    this.table = { buffer, lowBits, highRows, row, capacity: Math.min(served, capacity) };
  }

  /** What a binding takes: an object of the table's own, by which bind groups are remembered. */
  get binding(): GPUBufferBinding {
    return this.table;
  }

  get bytes(): number {
    return this.table.buffer.size;
  }

  release(): void {
    this.isReleased = true;
    this.table.buffer.destroy();
  }
}
