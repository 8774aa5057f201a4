import { describe, expect, it } from 'vitest';
import { ropeConfigFromGguf } from '../../src/config/gguf';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { ropeFrequencies } from '../../src/frequencies';
import { expectClose, goldenFrequencies } from '../frequencies/golden';
import { gguf, HEAD, LONG, NONE, read, SHORT } from './gguf-support';

/** The frequencies of a golden case of this name. */
function golden(name: string) {
  const found = goldenFrequencies.find((entry) => entry.name === name)!;
  return ropeFrequencies(
    ropeConfigFromHuggingFace(found.config, { layerType: found.layer_type }),
    found.seq_len,
  );
}

describe('GGUF of released models', () => {
  it('Llama 3.1 8B: interleaved, and rope_freqs.weight gives the frequencies of its config.json', () => {
    const wanted = golden('llama-3.1-8b, llama3 factor 8 (rope_scaling)').inverseFrequencies;
    const plain = ropeFrequencies({ headDim: 128, theta: 500_000 }).inverseFrequencies;
    const tensors = { 'rope_freqs.weight': Float32Array.from(plain, (f, i) => f / wanted[i]!) };
    const config = read(
      'llama',
      { 'rope.dimension_count': 128, 'rope.freq_base': 500000, context_length: 131072n, block_count: 32 },
      { tensors },
    );
    expect(config).toMatchObject({
      headDim: 128,
      rotaryDim: 128,
      theta: 500_000,
      pairing: 'interleaved',
      scaling: { type: 'divisors' },
      trainedPositions: 131_072,
      assumptions: [],
    });
    const { inverseFrequencies } = ropeFrequencies(config);
    // The tensor holds float32: half an ulp of 2^-23, relative.
    expect(inverseFrequencies.every((f, i) => Math.abs(f / wanted[i]! - 1) <= 2 ** -24 * 1.01)).toBe(true);
  });

  it('without tensors: the default frequencies, and the assumption says so', () => {
    const config = read('llama', { 'rope.freq_base': 500000 }, {});
    expect(config.scaling).toEqual({ type: 'default' });
    expect(config.assumptions).toEqual([
      'tensors were not given: no rope_freqs.weight, rope_factors_long.weight or rope_factors_short.weight in the file',
    ]);
  });

  it('Qwen2.5 7B: half, 128', () => {
    const config = read('qwen2', {
      embedding_length: 3584,
      'attention.head_count': 28,
      'rope.freq_base': 1e6,
    });
    expect(config).toMatchObject({ headDim: 128, theta: 1e6, pairing: 'half', scaling: { type: 'default' } });
  });

  it('Qwen3 0.6B: key_length wins over the quotient', () => {
    expect(
      read('qwen3', { embedding_length: 1024, 'attention.head_count': 16, 'attention.key_length': 128 })
        .headDim,
    ).toBe(128);
  });

  it('Phi-2: partial, 32 of 80', () => {
    const config = read('phi2', {
      embedding_length: 2560,
      'attention.head_count': 32,
      'rope.dimension_count': 32,
    });
    expect(config).toMatchObject({ headDim: 80, rotaryDim: 32, pairing: 'half' });
  });

  it('Phi-3 mini 128k: LongRoPE from its tensors and attn_factor, though the file names no type', () => {
    const tensors = { [LONG]: Array(48).fill(8), [SHORT]: Float32Array.from({ length: 48 }, () => 1) };
    const config = read(
      'phi3',
      {
        context_length: 131072,
        embedding_length: 3072,
        'rope.dimension_count': 96,
        'rope.scaling.attn_factor': 1.1902380714238083,
        'rope.scaling.original_context_length': 4096,
      },
      { tensors },
    );
    expect(config.scaling).toEqual({
      type: 'longrope',
      longFactors: Array(48).fill(8),
      shortFactors: Array(48).fill(1),
      originalPositions: 4096,
      attentionFactor: 1.1902380714238083,
    });
    expect(ropeFrequencies(config, 4097).inverseFrequencies[0]).toBe(1 / 8);
  });

  it('Qwen2.5 with YaRN: as its config.json', () => {
    const config = read('qwen2', {
      context_length: 131072,
      'rope.freq_base': 1e6,
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': 4,
      'rope.scaling.original_context_length': 32768,
    });
    expect(ropeFrequencies(config)).toEqual(golden('qwen2.5-7b, yarn factor 4'));
  });

  it('gpt-oss: half, 64, ramp ends not rounded though a GGUF cannot say so', () => {
    const config = read('gpt-oss', {
      embedding_length: 2880,
      'attention.head_count': 64,
      'attention.key_length': 64,
      'attention.sliding_window': 128,
      'rope.freq_base': 150000,
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': 32,
      'rope.scaling.original_context_length': 4096,
    });
    const wanted = golden('gpt-oss-20b, yarn factor 32 without truncation');
    expectClose(ropeFrequencies(config).inverseFrequencies, wanted.inverseFrequencies);
    expect(ropeFrequencies(config).attentionFactor).toBe(wanted.attentionFactor);
    expect(config.assumptions).toEqual([expect.stringContaining('gpt-oss does not round')]);
  });

  it('DeepSeek-V3: the rope part of its latent attention alone, both mscales 1', () => {
    const config = read('deepseek2', {
      'attention.key_length': 576,
      'attention.kv_lora_rank': 512,
      'rope.dimension_count': 64,
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': 40,
      'rope.scaling.original_context_length': 4096,
      'rope.scaling.yarn_log_multiplier': Math.fround(0.1),
    });
    expect(config).toMatchObject({ headDim: 64, rotaryDim: 64, pairing: 'interleaved' });
    const wanted = golden('deepseek-v3, yarn factor 40 with mscale');
    expect(ropeFrequencies(config)).toEqual(wanted);
  });

  it('Gemma 3 4B: a rule for each layer type, both by name', () => {
    const values = {
      embedding_length: 2560,
      'attention.head_count': 8,
      'attention.key_length': 256,
      'attention.sliding_window': 1024,
      'rope.freq_base': 1e6,
      'rope.scaling.type': 'linear',
      'rope.scaling.factor': 8,
    };
    expect(() => read('gemma3', values)).toThrow(
      'layerType: expected "full_attention" or "sliding_attention", as the two rotate differently in this model, got undefined',
    );
    const [full, sliding] = (['full_attention', 'sliding_attention'] as const).map((layerType) =>
      read('gemma3', values, { ...NONE, layerType }),
    );
    expect(full).toMatchObject({ headDim: 256, theta: 1e6, scaling: { type: 'linear', factor: 8 } });
    expect(sliding).toMatchObject({ headDim: 256, theta: 1e4, scaling: { type: 'default' } });
  });

  it('Gemma 4: rope_freqs stops the unrotated pairs of full layers; sliding ones have their own sizes', () => {
    const values = {
      'attention.key_length': 512,
      'attention.key_length_swa': 256,
      'attention.sliding_window': 512,
      'rope.dimension_count': 512,
      'rope.dimension_count_swa': 256,
      'rope.freq_base': 1e6,
      'rope.freq_base_swa': 1e4,
    };
    const tensors = {
      'rope_freqs.weight': Float32Array.from({ length: 256 }, (_, i) => (i < 64 ? 1 : 1e30)),
    };
    const full = read('gemma4', values, { tensors, layerType: 'full_attention' });
    const wanted = golden('gemma-4 style, full_attention').inverseFrequencies;
    const got = ropeFrequencies(full).inverseFrequencies;
    expect(got.every((f, i) => Math.abs(f - wanted[i]!) <= 1e-13 * wanted[i]! + 1e-29)).toBe(true);
    const sliding = read('gemma4', values, { tensors, layerType: 'sliding_attention' });
    expect(sliding).toMatchObject({ headDim: 256, rotaryDim: 256, theta: 1e4, scaling: { type: 'default' } });
  });

  it('one rule for both layer types needs no layerType (Gemma 2)', () => {
    expect(read('gemma2', { 'attention.key_length': 256, 'attention.sliding_window': 4096 }).headDim).toBe(
      256,
    );
  });

  it('layers without positions are left to the caller, and the result says so', () => {
    const { assumptions } = read('smollm3', {});
    expect(assumptions).toEqual(['not every layer is rotated; ropeConfigsFromGguf says which are']);
  });
});

describe('GGUF scaling', () => {
  it('a factor without a type is linear, under its new and its old name; 0 and none are 1', () => {
    const linear = { type: 'linear', factor: 4 };
    expect(read('llama', { 'rope.scaling.factor': 4 }).scaling).toEqual(linear);
    expect(read('llama', { 'rope.scale_linear': 4 }).scaling).toEqual(linear);
    expect(read('llama', { 'rope.scaling.factor': 0 }).scaling).toEqual({ type: 'default' });
    expect(read('llama', { 'rope.scaling.type': 'none', 'rope.scaling.factor': 4 }).scaling).toEqual({
      type: 'default',
    });
  });

  it('rope_freqs beside a linear factor: both divide', () => {
    const tensors = { 'rope_freqs.weight': Array(64).fill(2) };
    expect(read('llama', { 'rope.scaling.factor': 4 }, { tensors }).scaling).toEqual({
      type: 'divisors',
      divisors: Array(64).fill(8),
    });
  });

  it('yarn attn_factor multiplies the computed attention factor, as in llama.cpp', () => {
    const config = read('llama', {
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': 4,
      'rope.scaling.attn_factor': 0.5,
    });
    expectClose([ropeFrequencies(config).attentionFactor], [0.5 * (0.1 * Math.log(4) + 1)]);
  });

  it('yarn_log_multiplier: the ratio of both mscales; deepseek2 takes them as equal', () => {
    const values = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 40 };
    const factor = (architecture: string, multiplier: number, extra = {}) =>
      ropeFrequencies(
        read(architecture, { ...values, ...extra, 'rope.scaling.yarn_log_multiplier': multiplier }),
      ).attentionFactor;
    const m = (k: number) => 0.1 * k * Math.log(40) + 1;
    expectClose([factor('mistral3', 0.5)], [m(1) / m(0.5)]);
    const latent = { 'attention.kv_lora_rank': 512, 'rope.dimension_count': 64 };
    expect(factor('deepseek2', 0.0707, latent)).toBe(1);
  });

  it('a missing base is 10000, and listed', () => {
    const config = ropeConfigFromGguf(gguf('llama', HEAD), NONE);
    expect(config.theta).toBe(10_000);
    expect(config.assumptions).toEqual(['llama.rope.freq_base is missing: 10000, as llama.cpp has it']);
  });
});

describe('GGUF pairing', () => {
  it('is that of llama_model_rope_type', () => {
    for (const architecture of ['llama', 'deepseek2', 'command-r', 'chatglm', 'granite', 'arcee']) {
      expect(read(architecture, {}).pairing, architecture).toBe('interleaved');
    }
    for (const architecture of [
      'qwen3',
      'phi3',
      'gemma',
      'gptneox',
      'stablelm',
      'falcon',
      'starcoder2',
      'olmo2',
    ]) {
      expect(read(architecture, {}).pairing, architecture).toBe('half');
    }
  });

  it('of an unknown architecture: half, and listed', () => {
    const config = read('brandnew', {});
    expect(config.pairing).toBe('half');
    expect(config.assumptions).toEqual([
      'general.architecture "brandnew" is not in the table: pairing "half", which layers rotate and what those with a window turn by are not checked',
    ]);
  });
});
