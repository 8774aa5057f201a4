/**
 * What is added to the scores of attention before the softmax, by the positions of query and key: plain, serialisable
 * data, checked and complete. A discriminated union on `type`.
 */
export type AttentionBias = AlibiBias | T5Bias;

/**
 * `-slope[head] * |query - key|`. Press et al. 2021, "Train Short, Test Long: Attention with Linear Biases Enables Input
 * Length Extrapolation", arXiv:2108.12409. BLOOM, MPT, Falcon-RW.
 */
export interface AlibiBias {
  readonly type: 'alibi';
  readonly heads: number;
  /** The flattest slope of a power of two of heads is 2^-maxBias: MPT's `alibi_bias_max`. */
  readonly maxBias: number;
}

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
  | (Pick<AlibiBias, 'type' | 'heads'> & Partial<AlibiBias>)
  | (Pick<T5Bias, 'type' | 'heads'> & Partial<T5Bias>);

/** How {@link T5Bias} deals relative positions into buckets. */
export type T5Bucketing = Pick<T5Bias, 'buckets' | 'maxDistance' | 'bidirectional'>;
