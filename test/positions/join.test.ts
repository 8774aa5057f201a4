import { describe, expect, it, test } from 'vitest';
import { type JoinedParts, joinedPositions, partWords, videoGridPositions } from 'webgpu-rope';
import { fresh } from '../support/fresh';

const axesOf = ({ positions, axes, tokens }: ReturnType<typeof joinedPositions>): number[][] =>
  Array.from({ length: axes }, (_, axis) => [...positions.subarray(axis * tokens, (axis + 1) * tokens)]);

it('partWords: eight words a part: first token, width, height, step, origins', () => {
  const parts = [{ tokens: 2, step: 0, origin: 7 }, { height: 2, width: 3, origin: [-1, 4] }, { tokens: 1 }];
  expect([...partWords({ axes: 2, parts })]).toEqual([
    ...[0, 0, 0, 0, 7, 7, 0, 0],
    ...[2, 3, 2, 0, -1, 4, 0, 0],
    ...[8, 0, 0, 1, 0, 0, 0, 0],
  ]);
});

describe('joinedPositions', () => {
  it('text, an image, a reference image in a frame of its own', () => {
    const joined = joinedPositions({
      axes: 3,
      parts: [
        { tokens: 2, step: 0 },
        { height: 2, width: 2 },
        { height: 1, width: 2, origin: [1, 0, 5] },
      ],
    });
    expect(axesOf(joined)).toEqual([
      [0, 0, 0, 0, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 1, 0, 0],
      [0, 0, 0, 1, 0, 1, 5, 6],
    ]);
    expect(joined).toMatchObject({ axes: 3, tokens: 8, shifts: [0, 0, 0] });
  });

  it('origins below 0: all of that axis moves up, the others stay', () => {
    const joined = joinedPositions({
      axes: 2,
      parts: [
        { height: 2, width: 3, origin: [-1, -1] },
        { tokens: 3, origin: [2, 2] },
      ],
    });
    expect(axesOf(joined)).toEqual([
      [0, 0, 0, 1, 1, 1, 3, 4, 5],
      [0, 1, 2, 0, 1, 2, 3, 4, 5],
    ]);
    expect(joined.shifts).toEqual([1, 1]);
    const one = joinedPositions({ axes: 2, parts: [{ height: 1, width: 2, origin: [-3, 4] }] });
    expect([axesOf(one), one.shifts]).toEqual([
      [
        [0, 0],
        [4, 5],
      ],
      [3, 0],
    ]);
  });

  it('a video alone: as videoGridPositions, moved by its origin', () =>
    fresh((random) => {
      const grid = {
        frames: random.integer(1, 5),
        height: random.integer(1, 6),
        width: random.integer(1, 6),
      };
      const origin = random.integer(0, 100);
      const { positions } = joinedPositions({ axes: 3, parts: [{ ...grid, origin }] });
      expect(positions).toEqual(videoGridPositions({ ...grid, origin }).positions);
    }));
});

test.each<[joined: unknown, error: Error]>([
  [null, new TypeError('joined: expected { axes, parts }, got null')],
  [{ axes: 4, parts: [] }, new RangeError('axes: expected an integer in 2..3, got 4')],
  [{ axes: 2, parts: {} }, new TypeError('parts: expected an array of parts, got a Object')],
  [{ axes: 2, parts: [] }, new RangeError('parts: expected at least one part, got an array of 0')],
  [{ axes: 2, parts: [7] }, new TypeError('parts[0]: expected { height, width, frames, origin }, got 7')],
  [
    { axes: 2, parts: [{ tokens: 1, height: 2 }] },
    new TypeError('parts[0]: expected only tokens, origin, step, got "height"'),
  ],
  [
    { axes: 2, parts: [{ tokens: 0 }] },
    new RangeError('parts[0].tokens: expected an integer in 1..268435456, got 0'),
  ],
  [
    { axes: 2, parts: [{ tokens: 1, step: -1 }] },
    new RangeError('parts[0].step: expected an integer in 0..2147483647, got -1'),
  ],
  [
    { axes: 2, parts: [{ height: 1, width: 1, frames: 2 }] },
    new RangeError('parts[0].frames: expected an integer in 1..1, got 2'),
  ],
  [
    { axes: 3, parts: [{ height: 2 ** 14, width: 2 ** 15 }] },
    new RangeError('parts[0].height: expected at most 268435456 cells, got 536870912'),
  ],
  [
    { axes: 3, parts: [{ height: 2, width: 2, origin: [1, 2] }] },
    new RangeError('parts[0].origin: expected 3 numbers (axes), got an array of 2'),
  ],
  [
    { axes: 2, parts: [{ height: 2, width: 2, origin: 'middle' }] },
    new TypeError('parts[0].origin: expected a number, or an array of 2, got "middle"'),
  ],
  [
    { axes: 2, parts: [{ height: 2, width: 2, origin: [0.5, 0] }] },
    new RangeError('parts[0].origin[0]: expected an integer in -2147483647..2147483647, got 0.5'),
  ],
  [
    { axes: 2, parts: [{ tokens: 2, origin: 2 ** 31 - 1 }] },
    new RangeError('parts[0].origin: expected positions up to 2147483647 on axis 0, got 2147483648'),
  ],
  [
    { axes: 2, parts: Array(3).fill({ tokens: 2 ** 27 }) },
    new RangeError('parts: expected at most 268435456 tokens in all, got 402653184'),
  ],
])('refuses %j', (joined, error) => {
  expect(() => joinedPositions(joined as JoinedParts)).toThrow(error);
});
