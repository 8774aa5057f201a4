import { describe, expect, it } from 'vitest';
import { ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { type Fragment, llama } from './support';

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
