import type { Pairing } from './types';

/**
 * What llama.cpp's graph of an architecture does, one row a `general.architecture`. Source: ggml-org/llama.cpp b10256,
 * `llama_model_rope_type` in src/llama-model.cpp for the pairing, src/models/*.cpp for the rest.
 *
 * `norm` rotates consecutive elements (interleaved), `neox` elements half a rotary width apart (half), `none` nothing.
 * Converters permute weights to fit, so a GGUF of Llama is interleaved though its Hugging Face checkpoint is half: the pairing
 * belongs to the file, not to the model. Then words:
 * - `swa=own|same|unscaled/period[/first]`: layers with a window, all but every so many. Their base is 10 000 without scaling
 *   where the file gives none, or that of the model with its scaling, or that of the model without; `first`: full layers
 *   come first in each period, `always`: also without `attention.sliding_window`;
 * - `full=none`: where there are windows, full layers are not rotated;
 * - `no-rope=n`: every n-th layer is not rotated, by its number; `no-rope=n/first`: the first of every n;
 * - `recurrent=n`: only every n-th layer has attention; `windows-at=n`: windows only with so many layers;
 * - `rotates-at=n`: only models of so many layers are rotated; `finetuned`: not where `rope.scaling.finetuned` is false;
 * - `mrope=sections|interleaved[?]`: axes; `?`: only where the file has sections;
 * - `full-freqs`: `rope_freqs.weight` is for full layers; `half-full`: full layers rotate half of the dimension count;
 * - `alpha`: `rope.scaling.alpha` is a static NTK factor; `last`: the last elements of a head; `yarn-fast=n`: YaRN's default.
 */
const ARCHITECTURES = `
llama norm
llama4 norm swa=same/4/always no-rope=4
deci norm
baichuan norm rotates-at=32
internlm2 norm
minicpm norm
xverse norm
command-r norm
cohere2 norm swa=same/4/always full=none
cohere2moe norm swa=same/4/always full=none
olmo norm
arctic norm
deepseek norm
deepseek2 norm
deepseek2-ocr norm
deepseek32 norm
deepseek4 norm last compressed
plm norm
chatglm norm
granite norm finetuned
granitemoe norm finetuned
granitehybrid norm finetuned
chameleon norm
bailingmoe norm
neo-bert norm
smollm3 norm no-rope=4
arcee norm
ernie4_5 norm
ernie4_5-moe norm
mistral3 norm
eagle3 norm
mistral4 norm
llada norm
llama-embed norm
maincoder norm
glm-dsa norm
nanbeige norm
glm4 norm mrope=sections?
falcon neox
falcon-h1 neox
grok neox yarn-fast=8
dbrx neox
jina-bert-v3 neox
modern-bert neox swa=own/3/first
nomic-bert neox
nomic-bert-moe neox
eurobert neox
stablelm neox
bitnet neox
qwen neox
qwen2 neox
qwen2moe neox
qwen3 neox
qwen3moe neox
qwen3next neox recurrent=4
dream neox
llada-moe neox
rnd1 neox
olmo2 neox swa=unscaled/4
olmoe neox
phi2 neox
phi3 neox
phimoe neox
plamo neox
plamo2 neox
plamo3 neox swa=own/8
gemma neox
gemma2 neox swa=same/2/always
gemma3 neox swa=own/6
gemma3n neox swa=own/5/always
gemma4 neox swa=own/6/always full-freqs
gemma4-assistant neox swa=own/6/always full-freqs
gemma-embedding neox swa=own/6/always
starcoder2 neox
openelm neox
gptneox neox
codeshell neox
orion neox
nemotron neox
exaone neox
exaone4 neox swa=same/4/always full=none windows-at=64
exaone-moe neox swa=same/4/always full=none
minicpm3 neox
bailingmoe2 neox
dots1 neox
hunyuan-moe neox
hunyuan-dense neox
hunyuan_vl neox mrope=sections? alpha
hy_v3 neox
jais2 neox
gpt-oss neox swa=same/2/always
lfm2 neox
lfm2moe neox
smallthinker neox swa=same/4/first no-rope=4/first
seed_oss neox
grovemoe neox
apertus neox
minimax-m2 neox
minimax-m3 neox
cogvlm neox
pangu-embedded neox
afmoe neox swa=same/4 no-rope=4
laguna neox swa=unscaled/4/first
glm4moe neox mrope=sections?
mimo2 neox swa=own/6/always
step35 neox swa=own/4/first/always half-full full-freqs
talkie neox
mellum neox swa=unscaled/4
dflash neox
qwen2vl neox mrope=sections
paddleocr neox mrope=sections
qwen3vl neox mrope=interleaved
qwen3vlmoe neox mrope=interleaved
qwen35 neox mrope=interleaved recurrent=4
qwen35moe neox mrope=interleaved recurrent=4
bert none
starcoder none
clip none
gpt2 none
gptj none
mpt none
refact none
bloom none
mamba none
mamba2 none
jamba none
jina-bert-v2 none
t5 none
t5encoder none
jais none
rwkv6 none
rwkv6qwen2 none
rwkv7 none
arwkv7 none
wavtokenizer-dec none
nemotron_h none
nemotron_h_moe none
kimi-linear none
`;

/** How layers with a window rotate where the file does not say, and which layers those are. */
export interface WindowRule {
  /** `own`: base 10 000 without scaling; `same`: as the others; `unscaled`: the base of the others, without scaling. */
  readonly base: 'own' | 'same' | 'unscaled';
  /** One full layer in so many. */
  readonly period: number;
  /** Whether the full layer comes first. */
  readonly isFullFirst: boolean;
  /** Whether the architecture has windows even where the file gives no width. */
  readonly isAlways: boolean;
}

/** What is known of an architecture. */
export interface Architecture {
  readonly pairing: Pairing | 'none';
  readonly window: WindowRule | undefined;
  /** The number of layers without which there are no windows. */
  readonly windowsAt: number | undefined;
  readonly isFullRotated: boolean;
  /** One layer in so many is not rotated: the last, or the first. */
  readonly noRope: { readonly period: number; readonly isFirst: boolean } | undefined;
  /** One layer in so many has attention. */
  readonly attentionEvery: number | undefined;
  readonly rotatesAt: number | undefined;
  readonly hasFinetuned: boolean;
  readonly mrope: 'sections' | 'interleaved' | undefined;
  readonly isMropeOptional: boolean;
  readonly hasFullFreqs: boolean;
  readonly isHalfFull: boolean;
  readonly hasAlpha: boolean;
  readonly isLast: boolean;
  /** Whether layers are compressed by `attention.compress_ratios` (DeepSeek V4). */
  readonly isCompressed: boolean;
  readonly yarnFast: number | undefined;
}

/** The row of an architecture, or undefined where the table has none. */
export function architectureOf(name: string): Architecture | undefined {
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const at = ARCHITECTURES.indexOf(`\n${name} `);
  if (at < 0) return undefined;
  const [, kind, ...words] = ARCHITECTURES.slice(at + 1, ARCHITECTURES.indexOf('\n', at + 1)).split(' ');
  const values = new Map(words.map((word) => [word.split('=')[0]!, word.split('=')[1] ?? '']));
  const number = (key: string) => (values.has(key) ? Number.parseInt(values.get(key)!, 10) : undefined);
  const [base, period, ...options] = values.get('swa')?.split('/') ?? [];
  const mrope = values.get('mrope');
  const noRope = number('no-rope');
  return {
    pairing: kind === 'none' ? 'none' : kind === 'norm' ? 'interleaved' : 'half',
    window: base
      ? {
          base: base as WindowRule['base'],
          period: Number(period),
          isFullFirst: options.includes('first'),
          isAlways: options.includes('always'),
        }
      : undefined,
    windowsAt: number('windows-at'),
    isFullRotated: values.get('full') !== 'none',
    noRope: noRope ? { period: noRope, isFirst: values.get('no-rope')!.endsWith('first') } : undefined,
    attentionEvery: number('recurrent'),
    rotatesAt: number('rotates-at'),
    hasFinetuned: values.has('finetuned'),
    mrope: mrope?.replace('?', '') as Architecture['mrope'],
    isMropeOptional: mrope?.endsWith('?') ?? true,
    hasFullFreqs: values.has('full-freqs'),
    isHalfFull: values.has('half-full'),
    hasAlpha: values.has('alpha'),
    isLast: values.has('last'),
    isCompressed: values.has('compressed'),
    yarnFast: number('yarn-fast'),
  };
}

/** Every architecture with a row, in the order of the table. */
export function architectureNames(): string[] {
  return ARCHITECTURES.trim()
    .split('\n')
    .map((line) => line.slice(0, line.indexOf(' ')));
}
