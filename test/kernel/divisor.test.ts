import { describe, expect, test } from 'vitest';
import { isPowerOfTwo, writeDivisor } from '../../src/kernel/divisor';
import { divisorLayout } from '../../src/kernel/params';
import { seeded } from '../support/random';

const { at } = divisorLayout;
const largest = 2 ** 31 - 1;

function divisorOf(by: number): Uint32Array {
  const words = new Uint32Array(divisorLayout.words);
  writeDivisor(words, at, by);
  return words;
}

/** The upper half of a product of two integers below 2^32: no number holds the whole of it. */
function multiplyHigh(a: number, b: number): number {
  const [high, low] = [Math.floor(b / 65536), b % 65536];
  return Math.floor((a * high + Math.floor((a * low) / 65536)) / 65536);
}

/** As divided() of shaders/lib/items.wgsl has it. */
function divided(n: number, words: Uint32Array): number {
  const [multiplier, shift] = [words[at.multiplier]!, words[at.shift]!];
  return (multiplier === 0 ? n : multiplyHigh(n, multiplier)) >>> shift;
}

/** As divided_near() has it. */
function dividedNear(n: number, words: Uint32Array): number {
  const near = words[at.near]!;
  if (near === 0) return n >= words[at.by]! ? 1 : 0;
  const product = n * near;
  return product < 2 ** 32 ? product >>> 21 : Number.NaN;
}

/** Fails unless every n has its quotient. Calls expect() once: millions of calls take minutes. */
function expectQuotients(by: number, ns: Iterable<number>, quotient = divided): void {
  const words = divisorOf(by);
  const wrong: string[] = [];
  for (const n of ns) {
    const got = quotient(n, words);
    if (got !== Math.floor(n / by)) wrong.push(`${n} / ${by} is not ${got}`);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
}

/** Below, at and above the multiples of `by` from the first-th on; none past the largest. */
function* aroundMultiples(by: number, first: number, count: number): Generator<number> {
  for (let k = Math.max(0, first); k < first + count; k++) {
    for (const n of [k * by - 1, k * by, k * by + 1]) if (n >= 0 && n <= largest) yield n;
  }
}

const divisors = [1, 2, 3, 5, 7, 24, 40, 96, 1023, 1024, 1025, 2 ** 16 - 1, 2 ** 16 + 1, 2 ** 20 + 7];
const most = [2 ** 26 - 1, 2 ** 26];
const small = Array.from({ length: 1023 }, (_, i) => i + 1);

describe('the quotient is exact', () => {
  // All multiples of the larger ones; of the smaller ones the first and the last 10000.
  test.each([...divisors, ...most])('by %i, around multiples', (by) => {
    const multiples = Math.floor(largest / by) + 1;
    if (multiples <= 50_000) return expectQuotients(by, aroundMultiples(by, 0, multiples));
    expectQuotients(by, aroundMultiples(by, 0, 10_000));
    expectQuotients(by, aroundMultiples(by, multiples - 10_000, 10_000));
  });

  test.each([...divisors, ...most])('by %i, of random numbers and of ends', (by) =>
    seeded(51, (random) => {
      const numbers = Array.from({ length: 20_000 }, () => random.integer(0, largest));
      const multiples = numbers.flatMap((n) => [...aroundMultiples(by, Math.floor(n / by), 1)]);
      const powers = Array.from({ length: 31 }, (_, i) => 2 ** i).flatMap((n) => [n - 1, n, n + 1]);
      expectQuotients(by, [...numbers, ...multiples, ...powers.filter((n) => n <= largest), largest]);
    }),
  );

  test('by every integer to 1023, around its first and last multiples', () => {
    for (const by of small) {
      expectQuotients(by, aroundMultiples(by, 0, 100));
      expectQuotients(by, aroundMultiples(by, Math.floor(largest / by) - 99, 100));
    }
  });

  test('by random integers to 2^26, around their last multiples', () =>
    seeded(52, (random) => {
      for (let i = 0; i < 5000; i++) {
        const by = random.integer(1, 2 ** random.integer(1, 26));
        expectQuotients(by, aroundMultiples(by, Math.floor(largest / by) - 9, 10));
      }
    }));
});

describe('the quotient of what is near is exact', () => {
  test('by every integer below 1024, of all below by + 1025', () => {
    for (const by of small) {
      const near = Array.from({ length: by + 1025 }, (_, n) => n);
      expectQuotients(by, near, dividedNear);
    }
  });

  test.each([1024, 1025, 2 ** 16 - 1, 2 ** 20 + 7, ...most])('by %i, of numbers below twice that', (by) => {
    const near = [0, 1, 1023, by - 1, by, by + 1, by + 1023, 2 * by - 1];
    expectQuotients(by, near, dividedNear);
  });
});

test('powers of two are shifts', () => {
  for (let bits = 0; bits <= 26; bits++) {
    const words = divisorOf(2 ** bits);
    expect([words[at.by], words[at.multiplier], words[at.shift]]).toEqual([2 ** bits, 0, bits]);
  }
});

test('isPowerOfTwo', () => {
  const powers = Array.from({ length: 2000 }, (_, i) => i + 1).filter(isPowerOfTwo);
  expect(powers).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
});

test('a multiplier that is off by one would be noticed', () => {
  const wrong = divisorOf(7);
  wrong[at.multiplier]!--;
  expect(divided(7, wrong)).not.toBe(1);
  wrong[at.multiplier]! += 2;
  const ns = [...aroundMultiples(7, Math.floor(largest / 7) - 9, 10)];
  expect(ns.some((n) => divided(n, wrong) !== Math.floor(n / 7))).toBe(true);
});
