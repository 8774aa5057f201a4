import type { RopeFrequencies } from '../config/types';
import type { RopeTable } from '../tables/tables';
import { upload } from './upload';

/** A table's numbers without its rows, which are on the GPU. */
export type TableShape = Omit<RopeTable, 'data'>;

/**
 * A table on the GPU, and what it was made from. `rope.state` is the one in use; keep it before
 * `rope.setSequenceLength`, and `rerotate` can tell how the keys in a cache were rotated.
 */
export interface RopeState {
  /** Per pair; null where the caller brought the table. */
  readonly frequencies: RopeFrequencies | null;
  /**
   * Positions it serves, from 0: those of the table; with `dynamic` and `longrope`, those that its frequencies are for, until
   * `sequenceLength` or `setSequenceLength` says that the sequence is longer.
   */
  readonly capacity: number;
  /** Bytes on the GPU. */
  readonly bytes: number;
}

/** A {@link RopeState} with its buffer. Never rewritten: what an encode has named stays until `destroy`. */
export class TableState implements RopeState {
  readonly buffer: GPUBuffer;
  readonly table: TableShape;

  constructor(
    device: GPUDevice,
    readonly frequencies: RopeFrequencies | null,
    { data, ...table }: RopeTable,
    /** Positions the frequencies are for: fewer than the table has where they depend on the sequence's length. */
    readonly capacity: number,
    label: string,
  ) {
    this.buffer = upload(device, data, `${label} table`);
    this.table = table;
  }

  get bytes(): number {
    return this.buffer.size;
  }
}
