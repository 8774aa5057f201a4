import { describe, expect, test } from 'vitest';
import { isPowerOfTwo, writeDivisor } from '../../../src/kernel/divisor';
import { divisorLayout } from '../../../src/kernel/params';
import { callLibrary } from '../../support/library-calls';
import { createRandom } from '../../support/random';
import code from './items.wgsl?linked';

const poison = [0x7fa00001, 0x7fa00002, 0x7fa00003] as const;
const largest = 2 ** 31 - 1;

function wordsOfDivisor(by: number): number[] {
  const words = new Uint32Array(divisorLayout.words);
  writeDivisor(words, divisorLayout.at, by);
  return [...words];
}

test('multiply_high: the upper half of a product', async () => {
  const random = createRandom(11);
  const ends = [0, 1, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff];
  const pairs = [
    ...ends.flatMap((a) => ends.map((b) => [a, b])),
    ...Array.from({ length: 2000 }, () => [random.integer(0, 2 ** 32 - 1), random.integer(0, 2 ** 32 - 1)]),
  ];
  const calls = pairs.map(([a, b]) => [a!, b!, b!, a!]);
  const got = await callLibrary({ code, name: 'multiply_high', calls });
  for (const [i, [a, b]] of pairs.entries()) {
    const expected = Number((BigInt(a!) * BigInt(b!)) >> 32n);
    expect([...got[i]!.subarray(0, 2)], `${a} * ${b}`).toEqual([expected, expected]);
  }
});

const divisors = [1, 2, 3, 5, 7, 24, 40, 96, 1023, 1024, 1025, 2 ** 16 - 1, 2 ** 20 + 7, 2 ** 26 - 1];

interface Quotients {
  readonly name: string;
  readonly by: number;
  readonly numbers: readonly number[];
}

/** Fails unless one of the divisions gives the quotient of every number. */
async function expectQuotients({ name, by, numbers }: Quotients): Promise<void> {
  const divisor = wordsOfDivisor(by);
  const calls = Array.from({ length: Math.ceil(numbers.length / 4) }, (_, i) => {
    const four = [0, 1, 2, 3].map((lane) => numbers[4 * i + lane] ?? 0);
    return [...divisor, ...four];
  });
  const got = await callLibrary({ code, name, calls });
  const quotients = got.flatMap((words) => [...words]).slice(0, numbers.length);
  expect(quotients).toEqual(numbers.map((n) => Math.floor(n / by)));
}

// test/kernel/divisor.test.ts has many more numbers, of the same arithmetic on the host.
describe.each(divisors)('by %i', (by) => {
  test('divided: exact below 2^31', async () => {
    const random = createRandom(12);
    const multiples = Array.from({ length: 500 }, () => by * random.integer(0, Math.floor(largest / by)));
    const last = largest - (largest % by);
    const around = [by, 2 * by, last, ...multiples].flatMap((n) => [n - 1, n, n + 1]);
    const random31 = Array.from({ length: 500 }, () => random.integer(0, largest));
    const all = [0, 1, ...around, ...random31, largest].filter((n) => n >= 0 && n <= largest);
    await expectQuotients({ name: 'divided', by, numbers: all });
  });

  // From 1024 on a workgroup has no more items than the divisor.
  const ends = [0, 1, 1023, by - 1, by, by + 1, by + 1023, 2 * by - 1];
  const numbers = by < 1024 ? Array.from({ length: by + 1025 }, (_, n) => n) : ends;
  test('divided_near: exact for what a workgroup has left', () =>
    expectQuotients({ name: 'divided_near', by, numbers }));
});

interface Spread {
  readonly units: number;
  readonly groups: number;
  readonly rows: number;
}

const itemsIn = ({ units, groups, rows }: Spread) => units * groups * rows;

/** The words of a Grid. What item_of must not mind is poisoned. */
function wordsOfGrid(spread: Spread, width: number): number[] {
  const isPowers = isPowerOfTwo(spread.units) && isPowerOfTwo(spread.groups);
  const divisors = [spread.units, spread.groups].map(wordsOfDivisor);
  // Of powers of two only these two are written by a host that has no others (docs/wgsl.md).
  const needed = isPowers ? divisors.map(([by, , shift]) => [by!, poison[0], shift!, poison[1]]) : divisors;
  return [...needed.flat(), itemsIn(spread), width, isPowers ? 1 : 0, ...poison, poison[0], 0];
}

/** Every (unit, group, row) of a slice, units next to each other. */
function* allItems({ units, groups, rows }: Spread): Generator<[unit: number, group: number, row: number]> {
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      for (let unit = 0; unit < units; unit++) yield [unit, group, row];
    }
  }
}

// Powers of two, then others: one of everything, primes, one power; more than one workgroup, more than one row of them; more
// units than a workgroup has items, and more groups.
const spreads: [Spread, width: number][] = [
  [{ units: 1, groups: 1, rows: 1 }, 1],
  [{ units: 4, groups: 2, rows: 37 }, 2],
  [{ units: 1, groups: 16, rows: 11 }, 3],
  [{ units: 3, groups: 1, rows: 7 }, 2],
  [{ units: 5, groups: 2, rows: 33 }, 1],
  [{ units: 2, groups: 3, rows: 65 }, 3],
  [{ units: 1, groups: 3, rows: 100 }, 2],
  [{ units: 1030, groups: 3, rows: 2 }, 4],
  [{ units: 3, groups: 1100, rows: 2 }, 4],
];

describe.each([1, 32, 64, 256, 1024])('WORKGROUP %i', (workgroup) => {
  const constants = { WORKGROUP: workgroup };

  test.each(spreads)(
    'item_of: in a slice of %j, %i workgroups wide, each item belongs to one invocation',
    async (spread, width) => {
      const height = Math.ceil(itemsIn(spread) / workgroup / width) + 1;
      const grid = wordsOfGrid(spread, width);
      // Every invocation, in the order of items.
      const calls = Array.from({ length: width * height * workgroup }, (_, i) => {
        const group = Math.floor(i / workgroup);
        return [...grid, group % width, Math.floor(group / width), i % 5, i % workgroup];
      });
      const got = await callLibrary({ code, name: 'item_of', constants, calls, vectors: 2 });
      const expected = [...allItems(spread)].map((item, i) => [1, ...item, i % 5].join());
      expect(calls.length).toBeGreaterThan(expected.length);
      const inside = got.slice(0, expected.length).map((words) => words.subarray(0, 5).join());
      expect(inside).toEqual(expected);
      expect(got.slice(expected.length).filter(([isInside]) => isInside !== 0)).toEqual([]);
    },
  );

  test.each([
    { units: 2 ** 8, groups: 2 ** 5, rows: 2 ** 17 },
    { units: 251, groups: 31, rows: 2 ** 18 },
    { units: 2 ** 20 + 7, groups: 3, rows: 600 },
  ])('item_of: the last item of %j, and the one behind it', async (spread) => {
    const width = 2 ** 12 - 1;
    const last = itemsIn(spread) - 1;
    const calls = [last, last + 1].map((index) => {
      const group = Math.floor(index / workgroup);
      return [...wordsOfGrid(spread, width), group % width, Math.floor(group / width), 9, index % workgroup];
    });
    const [inside, outside] = await callLibrary({ code, name: 'item_of', constants, calls, vectors: 2 });
    const { units, groups, rows } = spread;
    expect([...inside!.subarray(0, 5)]).toEqual([1, units - 1, groups - 1, rows - 1, 9]);
    expect(outside![0]).toBe(0);
  });
});

/** The words of a Grid of which only what says where tokens and sequences are is not poison. */
function wordsOfRows(rowsAreSequences: number, counts = 0): number[] {
  const divisor = [...poison, poison[0]];
  return [...divisor, ...divisor, ...poison, rowsAreSequences, 1000, 70, counts, 0];
}

const items = [...allItems({ units: 3, groups: 2, rows: 4 })].flatMap((item) =>
  [0, 1, 2].map((slice) => [...item, slice]),
);

describe.each([0, 1])('rows_are_sequences %i', (rowsAreSequences) => {
  const calls = items.map((item) => [...wordsOfRows(rowsAreSequences), ...item]);

  test('token_of: from the first token of the launch', async () => {
    const got = await callLibrary({ code, name: 'token_of', calls });
    const expected = items.map(([, , row, slice]) => 1000 + (rowsAreSequences ? slice! : row!));
    expect(got.map(([token]) => token)).toEqual(expected);
  });

  test('sequence_of: from the first sequence of the launch', async () => {
    const got = await callLibrary({ code, name: 'sequence_of', calls });
    const expected = items.map(([, , row, slice]) => 70 + (rowsAreSequences ? row! : slice!));
    expect(got.map(([sequence]) => sequence)).toEqual(expected);
  });

  test.each([1, 0])('is_counting: with counts %i', async (counts) => {
    const counted = items.map((item) => [...wordsOfRows(rowsAreSequences, counts), ...item]);
    const got = await callLibrary({ code, name: 'is_counting', calls: counted });
    // One item of each row of each slice.
    const expected = items.map(([unit, group]) => (counts === 1 && unit === 0 && group === 0 ? 1 : 0));
    expect(got.map(([isCounting]) => isCounting)).toEqual(expected);
    expect(expected.filter((each) => each === 1)).toHaveLength(counts * 12);
  });
});
