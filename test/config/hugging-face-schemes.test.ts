import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment, longrope, read } from './support';

const [FULL, SLIDING] = ['full_attention', 'sliding_attention'];
const scaled = (rope_scaling: Fragment, keys: Fragment = {}) => read({ rope_scaling, ...keys });
const TYPES =
  'expected "default" or "mrope" or "linear" or "ntk" or "dynamic" or "yarn" or "longrope" or "su" or "llama3" or ' +
  '"proportional" or "xdrope"';

describe('the scheme of a config.json', () => {
  it.each<[block: Fragment, expected: Fragment]>([
    [{ type: 'default' }, { type: 'default' }],
    [
      { rope_type: 'linear', factor: 2 },
      { type: 'linear', factor: 2 },
    ],
    [
      { type: 'linear', rope_type: 'linear', factor: 2 },
      { type: 'linear', factor: 2 },
    ],
    [
      { type: 'ntk', factor: 2 },
      { type: 'ntk', factor: 2 },
    ],
    [
      { type: 'dynamic', factor: 2 },
      { type: 'dynamic', factor: 2, originalPositions: 8192 },
    ],
    [
      { type: 'su', ...longrope, original_max_position_embeddings: 4096 },
      {
        type: 'longrope',
        factor: 2,
        shortFactors: Array(32).fill(1),
        longFactors: Array(32).fill(2),
        originalPositions: 4096,
      },
    ],
    [
      { type: 'su', rope_type: 'longrope', ...longrope },
      { type: 'longrope', originalPositions: 8192 },
    ],
  ])('%o', (block, expected) => {
    expect(scaled(block).scaling).toMatchObject(expected);
  });

  it.each<[block: Fragment, message: string]>([
    [{ type: 'other' }, `rope_scaling.type: ${TYPES}, got "other"`],
    [{ rope_type: 3 }, `rope_scaling.rope_type: ${TYPES}, got 3`],
    [
      { rope_type: 'linear', type: 'ntk', factor: 2 },
      'rope_scaling.type: expected the same as rope_scaling.rope_type ("linear"), got "ntk"',
    ],
    [{ factor: 2 }, 'rope_scaling.factor: expected only keys of scheme "default" (), got "factor"'],
    [
      { type: 'linear' },
      'rope_scaling.factor: expected a number from 1 to 2^24 (it divides positions), got undefined',
    ],
    [
      { type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 1 },
      'rope_scaling.high_freq_factor: expected at least rope_scaling.low_freq_factor (4), got 1',
    ],
    [
      { type: 'llama3', low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 4096 },
      'rope_scaling.factor: expected a number from 1 to 2^24 (it divides positions), got undefined',
    ],
    [
      { type: 'longrope', ...longrope, short_factor: [1] },
      'rope_scaling.short_factor: expected an array of 32 numbers (one a pair), got an array of 1',
    ],
    [
      { type: 'longrope', long_factor: longrope.long_factor },
      'rope_scaling.short_factor: expected an array of 32 numbers (one a pair), got undefined',
    ],
    [
      { type: 'yarn', factor: 2, beta_fast: 1, beta_slow: 2 },
      'rope_scaling.beta_fast: expected at least rope_scaling.beta_slow (2), got 1',
    ],
    [{ type: 'yarn', factor: 2, truncate: 1 }, 'rope_scaling.truncate: expected true or false, got 1'],
  ])('%o', (block, message) => {
    expectMessage(() => scaled(block), message);
  });

  it('a block that names no type contradicts one that does', () => {
    expectMessage(
      () => read({ rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_theta: 1e4 } }),
      'rope_parameters.rope_type: expected the same as rope_scaling.type ("linear"), got "default"',
    );
  });

  it('keys that a scheme does not read: listed for a known class, refused for another', () => {
    const block = { type: 'linear', factor: 2, beta_fast: 32 };
    expect(scaled(block).assumptions).toEqual([
      'rope_scaling.beta_fast is not read: scheme "linear" of transformers has no such key',
    ]);
    expectMessage(
      () => scaled(block, { model_type: 'brandnew' }),
      'rope_scaling.beta_fast: expected only keys of scheme "linear" (factor), got "beta_fast"',
    );
    expect(scaled({ type: 'default', beta_fast: 32 }).assumptions).toEqual([
      'rope_scaling.beta_fast is not read: scheme "default" of transformers has no such key',
    ]);
    for (const key of [
      'finetuned',
      'interleaved',
      'max_position_embeddings',
      'original_max_position_embeddings',
    ]) {
      expect(scaled({ type: 'linear', factor: 2, [key]: 1 }).assumptions, key).toEqual([]);
    }
    expect(scaled({ type: 'linear', factor: 2, extra: null }).assumptions).toEqual([]);
  });

  it('0 is the default of both ends of the ramp, as `or` has it in transformers', () => {
    const yarn = { type: 'yarn', factor: 2, original_max_position_embeddings: 4096 };
    for (const key of ['beta_fast', 'beta_slow']) {
      expect(scaled({ ...yarn, [key]: 0 }).scaling).toEqual(scaled(yarn).scaling);
    }
    expect(scaled({ ...yarn, beta_fast: 16, beta_slow: 2 }).scaling).toMatchObject({
      betaFast: 16,
      betaSlow: 2,
    });
  });

  it('the scale of queries by position is left to the caller', () => {
    const block = {
      type: 'yarn',
      factor: 2,
      original_max_position_embeddings: 4096,
      llama_4_scaling_beta: 0.1,
    };
    expect(scaled(block).assumptions).toEqual([
      'rope_scaling.llama_4_scaling_beta scales queries by position, beside the rotation: left to the caller',
    ]);
  });
});

describe('the length a scheme extends', () => {
  const key = 'original_max_position_embeddings';
  const yarn = { type: 'yarn', factor: 2 };
  const original = (block: Fragment, keys: Fragment = {}) => scaled({ ...yarn, ...block }, keys).scaling;

  it('inside the block, beside it, or both alike', () => {
    expect(original({ [key]: 512 })).toMatchObject({ originalPositions: 512 });
    expect(original({}, { [key]: 512 })).toMatchObject({ originalPositions: 512 });
    expect(original({ [key]: 2 }, { [key]: 2 })).toMatchObject({ originalPositions: 2 });
    expectMessage(
      () => original({ [key]: 512 }, { [key]: 511 }),
      `${key}: expected the same as rope_scaling.${key} (512), got 511`,
    );
  });

  it('else the longest, and the result says so', () => {
    expect(original({})).toMatchObject({ originalPositions: 8192 });
    expect(scaled(yarn).assumptions).toEqual([
      `rope_scaling.${key} is missing: max_position_embeddings (8192), as transformers has it`,
    ]);
    expect(scaled({ ...yarn, [key]: 512 }).assumptions).toEqual([]);
  });

  it.each([1, 2.5, 0, '512'])('%s is none', (value) => {
    expectMessage(
      () => original({ [key]: value }),
      `rope_scaling.${key}: expected an integer of at least 2 (tokens), got ${typeof value === 'string' ? '"512"' : value}`,
    );
  });

  it('none at all', () => {
    expectMessage(
      () => original({}, { max_position_embeddings: undefined }),
      'max_position_embeddings: expected an integer (tokens), got undefined',
    );
    expectMessage(
      () => scaled({ type: 'dynamic', factor: 2 }, { max_position_embeddings: undefined }),
      'max_position_embeddings: expected an integer (tokens), got undefined',
    );
  });

  it('a missing factor is the ratio of the two, at least 1', () => {
    const ratio = (block: Fragment, longest: number | undefined = 8192) =>
      scaled({ type: 'yarn', [key]: 4096, ...block }, { max_position_embeddings: longest });
    expect(ratio({}).scaling).toMatchObject({ factor: 2 });
    expect(ratio({}).assumptions).toEqual([
      `rope_scaling.factor is missing: max_position_embeddings / ${key} = 2`,
    ]);
    expect(ratio({}, 1024).scaling).toMatchObject({ factor: 1 });
    expect(ratio({ factor: 4 }).scaling).toMatchObject({ factor: 4 });
    expect(ratio({ factor: 4 }).assumptions).toEqual([]);
    const { factor: _, ...lists } = longrope;
    expect(ratio({ type: 'longrope', ...lists }).scaling).toMatchObject({ factor: 2 });
    expect(ratio({ type: 'longrope', ...lists }).assumptions).toEqual([]);
    for (const keys of [
      { [key]: undefined },
      { max_position_embeddings: undefined, [key]: 4096 },
    ] as Fragment[]) {
      expect(() => scaled({ type: 'yarn', [key]: keys[key] }, keys)).toThrow(
        'rope_scaling.factor: expected a number from 1 to 2^24 (it divides positions), got undefined',
      );
    }
  });

  it('dynamic NTK goes by the longest, and says so where the block has another', () => {
    const dynamic = (original: unknown) => scaled({ type: 'dynamic', factor: 2, [key]: original });
    expect(dynamic(512).scaling).toMatchObject({ originalPositions: 8192 });
    expect(dynamic(512).assumptions).toEqual([
      `rope_scaling.${key} is not used: transformers measures dynamic NTK by max_position_embeddings`,
    ]);
    expect(dynamic(8192).assumptions).toEqual([]);
    expect(dynamic(undefined).assumptions).toEqual([]);
  });
});

describe('what single families spell in a way of their own', () => {
  it("HunYuan's alpha is a static NTK factor; what stands beside it is not read", () => {
    const block = { type: 'dynamic', alpha: 1000, factor: 1, mscale: 1, beta_fast: 32, rope_theta: 1e4 };
    const hunyuan = (keys: Fragment) => scaled({ ...block, ...keys }, { model_type: 'hunyuan_v1_dense' });
    expect(hunyuan({}).scaling).toEqual({ type: 'ntk', factor: 1000 });
    expect(hunyuan({}).assumptions).toEqual([
      'rope_scaling.alpha is read as a static NTK factor, as the HunYuan class of transformers does',
    ]);
    expect(hunyuan({}).theta).toBe(1e4);
    expectMessage(
      () => hunyuan({ alpha: 0.5 }),
      'rope_scaling.alpha: expected a number from 1 to 2^24 (it divides positions), got 0.5',
    );
    expect(hunyuan({ type: 'linear', factor: 2 }).scaling).toEqual({ type: 'linear', factor: 2 });
    expect(hunyuan({ alpha: undefined, factor: 2 }).scaling).toMatchObject({ type: 'dynamic', factor: 2 });
    expect(scaled({ ...block, factor: 2 }).scaling).toMatchObject({ type: 'dynamic', factor: 2 });
  });

  const gte = (block: Fragment) => scaled(block, { model_type: 'new' });
  it('GTE: the base times the factor, and frequencies divided by its root', () => {
    expect(gte({ type: 'ntk', factor: 2 })).toMatchObject({
      theta: 20_000,
      scaling: { type: 'linear', factor: 2 ** (2 / 64) },
    });
    expect(gte({ type: 'ntk', factor: 1 }).scaling).toEqual({ type: 'linear', factor: 1 });
    expect(gte({ type: 'ntk', factor: 2 ** 24 }).theta).toBe(1e4 * 2 ** 24);
    expect(gte({ type: 'linear', factor: 2 })).toMatchObject({
      theta: 1e4,
      scaling: { type: 'linear', factor: 2 },
    });
    expect(scaled({ type: 'ntk', factor: 2 })).toMatchObject({
      theta: 1e4,
      scaling: { type: 'ntk', factor: 2 },
    });
  });

  it.each([0.5, 2 ** 24 + 1, '2', Number.NaN])('GTE with a factor of %s', (factor) => {
    expectMessage(
      () => gte({ type: 'ntk', factor }),
      `rope_scaling.factor: expected a number from 1 to 2^24, got ${typeof factor === 'string' ? '"2"' : factor}`,
    );
  });

  it('GTE with a third number reads as plain NTK', () => {
    expect(gte({ type: 'ntk', factor: 2, mixed_b: 0.5 }).scaling).toEqual({ type: 'ntk', factor: 2 });
  });

  it('Phi-MoE has two attention factors, which have to be equal', () => {
    const phimoe = (keys: Fragment, model_type = 'phimoe') =>
      scaled(
        { type: 'longrope', ...longrope, original_max_position_embeddings: 4096, ...keys },
        { model_type },
      );
    expect(phimoe({ short_mscale: 1.25, long_mscale: 1.25 }).scaling).toMatchObject({
      attentionFactor: 1.25,
    });
    expect(phimoe({ short_mscale: 1.25, long_mscale: 1.25 }).assumptions).toEqual([]);
    expectMessage(
      () => phimoe({ short_mscale: 1.25, long_mscale: 1.5 }),
      'rope_scaling.long_mscale: expected the same as rope_scaling.short_mscale (1.25), got 1.5',
    );
    expectMessage(
      () => phimoe({ short_mscale: 1.25 }),
      'rope_scaling.long_mscale: expected the same as rope_scaling.short_mscale (1.25), got null',
    );
    expect(phimoe({}).scaling).not.toHaveProperty('attentionFactor');
    expect(phimoe({ short_mscale: 1.25 }, 'phi3').assumptions).toEqual([
      'rope_scaling.short_mscale is not read: scheme "longrope" of transformers has no such key',
    ]);
  });

  it("DeepSeek V4's compressed layers leave cos and sin as they are, unless the block says otherwise", () => {
    const deepseek = (layerType: string, keys: Fragment = {}) => {
      const rope_scaling = { type: 'yarn', factor: 4, original_max_position_embeddings: 4096, ...keys };
      const config = { model_type: 'deepseek_v4', qk_rope_head_dim: 64, rope_scaling };
      return ropeConfigFromHuggingFace(config, { layerType }).scaling;
    };
    for (const type of ['compressed_sparse_attention', 'heavily_compressed_attention']) {
      expect(deepseek(type)).toMatchObject({ type: 'yarn', attentionFactor: 1 });
      expect(deepseek(type, { attention_factor: 1.5 })).toMatchObject({ attentionFactor: 1.5 });
      expect(deepseek(type, { type: 'linear' })).toEqual({ type: 'linear', factor: 4 });
    }
    expect(deepseek(SLIDING!)).toEqual({ type: 'default' });
  });

  it('Step 3.5 scales the layer types it lists; an empty list, or none, means all', () => {
    const step = (yarn_only_types: unknown, layerType: string) => {
      const rope_scaling = { type: 'linear', factor: 4 };
      const config = {
        model_type: 'step3p5',
        head_dim: 64,
        num_hidden_layers: 2,
        layer_types: [FULL, SLIDING],
        rope_scaling,
        yarn_only_types,
      };
      return ropeConfigFromHuggingFace(config, { layerType }).scaling.type;
    };
    expect(step([FULL], FULL!)).toBe('linear');
    expect(step([FULL], SLIDING!)).toBe('default');
    for (const all of [[], null, FULL, undefined]) expect(step(all, SLIDING!)).toBe('linear');
  });
});
