import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment, read } from './support';

describe('spellings that mean the same', () => {
  const scaling = { type: 'linear', factor: 2 };
  /** The same key in a block of either name. */
  const both = (one: unknown, other: unknown) =>
    read({ rope_scaling: { ...scaling, extra: one }, rope_parameters: { ...scaling, extra: other } });

  it.each<[one: unknown, other: unknown]>([
    [1, 1],
    ['a', 'a'],
    [Number.NaN, Number.NaN],
    [
      [1, 2],
      [1, 2],
    ],
    [[{ a: 1, b: [2] }], [{ b: [2], a: 1 }]],
    [[], []],
    [[{ a: null }], [{ a: null }]],
  ])('%o and %o agree', (one, other) => {
    expect(both(one, other).scaling).toEqual(scaling);
  });

  it.each<[one: unknown, other: unknown, shown: string, got: string]>([
    [1, 2, '1', '2'],
    [1, '1', '1', '"1"'],
    [0, -0, '0', '0'],
    [1, true, '1', 'true'],
    [[1, 2], [1, 3], '[1, 2]', '[1, 3]'],
    [[1, 2], [1, 2, 3], '[1, 2]', '[1, 2, 3]'],
    [[1, 2, 3, 4], [1, 2, 3, 4, 5], '[1, 2, 3, 4]', 'an array of 5'],
    [[[]], [{}], '[an array of 0]', '[a Object]'],
    [[{ 0: 1 }], [[1]], '[a Object]', '[an array of 1]'],
    [[{ a: 1 }], [{ b: 1 }], '[a Object]', '[a Object]'],
    [[{ a: 1 }], [{ a: 1, b: 1 }], '[a Object]', '[a Object]'],
    [[{ a: 1, b: 1 }], [{ a: 1 }], '[a Object]', '[a Object]'],
    [[{ a: null }], [{ a: {} }], '[a Object]', '[a Object]'],
    [[{ a: {} }], [{ a: null }], '[a Object]', '[a Object]'],
    [['a', null], ['a', 'b'], '["a", null]', '["a", "b"]'],
  ])('%o and %o do not', (one, other, shown, got) => {
    expectMessage(
      () => both(one, other),
      `rope_parameters.extra: expected the same as rope_scaling.extra (${shown}), got ${got}`,
    );
  });

  it('what is inherited is not given', () => {
    const config = Object.assign(Object.create({ rotary_dim: 4, model_type: 'x' }), {
      head_dim: 64,
      model_type: 'llama',
    });
    expect(ropeConfigFromHuggingFace(config).rotaryDim).toBe(64);
  });

  it.each<[keys: Fragment, message: string]>([
    [{ n_positions: 5 }, 'n_positions: expected the same as max_position_embeddings (8192), got 5'],
    [{ max_position_embeddings: 0 }, 'max_position_embeddings: expected an integer of at least 1, got 0'],
    [{ rotary_emb_base: 5 }, 'rotary_emb_base: expected the same as rope_theta (10000), got 5'],
    [{ rotary_embedding_base: 5 }, 'rotary_embedding_base: expected the same as rope_theta (10000), got 5'],
    [{ rope_freq_constant: 5 }, 'rope_freq_constant: expected the same as rope_theta (10000), got 5'],
    [
      { rope_interleave: true, rope_interleaved: false },
      'rope_interleaved: expected the same as rope_interleave (true), got false',
    ],
    [{ rotary_emb_interleaved: 1 }, 'rotary_emb_interleaved: expected true or false, got 1'],
  ])('%o', (keys, message) => {
    expectMessage(() => read(keys), message);
  });

  it('the trained length: its spellings, and seq_length only where there is no other', () => {
    const length = (keys: Fragment) => read({ max_position_embeddings: undefined, ...keys }).trainedPositions;
    expect(length({})).toBeNull();
    expect(length({ n_positions: 7 })).toBe(7);
    expect(length({ seq_length: 9 })).toBe(9);
    expect(length({ n_positions: 7, seq_length: 9 })).toBe(7);
    expect(length({ max_position_embeddings: 7, n_positions: 7 })).toBe(7);
  });
});

describe('keys about rotation', () => {
  it.each([
    'rope_new',
    'new_rope',
    'a_rope_b',
    'rotary_new',
    'my_rotary',
    'use_norope',
    'mrope_x',
    'xdrope_y',
    'xrope',
    'norotary',
    'rope',
    'rotary_x',
  ])('%s of a class that nobody checked is refused, of a known one listed', (key) => {
    expect(read({ [key]: 1 }).assumptions).toEqual([`${key} is not read, as in the class of llama`]);
    expectMessage(
      () => read({ [key]: 1, model_type: 'brandnew' }),
      `${key}: expected no further key about rotation, got one this reader does not know`,
    );
    expect(read({ [key]: null }).assumptions).toEqual([]);
  });

  it.each(['europe', 'ropes', 'properotary', 'property', 'drope', 'nnorope', 'tropes_x'])(
    '%s is none',
    (key) => {
      expect(read({ [key]: 1 }).assumptions).toEqual([]);
    },
  );

  it.each([
    'alibi',
    'use_alibi',
    'use_dynamic_ntk',
    'use_mrope',
    'mla_use_nope',
    'use_nope',
    'position_encoding_2d',
  ])('%s has to be false', (key) => {
    expect(read({ [key]: false }).assumptions).toEqual([]);
    expectMessage(() => read({ [key]: true }), `${key}: expected false (rotary positions), got true`);
    expectMessage(() => read({ [key]: 0 }), `${key}: expected false (rotary positions), got 0`);
  });

  it.each(['rotary', 'use_rope', 'use_rotary', 'use_rotary_embedding', 'use_rotary_embeddings'])(
    '%s has to be true',
    (key) => {
      expect(read({ [key]: true }).assumptions).toEqual([]);
      expectMessage(() => read({ [key]: false }), `${key}: expected true (rotary positions), got false`);
      expectMessage(() => read({ [key]: 1 }), `${key}: expected true (rotary positions), got 1`);
    },
  );

  it('the kind of positions: any rotary one, and a leftover "absolute" of a known class', () => {
    const kind = (position_embedding_type: unknown, model_type = 'llama') =>
      read({ position_embedding_type, model_type }).headDim;
    for (const value of ['rope', 'ROPE', 'rotary', 'my_rotary_kind', 7, null, undefined])
      expect(kind(value)).toBe(64);
    expect(kind('absolute')).toBe(64);
    const refused = (value: string) => `position_embedding_type: expected a rotary kind, got "${value}"`;
    expectMessage(() => kind('absolute', 'brandnew'), refused('absolute'));
    expectMessage(() => kind('learned'), refused('learned'));
  });

  it.each<[modelType: string, message: string]>([
    ['mpt', 'model_type: expected a model whose heads are rotated, got "mpt": its positions are ALiBi'],
    [
      'bert',
      'model_type: expected a model whose heads are rotated, got "bert": its modelling code has no rotation',
    ],
    [
      'phi3small',
      'model_type: expected a model whose rotation can be read from its config, got "phi3small": its positions are scaled by rules of its own',
    ],
  ])('%s', (model_type, message) => {
    expectMessage(() => read({ model_type }), message);
  });

  it('classes that are only rotated where a key says so', () => {
    const granite = (position_embedding_type: unknown) =>
      read({
        model_type: 'granitemoehybrid',
        position_embedding_type,
        num_hidden_layers: 1,
        layer_types: ['attention'],
      }).headDim;
    expect(granite('rope')).toBe(64);
    expect(() => granite('nope')).toThrow(
      'position_embedding_type: expected rope, as granitemoehybrid is not rotated otherwise, got "nope"',
    );
    expect(() => granite(undefined)).toThrow('got undefined');
    const zamba = (use_mem_rope: unknown) => read({ model_type: 'zamba2', use_mem_rope }).headDim;
    expect(zamba(true)).toBe(64);
    expect(() => zamba(false)).toThrow(
      'use_mem_rope: expected true, as zamba2 is not rotated otherwise, got false',
    );
  });

  it.each([
    ['num_hidden_layers', 32, 40],
    ['hidden_size', 4096, 5120],
  ])("Baichuan's %s says which of the two it is", (key, of7B, of13B) => {
    const baichuan = (keys: Fragment) => read({ model_type: 'baichuan', ...keys }).headDim;
    expect(baichuan({ [key]: of7B })).toBe(64);
    expect(baichuan({})).toBe(64);
    expectMessage(
      () => baichuan({ [key]: of13B }),
      `${key}: expected ${of7B} (7B; the others of model_type baichuan have ALiBi), got ${of13B}`,
    );
    expect(read({ [key]: of13B }).headDim).toBe(64);
  });

  it('widths of a latent slice: only of classes that have one, or that nobody checked', () => {
    const slice = (model_type: string) => read({ model_type, qk_rope_head_dim: 32 });
    expect(slice('deepseek_v3')).toMatchObject({ headDim: 32, placement: 'last' });
    expect(slice('brandnew')).toMatchObject({ headDim: 32, placement: 'last' });
    expect(slice('llama')).toMatchObject({ headDim: 64, placement: 'first' });
    expect(slice('llama').assumptions).toEqual(['qk_rope_head_dim is not read, as in the class of llama']);
  });

  it('strict refuses what is only listed otherwise', () => {
    const strict = (keys: Fragment) =>
      ropeConfigFromHuggingFace(
        { model_type: 'llama', head_dim: 64, rope_theta: 1, ...keys },
        { strict: true },
      );
    expectMessage(
      () => strict({ rope_new: 1 }),
      'strict: expected nothing unchecked, got rope_new is not read, as in the class of llama',
    );
    expect(() => strict({ model_type: 'brandnew' })).toThrow(
      'strict: expected nothing unchecked, got model_type',
    );
    expect(() => strict({ model_type: 'internlm' })).toThrow(
      'strict: expected nothing unchecked, got model_type "internlm"',
    );
    expect(() => strict({ rope_scaling: { type: 'linear', factor: 2, x: 1 } })).toThrow(
      'strict: expected nothing unchecked, got rope_scaling.x is not read',
    );
    expect(strict({}).headDim).toBe(64);
    for (const value of [1, 'true', null]) {
      expect(() => ropeConfigFromHuggingFace({}, { strict: value as never })).toThrow(
        `strict: expected true or false, got ${value === 'true' ? '"true"' : value}`,
      );
    }
  });
});
