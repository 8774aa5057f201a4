import { checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';

/** The largest position that a 32-bit integer holds. */
export const lastPosition = 2 ** 31 - 1;

/** Patches of one image or video, at most. */
const mostTokens = 2 ** 28;

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

/** What the grid of an image may have. */
export const imageKeys = ['height', 'width'] as const satisfies readonly (keyof ImageGrid)[];

/** What the grid of a video may have. */
export const videoKeys = [
  ...imageKeys,
  'frames',
  'secondsPerFrame',
  'tokensPerSecond',
] as const satisfies readonly (keyof VideoGrid)[];

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

const orderKeys = [
  'spatialMerge',
  'order',
  'origin',
] as const satisfies readonly (keyof GridOptions<string>)[];

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
  checkKeys('options', options, [...imageKeys, ...orderKeys]);
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
  checkKeys('options', options, [...videoKeys, ...orderKeys]);
  return gridPositions(options, ['time', 'row', 'column']);
}

function gridPositions<Axis extends 'time' | 'row' | 'column'>(
  options: VideoGrid & GridOptions<Axis>,
  names: readonly Axis[],
): GridPositions {
  const { spatialMerge: merge = 1, origin = 0, order = names } = options;
  const { frames, height, width } = checkGrid('', options, merge);
  checkOrder(order, names);
  const area = height * width;
  const tokens = frames * area;
  if (tokens > mostTokens)
    throw outOfRange('frames * height * width', `at most ${mostTokens} patches`, tokens);
  const timeOf = frameTimes('', options);
  checkInteger('origin', origin, 0, lastPosition - Math.max(timeOf(frames - 1), height - 1, width - 1));
  const positions = new Int32Array(order.length * tokens);
  const blockArea = merge * merge;
  const blockOf = (token: number): number => Math.floor((token % area) / blockArea);
  const inBlock = (token: number): number => (token % area) % blockArea;
  const blocks = width / merge;
  const places = {
    time: (token: number) => timeOf(Math.floor(token / area)),
    row: (token: number) => Math.floor(blockOf(token) / blocks) * merge + Math.floor(inBlock(token) / merge),
    column: (token: number) => (blockOf(token) % blocks) * merge + (inBlock(token) % merge),
  };
  for (const [axis, name] of order.entries()) {
    const place = places[name];
    for (let token = 0; token < tokens; token++) positions[axis * tokens + token] = origin + place(token);
  }
  return { positions, axes: order.length, tokens };
}

/**
 * The time of a step, in positions. float32, and so the same steps as where torch multiplies by a float.
 *
 * @throws {TypeError | RangeError} a rate is no number of at least 0, or the last step's time is no 32-bit integer
 */
export function frameTimes(
  prefix: string,
  { frames, secondsPerFrame = 1, tokensPerSecond = 1 }: VideoGrid,
): (frame: number) => number {
  for (const [name, value] of Object.entries({ secondsPerFrame, tokensPerSecond })) {
    checkNumber(prefix + name, value, 'a finite number of at least 0', (number) => number >= 0);
  }
  const seconds = Math.fround(secondsPerFrame);
  const timeOf = (frame: number): number =>
    Math.floor(Math.fround(Math.fround(frame * seconds) * Math.fround(tokensPerSecond)));
  const last = timeOf(frames - 1);
  if (!(last <= lastPosition)) {
    const expected = `times up to ${lastPosition} (times tokensPerSecond ${tokensPerSecond})`;
    throw new RangeError(`${prefix}secondsPerFrame: expected ${expected}, got ${last} in step ${frames - 1}`);
  }
  return timeOf;
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

function checkOrder(order: readonly string[], names: readonly string[]): void {
  const expected = `each of ${names.map((name) => `"${name}"`).join(', ')} once`;
  if (!Array.isArray(order)) throw wrongType('order', expected, order);
  if (order.length !== names.length || names.some((name) => !order.includes(name))) {
    throw new RangeError(`order: expected ${expected}, got ${JSON.stringify(order)}`);
  }
}
