import type { ScalingOf } from '../config/types';
import { defaultFrequencies } from './default';

/**
 * Proportional (Gemma 4): the exponent runs over the whole head, but only the first pairs turn:
 * `f[i] = theta^(-2i / headDim) / factor` for `i < floor(rotatedFraction * headDim / 2)`, and 0 for the rest.
 * A pair of frequency 0 is left as it is. Pairing, too, spans the whole head. Google's Gemma 4, as Hugging Face has it;
 * no paper.
 *
 * @param headDim Elements in a head, all of which count as rotary.
 * @param scaling.rotatedFraction Share of the pairs that turn, above 0 and at most 1.
 * @param scaling.factor Divides frequencies. Default 1.
 */
export function proportionalFrequencies(
  theta: number,
  headDim: number,
  { rotatedFraction, factor = 1 }: ScalingOf<'proportional'>,
): Float64Array {
  const turning = Math.floor((rotatedFraction * headDim) / 2);
  return defaultFrequencies(theta, headDim).map((frequency, i) => (i < turning ? frequency / factor : 0));
}
