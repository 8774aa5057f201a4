import { describe, expect, it } from 'vitest';
import { encodingCatalogue, precisionLoss, precisionRanking } from 'webgpu-rope/analysis';
import { storedAs } from '../../src/analysis/low-precision';
import { fresh } from '../support/fresh';

/** All positive numbers of e4m3 (OCP 8-bit floating point, revision 1.0, table 2): no infinity, and 0x7f is NaN. */
const e4m3 = Array.from({ length: 127 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 3, bits & 7];
  return exponent === 0 ? (fraction / 8) * 2 ** -6 : (1 + fraction / 8) * 2 ** (exponent - 7);
});

describe('storedAs', () => {
  it('e4m3: the nearest number, the even one of two, with a scale that makes the largest 448', () =>
    fresh((random) => {
      expect(e4m3.at(-1)).toBe(448);
      const given = Float64Array.from({ length: 500 }, () => random.normal() * 2 ** random.integer(-12, 6));
      given[0] = 448;
      for (let i = 1; i < 127; i++) given[i] = (e4m3[i]! + e4m3[i - 1]!) / 2;
      const values = given.map((value) => Math.max(-448, Math.min(448, value)));
      const stored = storedAs('e4m3', values);
      for (const [i, value] of values.entries()) {
        const distances = e4m3.map((each) => Math.abs(Math.abs(value) - each));
        const least = Math.min(...distances);
        const nearest = distances.flatMap((each, bits) => (each === least ? [bits] : []));
        const bits = nearest.find((each) => each % 2 === 0) ?? nearest[0]!;
        expect(Math.abs(stored[i]!), String(value)).toBe(e4m3[bits]);
      }
      const scaled = storedAs(
        'e4m3',
        values.map((value) => value / 64),
      );
      expect([...scaled]).toEqual([...stored].map((value) => value / 64));
    }));

  it('int8: 255 numbers, the largest at 127', () => {
    const stored = storedAs('int8', Float64Array.of(2, -2, 1 / 127, 3 / 127, 0.004, 0));
    expect([...stored].map((value) => (value * 127) / 2)).toEqual([127, -127, 0, 2, 0, 0]);
    expect([...storedAs('int8', new Float64Array(3))]).toEqual([0, 0, 0]);
  });
});

describe('precisionLoss', () => {
  it('bits of the position lose nothing in any type', () => {
    const losses = precisionLoss({ encoding: { type: 'binary', dim: 16 } });
    for (const loss of Object.values(losses))
      expect(loss).toEqual({ repeated: 0, scoreError: 0, scoreBits: Infinity });
  });

  it('an integer of 10 bits does not fit 8: positions become one', () => {
    const {
      f16,
      bf16,
      e4m3: fp8,
      int8,
    } = precisionLoss({ encoding: { type: 'integer', dim: 2 } }, { length: 1024 });
    expect(f16.repeated).toBe(0);
    // bf16 has all integers up to 256, every second one up to 512, every fourth one up to 1024.
    expect(bf16.repeated).toBe(1024 - 256 - 128 - 129);
    expect(int8.repeated).toBe(1024 - 128);
    expect(fp8.repeated).toBeGreaterThan(1024 - 128);
  });

  it('RoPE: an error of scores is that of its cosines', () => {
    const { f16, bf16, e4m3: fp8, int8 } = precisionLoss({ rope: { headDim: 64 } });
    const errors = [f16, bf16, int8, fp8].map(({ scoreError }) => scoreError);
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(f16.scoreBits).toBeGreaterThan(10);
    expect(fp8.scoreBits).toBeGreaterThan(3);
  });

  it.each([
    [{ length: 1 }, new RangeError('length: expected an integer in 2..4096 (tokens), got 1')],
    [{ tokens: 3 }, new TypeError('options: expected only length, got "tokens"')],
  ])('refuses %j', (options, error) => {
    expect(() => precisionLoss({ rope: { headDim: 8 } }, options as object)).toThrow(error);
  });
});

it('precisionRanking: those that every type tells apart come first, then by the bits that the worst type leaves', () => {
  const ranking = precisionRanking(encodingCatalogue(16, 64), { length: 64 });
  const kept = ranking.map(
    ({ losses }) => Object.values(losses).filter(({ repeated }) => repeated === 0).length,
  );
  expect(kept).toEqual([...kept].sort((a, b) => b - a));
  expect(ranking.find(({ title }) => title === 'Binary')).toBe(ranking[0]);
  expect(new Set(ranking.map(({ title }) => title))).toEqual(
    new Set(encodingCatalogue(16, 64).map(({ title }) => title)),
  );
});
