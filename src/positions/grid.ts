import { checkInteger, checkNumber, outOfRange, wrongType } from '../errors';

/** Positions of the patches of an image or a video. */
export interface GridPositions {
  /** `[axes, tokens]`, row-major: all positions on axis 0, then all on axis 1, … */
  readonly positions: Int32Array<ArrayBuffer>;
  /** Position axes: 2 for an image, 3 for a video. */
  readonly axes: number;
  readonly tokens: number;
}

/** An image as its vision tower sees it. */
export interface ImageGrid {
  /** Rows of patches. */
  readonly height: number;
  /** Patches in a row. */
  readonly width: number;
}

/** A video as its vision tower sees it. */
export interface VideoGrid extends ImageGrid {
  /** Steps in time, each of `height * width` patches (Qwen2-VL: two frames of the film are one step). */
  readonly frames: number;
  /** Seconds from one step to the next: frames of the film in a step, over frames a second. Default 1. */
  readonly secondsPerFrame?: number | undefined;
  /** Positions that a second takes. Qwen2.5-VL: 2 (`tokens_per_second`). Default 1: with both, a step is a position. */
  readonly tokensPerSecond?: number | undefined;
}

interface GridOptions<Axis extends string> {
  /**
   * Patches on a side of a block that a later layer merges into one token: patches then come block by block, row by row
   * inside one. Qwen2-VL: 2. `height` and `width` are multiples of it. Default 1: patches come row by row.
   */
  readonly spatialMerge?: number | undefined;
  /** What each axis is. */
  readonly order?: readonly Axis[] | undefined;
  /** Added to every position. Llama 4: 1. Default 0. */
  readonly origin?: number | undefined;
}

/** See {@link imageGridPositions}; `order` is `['row', 'column']` by default. */
export type ImageGridOptions = ImageGrid & GridOptions<'row' | 'column'>;

/** See {@link videoGridPositions}; `order` is `['time', 'row', 'column']` by default. */
export type VideoGridOptions = VideoGrid & GridOptions<'time' | 'row' | 'column'>;

/**
 * Row and column of every patch of an image, in the order in which its vision tower has them.
 *
 * @throws {TypeError | RangeError} a size is no integer of at least 1, or `order` is no order of row and column
 * @example Qwen2-VL vision, 28 x 42 patches: `imageGridPositions({ height: 28, width: 42, spatialMerge: 2 })`
 * @example rope-vit (column, then row): `imageGridPositions({ height: 14, width: 14, order: ['column', 'row'] })`
 */
export function imageGridPositions(options: ImageGridOptions): GridPositions {
  checkOptions('options', options);
  return gridPositions({ ...options, frames: 1 }, ['row', 'column']);
}

/**
 * Time, row and column of every patch of a video, step by step, inside one as {@link imageGridPositions}.
 *
 * Step `f` has the time `floor(f * secondsPerFrame * tokensPerSecond)`, in float32 as Qwen2.5-VL's authors compute it.
 *
 * @throws {TypeError | RangeError} a size is no integer of at least 1, or `order` is no order of time, row and column
 * @example Qwen2.5-VL, 2 film frames a step at 1 frame a second:
 * `videoGridPositions({ frames: 3, height: 2, width: 2, secondsPerFrame: 2, tokensPerSecond: 25 }) // times 0, 50, 100`
 */
export function videoGridPositions(options: VideoGridOptions): GridPositions {
  checkOptions('options', options);
  return gridPositions(options, ['time', 'row', 'column']);
}

function gridPositions<Axis extends 'time' | 'row' | 'column'>(
  options: VideoGrid & GridOptions<Axis>,
  names: readonly Axis[],
): GridPositions {
  const { spatialMerge: merge = 1, origin = 0, order = names } = options;
  const { frames, height, width } = checkGrid('', options, merge);
  checkInteger('origin', origin, 0, Number.MAX_SAFE_INTEGER);
  checkOrder(order, names);
  const times = frameTimes('', options);
  const area = height * width;
  const tokens = frames * area;
  const positions = new Int32Array(order.length * tokens);
  for (const [axis, name] of order.entries()) {
    for (let token = 0; token < tokens; token++) {
      const patch = token % area;
      const block = Math.floor(patch / (merge * merge));
      const inBlock = patch % (merge * merge);
      const place = {
        time: () => times[Math.floor(token / area)]!,
        row: () => Math.floor(block / (width / merge)) * merge + Math.floor(inBlock / merge),
        column: () => (block % (width / merge)) * merge + (inBlock % merge),
      };
      positions[axis * tokens + token] = origin + place[name]();
    }
  }
  return { positions, axes: order.length, tokens };
}

/** The time of every step, in positions. float32, and so the same steps as where torch multiplies by a float. */
export function frameTimes(
  prefix: string,
  { frames, secondsPerFrame = 1, tokensPerSecond = 1 }: VideoGrid,
): number[] {
  for (const [name, value] of Object.entries({ secondsPerFrame, tokensPerSecond })) {
    checkNumber(prefix + name, value, 'a finite number of at least 0', (number) => number >= 0);
  }
  const seconds = Math.fround(secondsPerFrame);
  return Array.from({ length: frames }, (_, frame) =>
    Math.floor(Math.fround(Math.fround(frame * seconds) * Math.fround(tokensPerSecond))),
  );
}

/** Checks the sizes of a grid; `merge` divides height and width. */
export function checkGrid(prefix: string, grid: VideoGrid, merge: number): VideoGrid {
  checkInteger('spatialMerge', merge, 1, Number.MAX_SAFE_INTEGER);
  checkInteger(`${prefix}frames`, grid.frames, 1, Number.MAX_SAFE_INTEGER);
  for (const side of ['height', 'width'] as const) {
    const patches = checkInteger(prefix + side, grid[side], 1, {
      most: Number.MAX_SAFE_INTEGER,
      unit: ' (patches)',
    });
    if (patches % merge !== 0) {
      throw outOfRange(prefix + side, `a multiple of ${merge} (spatialMerge)`, patches);
    }
  }
  return grid;
}

/** Throws unless `value` is an object. */
export function checkOptions(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
}

function checkOrder(order: readonly string[], names: readonly string[]): void {
  const expected = `each of ${names.map((name) => `"${name}"`).join(', ')} once`;
  if (!Array.isArray(order)) throw wrongType('order', expected, order);
  if (order.length !== names.length || names.some((name) => !order.includes(name))) {
    throw new RangeError(`order: expected ${expected}, got ${JSON.stringify(order)}`);
  }
}
