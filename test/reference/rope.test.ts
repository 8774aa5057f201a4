import { describe, expect, it } from 'vitest';
import { fromStorage, type StorageArray, toStorage } from '../../src/dtypes';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { randomTensor, seeded } from '../support/random';
import { forEachHead, guardedTensor } from '../support/tensors';
import { complexForm, copyOf, frequencies, rotateHalfForm } from './forms';

const DTYPES = ['f32', 'f16', 'bf16'] as const;
const PAIRINGS = ['half', 'interleaved'] as const;

function positionOf(options: RopeReferenceOptions, sequence: number, token: number): number {
  const { tokens } = options;
  if (typeof options.positions === 'number') return options.positions + token;
  const positions = options.positions as ArrayLike<number>;
  return positions.length === tokens ? positions[token]! : positions[sequence * tokens + token]!;
}

/** The whole array by the two other forms, head by head; they must agree to the last bit of float64. */
function expectForms(before: StorageArray, options: RopeReferenceOptions): void {
  const exact = ropeReferenceExact(before, options);
  const values = fromStorage(before, options.dtype);
  for (const form of [complexForm, rotateHalfForm]) {
    const expected = values.slice();
    forEachHead(options, (start, sequence, token) => {
      const position = positionOf(options, sequence, token);
      if (position === -1) return;
      const head = [...values.subarray(start, start + options.headDim)];
      const rotated = form({
        head,
        rotaryDim: options.rotaryDim ?? options.headDim,
        pairing: options.pairing,
        position,
        inverseFrequencies: options.inverseFrequencies!,
        attentionFactor: options.attentionFactor ?? 1,
      });
      expected.set(rotated, start);
    });
    for (let i = 0; i < exact.length; i++) {
      if (exact[i] !== expected[i] && !(Number.isNaN(exact[i]) && Number.isNaN(expected[i]))) {
        expect(exact[i], `${form.name}, element ${i}`).toBe(expected[i]);
      }
    }
  }
}

/** Everything at once: the other forms, one rounding at the end, and the contract with its untouched bits. */
function expectReference(before: StorageArray, options: RopeReferenceOptions): void {
  expectForms(before, options);
  const exact = ropeReferenceExact(before, options);
  const after = copyOf(before);
  applyRopeReference(after, options);
  expectContract({ before, after, rotations: options });
  const rounded = toStorage(exact, options.dtype);
  const expected = copyOf(before);
  forEachHead(options, (start, sequence, token) => {
    if (positionOf(options, sequence, token) === -1) return;
    const end = start + (options.rotaryDim ?? options.headDim);
    (expected as Uint16Array).set(rounded.subarray(start, end), start);
  });
  expectSameBits(after, expected);
}

type Shape = Omit<RopeReferenceOptions, 'dtype' | 'pairing' | 'inverseFrequencies'>;

const SHAPES: readonly (readonly [string, Shape])[] = [
  ['1 token x 1 head x 2 dims', { tokens: 1, heads: 1, headDim: 2, positions: 1 }],
  [
    '7 tokens x 5 heads x 80 dims, rotaryDim 64',
    { tokens: 7, heads: 5, headDim: 80, rotaryDim: 64, positions: 3 },
  ],
  [
    '3 tokens x 2 heads x 10 dims, rotaryDim 6',
    { tokens: 3, heads: 2, headDim: 10, rotaryDim: 6, positions: 1e6 },
  ],
  [
    'odd head: 2 tokens x 3 heads x 7 dims, rotaryDim 6',
    { tokens: 2, heads: 3, headDim: 7, rotaryDim: 6, positions: 9 },
  ],
  ['512 dims at 2^24 - 1', { tokens: 1, heads: 1, headDim: 512, positions: 2 ** 24 - 1 }],
  [
    'bshd, batch 3, offset 5, position list shared',
    { tokens: 4, heads: 3, headDim: 8, batch: 3, offset: 5, positions: [7, 0, 131071, 2] },
  ],
  [
    'bhsd, batch 2, offset 6, positions for each sequence, padding',
    {
      layout: 'bhsd',
      tokens: 3,
      heads: 4,
      headDim: 6,
      batch: 2,
      offset: 6,
      positions: [-1, 0, 1, 5, -1, 2],
      attentionFactor: 1.25,
    },
  ],
  [
    'K cache, bshd, batch 2, rows 5..7 of 11',
    { tokens: 3, heads: 2, headDim: 16, batch: 2, capacity: 11, first: 5, positions: 5 },
  ],
  [
    'K cache, bhsd, batch 2, rows 5..7 of 11',
    { layout: 'bhsd', tokens: 3, heads: 2, headDim: 16, batch: 2, capacity: 11, first: 5, positions: 5 },
  ],
  [
    'bshd, batch 1, rows 4..6, no capacity needed',
    { tokens: 3, heads: 2, headDim: 4, first: 4, positions: 4 },
  ],
  [
    'bhsd, 1 head, batch 1, rows 4..6, no capacity needed',
    { layout: 'bhsd', tokens: 3, heads: 1, headDim: 4, first: 4, positions: 4 },
  ],
  [
    'packed QKV: K heads 4..5 of rows of 8 heads',
    { tokens: 5, heads: 2, headDim: 12, offset: 48, strides: { token: 96 }, batch: 2, positions: 0 },
  ],
  [
    'padded strides in all dimensions, first 1',
    {
      tokens: 2,
      heads: 3,
      headDim: 6,
      batch: 2,
      first: 1,
      strides: { head: 8, token: 30, batch: 101 },
      positions: 77,
    },
  ],
  [
    'batch innermost: strides turned round',
    {
      tokens: 3,
      heads: 2,
      headDim: 4,
      batch: 2,
      strides: { batch: 4, head: 8, token: 16 },
      positions: [4, 5, 6, 7, 8, 9],
    },
  ],
  [
    'heads and tokens woven: head stride 12, token stride 20',
    { tokens: 2, heads: 3, headDim: 4, strides: { head: 12, token: 20 }, positions: 3 },
  ],
];

describe.each(DTYPES)('applyRopeReference, %s', (dtype) => {
  describe.each(PAIRINGS)('%s', (pairing) => {
    it.each(SHAPES)('%s: other forms agree, one rounding, all else bit-identical', (_name, shape) =>
      seeded(21, (random) => {
        const inverseFrequencies = frequencies(shape.rotaryDim ?? shape.headDim, 5e5);
        const options = { ...shape, dtype, pairing, inverseFrequencies };
        expectReference(guardedTensor(dtype, options, random), options);
        expectReference(guardedTensor(dtype, options, random, { special: true }), options);
      }),
    );

    it('position 0 is the identity, bit for bit', () =>
      seeded(22, (random) => {
        const before = randomTensor(dtype, 6 * 64, random);
        const after = copyOf(before);
        applyRopeReference(after, {
          dtype,
          pairing,
          heads: 6,
          headDim: 64,
          tokens: 1,
          positions: 0,
          inverseFrequencies: frequencies(64),
        });
        expectSameBits(after, before);
      }));

    it('padding and the tail keep the bits of NaNs', () =>
      seeded(23, (random) => {
        const options: RopeReferenceOptions = {
          dtype,
          pairing,
          heads: 2,
          headDim: 8,
          rotaryDim: 4,
          tokens: 2,
          positions: [-1, 3],
          inverseFrequencies: frequencies(4),
        };
        const before = guardedTensor(dtype, { ...options, tokens: 1 }, random, { guard: 64 });
        // Token 1 is all poison: its rotated dims become NaN, its tails keep their payloads.
        const after = copyOf(before);
        applyRopeReference(after, options);
        expectContract({ before, after, rotations: options });
        expectSameBits(after.subarray(0, 16), before.subarray(0, 16), 'padding');
        expectSameBits(after.subarray(20, 24), before.subarray(20, 24), 'tail');
      }));
  });
});
