import { describe, expect, it } from 'vitest';
import { type QkvReferenceOptions, qkvReference, qkvReferenceExact } from '../../src/reference';

// One case a message. What is refused leaves every array as it was.

const data = Float32Array.from({ length: 48 }, (_, i) => i);
const kCache = new Float32Array(96);
const vCache = new Float32Array(96);
const tensor = { data, heads: 2 } as const;
const good = {
  dtype: 'f32',
  headDim: 8,
  rotaryDim: 4,
  pairing: 'half',
  tokens: 3,
  positions: 0,
  inverseFrequencies: [1, 0.1],
  rows: [0, 1, 2],
  q: tensor,
  k: { ...tensor, cache: { data: kCache, capacity: 6 } },
  v: { ...tensor, cache: { data: vCache, capacity: 6 } },
} as const;

const q = (change: object) => ({ q: { ...tensor, ...change } });
const norm = (change: object) => q({ norm: { epsilon: 1e-6, ...change } });
const cache = (change: object) => ({ v: { ...tensor, cache: { data: vCache, capacity: 6, ...change } } });
const none = { q: undefined, k: undefined, v: undefined };

describe('errors name the argument as the caller wrote it, and leave the arrays alone', () => {
  const cases: [change: object, error: typeof TypeError | typeof RangeError, message: string][] = [
    [{ dtype: 'f64' }, RangeError, 'dtype: expected "f32" or "f16" or "bf16", got "f64"'],
    [{ headDim: 1 }, RangeError, 'headDim: expected an integer of at least 2, got 1'],
    [{ rotaryDim: 10 }, RangeError, 'rotaryDim: expected an even integer in 2..8 (headDim), got 10'],
    [{ pairing: 'both' }, RangeError, 'pairing: expected "half" or "interleaved", got "both"'],
    [{ tokens: 0 }, RangeError, 'tokens: expected an integer of at least 1, got 0'],
    [{ counts: [4] }, RangeError, 'counts[0]: expected an integer in 0..3, got 4'],
    [{ rotates: 1 }, TypeError, 'rotates: expected true or false, got 1'],
    [
      { positions: undefined },
      TypeError,
      'positions: expected a number or an array of positions, got undefined',
    ],
    [{ positions: [1] }, RangeError, 'positions: expected 3 entries, one a token, got 1'],
    [
      { inverseFrequencies: [1] },
      RangeError,
      'inverseFrequencies: expected 2 entries (rotaryDim / 2), got 1',
    ],
    [none, TypeError, 'options: expected q, k or v, or several of them, got a Object'],
    [{ rows: undefined }, TypeError, 'rows: expected 3 rows, as k goes to rows of a cache, got undefined'],
    [{ rows: [0, 1] }, RangeError, 'rows: expected at least 3 integers, got 2'],
    [{ rows: [0, 1.5, 2] }, RangeError, 'rows[1]: expected an integer, got 1.5'],
    [
      { k: undefined, v: undefined },
      TypeError,
      'rows: expected none, as nothing goes to a cache, got an array of 3',
    ],
    [q({ cache: {} }), TypeError, 'q: expected only data, heads, headDim'],
    [q({ data: new Uint16Array(48) }), TypeError, 'q.data: expected a Float32Array (f32), got a Uint16Array'],
    [q({ heads: 0 }), RangeError, 'q.heads: expected an integer of at least 1, got 0'],
    [
      q({ heads: 3 }),
      RangeError,
      'q.data: expected at least 72 elements for [1 sequences, 3 tokens, 3 heads, 8 dims]',
    ],
    [q({ layout: 'bsdh' }), RangeError, 'q.layout: expected "bshd" or "bhsd", got "bsdh"'],
    [q({ strides: { token: 8 } }), RangeError, 'q.strides: expected heads of 8 elements that do not overlap'],
    [q({ strides: { tokens: 8 } }), TypeError, 'q.strides: expected only batch, token, head, got "tokens"'],
    [q({ capacity: 2 }), RangeError, 'q.capacity: expected at least first + tokens, got 2 rows'],
    [q({ rotaryOffset: 5 }), RangeError, 'q.rotaryOffset: expected an integer in 0..4, got 5'],
    [q({ norm: 7 }), TypeError, 'q.norm: expected { epsilon, over, weight, onePlusWeight }, got 7'],
    [norm({ epsilon: 0 }), RangeError, 'q.norm.epsilon: expected a positive number, got 0'],
    [norm({ over: 'token' }), RangeError, 'q.norm.over: expected "head" or "heads", got "token"'],
    [norm({ weight: [1] }), RangeError, 'q.norm.weight: expected 8 numbers, got 1'],
    [norm({ weight: 1 }), TypeError, 'q.norm.weight: expected an array of numbers, got 1'],
    [norm({ weight: Array(8).fill('1') }), TypeError, 'q.norm.weight[0]: expected a number, got "1"'],
    [norm({ over: 'heads', weight: Array(8) }), RangeError, 'q.norm.weight: expected 16 numbers, got 8'],
    [norm({ onePlusWeight: 1 }), TypeError, 'q.norm.onePlusWeight: expected true or false, got 1'],
    [{ v: tensor }, TypeError, 'v.cache: expected the cache that v goes to, got undefined'],
    [{ v: { ...good.v, rotaryOffset: 0 } }, TypeError, 'v: expected only data, heads'],
    [cache({ data: new Float32Array(95) }), RangeError, 'v.cache.data: expected at least 96 elements'],
    [cache({ dtype: 'f16' }), TypeError, 'v.cache.data: expected a Uint16Array (f16), got a Float32Array'],
    [cache({ capacity: 0 }), RangeError, 'v.cache.capacity: expected an integer of at least 1, got 0'],
    [cache({ capacity: 5 }), RangeError, 'v.cache.capacity: expected that of k (6), got 5'],
    [cache({ shared: 1 }), TypeError, 'v.cache.shared: expected true or false, got 1'],
    [cache({ heads: 2 }), TypeError, 'v.cache: expected only data, capacity'],
  ];

  it.each(cases)('%j', (change, error, message) => {
    const before = [data, kCache, vCache].map((array) => array.slice());
    for (const call of [qkvReference, qkvReferenceExact]) {
      const thrown = (): unknown => call({ ...good, ...change } as QkvReferenceOptions);
      expect(thrown).toThrow(error);
      expect(thrown).toThrow(message);
    }
    expect([data, kCache, vCache]).toEqual(before);
  });

  it('what the cases change is good', () => {
    expect(() => qkvReferenceExact(good)).not.toThrow();
  });
});
