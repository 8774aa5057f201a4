import { describe, expect, it } from 'vitest';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeConfigInput } from '../../src/config/types';
import { expectMessage } from './support';

describe('ropeConfig', () => {
  it('a head dimension alone: everything else has its default', () => {
    expect(ropeConfig({ headDim: 128 })).toEqual({
      headDim: 128,
      rotaryDim: 128,
      placement: 'first',
      theta: 10_000,
      pairing: 'half',
      direction: 'forward',
      scaling: { type: 'default' },
      axes: null,
      trainedPositions: null,
      assumptions: [],
    });
  });

  it('undefined fields count as left out', () => {
    const config = ropeConfig({ headDim: 64, rotaryDim: undefined, theta: undefined, scaling: undefined });
    expect(config).toEqual(ropeConfig({ headDim: 64 }));
  });

  it('the result is a copy, goes through JSON and reads back as itself', () => {
    const inverseFrequencies = [1, 0.5];
    const input: RopeConfigInput = { headDim: 4, scaling: { type: 'explicit', inverseFrequencies } };
    const config = ropeConfig(input);
    inverseFrequencies[0] = 7;
    expect(config.scaling).toEqual({ type: 'explicit', inverseFrequencies: [1, 0.5] });
    expect(ropeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('axes: a copy, through JSON, with or without frequencyIndex', () => {
    for (const axes of [
      { count: 2, pairAxis: [0, 1] },
      { count: 4, pairAxis: [3, 0], frequencyIndex: [1, 0] },
    ]) {
      const config = ropeConfig({ headDim: 4, axes });
      expect(config.axes).toEqual(axes);
      expect(config.axes!.pairAxis).not.toBe(axes.pairAxis);
      expect(ropeConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    }
  });

  it('keeps every field of every scheme', () => {
    const factors = [1, 2];
    const parts = { factor: 4, originalPositions: 4096, betaFast: 16, betaSlow: 2, truncate: false };
    const scalings: RopeConfigInput['scaling'][] = [
      { type: 'divisors', divisors: factors },
      { type: 'linear', factor: 2 },
      { type: 'ntk', factor: 2 },
      { type: 'dynamic', factor: 2, originalPositions: 2048 },
      { type: 'yarn', ...parts, mscale: 1, mscaleAllDim: 0.5, attentionFactor: 1.2 },
      { type: 'ntk-by-parts', ...parts },
      {
        type: 'longrope',
        shortFactors: factors,
        longFactors: factors,
        originalPositions: 4096,
        factor: 32,
        attentionFactor: 1.19,
      },
      { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 8192 },
      { type: 'proportional', rotatedFraction: 0.5, factor: 2 },
    ];
    for (const scaling of scalings) expect(ropeConfig({ headDim: 4, scaling }).scaling).toEqual(scaling);
  });
});

describe('ropeConfig refuses', () => {
  const base = { factor: 4, originalPositions: 4096 };
  const long = { type: 'longrope', shortFactors: [1, 1], longFactors: [1, 1], originalPositions: 4096 };
  const llama3 = { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 8192 };
  const types =
    '"default" or "explicit" or "divisors" or "linear" or "ntk" or "dynamic" or "yarn" or "ntk-by-parts" or ' +
    '"longrope" or "llama3" or "proportional"';
  const factor = 'scaling.factor: expected a number from 1 to 2^24 (it divides positions)';
  const cases: [unknown, string][] = [
    [
      null,
      'config: expected { headDim, rotaryDim, placement, theta, pairing, direction, scaling, axes, trainedPositions, assumptions }, got null',
    ],
    [
      [],
      'config: expected { headDim, rotaryDim, placement, theta, pairing, direction, scaling, axes, trainedPositions, assumptions }, got an array of 0',
    ],
    [{}, 'headDim: expected an integer, got undefined'],
    [{ headDim: '128' }, 'headDim: expected an integer, got "128"'],
    [{ headDim: 0 }, 'headDim: expected an integer of at least 1, got 0'],
    [{ headDim: 128, rotaryDim: 97 }, 'rotaryDim: expected an even integer in 2..128 (headDim), got 97'],
    [{ headDim: 128, rotaryDim: 96.5 }, 'rotaryDim: expected an even integer in 2..128 (headDim), got 96.5'],
    [{ headDim: 128, rotaryDim: 130 }, 'rotaryDim: expected an even integer in 2..128 (headDim), got 130'],
    [{ headDim: 128, rotaryDim: 0 }, 'rotaryDim: expected an even integer in 2..128 (headDim), got 0'],
    [{ headDim: 128, rotaryDim: '64' }, 'rotaryDim: expected an even integer in 2..128 (headDim), got "64"'],
    [{ headDim: 2560 }, 'rotaryDim: expected an even integer in 2..2048, got 2560'],
    [{ headDim: 65 }, 'rotaryDim: expected an even integer in 2..65 (headDim), got 65'],
    [{ headDim: 4, theta: 0 }, 'theta: expected a number from 1/8 to 2^100, got 0'],
    [{ headDim: 4, theta: Number.NaN }, 'theta: expected a number from 1/8 to 2^100, got NaN'],
    [{ headDim: 4, theta: Infinity }, 'theta: expected a number from 1/8 to 2^100, got Infinity'],
    [{ headDim: 4, theta: '1e4' }, 'theta: expected a number from 1/8 to 2^100, got "1e4"'],
    [{ headDim: 4, pairing: 'neox' }, 'pairing: expected "half" or "interleaved", got "neox"'],
    [{ headDim: 4, pairing: true }, 'pairing: expected "half" or "interleaved", got true'],
    [
      { headDim: 4, trainedPositions: 0.5 },
      'trainedPositions: expected an integer of at least 1 (tokens), or null, got 0.5',
    ],
    [{ headDim: 4, assumptions: ['', 1] }, 'assumptions[1]: expected a string, got 1'],
    [{ headDim: 4, assumptions: 'none' }, 'assumptions: expected an array of strings, got "none"'],
    [
      { headDim: 4, thetas: 1 },
      'config: expected only headDim, rotaryDim, placement, theta, pairing, direction, scaling, axes, trainedPositions, assumptions, got "thetas"',
    ],
    [{ headDim: 4, scaling: 'yarn' }, 'scaling: expected an object with a type, got "yarn"'],
    [{ headDim: 4, scaling: {} }, `scaling.type: expected ${types}, got undefined`],
    [{ headDim: 4, scaling: { type: 'su' } }, `scaling.type: expected ${types}, got "su"`],
    [{ headDim: 4, scaling: { type: 'linear' } }, `${factor}, got undefined`],
    [{ headDim: 4, scaling: { type: 'linear', factor: '8' } }, `${factor}, got "8"`],
    [{ headDim: 4, scaling: { type: 'linear', factor: 0.25 } }, `${factor}, got 0.25`],
    [{ headDim: 4, scaling: { type: 'ntk', factor: Number.NaN } }, `${factor}, got NaN`],
    [
      { headDim: 4, scaling: { type: 'linear', factor: 2, betaFast: 1 } },
      'scaling (linear): expected only type, factor, got "betaFast"',
    ],
    [
      { headDim: 4, scaling: { type: 'dynamic', factor: 2 } },
      'scaling.originalPositions: expected an integer (tokens), got undefined',
    ],
    [
      { headDim: 4, scaling: { type: 'yarn', ...base, truncate: 'no' } },
      'scaling.truncate: expected true or false, got "no"',
    ],
    [
      { headDim: 4, scaling: { type: 'yarn', ...base, mscale: -1 } },
      'scaling.mscale: expected a number from 0 to 2^20, got -1',
    ],
    [
      { headDim: 4, scaling: { type: 'yarn', ...base, attentionFactor: 0 } },
      'scaling.attentionFactor: expected a number from 2^-60 to 2^60, got 0',
    ],
    [
      { headDim: 4, scaling: { type: 'yarn', ...base, betaFast: 1, betaSlow: 2 } },
      'scaling.betaFast: expected at least scaling.betaSlow (2), got 1',
    ],
    [
      { headDim: 4, scaling: { type: 'ntk-by-parts', ...base, betaSlow: 64 } },
      'scaling.betaFast: expected at least scaling.betaSlow (64), got 32',
    ],
    [
      { headDim: 4, scaling: { ...llama3, highFreqFactor: 0.5 } },
      'scaling.highFreqFactor: expected at least scaling.lowFreqFactor (1), got 0.5',
    ],
    [
      { headDim: 4, scaling: { ...long, longFactors: [1, 1, 1] } },
      'scaling.longFactors: expected an array of 2 numbers (one a pair), got an array of 3',
    ],
    [
      { headDim: 4, scaling: { ...long, shortFactors: [1, 0] } },
      'scaling.shortFactors[1]: expected a number from 1/8 to 2^256, got 0',
    ],
    [
      { headDim: 4, scaling: { type: 'explicit', inverseFrequencies: [1, 1, 1] } },
      'scaling.inverseFrequencies: expected an array of 2 numbers (one a pair), got an array of 3',
    ],
    [
      { headDim: 4, scaling: { type: 'explicit', inverseFrequencies: new Int32Array(2) } },
      'scaling.inverseFrequencies: expected an array of 2 numbers (one a pair), got a Int32Array',
    ],
    [
      { headDim: 4, scaling: { type: 'explicit', inverseFrequencies: [1, null] } },
      'scaling.inverseFrequencies[1]: expected a number from -16384 to 16384 (radians a position), got null',
    ],
    [
      { headDim: 4, scaling: { type: 'divisors', divisors: [1, -1] } },
      'scaling.divisors[1]: expected a number from 1/8 to 2^256, got -1',
    ],
    [
      { headDim: 4, scaling: { type: 'proportional', rotatedFraction: 1.5 } },
      'scaling.rotatedFraction: expected a number above 0 and at most 1, got 1.5',
    ],
    [
      { headDim: 4, scaling: { ...long, originalPositions: 1 } },
      'scaling.originalPositions: expected an integer of at least 2 (tokens), got 1',
    ],
    [{ headDim: 4, axes: 2 }, 'axes: expected { count, pairAxis, frequencyIndex }, got 2'],
    [{ headDim: 4, axes: false }, 'axes: expected { count, pairAxis, frequencyIndex }, got false'],
    [{ headDim: 4, axes: [0, 1] }, 'axes: expected { count, pairAxis, frequencyIndex }, got an array of 2'],
    [{ headDim: 4, axes: { pairAxis: [0, 0] } }, 'axes.count: expected an integer, got undefined'],
    [{ headDim: 4, axes: { count: 5, pairAxis: [0, 0] } }, 'axes.count: expected an integer in 1..4, got 5'],
    [
      { headDim: 4, axes: { count: 2 } },
      'axes.pairAxis: expected an array of 2 numbers (one a pair), got undefined',
    ],
    [
      { headDim: 4, axes: { count: 2, pairAxis: [0, 1, 1] } },
      'axes.pairAxis: expected an array of 2 numbers (one a pair), got an array of 3',
    ],
    [
      { headDim: 4, axes: { count: 2, pairAxis: [0, 2] } },
      'axes.pairAxis[1]: expected an integer in 0..1, got 2',
    ],
    [
      { headDim: 4, axes: { count: 2, pairAxis: [0, 1], frequencyIndex: [0, 2] } },
      'axes.frequencyIndex[1]: expected an integer in 0..1, got 2',
    ],
    [
      { headDim: 4, axes: { count: 2, pairAxis: [0, 1], frequencies: [0, 0] } },
      'axes: expected only count, pairAxis, frequencyIndex, got "frequencies"',
    ],
    [
      { headDim: 4, theta: 1, scaling: { type: 'yarn', ...base } },
      'theta: expected a number above 1, as scaling is yarn, got 1',
    ],
    [
      { headDim: 8, rotaryDim: 4, scaling: { type: 'proportional', rotatedFraction: 0.5 } },
      'rotaryDim: expected headDim (8), as scaling is proportional, got 4',
    ],
  ];
  for (const [input, message] of cases) {
    it(message, () => {
      expectMessage(() => ropeConfig(input as RopeConfigInput), message);
    });
  }

  it('TypeError for a wrong kind, RangeError for a wrong value', () => {
    expect(() => ropeConfig({ headDim: '4' } as unknown as RopeConfigInput)).toThrow(TypeError);
    expect(() => ropeConfig({ headDim: 4, rotaryDim: 3 })).toThrow(RangeError);
  });
});
