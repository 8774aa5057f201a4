import { expect, test } from 'vitest';
import { fresh } from '../../support/fresh';
import { callLibrary, floatsOf, wordsOf } from '../../support/library-calls';
import { createRandom, type Random } from '../../support/random';
import code from './turns.wgsl?linked';

/** A frequency in turns, times 2^64, and its sign; a point as whole + part * 2^-bits. */
interface Case {
  readonly turns: bigint;
  readonly isReversed: boolean;
  readonly whole: number;
  readonly part: number;
  readonly bits: number;
  readonly isNegative: boolean;
}

const word = (value: bigint, index: number): number => Number((value >> BigInt(32 * index)) & 0xffffffffn);

function randomCase(random: Random): Case {
  const bits = () => BigInt(random.integer(0, 2 ** 32 - 1));
  return {
    turns: (bits() << 64n) | (bits() << 32n) | bits(),
    isReversed: random.integer(0, 1) === 1,
    whole: random.pick([0, 1, -1, random.integer(-(2 ** 30), 2 ** 30), random.integer(-4096, 4096)]),
    part: random.pick([0, 1, 2 ** 24 - 1, random.integer(0, 2 ** 24 - 1)]),
    bits: random.integer(0, 149),
    isNegative: random.integer(0, 1) === 1,
  };
}

const wordsOfCase = (c: Case): number[] => [
  ...[word(c.turns, 0), word(c.turns, 1), word(c.turns, 2), c.isReversed ? 1 : 0],
  ...[c.whole >>> 0, c.part, c.bits, c.isNegative ? 1 : 0],
];

/** 3 times the lowest words carries into the third one: 3 * 0x55555555 is all ones. */
const carrying = [1, 8, 31].map((bits): Case => {
  const turns = (7n << 64n) | 0x55555555ffffffffn;
  return { turns, isReversed: false, whole: 0, part: 3, bits, isNegative: false };
});

/** Fractions of a turn, in 2^-32 and cut. */
const fraction = (turns: bigint): number => word(turns >> 32n, 0);
const negated = (turn: number, isNegative: boolean): number => (isNegative ? -turn >>> 0 : turn);
const wholeOf = ({ turns, whole }: Case): number =>
  negated(fraction(BigInt(Math.abs(whole)) * (turns & (2n ** 64n - 1n))), whole < 0);
const partOf = ({ turns, part, bits, isNegative }: Case): number =>
  negated(fraction((BigInt(part) * turns) >> BigInt(bits)), isNegative);

const turnOf = (c: Case): number => negated((wholeOf(c) + partOf(c)) >>> 0, c.isReversed);

test.each([
  { name: 'whole_turn', of: wholeOf },
  { name: 'part_turn', of: partOf },
  { name: 'turn_of', of: turnOf },
])('$name: to the bit', ({ name, of }) =>
  fresh(async (random) => {
    const cases = [...carrying, ...Array.from({ length: 2000 }, () => randomCase(random))];
    const got = await callLibrary({ code, name, calls: cases.map(wordsOfCase) });
    expect(got.map((words) => words[0])).toEqual(cases.map(of));
  }),
);

test('negated_if: a turn the other way round', async () => {
  const calls = [0, 1, 2 ** 31, 2 ** 32 - 1].flatMap((turn) => [0, 1].map((is) => [turn, is, 0, 0]));
  const got = await callLibrary({ code, name: 'negated_if', calls });
  expect(got.map((words) => words[0])).toEqual(calls.map(([turn, is]) => negated(turn!, is === 1)));
});

const boundaries = [0, 2 ** 21 - 1, 2 ** 21, 2 ** 22 - 1, 2 ** 22, 2 ** 31, 2 ** 32 - 2 ** 21, 2 ** 32 - 1];

test('near_turn: the nearest of 1024 rows, and the angle that is left', async () => {
  const random = createRandom(5);
  const turns = [...boundaries, ...Array.from({ length: 500 }, () => random.integer(0, 2 ** 32 - 1))];
  const got = await callLibrary({ code, name: 'near_turn', calls: turns.map((turn) => [turn, 0, 0, 0]) });
  for (const [i, turn] of turns.entries()) {
    const row = Math.floor(turn / 2 ** 22 + 0.5) % 1024;
    expect(got[i]![0]).toBe(row);
    const left = ((turn - row * 2 ** 22 + 2 ** 31) % 2 ** 32) - 2 ** 31;
    const angle = (left * 2 * Math.PI) / 2 ** 32;
    expect(Math.abs(floatsOf(got[i]!)[1]! - angle)).toBeLessThanOrEqual(Math.abs(angle) * 2 ** -22);
  }
});

test('turned_on: a unit vector turned on by up to 2 pi / 2048', async () => {
  const random = createRandom(6);
  const all = Array.from({ length: 1000 }, () => {
    const angle = random.normal() * 3;
    const rest = (random.integer(-1000, 1000) * Math.PI) / 1024 / 1000;
    return Float32Array.of(Math.cos(angle), Math.sin(angle), rest, 0);
  });
  const got = await callLibrary({
    code,
    name: 'turned_on',
    calls: all.map((numbers) => [...wordsOf(numbers)]),
  });
  for (const [i, [x, y, rest]] of all.entries()) {
    const [cos, sin] = [Math.cos(rest!), Math.sin(rest!)];
    const [a, b] = floatsOf(got[i]!);
    // What is added is below 2^-8: its roundings are below 2^-30. The sum rounds once, by up to half of 2^-23.
    expect(Math.abs(a! - (x! * cos - y! * sin))).toBeLessThan(2 ** -24 + 2 ** -28);
    expect(Math.abs(b! - (y! * cos + x! * sin))).toBeLessThan(2 ** -24 + 2 ** -28);
  }
});
