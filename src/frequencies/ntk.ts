/**
 * Static NTK-aware scaling: the base grows so that the slowest pair slows by `factor` and the fastest stays:
 * `theta' = theta * factor^(rotaryDim / (rotaryDim - 2))`, then the default progression with `theta'`.
 *
 * bloc97 2023 (a post on r/LocalLLaMA), written up in Peng et al. 2023, "YaRN", arXiv:2309.00071, section 3.1.
 *
 * @param theta The base the model was trained with.
 * @param rotaryDim Elements of a head that rotate. With 2 there is one pair, of frequency 1 for any base.
 * @param factor New context length over the trained one; multiplies theta (to the power above). At least 1.
 * @returns The base to use instead.
 */
export function ntkTheta(theta: number, rotaryDim: number, factor: number): number {
  return rotaryDim === 2 ? theta : theta * factor ** (rotaryDim / (rotaryDim - 2));
}
