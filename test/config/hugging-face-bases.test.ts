import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment, read } from './support';

const [FULL, SLIDING] = ['full_attention', 'sliding_attention'];

describe('how Q and K are normed', () => {
  const norm = (model_type: string, keys: Fragment = {}) =>
    ropeConfigsFromHuggingFace({ model_type, head_dim: 64, num_hidden_layers: 1, ...keys }).norm;

  it.each(['rms_norm_eps', 'norm_eps', 'layer_norm_eps', 'layer_norm_epsilon'])('epsilon by %s', (key) => {
    expect(norm('qwen3', { [key]: 1e-6 })).toMatchObject({ epsilon: 1e-6 });
    expect(norm('qwen3', { [key]: 0 })).toMatchObject({ epsilon: 0 });
    expectMessage(
      () => norm('qwen3', { [key]: -1e-6 }),
      `${key}: expected a number of at least 0, got -0.000001`,
    );
  });

  it.each<[modelType: string, keys: Fragment, expected: Fragment | null | undefined]>([
    ['qwen3', {}, { type: 'rms', over: 'head', weight: 'plain', order: 'before', epsilon: null }],
    ['gemma3_text', {}, { type: 'rms', over: 'head', weight: 'one-plus', order: 'before', epsilon: null }],
    ['olmo3', {}, { type: 'rms', over: 'all-heads', weight: 'plain', order: 'before', epsilon: null }],
    [
      'llama4_text',
      { layer_types: ['chunked_attention'] },
      { type: 'rms', over: 'head', weight: 'none', order: 'after', epsilon: null },
    ],
    ['llama4_text', { layer_types: ['chunked_attention'], use_qk_norm: false }, null],
    ['glm4_moe', {}, null],
    [
      'glm4_moe',
      { use_qk_norm: true },
      { type: 'rms', over: 'head', weight: 'plain', order: 'before', epsilon: null },
    ],
    ['glm4_moe', { use_qk_norm: 1 }, null],
    [
      'stablelm',
      { qk_layernorm: true },
      { type: 'layer', over: 'head', weight: 'plain', order: 'before', epsilon: null },
    ],
    ['stablelm', {}, null],
    ['persimmon', {}, { type: 'layer', over: 'head', weight: 'plain', order: 'before', epsilon: null }],
    ['persimmon', { qk_layernorm: false }, null],
    ['timesfm2_5', {}, { type: 'rms', over: 'head', weight: 'plain', order: 'after', epsilon: null }],
    ['llama', {}, null],
    ['brandnew', {}, undefined],
  ])('%s %o', (modelType, keys, expected) => {
    expect(norm(modelType, keys)).toEqual(expected);
  });
});

describe('the base of a config.json', () => {
  const theta = (model_type: string, keys: Fragment, layerType?: string) =>
    ropeConfigFromHuggingFace({ model_type, head_dim: 64, ...keys }, { layerType }).theta;
  const map = (full: unknown, sliding: unknown) => ({
    rope_parameters: { [FULL!]: full, [SLIDING!]: sliding },
  });

  it.each<[name: string, modelType: string, keys: Fragment, full: number, sliding: number]>([
    ['a map by layer type', 'gemma3_text', map({ rope_theta: 500 }, { rope_theta: 7 }), 500, 7],
    ['a map without bases', 'llama', map({}, { rope_theta: 7 }), 1e4, 7],
    [
      'a base beside the map speaks of full layers',
      'llama',
      { ...map({}, { rope_theta: 7 }), rope_theta: 500 },
      500,
      7,
    ],
    ['a base beside the map, of all that have none', 'llama', { ...map({}, {}), rope_theta: 500 }, 500, 500],
    ['global_rope_theta', 'modernbert', { global_rope_theta: 500, local_rope_theta: 7 }, 500, 7],
    ['rope_local_base_freq', 'gemma3_text', { rope_theta: 500, rope_local_base_freq: 7 }, 500, 7],
    ['swa_rope_theta', 'mimo_v2_flash', { rope_theta: 500, swa_rope_theta: 7 }, 500, 7],
    [
      'both local spellings',
      'gemma3_text',
      { rope_theta: 500, rope_local_base_freq: 7, local_rope_theta: 7 },
      500,
      7,
    ],
    [
      'a local base inside and beside',
      'gemma3_text',
      { ...map({ rope_theta: 500 }, { rope_theta: 7 }), rope_local_base_freq: 7 },
      500,
      7,
    ],
    ['that of the class', 'gemma3_text', {}, 1e6, 1e4],
    ['layers that share one', 'gemma2', { rope_theta: 500 }, 500, 500],
  ])('%s', (_, modelType, keys, full, sliding) => {
    expect(theta(modelType, keys, FULL)).toBe(full);
    expect(theta(modelType, keys, SLIDING)).toBe(sliding);
  });

  it.each<[modelType: string, keys: Fragment, layerType: string | undefined, message: string]>([
    [
      'gemma3_text',
      { ...map({ rope_theta: 500 }, { rope_theta: 7 }), rope_local_base_freq: 8 },
      SLIDING,
      `rope_parameters.${SLIDING}.rope_theta: expected the same as rope_local_base_freq (8), got 7`,
    ],
    [
      'gemma3_text',
      { rope_local_base_freq: 7, swa_rope_theta: 8 },
      SLIDING,
      'swa_rope_theta: expected the same as rope_local_base_freq (7), got 8',
    ],
    [
      'llama',
      { ...map({ rope_theta: 500 }, {}), rope_theta: 501 },
      FULL,
      `rope_theta: expected the same as rope_parameters.${FULL}.rope_theta (500), got 501`,
    ],
    [
      'llama',
      { rope_parameters: { rope_theta: 500 }, rope_theta: 501 },
      undefined,
      'rope_theta: expected the same as rope_parameters.rope_theta (500), got 501',
    ],
    ['llama', { rope_theta: 'x' }, undefined, 'rope_theta: expected a number from 1/8 to 2^100, got "x"'],
    [
      'modernbert',
      { rope_theta: 500, global_rope_theta: 501 },
      FULL,
      'global_rope_theta: expected the same as rope_theta (500), got 501',
    ],
    [
      'llama',
      { num_hidden_layers: 2, rope_theta: [500, 501] },
      undefined,
      'rope_theta: expected one value for all layers of type "full_attention", got an array of 2',
    ],
  ])('%s %o', (modelType, keys, layerType, message) => {
    expectMessage(() => theta(modelType, keys, layerType), message);
  });

  it('a list with an entry a layer: that of the type, where its layers are rotated', () => {
    const types = { num_hidden_layers: 3, layer_types: [FULL, SLIDING, FULL] };
    for (const key of ['rope_theta', 'layer_rope_theta']) {
      expect(theta('llama', { ...types, [key]: [500, 7, 500] }, FULL)).toBe(500);
      expect(theta('llama', { ...types, [key]: [500, 7, 500] }, SLIDING)).toBe(7);
      expect(theta('llama', { ...types, [key]: [9, 9, 9] }, 'chunked_attention')).toBe(9);
      expect(() => theta('llama', { ...types, [key]: [9, 8, 9] }, 'chunked_attention')).toThrow(
        `${key}: expected one value for all layers of type "chunked_attention", got an array of 2`,
      );
    }
    expect(theta('llama', { ...types, layer_rope_theta: [0, 7, 500] }, FULL)).toBe(500);
  });

  it("ChatGLM's ratio times 10 000; other classes do not read it", () => {
    expect(theta('chatglm', { rope_ratio: 50 })).toBe(5e5);
    expect(theta('chatglm', {})).toBe(1e4);
    expect(theta('chatglm', { rope_ratio: 50, rope_theta: 7 })).toBe(7);
    expect(read({ rope_ratio: 50 }).theta).toBe(1e4);
    expect(read({ rope_ratio: 50 }).assumptions).toEqual([
      'rope_ratio is not read, as in the class of llama',
    ]);
    expect(ropeConfigFromHuggingFace({ model_type: 'chatglm', rope_ratio: 1 }).assumptions).not.toContain(
      'rope_ratio is not read, as in the class of chatglm',
    );
  });

  it("DeepSeek V4's compressed layers", () => {
    const compressed = (keys: Fragment, layerType: string) =>
      theta('deepseek_v4', { qk_rope_head_dim: 64, rope_theta: 500, ...keys }, layerType);
    for (const type of ['compressed_sparse_attention', 'heavily_compressed_attention']) {
      expect(compressed({}, type)).toBe(160_000);
      expect(compressed({ compress_rope_theta: 900 }, type)).toBe(900);
    }
    expect(compressed({ compress_rope_theta: 900 }, SLIDING!)).toBe(500);
  });
});
