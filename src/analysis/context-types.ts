import type { RopeConfigInput, RopeScaling } from '../config/types';
import type { RopeDtype } from '../dtypes';
import type { AttentionDecay } from './decay';

/** What {@link contextReport} may be told. */
export interface ContextOptions {
  /**
   * What the model was trained with: as many pairs as the config. Default: the config without its extension, so the
   * frequencies of theta; an `explicit` config is its own, and a `proportional` one loses its factor. Axes are the config's.
   */
  readonly base?: RopeConfigInput | undefined;
  /** Only the pairs on this axis. Default: all of them, a token having the same position on every axis, as text has. */
  readonly axis?: number | undefined;
  /** Neighbouring positions that storage is measured at, 2 to 65 536. Default 256; shorter targets are measured whole. */
  readonly samples?: number | undefined;
  /** Distances of the decay curve, in tokens. Default: 0 and up to 127 more, evenly spread on a logarithmic scale. */
  readonly distances?: ArrayLike<number> | undefined;
}

/** A number for each way to store cos and sin. */
export type ByStorage = Readonly<Record<RopeDtype, number>>;

/** One frequency pair. */
export interface ContextPair {
  /** Which pair of the head, from 0. */
  readonly pair: number;
  /** Inverse frequency at the target length, in radians a token. */
  readonly frequency: number;
  /** That of the base, in radians a token. */
  readonly baseFrequency: number;
  /** `frequency / baseFrequency`; 1 where both are 0, infinite where only the base is. */
  readonly ratio: number;
  /** Tokens a turn, `2 pi / |frequency|`; infinite for a pair that stands still. */
  readonly wavelength: number;
  /** Turns that training made: `trainedLength * |baseFrequency| / (2 pi)`. */
  readonly trainedTurns: number;
  /** Turns that the target makes: `targetLength * |frequency| / (2 pi)`. */
  readonly targetTurns: number;
  /** Share of the circle that training covered, 0 to 1. */
  readonly trainedShare: number;
  /** Share of the circle that the target reaches, 0 to 1. */
  readonly targetShare: number;
  /** Whether the target reaches angles that training never did. */
  readonly outside: boolean;
  /** Angle between the clock hands of neighbouring positions, in radians, 0 to pi. */
  readonly neighbourAngle: number;
  /** That of the base. */
  readonly baseNeighbourAngle: number;
  /** Share of the sampled neighbours whose stored (cos, sin) are the same, 0 to 1. */
  readonly identicalNeighbours: ByStorage;
}

/** The report's findings as flags: nothing to parse. */
export interface ContextVerdict {
  /** The target is longer than training. */
  readonly extends: boolean;
  /** At least one pair reaches angles it was not trained on. */
  readonly reachesUntrainedAngles: boolean;
  /** `localResolution` is below 0.9: neighbours differ by less than nine tenths of what training saw. */
  readonly neighboursCloser: boolean;
  /** For each storage, some sampled neighbours have the same whole row: the model cannot tell the two apart at all. */
  readonly neighboursIdentical: Readonly<Record<RopeDtype, boolean>>;
  /** Frequencies at the trained length differ from the base's: short texts look different than in training. */
  readonly changesShortTexts: boolean;
  /** The attention factor is not the base's, so scores are scaled. */
  readonly scalesScores: boolean;
  /** Frequencies at the target length are not those at the trained length: keys cached before have to be rerotated. */
  readonly dependsOnLength: boolean;
}

/** What {@link contextReport} gives: plain data, without methods. */
export interface ContextReport {
  /** The scheme of the config. */
  readonly scheme: RopeScaling['type'];
  /** In tokens. */
  readonly trainedLength: number;
  /** In tokens. */
  readonly targetLength: number;
  /** The pairs looked at, in their order in the head. */
  readonly pairs: readonly ContextPair[];
  /** How many of them reach angles never trained. */
  readonly outsideCount: number;
  /** Their share, 0 to 1. */
  readonly outsideShare: number;
  /** Mean `ratio` over the fastest quarter of the pairs that turn in the base: what is left of the angle between neighbours. */
  readonly localResolution: number;
  /**
   * Distance of the rows of neighbouring positions, over all pairs: `sqrt(sum |e^(i p f) - e^(i (p + 1) f)|²)` times the
   * attention factor. `exact` is the same at every position; the others are the smallest among the sampled ones, as stored.
   */
  readonly neighbourDistance: ByStorage & { readonly exact: number; readonly base: number };
  /** For each storage, turning pairs that give more than half of the sampled neighbours the same (cos, sin). */
  readonly blindPairs: ByStorage;
  /** Multiplies cos and sin at the target length; scores by its square. */
  readonly attentionFactor: number;
  /** That of the base. */
  readonly baseAttentionFactor: number;
  /** q·k by distance, at the target length. */
  readonly decay: AttentionDecay;
  /** `halfDistance` of the base, up to the same distance; null where it does not fall so far. */
  readonly baseHalfDistance: number | null;
  readonly verdict: ContextVerdict;
  /** The findings in plain sentences, the most important first. */
  readonly summary: readonly string[];
}
