/** Models whose shapes the benchmark and the demo use: the keys of each one's published `config.json` that matter here. */
export interface Preset {
  /** Name on the command line and in addresses: `llama-3.1-8b`. */
  readonly slug: string;
  readonly name: string;
  /** As published; read by `ropeConfigFromHuggingFace`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Heads of Q. */
  readonly qHeads: number;
  /** Heads of K. */
  readonly kHeads: number;
}

const llama3 = (factor: number) => ({
  factor,
  high_freq_factor: 4.0,
  low_freq_factor: 1.0,
  original_max_position_embeddings: 8192,
  rope_type: 'llama3',
});

export const presets: readonly Preset[] = [
  {
    slug: 'llama-3.2-1b',
    name: 'Llama-3.2-1B',
    qHeads: 32,
    kHeads: 8,
    config: {
      model_type: 'llama',
      head_dim: 64,
      hidden_size: 2048,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131072,
      rope_theta: 500000.0,
      rope_scaling: llama3(32.0),
    },
  },
  {
    slug: 'llama-3.1-8b',
    name: 'Llama-3.1-8B',
    qHeads: 32,
    kHeads: 8,
    config: {
      model_type: 'llama',
      hidden_size: 4096,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131072,
      rope_theta: 500000.0,
      rope_scaling: llama3(8.0),
    },
  },
  {
    slug: 'qwen2.5-7b',
    name: 'Qwen2.5-7B',
    qHeads: 28,
    kHeads: 4,
    config: {
      model_type: 'qwen2',
      hidden_size: 3584,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      max_position_embeddings: 131072,
      rope_theta: 1000000.0,
    },
  },
  {
    slug: 'gemma-2-9b',
    name: 'Gemma-2-9B',
    qHeads: 16,
    kHeads: 8,
    config: {
      model_type: 'gemma2',
      head_dim: 256,
      hidden_size: 3584,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      max_position_embeddings: 8192,
      rope_theta: 10000.0,
    },
  },
  {
    slug: 'phi-2',
    name: 'Phi-2 (partial)',
    qHeads: 32,
    kHeads: 32,
    config: {
      model_type: 'phi',
      hidden_size: 2560,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      max_position_embeddings: 2048,
      partial_rotary_factor: 0.4,
      rope_theta: 10000.0,
    },
  },
  {
    slug: 'gpt-j-6b',
    name: 'GPT-J-6B (interleaved)',
    qHeads: 16,
    kHeads: 16,
    config: {
      model_type: 'gptj',
      n_embd: 4096,
      n_head: 16,
      n_positions: 2048,
      rotary: true,
      rotary_dim: 64,
    },
  },
];

/** The preset of that slug. @throws {RangeError} there is none; the message lists them */
export function presetBySlug(slug: string): Preset {
  const preset = presets.find((candidate) => candidate.slug === slug);
  if (!preset) {
    throw new RangeError(
      `preset: expected ${presets.map((p) => p.slug).join(', ')}, got ${JSON.stringify(slug)}`,
    );
  }
  return preset;
}
