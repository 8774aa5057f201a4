/**
 * RoFormer's geometric progression: `f[i] = theta^(-2i / rotaryDim)` for pair `i`, in radians a position.
 *
 * Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864. Used past the
 * trained length this is direct extrapolation: nothing is rescaled, and angles the model never saw appear.
 *
 * @param theta Base; a larger one makes the slow pairs slower.
 * @param rotaryDim Elements of a head that rotate, twice the number of pairs.
 */
export function defaultFrequencies(theta: number, rotaryDim: number): Float64Array {
  return Float64Array.from({ length: rotaryDim / 2 }, (_, i) => theta ** ((-2 * i) / rotaryDim));
}
