import { describe, expect, it } from 'vitest';
import {
  type RerotateReferenceOptions,
  rerotateReference,
  rerotateReferenceExact,
} from '../../src/reference/rerotate';
import { applyRopeReference, ropeReferenceExact } from '../../src/reference/rope';
import { expectClose, expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { randomTensor, seeded } from '../support/random';
import { guardedTensor } from '../support/tensors';

const DTYPES = ['f32', 'f16', 'bf16'] as const;
const before = Float64Array.from({ length: 6 }, (_, i) => 10000 ** (-i / 6));
const after = before.map((f, i) => f / (1 + i));

const place = {
  layout: 'bhsd',
  heads: 2,
  headDim: 14,
  rotaryDim: 12,
  pairing: 'half',
  batch: 2,
  tokens: 5,
  capacity: 9,
  first: 3,
} as const;
const from = { positions: 1000, inverseFrequencies: before, attentionFactor: 1.25 };
const to = { positions: 7, inverseFrequencies: after, attentionFactor: 2 };

/** The largest magnitude in an array. */
const largest = (data: ArrayLike<number>) => Math.max(...Array.from(data, Math.abs));

describe('rerotateReference', () => {
  it('f32: rotating, then moving, is rotating afresh, within 2e-6 * ratio * m', () =>
    seeded(71, (random) => {
      const keys = randomTensor('f32', 2 * 2 * 9 * 14, random) as Float32Array;
      const cached = keys.slice();
      applyRopeReference(cached, { ...place, dtype: 'f32', ...from });
      rerotateReference(cached, { ...place, dtype: 'f32', from, to });
      const afresh = ropeReferenceExact(keys, { ...place, dtype: 'f32', ...to });
      expectClose(cached, afresh, 2e-6 * (2 / 1.25) * 1.25 * largest(keys));
    }));

  for (const dtype of DTYPES) {
    it(`${dtype}: computed from the stored bits, rounded once, all else bit-identical`, () =>
      seeded(72, (random) => {
        const options: RerotateReferenceOptions = { ...place, dtype, from, to };
        const stored = guardedTensor(dtype, options, random);
        const moved = stored.slice();
        rerotateReference(moved, options);
        expectContract({ before: stored, after: moved, rotations: options });
        // Undo in float64, redo in float64: what one pass has to equal.
        const undone = ropeReferenceExact(stored, { ...place, dtype, ...from, inverse: true });
        const redone = ropeReferenceExact(Float32Array.from(undone), { ...place, dtype: 'f32', ...to });
        const exact = rerotateReferenceExact(stored, options);
        for (let i = 0; i < exact.length; i++) {
          if (Number.isNaN(exact[i]!)) continue;
          expect(Math.abs(exact[i]! - redone[i]!)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(redone[i]!)) * 8);
        }
      }));

    it(`${dtype}: to where it came from changes no bit`, () =>
      seeded(73, (random) => {
        const stored = randomTensor(dtype, 2 * 2 * 9 * 14, random);
        const moved = stored.slice();
        rerotateReference(moved, { ...place, dtype, from, to: from });
        expectSameBits(moved, stored);
      }));
  }

  it('a shift depends on the difference of positions alone', () =>
    seeded(74, (random) => {
      const keys = randomTensor('f32', 2 * 2 * 9 * 14, random) as Float32Array;
      const shift = (start: number) =>
        rerotateReferenceExact(keys, {
          ...place,
          dtype: 'f32',
          from: { positions: start + 900, inverseFrequencies: before },
          to: { positions: start, inverseFrequencies: before },
        });
      expectClose(shift(0), shift(100000), 1e-9);
      const back = ropeReferenceExact(keys, {
        ...place,
        dtype: 'f32',
        positions: Array(5).fill(900),
        inverseFrequencies: before,
        inverse: true,
      });
      expectClose(shift(0), back, 1e-9);
    }));

  it('on several axes, with padding in either rotation', () =>
    seeded(75, (random) => {
      const pairAxis = [0, 0, 1, 1, 2, 2];
      const old = [
        [0, 1, 1, -1, 3],
        [0, 1, 1, 2, 3],
        [0, 1, 2, 2, 3],
      ];
      const moved = [
        [5, 6, 6, 7, 8],
        [5, 6, 6, 7, -1],
        [5, 6, 7, 7, 8],
      ];
      const options: RerotateReferenceOptions = {
        ...place,
        dtype: 'f32',
        pairAxis,
        from: { positions: old, inverseFrequencies: before },
        to: { positions: moved, inverseFrequencies: before },
      };
      const keys = randomTensor('f32', 2 * 2 * 9 * 14, random) as Float32Array;
      const cached = keys.slice();
      const rotation = { ...place, dtype: 'f32', pairAxis, inverseFrequencies: before } as const;
      applyRopeReference(cached, { ...rotation, positions: old });
      const stored = cached.slice();
      rerotateReference(cached, options);
      expectContract({ before: stored, after: cached, rotations: options });
      const afresh = ropeReferenceExact(keys, { ...rotation, positions: moved });
      for (const head of [0, 1, 2, 3]) {
        const at = (head * 9 + 3) * 14;
        expectClose(cached.subarray(at, at + 42), afresh.subarray(at, at + 42), 2e-6 * largest(keys));
        expectSameBits(cached.subarray(at + 42, at + 70), stored.subarray(at + 42, at + 70), 'padding');
      }
    }));

  it('caches on either side: cos^2 + sin^2 of the old one divides', () => {
    const caches = { cosCache: Array(12).fill(3), sinCache: Array(12).fill(4), positions: [0, 1] };
    const data = Float32Array.from({ length: 24 }, (_, i) => i - 12);
    const small = { dtype: 'f32', heads: 1, headDim: 12, pairing: 'interleaved', tokens: 2 } as const;
    const exact = rerotateReferenceExact(data, {
      ...small,
      from: caches,
      to: { positions: 0, inverseFrequencies: Array(6).fill(0) },
    });
    const undone = ropeReferenceExact(data, { ...small, ...caches, inverse: true });
    expectClose(exact, undone, 1e-15);
    expect(undone[0]).toBeCloseTo((3 * -12 + 4 * -11) / 25, 12);
  });
});

describe('rerotateReference refuses, and leaves the data alone', () => {
  const good: RerotateReferenceOptions = {
    dtype: 'f32',
    heads: 1,
    headDim: 4,
    pairing: 'half',
    tokens: 2,
    from: { positions: 5, inverseFrequencies: [1, 0.1] },
    to: { positions: 0, inverseFrequencies: [1, 0.1] },
  };
  const cases: [unknown, string][] = [
    [
      undefined,
      'options: expected { dtype, heads, headDim, rotaryDim, placement, pairing, layout, batch, tokens, offset, capacity, strides, first, pairAxis, from, to }, got undefined',
    ],
    [
      { ...good, from: undefined },
      'from: expected { positions, padding, inverseFrequencies, cosCache, sinCache, attentionFactor }, got undefined',
    ],
    [
      { ...good, to: null },
      'to: expected { positions, padding, inverseFrequencies, cosCache, sinCache, attentionFactor }, got null',
    ],
    [
      { ...good, tokens: 3 },
      'data: expected at least 12 elements for [1 sequences, 3 tokens, 1 heads, 4 dims], got 8',
    ],
    [
      { ...good, from: { positions: -1, inverseFrequencies: [1, 1] } },
      'from.positions: expected an integer of at least 0, got -1',
    ],
    [
      { ...good, to: { positions: 0, inverseFrequencies: [1] } },
      'to.inverseFrequencies: expected 2 entries (rotaryDim / 2), got 1',
    ],
    [
      { ...good, to: { positions: 0, inverseFrequencies: [1, 1], attentionFactor: 0 } },
      'to.attentionFactor: expected a number from 2^-60 to 2^60, got 0',
    ],
    [{ ...good, pairAxis: [0, 9] }, 'pairAxis[1]: expected an integer in 0..3, got 9'],
  ];
  for (const [options, message] of cases) {
    it(message, () => {
      const data = new Float32Array(8).fill(1);
      for (const call of [rerotateReference, rerotateReferenceExact]) {
        expect(() => call(data, options as RerotateReferenceOptions)).toThrow(
          new RegExp(`^${message.replace(/[[\]().*+?^$/]/g, '\\$&')}$`),
        );
      }
      expect(data).toEqual(new Float32Array(8).fill(1));
    });
  }
});
