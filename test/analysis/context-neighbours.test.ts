import { describe, expect, it } from 'vitest';
import { mropeSections, type RopeScaling } from 'webgpu-rope';
import { contextReport } from 'webgpu-rope/analysis';
import { samplePositions } from '../../src/analysis/context-storage';
import { decode, encode, type RopeDtype } from '../../src/dtypes';
import { createRandom, seeded } from '../support/random';
import { expectClose, llama, target, trained, withScaling } from './context-case';

const { PI, cos, hypot, min, sin, sqrt } = Math;
const dtypes: readonly RopeDtype[] = ['f32', 'f16', 'bf16'];

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
