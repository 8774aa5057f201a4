import { checkChoice, checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import { checkList, checkRange, checkScaling } from './scaling';
import type { RopeAxes, RopeConfig, RopeConfigInput } from './types';

/** What a `RopeConfig` may have, in the order error messages list it. */
const KEYS = [
  'headDim',
  'rotaryDim',
  'placement',
  'theta',
  'pairing',
  'direction',
  'scaling',
  'axes',
  'trainedPositions',
  'assumptions',
] as const satisfies readonly (keyof RopeConfig)[];

/** The widest rotation the kernel and its tables serve, in elements. */
export const MAX_ROTARY_DIM = 2048;

/**
 * Fills in what a config leaves out and checks all of it. The result is a copy; the input is not kept.
 *
 * @param input.headDim Elements in one attention head; required.
 * @param input.rotaryDim Elements of a head that rotate; even, `2..min(2048, headDim)`. Default `headDim`.
 * @param input.placement Which ones: default `"first"`.
 * @param input.theta Base of the frequencies, 1/8 to 2^100. Default 10 000.
 * @param input.pairing Default `"half"`.
 * @param input.direction Default `"forward"`.
 * @param input.scaling Default `{ type: 'default' }`.
 * @param input.axes Default null: one position a token.
 * @throws {TypeError} a field is unknown, missing or of the wrong kind   @throws {RangeError} a value is out of range
 * @example Llama-3-8B: `ropeConfig({ headDim: 128, theta: 500_000, trainedPositions: 8192 })`
 */
export function ropeConfig(input: RopeConfigInput): RopeConfig {
  checkKeys('config', input, KEYS);
  const headDim = checkInteger('headDim', input.headDim, 1, Number.MAX_SAFE_INTEGER);
  const rotaryDim = checkRotaryDim(input.rotaryDim ?? headDim, headDim);
  const {
    placement = 'first',
    pairing = 'half',
    direction = 'forward',
    scaling = { type: 'default' },
    axes = null,
    trainedPositions = null,
    assumptions = [],
  } = input;
  const config: RopeConfig = {
    headDim,
    rotaryDim,
    placement: checkChoice('placement', placement, ['first', 'last']),
    theta: checkRange('theta', input.theta ?? 10_000),
    pairing: checkChoice('pairing', pairing, ['half', 'interleaved']),
    direction: checkChoice('direction', direction, ['forward', 'reversed']),
    scaling: checkScaling(scaling, rotaryDim / 2),
    axes: axes === null ? null : checkAxes(axes, rotaryDim / 2),
    trainedPositions:
      trainedPositions === null
        ? null
        : checkInteger('trainedPositions', trainedPositions, 1, {
            most: Number.MAX_SAFE_INTEGER,
            unit: ' (tokens), or null',
          }),
    assumptions: checkStrings(assumptions),
  };
  const { type } = config.scaling;
  if (type === 'proportional' && rotaryDim !== headDim) {
    throw outOfRange('rotaryDim', `headDim (${headDim}), as scaling is ${type}`, rotaryDim);
  }
  // YaRN's ramp divides by the logarithm of theta.
  if ((type === 'yarn' || type === 'ntk-by-parts') && config.theta <= 1) {
    throw outOfRange('theta', `a number above 1, as scaling is ${type}`, config.theta);
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

function checkAxes(axes: RopeAxes, pairs: number): RopeAxes {
  checkKeys('axes', axes, ['count', 'pairAxis', 'frequencyIndex']);
  const count = checkInteger('axes.count', axes.count, 1, 4);
  const list = (name: 'pairAxis' | 'frequencyIndex', high: number) =>
    checkList(`axes.${name}`, axes[name], pairs, (entry, value) => checkInteger(entry, value, 0, high));
  const pairAxis = list('pairAxis', count - 1);
  if (axes.frequencyIndex === undefined) return { count, pairAxis };
  return { count, pairAxis, frequencyIndex: list('frequencyIndex', pairs - 1) };
}

function checkStrings(assumptions: unknown): string[] {
  if (!Array.isArray(assumptions)) throw wrongType('assumptions', 'an array of strings', assumptions);
  return Array.from<unknown, string>(assumptions, (entry, i) => {
    if (typeof entry !== 'string') throw wrongType(`assumptions[${i}]`, 'a string', entry);
    return entry;
  });
}
