import type { ScalingOf } from '../config/types';
import { ntkTheta } from './ntk';

/**
 * Dynamic NTK: the NTK-aware base, by a factor that follows the sequence length `n`:
 * `factor * n / originalPositions - (factor - 1)`, which is 1 up to `originalPositions` and then grows.
 *
 * emozilla 2023 (a post on r/LocalLLaMA), written up in Peng et al. 2023, "YaRN", arXiv:2309.00071, section 3.3; the
 * form with `factor` is Hugging Face's. Keys cached at another length were rotated by another base.
 *
 * @param scaling.factor How fast the base grows: at `2 * originalPositions` the NTK factor is `factor + 1`.
 * @param scaling.originalPositions Tokens up to which nothing changes.
 * @param sequenceLength `n`, in tokens.
 * @returns The base to use instead of `theta`.
 */
export function dynamicTheta(
  theta: number,
  rotaryDim: number,
  { factor, originalPositions }: ScalingOf<'dynamic'>,
  sequenceLength: number,
): number {
  const length = Math.max(sequenceLength, originalPositions);
  return ntkTheta(theta, rotaryDim, (factor * length) / originalPositions - (factor - 1));
}
