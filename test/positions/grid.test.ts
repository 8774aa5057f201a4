import { describe, expect, it } from 'vitest';
import {
  type ImageGridOptions,
  imageGridPositions,
  type VideoGridOptions,
  videoGridPositions,
} from 'webgpu-rope';
import { goldenRotations } from '../support/golden';
import { withHole } from '../support/holes';

/** The lists of a grid, one an axis. */
function lists({ positions, axes, tokens }: ReturnType<typeof imageGridPositions>): number[][] {
  return Array.from({ length: axes }, (_, axis) => [
    ...positions.subarray(axis * tokens, (axis + 1) * tokens),
  ]);
}

describe('imageGridPositions', () => {
  it('2 x 3 patches: row, then column, row by row', () => {
    const grid = imageGridPositions({ height: 2, width: 3 });
    expect(grid).toMatchObject({ axes: 2, tokens: 6 });
    expect(lists(grid)).toEqual([
      [0, 0, 0, 1, 1, 1],
      [0, 1, 2, 0, 1, 2],
    ]);
  });

  it('4 x 4 patches, merged by 2: block by block, as the vision tower of Qwen2-VL has them', () => {
    // transformers: arange(h) as [h/2, 2, w/2, 2], dims 1 and 2 exchanged, flattened.
    expect(lists(imageGridPositions({ height: 4, width: 4, spatialMerge: 2 }))).toEqual([
      [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3],
      [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3],
    ]);
  });

  it('6 x 4 patches, merged by 2: every patch once, each block of four together', () => {
    const [rows, columns] = lists(imageGridPositions({ height: 6, width: 4, spatialMerge: 2 })) as [
      number[],
      number[],
    ];
    expect(new Set(rows.map((row, i) => row * 4 + columns[i]!)).size).toBe(24);
    const blockOf = (i: number) => (rows[i]! >> 1) * 2 + (columns[i]! >> 1);
    expect(rows.map((_, i) => blockOf(i))).toEqual(rows.map((_, i) => i >> 2));
  });

  it('origin 1 is added to both axes (Llama 4 counts rows and columns from 1)', () => {
    expect(lists(imageGridPositions({ height: 1, width: 2, origin: 1, order: ['column', 'row'] }))).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });

  for (const golden of goldenRotations) {
    if (golden.position_mode !== 'axial' || !golden.token_index) continue;
    it(`${golden.name}: the positions of its tokens, column then row`, () => {
      const [x, y] = lists(
        imageGridPositions({ height: golden.grid_y!, width: golden.grid_x!, order: ['column', 'row'] }),
      );
      expect(golden.token_index!.map((token) => x![token])).toEqual(golden.positions[0]);
      expect(golden.token_index!.map((token) => y![token])).toEqual(golden.positions[1]);
    });
  }
});

describe('videoGridPositions', () => {
  it('3 steps of 2 x 2 patches, 50 positions a step: the example of Qwen2.5-VL', () => {
    const grid = videoGridPositions({
      frames: 3,
      height: 2,
      width: 2,
      secondsPerFrame: 2,
      tokensPerSecond: 25,
    });
    expect(lists(grid)).toEqual([
      [0, 0, 0, 0, 50, 50, 50, 50, 100, 100, 100, 100],
      [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1],
      [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    ]);
  });

  it('half a second a step at 3 positions a second: times are rounded down', () => {
    const grid = videoGridPositions({
      frames: 5,
      height: 1,
      width: 1,
      secondsPerFrame: 0.5,
      tokensPerSecond: 3,
    });
    expect(lists(grid)[0]).toEqual([0, 1, 3, 4, 6]);
  });

  it('seconds that are no binary fraction: the products of float32, 0.1 s x 10 a second is one position', () => {
    const grid = videoGridPositions({
      frames: 40,
      height: 1,
      width: 1,
      secondsPerFrame: 0.1,
      tokensPerSecond: 10,
    });
    expect(lists(grid)[0]).toEqual(Array.from({ length: 40 }, (_, frame) => frame));
  });

  it('by default a step is a position; axes in any order; blocks within a step', () => {
    const grid = videoGridPositions({
      frames: 2,
      height: 2,
      width: 4,
      spatialMerge: 2,
      order: ['column', 'time', 'row'],
      origin: 7,
    });
    expect(lists(grid)).toEqual([
      [7, 8, 7, 8, 9, 10, 9, 10, 7, 8, 7, 8, 9, 10, 9, 10],
      [7, 7, 7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8, 8, 8],
      [7, 7, 8, 8, 7, 7, 8, 8, 7, 7, 8, 8, 7, 7, 8, 8],
    ]);
  });
});

describe('grids refuse', () => {
  const image = { height: 4, width: 6 };
  const video = { frames: 2, ...image };
  const images: [unknown, string][] = [
    [null, 'options: expected { height, width, spatialMerge, order, origin }, got null'],
    [{ height: 4 }, 'width: expected an integer (patches), got undefined'],
    [{ ...image, height: 0 }, 'height: expected an integer of at least 1 (patches), got 0'],
    [{ ...image, spatialMerge: 4 }, 'width: expected a multiple of 4 (spatialMerge), got 6'],
    [{ ...image, spatialMerge: 0 }, 'spatialMerge: expected an integer of at least 1, got 0'],
    [{ ...image, origin: -1 }, 'origin: expected an integer in 0..2147483642, got -1'],
    [{ ...image, origin: 2 ** 31 - 5 }, 'origin: expected an integer in 0..2147483642, got 2147483643'],
    [
      { height: 2 ** 15, width: 2 ** 15 },
      'frames * height * width: expected at most 268435456 patches, got 1073741824',
    ],
    [
      { ...image, frames: 2 },
      'options: expected only height, width, spatialMerge, order, origin, got "frames"',
    ],
    [
      { ...image, order: withHole(['row', 'column'], 1) },
      'order: expected each of "row", "column" once, got',
    ],
    [{ ...image, order: 'yx' }, 'order: expected each of "row", "column" once, got "yx"'],
    [{ ...image, order: ['row', 'row'] }, 'order: expected each of "row", "column" once, got ["row","row"]'],
  ];
  for (const [options, message] of images) {
    it(message, () => expect(() => imageGridPositions(options as ImageGridOptions)).toThrow(message));
  }
  const videos: [unknown, string][] = [
    [image, 'frames: expected an integer, got undefined'],
    [{ ...video, secondsPerFrame: -1 }, 'secondsPerFrame: expected a finite number of at least 0, got -1'],
    [
      { ...video, secondsPerFrame: 2 ** 31 },
      'secondsPerFrame: expected times up to 2147483647 (times tokensPerSecond 1), got 2147483648 in step 1',
    ],
    [
      { ...video, frames: 1, tokensPerSecond: 1e300 },
      'secondsPerFrame: expected times up to 2147483647 (times tokensPerSecond 1e+300), got NaN in step 0',
    ],
    [{ ...video, tokensPerSecond: '2' }, 'tokensPerSecond: expected a finite number of at least 0, got "2"'],
    [
      { ...video, order: ['row', 'column'] },
      'order: expected each of "time", "row", "column" once, got ["row","column"]',
    ],
  ];
  for (const [options, message] of videos) {
    it(message, () => expect(() => videoGridPositions(options as VideoGridOptions)).toThrow(message));
  }
});
