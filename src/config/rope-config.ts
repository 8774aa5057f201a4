import { checkChoice, checkInteger, checkNumber, outOfRange, wrongType } from '../errors';
import { checkKeys, checkObject, checkScaling } from './scaling';
import type { Pairing, RopeConfig, RopeConfigInput } from './types';

/** What a `RopeConfig` may have, in the order error messages list it. */
const KEYS = [
  'headDim',
  'rotaryDim',
  'theta',
  'pairing',
  'scaling',
  'trainedPositions',
  'assumptions',
] as const satisfies readonly (keyof RopeConfig)[];

const PAIRINGS: readonly Pairing[] = ['half', 'interleaved'];

/** The widest rotation the kernel and its tables serve, in elements. */
const MAX_ROTARY_DIM = 512;

/**
 * Fills in what a config leaves out and checks all of it. The result is a copy; the input is not kept.
 *
 * @param input.headDim Elements in one attention head; required.
 * @param input.rotaryDim Leading elements of a head that rotate; even, `2..min(512, headDim)`. Default `headDim`.
 * @param input.theta Base of the frequencies. Default 10 000.
 * @param input.pairing Default `"half"`.
 * @param input.scaling Default `{ type: 'default' }`.
 * @throws {TypeError} a field is unknown, missing or of the wrong kind   @throws {RangeError} a value is out of range
 * @example Llama-3-8B: `ropeConfig({ headDim: 128, theta: 500_000, trainedPositions: 8192 })`
 */
export function ropeConfig(input: RopeConfigInput): RopeConfig {
  checkKeys('config', checkObject('config', input, 'an object with headDim'), KEYS);
  const headDim = checkInteger('headDim', input.headDim, 1, Number.MAX_SAFE_INTEGER);
  const rotaryDim = checkRotaryDim(input.rotaryDim ?? headDim, headDim);
  const {
    pairing = 'half',
    scaling = { type: 'default' },
    trainedPositions = null,
    assumptions = [],
  } = input;
  const config: RopeConfig = {
    headDim,
    rotaryDim,
    theta: checkNumber('theta', input.theta ?? 10_000, 'a finite number above 0', (theta) => theta > 0),
    pairing: checkChoice('pairing', pairing, PAIRINGS),
    scaling: checkScaling(scaling, rotaryDim / 2),
    trainedPositions:
      trainedPositions === null
        ? null
        : checkInteger(
            'trainedPositions',
            trainedPositions,
            1,
            Number.MAX_SAFE_INTEGER,
            ' (tokens), or null',
          ),
    assumptions: checkStrings('assumptions', assumptions),
  };
  if (config.scaling.type === 'proportional' && rotaryDim !== headDim) {
    throw outOfRange('rotaryDim', `headDim (${headDim}), as scaling is proportional`, rotaryDim);
  }
  // YaRN's ramp divides by the logarithm of theta.
  if ((config.scaling.type === 'yarn' || config.scaling.type === 'ntk-by-parts') && config.theta <= 1) {
    throw outOfRange('theta', `a number above 1, as scaling is ${config.scaling.type}`, config.theta);
  }
  return config;
}

/** Checks the rotary width of a head; the names are what an error message calls the two. */
export function checkRotaryDim(
  value: unknown,
  headDim: number,
  name = 'rotaryDim',
  headName = 'headDim',
): number {
  const limit = Math.min(MAX_ROTARY_DIM, headDim);
  const expected = `an even integer in 2..${limit}${limit === headDim ? ` (${headName})` : ''}`;
  return checkNumber(name, value, expected, (n) => n >= 2 && n <= limit && n % 2 === 0);
}

function checkStrings(name: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw wrongType(name, 'an array of strings', value);
  }
  return [...value];
}
