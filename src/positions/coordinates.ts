import { checkInteger, checkKeys } from '../errors';

/** See {@link coordinatePositions}. */
export interface PatchGrid {
  /** Rows of patches. */
  readonly height: number;
  /** Patches of a row. */
  readonly width: number;
  /** Tokens before the patches that are not rotated: the class token and registers. Default 0. */
  readonly prefix?: number;
}

const most = 2 ** 15;

/**
 * Positions of patches as DINOv3 has them: row and column of each patch's centre, from -1 to 1 over the image whatever its size, in
 * float32 as transformers computes them. Ids of `f32` for `createTokenTable`; the config of the tower, read by
 * `ropeConfigFromHuggingFace`, has frequencies for them.
 *
 * @returns `[2, prefix + height * width]`, rows first; NaN, which is padding, for the prefix.
 * @throws {TypeError | RangeError} a size is no integer from 1 to 32 768
 * @example coordinatePositions({ height: 14, width: 14, prefix: 5 }) // 224 x 224 pixels in patches of 16, a class token, 4 registers
 */
export function coordinatePositions(grid: PatchGrid): Float32Array<ArrayBuffer> {
  checkKeys('grid', grid, ['height', 'width', 'prefix']);
  const height = checkInteger('height', grid.height, 1, { most, unit: ' (rows of patches)' });
  const width = checkInteger('width', grid.width, 1, { most, unit: ' (patches of a row)' });
  const prefix = checkInteger('prefix', grid.prefix ?? 0, 0, { most, unit: ' (tokens)' });
  const tokens = prefix + height * width;
  const positions = new Float32Array(2 * tokens).fill(Number.NaN);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = prefix + row * width + column;
      positions[at] = centreOf(row, height);
      positions[tokens + at] = centreOf(column, width);
    }
  }
  return positions;
}

/** From -1 to 1; rounded as often as float32 arithmetic does. */
function centreOf(index: number, count: number): number {
  return Math.fround(2 * Math.fround((index + 0.5) / count) - 1);
}
