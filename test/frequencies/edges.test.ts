import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import { llama3Frequencies } from '../../src/frequencies/llama3';

// Edges of the schemes, where a rule that is nearly right gives the same numbers everywhere else.

const frequenciesOf = (config: Parameters<typeof ropeFrequencies>[0]): number[] => [
  ...ropeFrequencies(config).inverseFrequencies,
];

it('Llama 3 with an empty band: a frequency of exactly its one wavelength stays', () => {
  const frequency = (2 * Math.PI) / 8192;
  const bands = { factor: 8, lowFreqFactor: 1, highFreqFactor: 1, originalPositions: 8192 };
  expect([...llama3Frequencies(Float64Array.of(frequency), { type: 'llama3', ...bands })]).toEqual([
    frequency,
  ]);
});

it('proportional: a pair that turns by nine tenths does not turn', () => {
  // 0.28 * 32 pairs are 8.96.
  const scaling = { type: 'proportional', rotatedFraction: 0.28 } as const;
  const turning = frequenciesOf({ headDim: 64, scaling }).filter((frequency) => frequency !== 0);
  expect(turning).toHaveLength(8);
});

describe('YaRN', () => {
  const yarn = { type: 'yarn', factor: 4 } as const;

  it('a ramp of no width is a step: the first pair stays, all others are divided', () => {
    // pair(betaSlow) = 64 * ln(6 / 2 pi) / (2 ln 10000) = -0.16: both ends of the ramp are 0.
    const plain = frequenciesOf({ headDim: 64 });
    const scaled = frequenciesOf({ headDim: 64, scaling: { ...yarn, originalPositions: 6 } });
    expect(scaled).toEqual(plain.map((frequency, i) => (i === 0 ? frequency : frequency / 4)));
  });

  it('the ramp ends past the last pair, not at it', () => {
    // pair(betaFast) = 28.7 and pair(betaSlow) = 44.8 of 32 pairs: from 28 to 45.
    const theta = 1000;
    const plain = frequenciesOf({ headDim: 64, theta });
    const scaled = frequenciesOf({ headDim: 64, theta, scaling: { ...yarn, originalPositions: 100_000 } });
    for (const [i, frequency] of plain.entries()) {
      const ramp = Math.max(0, (i - 28) / 17);
      expect(scaled[i]! / frequency).toBeCloseTo(1 - ramp + ramp / 4, 12);
    }
  });

  it('one mscale alone counts for nothing', () => {
    const scaling = { ...yarn, originalPositions: 4096 };
    const { attentionFactor } = ropeFrequencies({ headDim: 64, scaling });
    expect(attentionFactor).toBe(0.1 * Math.log(4) + 1);
    for (const one of [{ mscale: 2 }, { mscaleAllDim: 2 }]) {
      expect(ropeFrequencies({ headDim: 64, scaling: { ...scaling, ...one } }).attentionFactor).toBe(
        attentionFactor,
      );
    }
  });
});
