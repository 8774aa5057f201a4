import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import { checkInteger, outOfRange } from '../errors';
import { ropeFrequencies } from '../frequencies';

/** Frequencies of the pairs that are looked at, at one length. */
export interface SelectedFrequencies {
  /** Which pairs of the head these are. */
  readonly pairs: readonly number[];
  /** Radians a token, one for each of `pairs`. */
  readonly frequencies: Float64Array;
  readonly attentionFactor: number;
}

/**
 * The frequencies of a config at a length, of all pairs or of those on one axis.
 *
 * @throws {TypeError | RangeError} the config or the length is not valid; `axis` is none of the config's, or has no pair
 */
export function selectFrequencies(
  config: RopeConfigInput,
  sequenceLength: number,
  axis: number | undefined,
): SelectedFrequencies {
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config, sequenceLength);
  const all = Array.from(inverseFrequencies.keys());
  if (axis === undefined) return { pairs: all, frequencies: inverseFrequencies, attentionFactor };
  const { axes } = ropeConfig(config);
  checkInteger('axis', axis, 0, (axes?.count ?? 1) - 1);
  const pairs = axes ? all.filter((pair) => axes.pairAxis[pair] === axis) : all;
  if (pairs.length === 0) throw outOfRange('axis', 'an axis that some pair turns by', axis);
  return {
    pairs,
    frequencies: Float64Array.from(pairs, (pair) => inverseFrequencies[pair]!),
    attentionFactor,
  };
}

/**
 * What training saw, where the caller does not say: the config without its extension. A proportional scheme keeps its
 * still pairs; explicit frequencies carry no others, so they count as trained.
 */
export function unscaledConfig(config: RopeConfig): RopeConfig {
  const { scaling } = config;
  if (scaling.type === 'explicit') return config;
  if (scaling.type === 'proportional') return { ...config, scaling: { ...scaling, factor: 1 } };
  return { ...config, scaling: { type: 'default' } };
}
