import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { modelRow } from '../../src/config/models';
import { type Fragment, llama, longrope, read } from './support';

describe('spellings that mean the same', () => {
  const yarn = { factor: 4, original_max_position_embeddings: 2048 };
  const same: [string, Fragment, Fragment][] = [
    [
      'rope_scaling.type and .rope_type',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { rope_type: 'yarn', ...yarn } },
    ],
    [
      'both type and rope_type',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { type: 'yarn', rope_type: 'yarn', ...yarn } },
    ],
    [
      'rope_scaling and rope_parameters',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_parameters: { rope_type: 'yarn', rope_theta: 10000, ...yarn } },
    ],
    [
      'both blocks, agreeing',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { type: 'yarn', ...yarn }, rope_parameters: { rope_type: 'yarn', ...yarn } },
    ],
    [
      'su and longrope',
      { rope_scaling: { type: 'longrope', ...longrope } },
      { rope_scaling: { type: 'su', ...longrope } },
    ],
    [
      'su beside longrope',
      { rope_scaling: { type: 'longrope', ...longrope } },
      { rope_scaling: { type: 'su', rope_type: 'longrope', ...longrope } },
    ],
    ['no scaling, null, and default', {}, { rope_scaling: null }],
    ['no scaling and an empty block', {}, { rope_scaling: {} }],
    ['no scaling and type default', {}, { rope_scaling: { type: 'default' } }],
    [
      'no scaling and a block with the base alone',
      {},
      { rope_theta: undefined, rope_parameters: { rope_theta: 10000 } },
    ],
    ['rope_theta and rotary_emb_base', {}, { rope_theta: null, rotary_emb_base: 10000 }],
    ['partial_rotary_factor and rotary_pct', { partial_rotary_factor: 0.5 }, { rotary_pct: 0.5 }],
    ['partial_rotary_factor and rotary_dim', { partial_rotary_factor: 0.5 }, { rotary_dim: 32 }],
    ['rotary_dim wins over a fraction', { rotary_dim: 32 }, { rotary_dim: 32, partial_rotary_factor: 0.25 }],
    [
      'partial_rotary_factor inside and beside the block',
      { partial_rotary_factor: 0.5 },
      { rope_parameters: { partial_rotary_factor: 0.5 } },
    ],
    [
      'original length inside and beside the block',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { type: 'yarn', factor: 4 }, original_max_position_embeddings: 2048 },
    ],
    [
      'beta_fast 0 and none',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { type: 'yarn', ...yarn, beta_fast: 0, beta_slow: null } },
    ],
    [
      'finetuned says nothing',
      { rope_scaling: { type: 'yarn', ...yarn } },
      { rope_scaling: { type: 'yarn', finetuned: true, ...yarn } },
    ],
    [
      'qk_rope_head_dim wins over head_dim where attention is latent',
      { model_type: 'deepseek_v3', head_dim: undefined, qk_rope_head_dim: 64 },
      { model_type: 'deepseek_v3', head_dim: 192, qk_rope_head_dim: 64, qk_nope_head_dim: 128 },
    ],
    ['head_dim and the quotient', {}, { head_dim: null, hidden_size: 512, num_attention_heads: 8 }],
    ['head_dim and n_embd / n_head', {}, { head_dim: null, n_embd: 512, n_head: 8 }],
    ['head_dim wins over the quotient', {}, { hidden_size: 4096, num_attention_heads: 8 }],
  ];
  for (const [name, one, other] of same) {
    it(name, () => expect(read(other)).toEqual(read(one)));
  }

  for (const key of ['text_config', 'llm_config', 'language_config']) {
    it(`${key} is read instead of what surrounds it`, () => {
      const config = { model_type: 'llava', [key]: llama, hidden_size: 7, rope_theta: 10000 };
      expect(ropeConfigFromHuggingFace(config)).toEqual(read({}));
    });
  }

  it('a key about rotation beside text_config: not read and listed, or refused where the two differ', () => {
    const config = { rope_scaling: { type: 'linear', factor: 2 }, text_config: llama };
    expect(ropeConfigFromHuggingFace(config)).toEqual({
      ...read({}),
      assumptions: ['rope_scaling stands beside text_config and is not read, as in transformers'],
    });
    expect(() => ropeConfigFromHuggingFace({ rope_theta: 5, text_config: llama })).toThrow(
      'rope_theta: expected the same as text_config.rope_theta (10000), got 5',
    );
  });

  it('the fraction is truncated to a width as transformers does: int(head_dim * factor)', () => {
    expect(read({ head_dim: 80, partial_rotary_factor: 0.4 }).rotaryDim).toBe(32);
    expect(read({ head_dim: 64, partial_rotary_factor: 0.51 }).rotaryDim).toBe(32);
  });

  it('the factor of longrope wins over the ratio of lengths, as in transformers v5', () => {
    const scaling = { type: 'longrope', ...longrope, original_max_position_embeddings: 2048 };
    expect(read({ rope_scaling: scaling }).scaling).toMatchObject({ factor: 2, originalPositions: 2048 });
    const { factor: _, ...bare } = scaling;
    expect(read({ rope_scaling: bare }).scaling).toMatchObject({ factor: 4 });
  });

  it('a ready-made LongRoPE list stays as it is', () => {
    const { scaling } = read({ rope_scaling: { type: 'longrope', ...longrope } });
    expect(scaling).toMatchObject({ shortFactors: longrope.short_factor, longFactors: longrope.long_factor });
  });
});

describe('pairing', () => {
  it('follows model_type', () => {
    for (const type of [
      'gptj',
      'codegen',
      'cohere',
      'cohere2',
      'glm',
      'glm4',
      'llama4_text',
      'deepseek_v2',
      'deepseek_v3',
    ]) {
      expect(modelRow(type)?.pairing, type).toBe('interleaved');
    }
    for (const type of [
      'llama',
      'mistral',
      'qwen2',
      'qwen3',
      'gemma3_text',
      'phi3',
      'gpt_neox',
      'gpt_oss',
      'glm4_moe',
    ]) {
      expect(modelRow(type)?.pairing, type).toBe('half');
    }
    expect(modelRow('')).toBeUndefined();
  });

  it('rope_interleave says otherwise', () => {
    expect(read({ model_type: 'deepseek_v3', rope_interleave: false }).pairing).toBe('half');
    expect(read({ rope_interleaved: true }).pairing).toBe('interleaved');
  });
});

describe('assumptions', () => {
  it('a config that says everything: none', () => expect(read({}).assumptions).toEqual([]));

  const cases: [string, Fragment, string, Partial<ReturnType<typeof read>>][] = [
    [
      'no theta',
      { rope_theta: null },
      'rope_theta is missing: 10000, what transformers takes for llama',
      { theta: 10_000 },
    ],
    [
      'an unknown model_type',
      { model_type: 'brand_new' },
      'model_type "brand_new" is not in the table: pairing "half", the direction, the rotated width, which layers rotate and the scheme are read as Llama has them, and not checked',
      { pairing: 'half' },
    ],
    [
      'no model_type',
      { model_type: null },
      'model_type is missing: pairing "half", the direction, the rotated width, which layers rotate and the scheme are read as Llama has them, and not checked',
      { pairing: 'half' },
    ],
    [
      'a class default: Mixtral',
      { model_type: 'mixtral', rope_theta: null },
      'rope_theta is missing: 1000000, what transformers takes for mixtral',
      { theta: 1_000_000 },
    ],
    [
      'a class default: GPT-NeoX',
      { model_type: 'gpt_neox' },
      'partial_rotary_factor is missing: 0.25, what transformers takes for gpt_neox',
      { rotaryDim: 16 },
    ],
    [
      'a class default: CodeGen',
      { model_type: 'codegen', head_dim: 256 },
      'rotary_dim is missing: 64, what transformers takes for codegen',
      { rotaryDim: 64 },
    ],
    [
      'YaRN without an original length',
      { rope_scaling: { type: 'yarn', factor: 4 } },
      'rope_scaling.original_max_position_embeddings is missing: max_position_embeddings (8192), as transformers has it',
      { scaling: { type: 'yarn', factor: 4, originalPositions: 8192 } },
    ],
    [
      'YaRN without a factor',
      { rope_parameters: { rope_type: 'yarn', original_max_position_embeddings: 1024 } },
      'rope_parameters.factor is missing: max_position_embeddings / original_max_position_embeddings = 8',
      { scaling: { type: 'yarn', factor: 8, originalPositions: 1024 } },
    ],
    [
      'dynamic NTK with an original length',
      { rope_scaling: { type: 'dynamic', factor: 2, original_max_position_embeddings: 4096 } },
      'rope_scaling.original_max_position_embeddings is not used: transformers measures dynamic NTK by max_position_embeddings',
      { scaling: { type: 'dynamic', factor: 2, originalPositions: 8192 } },
    ],
    [
      'head_dim beside a differing qk_rope_head_dim',
      { qk_rope_head_dim: 32 },
      'qk_rope_head_dim is not read, as in the class of llama',
      { headDim: 64 },
    ],
    [
      'layers without positions, read as one config',
      { model_type: 'smollm3', num_hidden_layers: 4 },
      'not every layer is rotated; ropeConfigsFromHuggingFace says which are',
      { theta: 10_000 },
    ],
  ];
  for (const [name, extra, text, result] of cases) {
    it(`${name}: ${text}`, () => {
      const config = read(extra);
      expect(config.assumptions).toEqual([text]);
      expect(config).toMatchObject(result);
    });
  }
});
