import type { ModelCase } from './case';

const PHI_SHORT = Array.from({ length: 48 }, (_, i) => 1 + i / 100);
const PHI_LONG = Array.from({ length: 48 }, (_, i) => 1 + i);

export const phis: readonly ModelCase[] = [
  {
    model: 'Phi-2',
    config: {
      model_type: 'phi',
      hidden_size: 2560,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      max_position_embeddings: 2048,
      partial_rotary_factor: 0.4,
      rope_scaling: null,
      rope_theta: 10000,
    },
    reads: { full_attention: { headDim: 80, rotaryDim: 32, theta: 10_000, pairing: 'half' } },
    layers: [32],
  },
  {
    model: 'Phi-3 mini 128k',
    config: {
      model_type: 'phi3',
      hidden_size: 3072,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      max_position_embeddings: 131072,
      original_max_position_embeddings: 4096,
      rope_scaling: { long_factor: PHI_LONG, short_factor: PHI_SHORT, type: 'su' },
      rope_theta: 10000,
      sliding_window: 262144,
    },
    reads: {
      full_attention: {
        headDim: 96,
        scaling: {
          type: 'longrope',
          longFactors: PHI_LONG,
          shortFactors: PHI_SHORT,
          originalPositions: 4096,
          factor: 32,
        },
      },
    },
    layers: [32],
  },
  {
    model: 'Phi-3.5 MoE',
    config: {
      model_type: 'phimoe',
      hidden_size: 4096,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      max_position_embeddings: 131072,
      original_max_position_embeddings: 4096,
      rope_scaling: {
        long_factor: Array(64).fill(2),
        long_mscale: 1.243163121016122,
        original_max_position_embeddings: 4096,
        short_factor: Array(64).fill(1),
        short_mscale: 1.243163121016122,
        type: 'longrope',
      },
      rope_theta: 10000,
    },
    reads: {
      full_attention: {
        headDim: 128,
        scaling: {
          type: 'longrope',
          longFactors: Array(64).fill(2),
          shortFactors: Array(64).fill(1),
          originalPositions: 4096,
          factor: 32,
          attentionFactor: 1.243163121016122,
        },
      },
    },
    layers: [32],
  },
  {
    model: 'Phi-4 mini',
    config: {
      model_type: 'phi3',
      hidden_size: 3072,
      num_attention_heads: 24,
      num_hidden_layers: 32,
      max_position_embeddings: 131072,
      original_max_position_embeddings: 4096,
      partial_rotary_factor: 0.75,
      rope_scaling: { long_factor: PHI_LONG, short_factor: PHI_SHORT, type: 'longrope' },
      rope_theta: 10000,
    },
    reads: { full_attention: { headDim: 128, rotaryDim: 96, pairing: 'half' } },
    layers: [32],
  },
];
