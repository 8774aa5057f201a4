import { describe, expect, test } from 'vitest';
import { alibiSlopes } from 'webgpu-rope/bias';
import { expectClose } from '../support/compare';

/** MPT's form: the slopes of the next higher power of two, every other one first. */
function mptSlopes(heads: number, maxBias: number): number[] {
  const power = 2 ** Math.ceil(Math.log2(heads));
  const slopes = Array.from({ length: power }, (_, i) => 1 / 2 ** ((i + 1) * (maxBias / power)));
  if (power === heads) return slopes;
  const odd = slopes.filter((_, i) => i % 2 === 1);
  const even = slopes.filter((_, i) => i % 2 === 0);
  return [...odd, ...even].slice(0, heads);
}

/** The authors' form, as in BLOOM: a ratio multiplied up, and itself for the next power of two. */
function paperSlopes(heads: number): number[] {
  const ofPower = (n: number): number[] => {
    const start = 2 ** -(2 ** -(Math.log2(n) - 3));
    return Array.from({ length: n }, (_, i) => start * start ** i);
  };
  if (Number.isInteger(Math.log2(heads))) return ofPower(heads);
  const power = 2 ** Math.floor(Math.log2(heads));
  const rest = paperSlopes(2 * power).filter((_, i) => i % 2 === 0);
  return [...ofPower(power), ...rest.slice(0, heads - power)];
}

describe('alibiSlopes', () => {
  test('8 and 16 heads: the numbers of the paper', () => {
    expect([...alibiSlopes(8)]).toEqual([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128, 1 / 256]);
    const sixteen = alibiSlopes(16);
    for (let i = 0; i < 16; i++) expect(sixteen[i]).toBeCloseTo(1 / 2 ** ((i + 1) / 2), 15);
    expect([...alibiSlopes(1)]).toEqual([1 / 256]);
  });

  test('12 heads: those of 8, then the first, third, fifth and seventh of 16', () => {
    const [twelve, eight, sixteen] = [alibiSlopes(12), alibiSlopes(8), alibiSlopes(16)];
    expect([...twelve]).toEqual([...eight, sixteen[0], sixteen[2], sixteen[4], sixteen[6]]);
  });

  test('the forms of the paper and of MPT, for 1 to 130 heads (BLOOM-176B has 112)', () => {
    for (let heads = 1; heads <= 130; heads++) {
      const slopes = alibiSlopes(heads);
      // The ratio is multiplied up in up to 128 steps, each rounded: 128 * 2^-53 of at most 1.
      expectClose(slopes, paperSlopes(heads), 2 ** -46, `${heads} heads, paper`);
      for (const maxBias of [8, 4, 16, 5.5]) {
        // An exponent of up to 16, rounded by 2^-50, times ln 2.
        expectClose(
          alibiSlopes(heads, { maxBias }),
          mptSlopes(heads, maxBias),
          2 ** -49,
          `${heads} heads, MPT`,
        );
      }
    }
  });

  test.each([
    [[0], new RangeError('heads: expected an integer in 1..65536, got 0')],
    [[2.5], new RangeError('heads: expected an integer in 1..65536, got 2.5')],
    [['8'], new TypeError('heads: expected an integer, got "8"')],
    [[8, { maxBias: 0 }], new RangeError('maxBias: expected a number above 0 and up to 100, got 0')],
    [[8, { maxBias: 200 }], new RangeError('maxBias: expected a number above 0 and up to 100, got 200')],
    [[8, { maxbias: 8 }], new TypeError('options: expected only maxBias, got "maxbias"')],
  ])('refuses %j', (args, error) => {
    expect(() => alibiSlopes(...(args as [number]))).toThrow(error);
  });
});
