import { describe, expect, test } from 'vitest';
import {
  bytesPerElement,
  fromStorage,
  type RopeDtype,
  ropeDtypes,
  type toStorage,
  ulp,
} from '../../../src/dtypes';
import { callLibrary, floatsOf, hex, wordsOf } from '../../support/library-calls';
import { bitsOf, createRandom, type Random, randomTensor, seeded } from '../../support/random';
import { type Bounded, type Complex, expectNear, ofQuad, product, quotient } from './complex';
import { evenOdd, packed } from './halves';
import code from './rotate.wgsl?linked';

const pairings = ['half', 'interleaved'] as const;
type Pairing = (typeof pairings)[number];

/** Elements of a 16-byte chunk; also pairs of a unit, which is two chunks. */
const chunkElements = (dtype: RopeDtype): number => 16 / bytesPerElement(dtype);

/** Pairs of a unit in the order in which rotated() takes their cos and sin: even elements of a chunk before odd ones. */
function laneOrder(dtype: RopeDtype, pairing: Pairing): number[] {
  if (dtype === 'f32') return [0, 1, 2, 3];
  return pairing === 'half' ? [0, 2, 4, 6, 1, 3, 5, 7] : [0, 1, 2, 3, 4, 5, 6, 7];
}

/** Which elements of a unit's 2 E, those of its first chunk first, make pair i. */
const elementsOf = (pair: number, elements: number, pairing: Pairing): [number, number] =>
  pairing === 'half' ? [pair, pair + elements] : [2 * pair, 2 * pair + 1];

/** A quad of a unit: which of the units of a head, which of its quads. */
interface QuadPlace {
  readonly units: number;
  readonly unit: number;
  readonly i: number;
}

/** All quads of heads of some sizes, where a chunk or a run has so many elements. */
const quadPlaces = (elements: number): QuadPlace[] =>
  [1, 2, 3, 8].flatMap((units) =>
    Array.from({ length: (units * elements) / 2 }, (_, i) => {
      const perUnit = elements / 2;
      return { units, unit: Math.floor(i / perUnit), i: i % perUnit };
    }),
  );

/** The quad of a head at a place of a unit, by the elements that its pairs are. */
function quadAt({ units, unit, i }: QuadPlace, elements: number, pairing: Pairing): number {
  // The pairs of a head with an element in one of the chunks, in order; two of them are a quad.
  const chunkOf = (element: number) => Math.floor(element / elements);
  const pairs = Array.from({ length: units * elements }, (_, pair) => pair).filter((pair) =>
    elementsOf(pair, units * elements, pairing).some(
      (element) => chunkOf(element) === unit || chunkOf(element) === unit + units,
    ),
  );
  expect(pairs).toHaveLength(elements);
  return pairs[2 * i]! / 2;
}

/** The words of four quads with these eight numbers. */
const quadWords = (turns: readonly Complex[]): number[] =>
  [0, 2, 4, 6].flatMap((at) => {
    const [even, odd] = [turns[at]!, turns[at + 1]!];
    return [...wordsOf([even.re, odd.re, even.im, odd.im])];
  });

/** Fails unless a Rotation has these numbers: cos and sin of the first four, then of the others. */
function expectRotation(words: Uint32Array, turns: readonly Complex[]): void {
  for (const [lane, { re, im }] of turns.entries()) {
    const at = (lane >> 2) * 8 + (lane % 4);
    expect(hex([words[at]!, words[at + 4]!]), `lane ${lane}`).toEqual(hex(wordsOf([re, im])));
  }
}

const randomTurn = (random: Random): Complex => {
  const angle = random.next() * 2 * Math.PI;
  const length = random.pick([1, 1, 1.4, 0.3]);
  return { re: Math.fround(length * Math.cos(angle)), im: Math.fround(length * Math.sin(angle)) };
};

/** The words of stored elements. */
function wordsOfStorage(elements: ReturnType<typeof toStorage>): number[] {
  return elements instanceof Uint16Array ? packed(elements) : [...bitsOf(elements)];
}

/** The numbers in words that hold a dtype. */
function numbersIn(words: Uint32Array, dtype: RopeDtype): Float64Array {
  if (dtype === 'f32') return new Float64Array(floatsOf(words));
  const halves = [...words].flatMap((word) => [word & 0xffff, word >>> 16]);
  return fromStorage(Uint16Array.from(halves), dtype);
}

describe.each(pairings)('%s', (pairing) => {
  const constants = { PAIRING: pairings.indexOf(pairing) };

  test('elements_of_pair: what the reference pairs', async () => {
    const cases = [1, 3, 64].flatMap((pairs) =>
      Array.from({ length: pairs }, (_, pair) => ({ pair, pairs })),
    );
    const calls = cases.map(({ pair, pairs }) => [pair, pairs, 0, 0]);
    const got = await callLibrary({ code, name: 'elements_of_pair', constants, calls });
    const expected = cases.map(({ pair, pairs }) => elementsOf(pair, pairs, pairing));
    expect(got.map((words) => [...words.subarray(0, 2)])).toEqual(expected);
  });

  test.each([1, 2, 4])('quad_of_runs: runs of %i quads', async (quads) => {
    const cases = quadPlaces(4 * quads);
    const calls = cases.map(({ unit, i, units }) => [unit, i, units, quads]);
    const got = await callLibrary({ code, name: 'quad_of_runs', constants, calls });
    expect(got.map(([quad]) => quad)).toEqual(cases.map((place) => quadAt(place, 4 * quads, pairing)));
  });

  test('rotation_of_runs: as rotated_runs() takes them; rotation_in_order: as they come', async () => {
    const random = createRandom(36);
    const turns = Array.from({ length: 8 }, () => randomTurn(random));
    const rest = { code, constants, calls: [quadWords(turns)], vectors: 4 };
    const [ofRuns] = await callLibrary({ ...rest, name: 'rotation_of_runs' });
    expectRotation(
      ofRuns!,
      laneOrder('f16', pairing).map((pair) => turns[pair]!),
    );
    const [inOrder] = await callLibrary({ ...rest, name: 'rotation_in_order' });
    expectRotation(inOrder!, turns);
  });

  test('rotated_runs: each pair of the two runs by its own angle', () =>
    seeded(37, async (random) => {
      const order = laneOrder('f16', pairing);
      // Lanes of the two runs, even elements of a run before odd ones.
      const lanes = [0, 8].flatMap((first) => evenOdd([0, 1, 2, 3, 4, 5, 6, 7].map((i) => first + i)));
      const cases = Array.from({ length: 100 }, () => ({
        elements: randomTensor('f32', 16, random),
        turns: order.map(() => randomTurn(random)),
      }));
      const calls = cases.map(({ elements, turns }) => {
        const [cos, sin] = [order.map((pair) => turns[pair]!.re), order.map((pair) => turns[pair]!.im)];
        const rotation = [...cos.slice(0, 4), ...sin.slice(0, 4), ...cos.slice(4), ...sin.slice(4)];
        return wordsOf([...lanes.map((i) => elements[i]!), ...rotation]);
      });
      const got = await callLibrary({ code, name: 'rotated_runs', constants, calls, vectors: 4 });
      for (const [i, { elements, turns }] of cases.entries()) {
        const values = floatsOf(got[i]!);
        const valueAt = (element: number) => values[lanes.indexOf(element)]!;
        for (const [pair, turn] of turns.entries()) {
          const [x, y] = elementsOf(pair, 8, pairing);
          const bounded = product({ re: elements[x]!, im: elements[y]! }, turn);
          expectNear({ re: valueAt(x), im: valueAt(y) }, bounded, `case ${i}, pair ${pair}`);
        }
      }
    }));

  describe.each(ropeDtypes)('%s', (dtype) => {
    const constantsOfDtype = { ...constants, DTYPE: ropeDtypes.indexOf(dtype) };
    const elements = chunkElements(dtype);

    test('quads_in_run: half a unit of "interleaved", a whole one of "half"', async () => {
      const calls = [[0, 0, 0, 0]];
      const got = await callLibrary({ code, name: 'quads_in_run', constants: constantsOfDtype, calls });
      expect(got[0]![0]).toBe(pairing === 'half' ? elements / 2 : elements / 4);
    });

    test('quad_of_unit: the quads of the pairs in the two chunks of a unit', async () => {
      const cases = quadPlaces(elements);
      const calls = cases.map(({ unit, i, units }) => [unit, i, units, 0]);
      const got = await callLibrary({ code, name: 'quad_of_unit', constants: constantsOfDtype, calls });
      for (const [at, each] of cases.entries()) {
        const [run, size, quad] = got[at]! as unknown as [number, number, number];
        expect(run * size + quad, JSON.stringify(each)).toBe(quadAt(each, elements, pairing));
        expect(quad).toBeLessThan(size);
      }
    });

    test('rotation_of: cos and sin of the pairs, in the order of the elements that rotated() takes out', async () => {
      const random = createRandom(31);
      const turns = Array.from({ length: elements }, () => randomTurn(random));
      // As the kernels call it: f32 has two quads, and gives them twice.
      const eight = dtype === 'f32' ? [...turns, ...turns] : turns;
      const [words] = await callLibrary({
        code,
        name: 'rotation_of',
        constants: constantsOfDtype,
        calls: [quadWords(eight)],
        vectors: 4,
      });
      expectRotation(
        words!,
        laneOrder(dtype, pairing).map((pair) => turns[pair]!),
      );
    });

    test('rotated: each pair of the two chunks by its own angle', () =>
      seeded(32, async (random) => {
        const order = laneOrder(dtype, pairing);
        const cases = Array.from({ length: 100 }, () => ({
          unit: randomTensor(dtype, 2 * elements, random),
          turns: order.map(() => randomTurn(random)),
        }));
        const calls = cases.map(({ unit, turns }) => {
          const lanes = order.map((pair) => turns[pair]!);
          // f32 has no second four: poison.
          const second = (part: readonly number[]) =>
            dtype === 'f32' ? [Number.NaN, Number.NaN, Number.NaN, Number.NaN] : part.slice(4);
          const [cos, sin] = [lanes.map(({ re }) => re), lanes.map(({ im }) => im)];
          const rotation = [...cos.slice(0, 4), ...sin.slice(0, 4), ...second(cos), ...second(sin)];
          return [...wordsOfStorage(unit), ...wordsOf(rotation)];
        });
        const got = await callLibrary({
          code,
          name: 'rotated',
          constants: constantsOfDtype,
          calls,
          vectors: 2,
        });
        for (const [i, { unit, turns }] of cases.entries()) {
          const [before, after] = [fromStorage(unit, dtype), numbersIn(got[i]!, dtype)];
          for (const [pair, turn] of turns.entries()) {
            const [x, y] = elementsOf(pair, elements, pairing);
            const { exact, tolerance } = product({ re: before[x]!, im: before[y]! }, turn);
            // A 16-bit result is rounded once more: half a unit in the last place, which a power of two may double.
            const units = [exact.re, exact.im].map((value) => (dtype === 'f32' ? 0 : ulp(value, dtype)));
            const bounded = { exact, tolerance: tolerance + Math.max(...units) };
            expectNear({ re: after[x]!, im: after[y]! }, bounded, `case ${i}, pair ${pair}`);
          }
        }
      }));

    test('rotated: by an angle of 0 every element keeps its bits', async () => {
      const random = createRandom(33);
      const unit = randomTensor(dtype, 2 * elements, random);
      const identity = [1, 1, 1, 1, 0, 0, 0, 0];
      const words = wordsOfStorage(unit);
      const [got] = await callLibrary({
        code,
        name: 'rotated',
        constants: constantsOfDtype,
        calls: [[...words, ...wordsOf([...identity, ...identity])]],
        vectors: 2,
      });
      expect(hex(got!)).toEqual(hex(words));
    });
  });
});

const conjugate = ({ re, im }: Complex): Complex => ({ re, im: -im });
const one: Complex = { re: 1, im: 0 };

// Each of the eight numbers of four quads by itself. The third argument is the first number of the second quads.
const ofQuads: {
  name: string;
  what: string;
  expected: (x: Complex, y: Complex, scale: number) => Bounded;
}[] = [
  { name: 'quotients', what: 'x / y', expected: quotient },
  { name: 'inverted', what: '1 / x', expected: (x) => quotient(one, x) },
  { name: 'conjugate_products', what: 'x conj(y)', expected: (x, y) => product(x, conjugate(y)) },
  { name: 'scaled', what: 'by a number', expected: (x, _, scale) => product(x, { re: scale, im: 0 }) },
];

test.each(ofQuads)('$name: $what', ({ name, expected }) =>
  seeded(35, async (random) => {
    const cases = Array.from({ length: 100 }, () => Array.from({ length: 16 }, () => randomTurn(random)));
    const calls = cases.map((numbers) => [...quadWords(numbers), ...quadWords(numbers.slice(8))]);
    const got = await callLibrary({ code, name, calls, vectors: 4 });
    for (const [i, numbers] of cases.entries()) {
      const values = floatsOf(got[i]!);
      const results = [0, 4, 8, 12].flatMap((at) => ofQuad(values.subarray(at, at + 4)));
      for (const [j, result] of results.entries()) {
        const bounded = expected(numbers[j]!, numbers[j + 8]!, numbers[8]!.re);
        expectNear(result, bounded, `case ${i}, number ${j}`);
      }
    }
  }),
);

test('rotated_pair: by an angle', () =>
  seeded(34, async (random) => {
    const cases = Array.from({ length: 200 }, () => {
      const [re, im] = randomTensor('f32', 2, random);
      return { pair: { re: re!, im: im! }, turn: randomTurn(random) };
    });
    const calls = cases.map(({ pair, turn }) => [
      ...wordsOf([pair.re, pair.im, 0, 0, turn.re, turn.im, 0, 0]),
    ]);
    const got = await callLibrary({ code, name: 'rotated_pair', calls });
    for (const [i, { pair, turn }] of cases.entries()) {
      const [re, im] = floatsOf(got[i]!);
      expectNear({ re: re!, im: im! }, product(pair, turn), `case ${i}`);
    }
  }));

test('quad_at: whole runs before, then quads', async () => {
  const cases = [
    { row: 0, run: 0, size: 1, i: 0 },
    { row: 7, run: 3, size: 1, i: 0 },
    { row: 64, run: 15, size: 2, i: 1 },
    { row: 2 ** 20, run: 31, size: 4, i: 3 },
  ];
  const calls = cases.map(({ row, run, size, i }) => [row, run, size, i]);
  const got = await callLibrary({ code, name: 'quad_at', calls });
  expect(got.map((words) => words[0])).toEqual(cases.map(({ row, run, size, i }) => (row + run) * size + i));
});
