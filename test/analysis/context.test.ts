import { describe, expect, it } from 'vitest';
import { type RopeConfigInput, type RopeScaling, ropeFrequencies } from 'webgpu-rope';
import { type ContextReport, contextReport } from 'webgpu-rope/analysis';
import { seeded } from '../support/random';
import { expectClose, llama, target, trained, withScaling } from './context-case';

const { PI, max, min } = Math;

const outside = (report: ContextReport) =>
  report.pairs.filter((pair) => pair.outside).map((pair) => pair.pair);

describe('contextReport: angles', () => {
  it('direct: outside are exactly the pairs whose wavelength exceeds the trained length', () =>
    seeded(3, (random) => {
      for (let round = 0; round < 50; round++) {
        const config = { headDim: 2 * random.integer(1, 128), theta: 10 ** (1 + 6 * random.next()) };
        const length = random.integer(2, 100_000);
        const report = contextReport(config, length, length * random.integer(2, 9), { samples: 2 });
        const slow = report.pairs.filter((pair) => pair.wavelength > length).map((pair) => pair.pair);
        expect(outside(report)).toEqual(slow);
        expect(report.outsideCount).toBe(slow.length);
        expect(report.outsideShare).toBe(slow.length / report.pairs.length);
        expect(report.verdict.reachesUntrainedAngles).toBe(slow.length > 0);
      }
    }));

  it('linear by the ratio, random lengths: no pair outside, every angle between neighbours divided by it', () =>
    seeded(4, (random) => {
      for (let round = 0; round < 50; round++) {
        const length = random.integer(2, 100_000);
        const goal = length + random.integer(0, 500_000);
        const factor = goal / length;
        const report = contextReport(withScaling({ type: 'linear', factor }), length, goal, { samples: 2 });
        expect(outside(report)).toEqual([]);
        // One division of a float64 and its reverse.
        expectClose(report.localResolution * factor, 1, 1e-14);
        for (const pair of report.pairs)
          expectClose(pair.neighbourAngle * factor, pair.baseNeighbourAngle, 1e-14);
      }
    }));

  it('linear by less than the ratio: the slow pairs are outside', () => {
    const report = contextReport(withScaling({ type: 'linear', factor: 7.9 }), trained, target);
    expect(outside(report)).toEqual(outside(contextReport(llama, trained, target)));
  });

  it('NTK-aware keeps the fastest pair and divides the slowest by the factor; only the slowest slow one is inside', () => {
    const report = contextReport(withScaling({ type: 'ntk', factor: 8 }), trained, target);
    expect(report.pairs[0]!.ratio).toBe(1);
    // Powers of theta: a relative error of a few 2^-53, times the logarithm's size.
    expectClose(report.pairs[63]!.ratio * 8, 1, 1e-13);
    expect(outside(report)).toEqual(outside(contextReport(llama, trained, target)).slice(0, -1));
    expect(report.localResolution).toBeLessThan(1);
  });

  it('frequencies, turns and shares are those of ropeFrequencies, closed form', () => {
    const scaling = { type: 'yarn', factor: 8, originalPositions: trained } as const;
    const report = contextReport(withScaling(scaling), trained, target);
    const base = ropeFrequencies(llama).inverseFrequencies;
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(withScaling(scaling));
    expect(report.attentionFactor).toBe(attentionFactor);
    expect(report.baseAttentionFactor).toBe(1);
    for (const [i, pair] of report.pairs.entries()) {
      expect([pair.pair, pair.frequency, pair.baseFrequency]).toEqual([i, inverseFrequencies[i], base[i]]);
      expect(pair.ratio).toBe(pair.frequency / pair.baseFrequency);
      // A product and a quotient of float64.
      expectClose(pair.wavelength * pair.frequency, 2 * PI, 1e-14);
      expectClose((pair.trainedTurns * 2 * PI) / (trained * base[i]!), 1, 1e-14);
      expectClose((pair.targetTurns * 2 * PI) / (target * pair.frequency), 1, 1e-14);
      expect(pair.trainedShare).toBe(min(1, pair.trainedTurns));
      expect(pair.targetShare).toBe(min(1, pair.targetTurns));
    }
  });

  it('a pair outside reaches an angle that no trained position came near, by brute force', () => {
    const config = { headDim: 16, theta: 500 };
    const [length, goal] = [40, 300];
    for (const pair of contextReport(config, length, goal).pairs) {
      const f = pair.frequency;
      // Trained positions cut the circle into arcs of f at most, where they went all the way round. An angle that is more
      // than f away from every trained one (and from the arc behind the last) was never near.
      const onCircle = (angle: number) => ((angle % (2 * PI)) + 2 * PI) % (2 * PI);
      const distance = (a: number, b: number) => min(onCircle(a - b), onCircle(b - a));
      let worst = 0;
      for (let p = 0; p < goal; p++) {
        let nearest = PI;
        for (let q = 0; q < length; q++) nearest = min(nearest, distance(p * f, q * f));
        worst = max(worst, nearest);
      }
      expect(worst > f * (1 + 1e-9), `pair ${pair.pair}`).toBe(pair.outside);
    }
  });

  it('a longer target never has fewer pairs outside', () => {
    const scaling = { type: 'linear', factor: 2 } as const;
    const counts = [1000, 4096, 8192, 9000, 32_768, 1_048_576].map(
      (length) => contextReport(withScaling(scaling), trained, length).outsideCount,
    );
    expect(counts).toEqual([0, 0, 0, counts[3], counts[3], counts[3]]);
    expect(counts[3]).toBeGreaterThan(0);
  });

  it('a larger linear factor: slower, closer, later decay, fewer or no more pairs outside', () => {
    const reports = [1, 2, 4, 8, 16].map((factor) =>
      contextReport(withScaling({ type: 'linear', factor }), trained, target),
    );
    for (const [i, report] of reports.entries()) {
      const before = reports[i - 1];
      if (!before) continue;
      expect(report.localResolution).toBeLessThan(before.localResolution);
      expect(report.neighbourDistance.exact).toBeLessThan(before.neighbourDistance.exact);
      expect(report.decay.halfDistance).toBeGreaterThan(before.decay.halfDistance!);
      expect(report.outsideCount).toBeLessThanOrEqual(before.outsideCount);
      expect(report.blindPairs.bf16).toBeGreaterThanOrEqual(before.blindPairs.bf16);
    }
  });

  it('a target within the trained length: nothing outside, extends is false', () => {
    for (const goal of [2, 100, trained]) {
      const report = contextReport(llama, trained, goal);
      expect(outside(report)).toEqual([]);
      expect(report.verdict.extends).toBe(false);
      expect(report.summary[0]).toContain('no pair');
    }
  });
});

describe('contextReport: every scheme', () => {
  const parts = { factor: 8, originalPositions: trained };
  const list = (value: number) => Array.from({ length: 64 }, () => value);
  it.each<[RopeScaling, number]>([
    [{ type: 'default' }, 18],
    [{ type: 'explicit', inverseFrequencies: list(0.001) }, 64],
    [{ type: 'divisors', divisors: list(8) }, 0],
    [{ type: 'linear', factor: 8 }, 0],
    [{ type: 'ntk', factor: 8 }, 17],
    [{ type: 'dynamic', factor: 1, originalPositions: trained }, 17],
    [{ type: 'yarn', ...parts }, 0],
    [{ type: 'ntk-by-parts', ...parts }, 0],
    [{ type: 'longrope', shortFactors: list(1), longFactors: list(8), originalPositions: trained }, 0],
    [{ type: 'llama3', ...parts, lowFreqFactor: 1, highFreqFactor: 4 }, 0],
    // 16 turning pairs, the slowest of them with a wavelength of 2 pi 10^(4 * 15 / 64): all turned in training.
    [{ type: 'proportional', rotatedFraction: 0.25 }, 0],
    // All 64 turn: as direct, but divided by 8.
    [{ type: 'proportional', rotatedFraction: 1, factor: 8 }, 0],
  ])('%j', (scaling, expected) => {
    const report = contextReport(withScaling(scaling), trained, target);
    expect(report.scheme).toBe(scaling.type);
    expect(report.outsideCount).toBe(expected);
    expect(report.pairs).toHaveLength(64);
    for (const sentence of report.summary) expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
    expect(report.summary.join(' ')).not.toMatch(/NaN|undefined|Infinity|null/);
    // Plain data: a worker can post it.
    expect(structuredClone(report)).toEqual(report);
  });

  it('an explicit config is its own base; options.base says otherwise', () => {
    const inverseFrequencies = ropeFrequencies({ headDim: 128 }).inverseFrequencies.map((f) => f / 8);
    const config = withScaling({ type: 'explicit', inverseFrequencies });
    const alone = contextReport(config, trained, target);
    expect([alone.localResolution, alone.pairs[5]!.ratio]).toEqual([1, 1]);
    const linear = contextReport(withScaling({ type: 'linear', factor: 8 }), trained, target);
    const against = contextReport(config, trained, target, { base: llama });
    expect(against.pairs).toEqual(linear.pairs);
    expect(against.verdict).toEqual(linear.verdict);
  });

  it('options.base: a model trained with a scaling has nothing to fear at the length of its training', () => {
    const config = withScaling({ type: 'linear', factor: 8 });
    const report = contextReport(config, target, target, { base: config });
    expect(report.localResolution).toBe(1);
    expect(report.verdict).toMatchObject({
      neighboursCloser: false,
      changesShortTexts: false,
      extends: false,
    });
  });

  it('pairs that stand still: never outside, no wavelength, and not counted as blind', () => {
    const scaling = { type: 'proportional', rotatedFraction: 0.25 } as const;
    const { pairs, blindPairs } = contextReport({ headDim: 64, scaling }, trained, target);
    expect(pairs[8]).toMatchObject({ ratio: 1, outside: false, neighbourAngle: 0, targetShare: 0 });
    expect(pairs[8]!.wavelength).toBe(Number.POSITIVE_INFINITY);
    expect(pairs[8]!.identicalNeighbours).toEqual({ f32: 1, f16: 1, bf16: 1 });
    expect(blindPairs).toEqual({ f32: 0, f16: 0, bf16: 0 });
  });

  it('the summary of pairs that all stand still, now or in training', () => {
    const still = { headDim: 4, scaling: { type: 'explicit', inverseFrequencies: [0, 0] } } as const;
    const now = contextReport(still, 100, 200).summary.join(' ');
    expect(now).toContain(
      'No pair turns, now or in training, so no two tokens are told apart. Stored in any type',
    );
    expect(now).not.toContain('differ in every pair');
    const before = contextReport({ headDim: 4 }, 100, 200, { base: still }).summary;
    expect(before[1]).toBe('No pair turned in training; now the fastest turns 57.3° a token.');
  });

  it('a pair that stood still in training and now turns, or turns the other way, is outside', () => {
    const explicit = (...inverseFrequencies: number[]): RopeConfigInput => ({
      headDim: 6,
      scaling: { type: 'explicit', inverseFrequencies },
    });
    const report = contextReport(explicit(1, 0.001, -0.001), 100, 100, { base: explicit(1, 0, 0.001) });
    expect(outside(report)).toEqual([1, 2]);
    expect(report.pairs[1]!.ratio).toBe(Number.POSITIVE_INFINITY);
    const still = contextReport(explicit(0, 0, 0), 100, 200);
    expect([still.localResolution, still.outsideCount, still.decay.halfDistance]).toEqual([1, 0, null]);
    expect(still.verdict.neighboursIdentical).toEqual({ f32: true, f16: true, bf16: true });
    expect(still.summary.join(' ')).not.toMatch(/NaN|Infinity/);
    expect(
      contextReport(explicit(0, 0, 0.1), 100, 200, { base: explicit(1, 0.1, 0.1) }).localResolution,
    ).toBe(0);
  });
});
