import { describe, expect, it } from 'vitest';
import { ropeConfigFromGguf, ropeConfigsFromGguf } from '../../src/config/gguf';
import { architectureNames, architectureOf } from '../../src/config/gguf-architectures';
import { gguf, HEAD, type Values } from './gguf-support';

const read = (architecture: string, values: Values) =>
  ropeConfigsFromGguf(gguf(architecture, { ...HEAD, 'rope.freq_base': 1e6, ...values }), { tensors: {} });
const [full, sliding, none, recurrent] = [
  'full_attention',
  'sliding_attention',
  'no_rope',
  'linear_attention',
];

describe('layers of a GGUF', () => {
  it.each<[name: string, values: Values, first: string[], rotated: string[]]>([
    ['llama', { block_count: 2 }, [full!, full!], [full!]],
    [
      'cohere2',
      { block_count: 4, 'attention.sliding_window': 64 },
      [sliding!, sliding!, sliding!, full!],
      [sliding!],
    ],
    [
      'exaone4',
      { block_count: 64, 'attention.sliding_window': 64 },
      [sliding!, sliding!, sliding!, full!],
      [sliding!],
    ],
    ['exaone4', { block_count: 30 }, [full!, full!], [full!]],
    ['smollm3', { block_count: 4 }, [full!, full!, full!, none!], [full!]],
    [
      'afmoe',
      { block_count: 4, 'attention.sliding_window': 64 },
      [sliding!, sliding!, sliding!, full!],
      [sliding!],
    ],
    ['afmoe', { block_count: 4 }, [full!, full!, full!, full!], [full!]],
    ['qwen3next', { block_count: 4 }, [recurrent!, recurrent!, recurrent!, full!], [full!]],
    [
      'lfm2',
      { block_count: 3, 'attention.head_count_kv': [0, 8, 0] },
      [recurrent!, full!, recurrent!],
      [full!],
    ],
    [
      'modern-bert',
      { block_count: 3, 'attention.sliding_window': 64 },
      [full!, sliding!, sliding!],
      [full!, sliding!],
    ],
    [
      'gemma3',
      {
        block_count: 3,
        'attention.sliding_window': 64,
        'attention.sliding_window_pattern': [true, false, true],
      },
      [sliding!, full!, sliding!],
      [sliding!, full!],
    ],
    ['gemma3', { block_count: 3n }, [full!, full!, full!], [full!]],
  ])('%s: %o', (architecture, values, first, rotated) => {
    const { layerTypes, configs } = read(architecture, values);
    expect(layerTypes).toHaveLength(Number(values.block_count));
    expect(layerTypes.slice(0, first.length)).toEqual(first);
    expect(
      Object.keys(configs)
        .filter((name) => configs[name])
        .sort(),
    ).toEqual([...rotated].sort());
  });

  it('DeepSeek V4 by its ratios: the last 64 of 512, compressed layers by a base and a scheme of their own', () => {
    const { layerTypes, configs } = read('deepseek4', {
      block_count: 3,
      'attention.key_length': 512,
      'rope.dimension_count': 64,
      'rope.freq_base': 1e4,
      'attention.compress_rope_freq_base': 160_000,
      'attention.compress_ratios': [0, 4, 128],
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': 16,
    });
    expect(layerTypes).toEqual([sliding, 'compressed_sparse_attention', 'heavily_compressed_attention']);
    expect(configs[sliding!]).toMatchObject({
      headDim: 64,
      placement: 'last',
      theta: 1e4,
      scaling: { type: 'default' },
    });
    expect(configs.compressed_sparse_attention).toMatchObject({
      theta: 160_000,
      scaling: { type: 'yarn', attentionFactor: 1 },
    });
  });

  it('without block_count: the reader of one rule still reads, that of layers says what is missing', () => {
    const header = gguf('llama', { ...HEAD, 'rope.freq_base': 1e6 });
    expect(ropeConfigFromGguf(header, { tensors: {} }).theta).toBe(1e6);
    expect(() => ropeConfigsFromGguf(header)).toThrow(
      'llama.block_count: expected an integer, got undefined',
    );
  });

  it('strict refuses an architecture that is not in the table', () => {
    const options = { tensors: {}, strict: true };
    expect(() => ropeConfigFromGguf(gguf('brandnew', HEAD), options)).toThrow(
      'strict: expected an architecture of the table, got "brandnew"',
    );
    expect(
      ropeConfigFromGguf(gguf('qwen3', { ...HEAD, 'rope.freq_base': 1e6 }), options).assumptions,
    ).toEqual([]);
  });
});

describe('the table of architectures', () => {
  it('has every name once, and reads each', () => {
    const names = architectureNames();
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(architectureOf(name), name).toBeDefined();
    expect(names.length).toBeGreaterThan(125);
  });
});
