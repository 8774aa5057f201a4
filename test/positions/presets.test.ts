import { describe, expect, it } from 'vitest';
import { coordinatePositions, glmPositions } from 'webgpu-rope';

describe('coordinatePositions', () => {
  it('centres of patches from -1 to 1, rows first, after tokens that are not rotated', () => {
    const third = Math.fround(2 * Math.fround(0.5 / 3) - 1);
    const last = Math.fround(2 * Math.fround(2.5 / 3) - 1);
    expect([...coordinatePositions({ height: 2, width: 3, prefix: 1 })]).toEqual([
      ...[Number.NaN, -0.5, -0.5, -0.5, 0.5, 0.5, 0.5],
      ...[Number.NaN, third, 0, last, third, 0, last],
    ]);
    expect([...coordinatePositions({ height: 1, width: 1 })]).toEqual([0, 0]);
  });

  it.each([
    [null, new TypeError('grid: expected { height, width, prefix }, got null')],
    [
      { height: 0, width: 1 },
      new RangeError('height: expected an integer in 1..32768 (rows of patches), got 0'),
    ],
    [
      { height: 1, width: 1.5 },
      new RangeError('width: expected an integer in 1..32768 (patches of a row), got 1.5'),
    ],
    [{ height: 1, width: 1, prefix: '1' }, new TypeError('prefix: expected an integer (tokens), got "1"')],
  ])('refuses %j', (grid, error) => {
    expect(() => coordinatePositions(grid as never)).toThrow(error);
  });
});

describe('glmPositions', () => {
  it('the context counts on the first axis, what is generated on the second', () => {
    const sequences = [
      { context: 4, mask: 2 },
      { context: 2, mask: 0 },
    ];
    expect([...glmPositions({ tokens: 6, sequences })]).toEqual([
      ...[0, 1, 2, 3, 2, 2],
      ...[0, 1, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 1, 2],
      ...[0, 0, 1, 2, 3, 4],
    ]);
  });

  it.each([
    [{ tokens: 0, sequences: [] }, new RangeError('tokens: expected an integer in 1..16777216, got 0')],
    [
      { tokens: 2, sequences: [] },
      new TypeError('sequences: expected an array of { context, mask }, got an array of 0'),
    ],
    [
      { tokens: 2, sequences: [{ context: 3, mask: 0 }] },
      new RangeError('sequences[0].context: expected an integer in 1..2 (tokens), got 3'),
    ],
    [
      { tokens: 2, sequences: [{ context: 1, mask: 1 }] },
      new RangeError('sequences[0].mask: expected an integer in 0..0 (context), got 1'),
    ],
    [
      { tokens: 2, sequences: [{ context: 1, masks: 1 }] },
      new TypeError('sequences[0]: expected only context, mask, got "masks"'),
    ],
  ])('refuses %j', (prompts, error) => {
    expect(() => glmPositions(prompts as never)).toThrow(error);
  });
});
