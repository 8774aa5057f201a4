/** What `npm run bench -- --qkv` measures. Plain data. */

/** A model whose layers lie between QKV projections and attention. */
export interface QkvModel {
  readonly slug: string;
  /** Keys of its published `config.json` that matter here; read by `ropeConfigFromHuggingFace`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly layers: number;
  readonly qHeads: number;
  readonly kHeads: number;
  readonly headDim: number;
  /** Epsilon of its norm of each head; null where it has none. */
  readonly epsilon: number | null;
}

export const qkvModels: readonly QkvModel[] = [
  {
    slug: 'qwen3-8b',
    layers: 36,
    qHeads: 32,
    kHeads: 8,
    headDim: 128,
    epsilon: 1e-6,
    config: {
      model_type: 'qwen3',
      head_dim: 128,
      hidden_size: 4096,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 40960,
      rope_theta: 1000000,
    },
  },
  {
    slug: 'llama-3.1-8b',
    layers: 32,
    qHeads: 32,
    kHeads: 8,
    headDim: 128,
    epsilon: null,
    config: {
      model_type: 'llama',
      hidden_size: 4096,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131072,
      rope_theta: 500000.0,
      rope_scaling: {
        factor: 8.0,
        high_freq_factor: 4.0,
        low_freq_factor: 1.0,
        original_max_position_embeddings: 8192,
        rope_type: 'llama3',
      },
    },
  },
];

/** @throws {RangeError} there is no such model */
export function qkvModel(slug: string): QkvModel {
  const model = qkvModels.find((each) => each.slug === slug);
  if (!model) {
    throw new RangeError(
      `preset: expected ${qkvModels.map((each) => each.slug).join(', ')} with --qkv, got "${slug}"`,
    );
  }
  return model;
}

/** Tokens of a step. */
export interface QkvWork {
  readonly name: string;
  readonly tokens: number;
  readonly batch: number;
}

export const decodeWork: QkvWork = { name: 'decode', tokens: 1, batch: 1 };

export const qkvWorks: readonly QkvWork[] = [
  decodeWork,
  { name: 'batch of 8', tokens: 1, batch: 8 },
  { name: 'prefill 512', tokens: 512, batch: 1 },
  { name: 'prefill 4096', tokens: 4096, batch: 1 },
];

/** A model at work; plain data. */
export interface QkvSpec {
  readonly model: string;
  readonly work: QkvWork;
}

/** Position and row of the first token. */
export const qkvStart = 5000;

/** Rows of a cache beside those that are written. */
const spareRows = 64;

/** A spec worked out: sizes in bytes of f32. */
export interface QkvShape {
  readonly model: QkvModel;
  readonly work: QkvWork;
  readonly rows: number;
  /** Rows of each sequence's cache. */
  readonly capacity: number;
  /** Bytes of Q, and of K as of V. */
  readonly qBytes: number;
  readonly kBytes: number;
  /** Layers that one run takes: all of the model, but at prefill one. */
  readonly layersOfRun: number;
}

export function shapeOf({ model: slug, work }: QkvSpec): QkvShape {
  const model = qkvModel(slug);
  const rows = work.tokens * work.batch;
  const bytes = rows * model.headDim * 4;
  return {
    model,
    work,
    rows,
    capacity: work.tokens + spareRows,
    qBytes: bytes * model.qHeads,
    kBytes: bytes * model.kHeads,
    layersOfRun: work.tokens > 1 ? 1 : model.layers,
  };
}

/** The row of the cache that token 0 goes to. */
export const firstRow = 7;

/** Bytes of a layer that must move: Q, K and V read once, and written once. */
export const bytesNeeded = ({ qBytes, kBytes }: QkvShape): number => 2 * (qBytes + 2 * kBytes);
