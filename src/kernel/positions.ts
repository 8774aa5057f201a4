/**
 * An id a token, in a GPUBuffer that the kernel only reads. -1 is padding: the token is left as it is. Ids below 0 and between integers
 * are for `createTokenTable`.
 */
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
  /** `sequences` u32 words: the position of each one's first token; 0xffffffff is padding: the sequence is left as it is. May
   * be the same buffer as `indptr`. */
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
