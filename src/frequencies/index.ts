import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput, RopeFrequencies, RopeScaling } from '../config/types';
import { checkInteger } from '../errors';
import { defaultFrequencies } from './default';
import { dividedFrequencies } from './divisors';
import { dynamicTheta } from './dynamic';
import { linearFrequencies } from './linear';
import { llama3Frequencies } from './llama3';
import { longropeAttentionFactor, longropeDivisors } from './longrope';
import { ntkTheta } from './ntk';
import { proportionalFrequencies } from './proportional';
import { yarnAttentionFactor, yarnFrequencies } from './yarn';

/**
 * The inverse frequencies of a config, in float64, and the factor its scheme puts on cos and sin.
 *
 * @param config A `RopeConfig`, or a head dimension and what differs from the defaults.
 * @param sequenceLength Tokens in the sequence, the one being added included. Only `dynamic` and `longrope` depend on
 *   it; left out, it counts as within the original length.
 * @throws {TypeError | RangeError} what `ropeConfig` throws; `sequenceLength` is no integer of at least 0
 * @example Llama-3-8B: `ropeFrequencies({ headDim: 128, theta: 500_000 }).inverseFrequencies // 64 numbers, from 1 down`
 */
export function ropeFrequencies(config: RopeConfigInput, sequenceLength = 0): RopeFrequencies {
  const checked = ropeConfig(config);
  checkInteger('sequenceLength', sequenceLength, 0, { most: Number.MAX_SAFE_INTEGER, unit: ' (tokens)' });
  const sign = checked.direction === 'reversed' ? -1 : 1;
  const frequencies = schemeFrequencies(checked, sequenceLength).map((frequency) => sign * frequency);
  const index = checked.axes?.frequencyIndex;
  return {
    inverseFrequencies: index ? Float64Array.from(index, (i) => frequencies[i]!) : frequencies,
    attentionFactor: attentionFactorOf(checked.scaling),
  };
}

/** What the scheme makes of `theta`: `rotaryDim / 2` frequencies, before axes choose among them. */
function schemeFrequencies({ theta, rotaryDim, scaling }: RopeConfig, sequenceLength: number): Float64Array {
  const frequencies = defaultFrequencies(theta, rotaryDim);
  switch (scaling.type) {
    case 'default':
      return frequencies;
    case 'explicit':
      return Float64Array.from(scaling.inverseFrequencies);
    case 'divisors':
      return dividedFrequencies(frequencies, scaling.divisors);
    case 'linear':
      return linearFrequencies(frequencies, scaling.factor);
    case 'ntk':
      return defaultFrequencies(ntkTheta(theta, rotaryDim, scaling.factor), rotaryDim);
    case 'dynamic':
      return defaultFrequencies(dynamicTheta(theta, rotaryDim, scaling, sequenceLength), rotaryDim);
    case 'yarn':
    case 'ntk-by-parts':
      return yarnFrequencies(frequencies, theta, scaling);
    case 'longrope':
      return dividedFrequencies(frequencies, longropeDivisors(scaling, sequenceLength));
    case 'llama3':
      return llama3Frequencies(frequencies, scaling);
    case 'proportional':
      return proportionalFrequencies(theta, rotaryDim, scaling);
  }
}

/** What the scheme puts on cos and sin: the factor given, else the scheme's own; most have none. */
function attentionFactorOf(scaling: RopeScaling): number {
  if ('attentionFactor' in scaling) return scaling.attentionFactor!;
  if (scaling.type === 'yarn') return yarnAttentionFactor(scaling);
  return scaling.type === 'longrope' ? longropeAttentionFactor(scaling) : 1;
}
