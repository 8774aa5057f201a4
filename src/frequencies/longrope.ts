import type { ScalingOf } from '../config/types';

/**
 * LongRoPE's divisors: one list for short sequences, one for long ones, searched for per model; frequency `i` becomes
 * `f[i] / factors[i]`. The long list is taken once the sequence is longer than `originalPositions`.
 *
 * Ding et al. 2024, "LongRoPE: Extending LLM Context Window Beyond 2 Million Tokens", arXiv:2402.13753. Keys cached
 * before the switch were rotated by the short list.
 *
 * @param sequenceLength In tokens, the new one included.
 */
export function longropeDivisors(scaling: ScalingOf<'longrope'>, sequenceLength: number): readonly number[] {
  return sequenceLength > scaling.originalPositions ? scaling.longFactors : scaling.shortFactors;
}

/**
 * What LongRoPE puts on cos and sin, at every length: `sqrt(1 + ln(factor) / ln(originalPositions))`, 1 for a `factor`
 * of 1. A given `attentionFactor` replaces it, and is not looked at here.
 *
 * @param scaling.factor Extended context length over `originalPositions`; it scales nothing else. Default 1.
 */
export function longropeAttentionFactor({ factor = 1, originalPositions }: ScalingOf<'longrope'>): number {
  return factor > 1 ? Math.sqrt(1 + Math.log(factor) / Math.log(originalPositions)) : 1;
}
