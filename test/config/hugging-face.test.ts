import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { pairingOfModelType } from '../../src/config/pairing';

type Fragment = Record<string, unknown>;

const llama: Fragment = {
  model_type: 'llama',
  head_dim: 64,
  max_position_embeddings: 8192,
  rope_theta: 10000,
};
const read = (extra: Fragment, layerType?: string) =>
  ropeConfigFromHuggingFace({ ...llama, ...extra }, { layerType });
const without = (...keys: string[]) =>
  Object.fromEntries(Object.entries(llama).filter(([key]) => !keys.includes(key)));
const longrope = { short_factor: Array(32).fill(1), long_factor: Array(32).fill(2), factor: 2 };

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
      'head_dim and qk_rope_head_dim',
      {},
      { head_dim: undefined, qk_rope_head_dim: 64, qk_nope_head_dim: 128 },
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
      expect(pairingOfModelType(type), type).toBe('interleaved');
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
      expect(pairingOfModelType(type), type).toBe('half');
    }
    expect(pairingOfModelType('')).toBeUndefined();
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
      'model_type "brand_new" is not known: pairing "half", as most Hugging Face checkpoints have it',
      { pairing: 'half' },
    ],
    [
      'no model_type',
      { model_type: null },
      'model_type is missing: pairing "half", as most Hugging Face checkpoints have it',
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
      'head dimension 64, not qk_rope_head_dim (32), as transformers takes head_dim first',
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

describe('refused', () => {
  const yarn = { type: 'yarn', factor: 4, original_max_position_embeddings: 2048 };
  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const types =
    '"default" or "mrope" or "linear" or "ntk" or "dynamic" or "yarn" or "longrope" or "su" or "llama3" or "proportional"';
  const factor = 'expected a finite number of at least 1 (it divides positions)';
  const unknown = 'expected no further key about rotation, got one this reader does not know';
  const cases: [Fragment, string][] = [
    // Schemes and keys.
    [{ rope_scaling: { type: 'fope', factor: 2 } }, `rope_scaling.type: expected ${types}, got "fope"`],
    [{ rope_parameters: { rope_type: 3 } }, `rope_parameters.rope_type: expected ${types}, got 3`],
    [{ rope_scaling: 8 }, 'rope_scaling: expected an object, got 8'],
    [
      { rope_scaling: { factor: 2 } },
      'rope_scaling.factor: expected only keys of scheme "default" (), got "factor"',
    ],
    [
      { rope_scaling: { type: 'linear', factor: 2, attn_factor: 0.5 } },
      'rope_scaling.attn_factor: expected only keys of scheme "linear" (factor), got "attn_factor"',
    ],
    [
      { rope_scaling: { type: 'dynamic', factor: 1, alpha: 1000 } },
      'rope_scaling.alpha: expected only keys of scheme "dynamic" (factor), got "alpha"',
    ],
    [{ rope_ratio: 16 }, `rope_ratio: ${unknown}`],
    [{ swa_rope_theta: 1 }, `swa_rope_theta: ${unknown}`],
    [{ rotary_emb_scale_base: 512 }, `rotary_emb_scale_base: ${unknown}`],
    [{ text_config: { ...llama, rope_ratio: 1 } }, `text_config.rope_ratio: ${unknown}`],
    [{ use_dynamic_ntk: true }, 'use_dynamic_ntk: expected false (rotary positions), got true'],
    [{ use_mrope: true }, 'use_mrope: expected false (rotary positions), got true'],
    [{ alibi: true }, 'alibi: expected false (rotary positions), got true'],
    [{ rotary: false }, 'rotary: expected true (rotary positions), got false'],
    [{ position_embedding_type: 'alibi' }, 'position_embedding_type: expected a rotary kind, got "alibi"'],
    [
      { model_type: 'brand_new', position_embedding_type: 'absolute' },
      'position_embedding_type: expected a rotary kind, got "absolute"',
    ],
    [{ model_type: 'bert' }, 'model_type: expected a family with readable rotary embeddings, got "bert"'],
    [
      { model_type: 'chatglm' },
      'model_type: expected a family with readable rotary embeddings, got "chatglm"',
    ],
    [
      { rope_scaling: { type: 'mrope' } },
      'rope_scaling.mrope_section: expected none, as M-RoPE (three position axes) is not supported yet, got a model that needs it',
    ],
    [
      { rope_scaling: { type: 'default', mrope_section: [16, 8, 8] } },
      'rope_scaling.mrope_section: expected none, as M-RoPE (three position axes) is not supported yet, got [16, 8, 8]',
    ],
    // Conflicts.
    [
      { rope_scaling: { type: 'yarn', rope_type: 'linear', factor: 2 } },
      'rope_scaling.rope_type: expected the same as rope_scaling.type ("yarn"), got "linear"',
    ],
    [
      { rope_scaling: yarn, rope_parameters: { rope_type: 'linear', factor: 4 } },
      'rope_parameters.rope_type: expected the same as rope_scaling.type ("yarn"), got "linear"',
    ],
    [
      { rope_scaling: yarn, rope_parameters: { rope_theta: 10000 } },
      'rope_parameters.rope_type: expected the same as rope_scaling.type ("yarn"), got "default"',
    ],
    [
      { rope_scaling: yarn, rope_parameters: { ...yarn, factor: 2 } },
      'rope_parameters.factor: expected the same as rope_scaling.factor (4), got 2',
    ],
    [
      { rope_parameters: { rope_theta: 500000 } },
      'rope_theta: expected the same as rope_parameters.rope_theta (500000), got 10000',
    ],
    [{ rotary_emb_base: 5 }, 'rotary_emb_base: expected the same as rope_theta (10000), got 5'],
    [
      { partial_rotary_factor: 0.5, rotary_pct: 0.25 },
      'rotary_pct: expected the same as partial_rotary_factor (0.5), got 0.25',
    ],
    [
      { partial_rotary_factor: 0.5, rope_parameters: { partial_rotary_factor: 0.25 } },
      'partial_rotary_factor: expected the same as rope_parameters.partial_rotary_factor (0.25), got 0.5',
    ],
    [
      { rope_scaling: yarn, original_max_position_embeddings: 4096 },
      'original_max_position_embeddings: expected the same as rope_scaling.original_max_position_embeddings (2048), got 4096',
    ],
    [
      { rope_interleave: true, rope_interleaved: false },
      'rope_interleaved: expected the same as rope_interleave (true), got false',
    ],
    // Values.
    [{ rope_theta: '10000' }, 'rope_theta: expected a finite number above 0, got "10000"'],
    [{ rope_theta: Number.NaN }, 'rope_theta: expected a finite number above 0, got NaN'],
    [{ rope_theta: -1 }, 'rope_theta: expected a finite number above 0, got -1'],
    [{ rope_theta: [1, 2] }, 'rope_theta: expected a finite number above 0, got an array of 2'],
    [{ head_dim: '64' }, 'head_dim: expected an integer, got "64"'],
    [{ head_dim: 64.5 }, 'head_dim: expected an integer of at least 1, got 64.5'],
    [{ max_position_embeddings: '8k' }, 'max_position_embeddings: expected an integer, got "8k"'],
    [
      { partial_rotary_factor: '0.5' },
      'partial_rotary_factor: expected a number above 0 and at most 1, got "0.5"',
    ],
    [
      { partial_rotary_factor: 1.5 },
      'partial_rotary_factor: expected a number above 0 and at most 1, got 1.5',
    ],
    [
      { rotary_pct: 0.3 },
      'rotary_pct: expected a fraction of head_dim (64) that is an even width, got 0.3: 19',
    ],
    [{ rotary_dim: 33 }, 'rotary_dim: expected an even integer in 2..64 (head_dim), got 33'],
    [{ rope_interleave: 'yes' }, 'rope_interleave: expected true or false, got "yes"'],
    [{ rope_scaling: { type: 'linear', factor: '8' } }, `rope_scaling.factor: ${factor}, got "8"`],
    [{ rope_scaling: { type: 'linear', factor: Number.NaN } }, `rope_scaling.factor: ${factor}, got NaN`],
    [{ rope_scaling: { type: 'linear', factor: 0 } }, `rope_scaling.factor: ${factor}, got 0`],
    [{ rope_scaling: { type: 'linear', factor: -2 } }, `rope_scaling.factor: ${factor}, got -2`],
    [{ rope_scaling: { type: 'linear', factor: null } }, `rope_scaling.factor: ${factor}, got undefined`],
    [{ rope_parameters: { rope_type: 'dynamic' } }, `rope_parameters.factor: ${factor}, got undefined`],
    [{ rope_scaling: { type: 'yarn' } }, `rope_scaling.factor: ${factor}, got undefined`],
    [
      { rope_scaling: { ...yarn, beta_fast: '32' } },
      'rope_scaling.beta_fast: expected a finite number above 0, got "32"',
    ],
    [
      { rope_scaling: { ...yarn, beta_fast: 1, beta_slow: 4 } },
      'rope_scaling.beta_fast: expected at least rope_scaling.beta_slow (4), got 1',
    ],
    [{ rope_scaling: { ...yarn, truncate: 1 } }, 'rope_scaling.truncate: expected true or false, got 1'],
    [
      { rope_scaling: { ...yarn, original_max_position_embeddings: '4k' } },
      'rope_scaling.original_max_position_embeddings: expected an integer of at least 2 (tokens), got "4k"',
    ],
    [
      { rope_scaling: { ...llama3, low_freq_factor: undefined } },
      'rope_scaling.low_freq_factor: expected a finite number above 0, got undefined',
    ],
    [
      { rope_scaling: { ...llama3, high_freq_factor: 0.5 } },
      'rope_scaling.high_freq_factor: expected at least rope_scaling.low_freq_factor (1), got 0.5',
    ],
    [
      { rope_scaling: { type: 'su', ...longrope, long_factor: [1, 2] } },
      'rope_scaling.long_factor: expected an array of 32 numbers (one a pair), got an array of 2',
    ],
    [
      { rope_scaling: { type: 'su', ...longrope, short_factor: Array(32).fill('1') } },
      'rope_scaling.short_factor[0]: expected a finite number above 0, got "1"',
    ],
    [
      {
        model_type: 'phimoe',
        rope_scaling: { type: 'su', ...longrope, short_mscale: 1.2, long_mscale: 1.3 },
      },
      'rope_scaling.long_mscale: expected the same as rope_scaling.short_mscale (1.2), got 1.3',
    ],
    // Layer types.
    [
      { rope_parameters: { full_attention: { rope_theta: 10000 }, sliding_attention: null } },
      'rope_parameters.sliding_attention: expected an object, got null',
    ],
    [
      { rope_parameters: { full_attention: { rope_type: 'linear', factor: '8', rope_theta: 10000 } } },
      `rope_parameters.full_attention.factor: ${factor}, got "8"`,
    ],
    [
      { rope_local_base_freq: 5000 },
      'layerType: expected "full_attention" or "sliding_attention", as this model has several rules, got undefined',
    ],
    [{ layer_types: 'full' }, 'layer_types: expected an array, got "full"'],
    [
      { num_hidden_layers: 2, layer_types: ['full_attention'] },
      'layer_types: expected an array of 2 entries, one a layer, got an array of 1',
    ],
    [{ layer_types: [7] }, 'layer_types[0]: expected the name of a layer type, got 7'],
    [
      { num_hidden_layers: 3, no_rope_layers: [1, 0] },
      'no_rope_layers: expected an array of 3 entries, one a layer, got an array of 2',
    ],
    [{ num_hidden_layers: 1, no_rope_layers: [2] }, 'no_rope_layers[0]: expected an integer in 0..1, got 2'],
    [
      { num_hidden_layers: 2, no_rope_layers: [0, 0] },
      'config: expected a model with rotated layers, got one without',
    ],
  ];
  for (const [extra, message] of cases) {
    it(message, () => {
      const call = () => read(extra);
      expect(call).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
    });
  }

  it('what is no config', () => {
    for (const [config, got] of [
      [null, 'null'],
      ['{}', '"{}"'],
      [[], 'an array of 0'],
      [undefined, 'undefined'],
    ]) {
      const message = `config: expected the object in a config.json, got ${got}`;
      expect(() => ropeConfigFromHuggingFace(config)).toThrow(message);
    }
  });

  it('missing sizes, by name', () => {
    const config = without('head_dim');
    expect(() => ropeConfigFromHuggingFace(config)).toThrow(
      'hidden_size: expected an integer, as there is no head_dim, got undefined',
    );
    expect(() => ropeConfigFromHuggingFace({ ...config, hidden_size: 4096 })).toThrow(
      'num_attention_heads: expected an integer, as there is no head_dim, got undefined',
    );
    expect(() =>
      ropeConfigFromHuggingFace({ ...config, hidden_size: 4096, num_attention_heads: 30 }),
    ).toThrow('num_attention_heads: expected a divisor of hidden_size (4096), got 30');
  });

  it('schemes that need a length, where there is none', () => {
    const config = { ...without('max_position_embeddings'), rope_scaling: { type: 'dynamic', factor: 2 } };
    expect(() => ropeConfigFromHuggingFace(config)).toThrow(
      'max_position_embeddings: expected an integer (tokens), got undefined',
    );
  });

  it('a layer type the model does not have, and one that is not rotated', () => {
    expect(() => read({}, 'linear_attention')).toThrow(
      /^layerType: expected "full_attention" or .*got "linear_attention"$/,
    );
    expect(() => read({ model_type: 'cohere2' }, 'full_attention')).toThrow(
      'layerType: expected a type whose layers are rotated ("sliding_attention"), got "full_attention"',
    );
  });

  it('layer by layer without knowing how many', () => {
    expect(() => ropeConfigsFromHuggingFace(llama)).toThrow(
      'num_hidden_layers: expected an integer of at least 1, got undefined',
    );
  });
});

describe('layer by layer', () => {
  const layers = (extra: Fragment) => ropeConfigsFromHuggingFace({ ...llama, ...extra });

  it('no_rope_layers holds 1 for a layer WITH positions', () => {
    const { layerTypes, configs } = layers({
      model_type: 'smollm3',
      num_hidden_layers: 3,
      no_rope_layers: [0, 1, 0],
    });
    expect(layerTypes).toEqual(['no_rope', 'full_attention', 'no_rope']);
    expect(configs.no_rope).toBeNull();
    expect(configs.full_attention).toMatchObject({ headDim: 64 });
  });

  it('no_rope_layer_interval: every n-th layer goes without', () => {
    const { layerTypes } = layers({
      model_type: 'llama4_text',
      num_hidden_layers: 6,
      no_rope_layer_interval: 3,
    });
    const [chunked, full] = ['chunked_attention', 'full_attention'];
    expect(layerTypes).toEqual([chunked, chunked, full, chunked, chunked, full]);
  });

  it('Cohere 2 without a list: three sliding, one full, by its pattern', () => {
    const { layerTypes, configs } = layers({
      model_type: 'cohere2',
      num_hidden_layers: 4,
      sliding_window: 4096,
    });
    const sliding = 'sliding_attention';
    expect(layerTypes).toEqual([sliding, sliding, sliding, 'full_attention']);
    expect(configs.full_attention).toBeNull();
    expect(configs.sliding_attention?.pairing).toBe('interleaved');
  });

  it('EXAONE 4 without a window rotates every layer', () => {
    const { layerTypes, configs } = layers({
      model_type: 'exaone4',
      num_hidden_layers: 4,
      sliding_window: null,
    });
    expect(layerTypes).toEqual(Array(4).fill('full_attention'));
    expect(configs.full_attention).not.toBeNull();
  });

  it('Gemma 4 without a list: the last layer is a full one whatever the pattern', () => {
    const rope_parameters = {
      full_attention: { rope_type: 'proportional', rope_theta: 1e6, partial_rotary_factor: 0.25 },
      sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
    };
    const { layerTypes } = layers({
      model_type: 'gemma4_text',
      num_hidden_layers: 4,
      rope_theta: null,
      rope_parameters,
    });
    expect(layerTypes).toEqual([...Array(3).fill('sliding_attention'), 'full_attention']);
  });

  it('each layer type is one object, serialisable', () => {
    const { configs } = layers({ num_hidden_layers: 2 });
    expect(JSON.parse(JSON.stringify(configs))).toEqual(configs);
  });
});
