/**
 * What adds a position's row to a token: plain, serialisable data, checked and complete. A discriminated union on `type`.
 * All but `learned` may split their row into equal blocks, one an axis, and encode a position of each axis in its block.
 */
export type AdditiveEncoding = LearnedEncoding | SinusoidalEncoding | BinaryEncoding | IntegerEncoding;

/**
 * A trained row a position: BERT and GPT-2 (`offset` 0), RoBERTa (`offset` 2, its padding index and one). The rows are
 * the caller's and travel beside the encoding.
 */
export interface LearnedEncoding {
  readonly type: 'learned';
  /** Elements in a row. */
  readonly dim: number;
  /** Rows of the weights, those before `offset` included. */
  readonly rows: number;
  /** Row of position 0. */
  readonly offset: number;
  readonly axes: 1;
}

/**
 * Sines and cosines of `position * f[i]`. Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762, section 3.5.
 */
export interface SinusoidalEncoding {
  readonly type: 'sinusoidal';
  /** Elements in a row; each axis has `dim / axes` of them, an even number. */
  readonly dim: number;
  readonly base: number;
  /** `interleaved`: sine i at 2i, its cosine at 2i + 1. `concat`: all sines, then all cosines. */
  readonly layout: 'interleaved' | 'concat';
  /**
   * Where the frequencies end, with d = dim / axes. False: `f[i] = base^(-2i/d)`, as in the paper. True:
   * `f[i] = base^(-i/(d/2 - 1))`, whose last one is 1/base (tensor2tensor, fairseq, Whisper).
   */
  readonly endpoint: boolean;
  readonly axes: number;
}

/** Bit j of the position in element j, lowest first: 0 or 1. */
export interface BinaryEncoding {
  readonly type: 'binary';
  /** Elements in a row; a position needs no more than `dim / axes` bits. */
  readonly dim: number;
  readonly axes: number;
}

/** The position itself in every element, divided by `divisor`. */
export interface IntegerEncoding {
  readonly type: 'integer';
  readonly dim: number;
  /** Positions are divided by this: 1 leaves them as they are, `positions - 1` maps them to 0..1. */
  readonly divisor: number;
  readonly axes: number;
}

/** What {@link additiveEncoding} takes: an encoding that leaves out what has a default. */
export type AdditiveEncodingInput =
  | Input<LearnedEncoding, 'rows'>
  | Input<SinusoidalEncoding>
  | Input<BinaryEncoding>
  | Input<IntegerEncoding>;

type Input<T extends AdditiveEncoding, Required extends keyof T = never> = Pick<
  T,
  'type' | 'dim' | Required
> &
  Partial<T>;
