import { ropeConfig } from '../config/rope-config';
import { checkList, checkRange } from '../config/scaling';
import type { RopeConfig, RopeConfigInput, RopeScaling } from '../config/types';
import { checkInteger, checkKeys, checkNumber, outOfRange } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { unscaledConfig } from './context-frequencies';

/** The ways to extend a context that {@link extensionSchemes} lays side by side. */
export type ExtensionName = 'direct' | 'linear' | 'ntk' | 'dynamic' | 'yarn' | 'longrope' | 'llama3';

/** One way to run a model past the length it was trained on. */
export interface ExtensionScheme {
  readonly name: ExtensionName;
  /** For a heading. */
  readonly title: string;
  /** What was chosen where the scheme leaves a choice, and where it comes from. One or two sentences. */
  readonly note: string;
  /** Ready for `createRope`, {@link ropeFrequencies} and {@link contextReport}. */
  readonly config: RopeConfig;
}

/** What {@link extensionSchemes} may be told. */
export interface ExtensionOptions {
  /**
   * LongRoPE's divisors past the trained length, one a pair, each above 0. They are searched for per model. Default: a
   * stand-in, see {@link extensionSchemes}.
   */
  readonly longFactors?: readonly number[] | undefined;
  /** LongRoPE's divisors up to the trained length. Default: 1 for every pair. */
  readonly shortFactors?: readonly number[] | undefined;
}

/** The longest length, in tokens, that the kernel serves. */
const longest = { most: 2 ** 24, unit: ' (tokens)' };

/** Checks a trained and a target length, in tokens; two tokens are the least that have neighbours. */
export function checkLengths(trainedLength: unknown, targetLength: unknown): void {
  checkInteger('trainedLength', trainedLength, 2, longest);
  checkInteger('targetLength', targetLength, 2, longest);
}

/**
 * The configs of every extension scheme for one model, each by `targetLength / trainedLength` (1 where the target is
 * not longer). A scaling that the config has is replaced.
 *
 * - `direct`: unscaled frequencies. Su et al. 2021, arXiv:2104.09864.
 * - `linear`: position interpolation. Chen et al. 2023, arXiv:2306.15595.
 * - `ntk`, `dynamic`: a larger theta, at once or as the sequence grows. Peng et al. 2023, arXiv:2309.00071.
 * - `yarn`: by parts, with an attention factor. Peng et al. 2023, arXiv:2309.00071.
 * - `longrope`: a divisor a pair. Ding et al. 2024, arXiv:2402.13753. Without `longFactors` it takes a stand-in that
 *   rises with the wavelength: 1 for the fastest pair, the length ratio for pairs whose wavelength reaches the trained
 *   length, and between them `ratio^t`, `t` being linear in the logarithm of the wavelength.
 * - `llama3`: by wavelength, with Llama 3.1's low and high frequency factors of 1 and 4. Grattafiori et al. 2024,
 *   arXiv:2407.21783.
 *
 * @param config The model. Its frequencies have to come from theta, which has to be above 1.
 * @param trainedLength Tokens it was trained on, 2 to 2^24. Becomes `trainedPositions` and `originalPositions`.
 * @param targetLength Tokens to run it on, 2 to 2^24.
 * @returns The schemes in the order above.
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range; the config is `explicit` or
 *   `proportional`, whose frequencies these schemes would not keep
 * @example extensionSchemes({ headDim: 128 }, 4096, 32_768).map(({ config }) => contextReport(config, 4096, 32_768))
 */
export function extensionSchemes(
  config: RopeConfigInput,
  trainedLength: number,
  targetLength: number,
  options: ExtensionOptions = {},
): ExtensionScheme[] {
  const given = ropeConfig(config);
  checkLengths(trainedLength, targetLength);
  checkKeys('options', options, ['longFactors', 'shortFactors']);
  const { type } = given.scaling;
  if (type === 'explicit' || type === 'proportional') {
    throw outOfRange('scaling.type', 'a scheme whose frequencies all come from theta', type);
  }
  checkNumber(
    'theta',
    given.theta,
    'a number above 1 (slower pairs after faster ones)',
    (theta) => theta > 1,
  );
  const factor = Math.max(1, targetLength / trainedLength);
  const originalPositions = trainedLength;
  const pairs = given.rotaryDim / 2;
  const list = (name: keyof ExtensionOptions) =>
    options[name] && checkList(name, options[name], pairs, (entry, value) => checkRange(name, value, entry));
  const longFactors = list('longFactors');
  const shortFactors = list('shortFactors') ?? Array.from({ length: pairs }, () => 1);
  const scheme = (
    name: ExtensionName,
    title: string,
    note: string,
    scaling: RopeScaling,
  ): ExtensionScheme => ({
    name,
    title,
    note,
    config: ropeConfig({ ...given, scaling, trainedPositions: trainedLength }),
  });
  return [
    scheme('direct', 'Direct extrapolation', 'Unscaled frequencies, as trained. arXiv:2104.09864.', {
      type: 'default',
    }),
    scheme('linear', 'Linear interpolation', 'Every frequency divided by the ratio. arXiv:2306.15595.', {
      type: 'linear',
      factor,
    }),
    scheme('ntk', 'NTK-aware', 'A larger theta: the slowest pair slows by the ratio. arXiv:2309.00071.', {
      type: 'ntk',
      factor,
    }),
    scheme(
      'dynamic',
      'Dynamic NTK',
      'A factor of 1, as in arXiv:2309.00071: at the target it is NTK-aware, up to the trained length nothing changes.',
      { type: 'dynamic', factor: 1, originalPositions },
    ),
    scheme('yarn', 'YaRN', 'Beta fast 32 and beta slow 1, as in arXiv:2309.00071.', {
      type: 'yarn',
      factor,
      originalPositions,
    }),
    longFactors
      ? scheme('longrope', 'LongRoPE', 'With the factors given. arXiv:2402.13753.', {
          type: 'longrope',
          shortFactors,
          longFactors,
          originalPositions,
          factor,
        })
      : scheme(
          'longrope',
          'LongRoPE (stand-in factors)',
          'Real factors are searched for per model (arXiv:2402.13753); these rise with the wavelength from 1 to the ratio.',
          {
            type: 'longrope',
            shortFactors,
            longFactors: standInFactors(given, trainedLength, factor),
            originalPositions,
            factor,
          },
        ),
    scheme(
      'llama3',
      'Llama 3',
      'Low and high frequency factors of 1 and 4, as in Llama 3.1. arXiv:2407.21783.',
      {
        type: 'llama3',
        factor,
        lowFreqFactor: 1,
        highFreqFactor: 4,
        originalPositions,
      },
    ),
  ];
}

/** A divisor a frequency, before axes choose among them. */
function standInFactors(config: RopeConfig, trainedLength: number, ratio: number): number[] {
  const { inverseFrequencies } = ropeFrequencies({ ...unscaledConfig(config), axes: null });
  const wavelengths = Array.from(inverseFrequencies, (frequency) => (2 * Math.PI) / frequency);
  const shortest = wavelengths[0]!;
  return wavelengths.map((wavelength) => {
    // So short a training that even the fastest pair did not turn once: every pair is slow.
    if (wavelength >= trainedLength) return ratio;
    return ratio ** (Math.log(wavelength / shortest) / Math.log(trainedLength / shortest));
  });
}
