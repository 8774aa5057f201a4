import { checkInteger, checkKeys, wrongType } from '../errors';
import type { BufferPositions } from './buffer-positions';
import { originWord, toWord } from './layer';
import { type RopePositionSource, writeSource } from './positions';
import type { Rope, RopeBinding } from './rope';
import type { RopeState } from './table-state';
import { type RopeTensor, tensorKeys } from './tensor';

const keys = ['tokens', 'batch', 'first', 'from', 'to'];

/** The cache, as for `bind`, with its dtype. */
export type RerotateTensor = RopeTensor & Pick<RopeBinding, 'dtype' | 'headDim'>;

/** Which rows of a K cache to move. */
export interface RopeRerotateOptions {
  readonly tokens: number;
  /** Default 1. */
  readonly batch?: number;
  /** Token row that holds token 0. Default 0. */
  readonly first?: number;
  /** The positions the rows were rotated to, and by which state: default the one in use. */
  readonly from: RopePositionSource & { readonly state?: RopeState };
  /** The positions they shall have; or `{ delta }`, added to those they had. */
  readonly to: RopePositionSource & { readonly delta?: number };
}

/** What the move of cached keys adds to a rope. */
export interface RerotateMethods {
  /**
   * Moves rows of a K cache that were rotated before, in place, in one pass, R_to(p') R_from(p)^-1: to other positions (the
   * oldest tokens were dropped), or from an older state's frequencies to those in use (`setSequenceLength` said that keys
   * are stale). A range of rows a call.
   *
   * After a change of frequencies the cache is then exact in the first layer; above it the keys were computed from
   * attention with the old frequencies, so it is an approximation (docs/rerotate.md).
   *
   * Every move rounds to the storage type again: move a 16-bit cache seldom and far rather than often and little.
   *
   * @throws {TypeError | RangeError} as `bind` and `encode`
   * @example The 512 oldest of 4096 tokens were dropped, and the rest moved up in the cache:
   * rope.rerotate(pass, { buffer: kCache, heads: 8, capacity: 4096, dtype: 'f16' },
   *   { tokens: 3584, from: { start: 512 }, to: { start: 0 } });
   */
  rerotate(pass: GPUComputePassEncoder, k: RerotateTensor, options: RopeRerotateOptions): void;
}

/** Encodes `rope.rerotate`. */
export function rerotateLayer(
  rope: Rope,
  pass: GPUComputePassEncoder,
  k: RerotateTensor,
  options: RopeRerotateOptions,
): void {
  checkKeys('k', k, [...tensorKeys, 'dtype', 'headDim']);
  const { dtype, headDim, ...tensor } = k;
  const layer = rope.bind({ k: tensor, dtype, ...(headDim === undefined ? {} : { headDim }) });
  layer.checkCall(pass, options, keys);
  const { core } = layer;
  const { words } = core.slots;
  const { tokens, batch = 1, first = 0, from, to } = options;
  checkKeys('from', from, ['start', 'positions', 'state']);
  checkKeys('to', to, ['start', 'positions', 'delta']);
  const state = from.state ?? core.state;
  if (!core.owns(state)) throw wrongType('from.state', 'a state of this rope', state);
  layer.place(tokens, batch, first, first);

  const came = writeSource(words, originWord, 'from.', from, state, tokens);
  if (from.positions && from.positions.type !== 'ids') {
    throw wrongType('from.positions.type', '"ids" (or start)', from.positions.type);
  }
  if (came) layer.writePositions(originWord, 'from.positions', came, tokens, batch);

  let target: RopePositionSource = to;
  let delta = 0;
  if (to.delta !== undefined) {
    if (to.start !== undefined || to.positions)
      throw wrongType('to.delta', 'none beside start or positions', to.delta);
    delta = checkInteger('to.delta', to.delta, -(2 ** 31), 2 ** 31 - 1);
    target = came ? { positions: came } : { start: (from.start as number) + delta };
  }
  const goes = writeSource(words, toWord, 'to.', target, core.state, tokens);
  if (goes) layer.writePositions(toWord, 'to.positions', goes, tokens, batch);
  // The shader adds this to every id, as two's complement.
  if (goes?.type === 'ids') words[toWord + 4] = delta;

  words[28] = 0;
  const positions = core.positions as BufferPositions;
  layer.run(pass, 'rerotate', state, positions.group(goes, came));
}
