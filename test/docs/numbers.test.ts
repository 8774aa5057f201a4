import { describe, expect, it } from 'vitest';
import { readPage, withSection } from '../../scripts/docs-pages';
import { precisionPage, recipesOf, worstAngle } from '../../scripts/docs-precision';
import { changes, measureChange, measureMoves, rerotatePage } from '../../scripts/docs-rerotate';
import { ropeFrequencies } from '../../src/frequencies';
import { fullTable } from '../../src/tables/tables';

describe('numbers in the pages', () => {
  it('rerotate.md is what scripts/docs-rerotate.ts writes', () =>
    expect(readPage('rerotate.md')).toBe(rerotatePage(readPage('rerotate.md'))));

  it('precision.md is what scripts/docs-precision.ts writes', () =>
    expect(readPage('precision.md')).toBe(precisionPage(readPage('precision.md'))));

  it('a section that is missing, or there twice, is an error', () => {
    const section = '<!-- a:begin -->\nold\n<!-- a:end -->\n';
    expect(withSection(section, 'a', '$& new')).toBe('<!-- a:begin -->\n\n$& new\n<!-- a:end -->\n');
    expect(() => withSection(section, 'b', '')).toThrow('expected one section b, got 0');
    expect(() => withSection(section + section, 'a', '')).toThrow('expected one section a, got 2');
  });
});

describe('what rerotate.md says of them', () => {
  it.each(changes)(
    '$name: exact in the first layer, an approximation above, better than nothing',
    (change) => {
      const { stale, moved } = measureChange(change);
      const [first, ...above] = moved.keys;
      expect(first).toBeLessThan(1e-7);
      expect(moved.attention[0]).toBeLessThan(1e-6);
      for (const error of above) expect(error).toBeGreaterThan(1e-3);
      for (const [i, error] of moved.keys.entries()) expect(error).toBeLessThan(stale.keys[i]!);
      expect(moved.last).toBeLessThan(stale.last);
    },
  );

  it('many small moves of a 16-bit cache add up, not as a random walk', () => {
    expect(measureMoves('f16', 256)).toBeGreaterThan(5 * measureMoves('f16', 16));
  });
});

describe('what precision.md says of them', () => {
  it('the float32 recipe is that of the table', () => {
    const frequencies = ropeFrequencies({ headDim: 128, theta: 500_000 });
    const { data } = fullTable(frequencies, 1024, 'float32');
    const { float32 } = recipesOf(500_000);
    for (let position = 0; position < 1024; position += 31) {
      for (let pair = 0; pair < 64; pair++) {
        const at = position * 128 + (pair >> 1) * 4 + (pair & 1);
        expect([data[at], data[at + 2]]).toEqual(float32(position, pair));
      }
    }
  });

  it('a two-digit table is off by at most three float32 roundings, at every row of the table', () => {
    const { twoDigit, truth } = recipesOf(500_000);
    for (const last of [255, 131_071, 1_048_575]) {
      expect(worstAngle(twoDigit, truth, last)).toBeLessThan(1.8e-7);
    }
  });
});
