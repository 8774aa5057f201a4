import { describe, expect, it } from 'vitest';
import { axial } from '../../src/config/axes';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { ropeFrequencies } from '../../src/frequencies';
import { expectMessage, type Fragment, llama } from './support';

const omni: Fragment = {
  model_type: 'qwen3_omni_moe',
  thinker_config: {
    model_type: 'qwen3_omni_moe_thinker',
    text_config: { model_type: 'qwen3_omni_moe_text', head_dim: 128, rope_theta: 1e6, num_hidden_layers: 48 },
    vision_config: { model_type: 'qwen3_omni_moe_vision_encoder', hidden_size: 1152, num_heads: 16 },
    audio_config: { model_type: 'qwen3_omni_moe_audio_encoder', d_model: 1280, encoder_attention_heads: 20 },
  },
  talker_config: {
    model_type: 'qwen3_omni_moe_talker',
    text_config: { model_type: 'qwen3_omni_moe_talker_text', head_dim: 128, num_hidden_layers: 20 },
  },
};

describe('a file of several models', () => {
  it('reads its text model unless another part is asked for', () => {
    const text = ropeConfigFromHuggingFace(omni);
    expect(text).toMatchObject({ headDim: 128, theta: 1e6, axes: { count: 3 } });
    for (const part of ['text', 'thinker']) expect(ropeConfigFromHuggingFace(omni, { part })).toEqual(text);
    expect(ropeConfigFromHuggingFace(omni, { part: 'talker' }).theta).toBe(10_000);
    expect(ropeConfigsFromHuggingFace(omni, { part: 'talker' }).layerTypes).toHaveLength(20);
  });

  it('names the parts where there is no such one, and where one has to be chosen', () => {
    expectMessage(
      () => ropeConfigFromHuggingFace(omni, { part: 'encoder' }),
      'part: expected "thinker" or "talker" or "text" or "vision" or "audio", got "encoder"',
    );
    const module = { model_type: 't5_gemma_module', head_dim: 256 };
    const t5gemma = { model_type: 't5gemma', encoder: module, decoder: { ...module, head_dim: 128 } };
    expectMessage(
      () => ropeConfigFromHuggingFace(t5gemma),
      'part: expected "encoder" or "decoder", as this file has several models, got undefined',
    );
    expect(ropeConfigFromHuggingFace(t5gemma, { part: 'decoder' }).headDim).toBe(128);
    expectMessage(
      () => ropeConfigFromHuggingFace(llama, { part: 'vision' }),
      'part: expected none, as this file has one model, got "vision"',
    );
    expect(ropeConfigFromHuggingFace(llama, { part: 'text' })).toEqual(ropeConfigFromHuggingFace(llama));
  });

  it('a text model at the top has the other parts beside it', () => {
    const qwen2vl = {
      model_type: 'qwen2_vl',
      hidden_size: 1536,
      num_attention_heads: 12,
      rope_theta: 1e6,
      rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
      vision_config: { model_type: 'qwen2_vl', embed_dim: 1280, hidden_size: 1536, num_heads: 16 },
    };
    expect(ropeConfigFromHuggingFace(qwen2vl).headDim).toBe(128);
    expect(ropeConfigFromHuggingFace(qwen2vl, { part: 'text' }).headDim).toBe(128);
    expect(ropeConfigFromHuggingFace(qwen2vl, { part: 'vision' })).toMatchObject({
      headDim: 80,
      axes: axial(80),
    });
  });
});

describe('a vision tower', () => {
  const tower = (vision_config: Fragment, root = 'llava') =>
    ropeConfigFromHuggingFace({ model_type: root, text_config: llama, vision_config }, { part: 'vision' });

  it('Qwen2.5-VL, which names no class of its own: halves, by the name of the file', () => {
    expect(tower({ hidden_size: 1280, num_heads: 16 }, 'qwen2_5_vl')).toMatchObject({
      headDim: 80,
      pairing: 'half',
      theta: 10_000,
      axes: axial(80),
    });
  });

  it('Pixtral: even frequencies for the one axis, odd ones for the other', () => {
    const config = tower({
      model_type: 'pixtral',
      hidden_size: 1024,
      num_attention_heads: 16,
      rope_theta: 10000,
    });
    expect(config).toMatchObject({
      headDim: 64,
      pairing: 'half',
      axes: axial(64, 2, { frequencies: 'dealt' }),
    });
    const { inverseFrequencies } = ropeFrequencies(config);
    expect(inverseFrequencies[0]).toBe(1);
    expect(inverseFrequencies[16]).toBeCloseTo(10_000 ** (-2 / 64), 14);
  });

  it('Llama 4: neighbours', () => {
    const vision = { model_type: 'llama4_vision_model', hidden_size: 1408, num_attention_heads: 16 };
    expect(tower(vision, 'llama4')).toMatchObject({ headDim: 88, pairing: 'interleaved', axes: axial(88) });
  });

  it('DINOv3: turns from -1 to 1, base 100', () => {
    const config = ropeConfigFromHuggingFace({
      model_type: 'dinov3_vit',
      hidden_size: 384,
      num_attention_heads: 6,
    });
    const { inverseFrequencies } = ropeFrequencies(config);
    expect(config).toMatchObject({ headDim: 64, pairing: 'half', axes: axial(64) });
    expect(inverseFrequencies[0]).toBeCloseTo(2 * Math.PI, 14);
    expect(inverseFrequencies[1]).toBeCloseTo(2 * Math.PI * 100 ** (-4 / 64), 14);
    expect(inverseFrequencies[16]).toBe(inverseFrequencies[0]);
  });

  it('without rotation, or unknown: refused, never read as a text model', () => {
    expectMessage(
      () => tower({ model_type: 'clip_vision_model', hidden_size: 1024, num_attention_heads: 16 }),
      'vision_config.model_type: expected a model whose heads are rotated, got "clip_vision_model": its modelling code has no rotation',
    );
    expectMessage(
      () => tower({ model_type: 'brand_new_vision', hidden_size: 1024, num_attention_heads: 16 }),
      'vision_config.model_type: expected a tower whose rotation this reader knows, got "brand_new_vision"',
    );
  });
});

describe('strict', () => {
  const read = (extra: Fragment) => ropeConfigFromHuggingFace({ ...llama, ...extra }, { strict: true });

  it('takes what the class determines, defaults included', () => {
    expect(read({}).assumptions).toEqual([]);
    expect(read({ model_type: 'mixtral', rope_theta: null }).theta).toBe(1_000_000);
  });

  it.each([
    [
      { model_type: 'brand_new' },
      /^strict: expected nothing unchecked, got model_type "brand_new" is not in the table: pairing "half", the direction, the rotated width, which layers rotate and the scheme/,
    ],
    [{ model_type: undefined }, /^strict: .*model_type is missing/],
    [{ model_type: 'yi' }, /^strict: .*from memory/],
    [
      { rotary_emb_scale_base: 512 },
      /^strict: .*rotary_emb_scale_base is not read, as in the class of llama$/,
    ],
    [{ rope_scaling: { type: 'linear', factor: 2, alpha: 3 } }, /^strict: .*rope_scaling\.alpha is not read/],
  ])('refuses %j', (extra, message) => expect(() => read(extra)).toThrow(message));

  it('is a flag', () => {
    expect(() => ropeConfigFromHuggingFace(llama, { strict: 1 as never })).toThrow(
      'strict: expected true or false, got 1',
    );
  });
});
