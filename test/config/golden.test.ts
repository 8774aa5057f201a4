import { describe, expect, it } from 'vitest';
import { mropeInterleaved, mropeSections } from '../../src/config/axes';
import { ropeConfigFromHuggingFace } from '../../src/config/hugging-face';
import { ropeFrequencies } from '../../src/frequencies';
import { expectFrequencies, goldenFrequencies } from '../frequencies/golden';

describe('golden frequencies, read from the config', () => {
  it('has 57 cases', () => expect(goldenFrequencies).toHaveLength(57));

  for (const golden of goldenFrequencies) {
    const seen = golden.seq_len === undefined ? '' : ` at ${golden.seq_len} tokens`;
    it(`${golden.name}${seen}: frequencies within 1e-13, ${golden.layout}, nothing assumed about the pairing`, () => {
      const before = structuredClone(golden.config);
      const config = ropeConfigFromHuggingFace(golden.config, { layerType: golden.layer_type });
      expect(golden.config).toEqual(before);
      expect(config).toMatchObject({
        headDim: golden.head_dim,
        rotaryDim: golden.rotary_dim,
        pairing: golden.layout,
        scaling: { type: golden.rope_type },
      });
      expect(config.assumptions.filter((text) => text.includes('pairing'))).toEqual([]);
      expectFrequencies(ropeFrequencies(config, golden.seq_len), golden);

      const axes = golden.mrope_interleaved ? mropeInterleaved : mropeSections;
      expect(config.axes).toEqual(golden.mrope_section ? axes(golden.mrope_section) : null);
    });
  }
});
