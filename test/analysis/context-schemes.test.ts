import { describe, expect, it } from 'vitest';
import { mropeInterleaved, ropeFrequencies } from 'webgpu-rope';
import { contextReport, extensionSchemes } from 'webgpu-rope/analysis';
import { seeded } from '../support/random';

const names = ['direct', 'linear', 'ntk', 'dynamic', 'yarn', 'longrope', 'llama3'];
const llama = { headDim: 128 } as const;

describe('extensionSchemes', () => {
  it('seven schemes in order, by the ratio of the lengths, the rest of the config kept', () => {
    const schemes = extensionSchemes(
      { headDim: 96, rotaryDim: 64, theta: 5e5, pairing: 'interleaved' },
      4096,
      32_768,
    );
    expect(schemes.map((scheme) => scheme.name)).toEqual(names);
    for (const { config, title, note } of schemes) {
      expect(config).toMatchObject({ headDim: 96, rotaryDim: 64, theta: 5e5, pairing: 'interleaved' });
      expect(config.trainedPositions).toBe(4096);
      expect(title).not.toBe('');
      expect(note).toMatch(/arXiv:\d{4}\.\d{5}/);
    }
    expect(schemes.map(({ config }) => config.scaling)).toMatchObject([
      { type: 'default' },
      { type: 'linear', factor: 8 },
      { type: 'ntk', factor: 8 },
      { type: 'dynamic', factor: 1, originalPositions: 4096 },
      { type: 'yarn', factor: 8, originalPositions: 4096 },
      { type: 'longrope', factor: 8, originalPositions: 4096 },
      { type: 'llama3', factor: 8, originalPositions: 4096, lowFreqFactor: 1, highFreqFactor: 4 },
    ]);
  });

  it('linear, YaRN, LongRoPE and Llama 3 stay inside, random thetas and lengths; direct has the most outside', () =>
    seeded(21, (random) => {
      for (let round = 0; round < 20; round++) {
        const config = { headDim: 2 * random.integer(2, 64), theta: 10 ** (2 + 4 * random.next()) };
        const trained = random.integer(64, 50_000);
        const target = trained + random.integer(1, 500_000);
        const count = Object.fromEntries(
          extensionSchemes(config, trained, target).map((scheme) => [
            scheme.name,
            contextReport(scheme.config, trained, target, { samples: 2 }).outsideCount,
          ]),
        );
        expect(count).toMatchObject({ linear: 0, yarn: 0, longrope: 0, llama3: 0 });
        for (const name of names) expect(count[name]).toBeLessThanOrEqual(count.direct!);
      }
    }));

  it('dynamic is NTK-aware at the target and unscaled up to the trained length', () => {
    const [direct, , ntk, dynamic] = extensionSchemes(llama, 4096, 32_768);
    const at = (length: number) => ropeFrequencies(dynamic!.config, length).inverseFrequencies;
    expect(at(4096)).toEqual(ropeFrequencies(direct!.config).inverseFrequencies);
    expect(at(32_768)).toEqual(ropeFrequencies(ntk!.config).inverseFrequencies);
  });

  it('LongRoPE without factors: a stand-in that says so, from 1 to the ratio, never falling', () => {
    const scheme = extensionSchemes(llama, 4096, 32_768)[5]!;
    expect(scheme.title).toContain('stand-in');
    const { scaling } = scheme.config;
    if (scaling.type !== 'longrope') throw new Error(scaling.type);
    const { longFactors, shortFactors } = scaling;
    expect(longFactors[0]).toBe(1);
    expect(shortFactors).toEqual(Array.from({ length: 64 }, () => 1));
    for (const [i, factor] of longFactors.entries()) {
      expect(factor).toBeGreaterThanOrEqual(longFactors[i - 1] ?? 1);
      const turns = (4096 * 10_000 ** (-i / 64)) / (2 * Math.PI);
      if (turns <= 1) expect(factor).toBe(8);
      else expect(factor).toBeLessThan(8);
    }
  });

  it('LongRoPE with factors: takes them and names no stand-in', () => {
    const longFactors = Array.from({ length: 64 }, (_, i) => 1 + i);
    const shortFactors = longFactors.map(() => 1.5);
    const scheme = extensionSchemes(llama, 4096, 32_768, { longFactors, shortFactors })[5]!;
    expect(scheme.title).toBe('LongRoPE');
    expect(scheme.config.scaling).toMatchObject({ longFactors, shortFactors });
  });

  it('a target that is not longer: every scheme has the frequencies of training', () => {
    for (const target of [100, 4096]) {
      const base = ropeFrequencies(llama);
      for (const { config } of extensionSchemes(llama, 4096, target)) {
        const { inverseFrequencies, attentionFactor } = ropeFrequencies(config, target);
        expect(attentionFactor).toBe(1);
        // YaRN adds two shares of a frequency: three roundings of 2^-53.
        for (const [i, f] of inverseFrequencies.entries()) {
          expect(Math.abs(f / base.inverseFrequencies[i]! - 1)).toBeLessThan(4e-16);
        }
        const { verdict } = contextReport(config, 4096, target);
        expect(Object.values({ ...verdict, neighboursIdentical: false })).not.toContain(true);
      }
    }
  });

  it('shorter training than one turn of the fastest pair: LongRoPE divides all by the ratio', () => {
    const scaling = extensionSchemes({ headDim: 8 }, 4, 12)[5]!.config.scaling;
    expect(scaling).toMatchObject({ longFactors: [3, 3, 3, 3] });
  });

  it('a scaling that the config has is replaced; axes are kept', () => {
    const axes = mropeInterleaved([24, 20, 20]);
    const scaled = extensionSchemes({ ...llama, axes, scaling: { type: 'linear', factor: 3 } }, 4096, 32_768);
    expect(scaled).toEqual(extensionSchemes({ ...llama, axes }, 4096, 32_768));
    for (const { config } of scaled) expect(config.axes).toEqual(axes);
  });
});

describe('extensionSchemes: errors', () => {
  const call =
    (...args: unknown[]) =>
    () =>
      (extensionSchemes as (...args: unknown[]) => unknown)(...args);
  const proportional = { type: 'proportional', rotatedFraction: 0.5 };
  const explicit = { type: 'explicit', inverseFrequencies: [1, 1] };
  const kept = 'scaling.type: expected a scheme whose frequencies all come from theta, got';
  it.each([
    ['config: expected {', TypeError, call(null, 10, 20)],
    ['trainedLength: expected an integer in 2..16777216 (tokens), got 1', RangeError, call(llama, 1, 20)],
    ['targetLength: expected an integer (tokens), got null', TypeError, call(llama, 10, null)],
    [`${kept} "proportional"`, RangeError, call({ headDim: 4, scaling: proportional }, 10, 20)],
    [`${kept} "explicit"`, RangeError, call({ headDim: 4, scaling: explicit }, 10, 20)],
    [
      'theta: expected a number above 1 (slower pairs after faster ones), got 1',
      RangeError,
      call({ headDim: 4, theta: 1 }, 10, 20),
    ],
    [
      'options: expected only longFactors, shortFactors, got "factors"',
      TypeError,
      call(llama, 10, 20, { factors: [] }),
    ],
    [
      'longFactors: expected an array of 64 numbers (one a pair), got an array of 1',
      RangeError,
      call(llama, 10, 20, { longFactors: [1] }),
    ],
    [
      'shortFactors: expected an array of 64 numbers (one a pair), got 1',
      TypeError,
      call(llama, 10, 20, { shortFactors: 1 }),
    ],
    [
      'longFactors[1]: expected a number from 1/8 to 2^256, got 0',
      RangeError,
      call({ headDim: 4 }, 10, 20, { longFactors: [1, 0] }),
    ],
  ])('%s', (message, kind, run) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
