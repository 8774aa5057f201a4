import { describe, expect, it } from 'vitest';
import { type GgufOptions, ropeConfigFromGguf } from '../../src/config/gguf';
import { withHole } from '../support/holes';
import { LONG, read, type Values } from './gguf-support';
import { expectMessage } from './support';

describe('GGUF refused', () => {
  const yarn = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4 };
  const factor = 'expected a number from 1 to 2^24 (it divides positions)';
  const freqs = (values: unknown) => ({ tensors: { 'rope_freqs.weight': values as number[] } });
  const cases: [Values, string, GgufOptions?][] = [
    [
      { embedding_length: undefined },
      'llama.embedding_length: expected an integer, as there is no attention.key_length, got undefined',
    ],
    [
      { 'attention.head_count': [0, 0] },
      'llama.attention.head_count: expected an integer, as there is no attention.key_length, got undefined',
    ],
    [
      { 'rope.dimension_count': 130 },
      'llama.rope.dimension_count: expected an even integer in 2..128 (key_length), got 130',
    ],
    [
      { 'rope.dimension_count': 63 },
      'llama.rope.dimension_count: expected an even integer in 2..128 (key_length), got 63',
    ],
    [{ 'rope.freq_base': '10000' }, 'llama.rope.freq_base: expected a number from 1/8 to 2^100, got "10000"'],
    [
      { ...yarn, 'rope.scaling.yarn_log_multiplier': 1e300 },
      'llama.rope.scaling.yarn_log_multiplier: expected a number from 0 to 2^20, got 1e+300',
    ],
    [
      { 'rope.scaling.factor': 0.5 },
      'llama.rope.scaling.factor: expected a number from 1 to 2^24 (it divides positions), got 0.5',
      freqs(Array<number>(64).fill(8)),
    ],
    [
      { 'rope.scaling.factor': 2 ** 24 },
      'tensors["rope_freqs.weight"][0]: expected a number from 1/8 to 2^256, got 1.942668892225729e+84',
      freqs(Array<number>(64).fill(2 ** 256)),
    ],
    [{ 'rope.freq_base': Number.NaN }, 'llama.rope.freq_base: expected a number from 1/8 to 2^100, got NaN'],
    [
      { 'rope.scaling.type': 'su' },
      'llama.rope.scaling.type: expected "none" or "linear" or "yarn" or "longrope", got "su"',
    ],
    [{ 'rope.scaling.factor': 0.25 }, `llama.rope.scaling.factor: ${factor}, got 0.25`],
    [{ 'rope.scaling.factor': '4' }, 'llama.rope.scaling.factor: expected a finite number, got "4"'],
    [{ 'rope.scaling.type': 'yarn' }, `llama.rope.scaling.factor: ${factor}, got undefined`],
    [
      { ...yarn, 'rope.scaling.yarn_ext_factor': 0.5 },
      'llama.rope.scaling.yarn_ext_factor: expected 1, the only value this reader knows, got 0.5',
    ],
    [
      { ...yarn, 'rope.scaling.yarn_beta_fast': -1 },
      'llama.rope.scaling.yarn_beta_fast: expected a number from 2^-100 to 2^100, got -1',
    ],
    [
      yarn,
      'tensors["rope_freqs.weight"]: expected none beside yarn scaling, got an array of 64',
      freqs(Array(64).fill(1)),
    ],
    [
      { 'rope.scaling.attn_factor': 1.19 },
      'llama.rope.scaling.attn_factor: expected 1 beside scaling type "linear", got 1.19',
    ],
    [
      { 'rope.scaling.attn_factor': 1.19 },
      'tensors["rope_factors_long.weight"]: expected the factors of this LongRoPE model, got undefined',
      {},
    ],
    [
      { 'rope.scaling.type': 'longrope' },
      'tensors["rope_factors_short.weight"]: expected the factors of this LongRoPE model, got undefined',
      { tensors: { [LONG]: [1] } },
    ],
    [
      {},
      'tensors["rope_freqs.weight"]: expected an array of 64 numbers (one a pair), got an array of 3',
      freqs([1, 1, 1]),
    ],
    [
      {},
      'tensors["rope_freqs.weight"][1]: expected a number from 1/8 to 2^256, got 0',
      freqs([1, 0, ...Array(62).fill(1)]),
    ],
    [
      {},
      'tensors["rope_freqs.weight"][1]: expected a number from 1/8 to 2^256, got undefined',
      freqs(withHole(Array<number>(64).fill(1), 1)),
    ],
    [
      {},
      'tensors: expected only rope_freqs.weight, rope_factors_long.weight, rope_factors_short.weight, got "rope_freq.weight"',
      { tensors: { 'rope_freq.weight': [1] } },
    ],
    [
      { 'rope.dimension_sections': 'none' },
      'llama.rope.dimension_sections: expected an array of integers, got "none"',
    ],
    [
      { 'rope.dimension_sections': withHole([16, 24, 24, 0], 3) },
      'llama.rope.dimension_sections[3]: expected an integer, got undefined',
    ],
    [
      { 'rope.dimension_sections': [80, -16, 0, 0] },
      'llama.rope.dimension_sections[0]: expected an integer in 0..64, got 80',
    ],
    [
      { 'rope.dimension_sections': [16, 24, 24, 0] },
      'llama.rope.dimension_sections: expected none for architecture "llama", whose axes this package does not know, got [16, 24, 24, 0]',
    ],
    [
      {},
      'layerType: expected "full_attention" or "sliding_attention", got "local"',
      { layerType: 'local' } as unknown as GgufOptions,
    ],
  ];
  const sections = (architecture: string, value: unknown) => () =>
    read(architecture, { 'rope.dimension_sections': value });
  const sum = 'integers that add up to 64 (rotary pairs), and 0';
  for (const [architecture, value, got] of [
    ['qwen2vl', [16, 24, 23, 0], '[16, 24, 23, 0]'],
    ['qwen2vl', [16, 24, 20, 3], '[16, 24, 20, 3]'],
    ['qwen3vl', [16, 24, 20, 4], '[16, 24, 20, 4]'],
    ['qwen3vl', [32, 32], '[32, 32]'],
    ['qwen3vl', undefined, 'undefined'],
    ['qwen35', [0, 0, 0, 0], '[0, 0, 0, 0]'],
  ] as const) {
    it(`${architecture}, sections ${got}`, () =>
      expectMessage(
        sections(architecture, value),
        `${architecture}.rope.dimension_sections: expected ${architecture === 'qwen2vl' ? 'three or four' : 'three'} ${sum}, got ${got}`,
      ));
  }

  for (const [values, message, options] of cases) {
    it(message, () => {
      expectMessage(() => read('llama', values, options), message);
    });
  }

  it('what is no header, and architectures without rotary positions', () => {
    expect(() => ropeConfigFromGguf(null)).toThrow(
      'metadata: expected the key-value pairs of a GGUF header, got null',
    );
    expect(() => ropeConfigFromGguf({})).toThrow('general.architecture: expected a string, got undefined');
    expect(() => ropeConfigFromGguf({ 'general.architecture': 'mamba' })).toThrow(
      'general.architecture: expected one with rotary positions, got "mamba"',
    );
  });
});
