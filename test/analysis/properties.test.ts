import { describe, expect, it } from 'vitest';
import {
  type EncodingProperties,
  type EncodingSource,
  encodingCatalogue,
  encodingProperties,
  type PropertyOptions,
  positionRows,
} from '../../src';
import { contextReport } from '../../src/analysis/context';
import { gridOf, moved, positionOf, sideOf } from '../../src/analysis/properties-grid';
import { axial, mropeSections } from '../../src/config/axes';
import type { RopeConfigInput } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { type Dtype, decode, encode } from '../../src/reference/dtypes';
import { ropeReferenceExact } from '../../src/reference/rope';
import { createRandom, seeded } from '../support/random';

const sinusoidal = (more: object = {}): EncodingSource => ({
  encoding: { type: 'sinusoidal', dim: 64, ...more },
});
const integer = (more: object = {}): EncodingSource => ({ encoding: { type: 'integer', dim: 64, ...more } });
const binary = (dim: number, axes = 1): EncodingSource => ({ encoding: { type: 'binary', dim, axes } });
const learned = (rows: number, dim: number, seed = 1): EncodingSource => {
  const random = createRandom(seed);
  const weights = Float32Array.from({ length: rows * dim }, () => random.normal());
  return { encoding: { type: 'learned', dim, rows }, weights };
};

describe('unique positions', () => {
  it.each<[string, RopeConfigInput]>([
    ['RoPE', { headDim: 64 }],
    ['RoPE, theta 500 000, interleaved', { headDim: 32, theta: 500_000, pairing: 'interleaved' }],
    ['YaRN, with its factor', { headDim: 64, scaling: { type: 'yarn', factor: 8, originalPositions: 512 } }],
  ])('%s: the closed form, sqrt(sum 2 - 2 cos(k f)) at the distance k where it is least', (_, rope) => {
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(rope);
    const at = (k: number) =>
      Math.sqrt(inverseFrequencies.reduce((sum, f) => sum + 4 * Math.sin((k * f) / 2) ** 2, 0));
    const least = Math.min(...Array.from({ length: 699 }, (__, i) => at(i + 1)));
    const { exact } = encodingProperties({ rope }, { length: 700 }).unique;
    // Elements are off by 700 · 2^-53 at most, below 1e-13.
    expect(Math.abs(exact.distance - attentionFactor * least)).toBeLessThan(1e-11);
    expect(exact.repeated).toBe(0);
  });

  it('integer: sqrt(dim) / divisor; binary: 1, from one bit', () => {
    const { unique } = encodingProperties(integer({ divisor: 4 }), { length: 100 });
    expect(unique.exact).toEqual({ distance: 2, between: [[0], [1]], repeated: 0 });
    expect(unique.bf16.distance).toBe(2);
    expect(encodingProperties(binary(10)).unique.f16).toEqual({
      distance: 1,
      between: [[0], [1]],
      repeated: 0,
    });
  });

  it('integer, 4096 positions: f16 tells 0..2048 apart and bf16 0..256, then every other one, and so on', () => {
    const { unique } = encodingProperties(integer({ dim: 2 }), { length: 4096 });
    expect([unique.exact.repeated, unique.f32.repeated]).toEqual([0, 0]);
    // Past 2^11 (2^8), 2048 whole numbers lie on 1024 values; bf16 has 128 in each octave above.
    expect(unique.f16.repeated).toBe(2048 - 1 - 1024);
    // The values of 256..4095 are 128 an octave and 4096, which the last few are rounded to.
    expect(unique.bf16.repeated).toBe(4096 - 256 - 4 * 128 - 1);
    // 2049 lies between 2048 and 2050, and 257 between 256 and 258; both go to the even one.
    expect(unique.f16.between).toEqual([[2048], [2049]]);
    expect(unique.bf16.between).toEqual([[256], [257]]);
  });

  it('normalised integers: repeats counted by one set of stored bits', () => {
    for (const length of [512, 1024, 2048, 3000, 4096]) {
      const { unique } = encodingProperties(integer({ dim: 2, divisor: length - 1 }), { length });
      for (const dtype of ['f32', 'f16', 'bf16'] as const satisfies readonly Dtype[]) {
        const bits = Array.from({ length }, (_, p) => encode(p / (length - 1), dtype));
        expect(unique[dtype].repeated, `${length} ${dtype}`).toBe(length - new Set(bits).size);
        const [[a], [b]] = unique[dtype].between as [[number], [number]];
        const distance = Math.SQRT2 * (decode(bits[b!]!, dtype) - decode(bits[a!]!, dtype));
        expect(Math.abs(unique[dtype].distance - distance)).toBeLessThanOrEqual(1e-15);
      }
    }
    // 4095 steps of 2.4e-4 in 0..1: f16 steps by 4.9e-4 above a half.
    expect(
      encodingProperties(integer({ divisor: 4095 }), { length: 4096 }).unique.f16.repeated,
    ).toBeGreaterThan(1000);
    expect(encodingProperties(integer({ divisor: 1023 })).unique.f16.repeated).toBe(0);
  });

  it('two axes: the cells of a grid, named by both positions', () => {
    const found = encodingProperties({ encoding: { type: 'integer', dim: 2, axes: 2 } }, { length: 120 });
    expect([found.length, found.lengthPerAxis, found.axes]).toEqual([100, 10, 2]);
    expect(found.unique.exact).toEqual({
      distance: 1,
      between: [
        [0, 0],
        [0, 1],
      ],
      repeated: 0,
    });
    // Root mean square length: two elements of 0..9, whose mean square is 28.5.
    expect(found.rowLength).toBeCloseTo(Math.sqrt(57), 12);
  });
});

describe('linear relation', () => {
  it.each<[string, EncodingSource]>([
    ['sinusoidal', sinusoidal()],
    ['sinusoidal, concat, endpoint', sinusoidal({ layout: 'concat', endpoint: true })],
    ['sinusoidal, two axes', sinusoidal({ axes: 2 })],
    ['sinusoidal, rows of 8', sinusoidal({ dim: 8 })],
    ['RoPE', { rope: { headDim: 64 } }],
    ['RoPE, axial', { rope: { headDim: 32, axes: axial(32), pairing: 'interleaved' } }],
    ['YaRN', { rope: { headDim: 64, scaling: { type: 'yarn', factor: 4, originalPositions: 1024 } } }],
  ])('%s: a rotation, so linear to 1e-12', (_, source) => {
    const { linear } = encodingProperties(source, { length: 512 });
    expect(linear.map).toBe('linear');
    expect(linear.worst).toBeLessThan(1e-12);
    expect(linear.tolerance).toBeLessThan(1e-10);
    expect(linear.tokens).toBeGreaterThanOrEqual(2 * linear.rank);
  });

  it.each([2, 8, 64])('%i elements: large angles are no residual, from far shifts or fast pairs', (dim) => {
    // 400 radians a position and positions up to 32 768: angles are off by up to 1.5e-9.
    const inverseFrequencies = Array.from({ length: dim / 2 }, (_, i) => 400 / (i + 1));
    for (const scaling of [{ type: 'default' }, { type: 'explicit', inverseFrequencies }] as const) {
      for (const shift of [20_011, 32_767]) {
        const source = { rope: { headDim: dim, scaling } };
        const { linear, relative } = encodingProperties(source, { length: 4, shifts: [shift] });
        expect([linear.map, relative.depends]).toEqual(['linear', 'on distance alone']);
        expect(linear.tolerance).toBeLessThan(1e-8);
      }
    }
  });

  it('integer: rank 1, affine; the linear residual in closed form', () => {
    const { linear } = encodingProperties(integer(), { length: 300, shifts: [1, 7, 100] });
    expect([linear.map, linear.rank, linear.tokens]).toEqual(['affine', 1, 300]);
    for (const { shift, linear: left, affine } of linear.residuals) {
      const p = Array.from({ length: 300 }, (_, i) => i);
      const dot = (of: (i: number) => number) => p.reduce((sum, i) => sum + of(i), 0);
      const cosine = dot((i) => i * (i + shift)) ** 2 / (dot((i) => i * i) * dot((i) => (i + shift) ** 2));
      // The square of the residual is off by some 2^-53, so a residual of 1e-3 by 1e-13.
      expect(Math.abs(left - Math.sqrt(1 - cosine))).toBeLessThan(1e-12);
      expect(affine).toBeLessThan(1e-14);
    }
    expect(linear.worst).toBe(linear.residuals[2]!.linear);
  });

  it('binary: no map, but for a shift of half the positions, which flips one bit', () => {
    expect(encodingProperties(binary(10)).linear).toMatchObject({ map: 'none', rank: 10 });
    const half = encodingProperties(binary(10), { shifts: [512] }).linear;
    // 512 positions, all with the highest bit 0: it becomes 1, a constant.
    expect([half.map, half.tokens, half.rank]).toEqual(['affine', 512, 9]);
  });

  it('random rows: no map; the residual is that of random columns, sqrt(1 - dim / tokens)', () => {
    const { linear } = encodingProperties(learned(1024, 64));
    expect(linear.map).toBe('none');
    expect(linear.tokens).toBe(1024 - 64);
    // 64 columns of 960 elements: the square of what is left averages 61 440 of them, so it is off by 1e-3 or so.
    expect(Math.abs(linear.worst - Math.sqrt(1 - 64 / 960))).toBeLessThan(5e-3);
  });

  it('too few rows to tell: BERT has 512 of 768; a shorter table of 64', () => {
    const { linear } = encodingProperties(learned(100, 64));
    expect(linear.map).toBe('undetermined');
    // A map that fits everything: with as many tokens as elements nothing would be left.
    expect(encodingProperties(learned(80, 64), { shifts: [16] }).linear).toMatchObject({
      map: 'undetermined',
      tokens: 64,
    });
    expect(encodingProperties(learned(80, 64), { shifts: [16] }).linear.worst).toBeLessThan(1e-10);
  });

  it('short lengths are made longer until there are twice as many tokens as elements', () => {
    expect(encodingProperties(sinusoidal(), { length: 16 }).linear).toMatchObject({
      tokens: 128,
      map: 'linear',
    });
    expect(encodingProperties(sinusoidal({ axes: 2 }), { length: 16 }).linear).toMatchObject({ tokens: 144 });
  });
});

describe('scores and distance', () => {
  it.each<[string, RopeConfigInput]>([
    ['RoPE', { headDim: 16 }],
    ['partial, interleaved', { headDim: 24, rotaryDim: 10, pairing: 'interleaved' }],
    ['YaRN', { headDim: 16, scaling: { type: 'yarn', factor: 4, originalPositions: 128 } }],
  ])('%s: q·k of random q and k, rotated by the reference, is the same at every position', (_, rope) =>
    seeded(61, (random) => {
      const { relative } = encodingProperties({ rope }, { length: 256 });
      expect(relative.depends).toBe('on distance alone');
      const { headDim, rotaryDim = headDim, pairing = 'half' } = rope;
      const tokens = 40;
      const rotated = (vector: Float32Array, first: number) =>
        ropeReferenceExact(
          Float32Array.from({ length: tokens * headDim }, (__, i) => vector[i % headDim]!),
          {
            dtype: 'f32',
            heads: 1,
            headDim,
            rotaryDim,
            pairing,
            tokens,
            positions: first,
            ...ropeFrequencies(rope),
          },
        );
      for (const distance of [1, 2, 8, 64]) {
        const [q, k] = [0, 0].map(() => Float32Array.from({ length: headDim }, () => random.normal()));
        const [a, b] = [rotated(q!, 0), rotated(k!, distance)];
        const scores = Array.from({ length: tokens }, (__, t) => {
          let sum = 0;
          for (let i = t * headDim; i < (t + 1) * headDim; i++) sum += a[i]! * b[i]!;
          return sum;
        });
        // |q||k| is about headDim; angles are off by 104 · 2^-53.
        expect(Math.max(...scores) - Math.min(...scores)).toBeLessThan(headDim * 1e-12);
      }
    }),
  );

  it.each<[string, EncodingSource]>([
    ['sinusoidal', sinusoidal({ dim: 16 })],
    ['binary', binary(16)],
    ['integer', integer({ dim: 4, divisor: 50 })],
    ['learned', learned(80, 16)],
    ['sinusoidal, two axes', sinusoidal({ dim: 16, axes: 2 })],
  ])('%s: the spread is that of random tokens', (_, source) =>
    seeded(62, (random) => {
      const shifts = [1, 5];
      const { relative, linear, axes, dim } = encodingProperties(source, { length: 64, shifts });
      expect(relative.depends).toBe('on positions');
      const side = sideOf(linear.tokens, axes);
      const grid = gridOf(side, axes);
      const rows = positionRows(source, grid.positions);
      let [variance, square] = [0, 0];
      for (const shift of shifts) {
        for (let axis = 0; axis < axes; axis++) {
          const others = positionRows(source, moved(grid, axis, shift));
          for (let draw = 0; draw < 500; draw++) {
            const [x, y] = [0, 0].map(() => Array.from({ length: dim }, () => random.normal()));
            let [sum, squares] = [0, 0];
            for (let token = 0; token < grid.tokens; token++) {
              let score = 0;
              for (let i = 0; i < dim; i++) {
                score += (x![i]! + rows[token * dim + i]!) * (y![i]! + others[token * dim + i]!);
              }
              sum += score / grid.tokens;
              squares += score ** 2 / grid.tokens;
            }
            square += squares;
            variance += squares - sum ** 2;
          }
        }
      }
      // 1000 draws or more of squares whose deviation is up to twice their mean: 6 % each, half of it in the root. Twice
      // over for the two sums, and two standard errors.
      const measured = Math.sqrt(variance / square);
      expect(Math.abs(measured / relative.spread - 1)).toBeLessThan(0.09);
    }),
  );
});

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
  it('names are different, and every entry is measured in well under a second', () => {
    const entries = encodingCatalogue();
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    const fastest = new Map<string, number>();
    let measured: EncodingProperties | undefined;
    // In processor time, and the faster of two, as others may be using the machine.
    for (let round = 0; round < 2; round++) {
      for (const { name, source } of entries) {
        const start = process.cpuUsage();
        measured = encodingProperties(source);
        fastest.set(name, Math.min(fastest.get(name) ?? Infinity, process.cpuUsage(start).user / 1000));
        expect(measured.dim).toBe(64);
        expect(measured.length).toBe(1024);
      }
    }
    for (const [name, time] of fastest) expect(time, name).toBeLessThan(700);
    // Plain data: it may go to a worker and back, and into JSON.
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
      'source: expected { encoding, weights? } or { rope, sequenceLength? }, got undefined',
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
    ['weights[2]: expected a finite number, got NaN', RangeError, call(nan)],
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
