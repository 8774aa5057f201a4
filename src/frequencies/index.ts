import { ropeConfig } from '../config/rope-config';
import type { RopeConfigInput, RopeFrequencies } from '../config/types';
import { checkInteger } from '../errors';
import { defaultFrequencies } from './default';
import { dividedFrequencies } from './divisors';
import { dynamicTheta } from './dynamic';
import { explicitFrequencies } from './explicit';
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
  const { theta, rotaryDim, scaling } = ropeConfig(config);
  checkInteger('sequenceLength', sequenceLength, 0, Number.MAX_SAFE_INTEGER, ' (tokens)');
  const frequencies = defaultFrequencies(theta, rotaryDim);
  switch (scaling.type) {
    case 'default':
      return plain(frequencies);
    case 'explicit':
      return explicitFrequencies(scaling);
    case 'divisors':
      return plain(dividedFrequencies(frequencies, scaling.divisors));
    case 'linear':
      return plain(linearFrequencies(frequencies, scaling.factor));
    case 'ntk':
      return plain(defaultFrequencies(ntkTheta(theta, rotaryDim, scaling.factor), rotaryDim));
    case 'dynamic':
      return plain(defaultFrequencies(dynamicTheta(theta, rotaryDim, scaling, sequenceLength), rotaryDim));
    case 'yarn':
      return {
        inverseFrequencies: yarnFrequencies(frequencies, theta, scaling),
        attentionFactor: yarnAttentionFactor(scaling),
      };
    case 'ntk-by-parts':
      return plain(yarnFrequencies(frequencies, theta, scaling));
    case 'longrope':
      return {
        inverseFrequencies: dividedFrequencies(frequencies, longropeDivisors(scaling, sequenceLength)),
        attentionFactor: longropeAttentionFactor(scaling),
      };
    case 'llama3':
      return plain(llama3Frequencies(frequencies, scaling));
    case 'proportional':
      return plain(proportionalFrequencies(theta, rotaryDim, scaling));
  }
}

/** Frequencies of a scheme that leaves cos and sin unscaled. */
function plain(inverseFrequencies: Float64Array): RopeFrequencies {
  return { inverseFrequencies, attentionFactor: 1 };
}
