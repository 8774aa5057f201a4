import type { ImageGrid, VideoGrid } from './grid';

export const mropeRules = ['transformers', 'original', 'qwen2.5-omni', 'qwen3-omni'] as const;

/** Whose positions they are; see `mropePositions`. */
export type MropeRules = (typeof mropeRules)[number];

/** Prompts of a batch, tokens of images and videos included, as the tokenizer's processor expands them. */
export interface MropePrompts {
  /** Token ids `[batch, tokens]`, row-major. */
  readonly ids: ArrayLike<number>;
  /** Sequences. Default 1. */
  readonly batch?: number | undefined;
  /** `[batch, tokens]`: 0 or false is padding, on either side; the attention mask. Default: no padding. */
  readonly mask?: ArrayLike<number | boolean> | undefined;
  /** The id that stands for a patch of an image. Qwen2-VL, Qwen2.5-VL and Qwen3-VL: 151655. */
  readonly imageToken?: number | undefined;
  /** The id that stands for a patch of a video. Qwen2-VL, Qwen2.5-VL and Qwen3-VL: 151656. */
  readonly videoToken?: number | undefined;
  /** Grids of the images, in patches, in the order in which they appear, sequence after sequence. */
  readonly images?: readonly ImageGrid[] | undefined;
  /** Grids of the videos likewise. */
  readonly videos?: readonly VideoGrid[] | undefined;
  /**
   * Whether the steps of a video lie apart, each behind a time stamp in text (Qwen3-VL): each is then placed as an image is.
   * Default false.
   */
  readonly timestamps?: boolean | undefined;
  /** The id that stands for a piece of sound. With the rules of an Omni model it may come in between the patches of a video. */
  readonly audioToken?: number | undefined;
  /** Default `transformers`. */
  readonly rules?: MropeRules | undefined;
  /** Patches on a side of a block that is one token here. Qwen2-VL and its kin: 2. Default 1. */
  readonly spatialMerge?: number | undefined;
}
