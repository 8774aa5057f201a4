import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { expectMessage, type Fragment } from './support';

const LETTERS: Record<string, string> = {
  full_attention: 'f',
  sliding_attention: 's',
  chunked_attention: 'k',
  linear_attention: 'l',
  cross_attention: 'x',
  compressed_sparse_attention: 'c',
  heavily_compressed_attention: 'h',
  indexed_attention: 'i',
  no_rope: 'n',
  conv: 'v',
  mamba: 'm',
  attention: 'a',
  recurrent: 'r',
};

/** One letter a layer; capital where the layers are rotated. */
function letters(modelType: string, keys: Fragment): string {
  const config = { model_type: modelType, head_dim: 64, ...keys };
  const { layerTypes, configs } = ropeConfigsFromHuggingFace(config);
  return layerTypes
    .map((type) => (configs[type] ? LETTERS[type]!.toUpperCase() : (LETTERS[type] ?? `<${type}>`)))
    .join('');
}
const of = (num_hidden_layers: number, keys: Fragment = {}): Fragment => ({ num_hidden_layers, ...keys });
const [FULL, SLIDING] = ['full_attention', 'sliding_attention'];

describe('lists of layer types in a config.json', () => {
  it.each<[name: string, modelType: string, keys: Fragment, layers: string]>([
    ['names', 'llama', of(3, { layer_types: [FULL, SLIDING, FULL] }), 'FSF'],
    ['names without a count', 'brandnew', { layer_types: [FULL, SLIDING] }, 'FS'],
    ['blocks by name', 'llama', of(3, { layers_block_type: ['mamba', 'attention', 'mamba'] }), 'mAm'],
    ['layer_types before blocks', 'llama', of(1, { layer_types: [FULL], layers_block_type: ['mamba'] }), 'F'],
    [
      'spare entries',
      'step3p5',
      of(2, { layer_types: [FULL, SLIDING, FULL], num_nextn_predict_layers: 1 }),
      'FS',
    ],
    ['0 and 1: full and sliding', 'llama', of(3, { hybrid_layer_pattern: [0, 1, 0] }), 'FSF'],
    ['a number a layer, and spare ones', 'llama', of(2, { hybrid_layer_pattern: [1, 0, 1] }), 'SF'],
    ['0 and 1: linear and full', 'minimax', of(3, { attn_type_list: [0, 1, 1] }), 'lFF'],
    [
      'ratios of compression',
      'deepseek_v4',
      of(3, { compress_ratios: [0, 4, 128, 4], qk_rope_head_dim: 64 }),
      'SCH',
    ],
    ['a cycle', 'recurrent_gemma', of(4, { block_types: ['recurrent', 'attention', 'recurrent'] }), 'rArr'],
    [
      'a cycle by its old name',
      'recurrent_gemma',
      of(3, { _block_types: ['attention', 'recurrent'] }),
      'ArA',
    ],
    [
      'block_types before _block_types',
      'recurrent_gemma',
      of(2, { block_types: ['attention'], _block_types: ['recurrent'] }),
      'AA',
    ],
    ['an empty cycle says nothing', 'recurrent_gemma', of(3, { block_types: [] }), 'rrA'],
    ['layers with attention by index', 'lfm2', of(4, { full_attn_idxs: [1, 3] }), 'vFvF'],
    ['layers with attention by index, others linear', 'bamba', of(3, { attn_layer_indices: [0, 2] }), 'FlF'],
    ['no index: no layer', 'bamba', of(2, { attn_layer_indices: [] }), 'll'],
  ])('%s', (_, modelType, keys, layers) => {
    expect(letters(modelType, keys)).toBe(layers);
  });

  it.each<[keys: Fragment, message: string]>([
    [{ layer_types: [FULL] }, 'layer_types: expected an array of 2 entries, one a layer, got an array of 1'],
    [
      { layer_types: [FULL, FULL, FULL] },
      'layer_types: expected an array of 2 entries, one a layer, got an array of 3',
    ],
    [
      { layer_types: [FULL, FULL, FULL, FULL], num_nextn_predict_layers: 1 },
      'layer_types: expected an array of 2 entries, one a layer, got an array of 4',
    ],
    [
      { layer_types: [FULL, FULL], num_nextn_predict_layers: -1 },
      'num_nextn_predict_layers: expected an integer in 0..16384, got -1',
    ],
    [{ layer_types: 'full' }, 'layer_types: expected an array of 2 entries, one a layer, got "full"'],
    [{ layer_types: [FULL, 7] }, 'layer_types[1]: expected the name of a layer type, got 7'],
    [
      { layer_types: [FULL, 'global'] },
      'layer_types[1]: expected the name of a layer type, such as "full_attention", got "global"',
    ],
    [
      { layer_types: [FULL, 'my_attention_layer'] },
      'layer_types[1]: expected the name of a layer type, such as "full_attention", got "my_attention_layer"',
    ],
    [
      { layer_types: [FULL, 'a-b_attention'] },
      'layer_types[1]: expected the name of a layer type, such as "full_attention", got "a-b_attention"',
    ],
    [{ layers_block_type: [1, 'mamba'] }, 'layers_block_type[0]: expected the name of a layer type, got 1'],
    [{ hybrid_layer_pattern: [0, 2] }, 'hybrid_layer_pattern[1]: expected one of 0, 1, got 2'],
    [{ hybrid_layer_pattern: [0, '1'] }, 'hybrid_layer_pattern[1]: expected one of 0, 1, got "1"'],
    [
      { hybrid_layer_pattern: [0] },
      'hybrid_layer_pattern: expected an array of 2 entries, one a layer, got an array of 1',
    ],
    [{ compress_ratios: [0, 8] }, 'compress_ratios[1]: expected one of 0, 4, 128, got 8'],
    [{ block_types: ['recurrent', 3] }, 'block_types[1]: expected the name of a layer type, got 3'],
    [{ full_attn_idxs: [0, 2] }, 'full_attn_idxs[1]: expected an integer in 0..1, got 2'],
    [{ full_attn_idxs: [-1] }, 'full_attn_idxs[0]: expected an integer in 0..1, got -1'],
    [{ full_attn_idxs: 1 }, 'full_attn_idxs: expected an array, got 1'],
  ])('%o', (keys, message) => {
    expectMessage(() => letters('llama', of(2, keys)), message);
  });

  it('a name of 64 letters before _attention is one, of 65 is not', () => {
    const named = (length: number) =>
      letters('llama', of(1, { layer_types: [`${'a'.repeat(length)}_attention`] }));
    expect(() => named(65)).toThrow('layer_types[0]: expected the name of a layer type');
    expect(() => named(64)).not.toThrow(/layer_types\[0\]/);
  });

  it('a TypeError where an entry is no number, a RangeError where it is another one', () => {
    expect(() => letters('llama', of(1, { hybrid_layer_pattern: ['0'] }))).toThrow(TypeError);
    expect(() => letters('llama', of(1, { hybrid_layer_pattern: [3] }))).toThrow(RangeError);
  });
});

describe('patterns of layer types', () => {
  const key = 'sliding_window_pattern';
  const window = { sliding_window: 64 };
  it.each<[name: string, modelType: string, keys: Fragment, layers: string]>([
    ['of the class', 'gemma3_text', of(7), 'SSSSSFS'],
    ['another period', 'gemma3_text', of(6, { [key]: 3 }), 'SSFSSF'],
    ['its old name', 'gemma3_text', of(6, { [`_${key}`]: 3 }), 'SSFSSF'],
    ['a period of 1', 'gemma3_text', of(3, { [key]: 1 }), 'FFF'],
    ['a period of 2', 'gemma3_text', of(4, { [key]: 2 }), 'SFSF'],
    ['a key of the class', 'modernbert', of(4, { global_attn_every_n_layers: 2 }), 'FSFS'],
    ['the key of another class', 'gemma3_text', of(6, { global_attn_every_n_layers: 2 }), 'SSSSSF'],
    ['full first, another period', 'cwm', of(4, { window_pattern: 2 }), 'FSFS'],
    ['linear layers, another period', 'qwen3_next', of(4, { full_attention_interval: 2 }), 'lFlF'],
    [
      'indexed layers, another period',
      'qwen4_exp_text',
      of(4, { full_attention_interval: 2, head_dim: 256 }),
      'lIlI',
    ],
    ['two of a kind, no key of its own', 'gemma2', of(6, { [key]: 3 }), 'SSFSSF'],
    ['one type takes no period', 'bamba', of(4, { [key]: 2 }), 'llll'],
    ['a class without a pattern takes none', 'llama', of(3, { [key]: 2 }), 'FFF'],
    ['a word', 'exaone4', of(6, { ...window, [key]: 'LLLG' }), 'SSSfSS'],
    ['a word of S and F', 'gemma2', of(5, { [key]: 'FSS' }), 'FSSFS'],
    ['a word of 64 letters', 'gemma2', of(2, { [key]: 'L'.repeat(64) }), 'SS'],
    ['the last layer is full', 'gemma4_text', of(4), 'SSSF'],
    ['from the end', 'muse_glimmer_text', of(6), 'SfSSSf'],
    ['the first layers, of a model with fewer', 'deepseek_v4', of(1, { qk_rope_head_dim: 64 }), 'H'],
    ['the first layers', 'deepseek_v4', of(5, { qk_rope_head_dim: 64 }), 'HHHCH'],
    ['without a window every layer is full', 'exaone4', of(4, { sliding_window: null }), 'FFFF'],
    ['without a window no layer rotates', 'cohere2', of(4, { sliding_window: null }), 'sssf'],
    ['with a window not all do', 'cohere2', of(4, window), 'SSSf'],
    ['a window that is not mentioned is that of the class', 'cohere2', of(4), 'SSSf'],
  ])('%s', (_, modelType, keys, layers) => {
    expect(letters(modelType, keys)).toBe(layers);
  });

  const expected = 'expected an integer, or a word of L (sliding) and G (full)';
  it.each<[pattern: unknown, message: string]>([
    ['LLX', `${key}: ${expected}, got "LLX"`],
    ['', `${key}: ${expected}, got ""`],
    ['lg', `${key}: ${expected}, got "lg"`],
    [0, `${key}: expected an integer in 1..16384 (layers), got 0`],
    [16_385, `${key}: expected an integer in 1..16384 (layers), got 16385`],
    [[1], `${key}: expected an integer (layers), got an array of 1`],
  ])('%o', (pattern, message) => {
    expectMessage(() => letters('gemma2', of(4, { [key]: pattern })), message);
  });

  it('a word of 65 letters', () => {
    expect(() => letters('gemma2', of(4, { [key]: 'L'.repeat(65) }))).toThrow(`${key}: ${expected}, got "L`);
  });
});

describe('layers that attend to images', () => {
  it.each<[modelType: string, keys: Fragment, layers: string]>([
    ['mllama_text_model', of(5), 'FFFxF'],
    ['mllama_text_model', of(9), 'FFFxFFFFx'],
    ['mllama_text_model', of(5, { cross_attention_layers: [1] }), 'FxFFF'],
    ['mllama_text_model', of(5, { cross_attention_layers: [] }), 'FFFFF'],
    ['llama', of(3, { cross_attention_layers: [0, 2] }), 'xFx'],
    ['llama', of(3, { cross_attention_layers: [0, 3, 16_384] }), 'xFF'],
    ['llama', of(3), 'FFF'],
  ])('%s %o', (modelType, keys, layers) => {
    expect(letters(modelType, keys)).toBe(layers);
  });

  it.each<[list: unknown, message: string]>([
    [[0, -1], 'cross_attention_layers[1]: expected an integer in 0..16384, got -1'],
    [[1.5], 'cross_attention_layers[0]: expected an integer in 0..16384, got 1.5'],
    [[16_385], 'cross_attention_layers[0]: expected an integer in 0..16384, got 16385'],
  ])('%o', (list, message) => {
    expectMessage(() => letters('llama', of(3, { cross_attention_layers: list })), message);
  });
});

describe('layers without positions', () => {
  it.each<[name: string, modelType: string, keys: Fragment, layers: string]>([
    ['by a list', 'llama', of(3, { no_rope_layers: [1, 0, 1] }), 'FnF'],
    ['by a longer list', 'llama', of(2, { no_rope_layers: [0, 1, 0] }), 'nF'],
    ['by an empty list, as its class does', 'smollm3', of(4, { no_rope_layers: [] }), 'FFFn'],
    ['by an interval', 'smollm3', of(4, { no_rope_layer_interval: 2 }), 'FnFn'],
    [
      'a list before an interval',
      'smollm3',
      of(2, { no_rope_layers: [0, 1], no_rope_layer_interval: 2 }),
      'nF',
    ],
    ['by a base of 0', 'llama', of(3, { layer_rope_theta: [1e4, 0, 1e4] }), 'FnF'],
    ['Llama 4 has chunks where it has positions', 'llama4_text', of(5), 'KKKfK'],
    [
      'Llama 4 with its types listed',
      'llama4_text',
      of(4, { layer_types: [FULL, 'chunked_attention', 'chunked_attention', FULL] }),
      'FKKn',
    ],
    [
      'a type without a rule',
      'cohere_compass_text',
      of(4, { head_dim: 128, rope_parameters: { [FULL!]: null, [SLIDING!]: { rope_theta: 1e4 } } }),
      'SSSf',
    ],
    ['other kinds of layers', 'llama', of(4, { layer_types: ['moe', FULL, 'kda', 'conv'] }), '<moe>F<kda>v'],
  ])('%s', (_, modelType, keys, layers) => {
    expect(letters(modelType, keys)).toBe(layers);
  });

  it.each<[keys: Fragment, message: string]>([
    [
      { no_rope_layers: [1] },
      'no_rope_layers: expected an array of 2 entries, one a layer, got an array of 1',
    ],
    [{ no_rope_layers: [1, 2] }, 'no_rope_layers[1]: expected an integer in 0..1, got 2'],
    [{ no_rope_layers: [-1, 1] }, 'no_rope_layers[0]: expected an integer in 0..1, got -1'],
    [{ no_rope_layer_interval: 0 }, 'no_rope_layer_interval: expected an integer of at least 1, got 0'],
    [
      { layer_rope_theta: [1e4] },
      'layer_rope_theta: expected an array of 2 entries, one a layer, got an array of 1',
    ],
    [{ num_hidden_layers: 0 }, 'num_hidden_layers: expected an integer in 1..16384 (layers), got 0'],
    [{ num_hidden_layers: 16_385 }, 'num_hidden_layers: expected an integer in 1..16384 (layers), got 16385'],
    [{ n_layer: 3 }, 'n_layer: expected the same as num_hidden_layers (2), got 3'],
  ])('%o', (keys, message) => {
    expectMessage(() => letters('llama', { num_hidden_layers: 2, ...keys }), message);
  });

  it.each(['n_layer', 'n_layers', 'num_layers', 'decoder_num_hidden_layers', 'depth'])(
    '%s counts layers',
    (key) => {
      expect(letters('llama', { [key]: 2 })).toBe('FF');
    },
  );

  it('a count that nobody has; one rule is read all the same, and the class may have a count', () => {
    expect(letters('llama', {})).toHaveLength(32);
    const fragment = { model_type: 'brandnew', head_dim: 64 };
    expectMessage(
      () => ropeConfigsFromHuggingFace(fragment),
      'num_hidden_layers: expected an integer of at least 1, got undefined',
    );
    expect(ropeConfigFromHuggingFace(fragment).headDim).toBe(64);
  });
});

describe('layerType of a config.json', () => {
  const read = (modelType: string, keys: Fragment, layerType?: unknown) =>
    ropeConfigFromHuggingFace(
      { model_type: modelType, head_dim: 64, ...keys },
      { layerType: layerType as string },
    );
  const hint = 'not every layer is rotated; ropeConfigsFromHuggingFace says which are';

  it.each<[modelType: string, layerType: unknown, message: string]>([
    ['llama', 7, 'layerType: expected "full_attention" or "sliding_attention" or "chunked_attention", got 7'],
    [
      'cohere2',
      'full_attention',
      'layerType: expected a type whose layers are rotated ("sliding_attention"), got "full_attention"',
    ],
    [
      'qwen3_next',
      'local',
      'layerType: expected "linear_attention" or "full_attention" or "sliding_attention" or "chunked_attention", got "local"',
    ],
  ])('%s, %s', (modelType, layerType, message) => {
    expectMessage(() => read(modelType, of(4), layerType), message);
  });

  it('a model with some layers that are not rotated reads as the rule of the others, and says so', () => {
    expect(read('smollm3', of(4)).assumptions).toContain(hint);
    expect(read('qwen3_next', of(4)).assumptions).toContain(hint);
    expect(read('smollm3', of(3)).assumptions).not.toContain(hint);
    expect(read('smollm3', of(4), FULL).assumptions).not.toContain(hint);
    expect(read('cohere2', of(4), 'chunked_attention').theta).toBe(1e4);
  });

  it('a model of which no layer is rotated', () => {
    expectMessage(
      () => read('llama', of(1, { layer_types: ['mamba'] })),
      'config: expected a model with rotated layers, got one without',
    );
  });
});
