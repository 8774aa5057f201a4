import { describe, expect, it } from 'vitest';
import { modelRow, modelTypes } from '../../src/config/models';
import { NOT_ROTATED, OTHERS } from '../../src/config/models/others';
import { A_TO_I } from '../../src/config/models/transformers-a-i';
import { J_TO_Z } from '../../src/config/models/transformers-j-z';
import { VISION } from '../../src/config/models/vision';

const lines = [A_TO_I, J_TO_Z, OTHERS, VISION].flatMap((table) => table.trim().split('\n'));

/** The words that row.ts reads. */
const WORDS = [
  'alpha',
  'axes',
  'axial',
  'compress-theta',
  'defaults',
  'full-head',
  'head',
  'interleaved',
  'layers',
  'memory',
  'mixed-ntk',
  'needs',
  'no-rope',
  'none',
  'norm',
  'ratio',
  'reversed',
  'rotary-dim',
  'rotated',
  'rotates',
  'same',
  'size',
  'slice',
  'sliding-theta',
  'theta',
  'unread',
  'unscaled-sliding',
  'windowless',
];

describe('the table of model types', () => {
  it('has every name once', () => {
    const names = [...modelTypes(), ...NOT_ROTATED.trim().split(/\s+/)];
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(modelTypes().length).toBeGreaterThan(250);
  });

  it('says of each where the facts are from', () => {
    for (const name of modelTypes()) expect(modelRow(name)!.source.length, name).toBeGreaterThan(3);
  });

  it.each(lines)('%s', (line) => {
    const [name, , ...words] = line.split(' ');
    for (const word of words) expect(WORDS, word).toContain(word.split('=')[0]);
    const row = modelRow(name!)!;
    for (const number of [...row.size, row.slice, row.theta, row.slidingTheta, row.rotated, row.rotaryDim]) {
      if (number !== undefined) expect(number).toBeGreaterThan(0);
    }
    const base = words.find((word) => word.startsWith('same='));
    if (base) expect(modelRow(base.slice('same='.length))).toBeDefined();
  });
});
