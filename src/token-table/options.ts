import type { RopeOptions } from '../rope/options';

/** Choices for {@link createTokenTable}. */
export interface TokenTableOptions
  extends Pick<RopeOptions, 'dtypes' | 'sequenceLength' | 'tuning' | 'unprepared' | 'label'> {
  /** Rows: the tokens of all sequences that the table holds at a time. At most 2^24, and what fits one binding. */
  readonly tokens: number;
  /**
   * Positions p are served where -capacity <= p < capacity. Default and most: 2^24, or with `dynamic` and `longrope` those that
   * the frequencies are for. Not with tables of your own, which serve 0 to their rows.
   */
  readonly capacity?: number;
}

/** An id a token, in a GPUBuffer that the kernel only reads. */
export interface TokenIds {
  readonly type: 'ids';
  /**
   * `[tokens]`, shared by a batch, or `[batch, tokens]` with `perSequence`; with several axes `[axes, tokens]` or
   * `[axes, batch, tokens]`. Needs `GPUBufferUsage.STORAGE`.
   */
  readonly buffer: GPUBuffer;
  /**
   * Default `i32`. `i64` is two words an id, low first. `f32` are positions between integers: NaN is padding, and times the factor
   * they lie within 2^24, as float32 has integers.
   */
  readonly format?: 'u32' | 'i32' | 'i64' | 'f32';
  /**
   * Whether ids may lie below 0. Padding is then -2^31 in `i32` and -2^63 in `i64`; otherwise it is -1. `f32` is signed anyway.
   * Default false.
   */
  readonly signed?: boolean;
  /** Whether each sequence has a row of its own. Default false. */
  readonly perSequence?: boolean;
  /** Ids from one row to the next. Default `tokens`. */
  readonly rowLength?: number;
  /** First id. Default 0. All ids used lie within the first `maxStorageBufferBindingSize` bytes. */
  readonly offset?: number;
}

/** Cells of an image or a video, row by row. The axes are (row, column), or (frame, row, column). */
export interface TokenGrid {
  readonly type: 'grid';
  /** Rows of a frame. */
  readonly height: number;
  /** Cells of a row. */
  readonly width: number;
  /** Position of the first cell: on all axes, or one an axis; below 0 too. Default 0. */
  readonly origin?: number | readonly number[];
}

/**
 * Several grids, and text between them, as one sequence: a list of parts in a GPUBuffer, as `partWords` makes it. A token
 * before the first part is padding.
 */
export interface TokenParts {
  readonly type: 'parts';
  /**
   * Eight i32 words a part, in the order of their tokens: its first token; width, height and 0 of a grid, or 0, 0 and the step of
   * text; the position of its first token on each of up to four axes. Needs `GPUBufferUsage.STORAGE`.
   */
  readonly buffer: GPUBuffer;
  /** Parts of a sequence. A part that begins past the last token is none. */
  readonly count: number;
  /** Whether each sequence has parts of its own, one list after the other. Default false. */
  readonly perSequence?: boolean;
  /** First part. Default 0. */
  readonly offset?: number;
}

/** Positions that are not one after the other; a discriminated union on `type`. */
export type TokenPositions = TokenIds | TokenGrid | TokenParts;

/** Which positions {@link TokenTable.encode} computes the rows of. */
export interface TokenTableEncodeOptions {
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Positions `start`, `start + 1`, … of every sequence: on all axes, or one an axis; below 0 too. */
  readonly start?: number | readonly number[];
  /** In place of `start`. */
  readonly positions?: TokenPositions;
  /** An integer that is added to every position that is not padding: on all axes, or one an axis. Default 0. */
  readonly shift?: number | readonly number[];
  /**
   * Ids of `f32` are multiplied by this, and rounded to float32, before the shift is added: on all axes, or one an axis.
   * Default 1.
   */
  readonly factor?: number | readonly number[];
  /** Row of the first token. Default 0. */
  readonly row?: number;
}
