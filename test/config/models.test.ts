import { describe, expect, it } from 'vitest';
import { ropeConfigFromHuggingFace, ropeConfigsFromHuggingFace } from '../../src/config/hugging-face';
import { models } from './models';

describe('config.json of released models', () => {
  for (const { model, config, reads, layers, assumes = [] } of models) {
    if (reads instanceof RegExp) {
      it(`${model}: refused by name, by both readers`, () => {
        expect(() => ropeConfigFromHuggingFace(config)).toThrow(reads);
        expect(() => ropeConfigsFromHuggingFace(config)).toThrow(reads);
      });
      continue;
    }

    it(`${model}: ${Object.keys(reads).join(', ')} read, every layer in its place`, () => {
      const { layerTypes, configs } = ropeConfigsFromHuggingFace(config);
      const names = Object.keys(reads);
      expect(Object.keys(configs).sort()).toEqual([...names].sort());
      expect(names.map((name) => layerTypes.filter((type) => type === name).length)).toEqual(layers);
      for (const name of names) {
        if (reads[name] === null) expect(configs[name]).toBeNull();
        else expect(configs[name]).toMatchObject(reads[name]!);
      }
      const first = names.map((name) => configs[name]).find((entry) => entry)!;
      expect(first.assumptions.length, first.assumptions.join('; ')).toBe(assumes.length);
      for (const text of assumes) expect(first.assumptions.some((line) => text.test(line))).toBe(true);
    });

    it(`${model}: the single reader gives the same, by layer type`, () => {
      for (const [name, entry] of Object.entries(ropeConfigsFromHuggingFace(config).configs)) {
        if (entry) expect(ropeConfigFromHuggingFace(config, { layerType: name })).toEqual(entry);
        else if (name !== 'no_rope') {
          expect(() => ropeConfigFromHuggingFace(config, { layerType: name })).toThrow(
            /^layerType: expected a type whose layers are rotated/,
          );
        }
      }
    });
  }
});
