import type { RopeScaling } from '../config/types';
import { ropeDtypes } from '../dtypes';
import type { ContextReport } from './context-types';

type Findings = Omit<ContextReport, 'summary'>;

const subjects: Readonly<Record<RopeScaling['type'], string>> = {
  default: 'unscaled frequencies',
  explicit: 'the given frequencies',
  divisors: 'a divisor for every pair',
  linear: 'linear interpolation',
  ntk: 'NTK-aware scaling',
  dynamic: 'dynamic NTK scaling',
  yarn: 'YaRN',
  'ntk-by-parts': 'NTK-by-parts scaling',
  longrope: 'LongRoPE',
  llama3: "Llama 3's scaling",
  proportional: 'proportional frequencies',
};

/** The findings of a report in sentences for someone who knows what attention is, and no more. Angles in degrees. */
export function contextSummary(report: Findings): string[] {
  return [
    anglesSentence(report),
    neighboursSentence(report),
    storageSentence(report),
    ...lengthSentences(report),
    ...scoreSentences(report),
    decaySentence(report),
  ];
}

function anglesSentence(report: Findings): string {
  const { scheme, trainedLength, targetLength, pairs, outsideCount, outsideShare } = report;
  const opening = `With ${subjects[scheme]}, at ${whole(targetLength)} tokens after training on ${whole(trainedLength)}`;
  if (outsideCount === 0) {
    return `${opening}: no pair of elements that RoPE turns meets an angle it was not trained on.`;
  }
  const where = `${outsideCount} of the ${pairs.length} pairs of elements that RoPE turns (${percent(outsideShare)})`;
  return `${opening}: angles that were never trained appear in ${where}, where training did not make a full turn.`;
}

function neighboursSentence({ pairs, localResolution }: Findings): string {
  const fastest = pairs.reduce((a, b) => (Math.abs(b.baseFrequency) > Math.abs(a.baseFrequency) ? b : a));
  const [now, before] = [degrees(fastest.neighbourAngle), degrees(fastest.baseNeighbourAngle)];
  const turns =
    now === before
      ? `the fastest pair still turns ${now} a token`
      : `the fastest pair turns ${now} a token instead of ${before}`;
  if (fastest.baseFrequency === 0) {
    // Nothing to compare with: training told no neighbours apart.
    const fastestNow = pairs.reduce((a, b) => Math.max(a, b.neighbourAngle), 0);
    return fastestNow === 0
      ? 'No pair turns, now or in training, so no two tokens are told apart.'
      : `No pair turned in training; now the fastest turns ${degrees(fastestNow)} a token.`;
  }
  if (localResolution < 0.9 && localResolution > 0) {
    const times = `${short(1 / localResolution)} times closer`;
    return `In the fastest quarter of the pairs, neighbouring tokens are ${times} than in training: ${turns}.`;
  }
  if (localResolution === 0) return `The fastest pairs of training stand still: ${turns}.`;
  if (localResolution > 1.1) {
    const times = `${short(localResolution)} times farther apart`;
    return `In the fastest quarter of the pairs, neighbouring tokens are ${times} than in training: ${turns}.`;
  }
  return `Neighbouring tokens stay about as far apart as in training: ${turns}.`;
}

function storageSentence({ pairs, blindPairs, verdict }: Findings): string {
  if (pairs.every((pair) => pair.frequency === 0))
    return 'Stored in any type, cos and sin are the same everywhere.';
  const [bf16, f16] = [blindPairs.bf16, blindPairs.f16].map((count) =>
    count === 0 ? 'none' : String(count),
  );
  const opening =
    blindPairs.bf16 + blindPairs.f16 === 0
      ? 'Stored in 16 bits, cos and sin of most neighbouring tokens differ in every pair that turns'
      : `Stored in 16 bits, cos and sin of most neighbouring tokens are the same in some slow pairs (bf16: ${bf16}, f16: ${f16})`;
  const blind = ropeDtypes.filter((dtype) => verdict.neighboursIdentical[dtype]);
  return blind.length === 0
    ? `${opening}; all pairs together tell them apart at every position looked at.`
    : `${opening}; at some positions not even all pairs together tell two neighbours apart (${blind.join(', ')}).`;
}

function lengthSentences({ trainedLength, verdict }: Findings): string[] {
  const sentences: string[] = [];
  if (verdict.changesShortTexts) {
    sentences.push('Texts within the trained length change too: their tokens are turned by other angles.');
  }
  if (verdict.dependsOnLength) {
    sentences.push(
      `Frequencies depend on the length: keys cached by a sequence of ${whole(trainedLength)} tokens have to be rerotated, or computed again, for this one.`,
    );
  }
  return sentences;
}

function scoreSentences({ attentionFactor, baseAttentionFactor, verdict }: Findings): string[] {
  if (!verdict.scalesScores) return [];
  const times = (attentionFactor / baseAttentionFactor) ** 2;
  const effect = times > 1 ? 'sharper' : 'flatter';
  return [`Attention scores are multiplied by ${short(times)}, which makes attention ${effect}.`];
}

function decaySentence({ decay, baseHalfDistance }: Findings): string {
  const { halfDistance, rebound } = decay;
  const opening = 'For a query equal to the key, the score (smoothed over neighbouring distances)';
  if (halfDistance === null) return `${opening} stays above a half of its peak at every distance looked at.`;
  const before = baseHalfDistance === null ? null : distance(baseHalfDistance);
  const unscaled =
    before === null
      ? 'in training it stays above'
      : before === distance(halfDistance)
        ? 'as in training'
        : `in training at ${before}`;
  const falls = `${opening} falls to a half of its peak at a distance of ${distance(halfDistance)} tokens (${unscaled})`;
  return rebound < 0.01
    ? `${falls} and goes on falling.`
    : `${falls}; farther out it rises again by up to ${short(rebound)} of the peak.`;
}

const percent = (share: number): string => `${short(share * 100)}%`;

const degrees = (angle: number): string => `${short((angle * 180) / Math.PI)}°`;

/** Three digits, without zeros at the end. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Whole tokens from ten on. */
const distance = (value: number): string => (value < 10 ? short(value) : whole(Number(value.toPrecision(3))));

/** An integer in groups of three, apart by spaces that do not break. */
const whole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
