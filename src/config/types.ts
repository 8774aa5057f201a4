/** How the two elements of a rotated pair lie in a head. See {@link RopeConfig.pairing}. */
export type Pairing = 'half' | 'interleaved';

/** What YaRN and NTK-by-parts share: which wavelengths are interpolated, and by how much. */
export interface PartsScaling {
  /** Context length over `originalPositions`; low frequencies are divided by it. At least 1. */
  readonly factor: number;
  /** Tokens the model was trained on before it was extended. */
  readonly originalPositions: number;
  /** Pairs that turn more often than this over `originalPositions` keep their frequency. Turns, default 32. */
  readonly betaFast?: number;
  /** Pairs that turn less often than this are divided by `factor` in full. Turns, default 1. */
  readonly betaSlow?: number;
  /** Whether the ends of the ramp are rounded outwards to whole pairs. Default true; gpt-oss says false. */
  readonly truncate?: boolean;
}

/**
 * Where the inverse frequencies come from: a discriminated union on `type`. Formulas and papers stand with each
 * scheme in `src/frequencies` and in docs/schemes.md. Every `factor` is from 1 to 2^24 and extends the context: it
 * divides positions (or, the same thing, frequencies). `originalPositions` is a length in tokens. Divisors are from 1/8 to
 * 2^256, attention factors from 2^-60 to 2^60; so no scheme makes a frequency that is not finite, or 0 where it should turn.
 */
export type RopeScaling =
  /** `theta^(-2i / rotaryDim)` for pair `i`. Past the trained length this is direct extrapolation. */
  | { readonly type: 'default' }
  /**
   * Any frequencies, from -16384 to 16384 radians a position, one a pair; a pair of 0 stands still. `attentionFactor` multiplies
   * cos and sin (default 1).
   */
  | {
      readonly type: 'explicit';
      readonly inverseFrequencies: readonly number[] | Float32Array | Float64Array;
      readonly attentionFactor?: number;
    }
  /** Default frequencies, each divided by its own divisor (GGUF's `rope_freqs`), one a pair. */
  | { readonly type: 'divisors'; readonly divisors: readonly number[] }
  /** Position interpolation: every frequency divided by `factor`. */
  | { readonly type: 'linear'; readonly factor: number }
  /** Static NTK-aware: `theta` multiplied by `factor^(rotaryDim / (rotaryDim - 2))`. */
  | { readonly type: 'ntk'; readonly factor: number }
  /** Dynamic NTK: as `ntk`, by a factor that grows once the sequence passes `originalPositions`. */
  | { readonly type: 'dynamic'; readonly factor: number; readonly originalPositions: number }
  /** YaRN. `attentionFactor` replaces the computed one; `mscale` counts only beside `mscaleAllDim`, both not 0. */
  | (PartsScaling & {
      readonly type: 'yarn';
      readonly mscale?: number;
      readonly mscaleAllDim?: number;
      readonly attentionFactor?: number;
    })
  /** YaRN's frequencies without its attention factor. */
  | (PartsScaling & { readonly type: 'ntk-by-parts' })
  /**
   * LongRoPE: frequencies divided pair by pair, by `longFactors` once the sequence is longer than
   * `originalPositions`, by `shortFactors` up to there. `factor` only sets the attention factor.
   */
  | {
      readonly type: 'longrope';
      readonly shortFactors: readonly number[];
      readonly longFactors: readonly number[];
      readonly originalPositions: number;
      readonly factor?: number;
      readonly attentionFactor?: number;
    }
  /** Llama 3.1: wavelengths beyond `originalPositions / lowFreqFactor` are divided by `factor`. */
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalPositions: number;
    }
  /** Gemma 4: only the first `rotatedFraction` of the pairs turn; the exponent still runs over the whole head. */
  | { readonly type: 'proportional'; readonly rotatedFraction: number; readonly factor?: number };

/** The member of {@link RopeScaling} with this `type`. */
export type ScalingOf<T extends RopeScaling['type']> = Extract<RopeScaling, { readonly type: T }>;

/**
 * Several position axes (time, height, width of images and video): each pair turns by the position on one of them.
 * {@link mropeSections}, {@link mropeInterleaved} and {@link axial} make these. A token then has `count` positions.
 */
export interface RopeAxes {
  /** Position axes, 1 to 4. */
  readonly count: number;
  /** The axis of each pair, 0 to `count - 1`; `rotaryDim / 2` of them. */
  readonly pairAxis: readonly number[];
  /**
   * Which of the scheme's `rotaryDim / 2` frequencies each pair turns by; `rotaryDim / 2` of them. Default: pair `i`
   * takes frequency `i`, whatever its axis.
   */
  readonly frequencyIndex?: readonly number[];
}

/**
 * How a model normalises Q and K beside their rotation. Not part of the rotation: whoever fuses the two hands it on.
 * An engine that takes `weight: 'one-plus'` adds 1 to the stored weights.
 */
export interface QkNorm {
  /** `rms`: divided by the root of the mean square; `layer`: the mean is subtracted first. */
  readonly type: 'rms' | 'layer';
  /** What is normed as one: each head, or all heads of a token together. */
  readonly over: 'head' | 'all-heads';
  /** What multiplies afterwards: the stored weight, 1 + the stored weight (Gemma, Qwen3-Next), or nothing. */
  readonly weight: 'plain' | 'one-plus' | 'none';
  /** Whether Q and K are normed before they are rotated, as most are, or after (HunYuan, Llama 4, nanochat). */
  readonly order: 'before' | 'after';
  /** Added to the mean square; null where the config does not say. */
  readonly epsilon: number | null;
}

/**
 * What a model says about the positions of its attention heads: plain, serialisable data.
 * {@link ropeConfig} fills in defaults, {@link ropeConfigFromHuggingFace} reads a model's `config.json`.
 */
export interface RopeConfig {
  /** Elements in one attention head. */
  readonly headDim: number;
  /** How many elements of a head rotate; even, 2 to 2048, at most `headDim`. The others are left as they are. */
  readonly rotaryDim: number;
  /**
   * Whether the first or the last `rotaryDim` elements of a head rotate. DeepSeek and its kin rotate the last ones: their
   * readers give that slice alone, `headDim` equal to `rotaryDim`; for whole heads say `{ ...config, headDim: 192 }`.
   */
  readonly placement: 'first' | 'last';
  /** Base of the geometric progression of frequencies (10 000 in RoFormer); from 1/8 to 2^100. */
  readonly theta: number;
  /**
   * `half` pairs element `i` with `i + rotaryDim / 2` (Hugging Face checkpoints, GPT-NeoX);
   * `interleaved` pairs `2i` with `2i + 1` (Meta's code, GPT-J, DeepSeek).
   */
  readonly pairing: Pairing;
  /** `reversed` turns by minus the angle (nanochat): frequencies and sines are negated. */
  readonly direction: 'forward' | 'reversed';
  /** Where the inverse frequencies come from. */
  readonly scaling: RopeScaling;
  /** Which position each pair turns by where a token has several; null: one position a token. */
  readonly axes: RopeAxes | null;
  /** Longest sequence the model was trained on, in tokens, or null where it does not say. Informational. */
  readonly trainedPositions: number | null;
  /** What the reader of a config had to assume, in plain words; empty where the config said everything. */
  readonly assumptions: readonly string[];
}

/** What {@link ropeConfig} and `createRope` accept: a head dimension, and whatever differs from the defaults. */
export type RopeConfigInput = Pick<RopeConfig, 'headDim'> & {
  readonly [K in keyof RopeConfig]?: RopeConfig[K] | undefined;
};

/** Inverse frequencies of a config, and the factor its scheme puts on cos and sin. */
export interface RopeFrequencies {
  /** Radians a position, one a pair (`rotaryDim / 2`), in float64; with axes, of the position on the pair's axis; negative in the reversed direction. */
  readonly inverseFrequencies: Float64Array;
  /** Multiplies cos and sin, so both rotated Q and rotated K; 1 where the scheme has none. */
  readonly attentionFactor: number;
}
