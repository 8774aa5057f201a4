import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment } from './support';

const text = { model_type: 'llama', head_dim: 64, rope_theta: 500 };
const read = (config: Fragment, part?: unknown) =>
  ropeConfigFromHuggingFace(config, { part: part as string });
/** The base, by which these tests know the model that was read. */
const thetaOf = (config: Fragment, part?: unknown) => read(config, part).theta;

describe('parts of a config.json', () => {
  it.each<[name: string, part: string | undefined, config: Fragment, theta: number]>([
    ['the text model', undefined, { model_type: 'any', text_config: text }, 500],
    ['the text model by name', 'text', { model_type: 'any', text_config: text }, 500],
    ['llm_config', undefined, { llm_config: text }, 500],
    ['language_config', 'text', { language_config: text }, 500],
    [
      'the first of two spellings',
      undefined,
      { text_config: text, llm_config: { ...text, rope_theta: 7 } },
      500,
    ],
    ['a null counts as absent', undefined, { text_config: null, llm_config: text }, 500],
    ['a file that is its own model', 'text', { ...text, vision_config: { hidden_size: 8 } }, 500],
    [
      'a file that is its own model, without a name',
      undefined,
      { ...text, vision_config: { hidden_size: 8 } },
      500,
    ],
    ['a file without parts', 'text', text, 500],
    ['a file without parts and sizes', 'text', { model_type: 'llama', rope_theta: 500 }, 500],
    [
      'a file of a known class, without sizes',
      undefined,
      { model_type: 'llama', rope_theta: 500, decoder_config: { ...text, rope_theta: 7 } },
      500,
    ],
    ['the only part', undefined, { decoder_config: text }, 500],
    ['an encoder by its short key', 'encoder', { encoder: text, decoder: { ...text, rope_theta: 7 } }, 500],
    ['a decoder by its short key', 'decoder', { encoder: { ...text, rope_theta: 7 }, decoder: text }, 500],
    ['the depth decoder', 'depth', { ...text, rope_theta: 7, depth_decoder_config: text }, 500],
    ['the talker', 'talker', { thinker_config: { ...text, rope_theta: 7 }, talker_config: text }, 500],
    [
      'the thinker before the talker',
      undefined,
      { thinker_config: text, talker_config: { ...text, rope_theta: 7 } },
      500,
    ],
    ['the text of the thinker', undefined, { thinker_config: { text_config: text } }, 500],
    ['the text of the thinker by name', 'text', { thinker_config: { text_config: text } }, 500],
    ['the text of an encoder', 'encoder', { encoder: { text_config: text }, decoder: text }, 500],
    ['a string under the key of a part is no part', undefined, { ...text, encoder: 'whisper' }, 500],
  ])('%s', (_, part, config, theta) => {
    expect(thetaOf(config, part)).toBe(theta);
  });

  it.each([
    'hidden_size',
    'n_embd',
    'd_model',
    'num_attention_heads',
    'n_head',
    'num_hidden_layers',
    'head_dim',
  ])('%s says that the file is a model itself', (key) => {
    const parts = { decoder_config: { ...text, rope_theta: 7 } };
    const top = { model_type: 'brandnew', rope_theta: 500, ...parts };
    expect(thetaOf({ ...top, hidden_size: 64, num_attention_heads: 1, [key]: 1, head_dim: 64 })).toBe(500);
    // By this key alone: the decoder has all that its reading needs, the file itself has not.
    expect(() => read({ ...top, [key]: 2.5 })).toThrow(/^\w+: expected an integer/);
    expect(thetaOf({ model_type: 'brandnew', [key]: null, ...parts })).toBe(7);
  });

  const both = { encoder: text, decoder: text };
  it.each<[part: unknown, config: Fragment, message: string]>([
    [
      undefined,
      both,
      'part: expected "encoder" or "decoder", as this file has several models, got undefined',
    ],
    ['vision', both, 'part: expected "encoder" or "decoder", got "vision"'],
    ['text', both, 'part: expected "encoder" or "decoder", got "text"'],
    [3, both, 'part: expected "encoder" or "decoder", got 3'],
    [null, both, 'part: expected "encoder" or "decoder", got null'],
    ['vision', text, 'part: expected none, as this file has one model, got "vision"'],
    [3, text, 'part: expected none, as this file has one model, got 3'],
    [
      'audio',
      { thinker_config: { text_config: text, vision_config: {} }, talker_config: text },
      'part: expected "thinker" or "talker" or "text" or "vision", got "audio"',
    ],
    [undefined, { model_type: 7 }, 'model_type: expected a string, got 7'],
    [undefined, { text_config: { model_type: [] } }, 'model_type: expected a string, got an array of 0'],
    [undefined, { text_config: [] }, 'text_config: expected an object, got an array of 0'],
  ])('%s of %o', (part, config, message) => {
    expectMessage(() => read(config, part), message);
  });

  it('what kind of error: TypeError for what is no string, RangeError for another name', () => {
    expect(() => read(both, 3)).toThrow(TypeError);
    expect(() => read(both, 'vision')).toThrow(RangeError);
  });

  it('text models four deep inside one another are read, five deep are not', () => {
    const nested = (depth: number): Fragment => (depth === 0 ? text : { text_config: nested(depth - 1) });
    for (const depth of [0, 1, 2, 3, 4, 5]) expect(thetaOf(nested(depth)), String(depth)).toBe(500);
    const key = Array(6).fill('text_config.').join('');
    expectMessage(() => read(nested(6)), `${key}: expected at most four parts inside one another, got 5`);
    expect(() => read(nested(3000))).toThrow('expected at most four parts inside one another, got 5');
  });
});

describe('the class of a part', () => {
  const pairing = (config: Fragment, part?: string) => read(config, part).pairing;
  const sizes = { hidden_size: 1024, num_attention_heads: 16 };

  it('a text model goes by its own name, else by that of the file with _text, else by that of the file', () => {
    expect(pairing({ model_type: 'llama', text_config: { model_type: 'glm', head_dim: 64 } })).toBe(
      'interleaved',
    );
    expect(pairing({ model_type: 'glm', text_config: { model_type: 'llama', head_dim: 64 } })).toBe('half');
    expect(pairing({ model_type: 'llama4', text_config: { head_dim: 64 } })).toBe('interleaved');
    expect(pairing({ model_type: 'glm', text_config: { head_dim: 64 } })).toBe('interleaved');
    expect(read({ model_type: 'x', text_config: { head_dim: 64 } }).assumptions[0]).toMatch(
      /^text_config.model_type "x" is not in the table: /,
    );
    expect(read({ text_config: { head_dim: 64 } }).assumptions[0]).toMatch(
      /^text_config.model_type is missing: /,
    );
    expect(read({ text_config: { model_type: 'y', head_dim: 64 } }).assumptions[0]).toMatch(
      /^text_config.model_type "y" is not in the table: /,
    );
  });

  it('a decoder goes by its own name, then by that of the file', () => {
    const decoder = { head_dim: 64 };
    expect(pairing({ model_type: 'glm', decoder }, 'decoder')).toBe('interleaved');
    expect(pairing({ model_type: 'glm', decoder: { ...decoder, model_type: 'llama' } }, 'decoder')).toBe(
      'half',
    );
    expect(pairing({ model_type: 'glm', decoder: { ...decoder, model_type: 'x' } }, 'decoder')).toBe(
      'interleaved',
    );
  });

  it('a tower goes by its own name with its medium, then as it is, then by the name of the file', () => {
    const vision = (model_type: string | undefined, outer: string) =>
      read(
        { model_type: outer, vision_config: { ...sizes, patch_size: 14, image_size: 224, model_type } },
        'vision',
      );
    expect(vision('pixtral', 'llava').headDim).toBe(64);
    expect(vision(undefined, 'llama4').pairing).toBe('interleaved');
    expect(vision('llama4_vision_model', 'any').pairing).toBe('interleaved');
    expect(vision('any', 'llama4').pairing).toBe('interleaved');
    expectMessage(
      () => vision('any', 'other'),
      'vision_config.model_type: expected a tower whose rotation this reader knows, got "any"',
    );
    expectMessage(
      () => vision(undefined, 'llama'),
      'vision_config.model_type: expected a tower whose rotation this reader knows, got "llama"',
    );
  });

  it.each(['audio_config', 'audio_encoder_config', 'speech_config'])('%s is a tower too', (key) => {
    const audio = (model_type: string) =>
      read({ model_type: 'any', text_config: text, [key]: { ...sizes, model_type } }, 'audio');
    expectMessage(
      () => audio('brandnew'),
      `${key}.model_type: expected a tower whose rotation this reader knows, got "brandnew"`,
    );
    expect(audio('glmasr_encoder').rotaryDim).toBe(32);
  });
});

describe('keys beside a nested model', () => {
  const beside = (keys: Fragment, inner: Fragment = {}) =>
    read({ model_type: 'any', text_config: { ...text, ...inner }, ...keys });

  it('may repeat it and are listed where they do not stand in it', () => {
    expect(beside({ rope_theta: 500 }).assumptions).toEqual([]);
    expect(beside({ rope_theta: null }).assumptions).toEqual([]);
    expect(beside({ no_rotation: 1, max_position_embeddings: 5 }).assumptions).toEqual([]);
    expect(beside({ rope_scaling: { type: 'linear', factor: 2 } }).assumptions).toEqual([
      'rope_scaling stands beside text_config and is not read, as in transformers',
    ]);
    const inside = { rope_scaling: { type: 'linear', factor: 2, list: [1, 2] } };
    const other = { rope_scaling: { factor: 2, list: [1, 2], type: 'linear' } };
    expect(beside(inside, other).assumptions).toEqual([
      'text_config.rope_scaling.list is not read: scheme "linear" of transformers has no such key',
    ]);
    expectMessage(
      () => beside(inside, { rope_scaling: { factor: 2, list: [1, 3], type: 'linear' } }),
      'rope_scaling: expected the same as text_config.rope_scaling (a Object), got a Object',
    );
    expectMessage(
      () => beside({ rope_theta: 7 }),
      'rope_theta: expected the same as text_config.rope_theta (500), got 7',
    );
  });

  it('of a thinker go by its name, and a part that was asked for has none beside it', () => {
    const thinker = { rotary_dim: 32, text_config: text };
    expect(read({ thinker_config: thinker }).assumptions).toEqual([
      'thinker_config.rotary_dim stands beside thinker_config.text_config and is not read, as in transformers',
    ]);
    expect(read({ thinker_config: thinker }, 'thinker').assumptions).toEqual([]);
    expectMessage(
      () => read({ thinker_config: { rope_theta: 7, text_config: text } }),
      'thinker_config.rope_theta: expected the same as thinker_config.text_config.rope_theta (500), got 7',
    );
  });
});
