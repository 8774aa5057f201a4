import { describe, expect, it } from 'vitest';
import { fopeCaches, ropeConfig, ropeFrequencies } from 'webgpu-rope';
import { fopeRotation } from '../../src/tables/fope';
import { fresh } from '../support/fresh';

const headDim = 16;
const pairs = headDim / 2;
const { inverseFrequencies } = ropeFrequencies({ headDim });

describe('fopeCaches', () => {
  it('sums over the kept frequencies, of each head with its own weights; the others are 1, or stand still', () =>
    fresh((random) => {
      const [heads, kept, positions] = [3, 5, 20];
      const coefficients = () => Float64Array.from({ length: heads * kept * kept }, () => random.normal());
      const [cosCoefficients, sinCoefficients] = [coefficients(), coefficients()];
      for (const rest of ['ones', 'still'] as const) {
        const caches = fopeCaches({ headDim }, positions, { cosCoefficients, sinCoefficients, kept, rest });
        expect(caches).toHaveLength(heads);
        for (const [head, { cosCache, sinCache }] of caches.entries()) {
          for (let at = 0; at < positions * pairs; at++) {
            const [position, pair] = [Math.floor(at / pairs), at % pairs];
            const sum = (wave: (angle: number) => number, weights: Float64Array): number =>
              Array.from({ length: kept }, (_, i) => {
                const weight = weights[head * kept * kept + i * kept + pair]!;
                return weight * wave(position * inverseFrequencies[i]!);
              }).reduce((a, b) => a + b, 0);
            const [cos, sin] =
              pair < kept
                ? [sum(Math.cos, cosCoefficients), sum(Math.sin, sinCoefficients)]
                : [1, rest === 'ones' ? 1 : 0];
            expect(cosCache[at]).toBeCloseTo(cos!, 5);
            expect(sinCache[at]).toBeCloseTo(sin!, 5);
          }
        }
      }
    }));

  it('keeps frequencies that make a turn within the trained positions, and with weights of 1 is RoPE on them', () => {
    // 2 pi / 100 lies between the frequencies of pairs 2 and 3: 10 000^(-4 / 16) = 0.1, 10 000^(-6 / 16) = 0.03.
    const identity = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const options = { cosCoefficients: identity, sinCoefficients: identity, rest: 'still' } as const;
    const [head] = fopeCaches({ headDim, trainedPositions: 100 }, 50, options);
    for (let at = 0; at < 50 * pairs; at++) {
      const [position, pair] = [Math.floor(at / pairs), at % pairs];
      const angle = pair < 3 ? position * inverseFrequencies[pair]! : 0;
      expect(head!.cosCache[at]).toBe(Math.fround(Math.cos(angle)));
      expect(head!.sinCache[at]).toBe(Math.fround(Math.sin(angle)));
    }
  });

  it('keeps all where all made a turn, and then needs no word on the rest; looks the frequencies up for each pair', () => {
    const identity = Float64Array.from({ length: pairs ** 2 }, (_, i) => (i % (pairs + 1) === 0 ? 1 : 0));
    const options = { cosCoefficients: identity, sinCoefficients: identity };
    const [head] = fopeCaches({ headDim, trainedPositions: 1e6 }, 9, options);
    expect(head!.cosCache).toHaveLength(9 * pairs);
    expect(head!.cosCache[8 * pairs + 7]).toBe(Math.fround(Math.cos(8 * inverseFrequencies[7]!)));
    const three = {
      cosCoefficients: identity.slice(0, 9),
      sinCoefficients: identity.slice(0, 9),
      kept: 3,
      rest: 'ones',
    } as const;
    const { frequencies } = fopeRotation(ropeConfig({ headDim }), three);
    expect([...frequencies]).toEqual([...inverseFrequencies].map((each, pair) => (pair < 3 ? each : 0)));
    // A frequency of exactly one turn is dropped.
    const exact = { type: 'explicit' as const, inverseFrequencies: [1, (2 * Math.PI) / 64, 0.01, 0] };
    const small = { cosCoefficients: [1], sinCoefficients: [1], rest: 'still' } as const;
    const [dropped] = fopeCaches({ headDim: 8, scaling: exact, trainedPositions: 64 }, 2, small);
    expect([...dropped!.cosCache.subarray(4)]).toEqual([Math.fround(Math.cos(1)), 1, 1, 1]);
  });

  const one = { cosCoefficients: [1], sinCoefficients: [1], kept: 1, rest: 'ones' };
  it.each([
    [{ headDim }, 0, one, new RangeError('positions: expected an integer in 1..16777216, got 0')],
    [
      { headDim },
      1,
      { ...one, kept: undefined },
      new TypeError(
        'kept: expected how many frequencies are kept, as the config has no trainedPositions, got undefined',
      ),
    ],
    [
      { headDim },
      1,
      { ...one, kept: 9 },
      new RangeError('kept: expected an integer in 1..8 (frequencies), got 9'),
    ],
    [
      { headDim, trainedPositions: 6 },
      1,
      { ...one, kept: undefined },
      new RangeError('trainedPositions: expected a full turn of at least one pair, got 6'),
    ],
    [
      { headDim },
      1,
      { ...one, rest: undefined },
      new TypeError('rest: expected "ones" or "still", as 7 of 8 pairs have no frequency, got undefined'),
    ],
    [
      { headDim },
      1,
      { ...one, rest: 'zero' },
      new RangeError('rest: expected "ones" or "still", got "zero"'),
    ],
    [
      { headDim },
      1,
      { ...one, cosCoefficients: [1, 2, 3], kept: 2 },
      new RangeError('cosCoefficients: expected a multiple of 4 numbers (2 frequencies, twice), got 3'),
    ],
    [
      { headDim },
      1,
      { ...one, cosCoefficients: [] },
      new RangeError('cosCoefficients: expected a multiple of 1 numbers (1 frequencies, twice), got 0'),
    ],
    [
      { headDim },
      1,
      { ...one, sinCoefficients: [1, 2] },
      new RangeError('sinCoefficients: expected 1 numbers, as cosCoefficients, got 2'),
    ],
    [
      { headDim },
      1,
      { ...one, sinCoefficients: [Number.NaN] },
      new RangeError('sinCoefficients[0]: expected a finite number, got NaN'),
    ],
    [
      { headDim, axes: { count: 1, pairAxis: Array(8).fill(0) } },
      1,
      one,
      new RangeError('axes: expected null, as a row is that of one position, got a Object'),
    ],
  ])('refuses %#', (config, positions, options, error) => {
    expect(() => fopeCaches(config, positions, options as never)).toThrow(error);
  });
});
