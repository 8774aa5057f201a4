import { describe, expect, it } from 'vitest';
import { encodingRows } from 'webgpu-rope/additive';
import { type EncodingSource, encodingShape, positionRows } from 'webgpu-rope/analysis';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { axial, mropeSections } from '../../src/config/axes';
import { ropeConfig } from '../../src/config/rope-config';
import type { RopeConfigInput } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { seeded } from '../support/random';

/** Vectors whose every pair is (1, 0), rotated by the reference. */
function rotatedOnes(
  config: RopeConfigInput,
  positions: readonly number[],
  sequenceLength = 0,
): Float64Array {
  const { rotaryDim, pairing, axes } = ropeConfig(config);
  const count = axes?.count ?? 1;
  const tokens = positions.length / count;
  const data = Float32Array.from({ length: tokens * rotaryDim }, (_, at) => {
    const i = at % rotaryDim;
    return (pairing === 'half' ? i < rotaryDim / 2 : i % 2 === 0) ? 1 : 0;
  });
  const lists = Array.from({ length: count }, (_, axis) =>
    positions.slice(axis * tokens, (axis + 1) * tokens),
  );
  return ropeReferenceExact(data, {
    dtype: 'f32',
    heads: 1,
    headDim: rotaryDim,
    pairing,
    tokens,
    positions: axes ? lists : lists[0]!,
    ...(axes && { pairAxis: axes.pairAxis }),
    ...ropeFrequencies(config, sequenceLength),
  });
}

describe('positionRows', () => {
  it.each<[string, RopeConfigInput, number]>([
    ['half', { headDim: 16 }, 0],
    ['interleaved', { headDim: 16, pairing: 'interleaved' }, 0],
    ['partial', { headDim: 24, rotaryDim: 10 }, 0],
    ['axial', { headDim: 16, axes: axial(16), pairing: 'interleaved' }, 0],
    ['three axes', { headDim: 16, axes: mropeSections([2, 3, 3]) }, 0],
    [
      'YaRN, with its factor',
      { headDim: 16, scaling: { type: 'yarn', factor: 8, originalPositions: 512 } },
      0,
    ],
    ['dynamic', { headDim: 16, scaling: { type: 'dynamic', factor: 2, originalPositions: 512 } }, 4096],
  ])('RoPE, %s: as the reference rotates pairs of (1, 0)', (_, rope, sequenceLength) =>
    seeded(51, (random) => {
      const axes = rope.axes?.count ?? 1;
      const positions = Array.from({ length: 9 * axes }, () => random.integer(0, 100_000));
      const rows = positionRows({ rope, sequenceLength }, positions);
      const expected = rotatedOnes(rope, positions, sequenceLength);
      expect(rows).toHaveLength(9 * encodingShape({ rope }).dim);
      // The same float64 operations but for one product by 1 and one by 0.
      for (const [i, value] of rows.entries())
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-15);
    }),
  );

  it('RoPE: the dot product of two rows is the sum of cos((p - q) f)', () =>
    seeded(52, (random) => {
      const rope = { headDim: 32, scaling: { type: 'yarn', factor: 4, originalPositions: 2048 } } as const;
      const { inverseFrequencies, attentionFactor } = ropeFrequencies(rope);
      for (let round = 0; round < 50; round++) {
        const [p, q] = [random.integer(0, 5000), random.integer(0, 5000)];
        const rows = positionRows({ rope }, [p, q]);
        let dot = 0;
        for (let i = 0; i < 32; i++) dot += rows[i]! * rows[32 + i]!;
        const sum = inverseFrequencies.reduce((total, f) => total + Math.cos((p - q) * f), 0);
        // 16 pairs, each off by its angles' rounding, 3 · 5000 · 2^-53.
        expect(Math.abs(dot - attentionFactor ** 2 * sum)).toBeLessThan(1e-10);
      }
    }));

  it('additive encodings: their own rows', () => {
    const weights = Array.from({ length: 12 }, (_, i) => i);
    const learned = { type: 'learned', dim: 3, rows: 4, offset: 1 } as const;
    expect([...positionRows({ encoding: learned, weights }, [2, 0])]).toEqual([9, 10, 11, 3, 4, 5]);
    const sinusoidal = { type: 'sinusoidal', dim: 8, axes: 2 } as const;
    expect(positionRows({ encoding: sinusoidal }, [1, 2, 3, 4])).toEqual(
      encodingRows(sinusoidal, [1, 2, 3, 4]),
    );
  });
});

describe('encodingShape', () => {
  it.each<[EncodingSource, object]>([
    [
      { encoding: { type: 'learned', dim: 768, rows: 514, offset: 2 } },
      { dim: 768, axes: 1, positions: 512 },
    ],
    [{ encoding: { type: 'binary', dim: 24, axes: 3 } }, { dim: 24, axes: 3, positions: 256 }],
    [{ encoding: { type: 'sinusoidal', dim: 64, axes: 2 } }, { dim: 64, axes: 2, positions: 2 ** 24 }],
    [{ rope: { headDim: 80, rotaryDim: 32 } }, { dim: 32, axes: 1, positions: 2 ** 24 }],
    [{ rope: { headDim: 64, axes: axial(64) } }, { dim: 64, axes: 2, positions: 2 ** 24 }],
  ])('%j', (source, shape) => expect(encodingShape(source)).toEqual(shape));
});

describe('errors', () => {
  const call = (source: unknown, positions: unknown) => () =>
    positionRows(source as EncodingSource, positions as number[]);
  const rope = { headDim: 8 };
  const neither =
    'source: expected { encoding, weights? } or { rope, sequenceLength?, fope? } or { wavelet }, got';
  it.each([
    [`${neither} null`, TypeError, call(null, [0])],
    [`${neither} a Object`, TypeError, call({}, [0])],
    [`${neither} a Object`, TypeError, call({ rope, encoding: { type: 'integer', dim: 2 } }, [0])],
    [
      `source: expected only rope, sequenceLength, fope, got "weights"`,
      TypeError,
      call({ rope, weights: [] }, [0]),
    ],
    [
      'source: expected only encoding, weights, got "sequenceLength"',
      TypeError,
      call({ encoding: { type: 'integer', dim: 2 }, sequenceLength: 3 }, [0]),
    ],
    ['positions: expected an array of numbers, got 3', TypeError, call({ rope }, 3)],
    [
      'positions: expected a multiple of 2 numbers ([axes, tokens]), got 3',
      RangeError,
      call({ rope: { headDim: 8, axes: axial(8) } }, [0, 1, 2]),
    ],
    ['positions[1]: expected an integer in 0..16777215, got -1', RangeError, call({ rope }, [0, -1])],
    ['positions[0]: expected an integer, got "0"', TypeError, call({ rope }, ['0'])],
    [
      'sequenceLength: expected an integer of at least 0 (tokens), got -1',
      RangeError,
      call({ rope, sequenceLength: -1 }, [0]),
    ],
    ['headDim: expected an integer, got undefined', TypeError, call({ rope: {} }, [0])],
    [
      'positions[0]: expected a position in 0..3, got 4; 2 bits hold no more',
      RangeError,
      call({ encoding: { type: 'binary', dim: 2 } }, [4]),
    ],
  ])('%s', (message, kind, run) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});
