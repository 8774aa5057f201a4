import { describe, expect, it } from 'vitest';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeConfigInput, RopeScaling } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { fullTable, twoDigitTable } from '../../src/tables/tables';
import { expectMessage } from '../config/support';

/** The largest sequence that a caller may name, and the last position that is served. */
const longest = Number.MAX_SAFE_INTEGER;
const lastPosition = 2 ** 24 - 1;

const thetas = [1 / 8, 1, 1 + 2 ** -52, 10_000, 2 ** 100];
const rotaryDims = [2, 4, 6, 512];
const factors = [1, 8, 2 ** 24];
const lengths = [2, 4096, longest];
const ratios = [2 ** -100, 1, 2 ** 100];

/** All choices of one entry from each list. */
function product<const T extends Readonly<Record<string, readonly unknown[]>>>(lists: T) {
  return Object.entries(lists).reduce<Record<string, unknown>[]>(
    (all, [key, list]) => all.flatMap((one) => list.map((value) => ({ ...one, [key]: value }))),
    [{}],
  ) as unknown as { [K in keyof T]: T[K][number] }[];
}

/** Schemes with their numbers at the ends of their ranges, and between. */
function corners(pairs: number): RopeScaling[] {
  const listOf = (value: number) => Array<number>(pairs).fill(value);
  const divisors = [1 / 8, 2 ** 256].map(listOf);
  const parts = product({
    factor: factors,
    originalPositions: lengths,
    betaFast: ratios,
    betaSlow: ratios,
    truncate: [true, false],
  }).filter(({ betaFast, betaSlow }) => betaFast >= betaSlow);
  return [
    { type: 'default' },
    ...[-64, 0, 64].map((f) => ({ type: 'explicit' as const, inverseFrequencies: listOf(f) })),
    ...divisors.map((list) => ({ type: 'divisors' as const, divisors: list })),
    ...factors.flatMap((factor) => [
      { type: 'linear' as const, factor },
      { type: 'ntk' as const, factor },
    ]),
    ...product({ factor: factors, originalPositions: lengths }).map((dynamic) => ({
      type: 'dynamic' as const,
      ...dynamic,
    })),
    ...parts.map((part) => ({ type: 'ntk-by-parts' as const, ...part })),
    ...product({ factor: factors, mscale: [0, 1, 2 ** 20], mscaleAllDim: [0, 1, 2 ** 20] }).map((yarn) => ({
      type: 'yarn' as const,
      originalPositions: 4096,
      ...yarn,
    })),
    ...product({
      shortFactors: divisors,
      longFactors: divisors,
      factor: factors,
      originalPositions: lengths,
    }).map((longrope) => ({ type: 'longrope' as const, ...longrope })),
    ...product({ factor: factors, lowFreqFactor: ratios, highFreqFactor: ratios, originalPositions: lengths })
      .filter(({ lowFreqFactor, highFreqFactor }) => highFreqFactor >= lowFreqFactor)
      .map((llama3) => ({ type: 'llama3' as const, ...llama3 })),
    ...product({ rotatedFraction: [1 / pairs, 1], factor: factors }).map((proportional) => ({
      type: 'proportional' as const,
      ...proportional,
    })),
  ];
}

/** Whether a pair may stand still: the scheme, or the caller, says so. */
const mayBeStill = ({ type }: RopeScaling) => type === 'explicit' || type === 'proportional';

describe.each(rotaryDims)('numbers at the ends of their ranges, rotaryDim %i', (rotaryDim) => {
  it('make frequencies that are finite, at most 64, and 0 only where the scheme has it so', () => {
    let count = 0;
    for (const theta of thetas) {
      for (const scaling of corners(rotaryDim / 2)) {
        // YaRN divides by the logarithm of theta.
        if ((scaling.type === 'yarn' || scaling.type === 'ntk-by-parts') && theta <= 1) continue;
        for (const sequenceLength of [0, longest]) {
          const made = ropeFrequencies({ headDim: rotaryDim, theta, scaling }, sequenceLength);
          const sizes = made.inverseFrequencies.map(Math.abs);
          const isRight = sizes.every(
            (f) => f <= 64 && (f >= 2 ** -1022 || (f === 0 && mayBeStill(scaling))),
          );
          const { attentionFactor } = made;
          const isNormal = attentionFactor >= 2 ** -60 && attentionFactor <= 2 ** 60;
          if (!isRight || !isNormal)
            throw new Error(JSON.stringify({ theta, scaling, sequenceLength, made }));
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(1000);
  });
});

it('tables at the ends of the ranges hold cosines and sines of every position, times the attention factor', () => {
  for (const attentionFactor of [2 ** -60, 1, 2 ** 60]) {
    const frequencies = { inverseFrequencies: Float64Array.of(64, -64, 2 ** -356, 0), attentionFactor };
    const { data, highRows } = twoDigitTable(frequencies, lastPosition + 1);
    const isFactor = (cos: number, sin: number, size: number) =>
      Math.abs(Math.hypot(cos, sin) / size - 1) < 1e-7;
    for (let at = 0; at < data.length; at += 4) {
      const size = at < highRows * 4 ? 1 : attentionFactor;
      expect(isFactor(data[at]!, data[at + 2]!, size) && isFactor(data[at + 1]!, data[at + 3]!, size)).toBe(
        true,
      );
    }
    // float32 phases, as PyTorch has them.
    expect(fullTable(frequencies, 3, 'float32').data.every(Number.isFinite)).toBe(true);
  }
});

it('64 radians a position: the last angle is rounded by at most 2^-24', () => {
  const angle = lastPosition * 64;
  const spacing = 2 ** (Math.floor(Math.log2(angle)) - 52);
  expect(spacing / 2).toBeLessThanOrEqual(2 ** -24);
});

describe('refused, as tables of them would hold NaN, infinities or zeros', () => {
  const parts = { factor: 4, originalPositions: 4096 };
  const long = { type: 'longrope', shortFactors: [1, 1], longFactors: [1, 1], originalPositions: 4096 };
  const llama3 = { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 8192 };
  const cases: [unknown, string][] = [
    [{ theta: 5e-324 }, 'theta: expected a number from 1/8 to 2^100, got 5e-324'],
    [{ theta: 0.12 }, 'theta: expected a number from 1/8 to 2^100, got 0.12'],
    [{ theta: 1e31 }, 'theta: expected a number from 1/8 to 2^100, got 1e+31'],
    [
      { scaling: { type: 'explicit', inverseFrequencies: [1, 1e308] } },
      'scaling.inverseFrequencies[1]: expected a number from -16384 to 16384 (radians a position), got 1e+308',
    ],
    [
      { scaling: { type: 'explicit', inverseFrequencies: [-16385, 1] } },
      'scaling.inverseFrequencies[0]: expected a number from -16384 to 16384 (radians a position), got -16385',
    ],
    [
      { scaling: { type: 'explicit', inverseFrequencies: [1, 1], attentionFactor: 1e300 } },
      'scaling.attentionFactor: expected a number from 2^-60 to 2^60, got 1e+300',
    ],
    [
      { scaling: { type: 'explicit', inverseFrequencies: [1, 1], attentionFactor: 1e-300 } },
      'scaling.attentionFactor: expected a number from 2^-60 to 2^60, got 1e-300',
    ],
    [
      { scaling: { type: 'divisors', divisors: [1, 5e-324] } },
      'scaling.divisors[1]: expected a number from 1/8 to 2^256, got 5e-324',
    ],
    [
      { scaling: { type: 'divisors', divisors: [1e78, 1] } },
      'scaling.divisors[0]: expected a number from 1/8 to 2^256, got 1e+78',
    ],
    [
      { scaling: { ...long, longFactors: [1, 1e308] } },
      'scaling.longFactors[1]: expected a number from 1/8 to 2^256, got 1e+308',
    ],
    [
      { scaling: { ...long, shortFactors: [0.1, 1] } },
      'scaling.shortFactors[0]: expected a number from 1/8 to 2^256, got 0.1',
    ],
    [
      { scaling: { type: 'dynamic', factor: 2 ** 53, originalPositions: 2 } },
      'scaling.factor: expected a number from 1 to 2^24 (it divides positions), got 9007199254740992',
    ],
    [
      { scaling: { type: 'yarn', ...parts, betaFast: 1e308 } },
      'scaling.betaFast: expected a number from 2^-100 to 2^100, got 1e+308',
    ],
    [
      { scaling: { type: 'yarn', ...parts, betaSlow: 5e-324 } },
      'scaling.betaSlow: expected a number from 2^-100 to 2^100, got 5e-324',
    ],
    [
      { scaling: { type: 'yarn', ...parts, mscale: 1e300, mscaleAllDim: 1 } },
      'scaling.mscale: expected a number from 0 to 2^20, got 1e+300',
    ],
    [
      { scaling: { type: 'yarn', ...parts, mscale: 1, mscaleAllDim: 2 ** 21 } },
      'scaling.mscaleAllDim: expected a number from 0 to 2^20, got 2097152',
    ],
    [
      { scaling: { ...llama3, lowFreqFactor: 5e-324 } },
      'scaling.lowFreqFactor: expected a number from 2^-100 to 2^100, got 5e-324',
    ],
    [
      { scaling: { ...llama3, highFreqFactor: 1e308 } },
      'scaling.highFreqFactor: expected a number from 2^-100 to 2^100, got 1e+308',
    ],
    [
      { scaling: { type: 'proportional', rotatedFraction: 0.49 } },
      'scaling.rotatedFraction: expected at least 1/2, one of 2 pairs, got 0.49',
    ],
  ];
  it.each(cases)('%j', (change, message) => {
    expectMessage(() => ropeConfig({ headDim: 4, ...(change as object) } as RopeConfigInput), message);
  });
});
