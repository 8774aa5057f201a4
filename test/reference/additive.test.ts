import { describe, expect, test } from 'vitest';
import { encodingRows } from 'webgpu-rope/additive';
import { type AddRowsOptions, addRowsReference, addRowsReferenceExact } from 'webgpu-rope/reference';
import { encode, fromStorage, type StorageArray, toStorage } from '../../src/dtypes';
import { expectSameBits } from '../support/compare';
import { fresh } from '../support/fresh';
import { bitsOf, poison, randomTensor } from '../support/random';

const dtypes = ['f32', 'f16', 'bf16'] as const;

describe.each(dtypes)('%s', (dtype) => {
  test('x += scale * row in float64, rounded once; what is around keeps its bits', () =>
    fresh((random) => {
      const [dim, tokens, batch, first, offset, token, sequence] = [7, 3, 2, 1, 5, 9, 61];
      const before: StorageArray = dtype === 'f32' ? new Float32Array(140) : new Uint16Array(140);
      poison(before);
      const rows = Array.from({ length: batch * tokens }, () =>
        Array.from({ length: dim }, () => random.normal()),
      );
      const mine: number[][] = [];
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < tokens; t++) {
          const at = offset + b * sequence + (first + t) * token;
          const values = randomTensor(dtype, dim, random);
          bitsOf(before).set(bitsOf(values), at);
          mine.push([at, ...fromStorage(values, dtype)]);
        }
      }
      const options: AddRowsOptions = {
        dtype,
        dim,
        tokens,
        batch,
        first,
        offset,
        scale: -1.25,
        strides: { batch: sequence, token },
        rows: (b, t) => (b === 1 && t === 0 ? null : rows[b * tokens + t]!),
      };
      const expected = before.slice();
      mine.forEach(([at, ...values], index) => {
        if (index === tokens) return;
        values.forEach((x, i) => {
          bitsOf(expected)[at! + i] = encode(x - 1.25 * rows[index]![i]!, dtype);
        });
      });
      const exact = addRowsReferenceExact(before, options);
      const after = before.slice();
      addRowsReference(after, options);
      expectSameBits(after, expected);
      for (const [index, [at, ...values]] of mine.entries()) {
        values.forEach((x, i) => {
          expect(exact[at! + i]).toBe(index === tokens ? x : x - 1.25 * rows[index]![i]!);
        });
      }
    }));

  test('dense by default; a capacity says where the next sequence begins', () => {
    const ones = [1, 1];
    const zeros = () => toStorage(new Float32Array(16), dtype);
    const dense = zeros();
    addRowsReference(dense, { dtype, dim: 2, tokens: 2, batch: 2, rows: () => ones });
    expect([...fromStorage(dense, dtype)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const cached = zeros();
    addRowsReference(cached, { dtype, dim: 2, tokens: 1, batch: 2, capacity: 4, first: 3, rows: () => ones });
    expect([...fromStorage(cached, dtype)]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
    const outermost = zeros();
    addRowsReference(outermost, {
      dtype,
      dim: 2,
      tokens: 2,
      batch: 2,
      strides: { batch: 2, token: 8 },
      rows: (b, t) => [b, t + 1],
    });
    expect([...fromStorage(outermost, dtype)]).toEqual([0, 1, 1, 1, 0, 0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 0]);
  });
});

test('one array, filled anew for each token, and a part of the data itself', () => {
  const scratch = new Float64Array(2);
  const x = Float32Array.of(0, 0, 0, 0, 0, 0);
  addRowsReference(x, { dtype: 'f32', dim: 2, tokens: 3, rows: (_s, token) => scratch.fill(token + 1) });
  expect([...x]).toEqual([1, 1, 2, 2, 3, 3]);
  addRowsReference(x, { dtype: 'f32', dim: 2, tokens: 3, rows: () => x.subarray(0, 2) });
  expect([...x]).toEqual([2, 2, 3, 3, 4, 4]);
});

test('with the rows of an encoding: the sinusoidal table itself on zeros', () => {
  const encoding = { type: 'sinusoidal', dim: 8 } as const;
  const x = new Float32Array(24);
  addRowsReference(x, { dtype: 'f32', dim: 8, tokens: 3, rows: (_b, t) => encodingRows(encoding, [t + 5]) });
  expect(x).toEqual(Float32Array.from(encodingRows(encoding, [5, 6, 7])));
});

describe('refused, and the data untouched', () => {
  const good: AddRowsOptions = { dtype: 'f32', dim: 2, tokens: 2, rows: () => [1, 1] };
  const cases: [
    name: string,
    options: unknown,
    error: typeof TypeError | typeof RangeError,
    message: string,
  ][] = [
    [
      'no options',
      null,
      TypeError,
      'options: expected { dtype, dim, tokens, batch, offset, capacity, strides, first, scale, rows }, got null',
    ],
    [
      'a dtype that data is not',
      { ...good, dtype: 'f16' },
      TypeError,
      'data: expected a Uint16Array (f16), got a Float32Array',
    ],
    ['a dim of 0', { ...good, dim: 0 }, RangeError, 'dim: expected an integer of at least 1, got 0'],
    ['no tokens', { ...good, tokens: undefined }, TypeError, 'tokens: expected an integer, got undefined'],
    [
      'half a batch',
      { ...good, batch: 0.5 },
      RangeError,
      'batch: expected an integer of at least 1, got 0.5',
    ],
    [
      'a negative offset',
      { ...good, offset: -1 },
      RangeError,
      'offset: expected an integer of at least 0, got -1',
    ],
    [
      'a negative first',
      { ...good, first: -1 },
      RangeError,
      'first: expected an integer of at least 0, got -1',
    ],
    [
      'an infinite scale',
      { ...good, scale: Infinity },
      RangeError,
      'scale: expected a finite number, got Infinity',
    ],
    [
      'strides that are none',
      { ...good, strides: 3 },
      TypeError,
      'strides: expected { batch, token }, got 3',
    ],
    [
      'a negative stride',
      { ...good, strides: { token: -2 } },
      RangeError,
      'strides.token: expected an integer of at least 0, got -2',
    ],
    [
      'a batch stride that is none',
      { ...good, strides: { batch: '8' } },
      TypeError,
      'strides.batch: expected an integer, got "8"',
    ],
    [
      'first without capacity',
      { ...good, tokens: 1, first: 1, batch: 2 },
      RangeError,
      'capacity: expected the token rows of each sequence, as first is 1, got undefined',
    ],
    [
      'rows past the capacity',
      { ...good, capacity: 1 },
      RangeError,
      'first + tokens: expected at most 1 (capacity), got 2',
    ],
    [
      'data that is too short',
      { ...good, tokens: 5 },
      RangeError,
      'data: expected at least 10 elements for [1 sequences, 5 tokens, 2 dims], got 8',
    ],
    [
      'tokens that overlap',
      { ...good, strides: { token: 1 } },
      RangeError,
      'strides: expected tokens of 2 elements that do not overlap, got tokens at elements 0 and 1',
    ],
    [
      'rows that are no function',
      { ...good, rows: [[1, 1]] },
      TypeError,
      'rows: expected a function of sequence and token, got an array of 1',
    ],
    [
      'a row that is none',
      { ...good, rows: () => undefined },
      TypeError,
      'rows(0, 0): expected an array of 2 numbers, or null, got undefined',
    ],
    [
      'a short row',
      { ...good, rows: (_b: number, t: number) => (t ? [1] : [1, 1]) },
      RangeError,
      'rows(0, 1): expected 2 numbers, got 1',
    ],
    [
      'a row of texts',
      { ...good, rows: () => [1, 'a'] },
      TypeError,
      'rows(0, 0)[1]: expected a number, got "a"',
    ],
  ];
  test.each(cases)('%s', (_name, options, error, message) => {
    const data = new Float32Array(8);
    expect(() => addRowsReference(data, options as AddRowsOptions)).toThrow(new error(message));
    expect(() => addRowsReferenceExact(data, options as AddRowsOptions)).toThrow(new error(message));
    expect(data).toEqual(new Float32Array(8));
  });
});
