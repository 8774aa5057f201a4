import type { ScalingOf } from '../config/types';

/**
 * Llama 3.1's scaling by wavelength, `wavelength = 2 pi / f` in positions (tokens):
 *
 * - shorter than `originalPositions / highFreqFactor`: the frequency stays;
 * - longer than `originalPositions / lowFreqFactor`: the frequency is divided by `factor`;
 * - between: `f * ((1 - s) / factor + s)`, `s` going from 0 at the long end to 1 at the short one:
 *   `s = (originalPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)`.
 *
 * Grattafiori et al. 2024, "The Llama 3 Herd of Models", arXiv:2407.21783; the rule itself is in Meta's released code.
 *
 * @param frequencies The default ones. Not changed.
 * @param scaling.factor Divides slow frequencies, so it stretches their wavelengths.
 * @param scaling.lowFreqFactor,highFreqFactor Turns over `originalPositions` at the two ends of the middle band.
 *   Equal ones (Llama 4) leave no band.
 */
export function llama3Frequencies(frequencies: Float64Array, scaling: ScalingOf<'llama3'>): Float64Array {
  const { factor, lowFreqFactor, highFreqFactor, originalPositions } = scaling;
  return frequencies.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < originalPositions / highFreqFactor) return frequency;
    if (wavelength > originalPositions / lowFreqFactor) return frequency / factor;
    // Both comparisons failing with an empty band needs an exact hit on its one wavelength: 0 / 0 below.
    if (lowFreqFactor === highFreqFactor) return frequency;
    const smooth = (originalPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
    return frequency * ((1 - smooth) / factor + smooth);
  });
}
