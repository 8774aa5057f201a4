import { describe, expect, it } from 'vitest';
import { type RopeConfigInput, ropeFrequencies } from 'webgpu-rope';
import { attentionDecay } from 'webgpu-rope/analysis';
import { smoothedMean, spreadDistances } from '../../src/analysis/decay';
import { ropeReferenceExact } from '../../src/reference';
import { createRandom, seeded } from '../support/random';

const { PI, abs, cos, hypot, sin, sqrt } = Math;

// Sums of at most 64 terms of at most 1 in float64, each off by a few 2^-53, arguments up to 1e5 by 1e5 * 2^-53: below 1e-10.
const tolerance = 1e-10;

function expectClose(actual: number, expected: number, allowed = tolerance): void {
  const message = `${actual} is not within ${allowed} of ${expected}`;
  expect(abs(actual - expected) <= allowed, message).toBe(true);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('attentionDecay: the curves', () => {
  it('mean, random theta and dims: q·k of rotated vectors of ones, by the float64 reference', () =>
    seeded(31, (random) => {
      for (let round = 0; round < 20; round++) {
        const headDim = 2 * random.integer(1, 64);
        const theta = 10 ** (1 + 5 * random.next());
        const { inverseFrequencies } = ropeFrequencies({ headDim, theta });
        const [first, distance] = [random.integer(0, 5000), random.integer(0, 100_000)];
        const ones = new Float64Array(headDim).fill(1);
        const turned = (positions: number) =>
          ropeReferenceExact(Float32Array.from(ones), {
            dtype: 'f32',
            heads: 1,
            headDim,
            pairing: 'half',
            tokens: 1,
            positions,
            inverseFrequencies,
          });
        const { mean } = attentionDecay({ headDim, theta }, [distance]);
        expectClose(mean[0]!, dot(turned(first), turned(first + distance)) / headDim);
      }
    }));

  it('at distance 0: mean 1, bound (pairs + 1) / 2', () => {
    for (const headDim of [2, 6, 128]) {
      const { mean, bound, boundAtZero } = attentionDecay({ headDim }, [0]);
      expectClose(mean[0]!, 1);
      expect(boundAtZero).toBe((headDim / 2 + 1) / 2);
      expectClose(bound[0]!, boundAtZero);
    }
  });

  it('one pair of frequency 1: mean cos(d), bound 1, falls to a half within 2 tokens', () => {
    const { mean, bound, halfDistance, rebound } = attentionDecay({ headDim: 2 }, [0, 1, 2, 50]);
    for (const [i, distance] of [0, 1, 2, 50].entries()) {
      expectClose(mean[i]!, cos(distance));
      expectClose(bound[i]!, 1);
    }
    // The smoothed mean is cos(d) sin(d / 2) / (d / 2) in closed form.
    expectClose((cos(halfDistance!) * sin(halfDistance! / 2)) / (halfDistance! / 2), 0.5);
    expect(halfDistance).toBeLessThan(PI / 3);
    expect(rebound).toBeGreaterThan(0.2);
  });

  it('two pairs: the bound is (1 + |e^(id) + e^(idf)|) / 2', () => {
    const scaling = { type: 'explicit', inverseFrequencies: [1, 0.25] } as const;
    const { bound } = attentionDecay({ headDim: 4, scaling }, [0, 1, 7]);
    for (const [i, d] of [0, 1, 7].entries()) {
      expectClose(bound[i]!, (1 + hypot(cos(d) + cos(d / 4), sin(d) + sin(d / 4))) / 2);
    }
  });

  it("RoFormer's figure: for 64 pairs the bound falls from 32.5 to below a third within 250 tokens", () => {
    const { bound } = attentionDecay({ headDim: 128 }, [0, 50, 250]);
    expectClose(bound[0]!, 32.5);
    expect(bound[1]).toBeLessThan(bound[0]!);
    expect(bound[2]).toBeLessThan(bound[0]! / 3);
  });

  it('random: mean and deviation are those of drawn q and k, correlation 0.6', () =>
    seeded(5, (random) => {
      const headDim = 32;
      const correlation = 0.6;
      const distance = 9;
      const draws = 20_000;
      const { inverseFrequencies: f } = ropeFrequencies({ headDim });
      let [sum, squares] = [0, 0];
      for (let draw = 0; draw < draws; draw++) {
        let score = 0;
        for (const frequency of f) {
          const [qx, qy] = [random.normal(), random.normal()];
          const kx = correlation * qx + sqrt(1 - correlation ** 2) * random.normal();
          const ky = correlation * qy + sqrt(1 - correlation ** 2) * random.normal();
          const [c, s] = [cos(distance * frequency), sin(distance * frequency)];
          score += qx * (kx * c - ky * s) + qy * (ky * c + kx * s);
        }
        sum += score / headDim;
        squares += (score / headDim) ** 2;
      }
      const decay = attentionDecay({ headDim }, [distance], { correlation });
      const deviation = decay.random.deviation[0]!;
      // Five standard errors: of a mean, deviation / sqrt(n); of a deviation, about deviation / sqrt(2n), doubled as
      // products of normals have heavier tails than a normal.
      expectClose(decay.random.mean[0]!, sum / draws, (5 * deviation) / sqrt(draws));
      const drawn = sqrt(squares / draws - (sum / draws) ** 2);
      expectClose(deviation, drawn, (10 * deviation) / sqrt(2 * draws));
      expect(decay.random.correlation).toBe(correlation);
    }));

  it('random, without correlation: mean 0, deviation 1 / sqrt(2 pairs) at every distance', () => {
    const { random } = attentionDecay({ headDim: 64 }, [0, 3, 1000], { correlation: 0 });
    for (const value of random.mean) expectClose(value, 0);
    for (const value of random.deviation) expectClose(value, 1 / 8);
  });
});

describe('attentionDecay: how far it reaches', () => {
  it('the smoothed mean is the average of the mean over half to one and a half times the distance', () => {
    const random = createRandom(8);
    const frequencies = Float64Array.from({ length: 5 }, () => random.next());
    const distance = 12;
    const steps = 20_000;
    let sum = 0;
    for (let i = 0; i < steps; i++) {
      const x = distance * (0.5 + (i + 0.5) / steps);
      sum += frequencies.reduce((total, f) => total + cos(x * f), 0) / 5;
    }
    // The midpoint rule is off by distance² f² / (24 steps²) at most: 1.5e-8.
    expectClose(smoothedMean(frequencies, distance), sum / steps, 2e-8);
  });

  it('linear interpolation by 8 takes halfDistance 8 times as far', () => {
    const far = spreadDistances(100_000, 64);
    const plain = attentionDecay({ headDim: 128 }, far).halfDistance!;
    const scaled = attentionDecay({ headDim: 128, scaling: { type: 'linear', factor: 8 } }, far);
    // Both are bisected to 2^-40 of their octave.
    expectClose(scaled.halfDistance! / plain, 8, 1e-10);
  });

  it('a larger theta decays later', () => {
    const half = [1e3, 1e4, 1e5, 1e6].map(
      (theta) => attentionDecay({ headDim: 128, theta }, [1e6]).halfDistance!,
    );
    expect([...half].sort((a, b) => a - b)).toEqual(half);
  });

  it('pairs that stand still: the mean never falls below their share, halfDistance is null, rebound 0', () => {
    const scaling = { type: 'proportional', rotatedFraction: 0.25 } as const;
    const decay = attentionDecay({ headDim: 64, scaling }, [1e5]);
    expect([decay.halfDistance, decay.rebound]).toEqual([null, 0]);
  });

  it('a frequency past pi decays as the slower one that it looks like at whole distances', () => {
    const of = (f: number): RopeConfigInput => ({
      headDim: 2,
      scaling: { type: 'explicit', inverseFrequencies: [f] },
    });
    const slow = attentionDecay(of(0.5), [100]);
    const fast = attentionDecay(of(2 * PI - 0.5), [100]);
    expectClose(fast.mean[0]!, slow.mean[0]!);
    expectClose(fast.halfDistance!, slow.halfDistance!);
  });

  it('a length-dependent scheme is taken at sequenceLength', () => {
    const config = {
      headDim: 64,
      scaling: { type: 'dynamic', factor: 1, originalPositions: 1024 },
    } as const;
    const ntk = { headDim: 64, scaling: { type: 'ntk', factor: 4 } } as const;
    expect(attentionDecay(config, [9]).mean).toEqual(attentionDecay({ headDim: 64 }, [9]).mean);
    expectClose(
      attentionDecay(config, [9], { sequenceLength: 4096 }).mean[0]!,
      attentionDecay(ntk, [9]).mean[0]!,
    );
  });

  it('an axis: its pairs alone', () => {
    const axes = { count: 2, pairAxis: [0, 1, 0, 1] };
    const { inverseFrequencies: f } = ropeFrequencies({ headDim: 8 });
    const { mean } = attentionDecay({ headDim: 8, axes }, [3], { axis: 1 });
    expectClose(mean[0]!, (cos(3 * f[1]!) + cos(3 * f[3]!)) / 2);
    expect(attentionDecay({ headDim: 8, axes }, [3]).mean).toEqual(attentionDecay({ headDim: 8 }, [3]).mean);
  });
});

it('spreadDistances: 0, whole tokens, the last, no doubles', () => {
  expect(Array.from(spreadDistances(1, 128))).toEqual([0, 1]);
  expect(Array.from(spreadDistances(4, 128))).toEqual([0, 1, 2, 3, 4]);
  const many = spreadDistances(2 ** 24 - 1, 128);
  expect(many.length).toBeLessThanOrEqual(128);
  expect([many[0], many.at(-1)]).toEqual([0, 2 ** 24 - 1]);
  expect(new Set(many).size).toBe(many.length);
});

describe('attentionDecay: errors', () => {
  const config = { headDim: 8 };
  const call =
    (...args: unknown[]) =>
    () =>
      (attentionDecay as (...args: unknown[]) => unknown)(...args);
  it.each([
    ['distances: expected an array of numbers (tokens), got 5', TypeError, call(config, 5)],
    ['distances: expected at least one, got none', RangeError, call(config, [])],
    ['distances[1]: expected a number from 0 to 2^53 (tokens), got "2"', TypeError, call(config, [1, '2'])],
    [
      'distances[0]: expected a number from 0 to 2^53 (tokens), got 1e+300',
      RangeError,
      call(config, [1e300]),
    ],
    ['distances[0]: expected a number from 0 to 2^53 (tokens), got -1', RangeError, call(config, [-1])],
    [
      'distances[0]: expected a number from 0 to 2^53 (tokens), got NaN',
      RangeError,
      call(config, [Number.NaN]),
    ],
    ['correlation: expected a number in -1..1, got 2', RangeError, call(config, [1], { correlation: 2 })],
    ['axis: expected an integer in 0..0, got 1', RangeError, call(config, [1], { axis: 1 })],
    [
      'sequenceLength: expected an integer of at least 0',
      RangeError,
      call(config, [1], { sequenceLength: -1 }),
    ],
    [
      'options: expected only sequenceLength, axis, correlation, got "seed"',
      TypeError,
      call(config, [1], { seed: 1 }),
    ],
    ['headDim: expected an integer, got undefined', TypeError, call({}, [1])],
    [
      'axis: expected an axis that some pair turns by, got 1',
      RangeError,
      call({ headDim: 4, axes: { count: 2, pairAxis: [0, 0] } }, [1], { axis: 1 }),
    ],
  ])('%s', (message, kind, run) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
