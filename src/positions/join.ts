import { checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { type GridPositions, lastPosition } from './grid';

/** Tokens whose positions go on from one to the next on every axis, or are all the same. */
export interface TextPart {
  readonly tokens: number;
  /** Position of the first token: on all axes, or one an axis; below 0 too. Default 0. */
  readonly origin?: number | readonly number[] | undefined;
  /** What a token adds on every axis. Default 1; 0 where all have the same position (FLUX). */
  readonly step?: number | undefined;
}

/** Cells of an image or a video, row by row, frame by frame: on two axes (row, column), on three (frame, row, column). */
export interface GridPart {
  readonly height: number;
  readonly width: number;
  /** Default 1; more on three axes alone. */
  readonly frames?: number | undefined;
  /** Position of the first cell: on all axes, or one an axis; below 0 too. Default 0. */
  readonly origin?: number | readonly number[] | undefined;
}

/** See {@link joinedPositions}. */
export interface JoinedParts {
  /** Position axes. */
  readonly axes: 2 | 3;
  /** In the order of their tokens. */
  readonly parts: readonly (TextPart | GridPart)[];
}

/** Positions of parts that are one sequence. */
export interface JoinedPositions extends GridPositions {
  /** What was added to every position of an axis so that none is below 0; one an axis. */
  readonly shifts: readonly number[];
}

const textKeys = ['tokens', 'origin', 'step'];
const gridKeys = ['height', 'width', 'frames', 'origin'];
const mostTokens = 2 ** 28;

/**
 * Positions of several images, a reference image, text before or after them: each part with an origin of its own on each axis, all as
 * one sequence.
 *
 * Scores depend on differences of positions alone, on each axis: where an origin is below 0 all positions of that axis are moved up
 * by the same, so that the least is 0 (`shifts`). Keep the shift for tokens that come later.
 *
 * @throws {TypeError | RangeError} a part is no part, a size no integer of at least 1, an origin of another number of axes, a position
 *   past 2^31 - 1
 * @example An image of 64 x 64, a reference image of 32 x 32 in a frame of its own, 77 tokens of text that all lie at 0 (FLUX):
 * joinedPositions({ axes: 3, parts: [
 *   { tokens: 77, step: 0 }, { height: 64, width: 64 }, { height: 32, width: 32, origin: [1, 0, 0] },
 * ] })
 */
export function joinedPositions(joined: JoinedParts): JoinedPositions {
  const { axes, cells, tokens } = checkedParts(joined);
  const shifts = Array.from({ length: axes }, (_, axis) =>
    cells.reduce((shift, { least }) => Math.max(shift, -least[axis]!), 0),
  );
  const positions = new Int32Array(axes * tokens);
  let at = 0;
  for (const [i, { count, most, place }] of cells.entries()) {
    for (let axis = 0; axis < axes; axis++) {
      const shift = shifts[axis]!;
      if (most[axis]! + shift > lastPosition) {
        throw outOfRange(
          `parts[${i}].origin`,
          `positions up to ${lastPosition} on axis ${axis}`,
          most[axis]! + shift,
        );
      }
      for (let token = 0; token < count; token++) {
        positions[axis * tokens + at + token] = place(axis, token) + shift;
      }
    }
    at += count;
  }
  return { positions, axes, tokens, shifts };
}

/**
 * The same parts as `createTokenTable` reads them from a GPUBuffer, eight words each (`TokenParts`): no position a token has to be
 * computed or uploaded, and origins below 0 stay as they are.
 *
 * @throws {TypeError | RangeError} as {@link joinedPositions}
 * @example device.queue.writeBuffer(parts, 0, partWords({ axes: 3, parts: [{ tokens: 77, step: 0 }, { height: 64, width: 64 }] }))
 */
export function partWords(joined: JoinedParts): Int32Array<ArrayBuffer> {
  const { cells } = checkedParts(joined);
  const words = new Int32Array(cells.length * 8);
  let first = 0;
  for (const [i, { count, shape, least }] of cells.entries()) {
    words.set([first, ...shape, ...least], i * 8);
    first += count;
  }
  return words;
}

function checkedParts(joined: JoinedParts): { axes: number; cells: readonly Cells[]; tokens: number } {
  checkKeys('joined', joined, ['axes', 'parts']);
  const { axes, parts } = joined;
  checkInteger('axes', axes, 2, 3);
  if (!Array.isArray(parts)) throw wrongType('parts', 'an array of parts', parts);
  if (parts.length === 0) throw outOfRange('parts', 'at least one part', parts);
  const cells = Array.from(parts as readonly unknown[], (part, i) => cellsOf(`parts[${i}]`, part, axes));
  const tokens = cells.reduce((sum, { count }) => sum + count, 0);
  if (tokens > mostTokens) throw outOfRange('parts', `at most ${mostTokens} tokens in all`, tokens);
  return { axes, cells, tokens };
}

/** A checked part: its tokens, and its positions before any shift. */
interface Cells {
  readonly count: number;
  /** Width, height and step: the words of a part. */
  readonly shape: readonly [width: number, height: number, step: number];
  readonly least: readonly number[];
  readonly most: readonly number[];
  place(axis: number, token: number): number;
}

function cellsOf(name: string, part: unknown, axes: number): Cells {
  const isText = typeof part === 'object' && part !== null && 'tokens' in part;
  checkKeys(name, part, isText ? textKeys : gridKeys);
  const origin = originOf(`${name}.origin`, (part as TextPart).origin ?? 0, axes);
  if (isText) {
    const { tokens, step = 1 } = part as TextPart;
    const count = checkInteger(`${name}.tokens`, tokens, 1, mostTokens);
    checkInteger(`${name}.step`, step, 0, lastPosition);
    const most = origin.map((first) => first + (count - 1) * step);
    return {
      count,
      shape: [0, 0, step],
      least: origin,
      most,
      place: (axis, token) => origin[axis]! + token * step,
    };
  }
  const { height, width, frames = 1 } = part as GridPart;
  const sizes = [frames, height, width];
  for (const [i, key] of ['frames', 'height', 'width'].entries()) {
    checkInteger(`${name}.${key}`, sizes[i], 1, axes === 2 && i === 0 ? 1 : mostTokens);
  }
  const count = frames * height * width;
  if (count > mostTokens) throw outOfRange(`${name}.height`, `at most ${mostTokens} cells`, count);
  const steps = [height * width, width, 1].slice(-axes);
  const ends = sizes.slice(-axes);
  return {
    count,
    shape: [width, height, 0],
    least: origin,
    most: origin.map((first, axis) => first + ends[axis]! - 1),
    place: (axis, token) => origin[axis]! + (Math.floor(token / steps[axis]!) % ends[axis]!),
  };
}

function originOf(name: string, origin: unknown, axes: number): readonly number[] {
  const all = typeof origin === 'number' ? new Array<number>(axes).fill(origin) : origin;
  if (!Array.isArray(all)) throw wrongType(name, `a number, or an array of ${axes}`, origin);
  if (all.length !== axes) throw outOfRange(name, `${axes} numbers (axes)`, all);
  return Array.from(all as readonly unknown[], (first, axis) =>
    checkInteger(`${name}[${axis}]`, first, -lastPosition, lastPosition),
  );
}
