import { describe, expect, test } from 'vitest';
import { type AdditiveEncodingInput, additiveEncoding } from 'webgpu-rope/additive';
import { maxPositions, positionsOf } from '../../src/encodings/encoding';

/** Passes what the types forbid. */
const bad = (value: unknown): AdditiveEncodingInput => value as AdditiveEncodingInput;

describe('defaults', () => {
  test('learned', () => {
    expect(additiveEncoding({ type: 'learned', dim: 768, rows: 1024 })).toEqual({
      type: 'learned',
      dim: 768,
      rows: 1024,
      offset: 0,
      axes: 1,
    });
  });

  test('sinusoidal', () => {
    expect(additiveEncoding({ type: 'sinusoidal', dim: 512 })).toEqual({
      type: 'sinusoidal',
      dim: 512,
      base: 10_000,
      layout: 'interleaved',
      endpoint: false,
      axes: 1,
    });
  });

  test('binary and integer', () => {
    expect(additiveEncoding({ type: 'binary', dim: 8 })).toEqual({ type: 'binary', dim: 8, axes: 1 });
    expect(additiveEncoding({ type: 'integer', dim: 8 })).toEqual({
      type: 'integer',
      dim: 8,
      divisor: 1,
      axes: 1,
    });
  });

  test('undefined is as good as left out; the result is a copy that stands on its own', () => {
    const input = { type: 'sinusoidal', dim: 16, base: 100, axes: 2 } as const;
    const encoding = additiveEncoding({ ...input, layout: undefined } as unknown as AdditiveEncodingInput);
    expect(encoding).toEqual({ ...input, layout: 'interleaved', endpoint: false });
    expect(additiveEncoding(encoding)).toEqual(encoding);
    expect(JSON.parse(JSON.stringify(encoding))).toEqual(encoding);
  });
});

test('positions: the rows of a table from its offset on, what bits hold, what float32 holds', () => {
  const count = (input: AdditiveEncodingInput): number => positionsOf(additiveEncoding(input));
  expect(count({ type: 'learned', dim: 768, rows: 514, offset: 2 })).toBe(512);
  expect(count({ type: 'binary', dim: 8 })).toBe(256);
  expect(count({ type: 'binary', dim: 8, axes: 2 })).toBe(16);
  expect(count({ type: 'binary', dim: 4096 })).toBe(maxPositions);
  expect(count({ type: 'integer', dim: 8 })).toBe(maxPositions);
  expect(count({ type: 'sinusoidal', dim: 8 })).toBe(maxPositions);
});

describe('refused', () => {
  const cases: [
    name: string,
    input: AdditiveEncodingInput,
    error: typeof TypeError | typeof RangeError,
    message: string,
  ][] = [
    ['nothing', bad(undefined), TypeError, 'encoding: expected { type, dim, … }, got undefined'],
    ['a name alone', bad('binary'), TypeError, 'encoding: expected { type, dim, … }, got "binary"'],
    [
      'no type',
      bad({ dim: 8 }),
      TypeError,
      'type: expected "learned" or "sinusoidal" or "binary" or "integer", got undefined',
    ],
    [
      'an unknown type',
      bad({ type: 'rope', dim: 8 }),
      RangeError,
      'type: expected "learned" or "sinusoidal" or "binary" or "integer", got "rope"',
    ],
    [
      'a field of another type',
      bad({ type: 'binary', dim: 8, base: 2 }),
      TypeError,
      'encoding: expected only type, dim, axes, got "base"',
    ],
    ['no dim', bad({ type: 'binary' }), TypeError, 'dim: expected an integer of elements, got undefined'],
    [
      'a dim of 0',
      { type: 'binary', dim: 0 },
      RangeError,
      'dim: expected an integer in 1..65536 of elements, got 0',
    ],
    [
      'a dim past the largest',
      { type: 'integer', dim: 65_537 },
      RangeError,
      'dim: expected an integer in 1..65536 of elements, got 65537',
    ],
    ['5 axes', { type: 'binary', dim: 10, axes: 5 }, RangeError, 'axes: expected an integer in 1..4, got 5'],
    [
      'a dim that axes do not divide',
      { type: 'binary', dim: 8, axes: 3 },
      RangeError,
      'dim: expected a multiple of 3 (axes), got 8',
    ],
    [
      'an odd number of sines and cosines',
      { type: 'sinusoidal', dim: 7 },
      RangeError,
      'dim: expected a multiple of 2 (2 x axes), got 7',
    ],
    [
      'an odd block',
      { type: 'sinusoidal', dim: 6, axes: 2 },
      RangeError,
      'dim: expected a multiple of 4 (2 x axes), got 6',
    ],
    [
      'an endpoint with one frequency',
      { type: 'sinusoidal', dim: 2, endpoint: true },
      RangeError,
      'dim: expected at least 4, as endpoint is true, got 2',
    ],
    [
      'an endpoint that is no boolean',
      bad({ type: 'sinusoidal', dim: 8, endpoint: 1 }),
      TypeError,
      'endpoint: expected true or false, got 1',
    ],
    [
      'a base of 0',
      { type: 'sinusoidal', dim: 8, base: 0 },
      RangeError,
      'base: expected a number from 1/8 to 2^100, got 0',
    ],
    [
      'a base whose frequencies are too fast',
      { type: 'sinusoidal', dim: 8, base: 1e-300 },
      RangeError,
      'base: expected a number from 1/8 to 2^100, got 1e-300',
    ],
    [
      'a base whose frequencies are none any more',
      { type: 'sinusoidal', dim: 8, base: 1e308, endpoint: true },
      RangeError,
      'base: expected a number from 1/8 to 2^100, got 1e+308',
    ],
    [
      'an unknown layout',
      bad({ type: 'sinusoidal', dim: 8, layout: 'half' }),
      RangeError,
      'layout: expected "interleaved" or "concat", got "half"',
    ],
    [
      'a divisor of 0',
      { type: 'integer', dim: 8, divisor: 0 },
      RangeError,
      'divisor: expected a number from 2^-100 to 2^100, got 0',
    ],
    [
      'no rows',
      bad({ type: 'learned', dim: 8 }),
      TypeError,
      'rows: expected an integer (of the weights), got undefined',
    ],
    [
      'an offset past the rows',
      { type: 'learned', dim: 8, rows: 2, offset: 2 },
      RangeError,
      'offset: expected an integer in 0..1 (row of position 0), got 2',
    ],
    [
      'a learned table of two axes',
      bad({ type: 'learned', dim: 8, rows: 2, axes: 2 }),
      RangeError,
      'axes: expected 1, as a learned table has a row a position, got 2',
    ],
  ];
  test.each(cases)('%s', (_name, input, error, message) => {
    expect(() => additiveEncoding(input)).toThrow(new error(message));
  });
});
