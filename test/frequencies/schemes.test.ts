import { describe, expect, it } from 'vitest';
import type { RopeScaling } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { xposScales } from '../../src/frequencies/xpos';
import { expectClose, expectFrequencies, type GoldenFrequencies, goldenXpos } from './golden';

const THETA = 500_000;
const R = 128;

function scaled(scaling: RopeScaling, sequenceLength?: number) {
  return ropeFrequencies({ headDim: R, theta: THETA, scaling }, sequenceLength);
}

const plain = scaled({ type: 'default' }).inverseFrequencies;
const list = (of: (i: number) => number) => Array.from({ length: R / 2 }, (_, i) => of(i));

describe('the comparator of this folder', () => {
  const golden = { inv_freq: [1, 0.5], attention_factor: 1 } as unknown as GoldenFrequencies;
  const check = (inverseFrequencies: number[], attentionFactor = 1) =>
    expectFrequencies({ inverseFrequencies: Float64Array.from(inverseFrequencies), attentionFactor }, golden);

  it('takes the right numbers, refuses NaN, another length, a sign, 2e-13 and a wrong attention factor', () => {
    check([1, 0.5]);
    for (const wrong of [[1, Number.NaN], [1], [1, 0.5, 0.25], [1, -0.5], [1, 0.5 * (1 + 2e-13)]]) {
      expect(() => check(wrong)).toThrow();
    }
    expect(() => check([1, 0.5], 1.1)).toThrow();
    expect(() => expectClose([1e-300], [0])).toThrow();
  });
});

describe('frequencies', () => {
  it('default: from exactly 1 down by the same ratio, in logarithms of theta', () => {
    expect(plain[0]).toBe(1);
    expectClose(
      plain,
      list((i) => Math.exp((-2 * i * Math.log(THETA)) / R)),
    );
  });

  it('partial rotation: the exponent runs over rotaryDim, not headDim', () => {
    const partial = ropeFrequencies({ headDim: 256, rotaryDim: R, theta: THETA });
    expect(partial.inverseFrequencies).toEqual(plain);
  });

  it('rotaryDim 2: one pair of frequency 1, by every scheme that only changes the base', () => {
    const scalings: RopeScaling[] = [
      { type: 'default' },
      { type: 'ntk', factor: 8 },
      { type: 'dynamic', factor: 8, originalPositions: 16 },
    ];
    for (const scaling of scalings) {
      const { inverseFrequencies } = ropeFrequencies({ headDim: 2, scaling }, 1000);
      expect([...inverseFrequencies]).toEqual([1]);
    }
  });

  it('explicit: the very numbers, as a copy, with the attention factor or 1', () => {
    const inverseFrequencies = list((i) => i - 3.5);
    const { inverseFrequencies: got, attentionFactor } = scaled({ type: 'explicit', inverseFrequencies });
    expect([...got]).toEqual(inverseFrequencies);
    expect(attentionFactor).toBe(1);
    expect(scaled({ type: 'explicit', inverseFrequencies, attentionFactor: 0.5 }).attentionFactor).toBe(0.5);
  });

  it('divisors: each pair is divided by its own; 1e30 stops one', () => {
    const { inverseFrequencies } = scaled({
      type: 'divisors',
      divisors: list((i) => (i < 4 ? 2 ** i : 1e30)),
    });
    for (let i = 0; i < 4; i++) expect(inverseFrequencies[i]).toBe(plain[i]! / 2 ** i);
    expect(inverseFrequencies[4]! * 2 ** 24).toBeLessThan(1e-22);
  });

  it('linear: every pair at position p turns as the default at p / factor', () => {
    expectClose(
      scaled({ type: 'linear', factor: 4 }).inverseFrequencies,
      plain.map((f) => f / 4),
    );
  });

  it('ntk: the fastest pair stays, the slowest slows by exactly the factor', () => {
    const { inverseFrequencies, attentionFactor } = scaled({ type: 'ntk', factor: 8 });
    expect(inverseFrequencies[0]).toBe(1);
    expectClose([inverseFrequencies[63]!], [plain[63]! / 8]);
    expect(attentionFactor).toBe(1);
  });

  it('dynamic: the default up to the original length; at twice that length, ntk by factor + 1', () => {
    const scaling: RopeScaling = { type: 'dynamic', factor: 4, originalPositions: 4096 };
    for (const length of [undefined, 0, 1, 4096])
      expect(scaled(scaling, length).inverseFrequencies).toEqual(plain);
    expect(scaled(scaling, 4097).inverseFrequencies[63]).toBeLessThan(plain[63]!);
    expectClose(
      scaled(scaling, 8192).inverseFrequencies,
      scaled({ type: 'ntk', factor: 5 }).inverseFrequencies,
    );
  });

  it('ntk-by-parts: the frequencies of YaRN, and an attention factor of 1', () => {
    const parts = { factor: 16, originalPositions: 8192, betaFast: 24, betaSlow: 2, truncate: false };
    const yarn = scaled({ type: 'yarn', ...parts });
    const byParts = scaled({ type: 'ntk-by-parts', ...parts });
    expect(byParts.inverseFrequencies).toEqual(yarn.inverseFrequencies);
    expect([byParts.attentionFactor, yarn.attentionFactor]).toEqual([1, 0.1 * Math.log(16) + 1]);
  });

  it('yarn: pairs of more than betaFast turns stay, of fewer than betaSlow are divided by the factor', () => {
    const { inverseFrequencies } = scaled({
      type: 'yarn',
      factor: 4,
      originalPositions: 8192,
      truncate: false,
    });
    for (let i = 0; i < R / 2; i++) {
      const turns = (8192 * plain[i]!) / (2 * Math.PI);
      if (turns > 32) expect(inverseFrequencies[i]).toBe(plain[i]);
      else if (turns < 1) expectClose([inverseFrequencies[i]!], [plain[i]! / 4]);
      else expect(inverseFrequencies[i]! / plain[i]!).toSatisfy((ratio: number) => ratio > 0.25 && ratio < 1);
    }
  });

  it('longrope: the long list from one token past the original length; the attention factor at every length', () => {
    const scaling: RopeScaling = {
      type: 'longrope',
      shortFactors: list(() => 1),
      longFactors: list((i) => i + 1),
      originalPositions: 4096,
      factor: 32,
    };
    const attention = Math.sqrt(1 + Math.log(32) / Math.log(4096));
    for (const [length, divisors] of [
      [undefined, scaling.shortFactors],
      [4096, scaling.shortFactors],
      [4097, scaling.longFactors],
    ] as const) {
      const { inverseFrequencies, attentionFactor } = scaled(scaling, length);
      expectClose(
        inverseFrequencies,
        plain.map((f, i) => f / divisors[i]!),
      );
      expectClose([attentionFactor], [attention]);
    }
    expect(scaled({ ...scaling, attentionFactor: 1.5 }).attentionFactor).toBe(1.5);
    const { factor: _, ...bare } = scaling;
    expect(scaled(bare).attentionFactor).toBe(1);
  });

  it('llama3: short wavelengths stay, long ones stretch by the factor, nothing is NaN where the band is empty', () => {
    for (const highFreqFactor of [1, 4]) {
      const { inverseFrequencies } = scaled({
        type: 'llama3',
        factor: 8,
        lowFreqFactor: 1,
        highFreqFactor,
        originalPositions: 8192,
      });
      inverseFrequencies.forEach((frequency, i) => {
        const wavelength = (2 * Math.PI) / plain[i]!;
        if (wavelength < 8192 / highFreqFactor) expect(frequency).toBe(plain[i]);
        else if (wavelength > 8192) expect(frequency).toBe(plain[i]! / 8);
        else expect(frequency / plain[i]!).toSatisfy((ratio: number) => ratio >= 1 / 8 && ratio <= 1);
      });
    }
  });

  it('proportional: the first pairs are the default ones of the whole head, the others stand still', () => {
    const { inverseFrequencies } = scaled({ type: 'proportional', rotatedFraction: 0.3 });
    // 0.3 of 64 pairs is 19.2.
    expect(inverseFrequencies.slice(0, 19)).toEqual(plain.slice(0, 19));
    expect(inverseFrequencies.slice(19).every((frequency) => frequency === 0)).toBe(true);
  });

  it('no scheme turns a pair faster than the default, except by explicit numbers or divisors below 1', () => {
    const scalings: RopeScaling[] = [
      { type: 'linear', factor: 3 },
      { type: 'ntk', factor: 3 },
      { type: 'dynamic', factor: 3, originalPositions: 512 },
      { type: 'yarn', factor: 3, originalPositions: 4096 },
      { type: 'llama3', factor: 3, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 4096 },
      { type: 'proportional', rotatedFraction: 0.5, factor: 3 },
    ];
    for (const scaling of scalings) {
      const { inverseFrequencies } = scaled(scaling, 100_000);
      expect(inverseFrequencies.every((frequency, i) => frequency <= plain[i]! * (1 + 1e-15))).toBe(true);
      expect(inverseFrequencies[63]).toBeLessThan(plain[63]!);
    }
  });

  it('a sequence length has to be an integer of at least 0', () => {
    const message = (got: string) => `sequenceLength: expected an integer of at least 0 (tokens), got ${got}`;
    expect(() => ropeFrequencies({ headDim: 4 }, -1)).toThrow(message('-1'));
    expect(() => ropeFrequencies({ headDim: 4 }, 1.5)).toThrow(message('1.5'));
    expect(() => ropeFrequencies({ headDim: 4 }, '9' as unknown as number)).toThrow(
      'sequenceLength: expected an integer (tokens), got "9"',
    );
  });

  it('the config is checked here too', () => {
    expect(() => ropeFrequencies({ headDim: 4, rotaryDim: 3 })).toThrow(RangeError);
  });
});

describe('xPos scales', () => {
  for (const golden of goldenXpos) {
    it(`${golden.name}: query scales as recorded, key scales their reciprocals`, () => {
      const scales = golden.positions.map((position) =>
        xposScales(golden.rotary_dim, position, { center: golden.center, scaleBase: golden.scale_base }),
      );
      // Recorded as printed doubles of a power with a large exponent: a few 1e-14 apart is rounding, 1e-12 is not.
      const got = scales.flatMap(({ query }) => [...query]);
      expect(got).toHaveLength(golden.scale.length);
      expect(got.every((value, i) => Math.abs(value / golden.scale[i]! - 1) < 1e-12)).toBe(true);
      for (const { query, key } of scales)
        expectClose(
          key,
          query.map((scale) => 1 / scale),
        );
    });
  }

  it('a score depends on the distance alone, and shrinks with it', () => {
    const product = (q: number, k: number) => xposScales(64, q).query[3]! * xposScales(64, k).key[3]!;
    expectClose([product(900, 400)], [product(600, 100)]);
    expect(product(900, 400)).toBeLessThan(product(900, 800));
  });

  it('at the centre every scale is 1', () => {
    expect(xposScales(8, 5, { center: 5 }).query.every((scale) => scale === 1)).toBe(true);
  });

  it('refuses odd widths, NaN and a scale base of 0', () => {
    expect(() => xposScales(7, 0)).toThrow('rotaryDim: expected an even integer, got 7');
    expect(() => xposScales(8, Number.NaN)).toThrow(
      'position: expected a number from -2^53 to 2^53 (tokens), got NaN',
    );
    expect(() => xposScales(8, 0, { center: Infinity })).toThrow(
      'center: expected a number from -2^53 to 2^53 (tokens), got Infinity',
    );
    expect(() => xposScales(8, 0, { scaleBase: 0 })).toThrow(
      'scaleBase: expected a number from 1 to 2^53 (tokens), got 0',
    );
  });
});
