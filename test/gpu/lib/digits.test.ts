import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../../src/dtypes';
import { callLibrary, floatsOf, hex, wordsOf } from '../../support/library-calls';
import { createRandom, type Random, seeded } from '../../support/random';
import { expectNear, ofQuad, product, quotient } from './complex';
import code from './digits.wgsl?linked';

describe('digit_rows', () => {
  const shapes = [
    { lowBits: 0, row: 1, run: 1 },
    { lowBits: 5, row: 3, run: 1 },
    { lowBits: 5, row: 6, run: 2 },
    { lowBits: 10, row: 32, run: 4 },
    { lowBits: 12, row: 128, run: 2 },
  ];
  const positions = [0, 1, 31, 32, 4095, 4096, 131_071, 1_000_000, 2 ** 24 - 1];
  const cases = shapes.flatMap((shape) => positions.map((position) => ({ ...shape, position })));
  const highRows = 2 ** 20 + 8;
  const calls = cases.map(({ lowBits, row, position, run }) => [
    ...[lowBits, highRows, row, 0x7fa00001],
    ...[position, run, 0, 0],
  ]);

  test.each([1, 0])('TWO_DIGITS %i', async (twoDigits) => {
    const got = await callLibrary({ code, name: 'digit_rows', constants: { TWO_DIGITS: twoDigits }, calls });
    for (const [i, { lowBits, row, position, run }] of cases.entries()) {
      const base = 2 ** lowBits;
      const expected = twoDigits
        ? [(position % base) * row, highRows + Math.floor(position / base) * row]
        : [position * row, 0];
      const inQuads = [...got[i]!.subarray(0, 2)].map((runs) => runs * run);
      expect(inQuads, JSON.stringify(cases[i])).toEqual(expected);
    }
  });
});

/** Four float32 numbers of either sign between 2^-30 and 2^30. */
const randomQuad = (random: Random): Float32Array =>
  Float32Array.from({ length: 4 }, () => random.normal() * 2 ** random.integer(-28, 27) + 2 ** -30);

test.each([
  { name: 'product', sign: 1, what: 'of the two numbers of a quad apart' },
  { name: 'conjugate_product', sign: -1, what: 'the second number of each is conjugated' },
])('$name: $what', ({ name, sign }) =>
  seeded(21, async (random) => {
    const cases = Array.from({ length: 500 }, () => [randomQuad(random), randomQuad(random)] as const);
    const calls = cases.map(([a, b]) => [...wordsOf(a), ...wordsOf(b)]);
    const got = await callLibrary({ code, name, calls });
    for (const [i, [a, b]] of cases.entries()) {
      for (const [j, result] of ofQuad(floatsOf(got[i]!)).entries()) {
        const { re, im } = ofQuad(b)[j]!;
        const expected = product(ofQuad(a)[j]!, { re, im: sign * im });
        expectNear(result, expected, `${name} ${j} of ${a} and ${b}`);
      }
    }
  }),
);

test('scale_for: a power of two that brings a magnitude to 1 or above, below 2; at most 2^126, at least 2^-126', async () => {
  const magnitudes = [
    0,
    2 ** -149,
    2 ** -127,
    2 ** -126,
    2 ** -125,
    1e-30,
    0.75,
    1,
    2 - 2 ** -23,
    2,
    1e30,
    2 ** 126,
  ];
  const all = [...magnitudes, 2 ** 127, decode(0x7f7fffff, 'f32')];
  const calls = all.map((magnitude, i) => [...wordsOf([magnitude, all[all.length - 1 - i]!]), 0, 0]);
  const got = await callLibrary({ code, name: 'scale_for', calls });
  const scaleFor = (magnitude: number) =>
    2 ** -Math.min(126, Math.max(-126, Math.floor(Math.log2(Math.fround(magnitude)))));
  const expected = all.map((magnitude) => encode(scaleFor(magnitude), 'f32'));
  expect(hex(got.map(([word]) => word!))).toEqual(hex(expected));
  expect(hex(got.map((words) => words[1]!))).toEqual(hex(expected.reverse()));
});

describe('quotient', () => {
  // To both ends of float32's normal numbers, so far as no numerator overflows.
  const lengths = [1, 1e-30, 1e30, 2 ** -122, 1e37];

  async function expectQuotients(cases: readonly (readonly [Float32Array, Float32Array])[]): Promise<void> {
    const calls = cases.map(([a, b]) => [...wordsOf(a), ...wordsOf(b)]);
    const got = await callLibrary({ code, name: 'quotient', calls });
    for (const [i, [a, b]] of cases.entries()) {
      for (const [j, result] of ofQuad(floatsOf(got[i]!)).entries()) {
        const [numerator, divisor] = [ofQuad(a)[j]!, ofQuad(b)[j]!];
        const isZero = divisor.re === 0 && divisor.im === 0;
        const bounded = isZero ? { exact: { re: 0, im: 0 }, tolerance: 0 } : quotient(numerator, divisor);
        expectNear(result, bounded, `quotient ${j} of ${a} and ${b}`);
      }
    }
  }

  test.each(lengths)('of divisors of about %d: of 1, and of numbers about as large', (length) =>
    seeded(22, async (random) => {
      const cases = Array.from({ length: 200 }, (_, i) => {
        const about = () => Math.max(0.1, Math.abs(random.normal())) * random.pick([length, -length]);
        const b = Float32Array.from({ length: 4 }, about);
        const a = i % 2 === 0 ? Float32Array.of(1, 1, 0, 0) : Float32Array.from({ length: 4 }, about);
        return [a, b] as const;
      });
      await expectQuotients(cases);
    }),
  );

  test('the two numbers of a quad are scaled apart', () =>
    expectQuotients([
      [Float32Array.of(1, 1, 0, 0), Float32Array.of(1e-30, 1e30, 1e-31, -1e29)],
      [Float32Array.of(1e-30, 1e30, 0, 1), Float32Array.of(1e-30, 1e30, 0, 1)],
      [Float32Array.of(0.5, 0.25, -1, 1), Float32Array.of(1e30, 1e-30, 0, 0)],
    ]));

  test('by zero is 0, and leaves the other number of the quad', () =>
    expectQuotients([
      [Float32Array.of(1, 1, 0, 0), new Float32Array(4)],
      [Float32Array.of(3, -4, 1e30, 2), Float32Array.of(0, 0.5, 0, 2)],
      [Float32Array.of(3, -4, -1, 2), Float32Array.of(0.6, -0, 0.8, -0)],
    ]));
});

test('cos_sin_of: the even pair of a quad, and the odd one', async () => {
  const random = createRandom(23);
  const pairs = [0, 1, 2, 63, 64, 255];
  const cases = pairs.map((pair) => ({ pair, quad: wordsOf(randomQuad(random)) }));
  const calls = cases.map(({ pair, quad }) => [...quad, pair, 0, 0, 0]);
  const got = await callLibrary({ code, name: 'cos_sin_of', calls });
  for (const [i, { pair, quad }] of cases.entries()) {
    const lane = pair % 2;
    expect(hex(got[i]!.subarray(0, 2))).toEqual(hex([quad[lane]!, quad[lane + 2]!]));
  }
});
