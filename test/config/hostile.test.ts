import { describe, expect, it } from 'vitest';
import { ropeConfigFromGguf, ropeConfigsFromGguf } from '../../src/config/gguf';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment } from './support';

/** Files come from anywhere: whatever is in them, a reader answers at once, with an error that is short enough to read. */

const llama: Fragment = {
  model_type: 'llama',
  hidden_size: 64,
  num_attention_heads: 1,
  num_hidden_layers: 2,
};
const one = (extra: Fragment) => () => ropeConfigFromHuggingFace({ ...llama, ...extra });
const all = (extra: Fragment) => () => ropeConfigsFromHuggingFace({ ...llama, ...extra });
const gguf = (values: Fragment, architecture = 'llama') => ({
  'general.architecture': architecture,
  ...Object.fromEntries(
    Object.entries({ embedding_length: 64, 'attention.head_count': 1, ...values }).map(([key, value]) => [
      `${architecture}.${key}`,
      value,
    ]),
  ),
});

describe('a config.json', () => {
  const long = '9'.repeat(1e6);
  const type = 'expected the name of a layer type, such as "full_attention"';
  const cases: [string, () => unknown, string][] = [
    [
      'a billion layers',
      all({ num_hidden_layers: 1e9 }),
      'num_hidden_layers: expected an integer in 1..16384 (layers), got 1000000000',
    ],
    ...['constructor', '__proto__', 'toString'].map((name): [string, () => unknown, string] => [
      `a layer type ${name}`,
      all({ num_hidden_layers: 1, layer_types: [name] }),
      `layer_types[0]: ${type}, got "${name}"`,
    ]),
    [
      'a million layer types',
      all({ layer_types: Array(1e6).fill('full_attention') }),
      'layer_types: expected an array of 2 entries, one a layer, got an array of 1000000',
    ],
    [
      'a theta of a million characters',
      one({ rope_theta: long }),
      `rope_theta: expected a number from 1/8 to 2^100, got "${long.slice(0, 98)}`,
    ],
    ['a bigint', one({ rope_theta: 10n }), 'rope_theta: expected a number from 1/8 to 2^100, got 10n'],
    ['a symbol', one({ head_dim: Symbol('x') }), 'head_dim: expected an integer, got Symbol(x)'],
    [
      'two bigints that differ',
      one({ rope_theta: 10n, rotary_emb_base: 11n }),
      'rotary_emb_base: expected the same as rope_theta (10n), got 11n',
    ],
    [
      'a symbol for a flag',
      one({ alibi: Symbol('x') }),
      'alibi: expected false (rotary positions), got Symbol(x)',
    ],
    [
      'a symbol for a model type',
      one({ model_type: Symbol('x') }),
      'model_type: expected a string, got Symbol(x)',
    ],
    [
      'a pattern of a million letters',
      all({ model_type: 'cohere2', sliding_window_pattern: 'L'.repeat(1e6) }),
      `sliding_window_pattern: expected an integer, or a word of L (sliding) and G (full), got "${'L'.repeat(98)}`,
    ],
    [
      'a pattern of a billion layers',
      all({ model_type: 'cohere2', sliding_window_pattern: 1e9 }),
      'sliding_window_pattern: expected an integer in 1..16384 (layers), got 1000000000',
    ],
    [
      'a part by the name of a method',
      () => ropeConfigFromHuggingFace(llama, { part: 'toString' }),
      'part: expected none, as this file has one model, got "toString"',
    ],
  ];
  it.each(cases)('%s', (_, call, message) => expectMessage(call, message));

  it('a scheme by the name of a method', () => {
    expect(one({ rope_scaling: { type: 'constructor' } })).toThrow(
      /^rope_scaling\.type: expected "default".* got "constructor"$/,
    );
  });

  it('a block within itself, and parts within parts', () => {
    const block: Record<string, unknown> = { type: 'linear', factor: 2 };
    block.self = block;
    expect(one({ rope_scaling: block, rope_parameters: { ...block } })).toThrow(TypeError);
    let nested: Fragment = llama;
    for (let i = 0; i < 1e5; i++) nested = { text_config: nested };
    expect(() => ropeConfigFromHuggingFace(nested)).toThrow(/at most four parts inside one another/);
  });

  it('names of methods where a class is looked up: none is found', () => {
    for (const model_type of ['constructor', '__proto__', 'hasOwnProperty', 'a b', 'llama .', '']) {
      expect(one({ model_type })().assumptions[0]).toMatch(/not checked$/);
    }
  });

  it('a class of a million letters is cut in the assumption', () => {
    expect(one({ model_type: 'x'.repeat(1e6) })().assumptions.join().length).toBeLessThan(500);
  });
});

describe('a GGUF header', () => {
  const cases: [string, () => unknown, string][] = [
    [
      'a billion layers',
      () => ropeConfigsFromGguf(gguf({ block_count: 1e9 })),
      'llama.block_count: expected an integer in 1..16384 (layers), got 1000000000',
    ],
    [
      'a symbol',
      () => ropeConfigFromGguf(gguf({ 'rope.freq_base': Symbol('x') })),
      'llama.rope.freq_base: expected a number from 1/8 to 2^100, got Symbol(x)',
    ],
    [
      'a base of a million characters',
      () => ropeConfigFromGguf(gguf({ 'rope.freq_base': '9'.repeat(1e6) })),
      `llama.rope.freq_base: expected a number from 1/8 to 2^100, got "${'9'.repeat(98)}`,
    ],
    [
      'an architecture of a million characters',
      () => ropeConfigFromGguf(gguf({}, 'x'.repeat(1e6))),
      `general.architecture: expected a name of at most 99 characters, got "${'x'.repeat(98)}`,
    ],
    [
      'text for a tensor',
      () => ropeConfigFromGguf(gguf({}), { tensors: { 'rope_freqs.weight': 'one' as never } }),
      'tensors["rope_freqs.weight"]: expected an array of numbers, got "one"',
    ],
    [
      'bigints in a tensor',
      () => ropeConfigFromGguf(gguf({}), { tensors: { 'rope_freqs.weight': Array(32).fill(1n) } }),
      'tensors["rope_freqs.weight"][0]: expected a number from 1/8 to 2^256, got 1n',
    ],
  ];
  it.each(cases)('%s', (_, call, message) => expectMessage(call, message));

  it('names of methods where an architecture is looked up: none is found', () => {
    for (const name of ['constructor', '__proto__']) {
      expect(ropeConfigFromGguf(gguf({}, name)).assumptions[0]).toMatch(/not checked$/);
    }
  });
});
