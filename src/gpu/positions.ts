import { checkChoice, checkInteger, wrongType } from '../errors';
import type { TableShape } from './table-state';

/** An id a token, in a GPUBuffer that the kernel only reads. -1 is padding: the token is left as it is. */
export interface RopeIds {
  readonly type: 'ids';
  /**
   * `[tokens]`, shared by a batch, or `[batch, tokens]` with `perSequence`; with several axes `[axes, tokens]` or
   * `[axes, batch, tokens]`. Needs `GPUBufferUsage.STORAGE`; must not be the buffer of Q or K.
   */
  readonly buffer: GPUBuffer;
  /** Default `i32`. `i64` is two words an id, low first, as onnxruntime has them. */
  readonly format?: 'u32' | 'i32' | 'i64';
  /** Whether each sequence has a row of its own. Default false. */
  readonly perSequence?: boolean;
  /** Ids from one row to the next. Default `tokens`. */
  readonly rowLength?: number;
  /** First id. Default 0. All ids used lie within the first `maxStorageBufferBindingSize` bytes. */
  readonly offset?: number;
}

/**
 * Sequences of different lengths one after the other, as a serving engine batches them: token t of sequence b,
 * `indptr[b] <= t < indptr[b + 1]`, has position `offsets[b] + t - indptr[b]`. A token in none is left as it is.
 */
export interface RopeRagged {
  readonly type: 'ragged';
  /** `sequences + 1` u32 words, rising. */
  readonly indptr: GPUBuffer;
  /** `sequences` u32 words: the position of each one's first token. May be the same buffer as `indptr`. */
  readonly offsets: GPUBuffer;
  readonly sequences: number;
}

/** Cells of an image or a video, row by row: no id buffer. The axes are (row, column), or (frame, row, column). */
export interface RopeGrid {
  readonly type: 'grid';
  /** Rows of a frame. */
  readonly height: number;
  /** Cells of a row. */
  readonly width: number;
  /** Added to every axis. Default 0. */
  readonly start?: number;
}

/** Positions that are not one after the other; a discriminated union on `type`. */
export type RopePositions = RopeIds | RopeRagged | RopeGrid;

/** Either: positions `start`, `start + 1`, … on every axis; or {@link RopePositions}. */
export interface RopePositionSource {
  readonly start?: number;
  readonly positions?: RopePositions;
}

/** Words of struct Source. */
export const sourceWords = 12;
/** Most ids, positions or cells of one kind. */
export const maxIds = 2 ** 31;

/** What struct Source says of a table. */
interface SourceTable {
  readonly table: Pick<TableShape, 'lowBits' | 'highRows'>;
  readonly capacity: number;
}

/** The numbers of struct Source's `kind`, from 1 on; 0 is a start. */
const kinds = ['grid', 'ids', 'ragged'] as const;

/**
 * Checks what the host knows of a source, and writes it as struct Source at word `at`.
 *
 * @param name Begins its error messages: `''`, `from.`, `to.`.
 * @returns positions for the feature `positionIds` to go on with; null where a start says all
 */
export function writeSource(
  words: Uint32Array,
  at: number,
  name: string,
  { start, positions }: RopePositionSource,
  { table, capacity }: SourceTable,
  tokens: number,
): RopePositions | null {
  words[at] = table.lowBits;
  words[at + 1] = table.highRows;
  words[at + 2] = capacity;
  words.fill(0, at + 3, at + sourceWords);
  if (positions === undefined) {
    words[at + 4] = checkSpan(`${name}start`, start, tokens, capacity, 'tokens');
    return null;
  }
  if (start !== undefined) throw wrongType(`${name}start`, 'none beside positions', start);
  const prefix = `${name}positions`;
  if (typeof positions !== 'object' || positions === null) throw wrongType(prefix, '{ type, … }', positions);
  const kind = kinds.indexOf(positions.type);
  if (kind < 0) checkChoice(`${prefix}.type`, positions.type, kinds);
  words[at + 3] = kind + 1;
  return positions;
}

/** Refuses positions from `start` on that the host can see to lie past the table; returns the start. */
export function checkSpan(
  name: string,
  start: unknown,
  count: number,
  capacity: number,
  unit: string,
): number {
  const first = checkInteger(name, start, 0, maxIds);
  if (first + count > capacity) {
    const last = `position ${first + count - 1} (start ${first} + ${count} ${unit} - 1)`;
    throw new RangeError(`${name}: expected positions below the capacity ${capacity}, got ${last}`);
  }
  return first;
}
