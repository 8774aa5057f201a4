import type { RopeFrequencies, ScalingOf } from '../config/types';

/**
 * Frequencies the caller brings, as they are: radians a position, one a pair. No formula, no paper.
 *
 * @param scaling.attentionFactor Multiplies cos and sin. Default 1.
 */
export function explicitFrequencies({
  inverseFrequencies,
  attentionFactor = 1,
}: ScalingOf<'explicit'>): RopeFrequencies {
  return { inverseFrequencies: Float64Array.from(inverseFrequencies), attentionFactor };
}
