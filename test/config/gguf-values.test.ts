import { describe, expect, it } from 'vitest';
import { type GgufOptions, ropeConfigFromGguf, ropeConfigsFromGguf } from '../../src/config/gguf';
import { architectureOf } from '../../src/config/gguf-architectures';
import { gguf, HEAD, LONG, read, SHORT, type Values } from './gguf-support';
import { expectMessage } from './support';

const FREQS = 'rope_freqs.weight';

describe('the header of a GGUF', () => {
  it('an architecture of 99 characters is a name, one of 100 is not', () => {
    const header = (length: number) => gguf('x'.repeat(length), HEAD);
    expect(ropeConfigFromGguf(header(99), { tensors: {} }).headDim).toBe(128);
    expect(() => ropeConfigFromGguf(header(100), { tensors: {} })).toThrow(
      /^general.architecture: expected a name of at most 99 characters, got "x+…?/,
    );
    expect(() => ropeConfigFromGguf(header(100), { tensors: {} })).toThrow(RangeError);
  });

  it.each(['', 'llama norm', 'llama\n', '\nllama', 'norm', 'llama*', ' '])(
    '%o is no row of the table',
    (name) => {
      expect(architectureOf(name)).toBeUndefined();
    },
  );

  it('a null counts as absent, and so does what is inherited', () => {
    expect(read('llama', { 'attention.key_length': null }).headDim).toBe(128);
    const header = gguf('llama', { ...HEAD, 'rope.freq_base': 7e4 });
    const { 'general.architecture': name, ...rest } = header;
    expect(() =>
      ropeConfigFromGguf(Object.assign(Object.create({ 'general.architecture': name }), rest)),
    ).toThrow('general.architecture: expected a string, got undefined');
  });

  it.each<[heads: unknown, headDim: number]>([
    [[0, 32, 16], 128],
    [[0n, 32n], 128],
    [new Uint32Array([0, 64]), 64],
    [new BigUint64Array([64n]), 64],
    [64n, 64],
    [33, 124],
  ])('attention.head_count %o: the first layer that has heads', (heads, headDim) => {
    const rotary = { 'rope.dimension_count': 64 };
    expect(read('llama', { 'attention.head_count': heads, ...rotary }).headDim).toBe(headDim);
  });

  it.each<[values: Values, message: string]>([
    [
      { 'attention.head_count': [0, 1.5] },
      'llama.attention.head_count[1]: expected an integer of at least 1, got 1.5',
    ],
    [
      { 'attention.head_count': [-2] },
      'llama.attention.head_count[0]: expected an integer of at least 1, got -2',
    ],
    [
      { 'attention.head_count': new DataView(new ArrayBuffer(8)) },
      'llama.attention.head_count: expected an integer, got a DataView',
    ],
    [{ context_length: 0 }, 'llama.context_length: expected an integer of at least 1, got 0'],
    [{ 'rope.dimension_count': 0 }, 'llama.rope.dimension_count: expected an integer of at least 1, got 0'],
  ])('%o', (values, message) => {
    expectMessage(() => read('llama', values), message);
  });

  it.each<[options: unknown, message: string]>([
    [{ strict: 1 }, 'strict: expected true or false, got 1'],
    [{ strict: 'true' }, 'strict: expected true or false, got "true"'],
    [{ tensors: { [FREQS]: 'x' } }, `tensors["${FREQS}"]: expected an array of numbers, got "x"`],
    [{ tensors: { [LONG]: 4 } }, `tensors["${LONG}"]: expected an array of numbers, got 4`],
    [{ tensors: { [SHORT]: {} } }, `tensors["${SHORT}"]: expected an array of numbers, got a Object`],
  ])('options %o', (options, message) => {
    expectMessage(() => read('llama', {}, options as GgufOptions), message);
  });

  it('the reader of all layers takes no layerType', () => {
    const options = { tensors: {}, layerType: 'full_attention' } as GgufOptions;
    expect(() => ropeConfigsFromGguf(gguf('llama', { ...HEAD, block_count: 1 }), options)).toThrow(
      'options: expected only tensors, strict, got "layerType"',
    );
  });
});

describe('bases and widths of a GGUF', () => {
  const window = { 'attention.sliding_window': 512, block_count: 6 };
  const of = (architecture: string, values: Values, layerType: string) =>
    read(architecture, { ...window, 'rope.freq_base': 5e5, ...values }, { tensors: {}, layerType });

  it.each<[architecture: string, values: Values, full: number, sliding: number]>([
    ['gemma3', {}, 5e5, 1e4],
    ['gemma3', { 'rope.freq_base_swa': 2e4 }, 5e5, 2e4],
    ['gemma2', {}, 5e5, 5e5],
    ['gemma2', { 'rope.freq_base_swa': 2e4 }, 5e5, 2e4],
    ['olmo2', {}, 5e5, 5e5],
    ['olmo2', { 'rope.freq_base_swa': 2e4 }, 5e5, 2e4],
    ['gemma3', { 'attention.sliding_window': undefined, 'rope.freq_base_swa': 2e4 }, 5e5, 5e5],
    ['brandnew', { 'rope.freq_base_swa': 2e4 }, 5e5, 2e4],
    ['brandnew', {}, 5e5, 5e5],
  ])('%s %o', (architecture, values, full, sliding) => {
    expect(of(architecture, values, 'full_attention').theta).toBe(full);
    expect(of(architecture, values, 'sliding_attention').theta).toBe(sliding);
  });

  it('layers with a window go without the scaling of the model, but where the rule is the same', () => {
    const linear = { 'rope.scaling.type': 'linear', 'rope.scaling.factor': 8 };
    for (const [architecture, type] of [
      ['gemma3', 'default'],
      ['olmo2', 'default'],
      ['gemma2', 'linear'],
    ] as const) {
      expect(of(architecture, linear, 'sliding_attention').scaling.type, architecture).toBe(type);
      expect(of(architecture, linear, 'full_attention').scaling.type, architecture).toBe('linear');
    }
  });

  it('layers with a window may have sizes of their own; the others keep theirs', () => {
    const sizes = {
      'attention.key_length': 512,
      'attention.key_length_swa': 256,
      'rope.dimension_count': 512,
      'rope.dimension_count_swa': 128,
    };
    expect(of('gemma4', sizes, 'sliding_attention')).toMatchObject({ headDim: 256, rotaryDim: 128 });
    expect(of('gemma4', sizes, 'full_attention')).toMatchObject({ headDim: 512, rotaryDim: 512 });
    const { 'rope.dimension_count_swa': _, ...shared } = sizes;
    expectMessage(
      () => of('gemma4', shared, 'sliding_attention'),
      'gemma4.rope.dimension_count: expected an even integer in 2..256 (key_length), got 512',
    );
  });

  it('Step 3.5: full layers rotate half of the dimension count, and the tensor from its front', () => {
    const values = { 'attention.key_length': 128, 'rope.dimension_count': 128 };
    const tensors = { [FREQS]: Array.from({ length: 64 }, (_, i) => i + 1) };
    const step = (layerType: string) => read('step35', { ...window, ...values }, { tensors, layerType });
    expect(step('full_attention')).toMatchObject({ headDim: 128, rotaryDim: 64, placement: 'first' });
    expect(step('full_attention').scaling).toEqual({
      type: 'divisors',
      divisors: Array.from({ length: 32 }, (_, i) => i + 1),
    });
    expect(step('sliding_attention')).toMatchObject({ rotaryDim: 128, scaling: { type: 'default' } });
    // Half of the head's width, where no count is given.
    const bare = read(
      'step35',
      { ...window, 'attention.key_length': 128 },
      { tensors: {}, layerType: 'full_attention' },
    );
    expect(bare.rotaryDim).toBe(64);
  });

  it('a tensor of full layers that was not given is said to be missing for them alone', () => {
    const missing = `tensors were not given: no ${FREQS}, ${LONG} or ${SHORT} in the file`;
    const options = (layerType: string) => ({ layerType }) as GgufOptions;
    expect(read('gemma4', window, options('full_attention')).assumptions).toContain(missing);
    expect(read('gemma4', window, options('sliding_attention')).assumptions).not.toContain(missing);
  });

  it('latent attention rotates a tensor of its own, wherever the rest of the head is', () => {
    const latent = { 'attention.kv_lora_rank': 512, 'rope.dimension_count': 64, 'attention.key_length': 192 };
    expect(read('deepseek2', latent)).toMatchObject({ headDim: 64, rotaryDim: 64, placement: 'last' });
    const { 'attention.kv_lora_rank': _, ...plain } = latent;
    expect(read('deepseek2', plain)).toMatchObject({ headDim: 192, rotaryDim: 64, placement: 'first' });
    expect(read('deepseek2', { 'attention.kv_lora_rank': 512 })).toMatchObject({
      headDim: 128,
      rotaryDim: 128,
      placement: 'first',
    });
  });

  it.each<[alpha: unknown, theta: number]>([
    [undefined, 1e4],
    [0, 1e4],
    [1, 1e4],
    [8, 1e4 * 8 ** (128 / 126)],
  ])("HunYuan's alpha %s multiplies the base", (alpha, theta) => {
    expect(read('hunyuan_vl', { 'rope.scaling.alpha': alpha }).theta).toBeCloseTo(theta, 6);
    expect(read('hunyuan-dense', { 'rope.scaling.alpha': alpha }).theta).toBe(1e4);
  });

  it('an alpha out of range', () => {
    expectMessage(
      () => read('hunyuan_vl', { 'rope.scaling.alpha': 0.5 }),
      'hunyuan_vl.rope.scaling.alpha: expected a number from 1 to 2^24 (it divides positions), got 0.5',
    );
  });

  it('Granite: a file that is not finetuned is not rotated; others do not read the key', () => {
    const finetuned = (value: unknown) => ({ 'rope.scaling.finetuned': value });
    expectMessage(
      () => read('granite', finetuned(false)),
      'granite.rope.scaling.finetuned: expected true, as granite is not rotated otherwise, got false',
    );
    for (const value of [true, undefined]) expect(read('granite', finetuned(value)).theta).toBe(1e4);
    expect(read('llama', finetuned(false)).theta).toBe(1e4);
  });
});
