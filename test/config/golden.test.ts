import { describe, expect, it } from 'vitest';
import { readHuggingFace, ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { ropeFrequencies } from '../../src/frequencies';
import { expectFrequencies, goldenFrequencies } from '../frequencies/golden';

describe('golden frequencies, read from the config', () => {
  it('has 57 cases', () => expect(goldenFrequencies).toHaveLength(57));

  for (const golden of goldenFrequencies) {
    const seen = golden.seq_len === undefined ? '' : ` at ${golden.seq_len} tokens`;
    it(`${golden.name}${seen}: frequencies within 1e-13, ${golden.layout}, nothing assumed about the pairing`, () => {
      const before = structuredClone(golden.config);
      const reading = readHuggingFace(golden.config, { layerType: golden.layer_type });
      expect(golden.config).toEqual(before);
      expect(reading.config).toMatchObject({
        headDim: golden.head_dim,
        rotaryDim: golden.rotary_dim,
        pairing: golden.layout,
        scaling: { type: golden.rope_type },
      });
      expect(reading.config.assumptions.filter((text) => text.includes('pairing'))).toEqual([]);
      expectFrequencies(ropeFrequencies(reading.config, golden.seq_len), golden);

      if (golden.mrope_section) {
        expect(reading.mrope).toMatchObject({
          section: golden.mrope_section,
          interleaved: golden.mrope_interleaved,
        });
        expect(() => ropeConfigFromHuggingFace(golden.config)).toThrow('rope_scaling.mrope_section');
      } else {
        expect(ropeConfigFromHuggingFace(golden.config, { layerType: golden.layer_type })).toEqual(
          reading.config,
        );
      }
    });
  }
});
