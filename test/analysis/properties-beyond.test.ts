import { describe, expect, it } from 'vitest';
import {
  type EncodingSource,
  encodingCatalogue,
  encodingProperties,
  type PropertyOptions,
} from 'webgpu-rope/analysis';
import { contextReport } from '../../src/analysis/context';
import { gridOf, moved, positionOf, sideOf } from '../../src/analysis/properties-grid';
import { axial, mropeSections } from '../../src/config/axes';
import { binary, integer, learned, sinusoidal } from './sources';

describe('past the trained length', () => {
  const beyond = (source: EncodingSource, options: PropertyOptions = {}) =>
    encodingProperties(source, { length: 128, ...options }).beyond;

  it('learned: refused from the end of the table on, with the error that says so', () => {
    const found = beyond(learned(200, 4));
    expect(found).toEqual({
      kind: 'refused',
      trainedLength: 200,
      targetLength: 400,
      endsAt: 200,
      error:
        'positions[0]: expected a position in 0..199, got 200; a learned table ends there: truncate the sequence to 200 tokens',
      growth: null,
      unseen: null,
      sentence: 'Positions from 200 on are refused: there are no rows for them.',
    });
  });

  it('binary: refused when bits run out, else the next bit is new', () => {
    expect(beyond(binary(7))).toMatchObject({ kind: 'refused', endsAt: 128, trainedLength: 128 });
    expect(beyond(binary(7)).error).toContain('7 bits hold no more');
    expect(beyond(binary(6, 2), { length: 64 })).toMatchObject({ kind: 'refused', endsAt: 8 });
    expect(beyond(binary(8))).toMatchObject({
      kind: 'unseen',
      endsAt: null,
      growth: 1,
      unseen: { what: 'elements', count: 1, of: 8 },
    });
    expect(beyond(binary(8)).sentence).toContain('1 of 8 elements leaves its trained range');
    // 100 positions have had the bit of 64 already; 200 bring that of 128. 110 bring nothing.
    expect(beyond(binary(8), { length: 100 }).unseen).toMatchObject({ count: 1 });
    expect(beyond(binary(8), { length: 100, extension: 1.1 })).toMatchObject({
      kind: 'seen',
      targetLength: 110,
    });
  });

  it('integer: grows by (target - 1) / (trained - 1)', () => {
    const found = beyond(integer({ dim: 6, axes: 2 }), { length: 100 });
    expect(found).toMatchObject({ kind: 'grows', growth: 19 / 9, trainedLength: 10, targetLength: 20 });
    expect(found.unseen).toEqual({ what: 'elements', count: 6, of: 6 });
    expect(found.sentence).toBe(
      'At 20 positions after training on 10, values grow to 2.11 times the largest trained one; 6 of 6 elements leave their trained range.',
    );
    expect(beyond(integer({ divisor: 127 }), { extension: 4 }).growth).toBe(511 / 127);
  });

  it('sinusoidal: pairs that made less than a turn, counted by wavelength', () => {
    const wavelengths = Array.from({ length: 32 }, (_, i) => 2 * Math.PI * 10_000 ** (i / 32));
    for (const length of [2, 20, 128, 1000]) {
      const count = wavelengths.filter((wavelength) => wavelength > length).length;
      expect(beyond(sinusoidal(), { length })).toMatchObject({
        kind: 'unseen',
        growth: 1,
        unseen: { count, of: 32 },
      });
    }
    // All pairs turn: base 2, wavelengths up to 4 pi.
    expect(beyond(sinusoidal({ base: 2 }))).toMatchObject({ kind: 'seen', unseen: { count: 0, of: 32 } });
    expect(beyond(sinusoidal({ axes: 2, base: 2 }), { length: 2500 }).unseen).toEqual({
      what: 'pairs',
      count: 0,
      of: 32,
    });
  });

  it('RoPE schemes: as contextReport counts them', () => {
    const schemes = encodingCatalogue(64, 128).filter(
      ({ name }) => name.startsWith('rope') && name !== 'rope-2d',
    );
    expect(schemes).toHaveLength(7);
    for (const { name, source } of schemes) {
      if (!('rope' in source)) throw new Error(`${name}: expected a RoPE config`);
      for (const extension of [1.5, 2, 4]) {
        const { outsideCount, pairs } = contextReport(source.rope, 128, 128 * extension, { samples: 2 });
        const { unseen, growth, kind } = beyond(source, { extension });
        expect(unseen, `${name} x ${extension}`).toEqual({
          what: 'pairs',
          count: outsideCount,
          of: pairs.length,
        });
        expect(growth).toBe(1);
        expect(kind).toBe(outsideCount > 0 ? 'unseen' : 'seen');
      }
    }
  });
});

describe('weights and axes', () => {
  it('weights are counted, those before the offset included; computed encodings have none', () => {
    const weights = new Float32Array(514 * 8).map((_, i) => Math.sin(i));
    const roberta: EncodingSource = { encoding: { type: 'learned', dim: 8, rows: 514, offset: 2 }, weights };
    expect(encodingProperties(roberta)).toMatchObject({ learned: true, parameters: 4112, length: 512 });
    expect(encodingProperties(sinusoidal(), { length: 8 })).toMatchObject({ learned: false, parameters: 0 });
  });

  it('axes: a learned table has one, a rotation as many as pairs, the others four', () => {
    const axes = (source: EncodingSource) => {
      const { maxAxes, axesError } = encodingProperties(source, { length: 16, shifts: [1] });
      return [maxAxes, axesError];
    };
    expect(axes(learned(16, 8))).toEqual([
      1,
      'axes: expected 1, as a learned table has a row a position, got 2',
    ]);
    expect(axes({ rope: { headDim: 6 } })).toEqual([3, '8 of 16 cells have the row of another one']);
    expect(axes({ rope: { headDim: 2 } })).toEqual([1, '2 of 4 cells have the row of another one']);
    for (const source of [sinusoidal({ dim: 6 }), sinusoidal({ axes: 2 }), binary(5), integer({ dim: 1 })]) {
      expect(axes(source)).toEqual([4, null]);
    }
    expect(axes({ rope: { headDim: 8, axes: mropeSections([1, 3]) } })).toEqual([4, null]);
    const explicit = { type: 'explicit', inverseFrequencies: [1, 0.5, 0.25, 0.1] } as const;
    expect(axes({ rope: { headDim: 8, scaling: explicit } })).toEqual([4, null]);
  });

  it('what a rope config has no row for: pairs that stand still make positions repeat', () => {
    const still = { type: 'explicit', inverseFrequencies: [0, 0] } as const;
    const { unique, maxAxes } = encodingProperties({ rope: { headDim: 4, scaling: still } }, { length: 10 });
    expect(unique.exact).toEqual({ distance: 0, between: [[0], [1]], repeated: 9 });
    expect(maxAxes).toBe(1);
  });
});

describe('the catalogue', () => {
  it('names are different, and an entry is measured over 1024 positions of 64 dims, as plain data', () => {
    const entries = encodingCatalogue();
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    const measured = encodingProperties(entries[0]!.source);
    expect(measured.dim).toBe(64);
    expect(measured.length).toBe(1024);
    // It may go to a worker and back, and into JSON.
    expect(structuredClone(measured)).toEqual(measured);
    expect(JSON.parse(JSON.stringify(measured))).toEqual(measured);
  });

  it('the learned table is the same each time, and normal with deviation 0.02', () => {
    const source = encodingCatalogue(8, 4096)[0]!.source;
    if (!('encoding' in source) || !source.weights) throw new Error('expected weights');
    expect(encodingCatalogue(8, 4096)[0]!.source).toEqual(source);
    const weights = Array.from(source.weights);
    const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length;
    const deviation = Math.sqrt(weights.reduce((sum, value) => sum + value ** 2, 0) / weights.length);
    // 32 768 of them: four standard errors are 0.02 · 4 / 181 for the mean, and 0.7 of that for the deviation.
    expect(Math.abs(mean)).toBeLessThan(4.5e-4);
    expect(Math.abs(deviation - 0.02)).toBeLessThan(3.2e-4);
  });
});

describe('grids', () => {
  it('the largest side whose power fits', () => {
    expect([sideOf(1024, 2), sideOf(1023, 2), sideOf(124, 3), sideOf(125, 3), sideOf(7, 1)]).toEqual([
      32, 31, 4, 5, 7,
    ]);
  });

  it('positions by axis, tokens moved along one', () => {
    const grid = gridOf(2, 2);
    expect([...grid.positions]).toEqual([0, 0, 1, 1, 0, 1, 0, 1]);
    expect([...moved(grid, 1, 5)]).toEqual([0, 0, 1, 1, 5, 6, 5, 6]);
    expect(positionOf(grid, 2)).toEqual([1, 0]);
  });
});

describe('errors', () => {
  const call = (source: unknown, options?: unknown) => () =>
    encodingProperties(source as EncodingSource, options as PropertyOptions);
  const rope = { rope: { headDim: 8 } };
  const nan = { encoding: { type: 'learned', dim: 2, rows: 2 }, weights: [1, 2, Number.NaN, 4] };
  it.each([
    [
      'source: expected { encoding, weights? } or { rope, sequenceLength?, fope? } or { wavelet }, got undefined',
      TypeError,
      call(undefined),
    ],
    ['options: expected { length, shifts, extension }, got 3', TypeError, call(rope, 3)],
    ['options: expected only length, shifts, extension, got "size"', TypeError, call(rope, { size: 3 })],
    ['length: expected an integer in 2..32768 (tokens), got 1', RangeError, call(rope, { length: 1 })],
    ['length: expected an integer (tokens), got "9"', TypeError, call(rope, { length: '9' })],
    [
      'length: expected an integer in 4..32768 (tokens), got 3',
      RangeError,
      call({ rope: { headDim: 8, axes: axial(8) } }, { length: 3 }),
    ],
    ['length: expected an integer in 2..256 (tokens), got 300', RangeError, call(binary(8), { length: 300 })],
    ['shifts: expected an array of integers (positions), got 3', TypeError, call(rope, { shifts: 3 })],
    ['shifts: expected at least one, got none', RangeError, call(rope, { shifts: [] })],
    [
      'shifts[1]: expected an integer in 1..255 (positions), got 256',
      RangeError,
      call(binary(8), { shifts: [1, 256] }),
    ],
    [
      'shifts[0]: expected an integer in 1..32768 (positions), got 0',
      RangeError,
      call(rope, { shifts: [0] }),
    ],
    ['extension: expected a number above 1, up to 16, got 1', RangeError, call(rope, { extension: 1 })],
    ['extension: expected a number above 1, up to 16, got "2"', TypeError, call(rope, { extension: '2' })],
    ['weights[2]: expected a finite number that float32 holds, got NaN', RangeError, call(nan)],
    [
      'weights[1]: expected a finite number that float32 holds, got 1e+300',
      RangeError,
      call({ ...nan, weights: [1, 1e300, 3, 4] }),
    ],
    [
      'weights: expected an array of 4 numbers, got undefined',
      TypeError,
      call({ encoding: { type: 'learned', dim: 2, rows: 2 } }),
    ],
    [
      'source: expected an encoding of at least 2 positions, got 1',
      RangeError,
      call({ encoding: { type: 'learned', dim: 2, rows: 1 }, weights: [1, 2] }),
    ],
    [
      'type: expected "learned" or "sinusoidal" or "binary" or "integer", got "alibi"',
      RangeError,
      call({ encoding: { type: 'alibi' } }),
    ],
    ['dim: expected an integer in 8..512, got 4', RangeError, () => encodingCatalogue(4)],
    ['dim: expected a multiple of 4 (two axes of pairs), got 10', RangeError, () => encodingCatalogue(10)],
    [
      'length: expected an integer in 2..32768 (positions), got 1',
      RangeError,
      () => encodingCatalogue(64, 1),
    ],
  ])('%s', (message, kind, run) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
