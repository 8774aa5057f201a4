import { checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import type { RopeIds, RopePositionSource, RopePositions } from '../kernel/positions';
import type { RopeBinding } from './binding';
import type { RopeLayer } from './layer';
import type { RopeState } from './state';
import type { RopeTensor } from './tensor';

const keys = ['tokens', 'batch', 'first', 'from', 'to'];

/** The cache, as for `bind`, with its dtype. */
export type RerotateTensor = RopeTensor & Pick<RopeBinding, 'dtype' | 'headDim'>;

/** Where keys were: positions from a start, or an id a token. */
export interface RerotateOrigin {
  readonly start?: number;
  readonly positions?: RopeIds;
  /** What they were rotated by: default the state in use. */
  readonly state?: RopeState;
}

/** Which rows of a K cache to move. */
export interface RopeRerotateOptions {
  readonly tokens: number;
  /** Default 1. */
  readonly batch?: number;
  /** Token row that holds token 0. Default 0. */
  readonly first?: number;
  /** The positions the rows were rotated to, and by which state. */
  readonly from: RerotateOrigin;
  /** The positions they shall have; or `{ delta }`, added to those they had. */
  readonly to: RopePositionSource & { readonly delta?: number };
}

/** Encodes `rope.rerotate` on a layer of K alone. */
export function encodeRerotation(
  layer: RopeLayer,
  pass: GPUComputePassEncoder,
  options: RopeRerotateOptions,
): void {
  layer.checkCall(pass, options, keys);
  const { core } = layer;
  const { floats, at, positions } = core.kernel;
  const { tokens, batch = 1, first, from, to } = options;
  checkKeys('from', from, ['start', 'positions', 'state']);
  checkKeys('to', to, ['start', 'positions', 'delta']);
  const state = from.state === undefined ? core.state : core.checkState('from.state', from.state);
  layer.setCounts(tokens, batch);
  layer.placeKeys(tokens, batch, first);

  core.origin.expect(state.table, tokens, batch);
  const fromIds = core.origin.write(from.start, from.positions);
  if (fromIds) layer.checkReadOnly('from.positions', fromIds);

  core.to.expect(core.state.table, tokens, batch);
  const toPositions =
    to.delta === undefined ? core.to.write(to.start, to.positions) : writeDelta(layer, options, fromIds);
  if (toPositions)
    layer.checkReadOnly(to.delta === undefined ? 'to.positions' : 'from.positions', toPositions);

  floats[at.undo] = state.undo;
  layer.run(pass, 'rerotate', state, positions.group(toPositions, fromIds));
}

/** Positions that are those of `from`, moved by `to.delta`. */
function writeDelta(
  layer: RopeLayer,
  { from, to, tokens }: RopeRerotateOptions,
  fromIds: RopePositions | null,
): RopePositions | null {
  const { core } = layer;
  if (to.start !== undefined || to.positions !== undefined)
    throw wrongType('to.delta', 'none beside start or positions', to.delta);
  const delta = checkInteger('to.delta', to.delta, -(2 ** 31), 2 ** 31 - 1);
  if (fromIds) {
    core.to.write(undefined, fromIds);
    core.to.shiftIds(delta);
    return fromIds;
  }
  const start = (from.start as number) + delta;
  const { capacity } = core.state.table;
  if (start < 0 || start + tokens > capacity) {
    const expected = `positions in 0..${capacity - 1} (the capacity)`;
    throw outOfRange('to.delta', `${expected} for ${tokens} tokens from from.start ${from.start} on`, delta);
  }
  core.to.write(start, undefined);
  return null;
}
