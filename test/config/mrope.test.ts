import { describe, expect, it } from 'vitest';
import { mropeInterleaved, mropeSections } from '../../src/config/axes';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { read as readGguf } from './gguf-support';
import { read } from './support';

describe('M-RoPE in a config.json', () => {
  const section = [12, 10, 10];

  it('an unknown model_type: sections, or interleaved where the flag says so, and the assumption says which', () => {
    const plain = read({ model_type: 'brand_vl', rope_scaling: { type: 'mrope', mrope_section: section } });
    expect(plain.axes).toEqual(mropeSections(section));
    expect(plain.assumptions).toContain(
      'rope_scaling.mrope_section: M-RoPE with sections, not checked for this class',
    );
    const turns = read({
      model_type: 'brand_vl',
      rope_parameters: { rope_type: 'default', mrope_section: section, mrope_interleaved: true },
    });
    expect(turns.axes).toEqual(mropeInterleaved(section));
    expect(turns.assumptions).toContain(
      'rope_parameters.mrope_section: M-RoPE with interleaved axes, not checked for this class',
    );
    const nameless = read({ model_type: undefined, rope_scaling: { type: 'mrope', mrope_section: section } });
    expect(nameless.assumptions).toContain(
      'rope_scaling.mrope_section: M-RoPE with sections, not checked for this class',
    );
  });

  it('Qwen3-VL interleaves without a flag, and has a section of its own', () => {
    const config = ropeConfigFromHuggingFace({
      text_config: { model_type: 'qwen3_vl_text', head_dim: 128, rope_theta: 5e6 },
    });
    expect(config.axes).toEqual(mropeInterleaved([24, 20, 20]));
    expect(config.assumptions).toEqual([
      'text_config.rope_scaling.mrope_section is missing: 24, 20, 20, what transformers takes for qwen3_vl_text',
    ]);
  });

  it('with YaRN beside it: both are read', () => {
    const rope_scaling = {
      type: 'yarn',
      factor: 4,
      original_max_position_embeddings: 8192,
      mrope_section: section,
    };
    const config = read({ model_type: 'qwen2_5_vl', rope_scaling });
    expect(config).toMatchObject({
      scaling: { type: 'yarn', factor: 4, originalPositions: 8192 },
      axes: mropeSections(section),
      assumptions: [],
    });
  });

  it('a model with one axis has none', () => expect(read({}).axes).toBeNull());
});

describe('M-RoPE in a GGUF', () => {
  const keys = (sections: number[] | bigint[] | Int32Array, extra = {}) => ({
    'rope.dimension_sections': sections,
    ...extra,
  });

  it('qwen2vl: sections, half; a typed array and three entries will do', () => {
    const config = readGguf('qwen2vl', keys([16, 24, 24, 0]));
    expect(config).toMatchObject({ pairing: 'half', axes: mropeSections([16, 24, 24]), assumptions: [] });
    expect(readGguf('qwen2vl', keys(Int32Array.of(16, 24, 24))).axes).toEqual(config.axes);
    expect(readGguf('qwen2vl', keys([16n, 24n, 24n, 0n])).axes).toEqual(config.axes);
  });

  it('qwen3vl: interleaved; the pairs llama.cpp turns otherwise are in the assumptions', () => {
    const config = readGguf('qwen3vl', keys([24, 20, 20, 0]));
    expect(config).toMatchObject({ pairing: 'half', axes: mropeInterleaved([24, 20, 20]) });
    expect(config.assumptions).toEqual([expect.stringMatching(/llama\.cpp turns them by a fourth/)]);
  });

  it('qwen35 with 64 of 256: 11, 11, 10 leaves no pair over', () => {
    const widths = { 'attention.key_length': 256, 'rope.dimension_count': 64 };
    const config = readGguf('qwen35', keys([11, 11, 10, 0], widths));
    expect(config).toMatchObject({ rotaryDim: 64, axes: mropeInterleaved([11, 11, 10]) });
  });

  it('glm4: interleaved and one axis without sections, half and three axes with them', () => {
    expect(readGguf('glm4', keys([0, 0, 0, 0]))).toMatchObject({ pairing: 'interleaved', axes: null });
    expect(readGguf('glm4', {})).toMatchObject({ pairing: 'interleaved', axes: null });
    const config = readGguf('glm4', keys([8, 12, 12, 0], { 'rope.dimension_count': 64 }));
    expect(config).toMatchObject({ pairing: 'half', axes: mropeSections([8, 12, 12]) });
  });
});
