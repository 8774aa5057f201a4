/**
 * What is added to the scores of attention before the softmax, by the positions of query and key: plain, serialisable
 * data, checked and complete. A discriminated union on `type`.
 */
export type AttentionBias = AlibiBias | T5Bias;

/**
 * `-slope[head] * |query - key|`, or for keys after the query too `slope[head] * (key - query)`. Press et al. 2021, "Train Short, Test Long: Attention with Linear Biases Enables Input
 * Length Extrapolation", arXiv:2108.12409. BLOOM, MPT, Falcon-RW.
 */
export interface AlibiBias {
  readonly type: 'alibi';
  /** Heads of the scores: all of a layer, or those of a device where a layer is split over several (tensor parallelism). */
  readonly heads: number;
  /** The flattest slope of a power of two of heads is 2^-maxBias: MPT's `alibi_bias_max`. */
  readonly maxBias: number;
  /** The first of these heads in the layer. */
  readonly firstHead: number;
  /** Heads of the layer, which decide the slopes. */
  readonly totalHeads: number;
  /**
   * Keys after the query: `mirrored` takes the distance, so that they count as those before; `linear` goes on with the same line and
   * adds `slope * (key - query)`, above 0, as BLOOM's and MPT's code does. With a causal mask it makes no difference.
   */
  readonly ahead: AlibiAhead;
  /** Slopes of the caller's own, one a head, in place of those that the heads decide; null: none. */
  readonly slopes: readonly number[] | null;
}

export const alibiAheads = ['mirrored', 'linear'] as const;
export type AlibiAhead = (typeof alibiAheads)[number];

/**
 * A trained number a head and bucket of relative positions (key - query). Raffel et al. 2019, "Exploring the Limits of
 * Transfer Learning with a Unified Text-to-Text Transformer", arXiv:1910.10683. The weights `[buckets, heads]` are the
 * caller's and travel beside the bias.
 */
export interface T5Bias {
  readonly type: 't5';
  readonly heads: number;
  /** Rows of the weights: `relative_attention_num_buckets`. */
  readonly buckets: number;
  /** From this distance on all positions share the last bucket: `relative_attention_max_distance`. */
  readonly maxDistance: number;
  /** True (encoders): keys after the query have buckets of their own, half of all. False (decoders): they have bucket 0. */
  readonly bidirectional: boolean;
}

/** What {@link attentionBias} takes: a bias that leaves out what has a default. */
export type AttentionBiasInput =
  | (Pick<AlibiBias, 'type' | 'heads'> &
      Partial<Omit<AlibiBias, 'slopes'>> & { readonly slopes?: ArrayLike<number> | null })
  | (Pick<T5Bias, 'type' | 'heads'> & Partial<T5Bias>);

/** How {@link T5Bias} deals relative positions into buckets. */
export type T5Bucketing = Pick<T5Bias, 'buckets' | 'maxDistance' | 'bidirectional'>;
