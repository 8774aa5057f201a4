import { describe, expect, it } from 'vitest';
import { type PermuteOptions, permutePairing, type WeightArray } from 'webgpu-rope';
import { ropeReferenceExact } from 'webgpu-rope/reference';
import { expectClose, expectSameBits } from '../support/compare';
import { randomTensor, seeded } from '../support/random';

/** Rows of `[heads * headDim, columns]` as a product with `x`: one value a row. */
function project(weights: ArrayLike<number>, x: ArrayLike<number>, rows: number): Float32Array {
  const columns = x.length;
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += weights[row * columns + c]! * x[c]!;
    return sum;
  });
}

describe('permutePairing', () => {
  it('2 heads of 4, rotary 4: interleaved 0 1 2 3 becomes half 0 2 1 3', () => {
    const weights = Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13);
    const options: PermuteOptions = { heads: 2, headDim: 4, columns: 1, from: 'interleaved', to: 'half' };
    expect([...permutePairing(weights, options)]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
    expect([...weights]).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  });

  it('rows of the tail stay: head of 6, rotary 4, 2 columns', () => {
    const weights = Uint16Array.from({ length: 12 }, (_, i) => i);
    const half = permutePairing(weights, {
      heads: 1,
      headDim: 6,
      rotaryDim: 4,
      columns: 2,
      from: 'interleaved',
      to: 'half',
    });
    expect([...half]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 10, 11]);
  });

  for (const make of [Float32Array, Float64Array, Uint16Array, Int8Array, Uint8Array]) {
    it(`${make.name}: there and back is the same, and the kind stays`, () => {
      const weights = new make(3 * 10 * 7).map((_, i) => (i * 37) % 101) as WeightArray;
      const options = { heads: 3, headDim: 10, rotaryDim: 8, columns: 7 };
      const half = permutePairing(weights, { ...options, from: 'interleaved', to: 'half' });
      expect(half).toBeInstanceOf(make);
      expect(half).not.toEqual(weights);
      expect(permutePairing(half, { ...options, from: 'half', to: 'interleaved' })).toEqual(weights);
      const same = permutePairing(weights, { ...options, from: 'half', to: 'half' });
      expect(same).toEqual(weights);
      expect(same).not.toBe(weights);
    });
  }

  it('projecting with permuted weights and rotating halves equals rotating neighbours, element by element', () =>
    seeded(51, (random) => {
      const [heads, headDim, rotaryDim, columns] = [3, 20, 16, 12];
      const rows = heads * headDim;
      const x = randomTensor('f32', columns, random) as Float32Array;
      const weights = randomTensor('f32', rows * columns, random) as Float32Array;
      const bias = randomTensor('f32', rows, random) as Float32Array;
      const sizes = { heads, headDim, rotaryDim, from: 'interleaved', to: 'half' } as const;
      const add = (values: Float32Array, more: Float32Array) => values.map((value, i) => value + more[i]!);
      const before = add(project(weights, x, rows), bias);
      const after = add(
        project(permutePairing(weights, { ...sizes, columns }), x, rows),
        permutePairing(bias, { ...sizes, columns: 1 }),
      );
      const common = {
        dtype: 'f32',
        heads,
        headDim,
        rotaryDim,
        tokens: 1,
        positions: 4711,
        inverseFrequencies: Float64Array.from({ length: rotaryDim / 2 }, (_, i) => 10000 ** (-i / 8)),
      } as const;
      const neighbours = ropeReferenceExact(before, { ...common, pairing: 'interleaved' });
      const halves = ropeReferenceExact(after, { ...common, pairing: 'half' });
      // The same products and sums in another order of rows: equal to the last bit.
      expectClose(halves, permutePairing(neighbours, { ...sizes, columns: 1 }), 0);
    }));

  it('bits of bf16 move whole', () => {
    const weights = Uint16Array.of(0x7fc1, 0x8000, 0x3f80, 0x0001);
    const half = permutePairing(weights, {
      heads: 1,
      headDim: 4,
      columns: 1,
      from: 'interleaved',
      to: 'half',
    });
    expectSameBits(half, Uint16Array.of(0x7fc1, 0x3f80, 0x8000, 0x0001));
  });
});

describe('permutePairing refuses', () => {
  const good = { heads: 2, headDim: 4, columns: 3, from: 'half', to: 'interleaved' };
  const weights = new Float32Array(24);
  const cases: [unknown, unknown, string][] = [
    [
      weights,
      null,
      'options: expected { heads, headDim, rotaryDim, placement, columns, from, to }, got null',
    ],
    [weights, { ...good, heads: 0 }, 'heads: expected an integer of at least 1, got 0'],
    [weights, { ...good, columns: undefined }, 'columns: expected an integer, got undefined'],
    [weights, { ...good, rotaryDim: 6 }, 'rotaryDim: expected an integer in 2..4, got 6'],
    [weights, { ...good, headDim: 5, rotaryDim: 3 }, 'rotaryDim: expected an even integer, got 3'],
    [weights, { ...good, from: 'neox' }, 'from: expected "half" or "interleaved", got "neox"'],
    [weights, { ...good, to: undefined }, 'to: expected "half" or "interleaved", got undefined'],
    [[1, 2], good, 'weights: expected a typed array, got an array of 2'],
    [new Float32Array(23), good, 'weights: expected 24 entries for [2 heads * 4 dims, 3 columns], got 23'],
  ];
  for (const [array, options, message] of cases) {
    it(message, () => {
      expect(() => permutePairing(array as Float32Array, options as PermuteOptions)).toThrow(message);
    });
  }
});

describe('permutePairing of the last elements', () => {
  it('rows before them stay: head of 6, the last 4', () => {
    const weights = Uint16Array.from({ length: 12 }, (_, i) => i);
    const sizes = { heads: 2, headDim: 6, rotaryDim: 4, placement: 'last', columns: 1 } as const;
    const half = permutePairing(weights, { ...sizes, from: 'interleaved', to: 'half' });
    expect([...half]).toEqual([0, 1, 2, 4, 3, 5, 6, 7, 8, 10, 9, 11]);
    expect(permutePairing(half, { ...sizes, from: 'half', to: 'interleaved' })).toEqual(weights);
  });
});
