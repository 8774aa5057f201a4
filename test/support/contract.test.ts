import { describe, expect, it } from 'vitest';
import { decode, encode, type RopeDtype, type StorageArray, toStorage, ulp } from '../../src/dtypes';
import { applyRopeReference, type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { checkContract, expectContract } from './contract';
import { bitsOf, createRandom, poison } from './random';
import { guardedTensor } from './tensors';

const DTYPES = ['f32', 'f16', 'bf16'] as const;
const PAIRINGS = ['half', 'interleaved'] as const;

/** A partial rotation in a cache with rows before and after, gaps, padding and a guard. */
function scene(dtype: RopeDtype, pairing: 'half' | 'interleaved' = 'half') {
  const rotations: RopeReferenceOptions = {
    dtype,
    pairing,
    heads: 2,
    headDim: 10,
    rotaryDim: 8,
    batch: 2,
    tokens: 3,
    offset: 4,
    capacity: 6,
    first: 2,
    strides: { head: 12 },
    positions: [3, -1, 131071],
    inverseFrequencies: [1, 0.1, 0.01, 0.001],
    attentionFactor: 1.2,
  };
  const before = guardedTensor(dtype, rotations, createRandom(5), { guard: 8 });
  const after = before.slice() as StorageArray;
  applyRopeReference(after, rotations);
  return { before, after, rotations };
}

/** Element of dim 0 of sequence 0, token row 2, head 0 of the scene. */
const START = 4 + 2 * 24;

describe.each(DTYPES)('checkContract, %s', (dtype) => {
  it.each(PAIRINGS)('%s: passes the rounded reference, counts what it rotated', (pairing) => {
    const result = checkContract(scene(dtype, pairing));
    expect(result.failureCount).toBe(0);
    expect(result.failures).toEqual([]);
    expect(result.rotated).toBe(2 * 2 * 2 * 8);
    // Half an ulp of rounding: at most half of the tolerance in 16 bits; in f32 2^-24 * sqrt(2) of 5e-7.
    expect(result.worst).toBeGreaterThan(0);
    expect(result.worst).toBeLessThan(0.5);
    expect(result.maxAbsError).toBeGreaterThan(0);
  });

  it('rejects a NaN, and an infinity of either sign', () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const check = scene(dtype);
      bitsOf(check.after)[START + 5] = encode(value, dtype);
      const result = checkContract(check);
      expect(result.failureCount).toBe(1);
      expect(result.worst).toBe(Infinity);
      expect(result.failures[0]).toMatchObject({ index: START + 5, got: value });
    }
  });

  it('rejects one flipped sign', () => {
    const check = scene(dtype);
    bitsOf(check.after)[START]! ^= dtype === 'f32' ? 0x80000000 : 0x8000;
    expect(checkContract(check).failureCount).toBe(1);
  });

  it('rejects one element off by a little more than allowed, on both sides', () => {
    for (const sign of [1, -1]) {
      const check = scene(dtype);
      const exact = ropeReferenceExact(check.before, check.rotations)[START]!;
      const m = Math.max(
        ...[START, START + 4].map((index) => Math.abs(decode(bitsOf(check.before)[index]!, dtype))),
      );
      const tolerance = (dtype === 'f32' ? 0 : ulp(exact, dtype)) + 5e-7 * 1.2 * m;
      // The storage value nearest to 1.3 (f32) or 2.2 (16 bits: at least 1.7 after rounding) tolerances away.
      const far = exact + sign * tolerance * (dtype === 'f32' ? 1.3 : 2.2);
      bitsOf(check.after)[START] = encode(far, dtype);
      const result = checkContract(check);
      expect(result.failureCount).toBe(1);
      expect(result.worst).toBeGreaterThan(1);
      expect(result.worst).toBeLessThan(3);
    }
  });

  it('accepts the neighbour in storage of an exact tie, for 16 bits', () => {
    if (dtype === 'f32') return;
    const check = scene(dtype);
    const exact = ropeReferenceExact(check.before, check.rotations);
    const low = decode(bitsOf(check.after)[START]!, dtype);
    exact[START] = low + (Math.sign(low) * ulp(low, dtype)) / 2;
    for (const step of [0, 1]) {
      bitsOf(check.after)[START] = encode(low + step * Math.sign(low) * ulp(low, dtype), dtype);
      expect(checkContract({ ...check, exact }).failureCount).toBe(0);
    }
  });

  it('rejects a shift by one element', () => {
    const check = scene(dtype);
    const bits = bitsOf(check.after);
    bits.copyWithin(START + 1, START, START + 7);
    expect(checkContract(check).failureCount).toBeGreaterThan(4);
  });

  it('rejects changed bits in tails, gaps, padding, other rows and guards, NaN payloads included', () => {
    const length = scene(dtype).before.length;
    for (const index of [
      0,
      3,
      START - 1,
      START + 8,
      START + 9,
      START + 10,
      START + 24,
      START + 72,
      length - 1,
    ]) {
      const check = scene(dtype);
      bitsOf(check.after)[index]! ^= 1;
      const result = checkContract(check);
      expect(result.failureCount, `element ${index}`).toBe(1);
      expect(result.worst).toBe(Infinity);
      expect(result.failures[0]).toMatchObject({ index, place: 'untouched: tail, padding, gap or guard' });
    }
  });

  it('rejects an array that was not rotated, and another pairing, position, factor or sense', () => {
    const { before, after, rotations } = scene(dtype);
    expect(checkContract({ before, after: before, rotations }).failureCount).toBeGreaterThan(50);
    for (const change of [
      { pairing: 'interleaved' },
      { positions: [4, -1, 131071] },
      { positions: [3, -1, 131070] },
      { attentionFactor: 1.25 },
      { inverseFrequencies: [-1, -0.1, -0.01, -0.001] },
      { first: 1 },
      { positions: [3, 4, 131071] },
      { rotaryDim: 6, inverseFrequencies: [1, 0.1, 0.01] },
    ] as const) {
      const changed = { ...rotations, ...change };
      expect(
        checkContract({ before, after, rotations: changed }).failureCount,
        JSON.stringify(change),
      ).toBeGreaterThan(2);
    }
  });

  it('knows where NaN and infinities belong', () => {
    const { before, rotations } = scene(dtype);
    bitsOf(before)[START] = encode(Infinity, dtype);
    bitsOf(before)[START + 1] = encode(Number.NaN, dtype);
    const after = before.slice() as StorageArray;
    applyRopeReference(after, rotations);
    expect(checkContract({ before, after, rotations }).failureCount).toBe(0);
    for (const wrong of [
      encode(-Infinity, dtype),
      encode(Infinity, dtype),
      encode(1, dtype),
      encode(Number.NaN, dtype),
    ]) {
      const bad = after.slice() as StorageArray;
      const bits = bitsOf(bad);
      // One of the four is what belongs there.
      const right = bits[START] === wrong ? 1 : 0;
      bits[START] = wrong;
      expect(checkContract({ before, after: bad, rotations }).failureCount).toBe(1 - right);
    }
    const cleared = after.slice() as StorageArray;
    bitsOf(cleared)[START + 1] = 0;
    expect(checkContract({ before, after: cleared, rotations }).failureCount).toBe(1);
  });

  it('refuses to compare lengths or kinds that do not fit', () => {
    const { before, after, rotations } = scene(dtype);
    expect(() => checkContract({ before, after: after.subarray(1), rotations })).toThrow(
      `after: expected ${before.length} elements (as before), got ${before.length - 1}`,
    );
    expect(() => checkContract({ before, after, rotations, exact: new Float64Array(3) })).toThrow(
      `exact: expected ${before.length} elements (as before), got 3`,
    );
    const other = dtype === 'f32' ? new Uint16Array(before.length) : new Float32Array(before.length);
    expect(() => checkContract({ before, after: other, rotations })).toThrow(/^after: expected an array of/);
    expect(() => checkContract({ before, after, rotations: [] })).toThrow('rotations: expected at least one');
    expect(() => checkContract({ before, after, rotations: [rotations, rotations] })).toThrow(
      'expected disjoint',
    );
  });

  it('takes several rotations of one array: packed QKV', () => {
    const shape = {
      dtype,
      pairing: 'half',
      headDim: 4,
      tokens: 3,
      positions: 7,
      inverseFrequencies: [1, 0.5],
      strides: { token: 24 },
    } as const;
    const q = { ...shape, heads: 4 };
    const k = { ...shape, heads: 1, offset: 16 };
    const before = guardedTensor(dtype, { ...q, heads: 6 }, createRandom(6));
    const after = before.slice() as StorageArray;
    applyRopeReference(after, q);
    expect(checkContract({ before, after, rotations: [q, k] }).failureCount).toBe(12);
    applyRopeReference(after, k);
    expectContract({ before, after, rotations: [q, k] });
    expect(checkContract({ before, after, rotations: q }).failureCount).toBe(12);
  });
});

describe('checkContract, edges', () => {
  const rotations: RopeReferenceOptions = {
    dtype: 'f16',
    pairing: 'half',
    heads: 1,
    headDim: 2,
    tokens: 1,
    positions: 0,
    inverseFrequencies: [1],
  };
  const worstOf = (exact: number, bits: number): number =>
    checkContract({
      before: toStorage([1, 0], 'f16'),
      after: Uint16Array.of(bits, 0),
      exact: Float64Array.of(exact, 0),
      rotations,
    }).worst;

  it('f16 overflow: an infinity passes from one ulp below 65536, the largest value up to one ulp above it', () => {
    expect(worstOf(65520, 0x7c00)).toBeLessThanOrEqual(1);
    expect(worstOf(65519, 0x7c00)).toBeLessThanOrEqual(1);
    expect(worstOf(65503, 0x7c00)).toBe(Infinity);
    expect(worstOf(70000, 0x7c00)).toBe(0);
    expect(worstOf(70000, 0xfc00)).toBe(Infinity);
    expect(worstOf(65530, 0x7bff)).toBeLessThanOrEqual(1);
    expect(worstOf(65540, 0x7bff)).toBeGreaterThan(1);
    expect(worstOf(70000, 0x7e00)).toBe(Infinity);
    expect(worstOf(Infinity, 0x7bff)).toBe(Infinity);
    expect(worstOf(Infinity, 0x7c00)).toBe(0);
    expect(worstOf(Number.NaN, 0x7c00)).toBe(Infinity);
    expect(worstOf(Number.NaN, 0x7d01)).toBe(0);
  });

  it('f32 lets subnormal inputs be flushed, and nothing larger', () => {
    const f32 = { ...rotations, dtype: 'f32' } as const;
    const check = (value: number): number =>
      checkContract({ before: Float32Array.of(value, 0), after: new Float32Array(2), rotations: f32 })
        .failureCount;
    expect(check(2 ** -127)).toBe(0);
    expect(check(2 ** -123)).toBe(1);
  });

  it('f32 phases, as the PyTorch recipe makes them, break the contract at position 131071', () => {
    const options = { ...rotations, dtype: 'f32', positions: 131071, inverseFrequencies: [0.8137] } as const;
    const before = Float32Array.of(1, -0.5);
    const angle = Math.fround(131071 * Math.fround(0.8137));
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const after = Float32Array.of(c + 0.5 * s, s - 0.5 * c);
    expect(checkContract({ before, after, rotations: options }).worst).toBeGreaterThan(100);
  });

  it('a looser share and another scale are taken at their word', () => {
    const options = { ...rotations, dtype: 'f32' } as const;
    const check = {
      before: Float32Array.of(1, 0),
      after: Float32Array.of(1 + 2 ** -20, 0),
      rotations: options,
    };
    expect(checkContract(check).worst).toBeCloseTo(2 ** -20 / 5e-7, 5);
    expect(checkContract({ ...check, relative: 1e-6 }).failureCount).toBe(0);
    expect(checkContract({ ...check, scale: 2 }).failureCount).toBe(0);
  });
});

describe('expectContract', () => {
  it('returns the result where all is well', () => {
    expect(expectContract(scene('f16')).failureCount).toBe(0);
  });

  it('names index, token, head, dim, position, got and expected', () => {
    const check = scene('f32');
    const expected = check.after[START + 17]!;
    check.after[START + 17] = 42;
    expect(() => expectContract(check, 'q')).toThrow(
      new RegExp(
        `^q: 1 of ${check.before.length} elements wrong \\(64 rotated\\)\\n  \\[${START + 17}\\] sequence 0, token 0, ` +
          `head 1, dim 5, position 3: got 42 \\(0x42280000\\), expected ${String(expected).slice(0, 6)}`,
      ),
    );
  });

  it('throws for an array full of NaN, and shows ten of its elements', () => {
    const check = scene('bf16');
    poison(check.after);
    bitsOf(check.after).reverse();
    let message = '';
    try {
      expectContract(check);
    } catch (error) {
      message = String(error);
    }
    expect(message.split('\n').length).toBe(11);
  });
});
