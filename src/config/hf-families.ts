/**
 * What a class of transformers takes where the config says nothing, for the families whose value is not the common
 * one (base 10 000, whole head rotated). Released multimodal configs do leave them out: Gemma 3's `text_config` has
 * neither `rope_theta` nor `head_dim`. Whatever is taken from here is listed in `assumptions`.
 */
export interface ClassDefaults {
  readonly rope_theta?: number;
  readonly local_rope_theta?: number;
  readonly head_dim?: number;
  readonly rotary_dim?: number;
  readonly partial_rotary_factor?: number;
}

const GEMMA3: ClassDefaults = { rope_theta: 1_000_000, local_rope_theta: 10_000, head_dim: 256 };

const CLASS_DEFAULTS: Readonly<Record<string, ClassDefaults>> = {
  gemma3_text: GEMMA3,
  gemma3n_text: GEMMA3,
  modernbert: { rope_theta: 160_000, local_rope_theta: 10_000 },
  mixtral: { rope_theta: 1_000_000 },
  smollm3: { rope_theta: 2_000_000 },
  llama4_text: { rope_theta: 500_000 },
  gpt_oss: { rope_theta: 150_000 },
  gptj: { rotary_dim: 64 },
  codegen: { rotary_dim: 64 },
  gpt_neox: { partial_rotary_factor: 0.25 },
  stablelm: { partial_rotary_factor: 0.25 },
  qwen3_next: { partial_rotary_factor: 0.25 },
  phi: { partial_rotary_factor: 0.5 },
  persimmon: { partial_rotary_factor: 0.5 },
  nemotron: { partial_rotary_factor: 0.5 },
  bamba: { partial_rotary_factor: 0.5 },
  glm: { partial_rotary_factor: 0.5 },
  glm4: { partial_rotary_factor: 0.5 },
  glm4_moe: { partial_rotary_factor: 0.5 },
};

/** The defaults of a `model_type`; empty for one that has none of its own. */
export function classDefaults(modelType: string): ClassDefaults {
  return CLASS_DEFAULTS[modelType] ?? {};
}
