import { describe, expect, it } from 'vitest';
import { axial, axialWidths, mropeInterleaved, mropeSections } from '../../src/config/axes';
import { modelTypes } from '../../src/config/models';
import { parseRow } from '../../src/config/models/row';
import { ropeConfig } from '../../src/config/rope-config';
import { listed } from '../../src/config/word-list';
import { expectMessage } from './support';

describe('the ends of every range', () => {
  const scaling = (fields: object) => ropeConfig({ headDim: 4, scaling: fields as never }).scaling;
  const lists = { shortFactors: [1, 1], longFactors: [1, 1], originalPositions: 2 };

  it.each<[name: string, make: (value: number) => object, low: number, high: number]>([
    ['theta', (theta) => ropeConfig({ headDim: 4, theta }), 1 / 8, 2 ** 100],
    ['factor', (factor) => scaling({ type: 'linear', factor }), 1, 2 ** 24],
    ['divisors', (value) => scaling({ type: 'divisors', divisors: [1, value] }), 1 / 8, 2 ** 256],
    [
      'shortFactors',
      (value) => scaling({ type: 'longrope', ...lists, shortFactors: [1, value] }),
      1 / 8,
      2 ** 256,
    ],
    [
      'longFactors',
      (value) => scaling({ type: 'longrope', ...lists, longFactors: [1, value] }),
      1 / 8,
      2 ** 256,
    ],
    [
      'inverseFrequencies',
      (value) => scaling({ type: 'explicit', inverseFrequencies: [1, value] }),
      -(2 ** 14),
      2 ** 14,
    ],
    [
      'attentionFactor',
      (attentionFactor) => scaling({ type: 'explicit', inverseFrequencies: [1, 1], attentionFactor }),
      2 ** -60,
      2 ** 60,
    ],
    ['mscale', (mscale) => scaling({ type: 'yarn', factor: 2, originalPositions: 2, mscale }), 0, 2 ** 20],
    [
      'mscaleAllDim',
      (mscaleAllDim) => scaling({ type: 'yarn', factor: 2, originalPositions: 2, mscaleAllDim }),
      0,
      2 ** 20,
    ],
    [
      'betaFast',
      (betaFast) => scaling({ type: 'yarn', factor: 2, originalPositions: 2, betaFast, betaSlow: 2 ** -100 }),
      2 ** -100,
      2 ** 100,
    ],
    [
      'lowFreqFactor',
      (lowFreqFactor) =>
        scaling({ type: 'llama3', factor: 2, originalPositions: 2, lowFreqFactor, highFreqFactor: 2 ** 100 }),
      2 ** -100,
      2 ** 100,
    ],
  ])('%s', (name, make, low, high) => {
    expect(() => make(low)).not.toThrow();
    expect(() => make(high)).not.toThrow();
    for (const beyond of [low - Math.max(Math.abs(low) / 2, 1e-40), high * 1.0001]) {
      expect(() => make(beyond), String(beyond)).toThrow(new RegExp(`${name}.*: expected a number from `));
    }
  });

  it('lists of numbers: plain arrays and both kinds of floats, no others', () => {
    const divisors = (list: unknown) =>
      (scaling({ type: 'divisors', divisors: list }) as unknown as { divisors: number[] }).divisors;
    for (const list of [[1, 2], new Float32Array([1, 2]), new Float64Array([1, 2])]) {
      expect(divisors(list)).toEqual([1, 2]);
      expect(Array.isArray(divisors(list))).toBe(true);
    }
    const given = [1, 2];
    expect(divisors(given)).not.toBe(given);
    const expected = 'scaling.divisors: expected an array of 2 numbers (one a pair)';
    expectMessage(() => divisors(new Int32Array(2)), `${expected}, got a Int32Array`);
    expectMessage(() => divisors({ length: 2, 0: 1, 1: 1 }), `${expected}, got a Object`);
    expectMessage(() => divisors(new Float32Array(3)), `${expected}, got an array of 3`);
    expect(() => divisors([1])).toThrow(RangeError);
    expect(() => divisors('12')).toThrow(TypeError);
  });

  it('equal ends of a ramp are taken, crossed ones are not', () => {
    const ramp = (fields: object) => () => scaling({ factor: 2, originalPositions: 2, ...fields });
    for (const type of ['yarn', 'ntk-by-parts']) {
      expect(ramp({ type, betaFast: 3, betaSlow: 3 })).not.toThrow();
      expectMessage(
        ramp({ type, betaFast: 3, betaSlow: 4 }),
        'scaling.betaFast: expected at least scaling.betaSlow (4), got 3',
      );
      expectMessage(
        ramp({ type, betaSlow: 33 }),
        'scaling.betaFast: expected at least scaling.betaSlow (33), got 32',
      );
      expectMessage(
        ramp({ type, betaFast: 0.5 }),
        'scaling.betaFast: expected at least scaling.betaSlow (1), got 0.5',
      );
      for (const theta of [1, 0.5]) {
        expectMessage(
          () =>
            ropeConfig({ headDim: 4, theta, scaling: { type, factor: 2, originalPositions: 2 } as never }),
          `theta: expected a number above 1, as scaling is ${type}, got ${theta}`,
        );
      }
      expect(() =>
        ropeConfig({ headDim: 4, theta: 1.01, scaling: { type, factor: 2, originalPositions: 2 } as never }),
      ).not.toThrow();
    }
    const llama3 = { type: 'llama3', lowFreqFactor: 2 };
    expect(ramp({ ...llama3, highFreqFactor: 2 })).not.toThrow();
    expectMessage(
      ramp({ ...llama3, highFreqFactor: 1 }),
      'scaling.highFreqFactor: expected at least scaling.lowFreqFactor (2), got 1',
    );
    expect(() => ropeConfig({ headDim: 4, theta: 1, scaling: { type: 'linear', factor: 2 } })).not.toThrow();
  });

  it('proportional turns one pair at least, of a head that is all rotary', () => {
    const part = (rotatedFraction: number) => scaling({ type: 'proportional', rotatedFraction });
    expect(part(0.5)).toEqual({ type: 'proportional', rotatedFraction: 0.5 });
    expectMessage(
      () => part(0.49),
      'scaling.rotatedFraction: expected at least 1/2, one of 2 pairs, got 0.49',
    );
    expectMessage(
      () => ropeConfig({ headDim: 8, rotaryDim: 4, scaling: { type: 'proportional', rotatedFraction: 1 } }),
      'rotaryDim: expected headDim (8), as scaling is proportional, got 4',
    );
  });

  it('trained positions, widths and assumptions', () => {
    expect(ropeConfig({ headDim: 4, trainedPositions: 1 }).trainedPositions).toBe(1);
    expectMessage(
      () => ropeConfig({ headDim: 4, trainedPositions: 0 }),
      'trainedPositions: expected an integer of at least 1 (tokens), or null, got 0',
    );
    expect(ropeConfig({ headDim: 2048 }).rotaryDim).toBe(2048);
    expectMessage(
      () => ropeConfig({ headDim: 2050 }),
      'rotaryDim: expected an even integer in 2..2048, got 2050',
    );
    expectMessage(
      () => ropeConfig({ headDim: 4, assumptions: ['a', 3] as never }),
      'assumptions[1]: expected a string, got 3',
    );
    expectMessage(
      () => ropeConfig({ headDim: 4, assumptions: 'a' as never }),
      'assumptions: expected an array of strings, got "a"',
    );
    const assumptions = ['a'];
    expect(ropeConfig({ headDim: 4, assumptions }).assumptions).not.toBe(assumptions);
  });
});

describe('axes by their ends', () => {
  it.each<[call: () => unknown, message: string]>([
    [
      () => mropeSections([]),
      'sections: expected an array of 1 to 4 integers (pairs of each axis), got an array of 0',
    ],
    [
      () => mropeSections([1, 1, 1, 1, 1]),
      'sections: expected an array of 1 to 4 integers (pairs of each axis), got an array of 5',
    ],
    [
      () => mropeSections('x' as never),
      'sections: expected an array of 1 to 4 integers (pairs of each axis), got "x"',
    ],
    [() => mropeSections([-1]), 'sections[0]: expected an integer in 0..2048 (pairs), got -1'],
    [() => mropeSections([1, 2049]), 'sections[1]: expected an integer in 0..2048 (pairs), got 2049'],
    [
      () => mropeInterleaved([1, 1]),
      'sections: expected an array of 3 integers (pairs of each axis), got an array of 2',
    ],
    [() => axialWidths([1]), 'widths[0]: expected an integer in 2..2048 (elements), got 1'],
    [() => axialWidths([2, 3]), 'widths[1]: expected an even integer, got 3'],
    [() => axialWidths([2], 0), 'theta: expected a number from 1/8 to 2^100, got 0'],
    [() => axial(8, 0), 'axes: expected an integer in 1..4, got 0'],
    [() => axial(8, 5), 'axes: expected an integer in 1..4, got 5'],
    [() => axial(2), 'rotaryDim: expected an integer in 4..2048, got 2'],
    [() => axial(2052), 'rotaryDim: expected an integer in 4..2048, got 2052'],
    [() => axial(6), 'rotaryDim: expected a multiple of 4 (2 * 2 axes), got 6'],
    [() => axial(8, 2, { order: 'x' as never }), 'order: expected "blocks" or "alternate", got "x"'],
    [() => axial(8, 2, { frequencies: 'x' as never }), 'frequencies: expected "shared" or "dealt", got "x"'],
  ])('%s', (call, message) => {
    expectMessage(call, message);
  });

  it('the smallest, and zeros among sections', () => {
    expect(mropeSections([2048]).pairAxis).toHaveLength(2048);
    expect(mropeSections([0, 2])).toEqual({ count: 2, pairAxis: [1, 1] });
    expect(mropeInterleaved([4, 1, 0]).pairAxis).toEqual([0, 1, 0, 0, 0]);
    expect(axial(4)).toEqual({ count: 2, pairAxis: [0, 1], frequencyIndex: [0, 0] });
    expect(axial(8, 2, { order: 'alternate', frequencies: 'dealt' })).toEqual({
      count: 2,
      pairAxis: [0, 1, 0, 1],
      frequencyIndex: [0, 1, 2, 3],
    });
    expect(axial(8, 1)).toEqual({ count: 1, pairAxis: [0, 0, 0, 0], frequencyIndex: [0, 1, 2, 3] });
    expect(axialWidths([2, 4], 16)).toEqual({
      rotaryDim: 6,
      theta: 16,
      scaling: { type: 'explicit', inverseFrequencies: [1, 1, 1 / 4] },
      axes: { count: 2, pairAxis: [0, 1, 1] },
    });
  });

  it.each<[axes: unknown, message: string]>([
    [{ count: 0, pairAxis: [0, 0] }, 'axes.count: expected an integer in 1..4, got 0'],
    [{ count: 5, pairAxis: [0, 0] }, 'axes.count: expected an integer in 1..4, got 5'],
    [{ count: 2, pairAxis: [0, 2] }, 'axes.pairAxis[1]: expected an integer in 0..1, got 2'],
    [
      { count: 2, pairAxis: [0, 1], frequencyIndex: [0, 2] },
      'axes.frequencyIndex[1]: expected an integer in 0..1, got 2',
    ],
    [
      { count: 2, pairAxis: [0] },
      'axes.pairAxis: expected an array of 2 numbers (one a pair), got an array of 1',
    ],
  ])('%o', (axes, message) => {
    expectMessage(() => ropeConfig({ headDim: 4, axes: axes as never }), message);
  });
});

describe('rows of the table of models', () => {
  const rows: Record<string, string> = {
    base: 'base . size=64/2/3 theta=500 interleaved norm=none',
    other: 'other folder same=base theta=7 layers=sliding*2,full;first=full;last=recurrent;from=end@some_key',
    third:
      'third owner/model:~a~file.py axes=sections:1,2,3? rotates=sliding,hybrid needs=key:value norm=head,layer?flag=true',
  };
  const row = (name: string) => parseRow(rows[name]!, (other) => rows[other]);

  it('words, and those of another row where it says so; its own win', () => {
    expect(row('base')).toMatchObject({
      modelType: 'base',
      isTransformers: true,
      size: [64, 2, 3],
      theta: 500,
      pairing: 'interleaved',
      norm: { words: ['none'], flag: undefined },
      layers: undefined,
      rotates: undefined,
      axes: undefined,
      isFromMemory: false,
    });
    expect(row('base').source).toMatch(/\/base$/);
    expect(row('other').source).toMatch(/\/folder$/);
    expect(row('other')).toMatchObject({
      size: [64, 2, 3],
      theta: 7,
      pairing: 'interleaved',
      layers: {
        unit: ['sliding_attention', 'sliding_attention', 'full_attention'],
        first: ['full_attention'],
        last: 'recurrent',
        fromEnd: true,
        key: 'some_key',
      },
    });
    expect(row('third')).toMatchObject({
      source: 'owner/model: a file.py',
      isTransformers: false,
      size: [],
      pairing: 'half',
      axes: { rule: 'sections', sections: [1, 2, 3], isOptional: true },
      rotates: ['sliding_attention', 'hybrid'],
      needs: ['key', 'value'],
      norm: { words: ['head', 'layer'], flag: { key: 'flag', usual: true } },
    });
  });

  it('every model type once, and words of a list only whole', () => {
    const types = modelTypes();
    expect(new Set(types).size).toBe(types.length);
    expect(listed('\n a bb\tccc\n d ', 'bb')).toBe(true);
    for (const word of ['b', '', 'a bb', 'cc', 'dd']) expect(listed('\n a bb\tccc\n d ', word)).toBe(false);
  });
});
