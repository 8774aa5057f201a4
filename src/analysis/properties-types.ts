import type { RopeDtype } from '../dtypes';

/** What {@link encodingProperties} may be told. */
export interface PropertyOptions {
  /**
   * Tokens that are compared, and the trained length, 2 to 32 768. With several axes they fill a square grid, or a cube;
   * what does not fit in is left out. Default: 1024, or as many as the encoding has positions for.
   */
  readonly length?: number | undefined;
  /** Distances, in positions, that relations are measured at; integers of at least 1. Default: 1, 2, 8 and 64, as far as they fit. */
  readonly shifts?: readonly number[] | undefined;
  /** The length looked at past the trained one, over the trained one; above 1, up to 16. Default 2. */
  readonly extension?: number | undefined;
}

/** How far apart the rows of different positions are. */
export interface UniqueRows {
  /** Euclidean distance between the two nearest rows; 0 where two are the same. */
  readonly distance: number;
  /** The positions of those two, a position an axis each. Among equal distances, mostly the first. */
  readonly between: readonly [readonly number[], readonly number[]];
  /** Tokens whose row equals that of one before them; 0: all rows are different. */
  readonly repeated: number;
}

/** {@link UniqueRows} exactly, and after rounding rows to a storage type. */
export type UniqueRowsByStorage = Readonly<Record<'exact' | RopeDtype, UniqueRows>>;

/** What the best map from PE(p) to PE(p + shift) leaves over; with several axes, the worst of the axes. */
export interface ShiftResidual {
  /** In positions. */
  readonly shift: number;
  /** Frobenius norm of `PE(p) M - PE(p + shift)` over that of `PE(p + shift)`, for the best matrix M; 0 to 1. */
  readonly linear: number;
  /** The same for the best `PE(p) M + c`. */
  readonly affine: number;
}

/** Whether the row of a position follows from that of another one by one and the same map everywhere. */
export interface LinearRelation {
  /**
   * `linear`: PE(p + k) = PE(p) M for every shift k. `affine`: only with a constant added. `none`: neither.
   * `undetermined`: fewer tokens than twice the rank, so that a map fits whatever the encoding is.
   */
  readonly map: 'linear' | 'affine' | 'none' | 'undetermined';
  /** Residuals, one a shift. */
  readonly residuals: readonly ShiftResidual[];
  /** The largest linear residual. */
  readonly worst: number;
  /** Residuals up to this are rounding: `4 · (tokens · dim + the largest angle, in radians) · 2^-53`. */
  readonly tolerance: number;
  /** Independent elements of the rows, as far as float64 can tell. */
  readonly rank: number;
  /** Tokens that the map was fitted to. At least `2 · dim`, past the trained length if need be, where there are so many. */
  readonly tokens: number;
}

/** Whether an attention score depends on the distance of its two tokens alone. */
export interface RelativeScores {
  /** `spread` is rounding. */
  readonly depends: 'on distance alone' | 'on positions';
  /**
   * What positions do to a score at a fixed distance: the standard deviation over positions, over the root mean square
   * of the score. 0: nothing; 1: the mean over positions says nothing. Expected over queries and keys (RoPE), or tokens
   * x and y in `(x + PE(p)) · (y + PE(q))`, whose elements are normal with deviation 1; in closed form. Over the tokens
   * and shifts of {@link LinearRelation}.
   */
  readonly spread: number;
  /** Spreads up to this are rounding: `4 · (tokens · dim + the largest angle, in radians) · 2^-53`. */
  readonly tolerance: number;
}

/** What happens past the trained length. */
export interface BeyondTraining {
  /**
   * `refused`: some positions up to the target have no row. `grows`: values leave the range that all trained values
   * together had. `unseen`: they do not, but some pair meets angles, or some element values, that training did not show
   * it. `seen`: none of these.
   */
  readonly kind: 'refused' | 'grows' | 'unseen' | 'seen';
  /** Positions on each axis that count as trained; `learned`: the whole table. */
  readonly trainedLength: number;
  /** Positions on each axis that were looked at. */
  readonly targetLength: number;
  /** Positions on each axis that have a row, where they are fewer than `targetLength`; else null. */
  readonly endsAt: number | null;
  /** The error that the first position without a row gives; null where there is none. */
  readonly error: string | null;
  /** Largest size of an element up to the target over that within training; null where positions are refused. */
  readonly growth: number | null;
  /**
   * What meets something new: frequency pairs, where the encoding has them, that reach angles training did not; else
   * elements that leave their trained range. Null where positions are refused.
   */
  readonly unseen: {
    readonly what: 'pairs' | 'elements';
    readonly count: number;
    readonly of: number;
  } | null;
  /** All of this in plain words. */
  readonly sentence: string;
}

/** What {@link encodingProperties} gives: plain data, all of it measured. */
export interface EncodingProperties {
  /** Elements in a row; RoPE: `rotaryDim`. */
  readonly dim: number;
  /** Positions a token has. */
  readonly axes: number;
  /** Tokens compared: `lengthPerAxis` to the power of `axes`. */
  readonly length: number;
  /** Positions on each axis. */
  readonly lengthPerAxis: number;
  /** Root mean square length of the rows: what distances are to be compared with. */
  readonly rowLength: number;
  /** How far apart the rows of different positions are. */
  readonly unique: UniqueRowsByStorage;
  /** Whether PE(p + k) is a linear map of PE(p). */
  readonly linear: LinearRelation;
  /** Whether scores depend on distance alone. */
  readonly relative: RelativeScores;
  /** What happens past the trained length. */
  readonly beyond: BeyondTraining;
  /** Whether rows come from weights; else they follow from the position. */
  readonly learned: boolean;
  /** Weights that training has to find. Numbers in a config, such as LongRoPE's factors, are not counted. */
  readonly parameters: number;
  /** Most axes, up to 4, for which the encoding can be made and tells the cells of a small grid apart. */
  readonly maxAxes: number;
  /** Why there are no more than `maxAxes`; null where there are 4. */
  readonly axesError: string | null;
}
