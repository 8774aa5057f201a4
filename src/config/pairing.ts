import type { Pairing } from './types';
import { listed } from './word-list';

/**
 * Which pairing a Hugging Face checkpoint of a `model_type` is laid out for. This follows from the modelling code of
 * transformers (and so from how the weights were converted), never from the frequencies.
 *
 * The groups say what the code does:
 * - interleaved, `rotate_half` on `x[..., 0::2]` and `x[..., 1::2]`: gptj, codegen, cohere*, glm, glm4, helium,
 *   ernie4_5*, blt, roformer;
 * - interleaved, complex multiplication of neighbours: llama4, deepseek_v2;
 * - interleaved by `rope_interleave` (default true; the config may say false): deepseek_v3 and its descendants.
 *   transformers de-interleaves q and k and leaves them so; the scores are those of an in-place interleaved rotation;
 * - half, `rotate_half` on the two halves of the rotary part: everything listed below that.
 */
const INTERLEAVED = `
  gptj codegen cohere cohere2 glm glm4 glm4v glm4v_text helium ernie4_5 ernie4_5_moe
  ernie4_5_vl_moe ernie4_5_vl_moe_text blt roformer
  llama4 llama4_text deepseek_v2
  deepseek_v3 deepseek_v32 kimi_k2 glm4_moe_lite glm_moe_dsa longcat_flash mistral4`;

const HALF = `
  llama mistral mistral3 mixtral ministral ministral3 smollm3 arcee granite granitemoe granitemoehybrid granitemoeshared
  qwen qwen2 qwen2_moe qwen3 qwen3_moe qwen3_next qwen2_vl qwen2_vl_text qwen2_5_vl qwen2_5_vl_text
  qwen3_vl qwen3_vl_text qwen3_vl_moe qwen3_vl_moe_text qwen3_5 qwen3_5_text qwen3_5_moe qwen3_5_moe_text
  gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text gemma4 gemma4_text
  phi phi3 phimoe gpt_neox gpt_neox_japanese gpt_oss stablelm persimmon nemotron starcoder2 falcon falcon_h1
  olmo olmo2 olmo3 olmoe exaone4 glm4_moe glm4v_moe glm4v_moe_text bamba lfm2 lfm2_moe seed_oss apertus
  internlm2 internlm3 minicpm minicpm3 deepseek exaone hunyuan_v1_dense hunyuan_v1_moe minimax dots1 bitnet chameleon modernbert eurobert nomic_bert`;

/** The pairing of a `model_type`, or undefined where this table does not know it. */
export function pairingOfModelType(modelType: string): Pairing | undefined {
  if (listed(INTERLEAVED, modelType)) return 'interleaved';
  return listed(HALF, modelType) ? 'half' : undefined;
}
