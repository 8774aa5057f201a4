import type { RopeConfigInput } from '../config/types';
import { checkKeys, checkNumber, wrongType } from '../errors';
import { selectFrequencies } from './context-frequencies';
import { neighbourAngle } from './pair-angles';

/** What {@link attentionDecay} may be told. */
export interface DecayOptions {
  /** Tokens in the sequence, for schemes that depend on it (`dynamic`, `longrope`). Default 0: the original length. */
  readonly sequenceLength?: number | undefined;
  /** Only the pairs on this axis. Default: all, the distance being the same on every axis, as between tokens of text. */
  readonly axis?: number | undefined;
  /** Correlation of random query and key, -1 to 1: what `random` is for. Default 1, a key equal to the query. */
  readonly correlation?: number | undefined;
}

/** How q·k changes with the distance of the two tokens. The arrays have a value a distance. */
export interface AttentionDecay {
  /** In tokens, as given. */
  readonly distances: Float64Array;
  /** q·k for `q = k = (1, 1, …)`, over its value at distance 0: the mean over the pairs of `cos(distance * f)`. */
  readonly mean: Float64Array;
  /** RoFormer's bound: the mean over `j` of `|S_j|`, `S_j` being the sum of `exp(i * distance * f)` over the first `j` pairs. */
  readonly bound: Float64Array;
  /** The bound at distance 0, `(pairs + 1) / 2`: divide by it to lay `bound` over `mean`. */
  readonly boundAtZero: number;
  /** q·k for normally distributed q and k of this correlation, over the expected q·q. */
  readonly random: {
    readonly correlation: number;
    /** Expectation: `correlation * mean`. */
    readonly mean: Float64Array;
    /** Standard deviation around it. */
    readonly deviation: Float64Array;
  };
  /**
   * Tokens. Where the mean, smoothed over distances from half to one and a half times each, first falls below a half;
   * null where it does not within the largest distance given.
   */
  readonly halfDistance: number | null;
  /** How far the smoothed mean rises again past `halfDistance`, from any value to a later one; 0: it only falls. */
  readonly rebound: number;
}

/**
 * How q·k decays with distance under RoPE. All of it in closed form, so nothing is drawn at random.
 *
 * Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv:2104.09864, section 3.4.3.
 * The attention factor is left out, as it scales every distance alike.
 *
 * @param config A `RopeConfig`, or a head dimension and what differs from the defaults.
 * @param distances In tokens: from 0 to 2^53, at least one of them. Read only.
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range
 * @example `attentionDecay({ headDim: 128 }, [0, 1, 10, 100, 1000]).mean // 1 down to 0.16`
 */
export function attentionDecay(
  config: RopeConfigInput,
  distances: ArrayLike<number>,
  options: DecayOptions = {},
): AttentionDecay {
  checkKeys('options', options, ['sequenceLength', 'axis', 'correlation']);
  const { sequenceLength, axis, correlation = 1 } = options;
  checkNumber('correlation', correlation, 'a number in -1..1', (value) => Math.abs(value) <= 1);
  const checked = checkDistances(distances);
  return decayOf(selectFrequencies(config, sequenceLength ?? 0, axis).frequencies, checked, correlation);
}

/** {@link attentionDecay} for frequencies at hand. */
export function decayOf(frequencies: Float64Array, distances: Float64Array, correlation = 1): AttentionDecay {
  const pairs = frequencies.length;
  const mean = new Float64Array(distances.length);
  const bound = new Float64Array(distances.length);
  const deviation = new Float64Array(distances.length);
  for (const [at, distance] of distances.entries()) {
    let [cosines, sines, squares, lengths] = [0, 0, 0, 0];
    for (const frequency of frequencies) {
      const cos = Math.cos(distance * frequency);
      cosines += cos;
      sines += Math.sin(distance * frequency);
      squares += cos * cos;
      lengths += Math.hypot(cosines, sines);
    }
    mean[at] = cosines / pairs;
    bound[at] = lengths / pairs;
    // k = c q + sqrt(1 - c²) z. Of q·Rq each pair gives |q|² cos, |q|² having variance 4; of q·Rz it gives variance 2.
    // The two do not correlate, and the expected q·q is 2 pairs.
    const variance = 4 * correlation ** 2 * squares + 2 * (1 - correlation ** 2) * pairs;
    deviation[at] = Math.sqrt(variance) / (2 * pairs);
  }
  const random = { correlation, mean: mean.map((value) => correlation * value), deviation };
  const boundAtZero = (pairs + 1) / 2;
  return { distances, mean, bound, boundAtZero, random, ...fadingOf(frequencies, distances.reduce(max, 0)) };
}

/**
 * Distances for a curve: 0, then whole tokens that grow by a constant factor up to `last`; at most `count`, as short
 * lengths have no more.
 */
export function spreadDistances(last: number, count: number): Float64Array {
  const distances = new Set([0, last]);
  for (let i = 0; i < count - 1; i++) distances.add(Math.round(last ** (i / (count - 2))));
  return Float64Array.from(distances).sort();
}

function checkDistances(distances: ArrayLike<number>): Float64Array {
  if (typeof distances !== 'object' || typeof distances?.length !== 'number') {
    throw wrongType('distances', 'an array of numbers (tokens)', distances);
  }
  if (distances.length === 0) throw new RangeError('distances: expected at least one, got none');
  return Float64Array.from(distances, (distance, i) =>
    checkNumber(
      `distances[${i}]`,
      distance,
      'a number from 0 to 2^53 (tokens)',
      (value) => value >= 0 && value <= 2 ** 53,
    ),
  );
}

const max = (a: number, b: number): number => Math.max(a, b);

/** Points of the smoothed curve in each doubling of the distance: dense enough that its slowest wave is followed. */
const perOctave = 16;

/** Where the smoothed mean falls below a half, up to `last`, and how far it rises after that. */
function fadingOf(frequencies: Float64Array, last: number): Pick<AttentionDecay, 'halfDistance' | 'rebound'> {
  // At whole distances a frequency beyond pi cannot be told from the slower one it looks like.
  const visible = frequencies.map(neighbourAngle);
  let before = 0;
  let halfDistance: number | null = null;
  let lowest = 1;
  let rebound = 0;
  for (let at = 2 ** -4; before < last; at *= 2 ** (1 / perOctave)) {
    const distance = Math.min(at, last);
    const value = smoothedMean(visible, distance);
    if (halfDistance === null) {
      if (value < 0.5) halfDistance = crossing(visible, before, distance);
    } else {
      rebound = Math.max(rebound, value - lowest);
    }
    lowest = Math.min(lowest, value);
    before = distance;
  }
  return { halfDistance, rebound };
}

/** The mean over the pairs of `cos(x f)`, averaged over `x` from `distance / 2` to `3 distance / 2`, as an integral. */
export function smoothedMean(frequencies: Float64Array, distance: number): number {
  let sum = 0;
  for (const frequency of frequencies) {
    const half = (distance * frequency) / 2;
    sum += half === 0 ? 1 : (Math.cos(2 * half) * Math.sin(half)) / half;
  }
  return sum / frequencies.length;
}

/** By bisection, to the last bit that matters: 40 halvings of less than an octave. */
function crossing(frequencies: Float64Array, above: number, below: number): number {
  let [low, high] = [above, below];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (smoothedMean(frequencies, middle) < 0.5) high = middle;
    else low = middle;
  }
  return high;
}
