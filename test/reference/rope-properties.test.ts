import { describe, expect, it } from 'vitest';
import { fromStorage, toStorage } from '../../src/dtypes';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { expectClose, expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { type Random, randomTensor, seeded } from '../support/random';
import { guardedTensor } from '../support/tensors';
import { copyOf, frequencies } from './forms';

const PAIRINGS = ['half', 'interleaved'] as const;

describe('properties in float64', () => {
  const headDim = 64;
  const inverseFrequencies = frequencies(headDim);

  function rotated(
    vector: Float32Array,
    position: number,
    pairing: 'half' | 'interleaved',
    factor = 1,
  ): Float64Array {
    return ropeReferenceExact(vector, {
      dtype: 'f32',
      heads: 1,
      headDim,
      pairing,
      tokens: 1,
      positions: [position],
      inverseFrequencies,
      attentionFactor: factor,
    });
  }

  function vector(random: Random): Float32Array {
    return randomTensor('f32', headDim, random) as Float32Array;
  }

  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);

  it.each(PAIRINGS)('%s: the norm of every pair is kept, times the attention factor', (pairing) =>
    seeded(31, (random) => {
      for (const position of [1, 4095, 131071, 1048575]) {
        const before = vector(random);
        const after = rotated(before, position, pairing, 1.5);
        for (let i = 0; i < headDim / 2; i++) {
          const [x, y] = pairing === 'half' ? [i, i + headDim / 2] : [2 * i, 2 * i + 1];
          const norm = 1.5 * Math.hypot(before[x]!, before[y]!);
          // Four products and two sums of float64 round: a few 2^-53.
          expectClose([Math.hypot(after[x]!, after[y]!)], [norm], norm * 1e-15);
        }
      }
    }),
  );

  it.each(PAIRINGS)('%s: q.k depends only on the difference of positions', (pairing) =>
    seeded(32, (random) => {
      const q = vector(random);
      const k = vector(random);
      const size = Math.sqrt(
        dot(Float64Array.from(q), Float64Array.from(q)) * dot(Float64Array.from(k), Float64Array.from(k)),
      );
      for (const distance of [0, 1, 17, 4096]) {
        const near = dot(rotated(q, distance, pairing), rotated(k, 0, pairing));
        const far = dot(rotated(q, 1000000 + distance, pairing), rotated(k, 1000000, pairing));
        // The angle 1e6 * f rounds to 2^-53 of itself: 1.1e-10 radians each.
        expectClose([far], [near], size * 3e-10);
      }
      expect(
        Math.abs(
          dot(rotated(q, 5, pairing), rotated(k, 0, pairing)) -
            dot(rotated(q, 6, pairing), rotated(k, 0, pairing)),
        ),
      ).toBeGreaterThan(size * 1e-6);
    }),
  );

  it.each(PAIRINGS)('%s: turning by the negative frequencies brings the input back', (pairing) =>
    seeded(33, (random) => {
      const data = randomTensor('f32', 3 * headDim, random) as Float32Array;
      const options: RopeReferenceOptions = {
        dtype: 'f32',
        heads: 1,
        headDim,
        pairing,
        tokens: 3,
        positions: 131069,
        inverseFrequencies,
      };
      const after = data.slice();
      applyRopeReference(after, options);
      expect(after).not.toEqual(data);
      applyRopeReference(after, { ...options, inverseFrequencies: inverseFrequencies.map((f) => -f) });
      // Two roundings to f32: half an ulp of a value up to sqrt(2) m each, and the second rotation mixes two of them.
      const m = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expectClose(after, data, 4 * 2 ** -24 * m);
    }),
  );

  it('rotations compose: position a, then b, is a + b', () =>
    seeded(34, (random) => {
      const data = vector(random);
      const both = rotated(data, 300, 'half');
      const first = rotated(data, 100, 'half');
      const twice = first.map((_, i) => {
        const half = headDim / 2;
        const angle = 200 * inverseFrequencies[i % half]!;
        const sign = i < half ? -1 : 1;
        return first[i]! * Math.cos(angle) + sign * first[(i + half) % headDim]! * Math.sin(angle);
      });
      expectClose(twice, both, 1e-10);
    }));
});

it('f16: overflow becomes the infinity of its sign, 65519.99 stays finite', () => {
  // One pair turned by 45 degrees: x' = 0, y' = sqrt(2) * x. And attention factors that land on the edge.
  const data = toStorage([65504, 65504], 'f16') as Uint16Array;
  const options: RopeReferenceOptions = {
    dtype: 'f16',
    heads: 1,
    headDim: 2,
    pairing: 'half',
    tokens: 1,
    positions: 1,
    inverseFrequencies: [Math.PI / 4],
  };
  const exact = ropeReferenceExact(data, options);
  expect(exact[1]).toBeCloseTo(65504 * Math.SQRT2, 8);
  applyRopeReference(data, options);
  expect(data[1]).toBe(0x7c00);
  expect(Math.abs(fromStorage(data, 'f16')[0]!)).toBeLessThan(1e-10);
  const edge = (value: number): number => {
    const pair = toStorage([-4096, 0], 'f16') as Uint16Array;
    applyRopeReference(pair, { ...options, positions: 0, attentionFactor: value / 4096 });
    return pair[0]!;
  };
  expect(edge(65519.99)).toBe(0xfbff);
  expect(edge(65520)).toBe(0xfc00);
});

it('a NaN or an infinity stays within its own pair', () => {
  const data = new Float32Array(16).fill(1);
  data[1] = Number.NaN;
  data[2] = Number.POSITIVE_INFINITY;
  applyRopeReference(data, {
    dtype: 'f32',
    heads: 1,
    headDim: 16,
    pairing: 'half',
    tokens: 1,
    positions: 1,
    inverseFrequencies: frequencies(16),
  });
  expect([...data].map((value) => Number.isFinite(value))).toEqual(
    Array.from({ length: 16 }, (_, i) => i % 8 !== 1 && i % 8 !== 2),
  );
  expect(data[2]).toBe(Number.POSITIVE_INFINITY);
});

it('a view into a larger array is rotated where it lies', () =>
  seeded(41, (random) => {
    const whole = randomTensor('f16', 64, random);
    const before = copyOf(whole);
    const options: RopeReferenceOptions = {
      dtype: 'f16',
      heads: 2,
      headDim: 4,
      pairing: 'interleaved',
      tokens: 2,
      positions: 9,
      inverseFrequencies: frequencies(4),
    };
    applyRopeReference(whole.subarray(13, 29), options);
    expectContract({ before, after: whole, rotations: { ...options, offset: 13 } });
  }));

it('rotating rows in chunks equals rotating them at once', () =>
  seeded(42, (random) => {
    const shape = {
      dtype: 'bf16',
      heads: 3,
      headDim: 16,
      pairing: 'half',
      inverseFrequencies: frequencies(16),
    } as const;
    for (const layout of ['bshd', 'bhsd'] as const) {
      const place = { ...shape, layout, batch: 2, capacity: 20 };
      const before = guardedTensor('bf16', { ...place, tokens: 20 }, random);
      const whole = copyOf(before);
      applyRopeReference(whole, { ...place, tokens: 17, first: 1, positions: 1 });
      const chunks = copyOf(before);
      for (let at = 1; at < 18; at += 7) {
        applyRopeReference(chunks, { ...place, tokens: Math.min(7, 18 - at), first: at, positions: at });
      }
      expectSameBits(chunks, whole);
    }
  }));

it('ropeReferenceExact leaves its input alone', () =>
  seeded(43, (random) => {
    const before = randomTensor('f32', 32, random, { special: true });
    const data = copyOf(before);
    ropeReferenceExact(data, {
      dtype: 'f32',
      heads: 1,
      headDim: 32,
      pairing: 'half',
      tokens: 1,
      positions: 5,
      inverseFrequencies: frequencies(32),
    });
    expectSameBits(data, before);
  }));
