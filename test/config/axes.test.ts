import { describe, expect, it } from 'vitest';
import { axial, axialWidths, mropeInterleaved, mropeSections } from '../../src/config/axes';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeAxes } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { expectClose } from '../frequencies/golden';
import { expectMessage } from './support';

/** The frequencies of the pairs on each axis, in the order of the pairs. */
function byAxis(headDim: number, theta: number, axes: RopeAxes): number[][] {
  const { inverseFrequencies } = ropeFrequencies({ headDim, theta, axes });
  return Array.from({ length: axes.count }, (_, axis) =>
    [...inverseFrequencies].filter((_f, pair) => axes.pairAxis[pair] === axis),
  );
}

/** `theta^(-2i / width)`, `width / 2` of them. */
const progression = (theta: number, width: number) =>
  Array.from({ length: width / 2 }, (_, i) => theta ** ((-2 * i) / width));

describe('mropeSections', () => {
  it('2, 5, 3: blocks; pair i keeps frequency i', () => {
    expect(mropeSections([2, 5, 3])).toEqual({ count: 3, pairAxis: [0, 0, 1, 1, 1, 1, 1, 2, 2, 2] });
    expect(mropeSections([1, 0, 0, 2])).toEqual({ count: 4, pairAxis: [0, 3, 3] });
  });

  it('all axes at the same position rotate like one axis', () => {
    const axes = mropeSections([16, 24, 24]);
    expect(ropeFrequencies({ headDim: 128, axes })).toEqual(ropeFrequencies({ headDim: 128 }));
  });
});

it('mropeInterleaved 24, 20, 20: turn by turn, the last three pairs of time', () => {
  const { count, pairAxis } = mropeInterleaved([24, 20, 20]);
  expect(count).toBe(3);
  expect(pairAxis.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, pair) => pair % 3));
  expect(pairAxis.slice(60)).toEqual([0, 0, 0, 0]);
});

describe('axial', () => {
  it('rope-vit, Llama 4 and Qwen2-VL vision: blocks, the same frequencies theta^(-4i / 64) on both axes', () => {
    const axes = axial(64);
    expect(axes.pairAxis).toEqual([...Array(16).fill(0), ...Array(16).fill(1)]);
    for (const frequencies of byAxis(64, 100, axes)) expectClose(frequencies, progression(100, 32));
  });

  it('Pixtral: blocks, frequencies dealt: even ones to rows, odd ones to columns', () => {
    const all = progression(10_000, 64);
    const [rows, columns] = byAxis(64, 10_000, axial(64, 2, { frequencies: 'dealt' }));
    expectClose(
      rows!,
      all.filter((_, i) => i % 2 === 0),
    );
    expectClose(
      columns!,
      all.filter((_, i) => i % 2 === 1),
    );
  });

  it('MoonViT: pairs alternate between the axes, each with the same frequencies', () => {
    const axes = axial(72, 2, { order: 'alternate' });
    expect(axes.pairAxis).toEqual(Array.from({ length: 36 }, (_, pair) => pair % 2));
    for (const frequencies of byAxis(72, 10_000, axes)) expectClose(frequencies, progression(10_000, 36));
  });

  it('3 axes of 48 elements: theta^(-2i / 16) on each', () => {
    const axes = axial(48, 3);
    expect(axes.count).toBe(3);
    for (const frequencies of byAxis(48, 10_000, axes)) expectClose(frequencies, progression(10_000, 16));
  });

  it('1 axis is plain RoPE', () => {
    expect(axial(8, 1)).toEqual({ count: 1, pairAxis: [0, 0, 0, 0], frequencyIndex: [0, 1, 2, 3] });
  });
});

it('axialWidths 16, 56, 56 (HunyuanVideo, FLUX): a progression of its own for each axis', () => {
  const config = ropeConfig({ headDim: 128, pairing: 'interleaved', ...axialWidths([16, 56, 56], 256) });
  expect(config.rotaryDim).toBe(128);
  expect(config.axes!.pairAxis).toEqual([...Array(8).fill(0), ...Array(28).fill(1), ...Array(28).fill(2)]);
  expectClose(
    ropeFrequencies(config).inverseFrequencies,
    [16, 56, 56].flatMap((width) => progression(256, width)),
  );
});

describe('ropeFrequencies with a frequency index', () => {
  it('picks from what the scheme made, attention factor and all', () => {
    const scaling = { type: 'explicit', inverseFrequencies: [1, 2, 3, 4], attentionFactor: 1.5 } as const;
    const axes = { count: 2, pairAxis: [0, 0, 1, 1], frequencyIndex: [0, 3, 3, 1] };
    expect(ropeFrequencies({ headDim: 8, scaling, axes })).toEqual({
      inverseFrequencies: Float64Array.of(1, 4, 4, 2),
      attentionFactor: 1.5,
    });
  });
});

describe('presets refuse', () => {
  const four = 'an array of 1 to 4 integers (pairs of each axis)';
  const cases: [() => unknown, string][] = [
    [() => mropeSections(16 as never), `sections: expected ${four}, got 16`],
    [() => mropeSections([]), `sections: expected ${four}, got an array of 0`],
    [() => mropeSections([1, 1, 1, 1, 1]), `sections: expected ${four}, got an array of 5`],
    [() => mropeSections([1, 1.5]), 'sections[1]: expected an integer in 0..2048 (pairs), got 1.5'],
    [
      () => mropeInterleaved([16, 16]),
      'sections: expected an array of 3 integers (pairs of each axis), got an array of 2',
    ],
    [() => axial(64, 5), 'axes: expected an integer in 1..4, got 5'],
    [() => axial(64, 3), 'rotaryDim: expected a multiple of 6 (2 * 3 axes), got 64'],
    [() => axial(2), 'rotaryDim: expected an integer in 4..2048, got 2'],
    [() => axial(64, 2, { order: 'rows' as never }), 'order: expected "blocks" or "alternate", got "rows"'],
    [
      () => axial(64, 2, { frequencies: 'odd' as never }),
      'frequencies: expected "shared" or "dealt", got "odd"',
    ],
    [() => axialWidths([44, 43]), 'widths[1]: expected an even integer, got 43'],
    [() => axialWidths([0]), 'widths[0]: expected an integer in 2..2048 (elements), got 0'],
    [() => axialWidths([4, 4], 0), 'theta: expected a number from 1/8 to 2^100, got 0'],
  ];
  for (const [call, message] of cases) it(message, () => expectMessage(call, message));
});
