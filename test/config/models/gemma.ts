import { every, type ModelCase } from './case';

export const gemmas: readonly ModelCase[] = [
  {
    model: 'Gemma 2 9B',
    config: {
      model_type: 'gemma2',
      head_dim: 256,
      hidden_size: 3584,
      num_attention_heads: 16,
      num_hidden_layers: 42,
      max_position_embeddings: 8192,
      query_pre_attn_scalar: 256,
      rope_theta: 10000,
      sliding_window: 4096,
    },
    reads: {
      sliding_attention: { headDim: 256, theta: 10_000, pairing: 'half' },
      full_attention: { headDim: 256, theta: 10_000, pairing: 'half' },
    },
    layers: [21, 21],
  },
  {
    model: 'Gemma 3 1B',
    config: {
      model_type: 'gemma3_text',
      head_dim: 256,
      hidden_size: 1152,
      num_attention_heads: 4,
      num_hidden_layers: 26,
      max_position_embeddings: 32768,
      rope_local_base_freq: 10000,
      rope_scaling: null,
      rope_theta: 1000000,
      sliding_window: 512,
      sliding_window_pattern: 6,
    },
    reads: {
      sliding_attention: { headDim: 256, theta: 10_000 },
      full_attention: { headDim: 256, theta: 1_000_000 },
    },
    layers: [22, 4],
  },
  {
    model: 'Gemma 3 4B',
    config: {
      architectures: ['Gemma3ForConditionalGeneration'],
      model_type: 'gemma3',
      text_config: {
        hidden_size: 2560,
        intermediate_size: 10240,
        model_type: 'gemma3_text',
        num_hidden_layers: 34,
        rope_scaling: { factor: 8, rope_type: 'linear' },
        sliding_window: 1024,
      },
      vision_config: { hidden_size: 1152, model_type: 'siglip_vision_model' },
    },
    reads: {
      sliding_attention: { headDim: 256, theta: 10_000, scaling: { type: 'default' } },
      full_attention: { headDim: 256, theta: 1_000_000, scaling: { type: 'linear', factor: 8 } },
    },
    layers: [29, 5],
    assumes: [
      /^text_config\.rope_local_base_freq is missing: 10000/,
      /^text_config\.head_dim is missing: 256/,
    ],
  },
  {
    model: 'Gemma 3 4B (transformers v5)',
    config: {
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        head_dim: 256,
        hidden_size: 2560,
        layer_types: every(6, 34, 'full_attention', 'sliding_attention'),
        num_attention_heads: 8,
        num_hidden_layers: 34,
        rope_parameters: {
          full_attention: { factor: 8, rope_theta: 1000000, rope_type: 'linear' },
          sliding_attention: { rope_theta: 10000, rope_type: 'default' },
        },
      },
    },
    reads: {
      sliding_attention: { headDim: 256, theta: 10_000, scaling: { type: 'default' } },
      full_attention: { headDim: 256, theta: 1_000_000, scaling: { type: 'linear', factor: 8 } },
    },
    layers: [29, 5],
  },
  {
    model: 'Gemma 4 E2B',
    config: {
      model_type: 'gemma4',
      text_config: {
        model_type: 'gemma4_text',
        global_head_dim: 512,
        head_dim: 256,
        hidden_size: 1536,
        layer_types: every(5, 35, 'full_attention', 'sliding_attention'),
        num_attention_heads: 8,
        num_hidden_layers: 35,
        max_position_embeddings: 131072,
        rope_parameters: {
          full_attention: { partial_rotary_factor: 0.25, rope_theta: 1000000, rope_type: 'proportional' },
          sliding_attention: { rope_theta: 10000, rope_type: 'default' },
        },
      },
    },
    reads: {
      sliding_attention: { headDim: 256, theta: 10_000, scaling: { type: 'default' } },
      full_attention: {
        headDim: 512,
        rotaryDim: 512,
        theta: 1_000_000,
        scaling: { type: 'proportional', rotatedFraction: 0.25 },
      },
    },
    layers: [28, 7],
  },
];
