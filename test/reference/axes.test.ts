import { describe, expect, it } from 'vitest';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { expectClose, expectSameBits } from '../support/compare';
import { expectContract } from '../support/contract';
import { withHole } from '../support/holes';
import { randomTensor, seeded } from '../support/random';

const PAIRINGS = ['half', 'interleaved'] as const;
const DTYPES = ['f32', 'f16', 'bf16'] as const;
const inverseFrequencies = [1, 0.3, 0.1, 0.03, 0.01, 0.003];
const pairAxis = [0, 1, 2, 1, 0, 2];

/** 5 tokens of 2 sequences, 3 heads of 16 with 12 rotated, on 3 axes. */
const shape = { heads: 3, headDim: 16, rotaryDim: 12, batch: 2, tokens: 5, inverseFrequencies } as const;
const positions = [
  [0, 1, 2, 2, 2, 0, 1, 1, 1, 2],
  [0, 1, 2, 2, 3, 0, 1, 1, 2, 131071],
  Int32Array.of(0, 1, 2, 3, 2, 0, 1, 2, 1, 3),
];

describe('several axes', () => {
  for (const pairing of PAIRINGS) {
    it(`${pairing}: pair by pair the rotation of one axis alone`, () =>
      seeded(61, (random) => {
        const data = randomTensor('f32', 2 * 5 * 3 * 16, random) as Float32Array;
        const options: RopeReferenceOptions = { ...shape, dtype: 'f32', pairing, positions, pairAxis };
        const exact = ropeReferenceExact(data, options);
        const single = positions.map((list) =>
          ropeReferenceExact(data, { ...options, pairAxis: undefined, positions: list }),
        );
        for (let i = 0; i < exact.length; i++) {
          const dim = i % 16;
          const pair = pairing === 'half' ? dim % 6 : dim >> 1;
          const expected = dim < 12 ? single[pairAxis[pair]!]![i] : data[i];
          expect(exact[i], `element ${i}`).toBe(expected);
        }
        const after = data.slice();
        applyRopeReference(after, options);
        expectContract({ before: data, after, rotations: options });
      }));
  }

  it('a scalar start moves all axes together: as one axis', () =>
    seeded(62, (random) => {
      const data = randomTensor('f16', 2 * 5 * 3 * 16, random);
      const [one, three] = [data.slice(), data.slice()];
      const options: RopeReferenceOptions = { ...shape, dtype: 'f16', pairing: 'half', positions: 97 };
      applyRopeReference(one, options);
      applyRopeReference(three, { ...options, pairAxis });
      expectSameBits(three, one);
    }));

  it('lists shared by the batch; -1 on any one axis leaves the token as it is', () =>
    seeded(63, (random) => {
      const data = randomTensor('f32', 2 * 5 * 3 * 16, random, { special: true });
      const options: RopeReferenceOptions = {
        ...shape,
        dtype: 'f32',
        pairing: 'interleaved',
        pairAxis,
        positions: [
          [0, 1, -1, 3, 4],
          [0, 1, 2, -1, 4],
          [0, 1, 2, 3, -1],
        ],
      };
      const after = data.slice();
      applyRopeReference(after, options);
      for (const sequence of [0, 1]) {
        const at = sequence * 5 * 48;
        expectSameBits(after.subarray(at + 96, at + 240), data.subarray(at + 96, at + 240));
      }
      expectContract({ before: data, after, rotations: options });
    }));

  it('a fourth axis no pair turns by may be given', () => {
    const data = Float32Array.from({ length: 240 }, (_, i) => i);
    const options = { ...shape, batch: 1, dtype: 'f32', pairing: 'half', pairAxis } as const;
    const three = [
      [1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1],
      [0, 0, 0, 0, 1],
    ];
    const four = [...three, [9, 9, 9, 9, 9]];
    const exact = ropeReferenceExact(data, { ...options, positions: three });
    expect(ropeReferenceExact(data, { ...options, positions: four })).toEqual(exact);
  });
});

describe('inverse', () => {
  for (const dtype of DTYPES) {
    it(`${dtype}: undoes the rotation, attention factor and all, within the roundings of ${dtype}`, () =>
      seeded(64, (random) => {
        const before = randomTensor(dtype, 2 * 5 * 3 * 16, random);
        const options: RopeReferenceOptions = {
          ...shape,
          dtype,
          pairing: 'half',
          positions,
          pairAxis,
          attentionFactor: 1.25,
        };
        const rotated = before.slice();
        applyRopeReference(rotated, options);
        const after = rotated.slice();
        applyRopeReference(after, { ...options, inverse: true });
        expectContract({ before: rotated, after, rotations: { ...options, inverse: true } });
        if (dtype === 'f32') expectClose(after, before, 4 * 2 ** -24 * Math.max(...before.map(Math.abs)));
      }));
  }

  it('in float64 it is the rotation by the negative frequencies over the factor squared', () =>
    seeded(65, (random) => {
      const data = randomTensor('f32', 2 * 5 * 3 * 16, random);
      const options: RopeReferenceOptions = { ...shape, dtype: 'f32', pairing: 'half', positions: 4095 };
      const exact = ropeReferenceExact(data, { ...options, attentionFactor: 1.5, inverse: true });
      const negative = ropeReferenceExact(data, {
        ...options,
        inverseFrequencies: inverseFrequencies.map((f) => -f),
        attentionFactor: 1 / 1.5,
      });
      expectClose(exact, negative, 1e-15 * Math.max(...data.map(Math.abs)));
    }));
});

describe('caches', () => {
  const cosCache = Float32Array.from({ length: 7 * 6 }, (_, i) => Math.cos((i % 6) + 0.1 * i));
  const sinCache = Float32Array.from({ length: 7 * 6 }, (_, i) => 1.5 * Math.sin((i % 6) + 0.1 * i));
  const { inverseFrequencies: _frequencies, ...cached } = shape;
  const options: RopeReferenceOptions = {
    ...cached,
    dtype: 'f32',
    pairing: 'interleaved',
    batch: 1,
    tokens: 3,
    positions: [6, 0, -1],
    cosCache,
    sinCache,
  };

  it('row p for position p, as it stands: x cos - y sin, y cos + x sin', () => {
    const data = Float32Array.from({ length: 3 * 48 }, (_, i) => (i % 7) - 3);
    const exact = ropeReferenceExact(data, options);
    for (const [token, row] of [6, 0].entries()) {
      for (let pair = 0; pair < 6; pair++) {
        const [x, y] = [data[token * 48 + 2 * pair]!, data[token * 48 + 2 * pair + 1]!];
        const [c, s] = [cosCache[row * 6 + pair]!, sinCache[row * 6 + pair]!];
        expect(exact[token * 48 + 2 * pair]).toBe(x * c - y * s);
        expect(exact[token * 48 + 2 * pair + 1]).toBe(y * c + x * s);
      }
    }
    expect([...exact.subarray(96)]).toEqual([...data.subarray(96)]);
  });

  it('with axes each pair reads the row of its own position; a start counts rows', () => {
    const data = Float32Array.from({ length: 3 * 48 }, (_, i) => (i % 7) - 3);
    const rows = [
      [0, 1, 2],
      [4, 5, 6],
    ];
    const axes = { ...options, pairAxis: [0, 0, 0, 1, 1, 1] };
    const exact = ropeReferenceExact(data, { ...axes, positions: rows });
    const single = [0, 4].map((start) => ropeReferenceExact(data, { ...options, positions: start }));
    for (let i = 0; i < exact.length; i++) {
      const dim = i % 16;
      expect(exact[i]).toBe(dim < 12 ? single[dim < 6 ? 0 : 1]![i] : data[i]);
    }
  });
});

describe('errors of axes, caches and inverse leave the data alone', () => {
  const good: RopeReferenceOptions = {
    dtype: 'f32',
    heads: 1,
    headDim: 4,
    pairing: 'half',
    tokens: 2,
    positions: [
      [0, 1],
      [2, 3],
    ],
    pairAxis: [0, 1],
    inverseFrequencies: [1, 0.1],
  };
  const caches = { inverseFrequencies: undefined, cosCache: [1, 1, 1, 1], sinCache: [0, 0, 0, 0] };
  const cases: [object, string][] = [
    [{ pairAxis: [0] }, 'pairAxis: expected 2 entries (rotaryDim / 2), got 1'],
    [{ pairAxis: [0, 4] }, 'pairAxis[1]: expected an integer in 0..3, got 4'],
    [{ pairAxis: 1 }, 'pairAxis: expected an array of numbers, got 1'],
    [
      { pairAxis: [0, 2] },
      'positions: expected a number or an array of 3 to 4 arrays, one an axis, got an array of 2',
    ],
    [
      {
        positions: withHole(
          [
            [0, 1],
            [2, 3],
          ],
          1,
        ),
      },
      'positions[1]: expected an array of positions, got undefined',
    ],
    [{ positions: [1, 2] }, 'positions[0]: expected an array of positions, got 1'],
    [
      { positions: Int32Array.of(0, 1, 2, 3) },
      'positions: expected a number or an array of 2 to 4 arrays, one an axis, got a Int32Array',
    ],
    [{ positions: [[0, 1], [2]] }, 'positions[1]: expected 2 entries, one a token, got 1'],
    [
      {
        positions: [
          [0, 1],
          [2, -2],
        ],
      },
      'positions[1][1]: expected an integer of at least 0, or -1 for padding, got -2',
    ],
    [
      { pairAxis: undefined },
      'positions[0]: expected an integer of at least 0, or -1 for padding, got an array of 2',
    ],
    [
      { ...caches, inverseFrequencies: [1, 1] },
      'inverseFrequencies: expected none beside cosCache and sinCache, got an array of 2',
    ],
    [{ ...caches, cosCache: undefined }, 'cosCache: expected an array of numbers, got undefined'],
    [{ ...caches, sinCache: undefined }, 'sinCache: expected an array of numbers, got undefined'],
    [{ ...caches, sinCache: [0, 0] }, 'sinCache: expected 4 entries (as cosCache), got 2'],
    [{ ...caches, cosCache: [1, 1, 1] }, 'cosCache: expected rows of 2 entries (rotaryDim / 2), got 3'],
    [{ ...caches, cosCache: [1, 1, 1, Number.NaN] }, 'cosCache[3]: expected a finite number, got NaN'],
    [
      { ...caches },
      'positions[1][0]: expected an integer in 0..1 (rows of the caches), or -1 for padding, got 2',
    ],
    [
      { ...caches, positions: 1 },
      'positions: expected an integer in 0..0 (2 tokens, caches of 2 rows), got 1',
    ],
    [{ inverse: 1 }, 'inverse: expected true or false, got 1'],
  ];
  for (const [change, message] of cases) {
    it(message, () => {
      const data = new Float32Array(8).fill(1);
      const options = { ...good, ...change } as RopeReferenceOptions;
      for (const call of [applyRopeReference, ropeReferenceExact]) {
        expect(() => call(data, options)).toThrow(message);
      }
      expect(data).toEqual(new Float32Array(8).fill(1));
    });
  }
});
