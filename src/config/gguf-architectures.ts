import type { Pairing } from './types';
import { listed } from './word-list';

/**
 * How llama.cpp pairs the elements of a head, by `general.architecture`. Source: `llama_model_rope_type` in its
 * `src/llama-model.cpp`: NORM rotates consecutive elements (interleaved), NEOX elements half a rotary width apart
 * (half). The converters permute weights to fit, so a GGUF of Llama is interleaved though its Hugging Face checkpoint
 * is half: the pairing belongs to the file, not to the model.
 */
const NORM = `
  llama llama4 deci baichuan starcoder internlm2 minicpm xverse command-r cohere2 cohere2moe olmo arctic
  deepseek deepseek2 deepseek2-ocr deepseek32 plm chatglm glm4 glm-dsa granite granitemoe granitehybrid chameleon
  bailingmoe neo-bert smollm3 arcee ernie4_5 ernie4_5-moe mistral3 mistral4 llada llama-embed maincoder`;

const NEOX = `
  falcon falcon-h1 grok dbrx bert jina-bert-v3 modern-bert nomic-bert nomic-bert-moe eurobert stablelm bitnet
  qwen qwen2 qwen2moe qwen3 qwen3moe qwen3next dream llada-moe rnd1 olmo2 olmoe phi2 phi3 phimoe plamo plamo2 plamo3
  gemma gemma2 gemma3 gemma3n gemma4 gemma-embedding starcoder2 openelm gptneox codeshell orion nemotron
  exaone exaone4 exaone-moe minicpm3 bailingmoe2 dots1 hunyuan-moe hunyuan-dense jais2 gpt-oss lfm2 lfm2moe
  smallthinker seed_oss grovemoe apertus minimax-m2 cogvlm pangu-embedded afmoe glm4moe mimo2 step35
  qwen2vl paddleocr qwen3vl qwen3vlmoe qwen35 qwen35moe hunyuan_vl`;

/** Architectures that llama.cpp runs without rotary positions. */
const NONE = `
  clip gpt2 gptj mpt refact bloom mamba mamba2 jamba jina-bert-v2 t5 t5encoder jais rwkv6 rwkv6qwen2 rwkv7 arwkv7
  wavtokenizer-dec nemotron_h nemotron_h_moe kimi-linear`;

/** Architectures with layers that are not rotated; which ones, a GGUF does not say in its own words. */
const PARTLY_ROTATED = 'llama4 smollm3 cohere2 cohere2moe exaone4 exaone-moe afmoe smallthinker';

/** The pairing of an architecture's GGUF; `'none'` where llama.cpp rotates nothing, undefined where it is not listed. */
export function pairingOfArchitecture(architecture: string): Pairing | 'none' | undefined {
  if (listed(NORM, architecture)) return 'interleaved';
  if (listed(NEOX, architecture)) return 'half';
  return listed(NONE, architecture) ? 'none' : undefined;
}

/** Whether some layers of this architecture go without positions. */
export function isPartlyRotated(architecture: string): boolean {
  return listed(PARTLY_ROTATED, architecture);
}

/**
 * The base of sliding-window layers where the file gives none, and whether those layers take the model's scaling.
 * Gemma 3 and its kin have a local base of 10 000 and no scaling there; OLMo 3 (`olmo2` with a window) keeps its base.
 */
export function slidingRule(architecture: string): { readonly theta?: number; readonly scaled: boolean } {
  if (listed('gemma3 gemma3n gemma-embedding', architecture)) return { theta: 10_000, scaled: false };
  return { scaled: !listed('gemma4 olmo2', architecture) };
}

/**
 * Architectures with M-RoPE where the file has `rope.dimension_sections`: llama.cpp's MROPE (a block of pairs an axis)
 * and IMROPE (axes take turns). Both pair halves, whatever the architecture does without sections.
 */
const MROPE = 'qwen2vl paddleocr glm4 glm4moe';
const IMROPE = 'qwen3vl qwen3vlmoe qwen35 qwen35moe';

/** How an architecture spreads pairs over axes, or undefined where llama.cpp has one axis for it. */
export function mropeOfArchitecture(architecture: string): 'sections' | 'interleaved' | undefined {
  if (listed(MROPE, architecture)) return 'sections';
  return listed(IMROPE, architecture) ? 'interleaved' : undefined;
}
