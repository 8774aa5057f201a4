import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import { checkInteger, checkKeys, outOfRange } from '../errors';
import { type SelectedFrequencies, selectFrequencies, unscaledConfig } from './context-frequencies';
import { checkLengths } from './context-schemes';
import { samplePositions, storedNeighbours } from './context-storage';
import { contextSummary } from './context-summary';
import type { ByStorage, ContextOptions, ContextPair, ContextReport, ContextVerdict } from './context-types';
import { attentionDecay, decayOf, spreadDistances } from './decay';
import { meetsNewAngles, neighbourAngle, slack, turnsOf } from './pair-angles';

/**
 * What happens to a model's positions at a length it was not trained on: which pairs meet new angles, how far apart
 * neighbours stay, whether 16-bit storage still tells them apart, and how q·k decays. Pure; storage is measured at
 * sampled positions, so a million tokens take milliseconds.
 *
 * A pair is outside where training left a gap in its circle and the target reaches into it: where it made less than one
 * turn in training, and its largest angle at the target is larger. Every position stands for the arc up to the next
 * one, so that interpolation, which puts positions between trained ones, is not outside.
 *
 * With several axes, a token has the same position on each, as text has in M-RoPE; `options.axis` looks at one alone.
 *
 * @param config The model at the target: a `RopeConfig`, or a head dimension and what differs from the defaults.
 *   {@link extensionSchemes} makes one for every scheme.
 * @param trainedLength Tokens that `options.base` was trained on, 2 to 2^24. Without `base` that is the model before it was
 *   extended, so for a config with a scheme its `originalPositions`.
 * @param targetLength Tokens to run it on, 2 to 2^24; schemes that depend on the length are taken at this one. It may be
 *   the shorter one.
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range; `options.base` has another number of
 *   pairs
 * @example Llama-3-8B on 32 768 tokens: `contextReport({ headDim: 128, theta: 500_000 }, 8192, 32_768).summary`
 */
export function contextReport(
  config: RopeConfigInput,
  trainedLength: number,
  targetLength: number,
  options: ContextOptions = {},
): ContextReport {
  const checked = ropeConfig(config);
  checkLengths(trainedLength, targetLength);
  checkKeys('options', options, ['base', 'axis', 'samples', 'distances']);
  const { axis } = options;
  const samples = checkInteger('samples', options.samples ?? 256, 2, { most: 65_536, unit: ' (positions)' });
  const baseConfig = baseOf(checked, options.base);
  // The base is what training ran, so at its length; axes are the config's.
  const base = selectFrequencies({ ...baseConfig, axes: checked.axes }, trainedLength, axis);
  const scaled = selectFrequencies(checked, targetLength, axis);
  const before = selectFrequencies(checked, trainedLength, axis);

  const decay = attentionDecay(checked, options.distances ?? spreadDistances(targetLength - 1, 128), {
    sequenceLength: targetLength,
    axis,
  });
  const farthest = Float64Array.of(decay.distances.reduce((a, b) => Math.max(a, b)));
  const stored = storedNeighbours(
    scaled.frequencies,
    scaled.attentionFactor,
    samplePositions(targetLength, samples),
  );
  const lengths = { trainedLength, targetLength };
  const pairs = scaled.pairs.map((pair, i) => ({
    pair,
    ...pairReport(scaled.frequencies[i]!, base.frequencies[i]!, lengths),
    identicalNeighbours: stored.identical[i]!,
  }));
  const outsideCount = pairs.filter((pair) => pair.outside).length;
  const localResolution = localResolutionOf(pairs);
  const verdict: ContextVerdict = {
    extends: targetLength > trainedLength,
    reachesUntrainedAngles: outsideCount > 0,
    neighboursCloser: localResolution < 0.9,
    neighboursIdentical: {
      f32: stored.smallest.f32 === 0,
      f16: stored.smallest.f16 === 0,
      bf16: stored.smallest.bf16 === 0,
    },
    changesShortTexts: differ(base, before),
    scalesScores: scaled.attentionFactor !== base.attentionFactor,
    dependsOnLength: differ(before, scaled),
  };
  const report = {
    scheme: checked.scaling.type,
    trainedLength,
    targetLength,
    pairs,
    outsideCount,
    outsideShare: outsideCount / pairs.length,
    localResolution,
    neighbourDistance: { exact: rowDistance(scaled), base: rowDistance(base), ...stored.smallest },
    blindPairs: blindPairsOf(pairs),
    attentionFactor: scaled.attentionFactor,
    baseAttentionFactor: base.attentionFactor,
    decay,
    baseHalfDistance: decayOf(base.frequencies, farthest).halfDistance,
    verdict,
  };
  return { ...report, summary: contextSummary(report) };
}

function baseOf(config: RopeConfig, given: RopeConfigInput | undefined): RopeConfig {
  if (given === undefined) return unscaledConfig(config);
  const base = ropeConfig(given);
  if (base.rotaryDim !== config.rotaryDim) {
    throw outOfRange('base.rotaryDim', `${config.rotaryDim}, that of the config`, base.rotaryDim);
  }
  return base;
}

/** What a pair's two frequencies say; which pair it is, and what storage leaves of it, stand beside. */
function pairReport(
  frequency: number,
  baseFrequency: number,
  { trainedLength, targetLength }: Pick<ContextReport, 'trainedLength' | 'targetLength'>,
): Omit<ContextPair, 'pair' | 'identicalNeighbours'> {
  const trainedTurns = turnsOf(baseFrequency, trainedLength);
  const targetTurns = turnsOf(frequency, targetLength);
  return {
    frequency,
    baseFrequency,
    ratio: frequency === baseFrequency ? 1 : frequency / baseFrequency,
    wavelength: (2 * Math.PI) / Math.abs(frequency),
    trainedTurns,
    targetTurns,
    trainedShare: Math.min(1, trainedTurns),
    targetShare: Math.min(1, targetTurns),
    outside: meetsNewAngles(baseFrequency, trainedLength, frequency, targetLength),
    neighbourAngle: neighbourAngle(frequency),
    baseNeighbourAngle: neighbourAngle(baseFrequency),
  };
}

function localResolutionOf(pairs: readonly ContextPair[]): number {
  const turning = pairs
    .filter((pair) => pair.baseFrequency !== 0)
    .sort((a, b) => Math.abs(b.baseFrequency) - Math.abs(a.baseFrequency));
  const fastest = turning.slice(0, Math.max(1, turning.length >> 2));
  // A base that does not turn at all has no resolution to lose.
  if (fastest.length === 0) return 1;
  return fastest.reduce((sum, pair) => sum + Math.abs(pair.ratio), 0) / fastest.length;
}

function blindPairsOf(pairs: readonly ContextPair[]): ByStorage {
  const count = (dtype: keyof ByStorage) =>
    pairs.filter((pair) => pair.frequency !== 0 && pair.identicalNeighbours[dtype] > 0.5).length;
  return { f32: count('f32'), f16: count('f16'), bf16: count('bf16') };
}

/** Distance of neighbouring rows, the same at every position: each pair is a chord of `2 sin(f / 2)`. */
function rowDistance({ frequencies, attentionFactor }: SelectedFrequencies): number {
  const squares = frequencies.map((frequency) => (2 * Math.sin(neighbourAngle(frequency) / 2)) ** 2);
  return attentionFactor * Math.sqrt(squares.reduce((a, b) => a + b, 0));
}

/** Whether any frequency differs by more than rounding. */
function differ(a: SelectedFrequencies, b: SelectedFrequencies): boolean {
  return a.frequencies.some((frequency, i) => {
    const other = b.frequencies[i]!;
    return Math.abs(frequency - other) > slack * Math.max(Math.abs(frequency), Math.abs(other));
  });
}
