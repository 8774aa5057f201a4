import { describe, expect, it } from 'vitest';
import { expectClose, expectSameBits } from './compare';

describe('expectClose', () => {
  it('passes what is within the tolerance and returns the worst share', () => {
    expect(expectClose([1, 2.5, -3], [1, 2, -3], 1)).toBe(0.5);
    expect(expectClose([Infinity, 0], [Infinity, -0], 0)).toBe(0);
    expect(expectClose([1, 11], [1.5, 10], (i) => (i === 0 ? 0.5 : 2))).toBe(1);
  });

  it.each([
    ['a NaN', [1, Number.NaN]],
    ['an infinity', [1, Infinity]],
    ['a flipped sign', [1, -2]],
    ['one element off', [1, 2.02]],
    ['a swap', [2, 1]],
    ['a short array', [1]],
    ['a long array', [1, 2, 2]],
  ])('rejects %s', (_name, got) => {
    expect(() => expectClose(got, [1, 2], 0.01, 'out')).toThrow(/^out/);
  });

  it('rejects whatever meets a NaN: expected or tolerance', () => {
    expect(() => expectClose([1], [Number.NaN], 1)).toThrow('expected NaN');
    expect(() => expectClose([Number.NaN], [Number.NaN], 1)).toThrow('expected NaN');
    expect(() => expectClose([1], [2], Number.NaN)).toThrow('within NaN');
    expect(() => expectClose([1], [Infinity], Infinity)).toThrow('expected Infinity');
  });
});

describe('expectSameBits', () => {
  it('passes equal bits, NaNs included', () => {
    expectSameBits(Float32Array.of(1, Number.NaN), Float32Array.of(1, Number.NaN));
    expectSameBits(Uint16Array.of(0x7e01), Uint16Array.of(0x7e01));
  });

  it.each([
    ['the other zero', Float32Array.of(-0, 1)],
    ['a last bit', Float32Array.of(0, 1 + 2 ** -23)],
    ['a NaN', Float32Array.of(0, Number.NaN)],
    ['a short array', Float32Array.of(0)],
    ['another kind', Uint16Array.of(0, 1)],
  ])('rejects %s', (_name, got) => {
    expect(() => expectSameBits(got, Float32Array.of(0, 1), 'k')).toThrow(/^k/);
  });
});
