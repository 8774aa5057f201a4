import type { ScalingOf } from '../config/types';

/**
 * YaRN's frequencies, also called NTK-by-parts: fast pairs stay, slow ones are interpolated, a ramp lies between.
 *
 * `pair(turns) = rotaryDim * ln(originalPositions / (2 pi turns)) / (2 ln theta)` is the pair that makes so many turns
 * over `originalPositions`. With `low = pair(betaFast)`, `high = pair(betaSlow)`, rounded outwards where `truncate`
 * says so and clamped to 0 and `rotaryDim - 1`, and `r = clamp((i - low) / (high - low), 0, 1)`:
 * `f'[i] = f[i] * (1 - r) + f[i] / factor * r`.
 *
 * Peng et al. 2023, "YaRN: Efficient Context Window Extension of Large Language Models", arXiv:2309.00071.
 *
 * @param frequencies The default ones, in radians a position. Not changed.
 * @param theta The base they were made from.
 * @param scaling.factor New context length over `originalPositions`; divides the frequencies of slow pairs.
 * @param scaling.betaFast Turns over `originalPositions` above which a pair keeps its frequency. Default 32.
 * @param scaling.betaSlow Turns below which a pair is divided by `factor` in full. Default 1.
 */
export function yarnFrequencies(
  frequencies: Float64Array,
  theta: number,
  scaling: ScalingOf<'yarn'> | ScalingOf<'ntk-by-parts'>,
): Float64Array {
  const { factor, originalPositions, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
  const rotaryDim = frequencies.length * 2;
  const pair = (turns: number) =>
    (rotaryDim * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(truncate ? Math.floor(pair(betaFast)) : pair(betaFast), 0);
  let high = Math.min(truncate ? Math.ceil(pair(betaSlow)) : pair(betaSlow), rotaryDim - 1);
  // A ramp of no width becomes a step, as in YaRN's own code.
  if (low === high) high += 0.001;
  return frequencies.map((frequency, i) => {
    const ramp = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return frequency * (1 - ramp) + (frequency / factor) * ramp;
  });
}

/**
 * What YaRN puts on cos and sin: `m(1)` with `m(k) = 0.1 k ln(factor) + 1`, the inverse square root of the
 * temperature of the softmax. DeepSeek gives two coefficients and takes `m(mscale) / m(mscaleAllDim)`; they count only
 * where both are given and not 0. A given `attentionFactor` replaces it all, and is not looked at here.
 */
export function yarnAttentionFactor({ factor, mscale, mscaleAllDim }: ScalingOf<'yarn'>): number {
  const m = (coefficient: number) => 0.1 * coefficient * Math.log(factor) + 1;
  return mscale && mscaleAllDim ? m(mscale) / m(mscaleAllDim) : m(1);
}
