import { describe, expect, it } from 'vitest';
import { type EncodingSource, encodingProperties, positionRows } from 'webgpu-rope/analysis';
import { gridOf, moved, sideOf } from '../../src/analysis/properties-grid';
import { axial } from '../../src/config/axes';
import type { RopeConfigInput } from '../../src/config/types';
import { decode, encode, type RopeDtype } from '../../src/dtypes';
import { ropeFrequencies } from '../../src/frequencies';
import { ropeReferenceExact } from '../../src/reference/rope';
import { seeded } from '../support/random';
import { binary, integer, learned, sinusoidal } from './sources';

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
      for (const dtype of ['f32', 'f16', 'bf16'] as const satisfies readonly RopeDtype[]) {
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
    // 60 radians a position and positions up to 32 768: angles are off by up to 2.2e-10.
    const inverseFrequencies = Array.from({ length: dim / 2 }, (_, i) => 60 / (i + 1));
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
