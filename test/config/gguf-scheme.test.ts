import { describe, expect, it } from 'vitest';
import type { GgufOptions } from '../../src/config/gguf';
import { LONG, read, SHORT, type Values } from './gguf-support';
import { expectMessage } from './support';

const FREQS = 'rope_freqs.weight';

describe('M-RoPE of a GGUF', () => {
  const sections = (architecture: string, value: unknown) =>
    read(architecture, { 'rope.dimension_sections': value });
  const counts = (architecture: string, value: unknown) => {
    const { axes } = sections(architecture, value);
    return (
      axes &&
      Array.from({ length: axes.count }, (_, axis) => axes.pairAxis.filter((one) => one === axis).length)
    );
  };

  it.each<[architecture: string, value: unknown, counts: number[] | null]>([
    ['qwen2vl', [16, 24, 24], [16, 24, 24]],
    ['qwen2vl', [16, 24, 24, 0], [16, 24, 24]],
    ['qwen2vl', [16n, 24n, 24n, 0n], [16, 24, 24]],
    ['qwen2vl', new Int32Array([16, 24, 24, 0]), [16, 24, 24]],
    ['hunyuan_vl', [16, 16, 16, 16], [16, 16, 16, 16]],
    ['hunyuan_vl', [0, 0, 0, 0], null],
    ['hunyuan_vl', undefined, null],
    ['glm4', [], null],
    ['llama', [0, 0, 0, 0], null],
    ['qwen3vl', [22, 21, 21, 0], [22, 21, 21]],
  ])('%s %o', (architecture, value, expected) => {
    expect(counts(architecture, value)).toEqual(expected);
  });

  it('sections of height and width that the pattern does not fill are listed', () => {
    expect(sections('qwen3vl', [22, 21, 21, 0]).assumptions).toEqual([]);
    expect(sections('qwen3vl', [24, 20, 20, 0]).assumptions).toEqual([
      'pairs past the sections of height and width turn by time, as in Hugging Face; llama.cpp turns them by a fourth position',
    ]);
  });

  it.each<[architecture: string, value: unknown, expected: string, got: string]>([
    ['hunyuan_vl', [16, 16, 16, 8, 8], 'three or four', '[16, 16, 16, 8, 8]'],
    ['hunyuan_vl', [16, 24, 24, 0, 0], 'three or four', '[16, 24, 24, 0, 0]'],
    ['qwen2vl', [64], 'three or four', '[64]'],
    ['qwen2vl', [32, 32, 0], 'three or four', '[32, 32, 0]'],
    ['qwen3vl', [16, 16, 16, 16], 'three', '[16, 16, 16, 16]'],
    ['qwen2vl', [0, 0, 0, 0], 'three or four', '[0, 0, 0, 0]'],
  ])('%s refuses %o', (architecture, value, expected, got) => {
    expectMessage(
      () => sections(architecture, value),
      `${architecture}.rope.dimension_sections: expected ${expected} integers that add up to 64 (rotary pairs), and 0, got ${got}`,
    );
  });
});

describe('the scheme of a GGUF', () => {
  const factors = { [LONG]: Array<number>(64).fill(2), [SHORT]: Array<number>(64).fill(1) };
  const longrope = (values: Values, tensors = factors) =>
    read('phi3', values, { tensors } as GgufOptions).scaling;

  it('LongRoPE by its name, by either tensor, and by an attention factor without tensors', () => {
    const expected = { type: 'longrope', originalPositions: 8192, attentionFactor: 1 };
    expect(longrope({ 'rope.scaling.type': 'longrope' })).toMatchObject(expected);
    expect(longrope({})).toMatchObject(expected);
    expect(
      longrope({ 'rope.scaling.original_context_length': 4096, 'rope.scaling.attn_factor': 1.25 }),
    ).toMatchObject({
      originalPositions: 4096,
      attentionFactor: 1.25,
    });
    for (const [given, missing] of [
      [LONG, SHORT],
      [SHORT, LONG],
    ] as const) {
      expectMessage(
        () => read('phi3', {}, { tensors: { [given]: factors[given]! } }),
        `tensors["${missing}"]: expected the factors of this LongRoPE model, got undefined`,
      );
    }
    expectMessage(
      () => read('phi3', { 'rope.scaling.attn_factor': 1.25 }, {}),
      `tensors["${LONG}"]: expected the factors of this LongRoPE model, got undefined`,
    );
  });

  it.each<[values: Values, tensors: Record<string, unknown>, message: string]>([
    [
      { 'rope.scaling.attn_factor': 0 },
      factors,
      'phi3.rope.scaling.attn_factor: expected a number from 2^-60 to 2^60, got 0',
    ],
    [
      {},
      { ...factors, [LONG]: [1] },
      `tensors["${LONG}"]: expected an array of 64 numbers (one a pair), got an array of 1`,
    ],
    [
      {},
      { ...factors, [SHORT]: [...Array<number>(63).fill(1), -1] },
      `tensors["${SHORT}"][63]: expected a number from 1/8 to 2^256, got -1`,
    ],
    [
      { 'rope.scaling.original_context_length': 1, context_length: 1 },
      factors,
      'phi3.rope.scaling.original_context_length: expected an integer of at least 2 (tokens), got 1',
    ],
  ])('LongRoPE with %o', (values, tensors, message) => {
    expectMessage(() => read('phi3', values, { tensors } as GgufOptions), message);
  });

  it.each<[values: Values, scaling: unknown]>([
    [{ 'rope.scaling.factor': 4 }, { type: 'linear', factor: 4 }],
    [{ 'rope.scale_linear': 4 }, { type: 'linear', factor: 4 }],
    [
      { 'rope.scaling.factor': 0, 'rope.scale_linear': 2 },
      { type: 'linear', factor: 2 },
    ],
    [
      { 'rope.scaling.factor': 8, 'rope.scale_linear': 2 },
      { type: 'linear', factor: 8 },
    ],
    [{ 'rope.scaling.type': 'none', 'rope.scaling.factor': 4 }, { type: 'default' }],
    [{ 'rope.scaling.factor': 1 }, { type: 'default' }],
  ])('%o', (values, scaling) => {
    expect(read('llama', values).scaling).toEqual(scaling);
  });

  it('tensors that were not given are said to be missing, but beside a name that needs none', () => {
    const missing = `tensors were not given: no ${FREQS}, ${LONG} or ${SHORT} in the file`;
    expect(read('llama', {}, {}).assumptions).toEqual([missing]);
    expect(read('llama', {}).assumptions).toEqual([]);
    const yarn = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4 };
    expect(read('llama', yarn, {}).assumptions).toEqual([missing]);
    expect(read('llama', { ...yarn, 'rope.scaling.attn_factor': 1.5 }, {}).scaling.type).toBe('yarn');
  });

  it('YaRN: its ramp by the file, else by the architecture, and Grok has a fast end of its own', () => {
    const yarn = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4 };
    const ramp = { 'rope.scaling.yarn_beta_fast': 24, 'rope.scaling.yarn_beta_slow': 2 };
    expect(read('llama', { ...yarn, ...ramp }).scaling).toMatchObject({ betaFast: 24, betaSlow: 2 });
    expect(read('grok', yarn).scaling).toMatchObject({ betaFast: 8 });
    expect(read('grok', { ...yarn, ...ramp }).scaling).toMatchObject({ betaFast: 24 });
    expect(read('llama', { ...yarn, 'rope.scaling.yarn_ext_factor': 1 }).scaling.type).toBe('yarn');
    expect(read('llama', yarn).scaling).toMatchObject({ originalPositions: 8192 });
    expect(read('llama', { ...yarn, 'rope.scaling.original_context_length': 512 }).scaling).toMatchObject({
      originalPositions: 512,
    });
    expect(read('gpt-oss', yarn).scaling).toMatchObject({ truncate: false });
    expect(read('llama', yarn).scaling).not.toMatchObject({ truncate: false });
  });

  it.each<[values: Values, message: string]>([
    [
      { 'rope.scaling.yarn_log_multiplier': -1 },
      'llama.rope.scaling.yarn_log_multiplier: expected a number from 0 to 2^20, got -1',
    ],
    [
      { 'rope.scaling.yarn_beta_slow': -2 },
      'llama.rope.scaling.yarn_beta_slow: expected a number from 2^-100 to 2^100, got -2',
    ],
    [
      { 'rope.scaling.attn_factor': 2 ** 61 },
      'llama.rope.scaling.attn_factor: expected a number from 2^-60 to 2^60, got 2625500725343760400',
    ],
    [
      { 'rope.scaling.original_context_length': 1 },
      'llama.rope.scaling.original_context_length: expected an integer of at least 2 (tokens), got 1',
    ],
  ])('YaRN with %o', (values, message) => {
    const yarn = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4 };
    expectMessage(() => read('llama', { ...yarn, ...values }), message);
  });
});
