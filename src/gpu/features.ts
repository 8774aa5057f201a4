import wgsl from '../../shaders/rope.wgsl?raw';
import { BufferPositions } from './buffer-positions';
import { readCaches } from './caches';
import type { RopeFeature } from './feature';
import { type RerotateMethods, rerotateLayer } from './rerotate';
import type { RopeCore } from './rope-core';
import { type TableUpdateMethods, tableUpdateMethods } from './table-updates';

// Imported by name, so that a bundle has only the code and the WGSL of the features it names.

/** What positions in GPUBuffers add to a rope. */
export interface PositionMethods {
  /**
   * How many tokens had a position in a GPUBuffer that the table does not have (-1 is padding and not counted), over all
   * encodes submitted so far, since the last call. Those tokens were left as they are. Submits a read-back of its own.
   */
  readBadPositions(): Promise<number>;
}

/** `positions: { type: 'ids' | 'ragged' | 'grid', … }` in place of a start, and `rope.readBadPositions`. */
export const positionIds: RopeFeature<PositionMethods> = {
  name: 'positionIds',
  call: 'rotate_at',
  wgsl,
  positions: BufferPositions,
  methods: (_rope, core) => ({ readBadPositions: () => readBad(core) }),
};

/** `rope.rerotate`: rows of a K cache that were rotated before move to other positions or frequencies. */
export const rerotation: RopeFeature<PositionMethods & RerotateMethods> = {
  name: 'rerotation',
  call: 'rerotate',
  wgsl,
  positions: BufferPositions,
  methods: (rope, core) => ({
    readBadPositions: () => readBad(core),
    rerotate: (pass, k, options) => rerotateLayer(rope, pass, k, options),
  }),
};

/** `rope.setSequenceLength` for dynamic NTK and LongRoPE, and `rope.reserve` for more positions. */
export const tableUpdates: RopeFeature<TableUpdateMethods> = {
  name: 'tableUpdates',
  methods: tableUpdateMethods,
};

/** Cosines and sines brought by the caller: `createRope(device, { headDim, cosCache, sinCache }, …)`. */
export const callerTables: RopeFeature = { name: 'callerTables', readTable: readCaches };

async function readBad(core: RopeCore): Promise<number> {
  core.checkAlive();
  return (core.positions as BufferPositions).readBad();
}
