import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment, read } from './support';

const [FULL, SLIDING] = ['full_attention', 'sliding_attention'];

describe('the block of a class that the config leaves out', () => {
  it('is what transformers has, and the result says what that is', () => {
    const defaults = (keys: Fragment) =>
      ropeConfigFromHuggingFace({ model_type: 'gpt_oss', max_position_embeddings: 131_072, ...keys });
    expect(defaults({}).scaling).toMatchObject({
      type: 'yarn',
      factor: 32,
      truncate: false,
      originalPositions: 4096,
    });
    expect(defaults({}).assumptions.find((text) => text.startsWith('rope_parameters'))).toBe(
      'rope_parameters is missing: "yarn", factor 32, beta_fast 32, beta_slow 1, truncate false, ' +
        'original_max_position_embeddings 4096, what transformers takes for gpt_oss',
    );
    expect(defaults({ rope_scaling: { type: 'default' } }).scaling).toEqual({ type: 'default' });
    expect(defaults({ rope_scaling: {} }).scaling).toEqual({ type: 'default' });
    expect(defaults({ rope_scaling: null }).scaling.type).toBe('yarn');
  });

  it('a map of the class by layer type: nothing is said of a scheme that is the default', () => {
    const laguna = (layerType: string) =>
      ropeConfigFromHuggingFace(
        { model_type: 'laguna', num_hidden_layers: 2, layer_types: [FULL, SLIDING] },
        { layerType },
      );
    expect(laguna(FULL!)).toMatchObject({ theta: 500_000, rotaryDim: 64, scaling: { type: 'default' } });
    expect(laguna(SLIDING!)).toMatchObject({ theta: 10_000, rotaryDim: 128 });
    expect(laguna('chunked_attention')).toMatchObject({ theta: 10_000, rotaryDim: 128 });
    for (const type of [FULL!, SLIDING!]) {
      expect(laguna(type).assumptions.join()).not.toContain('rope_parameters is missing');
    }
  });

  it.each<[blocks: unknown, layerType: string, message: string]>([
    [{ [FULL!]: {} }, SLIDING!, `rope_parameters.${SLIDING}: expected an object, got undefined`],
    [{ [FULL!]: {}, [SLIDING!]: 3 }, SLIDING!, `rope_parameters.${SLIDING}: expected an object, got 3`],
    [[], FULL!, 'rope_parameters: expected an object, got an array of 0'],
    ['yarn', FULL!, 'rope_parameters: expected an object, got "yarn"'],
  ])('%o for %s', (rope_parameters, layerType, message) => {
    expectMessage(() => read({ rope_parameters, rope_theta: undefined }, layerType), message);
  });
});

describe('widths of a config.json', () => {
  const of = (model_type: string, keys: Fragment, layerType?: string) =>
    ropeConfigFromHuggingFace({ model_type, ...keys }, { layerType });

  it.each<[keys: Fragment, headDim: number]>([
    [{ head_dim: 96 }, 96],
    [{ attention_head_dim: 96 }, 96],
    [{ kv_channels: 96 }, 96],
    [{ head_dim: 64, attention_head_dim: 96 }, 64],
    [{ hidden_size: 256, num_attention_heads: 4 }, 64],
    [{ n_embd: 256, n_head: 4 }, 64],
    [{ d_model: 256, n_heads: 4 }, 64],
    [{ hidden_size: 256, num_heads: 4 }, 64],
    [{ hidden_size: 256, encoder_attention_heads: 4 }, 64],
    [{ hidden_size: 256, decoder_num_attention_heads: 4 }, 64],
    [{ hidden_size: 256, encoder_num_attention_heads: 4 }, 64],
    [{ hidden_size: 256, num_attention_heads: 4, n_head: 8 }, 64],
    [{}, 128],
  ])('a head of %o', (keys, headDim) => {
    expect(of('llama', keys).headDim).toBe(headDim);
  });

  it.each<[modelType: string, keys: Fragment, message: string]>([
    ['brandnew', {}, 'hidden_size: expected an integer, as there is no head_dim, got undefined'],
    [
      'brandnew',
      { hidden_size: 256 },
      'num_attention_heads: expected an integer, as there is no head_dim, got undefined',
    ],
    [
      'llama',
      { hidden_size: 256, num_attention_heads: 3 },
      'num_attention_heads: expected a divisor of hidden_size (256), got 3',
    ],
    [
      'llama',
      { hidden_size: 256, n_embd: 255, num_attention_heads: 4 },
      'n_embd: expected the same as hidden_size (256), got 255',
    ],
    ['llama', { head_dim: 0 }, 'head_dim: expected an integer of at least 1, got 0'],
    [
      'llama',
      { head_dim: 64, rotary_dim: 66 },
      'rotary_dim: expected an even integer in 2..64 (head_dim), got 66',
    ],
    [
      'llama',
      { head_dim: 64, rotary_dim: 63 },
      'rotary_dim: expected an even integer in 2..64 (head_dim), got 63',
    ],
    [
      'llama',
      { head_dim: 64, partial_rotary_factor: 0 },
      'partial_rotary_factor: expected a number above 0 and at most 1, got 0',
    ],
    [
      'llama',
      { head_dim: 64, rotary_pct: 1.01 },
      'rotary_pct: expected a number above 0 and at most 1, got 1.01',
    ],
    [
      'llama',
      { head_dim: 64, rotary_pct: 0.5, partial_rotary_factor: 0.25 },
      'rotary_pct: expected the same as partial_rotary_factor (0.25), got 0.5',
    ],
    [
      'llama',
      { head_dim: 64, rotary_pct: 0.5, rope_parameters: { partial_rotary_factor: 0.25 } },
      'rotary_pct: expected the same as rope_parameters.partial_rotary_factor (0.25), got 0.5',
    ],
  ])('%s %o', (modelType, keys, message) => {
    expectMessage(() => of(modelType, keys), message);
  });

  it.each(['partial_rotary_factor', 'rotary_pct', 'rope_pct', 'rope_percent', 'rotary_emb_fraction'])(
    '%s of a head is rotated',
    (key) => {
      expect(read({ [key]: 0.5 })).toMatchObject({ headDim: 64, rotaryDim: 32 });
      expect(read({ [key]: 1 }).rotaryDim).toBe(64);
    },
  );

  it('the rotary width itself wins over a fraction, and a fraction over that of the class', () => {
    expect(read({ rotary_dim: 16, partial_rotary_factor: 0.5 }).rotaryDim).toBe(16);
    expect(of('glm', { head_dim: 64 }).rotaryDim).toBe(32);
    expect(of('glm', { head_dim: 64 }).assumptions).toContain(
      'partial_rotary_factor is missing: 0.5, what transformers takes for glm',
    );
    expect(of('glm', { head_dim: 64, partial_rotary_factor: 1 }).rotaryDim).toBe(64);
    expect(of('phi-msft', { head_dim: 80 })).toMatchObject({ headDim: 80, rotaryDim: 32 });
    expect(of('phi-msft', { head_dim: 80 }).assumptions).toContain(
      'rotary_dim is missing: 32, what microsoft/phi-2: modeling_phi.py (MixFormer) has for phi-msft',
    );
    expect(of('phi-msft', { head_dim: 80, rotary_pct: 0.5 }).rotaryDim).toBe(40);
  });

  it('proportional: the whole head counts, whatever fraction of it turns', () => {
    const block = { rope_type: 'proportional', partial_rotary_factor: 0.25 };
    expect(read({ rope_parameters: block })).toMatchObject({
      rotaryDim: 64,
      scaling: { type: 'proportional', rotatedFraction: 0.25 },
    });
    expect(read({ rope_parameters: { rope_type: 'proportional' }, rotary_dim: 16 })).toMatchObject({
      rotaryDim: 64,
      scaling: { rotatedFraction: 1 },
    });
    expectMessage(
      () => read({ rope_parameters: { ...block, partial_rotary_factor: 0.01 } }),
      'partial_rotary_factor: expected at least 1/32, one of 32 pairs, got 0.01',
    );
  });

  it('an odd width: one frequency more, and exponents that go by the odd width', () => {
    const even = read({ head_dim: 36, partial_rotary_factor: 0.9, model_type: 'moonshine' });
    expect(even.rotaryDim).toBe(32);
    const seven = read({ head_dim: 10, partial_rotary_factor: 0.75 });
    expect(seven.rotaryDim).toBe(8);
    expect(seven.scaling).toEqual({
      type: 'explicit',
      inverseFrequencies: [0, 1, 2, 3].map((pair) => 10_000 ** ((-2 * pair) / 7)),
    });
    const refused = (keys: Fragment, width: number) =>
      expectMessage(
        () => read({ head_dim: 10, ...keys }),
        `partial_rotary_factor: expected a fraction of head_dim (10) that is an even width, got ${width}`,
      );
    refused({ partial_rotary_factor: 0.75, rope_scaling: { type: 'linear', factor: 2 } }, 7);
    refused({ partial_rotary_factor: 0.05 }, 0);
    expectMessage(() => read({ head_dim: 2049 }), 'rotaryDim: expected an even integer in 2..2048, got 2050');
    expectMessage(
      () => read({ head_dim: 9 }),
      'rotaryDim: expected an even integer in 2..9 (headDim), got 10',
    );
  });

  it('layers of a type may have a head of their own', () => {
    const layers = { num_hidden_layers: 3, layer_types: [FULL, SLIDING, FULL] };
    const own = (keys: Fragment) => {
      const config = { head_dim: 64, rope_theta: 1e4, ...layers, ...keys };
      return [FULL!, SLIDING!].map((layerType) => of('llama', config, layerType).headDim);
    };
    expect(own({})).toEqual([64, 64]);
    expect(own({ global_head_dim: 128 })).toEqual([128, 64]);
    expect(own({ swa_head_dim: 32 })).toEqual([64, 32]);
    expect(own({ per_layer_config: { 1: { head_dim: 32 } } })).toEqual([64, 32]);
    expect(own({ per_layer_config: { 0: {}, 2: { head_dim: 32 } } })).toEqual([32, 64]);
    expect(own({ per_layer_config: { 9: { head_dim: 32 }, x: { head_dim: 16 } } })).toEqual([64, 64]);
    expect(own({ per_layer_config: { 0: { head_dim: 32 } }, global_head_dim: 128 })).toEqual([32, 64]);
    expect(() => own({ per_layer_config: { 1: 3 } })).toThrow(
      'per_layer_config.1: expected an object, got 3',
    );
    expect(() => own({ per_layer_config: { 1: { head_dim: 0 } } })).toThrow(
      'per_layer_config.1.head_dim: expected an integer of at least 1, got 0',
    );
    expect(() => own({ per_layer_config: [1] })).toThrow(
      'per_layer_config: expected an object, got an array of 1',
    );
  });

  it('Gemma 4: full layers have the head of their class where the block is a map, else that of all', () => {
    const gemma = (keys: Fragment) => of('gemma4_text', { num_hidden_layers: 6, ...keys }, FULL).headDim;
    expect(gemma({})).toBe(512);
    expect(gemma({ head_dim: 64, rope_parameters: { rope_theta: 1e4 } })).toBe(64);
    expect(gemma({ global_head_dim: 128 })).toBe(128);
  });

  it('a list of fractions with one a layer', () => {
    const layers = { num_hidden_layers: 2, layer_types: [FULL, SLIDING], head_dim: 64 };
    const width = (list: unknown, layerType: string) =>
      of('llama', { ...layers, partial_rotary_factors: list }, layerType).rotaryDim;
    expect(width([0.5, 1], FULL!)).toBe(32);
    expect(width([0.5, 1], SLIDING!)).toBe(64);
    expectMessage(
      () => width([0.5, 2], SLIDING!),
      'partial_rotary_factors: expected a number above 0 and at most 1, got 2',
    );
  });

  it('a latent slice: its key, else a fraction of the head, else that of the class', () => {
    const slice = (keys: Fragment, model_type = 'deepseek_v4') => of(model_type, keys, SLIDING).headDim;
    expect(slice({ qk_rope_head_dim: 32, head_dim: 512, partial_rotary_factor: 0.125 })).toBe(32);
    expect(slice({ head_dim: 256, partial_rotary_factor: 0.126 })).toBe(32);
    expect(slice({ partial_rotary_factor: 0.125 })).toBe(64);
    expect(slice({ head_dim: 256 })).toBe(64);
    expect(slice({ head_dim: 256, partial_rotary_factor: 0.125 }, 'deepseek_v3')).toBe(64);
    expect(of('deepseek_v3', {}).assumptions).toContain(
      'qk_rope_head_dim is missing: 64, what transformers takes for deepseek_v3',
    );
    expectMessage(
      () => slice({ head_dim: 256, partial_rotary_factor: 2 }),
      'partial_rotary_factor: expected a number above 0 and at most 1, got 2',
    );
    expectMessage(
      () => slice({ qk_rope_head_dim: 0 }),
      'qk_rope_head_dim: expected an integer of at least 1, got 0',
    );
  });
});

describe('M-RoPE of a config.json', () => {
  const section = (value: unknown, keys: Fragment = {}) =>
    read({ model_type: 'qwen2_vl', rope_scaling: { type: 'mrope', mrope_section: value }, ...keys });
  const expected = 'three or four integers that add up to 32 (rotary pairs)';
  it.each<[value: unknown, message: string]>([
    [[8, 12, 4, 4, 4], `rope_scaling.mrope_section: expected ${expected}, got an array of 5`],
    ['8,12,12', `rope_scaling.mrope_section: expected ${expected}, got "8,12,12"`],
    [[16, 16], `rope_scaling.mrope_section: expected ${expected}, got [16, 16]`],
    [[8, 12, 13], `rope_scaling.mrope_section: expected ${expected}, got [8, 12, 13]`],
    [[8, 12, 1.5], 'rope_scaling.mrope_section[2]: expected an integer in 0..32 (pairs), got 1.5'],
    [[33, 0, 0], 'rope_scaling.mrope_section[0]: expected an integer in 0..32 (pairs), got 33'],
    [[-1, 12, 21], 'rope_scaling.mrope_section[0]: expected an integer in 0..32 (pairs), got -1'],
  ])('%o', (value, message) => {
    expectMessage(() => section(value), message);
  });

  it('three or four axes, a section of 0 among them, inside the block or beside it', () => {
    expect(section([8, 12, 12]).axes?.count).toBe(3);
    expect(section([8, 8, 8, 8]).axes?.count).toBe(4);
    expect(section([0, 16, 16]).axes?.pairAxis.slice(0, 2)).toEqual([1, 1]);
    expect(section(undefined, { mrope_section: [8, 12, 12] }).axes?.count).toBe(3);
    expectMessage(
      () => section([8, 12, 12], { mrope_section: [8, 8, 16] }),
      'mrope_section: expected the same as rope_scaling.mrope_section ([8, 12, 12]), got [8, 8, 16]',
    );
  });

  it('a class that needs a section says so; the flag has to be that of the class', () => {
    expectMessage(
      () => section(undefined),
      'rope_scaling.mrope_section: expected integers that add up to 32 (rotary pairs), got undefined',
    );
    const flagged = (mrope_interleaved: unknown, model_type: string) =>
      read({ model_type, rope_scaling: { type: 'mrope', mrope_section: [12, 10, 10], mrope_interleaved } });
    expect(flagged(true, 'qwen3_vl').axes?.pairAxis.slice(0, 3)).toEqual([0, 1, 2]);
    expectMessage(
      () => flagged(false, 'qwen3_vl'),
      'rope_scaling.mrope_interleaved: expected the same as model_type qwen3_vl (true), got false',
    );
    expectMessage(
      () => flagged(true, 'qwen2_vl'),
      'rope_scaling.mrope_interleaved: expected the same as model_type qwen2_vl (false), got true',
    );
    expectMessage(
      () => flagged(1, 'brandnew'),
      'rope_scaling.mrope_interleaved: expected true or false, got 1',
    );
    expect(flagged(true, 'brandnew').axes?.pairAxis.slice(0, 3)).toEqual([0, 1, 2]);
    expect(flagged(false, 'brandnew').axes?.pairAxis.slice(0, 3)).toEqual([0, 0, 0]);
    expect(flagged(true, 'brandnew').assumptions).toContain(
      'rope_scaling.mrope_section: M-RoPE with interleaved axes, not checked for this class',
    );
    expect(flagged(undefined, 'brandnew').assumptions).toContain(
      'rope_scaling.mrope_section: M-RoPE with sections, not checked for this class',
    );
  });

  it('sections of another sum: what interleaved ones do not reach turns by time', () => {
    const axes = (mrope_section: number[]) =>
      read({ model_type: 'qwen3_vl', rope_scaling: { type: 'mrope', mrope_section } }).axes!;
    expect(axes([12, 10, 10]).pairAxis).toHaveLength(32);
    const { pairAxis } = ropeConfigFromHuggingFace({ model_type: 'qwen3_vl', head_dim: 160 }).axes!;
    expect(pairAxis).toHaveLength(80);
    expect(pairAxis.slice(64)).toEqual(Array(16).fill(0));
  });
});
