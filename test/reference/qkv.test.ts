import { describe, expect, it } from 'vitest';
import { fromStorage, type RopeDtype, type StorageArray, toStorage } from '../../src/dtypes';
import { applyRopeReference, qkvReference, qkvReferenceExact } from '../../src/reference';
import { expectClose, expectSameBits } from '../support/compare';
import { bitsOf, createRandom, poison, randomTensor } from '../support/random';
import { forEachHead, guardedTensor } from '../support/tensors';
import { copyOf, frequencies } from './forms';

const dtypes = ['f32', 'f16', 'bf16'] as const;
const pairings = ['half', 'interleaved'] as const;

/** An array of nothing but poison. */
function poisoned(dtype: RopeDtype, length: number): StorageArray {
  const storage = dtype === 'f32' ? new Float32Array(length) : new Uint16Array(length);
  poison(storage);
  return storage;
}

/** RMSNorm of one head by its definition: the head over its root mean square, times the weight. */
function normed(head: ArrayLike<number>, weight: ArrayLike<number>, epsilon: number): number[] {
  const squares = Array.from(head, (x) => x * x).sort((a, b) => a - b);
  const mean = squares.reduce((sum, square) => sum + square, 0) / head.length;
  return Array.from(head, (x, i) => (x * weight[i]!) / Math.sqrt(mean + epsilon));
}

describe.each(dtypes)('%s', (dtype) => {
  it.each(pairings)('%s: without norms and caches it is applyRopeReference', (pairing) => {
    const random = createRandom(3);
    const place = { heads: 3, headDim: 20, tokens: 4, batch: 2, layout: 'bhsd', offset: 6 } as const;
    const before = guardedTensor(dtype, place, random, { special: true });
    const turned = {
      positions: [3, -1, 0, 131071],
      inverseFrequencies: frequencies(12),
      attentionFactor: 1.25,
    };
    const expected = copyOf(before);
    applyRopeReference(expected, { dtype, pairing, rotaryDim: 12, ...place, ...turned });
    const q = copyOf(before);
    const k = copyOf(before);
    const { headDim, tokens, batch, heads, layout, offset } = place;
    const common = { dtype, pairing, headDim, rotaryDim: 12, tokens, batch, ...turned };
    qkvReference({ ...common, q: { data: q, heads, layout, offset }, k: { data: k, heads, layout, offset } });
    expectSameBits(q, expected);
    expectSameBits(k, expected);
  });

  it('norms by its definition, rotates what follows, rounds once', () => {
    const random = createRandom(4);
    const [heads, headDim, tokens, epsilon] = [2, 16, 3, 1e-5] as const;
    const weight = Float64Array.from({ length: headDim }, () => random.normal());
    const before = randomTensor(dtype, heads * headDim * tokens, random);
    const options = {
      dtype,
      pairing: 'half',
      headDim,
      rotaryDim: 8,
      tokens,
      positions: 7,
      inverseFrequencies: frequencies(8),
    } as const;
    const expected = fromStorage(before, dtype);
    for (let begin = 0; begin < expected.length; begin += headDim) {
      expected.set(normed(expected.subarray(begin, begin + headDim), weight, epsilon), begin);
    }
    const { positions: start } = options;
    forEachHead({ heads, headDim, tokens }, (at, _sequence, token) => {
      for (let i = 0; i < 4; i++) {
        const angle = (start + token) * options.inverseFrequencies[i]!;
        const [x, y] = [expected[at + i]!, expected[at + i + 4]!];
        expected[at + i] = x * Math.cos(angle) - y * Math.sin(angle);
        expected[at + i + 4] = x * Math.sin(angle) + y * Math.cos(angle);
      }
    });
    const data = copyOf(before);
    const q = { data, heads, norm: { weight, epsilon } };
    const exact = qkvReferenceExact({ ...options, q }).q!;
    expectClose(exact, expected, 1e-13);
    expectSameBits(data, before, 'exact only reads');
    expect(qkvReference({ ...options, q })).toBe(0);
    expectSameBits(data, toStorage(exact, dtype));
  });

  it('over all heads of a token by one mean; 1 + weight', () => {
    const random = createRandom(5);
    const [heads, headDim, tokens, epsilon] = [3, 8, 2, 1e-6] as const;
    const weight = Float64Array.from({ length: heads * headDim }, () => random.normal());
    const data = randomTensor(dtype, heads * headDim * tokens, random);
    const expected = fromStorage(data, dtype);
    for (let begin = 0; begin < expected.length; begin += heads * headDim) {
      const token = expected.subarray(begin, begin + heads * headDim);
      token.set(
        normed(
          token,
          weight.map((w) => 1 + w),
          epsilon,
        ),
      );
    }
    const norm = { weight, epsilon, over: 'heads', onePlusWeight: true } as const;
    const common = { dtype, pairing: 'half', headDim, tokens, rotates: false } as const;
    expectClose(qkvReferenceExact({ ...common, q: { data, heads, norm } }).q!, expected, 1e-13);
  });

  it.each(dtypes)('K and V in rows of %s caches; nothing else is written', (cacheDtype) => {
    const random = createRandom(6);
    const [heads, headDim, tokens, batch, capacity] = [2, 12, 3, 2, 5] as const;
    const source = randomTensor(dtype, heads * headDim * tokens * batch, random, { special: true });
    const length = 3 + batch * capacity * heads * headDim + 9;
    const kCache = poisoned(cacheDtype, length);
    const vCache = poisoned(cacheDtype, length);
    const before = copyOf(kCache);
    const rows = [4, -1, 0, 5, -2, 2];
    const cache = { dtype: cacheDtype, capacity, layout: 'bhsd', offset: 3 } as const;
    const options = {
      dtype,
      pairing: 'interleaved',
      headDim,
      rotaryDim: 4,
      tokens,
      batch,
      positions: [1, 2, -1, 4, 5, 6],
      inverseFrequencies: frequencies(4),
      rows,
      k: { data: source, heads, rotaryOffset: 8, cache: { data: kCache, ...cache } },
      v: { data: source, heads, cache: { data: vCache, ...cache } },
    } as const;
    const sourceBits = copyOf(source);
    const exact = qkvReferenceExact(options);
    expectSameBits(kCache, before);
    expect(qkvReference(options)).toBe(2);
    expectSameBits(source, sourceBits, 'a source that goes to a cache is only read');

    const rotated = fromStorage(source, dtype);
    for (let token = 0; token < batch * tokens; token++) {
      for (let head = 0; head < heads; head++) {
        for (let pair = 0; pair < 2; pair++) {
          const at = (token * heads + head) * headDim + 8 + 2 * pair;
          const angle = (token + 1) * options.inverseFrequencies[pair]!;
          const [x, y] = [rotated[at]!, rotated[at + 1]!];
          rotated[at] = x * Math.cos(angle) - y * Math.sin(angle);
          rotated[at + 1] = y * Math.cos(angle) + x * Math.sin(angle);
        }
      }
    }
    const decoded = fromStorage(source, dtype);
    for (const [got, of, values] of [
      [kCache, exact.k!, rotated],
      [vCache, exact.v!, decoded],
    ] as const) {
      const expected = copyOf(before);
      // Tokens 0 of sequence 0 and 2 of sequence 1 have a position and a row.
      for (const [sequence, token, row] of [
        [0, 0, 4],
        [1, 2, 2],
      ] as const) {
        for (let head = 0; head < heads; head++) {
          const from = ((sequence * tokens + token) * heads + head) * headDim;
          const to = 3 + ((sequence * heads + head) * capacity + row) * headDim;
          const part = values.subarray(from, from + headDim);
          (expected as Uint16Array).set(toStorage(part, cacheDtype), to);
          expectClose(
            of.subarray(to, to + headDim).filter(Number.isFinite),
            part.filter(Number.isFinite),
            (i) => 1e-14 * Math.abs(part.filter(Number.isFinite)[i]!) + 1e-14,
          );
        }
      }
      const isNan = fromStorage(expected, cacheDtype);
      const untouched = (i: number) => bitsOf(expected)[i] === bitsOf(before)[i];
      for (let i = 0; i < length; i++) {
        if (untouched(i)) expect(bitsOf(got)[i], `element ${i}`).toBe(bitsOf(before)[i]);
        else if (Number.isNaN(isNan[i])) expect(fromStorage(got, cacheDtype)[i]).toBeNaN();
        else expect(bitsOf(got)[i], `element ${i}`).toBe(bitsOf(expected)[i]);
      }
    }
  });
});

describe('what happens to whom', () => {
  const random = createRandom(7);
  const [heads, headDim] = [1, 4] as const;
  const common = { dtype: 'f32', pairing: 'half', headDim, inverseFrequencies: frequencies(4) } as const;
  const values = randomTensor('f32', 4 * headDim, random) as Float32Array;

  it('padding: Q as it is, K and V not written; no row: Q rotated, K and V not written', () => {
    const [q, kCache, vCache] = [values.slice(), new Float32Array(16), new Float32Array(16)];
    const bad = qkvReference({
      ...common,
      tokens: 4,
      positions: [-1, 5, 6, 7],
      rows: [0, -1, 4, 3],
      q: { data: q, heads },
      k: { data: values, heads, cache: { data: kCache, capacity: 4 } },
      v: { data: values, heads, cache: { data: vCache, capacity: 4 } },
    });
    expect(bad).toBe(1);
    const changed = (data: Float32Array, from: Float32Array): boolean[] =>
      [0, 1, 2, 3].map((row) => data.subarray(4 * row, 4 * row + 4).some((x, i) => x !== from[4 * row + i]));
    expect(changed(q, values)).toEqual([false, true, true, true]);
    expect(changed(kCache, new Float32Array(16))).toEqual([false, false, false, true]);
    expect(vCache.subarray(12)).toEqual(values.subarray(12));
    expect(changed(vCache, new Float32Array(16))).toEqual([false, false, false, true]);
  });

  it('K in place at rows: read there and written there, in the slice of its sequence', () => {
    const data = randomTensor('f32', 2 * 3 * headDim, random) as Float32Array;
    const k = data.slice();
    qkvReference({
      ...common,
      tokens: 1,
      batch: 2,
      positions: [9, 4],
      rows: [2, 0],
      k: { data: k, heads, capacity: 3 },
    });
    const expected = data.slice();
    applyRopeReference(expected, { ...common, heads, tokens: 1, offset: 2 * headDim, positions: 9 });
    applyRopeReference(expected, { ...common, heads, tokens: 1, offset: 3 * headDim, positions: 4 });
    expectSameBits(k, expected);
  });

  it('a shared cache: rows of one pool for all sequences', () => {
    const pool = new Float32Array(5 * headDim);
    const v = { data: values, heads, cache: { data: pool, capacity: 5, shared: true } };
    qkvReference({ ...common, tokens: 2, batch: 2, positions: 0, rows: [4, 1, 0, 3], v });
    for (const [token, row] of [4, 1, 0, 3].entries()) {
      expect(pool.subarray(4 * row, 4 * row + 4)).toEqual(values.subarray(4 * token, 4 * token + 4));
    }
    expect([...pool.subarray(8, 12)]).toEqual([0, 0, 0, 0]);
  });

  it('tokens past the count of their sequence are nothing at all: neither moved nor counted', () => {
    const [q, pool] = [values.slice(), new Float32Array(8)];
    const options = {
      ...common,
      tokens: 2,
      batch: 2,
      counts: [1, 0],
      positions: 3,
      rows: [0, 99, 99, 99],
      q: { data: q, heads },
      v: { data: values, heads, cache: { data: pool, capacity: 2, shared: true } },
    } as const;
    expect(qkvReference(options)).toBe(0);
    expect(q.subarray(4)).toEqual(values.subarray(4));
    expect(q.subarray(0, 4)).not.toEqual(values.subarray(0, 4));
    expect([...pool.subarray(4)]).toEqual([0, 0, 0, 0]);
  });

  it('a NaN stays within its head where a norm comes first, else within its pair', () => {
    const data = Float32Array.from([1, 2, Number.NaN, 4, 5, 6, 7, 8]);
    const q = { data, heads: 2 };
    const plain = qkvReferenceExact({ ...common, tokens: 1, positions: 1, q }).q!;
    expect(Array.from(plain, Number.isNaN)).toEqual([true, false, true, false, false, false, false, false]);
    const norm = { epsilon: 1e-6 };
    const after = qkvReferenceExact({ ...common, tokens: 1, positions: 1, q: { ...q, norm } }).q!;
    expect(Array.from(after, Number.isNaN)).toEqual([true, true, true, true, false, false, false, false]);
  });
});
