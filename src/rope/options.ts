import type { RopeDtype } from '../dtypes';
import type { RopeTuning } from '../kernel/tuning';
import type { RopePhases } from '../tables/tables';

/** Choices for {@link createRope}; every one may be left out. */
export interface RopeOptions {
  /** Element types to compile for. Default all three; naming the one you use makes creation faster. */
  readonly dtypes?: readonly RopeDtype[];
  /** Positions the table serves, from 0. Default the larger of `trainedPositions` and 2^20; at most 2^24. */
  readonly capacity?: number;
  /**
   * `two-digit` (default) multiplies one row of each of two short tables; `full` holds a row a position, rounded once:
   * `capacity * ceil(rotaryDim / 4) * 16` bytes, which must fit one binding.
   */
  readonly table?: 'two-digit' | 'full';
  /** `exact` (default): angles in float64. `float32`: as PyTorch rounds them; needs a full table. */
  readonly phases?: RopePhases;
  /**
   * Tokens in the sequence, for `dynamic` and `longrope`. Default 0: within the original length, and positions past it are
   * refused until `setSequenceLength` says that the sequence is longer.
   */
  readonly sequenceLength?: number;
  /** How work is spread over the adapter. Default: by adapter. */
  readonly tuning?: Partial<RopeTuning>;
  /**
   * What a call does whose pipeline neither `createRope` nor `prepare` compiled: `compile` (default) it on the spot, which can
   * stall the page; or `refuse`, a TypeError that says what to prepare.
   */
  readonly unprepared?: 'compile' | 'refuse';
  /** Begins the label of every GPU object. Default `webgpu-rope`. */
  readonly label?: string;
}

export const optionKeys = [
  'dtypes',
  'capacity',
  'table',
  'phases',
  'sequenceLength',
  'tuning',
  'unprepared',
  'label',
] as const;

/** What {@link Rope.prepare} compiles ahead of the first encode. */
export interface RopePreparation {
  /** Kinds of positions in place of a start. They share a pipeline, so one of them serves all. */
  readonly positions?: readonly ('ids' | 'ragged' | 'grid')[];
  /** Whether encodes will have `inverse`. */
  readonly inverse?: boolean;
  /** Whether `rerotate` will be called. */
  readonly rerotate?: boolean;
  /** Some of the dtypes that the rope was created with. Default all of them. */
  readonly dtypes?: readonly RopeDtype[];
}
