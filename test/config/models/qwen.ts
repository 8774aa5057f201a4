import { mropeInterleaved, mropeSections } from '../../../src/config/axes';
import { every, type ModelCase, yarnOf } from './case';

export const qwens: readonly ModelCase[] = [
  {
    model: 'Qwen2.5 7B',
    config: {
      model_type: 'qwen2',
      hidden_size: 3584,
      max_window_layers: 28,
      num_attention_heads: 28,
      num_hidden_layers: 28,
      num_key_value_heads: 4,
      max_position_embeddings: 131072,
      rope_theta: 1000000,
      sliding_window: 131072,
      use_mrope: false,
      use_sliding_window: false,
    },
    reads: { full_attention: { headDim: 128, theta: 1_000_000, pairing: 'half', trainedPositions: 131_072 } },
    layers: [28],
  },
  {
    model: 'Qwen2.5 7B with YaRN',
    config: {
      model_type: 'qwen2',
      hidden_size: 3584,
      num_attention_heads: 28,
      num_hidden_layers: 28,
      max_position_embeddings: 32768,
      rope_scaling: { factor: 4, original_max_position_embeddings: 32768, type: 'yarn' },
      rope_theta: 1000000,
    },
    reads: { full_attention: { headDim: 128, scaling: yarnOf(4, 32768) } },
    layers: [28],
  },
  {
    model: 'Qwen3 0.6B',
    config: {
      model_type: 'qwen3',
      head_dim: 128,
      hidden_size: 1024,
      num_attention_heads: 16,
      num_hidden_layers: 28,
      max_position_embeddings: 40960,
      rope_scaling: null,
      rope_theta: 1000000,
    },
    reads: { full_attention: { headDim: 128, theta: 1_000_000, pairing: 'half' } },
    layers: [28],
  },
  {
    model: 'Qwen3-Next 80B-A3B',
    config: {
      model_type: 'qwen3_next',
      full_attention_interval: 4,
      head_dim: 256,
      hidden_size: 2048,
      layer_types: every(4, 48, 'full_attention', 'linear_attention'),
      num_attention_heads: 16,
      num_hidden_layers: 48,
      max_position_embeddings: 262144,
      partial_rotary_factor: 0.25,
      rope_scaling: null,
      rope_theta: 10000000,
    },
    reads: {
      linear_attention: null,
      full_attention: { headDim: 256, rotaryDim: 64, theta: 1e7, pairing: 'half' },
    },
    layers: [36, 12],
  },
  {
    model: 'Qwen2-VL 2B',
    config: {
      model_type: 'qwen2_vl',
      hidden_size: 1536,
      num_attention_heads: 12,
      num_hidden_layers: 28,
      max_position_embeddings: 32768,
      rope_theta: 1000000,
      rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
    },
    reads: {
      full_attention: { headDim: 128, theta: 1e6, pairing: 'half', axes: mropeSections([16, 24, 24]) },
    },
    layers: [28],
  },
  {
    model: 'Qwen2.5-VL 3B',
    config: {
      model_type: 'qwen2_5_vl',
      hidden_size: 2048,
      num_attention_heads: 16,
      num_hidden_layers: 36,
      max_position_embeddings: 128000,
      rope_theta: 1000000,
      rope_scaling: { type: 'default', rope_type: 'default', mrope_section: [16, 24, 24] },
    },
    reads: {
      full_attention: { headDim: 128, theta: 1e6, pairing: 'half', axes: mropeSections([16, 24, 24]) },
    },
    layers: [36],
  },
  {
    model: 'Qwen3-VL 4B',
    config: {
      model_type: 'qwen3_vl',
      text_config: {
        model_type: 'qwen3_vl_text',
        head_dim: 128,
        hidden_size: 2560,
        num_attention_heads: 32,
        num_hidden_layers: 36,
        max_position_embeddings: 262144,
        rope_theta: 5000000,
        rope_scaling: { rope_type: 'default', mrope_interleaved: true, mrope_section: [24, 20, 20] },
      },
    },
    reads: {
      full_attention: { headDim: 128, theta: 5e6, pairing: 'half', axes: mropeInterleaved([24, 20, 20]) },
    },
    layers: [36],
  },
  {
    model: 'Qwen3.5 (transformers v5)',
    config: {
      model_type: 'qwen3_5',
      text_config: {
        model_type: 'qwen3_5_text',
        head_dim: 256,
        num_attention_heads: 16,
        num_hidden_layers: 4,
        layer_types: every(4, 4, 'full_attention', 'linear_attention'),
        max_position_embeddings: 262144,
        rope_parameters: {
          rope_type: 'default',
          rope_theta: 10000000,
          partial_rotary_factor: 0.25,
          mrope_interleaved: true,
          mrope_section: [11, 11, 10],
        },
      },
    },
    reads: {
      linear_attention: null,
      full_attention: { rotaryDim: 64, theta: 1e7, pairing: 'half', axes: mropeInterleaved([11, 11, 10]) },
    },
    layers: [3, 1],
  },
  {
    model: 'GLM-4.1V 9B',
    config: {
      model_type: 'glm4v',
      text_config: {
        model_type: 'glm4v_text',
        hidden_size: 4096,
        num_attention_heads: 32,
        num_hidden_layers: 40,
        max_position_embeddings: 65536,
        rope_theta: 10000,
        partial_rotary_factor: 0.5,
        rope_scaling: { rope_type: 'default', mrope_section: [8, 12, 12] },
      },
    },
    reads: {
      full_attention: { rotaryDim: 64, pairing: 'interleaved', axes: mropeSections([8, 12, 12]) },
    },
    layers: [40],
  },
  {
    model: 'ERNIE 4.5 VL 28B-A3B',
    config: {
      model_type: 'ernie4_5_vl_moe',
      text_config: {
        model_type: 'ernie4_5_vl_moe_text',
        hidden_size: 2560,
        num_attention_heads: 20,
        num_hidden_layers: 28,
        max_position_embeddings: 131072,
        rope_parameters: { rope_type: 'default', rope_theta: 500000, mrope_section: [22, 22, 20] },
      },
    },
    reads: {
      full_attention: {
        headDim: 128,
        pairing: 'interleaved',
        axes: { count: 3, pairAxis: Array.from({ length: 64 }, (_, i) => (i < 44 ? 1 + (i % 2) : 0)) },
      },
    },
    layers: [28],
  },
];
