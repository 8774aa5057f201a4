import type { RopeConfig, RopeConfigInput } from '../config/types';
import type { BufferPositions } from './buffer-positions';
import type { RopeCaches } from './caches';
import type { Rope, RopeOptions } from './rope';
import type { Made, RopeCore } from './rope-core';

/** Kinds of call: positions from the host, from buffers, and the move of heads that were rotated before. */
export type CallKind = 'rotate' | 'rotate_at' | 'rerotate';

/** A table and what it was made from. */
export interface MadeTable extends Made {
  readonly config: RopeConfig;
}

/**
 * Something a rope can do beyond positions from a start, with its code, its WGSL and its pipelines: one of the exports
 * `positionIds`, `rerotation`, `tableUpdates`, `callerTables`, given to `createRope(…, { features })`.
 */
export interface RopeFeature<Methods extends object = object> {
  readonly name: string;
  /** @internal The kind of call it adds, and the module that has its entry points. */
  readonly call?: CallKind;
  /** @internal */
  readonly wgsl?: string;
  /** @internal */
  readonly positions?: typeof BufferPositions;
  /** @internal Undefined where the config is none of its own. */
  readonly readTable?: (
    device: GPUDevice,
    config: RopeConfigInput | RopeCaches,
    options: RopeOptions,
  ) => Promise<MadeTable> | undefined;
  /** @internal What it adds to a rope. */
  readonly methods?: (rope: Rope, core: RopeCore) => Methods;
}

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;

/** The methods that features add to a rope. */
export type MethodsOf<F extends readonly RopeFeature[]> = F extends readonly []
  ? unknown
  : Intersection<F[number] extends infer Each ? (Each extends RopeFeature<infer M> ? M : never) : never>;

/** A rope with these features, for a variable that holds one: `RopeWith<[typeof rerotation]>`. */
export type RopeWith<F extends readonly RopeFeature[]> = Rope & MethodsOf<F>;
