import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { withHole } from '../support/holes';
import { expectMessage, type Fragment, llama, longrope, read } from './support';

describe('a Hugging Face config is refused', () => {
  const yarn = { type: 'yarn', factor: 4, original_max_position_embeddings: 2048 };
  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const types =
    '"default" or "mrope" or "linear" or "ntk" or "dynamic" or "yarn" or "longrope" or "su" or "llama3" or "proportional" or "xdrope"';
  const factor = 'expected a number from 1 to 2^24 (it divides positions)';
  const unknown = 'expected no further key about rotation, got one this reader does not know';
  const brandNew = { model_type: 'brand_new' };
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
      { ...brandNew, rope_scaling: { type: 'linear', factor: 2, attn_factor: 0.5 } },
      'rope_scaling.attn_factor: expected only keys of scheme "linear" (factor), got "attn_factor"',
    ],
    [
      { ...brandNew, rope_scaling: { type: 'dynamic', factor: 1, alpha: 1000 } },
      'rope_scaling.alpha: expected only keys of scheme "dynamic" (factor), got "alpha"',
    ],
    [{ ...brandNew, rope_ratio: 16 }, `rope_ratio: ${unknown}`],
    [{ ...brandNew, rotary_emb_scale_base: 512 }, `rotary_emb_scale_base: ${unknown}`],
    [{ text_config: { ...llama, ...brandNew, rope_ratio: 1 } }, `text_config.rope_ratio: ${unknown}`],
    [{ use_dynamic_ntk: true }, 'use_dynamic_ntk: expected false (rotary positions), got true'],
    [{ use_mrope: true }, 'use_mrope: expected false (rotary positions), got true'],
    [{ alibi: true }, 'alibi: expected false (rotary positions), got true'],
    [{ rotary: false }, 'rotary: expected true (rotary positions), got false'],
    [{ position_embedding_type: 'alibi' }, 'position_embedding_type: expected a rotary kind, got "alibi"'],
    [
      { model_type: 'brand_new', position_embedding_type: 'absolute' },
      'position_embedding_type: expected a rotary kind, got "absolute"',
    ],
    [
      { model_type: 'bert' },
      'model_type: expected a model whose heads are rotated, got "bert": its modelling code has no rotation',
    ],
    [
      { model_type: 'bloom' },
      'model_type: expected a model whose heads are rotated, got "bloom": its positions are ALiBi',
    ],
    [
      { model_type: 'vjepa2' },
      'model_type: expected a model whose rotation can be read from its config, got "vjepa2": its three axes share a head unequally',
    ],
    [
      { model_type: 'chatglm', position_encoding_2d: true },
      'position_encoding_2d: expected false (rotary positions), got true',
    ],
    [{ mla_use_nope: true }, 'mla_use_nope: expected false (rotary positions), got true'],
    [
      { model_type: 'zamba2' },
      'use_mem_rope: expected true, as zamba2 is not rotated otherwise, got undefined',
    ],
    [
      { model_type: 'baichuan', num_hidden_layers: 40 },
      'num_hidden_layers: expected 32 (7B; the others of model_type baichuan have ALiBi), got 40',
    ],
    [
      { rope_scaling: { type: 'mrope' } },
      'rope_scaling.mrope_section: expected integers that add up to 32 (rotary pairs), got undefined',
    ],
    [
      { model_type: 'qwen2_5_vl' },
      'rope_scaling.mrope_section: expected integers that add up to 32 (rotary pairs), got undefined',
    ],
    [
      { rope_scaling: { type: 'default', mrope_section: [16, 8, 9] } },
      'rope_scaling.mrope_section: expected three or four integers that add up to 32 (rotary pairs), got [16, 8, 9]',
    ],
    [
      { rope_scaling: { type: 'default', mrope_section: [16, 16] } },
      'rope_scaling.mrope_section: expected three or four integers that add up to 32 (rotary pairs), got [16, 16]',
    ],
    [
      { rope_scaling: { type: 'mrope', mrope_section: [16, '8', 8] } },
      'rope_scaling.mrope_section[1]: expected an integer (pairs), got "8"',
    ],
    [
      { rope_scaling: { type: 'mrope', mrope_section: withHole([16, 0, 16], 1) } },
      'rope_scaling.mrope_section[1]: expected an integer (pairs), got undefined',
    ],
    [
      { rope_scaling: { type: 'mrope', mrope_section: [-16, 24, 24] } },
      'rope_scaling.mrope_section[0]: expected an integer in 0..32 (pairs), got -16',
    ],
    [
      { model_type: 'qwen2_vl', rope_scaling: { mrope_section: [16, 8, 8], mrope_interleaved: true } },
      'rope_scaling.mrope_interleaved: expected the same as model_type qwen2_vl (false), got true',
    ],
    [
      {
        model_type: 'qwen3_vl_text',
        rope_scaling: { mrope_section: [12, 10, 10], mrope_interleaved: false },
      },
      'rope_scaling.mrope_interleaved: expected the same as model_type qwen3_vl_text (true), got false',
    ],
    [
      { rope_scaling: { mrope_section: [12, 10, 10], mrope_interleaved: 1 } },
      'rope_scaling.mrope_interleaved: expected true or false, got 1',
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
    [{ rope_theta: '10000' }, 'rope_theta: expected a number from 1/8 to 2^100, got "10000"'],
    [{ rope_theta: Number.NaN }, 'rope_theta: expected a number from 1/8 to 2^100, got NaN'],
    [{ rope_theta: 1e40 }, 'rope_theta: expected a number from 1/8 to 2^100, got 1e+40'],
    [
      { partial_rotary_factor: 0.01, rope_parameters: { rope_type: 'proportional' } },
      'partial_rotary_factor: expected at least 1/32, one of 32 pairs, got 0.01',
    ],
    [{ rope_theta: -1 }, 'rope_theta: expected a number from 1/8 to 2^100, got -1'],
    [
      { num_hidden_layers: 2, rope_theta: [1, 2] },
      'rope_theta: expected one value for all layers of type "full_attention", got an array of 2',
    ],
    [
      { num_hidden_layers: 3, rope_theta: [1, 2] },
      'rope_theta: expected an array of 3 entries, one a layer, got an array of 2',
    ],
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
      { rotary_pct: 0.3, rope_scaling: { type: 'linear', factor: 2 } },
      'partial_rotary_factor: expected a fraction of head_dim (64) that is an even width, got 19',
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
      'rope_scaling.beta_fast: expected a number from 2^-100 to 2^100, got "32"',
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
      'rope_scaling.low_freq_factor: expected a number from 2^-100 to 2^100, got undefined',
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
      'rope_scaling.short_factor[0]: expected a number from 1/8 to 2^256, got "1"',
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
      {
        layer_types: ['sliding_attention'],
        rope_parameters: { full_attention: { rope_theta: 10000 } },
      },
      'rope_parameters.sliding_attention: expected an object, got undefined',
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
    [
      { num_hidden_layers: 2, no_rope_layers: withHole([1, 1], 1) },
      'no_rope_layers[1]: expected an integer, got undefined',
    ],
    [
      { layer_types: withHole(['full_attention', 'full_attention'], 1) },
      'layer_types[1]: expected the name of a layer type, got undefined',
    ],
    [{ num_hidden_layers: 1, no_rope_layers: [2] }, 'no_rope_layers[0]: expected an integer in 0..1, got 2'],
    [
      { num_hidden_layers: 2, no_rope_layers: [0, 0] },
      'config: expected a model with rotated layers, got one without',
    ],
  ];
  for (const [extra, message] of cases) {
    it(message, () => {
      expectMessage(() => read(extra), message);
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
    const config = { ...llama, model_type: 'brand_new', head_dim: undefined };
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
    const config = { ...llama, max_position_embeddings: null, rope_scaling: { type: 'dynamic', factor: 2 } };
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
    expect(() => ropeConfigsFromHuggingFace({ ...llama, model_type: 'brand_new' })).toThrow(
      'num_hidden_layers: expected an integer of at least 1, got undefined',
    );
  });
});
