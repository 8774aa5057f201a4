import { describe, expect, it } from 'vitest';
import { ropeConfigFromGguf, ropeConfigsFromGguf } from '../../src/config/gguf';
import { gguf, HEAD, type Values } from './gguf-support';
import { expectMessage } from './support';

/** One letter a layer: full, sliding, recurrent, none (no positions); capital where the layers are rotated. */
function letters(architecture: string, values: Values): string {
  const header = gguf(architecture, { ...HEAD, 'rope.freq_base': 1e6, ...values });
  const { layerTypes, configs } = ropeConfigsFromGguf(header, { tensors: {} });
  const letterOf: Record<string, string> = {
    full_attention: 'f',
    sliding_attention: 's',
    linear_attention: 'r',
    no_rope: 'n',
    compressed_sparse_attention: 'c',
    heavily_compressed_attention: 'h',
  };
  return layerTypes.map((type) => (configs[type] ? letterOf[type]!.toUpperCase() : letterOf[type])).join('');
}
const WINDOW = { 'attention.sliding_window': 64 };
const PATTERN = 'attention.sliding_window_pattern';

describe('the keys of a GGUF that say how many layers there are', () => {
  it.each<[spare: unknown, layers: string]>([
    [undefined, 'FFFF'],
    [0, 'FFFF'],
    [-1, 'FFFF'],
    [1, 'FFF'],
    [1n, 'FFF'],
    [3, 'F'],
    [4, 'FFFF'],
    [5, 'FFFF'],
    [1.5, 'FFFF'],
    ['1', 'FFFF'],
  ])('nextn_predict_layers of %s are not among block_count 4', (nextn_predict_layers, layers) => {
    expect(letters('llama', { block_count: 4, nextn_predict_layers })).toBe(layers);
  });

  it.each([
    [0, 'of at least 1, got 0'],
    [16_385, 'in 1..16384 (layers), got 16385'],
  ])('block_count %s', (block_count, got) => {
    expectMessage(() => letters('llama', { block_count }), `llama.block_count: expected an integer ${got}`);
  });

  it('without block_count: every rule of a period is found, and Baichuan is read as the size that is rotated', () => {
    expect(ropeConfigFromGguf(gguf('baichuan', HEAD), { tensors: {} }).theta).toBe(1e4);
    expect(() =>
      ropeConfigFromGguf(gguf('gemma3', { ...HEAD, ...WINDOW, 'rope.freq_base': 1e6 }), { tensors: {} }),
    ).toThrow('layerType: expected "full_attention" or "sliding_attention"');
    expectMessage(
      () => letters('baichuan', { block_count: 40 }),
      'baichuan.block_count: expected 32, as baichuan of other sizes has ALiBi, got 40',
    );
  });
});

describe('the keys of a GGUF that say which layers have a window', () => {
  it.each<[name: string, architecture: string, values: Values, layers: string]>([
    ['a period in the file', 'gemma3', { ...WINDOW, [PATTERN]: 2 }, 'SFSFSF'],
    ['a period of 1: every layer is full', 'gemma3', { ...WINDOW, [PATTERN]: 1 }, 'FFFFFF'],
    ['a window of 0: none has one', 'gemma2', { 'attention.sliding_window': 0 }, 'FFFFFF'],
    ['no window, though the architecture has them always', 'gemma2', {}, 'SFSFSF'],
    ['no window, and the architecture only where the file says so', 'gemma3', {}, 'FFFFFF'],
    ['an architecture without windows keeps to that', 'qwen2', WINDOW, 'FFFFFF'],
    ['full first', 'modern-bert', WINDOW, 'FSSFSS'],
    ['no positions by number, the first of each period', 'smallthinker', WINDOW, 'fSSSfS'],
    ['no positions by number need windows there', 'smallthinker', {}, 'FFFFFF'],
    ['no positions by number where windows are always', 'llama4', {}, 'SSSfSS'],
    ['exaone4 of another size has no windows', 'exaone4', WINDOW, 'FFFFFF'],
    ['an unknown architecture: every layer is full', 'brandnew', WINDOW, 'FFFFFF'],
    ['an unknown architecture with a period', 'brandnew', { ...WINDOW, [PATTERN]: 3 }, 'SSFSSF'],
    ['a list of 0 and 1', 'gemma3', { ...WINDOW, [PATTERN]: [1, 0, 1, 0, 0, 1] }, 'SFSFFS'],
    ['a list of bigints', 'gemma3', { ...WINDOW, [PATTERN]: [1n, 0n, 1n, 0n, 0n, 1n] }, 'SFSFFS'],
    ['a typed list', 'gemma3', { ...WINDOW, [PATTERN]: new Uint8Array([1, 0, 1, 0, 0, 1]) }, 'SFSFFS'],
    ['a list with spare entries', 'gemma3', { ...WINDOW, [PATTERN]: Array(9).fill(true) }, 'SSSSSS'],
    ['a list of other values', 'gemma3', { ...WINDOW, [PATTERN]: [2, 'x', null, true, 1, false] }, 'FFFSSF'],
  ])('%s', (_, architecture, values, layers) => {
    expect(letters(architecture, { block_count: 6, ...values })).toBe(layers);
  });

  it('the layers of an unknown architecture share one rule', () => {
    const header = gguf('brandnew', { ...HEAD, ...WINDOW, block_count: 3, 'rope.freq_base': 500 });
    const { theta, assumptions } = ropeConfigFromGguf(header, { tensors: {} });
    expect(theta).toBe(500);
    expect(assumptions).toEqual([
      'general.architecture "brandnew" is not in the table: pairing "half", which layers rotate and what those with a ' +
        'window turn by are not checked',
    ]);
  });

  it.each<[values: Values, message: string]>([
    [{ [PATTERN]: [true, false] }, `gemma3.${PATTERN}: expected an array of 3 entries, got an array of 2`],
    [{ [PATTERN]: 0 }, `gemma3.${PATTERN}: expected an integer of at least 1, got 0`],
    [{ [PATTERN]: 'LLG' }, `gemma3.${PATTERN}: expected an integer, got "LLG"`],
  ])('%o', (values, message) => {
    expectMessage(() => letters('gemma3', { block_count: 3, ...WINDOW, ...values }), message);
  });
});

describe('the keys of a GGUF that say which layers have attention', () => {
  it.each<[name: string, architecture: string, values: Values, layers: string]>([
    ['those without key-value heads', 'lfm2', { 'attention.head_count_kv': [0, 8, 0, 8] }, 'rFrF'],
    ['those without heads', 'deci', { 'attention.head_count': [32, 0, 32, 0] }, 'FrFr'],
    ['a shorter list says nothing of the rest', 'lfm2', { 'attention.head_count_kv': [0] }, 'rFFF'],
    ['one number for all', 'lfm2', { 'attention.head_count_kv': 8 }, 'FFFF'],
    ['a list', 'lfm2', { 'attention.recurrent_layers': [true, 0, 1, false] }, 'rFrF'],
    ['a list of other values', 'lfm2', { 'attention.recurrent_layers': [2, 'x', null, 1] }, 'FFFr'],
    ['a shorter list', 'lfm2', { 'attention.recurrent_layers': [1] }, 'rFFF'],
    ['a longer list', 'lfm2', { 'attention.recurrent_layers': [1, 0, 0, 0, 1] }, 'rFFF'],
    ['a list, before the rule', 'qwen3next', { 'attention.recurrent_layers': [0, 0, 0, 1] }, 'FFFr'],
    ['the rule', 'qwen3next', {}, 'rrrF'],
    ['the rule, with another period', 'qwen3next', { full_attention_interval: 2 }, 'rFrF'],
  ])('%s', (_, architecture, values, layers) => {
    expect(letters(architecture, { block_count: 4, ...values })).toBe(layers);
  });
});

describe("DeepSeek V4's ratios of compression", () => {
  const key = 'attention.compress_ratios';
  const deepseek = (values: Values) =>
    letters('deepseek4', { block_count: 3, 'rope.dimension_count': 64, ...values });

  it('none: no layer is compressed; a longer list ends with the layers', () => {
    expect(deepseek({})).toBe('SSS');
    expect(deepseek({ [key]: [0, 4, 128, 4] })).toBe('SCH');
    expect(deepseek({ [key]: new Uint32Array([128, 4, 0]) })).toBe('HCS');
  });

  it.each<[ratios: unknown, message: string]>([
    [[0, 4], `deepseek4.${key}: expected an array of 3 entries, got an array of 2`],
    [[0, 8, 4], `deepseek4.${key}[1]: expected 0, 4 or 128, got 8`],
    [[0, 4, 'x'], `deepseek4.${key}[2]: expected 0, 4 or 128, got "x"`],
  ])('%o', (ratios, message) => {
    expectMessage(() => deepseek({ [key]: ratios }), message);
  });

  it('compressed layers have the common base where there is no other', () => {
    const header = (values: Values) =>
      gguf('deepseek4', { ...HEAD, block_count: 2, 'rope.dimension_count': 64, [key]: [0, 4], ...values });
    const bases = (values: Values) =>
      Object.values(ropeConfigsFromGguf(header(values), { tensors: {} }).configs).map((one) => one!.theta);
    expect(bases({ 'rope.freq_base': 300 })).toEqual([300, 300]);
    expect(bases({ 'rope.freq_base': 300, 'attention.compress_rope_freq_base': 900 })).toEqual([300, 900]);
    expect(bases({})).toEqual([1e4, 1e4]);
  });
});

describe('layerType of a GGUF', () => {
  const read = (architecture: string, values: Values, layerType: unknown) =>
    ropeConfigFromGguf(gguf(architecture, { ...HEAD, 'rope.freq_base': 1e6, ...values }), {
      tensors: {},
      layerType: layerType as string,
    });
  const cohere = { block_count: 4, ...WINDOW };

  it.each<[layerType: unknown, values: Values, message: string]>([
    [7, {}, 'layerType: expected "full_attention" or "sliding_attention", got 7'],
    [null, {}, 'layerType: expected "full_attention" or "sliding_attention", got null'],
    ['local', {}, 'layerType: expected "full_attention" or "sliding_attention", got "local"'],
    [
      'full_attention',
      cohere,
      'layerType: expected a type whose layers are rotated ("sliding_attention"), got "full_attention"',
    ],
  ])('%s of %o', (layerType, values, message) => {
    expectMessage(() => read('cohere2', values, layerType), message);
  });

  it('what error it is: a TypeError for no string, a RangeError for another name', () => {
    expect(() => read('llama', {}, 7)).toThrow(TypeError);
    expect(() => read('llama', {}, 'local')).toThrow(RangeError);
  });

  it('a type that no layer has reads as the only rule; one that the file adds counts among the names', () => {
    expect(read('llama', { block_count: 2 }, 'sliding_attention').theta).toBe(1e6);
    expect(read('cohere2', cohere, 'sliding_attention').theta).toBe(1e6);
    expectMessage(
      () => read('qwen3next', { block_count: 4 }, 'x'),
      'layerType: expected "full_attention" or "sliding_attention" or "linear_attention", got "x"',
    );
    expectMessage(
      () => read('qwen3next', { block_count: 4 }, 'linear_attention'),
      'layerType: expected a type whose layers are rotated ("full_attention"), got "linear_attention"',
    );
  });

  it('a model of which no layer is rotated', () => {
    expectMessage(
      () =>
        ropeConfigFromGguf(gguf('lfm2', { ...HEAD, block_count: 2, 'attention.head_count_kv': [0, 0] }), {
          tensors: {},
        }),
      'metadata: expected a model with rotated layers, got one without',
    );
  });
});
