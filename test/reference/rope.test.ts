import { describe, expect, it } from 'vitest';
import { fromStorage, type RopeDtype, type StorageArray, toStorage } from '../../src/dtypes';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { expectClose, expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { type Random, randomTensor, seeded } from '../support/random';
import { forEachHead, guardedTensor } from '../support/tensors';
import { complexForm, rotateHalfForm } from './forms';

const DTYPES = ['f32', 'f16', 'bf16'] as const;
const PAIRINGS = ['half', 'interleaved'] as const;

/** 1 / theta^(2i / rotaryDim). */
function frequencies(rotaryDim: number, theta = 10000): Float64Array {
  return Float64Array.from({ length: rotaryDim / 2 }, (_, i) => theta ** ((-2 * i) / rotaryDim));
}

function copyOf<T extends StorageArray>(data: T): T {
  return data.slice() as T;
}

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
      { inverseFrequencies: bad<number[]>(['1', 2, 3, 4]) },
      TypeError,
      'inverseFrequencies[0]: expected a finite number, got "1"',
    ],
    [
      { inverseFrequencies: bad<number[]>(undefined) },
      TypeError,
      'inverseFrequencies: expected an array of numbers, got undefined',
    ],
    [{ attentionFactor: 0 }, RangeError, 'attentionFactor: expected a finite number above 0, got 0'],
    [
      { attentionFactor: Infinity },
      RangeError,
      'attentionFactor: expected a finite number above 0, got Infinity',
    ],
    [
      { attentionFactor: bad<number>('1') },
      TypeError,
      'attentionFactor: expected a finite number above 0, got "1"',
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
        'options: expected { dtype, heads, headDim, rotaryDim, pairing, layout, batch, tokens, offset, capacity, strides, first, positions, inverseFrequencies, cosCache, sinCache, attentionFactor, pairAxis, inverse }, got undefined',
      ),
    );
    applyRopeReference(new Float32Array(length), good);
  });
});

it('4096 tokens x 40 heads x 128 dims, f32: well under 2 s', () => {
  const data = new Float32Array(4096 * 40 * 128).fill(0.5);
  const began = performance.now();
  applyRopeReference(data, {
    dtype: 'f32',
    heads: 40,
    headDim: 128,
    pairing: 'half',
    tokens: 4096,
    positions: 0,
    inverseFrequencies: frequencies(128),
  });
  expect(performance.now() - began).toBeLessThan(2000);
});
