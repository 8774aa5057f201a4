import { describe, expect, it } from 'vitest';
import type { RopeDtype } from '../../src/dtypes';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';

describe('errors name the argument, what was expected and what came, and leave the data alone', () => {
  const good: RopeReferenceOptions = {
    dtype: 'f32',
    heads: 2,
    headDim: 8,
    pairing: 'half',
    tokens: 3,
    positions: 0,
    inverseFrequencies: [1, 0.1, 0.01, 0.001],
  };
  const length = 3 * 2 * 8;
  const bad = <T>(value: unknown): T => value as T;

  const cases: readonly (readonly [Partial<RopeReferenceOptions>, typeof RangeError, string])[] = [
    [{ dtype: bad<RopeDtype>('f64') }, RangeError, 'dtype: expected "f32" or "f16" or "bf16", got "f64"'],
    [
      { dtype: bad<RopeDtype>(undefined) },
      TypeError,
      'dtype: expected "f32" or "f16" or "bf16", got undefined',
    ],
    [{ dtype: 'f16' }, TypeError, 'data: expected a Uint16Array (f16), got a Float32Array'],
    [{ heads: 0 }, RangeError, 'heads: expected an integer of at least 1, got 0'],
    [{ heads: bad<number>('2') }, TypeError, 'heads: expected an integer, got "2"'],
    [{ headDim: 1 }, RangeError, 'headDim: expected an integer of at least 2, got 1'],
    [{ headDim: 9 }, RangeError, 'rotaryDim: expected an even integer in 2..9 (headDim), got 9'],
    [{ rotaryDim: 3 }, RangeError, 'rotaryDim: expected an even integer in 2..8 (headDim), got 3'],
    [{ rotaryDim: 10 }, RangeError, 'rotaryDim: expected an even integer in 2..8 (headDim), got 10'],
    [{ rotaryDim: 0 }, RangeError, 'rotaryDim: expected an even integer in 2..8 (headDim), got 0'],
    [{ rotaryDim: 4.5 }, RangeError, 'rotaryDim: expected an even integer in 2..8 (headDim), got 4.5'],
    [
      { rotaryDim: bad<number>('8') },
      TypeError,
      'rotaryDim: expected an even integer in 2..8 (headDim), got "8"',
    ],
    [{ pairing: bad<'half'>('neox') }, RangeError, 'pairing: expected "half" or "interleaved", got "neox"'],
    [{ layout: bad<'bshd'>('bsdh') }, RangeError, 'layout: expected "bshd" or "bhsd", got "bsdh"'],
    [{ batch: 0 }, RangeError, 'batch: expected an integer of at least 1, got 0'],
    [{ tokens: 0 }, RangeError, 'tokens: expected an integer of at least 1, got 0'],
    [{ tokens: 1.5 }, RangeError, 'tokens: expected an integer of at least 1, got 1.5'],
    [{ offset: -1 }, RangeError, 'offset: expected an integer of at least 0, got -1'],
    [{ first: -1 }, RangeError, 'first: expected an integer of at least 0, got -1'],
    [{ capacity: 0 }, RangeError, 'capacity: expected an integer of at least 1, got 0'],
    [
      { capacity: 4, first: 2 },
      RangeError,
      'capacity: expected at least first + tokens, got 4 rows (first 2 + tokens 3 = 5)',
    ],
    [
      { layout: 'bhsd', first: 2 },
      RangeError,
      'capacity: expected the token rows allotted to each sequence (first is 2, layout bhsd, batch 1), got undefined',
    ],
    [
      { batch: 2, first: 2 },
      RangeError,
      'capacity: expected the token rows allotted to each sequence (first is 2, layout bshd, batch 2), got undefined',
    ],
    [{ strides: bad<object>(7) }, TypeError, 'strides: expected { batch, token, head }, got 7'],
    [{ strides: { token: -16 } }, RangeError, 'strides.token: expected an integer of at least 0, got -16'],
    [{ strides: { head: 8.5 } }, RangeError, 'strides.head: expected an integer of at least 0, got 8.5'],
    [{ strides: { batch: bad<number>(null) } }, TypeError, 'strides.batch: expected an integer, got null'],
    [
      { strides: { token: 8 } },
      RangeError,
      'strides: expected heads of 8 elements that do not overlap, got head 8 (x2), token 8 (x3)',
    ],
    [
      { strides: { head: 0 } },
      RangeError,
      'strides: expected heads of 8 elements that do not overlap, got head 0 (x2), token 0 (x3)',
    ],
    [
      { tokens: 4 },
      RangeError,
      'data: expected at least 64 elements for [1 sequences, 4 tokens, 2 heads, 8 dims], got 48',
    ],
    [
      { offset: 1, rotaryDim: 4, inverseFrequencies: [1, 2] },
      RangeError,
      'data: expected at least 49 elements for [1 sequences, 3 tokens, 2 heads, 8 dims], got 48',
    ],
    [{ positions: -1 }, RangeError, 'positions: expected an integer of at least 0, got -1'],
    [{ positions: 0.5 }, RangeError, 'positions: expected an integer of at least 0, got 0.5'],
    [
      { positions: bad<number>('0') },
      TypeError,
      'positions: expected a number or an array of positions, got "0"',
    ],
    [{ positions: [0, 1] }, RangeError, 'positions: expected 3 entries, one a token, got 2'],
    [
      { positions: [0, -2, 1] },
      RangeError,
      'positions[1]: expected an integer of at least 0, or -1 for padding, got -2',
    ],
    [
      { positions: [0, 1, Number.NaN] },
      RangeError,
      'positions[2]: expected an integer of at least 0, or -1 for padding, got NaN',
    ],
    [
      { positions: bad<number[]>([0, 1n, 2]) },
      TypeError,
      'positions[1]: expected an integer of at least 0, or -1 for padding, got 1n',
    ],
    [
      { inverseFrequencies: [1, 2, 3] },
      RangeError,
      'inverseFrequencies: expected 4 entries (rotaryDim / 2), got 3',
    ],
    [
      { inverseFrequencies: [1, 2, 3, Number.NaN] },
      RangeError,
      'inverseFrequencies[3]: expected a finite number, got NaN',
    ],
    [
      { inverseFrequencies: [1, 1e308, 3, 4] },
      RangeError,
      'inverseFrequencies[1]: expected a number from -16384 to 16384 (radians a position), got 1e+308',
    ],
    [
      { inverseFrequencies: bad<number[]>(['1', 2, 3, 4]) },
      TypeError,
      'inverseFrequencies[0]: expected a finite number, got "1"',
    ],
    [
      { inverseFrequencies: bad<number[]>(undefined) },
      TypeError,
      'inverseFrequencies: expected an array of numbers, got undefined',
    ],
    [{ attentionFactor: 0 }, RangeError, 'attentionFactor: expected a number from 2^-60 to 2^60, got 0'],
    [
      { attentionFactor: Infinity },
      RangeError,
      'attentionFactor: expected a number from 2^-60 to 2^60, got Infinity',
    ],
    [
      { attentionFactor: bad<number>('1') },
      TypeError,
      'attentionFactor: expected a number from 2^-60 to 2^60, got "1"',
    ],
  ];

  it.each(cases)('%o', (change, kind, message) => {
    const data = new Float32Array(length).fill(1);
    for (const call of [applyRopeReference, ropeReferenceExact]) {
      const thrown = (): unknown => call(data, { ...good, ...change });
      expect(thrown).toThrow(new kind(message));
      expect(thrown).toThrow(kind);
    }
    expect(data).toEqual(new Float32Array(length).fill(1));
  });

  it('batch 2: positions of one or of both sequences', () => {
    const data = new Float32Array(2 * length);
    expect(() => applyRopeReference(data, { ...good, batch: 2, positions: [1, 2, 3, 4] })).toThrow(
      new RangeError('positions: expected 3 or 6 entries, one a token, got 4'),
    );
  });

  it('data or options of another kind', () => {
    expect(() => applyRopeReference(bad<Float32Array>([1, 2]), good)).toThrow(
      new TypeError('data: expected a Float32Array (f32), got an array of 2'),
    );
    expect(() => applyRopeReference(new Float32Array(length), bad<RopeReferenceOptions>(undefined))).toThrow(
      new TypeError(
        'options: expected { dtype, heads, headDim, rotaryDim, placement, pairing, layout, batch, tokens, offset, capacity, strides, first, positions, padding, inverseFrequencies, cosCache, sinCache, attentionFactor, pairAxis, inverse }, got undefined',
      ),
    );
    applyRopeReference(new Float32Array(length), good);
  });
});
