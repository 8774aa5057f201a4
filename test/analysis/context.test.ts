import { describe, expect, it } from 'vitest';
import {
  type ContextReport,
  contextReport,
  mropeSections,
  type RopeConfigInput,
  type RopeScaling,
  ropeFrequencies,
} from '../../src';
import { samplePositions } from '../../src/analysis/context-storage';
import { type Dtype, decode, encode } from '../../src/reference';
import { createRandom, seeded } from '../support/random';

const { PI, abs, cos, hypot, max, min, sin, sqrt } = Math;
const dtypes: readonly Dtype[] = ['f32', 'f16', 'bf16'];

/** Llama-like: the case of docs/context.md. */
const llama = { headDim: 128 } as const;
const [trained, target] = [4096, 32_768];

const withScaling = (scaling: RopeScaling): RopeConfigInput => ({ ...llama, scaling });
const outside = (report: ContextReport) =>
  report.pairs.filter((pair) => pair.outside).map((pair) => pair.pair);

function expectClose(actual: number, expected: number, allowed: number): void {
  const message = `${actual} is not within ${allowed} of ${expected}`;
  expect(abs(actual - expected) <= allowed, message).toBe(true);
}

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

describe('contextReport: neighbours', () => {
  it('every position of a short target, random config: identical shares and smallest distances by brute force', () =>
    seeded(12, (random) => {
      for (let round = 0; round < 6; round++) {
        const headDim = 2 * random.integer(1, 12);
        const length = random.integer(2, 200);
        const attentionFactor = 1 + random.next();
        const inverseFrequencies = Array.from({ length: headDim / 2 }, () => 10 ** (-5 * random.next()));
        const scaling = { type: 'explicit', inverseFrequencies, attentionFactor } as const;
        const report = contextReport({ headDim, scaling }, 2, length);
        for (const dtype of dtypes) {
          const store = (value: number) => decode(encode(value, dtype), dtype);
          let smallest = Number.POSITIVE_INFINITY;
          const same = new Array<number>(headDim / 2).fill(0);
          for (let p = 0; p < length - 1; p++) {
            let sum = 0;
            for (const [i, f] of inverseFrequencies.entries()) {
              const x = store(attentionFactor * cos(p * f)) - store(attentionFactor * cos((p + 1) * f));
              const y = store(attentionFactor * sin(p * f)) - store(attentionFactor * sin((p + 1) * f));
              sum += x * x + y * y;
              if (x === 0 && y === 0) same[i]!++;
            }
            smallest = min(smallest, sqrt(sum));
          }
          // The same arithmetic in the same order.
          expect(report.neighbourDistance[dtype]).toBe(smallest);
          for (const [i, count] of same.entries()) {
            expect(report.pairs[i]!.identicalNeighbours[dtype]).toBe(count / (length - 1));
          }
        }
        const [f] = inverseFrequencies;
        const chords = inverseFrequencies.map((each) => hypot(cos(each) - 1, sin(each)));
        // cos(f) - 1 cancels for small f: 2^-53 absolute, against chords down to 1e-5.
        expectClose(report.neighbourDistance.exact, attentionFactor * hypot(...chords), 1e-10);
        expect(report.pairs[0]!.neighbourAngle).toBe(f);
      }
    }));

  it('sampled shares of a long target are those of all its positions', () => {
    const config = withScaling({ type: 'linear', factor: 8 });
    const sampled = contextReport(config, trained, target);
    const all = contextReport(config, trained, target, { samples: 32_767 });
    for (const [i, pair] of all.pairs.entries()) {
      for (const dtype of ['f16', 'bf16'] as const) {
        // 256 samples: four standard errors of a share are 4 * 0.5 / 16; spread evenly they do better.
        expectClose(sampled.pairs[i]!.identicalNeighbours[dtype], pair.identicalNeighbours[dtype], 0.125);
      }
    }
    expect(sampled.neighbourDistance.bf16).toBeGreaterThanOrEqual(all.neighbourDistance.bf16);
  });

  it('a pair slower than storage resolves is blind: 1e-5 in f16 and bf16, 1e-4 in bf16 alone', () => {
    const of = (...inverseFrequencies: number[]) =>
      contextReport(
        { headDim: 2 * inverseFrequencies.length, scaling: { type: 'explicit', inverseFrequencies } },
        trained,
        2 ** 20,
      );
    // In a quarter turn cos and sin each run through 2^7 values an octave in bf16, 2^10 in f16; changes smaller than one
    // token's step are passed over, so 13 octaves count at 1e-4 and 17 at 1e-5. That makes 13 000 and 17 000 changes a turn
    // in bf16, and eight times as many in f16, for 63 000 and 628 000 tokens.
    const report = of(1, 1e-4, 1e-5);
    expect(report.blindPairs).toEqual({ f32: 0, f16: 1, bf16: 2 });
    expect(report.verdict.neighboursIdentical).toEqual({ f32: false, f16: false, bf16: false });
    const alone = of(1e-5, 1e-5);
    expect(alone.verdict.neighboursIdentical).toEqual({ f32: false, f16: true, bf16: true });
    expect(alone.neighbourDistance.bf16).toBe(0);
    expect(alone.summary.join(' ')).toContain(
      'not even all pairs together tell two neighbours apart (f16, bf16)',
    );
  });

  it('a frequency past pi: the angle between neighbours is taken round the circle', () => {
    const scaling = { type: 'explicit', inverseFrequencies: [6, -4] } as const;
    const { pairs } = contextReport({ headDim: 4, scaling }, 10, 20);
    expectClose(pairs[0]!.neighbourAngle, 2 * PI - 6, 1e-15);
    expectClose(pairs[1]!.neighbourAngle, 2 * PI - 4, 1e-15);
  });

  it('an attention factor that overflows f16 leaves no NaN', () => {
    const scaling = { type: 'explicit', inverseFrequencies: [1, 0.1], attentionFactor: 1e6 } as const;
    const { neighbourDistance } = contextReport({ headDim: 4, scaling }, 10, 20);
    expect(Number.isNaN(neighbourDistance.f16)).toBe(false);
  });

  it('samplePositions: both ends, ascending, within the target, no doubles', () => {
    expect(samplePositions(5, 256)).toEqual([0, 1, 2, 3]);
    const random = createRandom(6);
    for (let round = 0; round < 30; round++) {
      const [length, count] = [random.integer(2, 2 ** 24), random.integer(2, 400)];
      const positions = samplePositions(length, count);
      expect([positions[0], positions.at(-1)]).toEqual([0, length - 2]);
      expect(positions).toHaveLength(min(count, length - 1));
      for (const [i, p] of positions.entries()) expect(i === 0 || p > positions[i - 1]!).toBe(true);
    }
  });
});

describe('contextReport: flags', () => {
  it('dynamic and LongRoPE keep short texts and depend on the length; YaRN changes them and scales scores', () => {
    const flags = (scaling: RopeScaling) => contextReport(withScaling(scaling), trained, target).verdict;
    const list = (value: number) => Array.from({ length: 64 }, () => value);
    const longrope = { type: 'longrope', shortFactors: list(1), longFactors: list(8) } as const;
    for (const scaling of [
      { type: 'dynamic', factor: 2, originalPositions: trained },
      { ...longrope, originalPositions: trained },
    ] as const) {
      expect(flags(scaling)).toMatchObject({
        dependsOnLength: true,
        changesShortTexts: false,
        scalesScores: false,
      });
    }
    expect(flags({ type: 'yarn', factor: 8, originalPositions: trained })).toMatchObject({
      dependsOnLength: false,
      changesShortTexts: true,
      scalesScores: true,
      neighboursCloser: false,
    });
    expect(flags({ type: 'linear', factor: 8 })).toMatchObject({
      neighboursCloser: true,
      scalesScores: false,
    });
  });

  it('the summary of linear interpolation says what there is to say', () => {
    const { summary } = contextReport(withScaling({ type: 'linear', factor: 8 }), trained, target);
    expect(summary[0]).toContain('no pair of elements that RoPE turns meets an angle it was not trained on');
    expect(summary[1]).toContain('8 times closer than in training');
    expect(summary[1]).toContain('the fastest pair turns 7.16° a token instead of 57.3°');
  });

  it('base curve: that of the unscaled config', () => {
    const plain = contextReport(llama, trained, target);
    const scaled = contextReport(withScaling({ type: 'linear', factor: 8 }), trained, target);
    expect(plain.baseHalfDistance).toBe(plain.decay.halfDistance);
    expect(scaled.baseHalfDistance).toBe(plain.decay.halfDistance);
  });
});

describe('contextReport: several axes', () => {
  const axes = mropeSections([16, 24, 24]);

  it('positions equal on all axes: as without axes', () => {
    const plain = contextReport(llama, trained, target);
    expect(contextReport({ ...llama, axes }, trained, target)).toEqual(plain);
  });

  it('one axis: its pairs, with their numbers and figures', () => {
    const plain = contextReport(llama, trained, target);
    const height = contextReport({ ...llama, axes }, trained, target, { axis: 1 });
    expect(height.pairs).toEqual(plain.pairs.slice(16, 40));
    expect(height.neighbourDistance.exact).toBeLessThan(plain.neighbourDistance.exact);
  });
});

it('64 pairs, a target of 1 048 576: well under 100 ms', () => {
  const config = { headDim: 128, theta: 500_000 };
  contextReport(config, 8192, 1_048_576);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    contextReport(config, 8192, 1_048_576);
    return performance.now() - start;
  });
  // About 7 ms on two cores; the fastest of five, as others may be using them.
  expect(min(...times)).toBeLessThan(100);
});

describe('contextReport: errors', () => {
  const call =
    (...args: unknown[]) =>
    () =>
      (contextReport as (...args: unknown[]) => unknown)(...args);
  it.each([
    ['headDim: expected an integer, got undefined', TypeError, call({}, 10, 20)],
    ['trainedLength: expected an integer (tokens), got "10"', TypeError, call(llama, '10', 20)],
    ['trainedLength: expected an integer in 2..16777216 (tokens), got 1', RangeError, call(llama, 1, 20)],
    ['targetLength: expected an integer (tokens), got undefined', TypeError, call(llama, 10)],
    ['targetLength: expected an integer in 2..16777216 (tokens), got 2.5', RangeError, call(llama, 10, 2.5)],
    [
      'targetLength: expected an integer in 2..16777216 (tokens), got 16777217',
      RangeError,
      call(llama, 10, 2 ** 24 + 1),
    ],
    [
      'options: expected only base, axis, samples, distances, got "sample"',
      TypeError,
      call(llama, 10, 20, { sample: 3 }),
    ],
    [
      'samples: expected an integer in 2..65536 (positions), got 1',
      RangeError,
      call(llama, 10, 20, { samples: 1 }),
    ],
    ['axis: expected an integer in 0..0, got 1', RangeError, call(llama, 10, 20, { axis: 1 })],
    [
      'base.rotaryDim: expected 128, that of the config, got 64',
      RangeError,
      call(llama, 10, 20, { base: { headDim: 64 } }),
    ],
    ['distances: expected at least one, got none', RangeError, call(llama, 10, 20, { distances: [] })],
  ])('%s', (message, kind, run) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
