import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemeNames } from '../../demo/panels/schemes';
import { compareRows, cpuCount, stepsOf } from '../../demo/panels/see/compare';
import { shapeOf } from '../../demo/panels/see/curves';
import { shrunk } from '../../demo/panels/see/picture';
import { propertyHead, propertyLines, propertyRow } from '../../demo/panels/see/properties-words';
import { makeRows } from '../../demo/panels/see/rows';
import { biasOf, chosenOf, positionsOf } from '../../demo/panels/see/sources';
import {
  columnsOf,
  countOf,
  defaults,
  dimsOf,
  encodings,
  isBias,
  pageOf,
  queryOfState,
  ranges,
  type State,
  stateFromQuery,
  withChanges,
} from '../../demo/panels/see/state';
import { measuredOf } from '../../demo/panels/see/tasks';
import { standInWeights } from '../../demo/panels/see/weights';
import { positionRows } from '../../src/analysis/encoding-source';
import { encodingProperties } from '../../src/analysis/properties';
import { similarityMatrix } from '../../src/analysis/similarity';
import { biasRows } from '../../src/biases/rows';
import { createRandom, type Random, seeded } from '../support/random';

/** So many random cases, each of a seed of its own. */
async function cases(count: number, body: (random: Random) => void): Promise<void> {
  for (let seed = 1; seed <= count; seed++) await seeded(seed, body);
}

/** A state that an address could name, anywhere in the ranges. */
function randomState(random: Random): State {
  const { dim, length, side, base, factor, divisor, seed, heads, buckets, distance } = ranges;
  const sides = random.integer(side.min, side.max);
  const state: State = {
    encoding: random.pick(encodings),
    dim: dim.step * random.integer(1, dim.max / dim.step),
    length: random.integer(length.min, length.max),
    side: sides,
    row: random.integer(0, sides - 1),
    column: random.integer(0, sides - 1),
    base: random.integer(base.min, base.max),
    pairing: random.pick(['half', 'interleaved'] as const),
    scheme: random.pick(schemeNames),
    factor: random.integer(factor.min, factor.max),
    layout: random.pick(['interleaved', 'concat'] as const),
    endpoint: random.next() < 0.5,
    divisor: random.integer(divisor.min, divisor.max),
    seed: random.integer(seed.min, seed.max),
    smooth: random.next() < 0.5,
    heads: random.integer(heads.min, heads.max),
    buckets: buckets.step * random.integer(buckets.min / buckets.step, buckets.max / buckets.step),
    distance: random.integer(distance.min, distance.max),
    bidirectional: random.next() < 0.5,
    dims: null,
    curve: 0,
  };
  const dims = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, columnsOf(state) - 1));
  return { ...state, dims, curve: random.integer(0, dims.length - 1) };
}

function addressOf(state: State): URLSearchParams {
  const given = Object.entries(queryOfState(state)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return new URLSearchParams(given);
}

test('an address restores what it was written from', async () => {
  await cases(200, (random) => {
    const state = randomState(random);
    const read = stateFromQuery(addressOf(state));
    expect(read.problems).toEqual([]);
    expect(queryOfState(read.state)).toEqual(queryOfState(state));
  });
  expect(stateFromQuery(new URLSearchParams()).state).toEqual(defaults);
});

test('what an address gets wrong is named, and the default stands in', () => {
  const query =
    'encoding=rotary&dim=20&length=5&base=ten&scheme=magic&dims=3,99&factor=0&endpoint=yes&curve=9&buckets=30';
  const { state, problems } = stateFromQuery(new URLSearchParams(query));
  expect(state).toEqual(defaults);
  for (const name of query.matchAll(/(\w+)=/g)) {
    expect(
      problems.filter((problem) => problem.startsWith(`${name[1]}: expected`)),
      name[1],
    ).toHaveLength(1);
  }
});

test('a change takes what it makes impossible along', () => {
  const state: State = { ...defaults, dims: [0, 63], curve: 1, base: 500 };
  expect(withChanges(state, { dim: 32 })).toMatchObject({ dims: [0, 31], curve: 1, base: 500 });
  expect(withChanges(state, { encoding: 'alibi' })).toMatchObject({ dims: null, curve: 0, base: null });
  expect(withChanges({ ...defaults, encoding: 'rope-2d', row: 12 }, { side: 4 })).toMatchObject({
    row: 3,
    column: 3,
  });
  expect(dimsOf({ ...defaults, encoding: 't5', heads: 1 })).toEqual([0]);
});

test('every encoding and every scheme: the rows drawn are those that the package makes', () => {
  const states = [
    ...encodings.map((encoding) => ({ ...defaults, encoding, length: 50, side: 7, row: 3, column: 6 })),
    ...schemeNames.map((scheme) => ({ ...defaults, scheme, length: 50, pairing: 'interleaved' as const })),
  ];
  for (const state of states) {
    const made = makeRows(state);
    const [count, columns] = [countOf(state), columnsOf(state)];
    expect([made.count, made.columns, made.rows.length]).toEqual([count, columns, count * columns]);
    // No larger than 512 on a side: the picture is the matrix itself.
    expect(made.picture.values, state.encoding).toEqual(made.rows);
    expect(made.note.length).toBeGreaterThan(10);
    if (isBias(state)) continue;
    expect(made.rows, `${state.encoding} ${state.scheme}`).toEqual(
      Float32Array.from(positionRows(chosenOf(state).source, positionsOf(state))),
    );
    expect(() => encodingProperties(chosenOf(state).source, measuredOf(state))).not.toThrow();
  }
});

test('every encoding and scheme has the page of the docs that is named', () => {
  for (const encoding of encodings) {
    for (const scheme of schemeNames)
      expect(existsSync(`docs/schemes/${pageOf({ encoding, scheme })}.md`)).toBe(true);
  }
});

test('schemes that extend differ from one another and from none', () => {
  const pictures = schemeNames.map((scheme) => makeRows({ ...defaults, scheme }).rows.join());
  expect(new Set(pictures).size).toBe(schemeNames.length - 1);
  // At the target length dynamic NTK is NTK-aware: see extensionSchemes.
  expect(pictures[schemeNames.indexOf('dynamic')]).toBe(pictures[schemeNames.indexOf('ntk')]);
});

test('every state that can be chosen can be drawn', async () => {
  await cases(60, (random) => {
    const state = { ...randomState(random), length: random.integer(16, 96), side: random.integer(2, 9) };
    const made = makeRows(withChanges(state, {}));
    expect(made.rows.every(Number.isFinite)).toBe(true);
    expect(made.picture.low).toBeLessThanOrEqual(made.picture.high);
  });
});

test('a bias: by head for one query, and by query and key for the chosen head', () => {
  const state: State = { ...defaults, encoding: 't5', length: 300, heads: 5, dims: [1, 3], curve: 1 };
  const { rows, bias } = makeRows(state);
  if (!bias) throw new Error('bias: expected one, got none');
  const { bias: input, weights } = biasOf(state);
  const keys = Array.from({ length: 300 }, (_, key) => key);
  const all = biasRows(input, keys, keys, weights);
  expect([bias.head, bias.query, bias.step, bias.picture.width]).toEqual([3, 150, 2, 150]);
  for (const [query, key] of [
    [0, 0],
    [3, 140],
    [149, 0],
    [77, 78],
  ] as const) {
    expect(bias.picture.values[query * 150 + key]).toBe(
      Math.fround(all[(3 * 300 + 2 * query) * 300 + 2 * key]!),
    );
  }
  for (const head of [0, 4])
    expect(rows[299 * 5 + head]).toBe(Math.fround(all[(head * 300 + 150) * 300 + 299]!));
  // Every bucket once, and together all relative positions. A key after the query is at least 1 away, so that the
  // bucket of distance 0 in its half, 16, is never met: T5's own has that gap.
  const { table } = bias;
  expect(table.rows.map(([bucket]) => bucket).sort((a, b) => a! - b!)).toEqual(
    Array.from({ length: 32 }, (_, n) => n).filter((n) => n !== 16),
  );
  expect(table.rows[0]?.[1]).toBe(Number.NEGATIVE_INFINITY);
  expect(table.rows.at(-1)?.[2]).toBe(Number.POSITIVE_INFINITY);
  for (let n = 1; n < table.rows.length; n++) expect(table.rows[n]?.[1]).toBe(table.rows[n - 1]![2]! + 1);
  const decoder = makeRows({ ...state, bidirectional: false }).bias?.table.rows;
  expect(decoder?.at(-1)?.slice(0, 3)).toEqual([0, 0, Number.POSITIVE_INFINITY]);
});

test('a picture has the mean of each block, the last ones smaller, and the ends of all elements', async () => {
  await cases(20, (random) => {
    const [columns, rows] = [random.integer(1, 1100), random.integer(1, 40)];
    const matrix = Float64Array.from({ length: columns * rows }, () => random.normal());
    const { values, width, height, acrossBlock, downBlock, low, high } = shrunk(matrix, columns, rows);
    expect([width, height]).toEqual([Math.ceil(columns / acrossBlock), rows]);
    expect(downBlock).toBe(1);
    expect(width).toBeLessThanOrEqual(512);
    const [x, y] = [random.pick([0, width - 1]), random.integer(0, rows - 1)];
    const block = matrix.subarray(
      y * columns + x * acrossBlock,
      y * columns + Math.min(columns, (x + 1) * acrossBlock),
    );
    const mean = block.reduce((sum, value) => sum + value, 0) / block.length;
    // Rounded to float32 once; numbers below 8.
    expect(!(Math.abs((values[y * width + x] ?? Number.NaN) - mean) <= 2 ** -22)).toBe(false);
    expect([low, high]).toEqual([Math.min(...matrix), Math.max(...matrix)]);
  });
});

test('without a device the CPU compares, by the package’s own function, as many rows as it can', async () => {
  const state: State = { ...defaults, encoding: 'sinusoidal', length: 96 };
  const compared = await compareRows(state, null);
  const rows = positionRows(chosenOf(state).source, positionsOf(state));
  expect(compared).toMatchObject({ by: 'cpu', count: 96, kernel: null });
  expect(compared.picture.values).toEqual(Float32Array.from(similarityMatrix(rows, 96, 64)));
  expect(cpuCount(4096, 64)).toBe(1024);
  expect(cpuCount(4096, 256)).toBe(720);
  expect(cpuCount(100, 256)).toBe(100);
});

test('similarity by distance, along a line, a row and a column', async () => {
  await cases(8, (random) => {
    const side = random.integer(2, 6);
    const count = side * side;
    const matrix = Float64Array.from({ length: count * count }, () => random.normal());
    for (const encoding of ['rope', 'rope-2d'] as const) {
      for (const step of stepsOf(matrix, count, { encoding, side })) {
        const values: number[] = [];
        for (let a = 0; a < count; a++) {
          for (let b = a + 1; b < count; b++) {
            const [down, across] = [Math.floor(b / side) - Math.floor(a / side), (b % side) - (a % side)];
            const isSo =
              step.along === 'line'
                ? b - a === step.distance
                : step.along === 'row'
                  ? down === 0 && across === step.distance
                  : across === 0 && down === step.distance;
            if (isSo) values.push(matrix[a * count + b]!);
          }
        }
        expect([step.least, step.greatest]).toEqual([Math.min(...values), Math.max(...values)]);
        // A sum of at most 36 numbers below 8, in another order.
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(!(Math.abs(step.mean - mean) <= 36 * 8 * 2 ** -52)).toBe(false);
      }
    }
  });
});

test('smooth weights: of the same size, neighbours alike as said', () => {
  const [rows, dim] = [4000, 8];
  for (const smooth of [false, true]) {
    const weights = standInWeights(7, rows, dim, smooth);
    expect(weights).toEqual(standInWeights(7, rows, dim, smooth));
    expect(weights).not.toEqual(standInWeights(8, rows, dim, smooth));
    const product = (shift: number): number => {
      let sum = 0;
      for (let at = 0; at + shift * dim < weights.length; at++)
        sum += weights[at]! * weights[at + shift * dim]!;
      return sum / (weights.length - shift * dim) / 0.02 ** 2;
    };
    // 32 000 numbers; smooth ones are as good as 1000 independent ones: standard error 0.045 of a variance, five of them.
    expect(Math.abs(product(0) - 1)).toBeLessThan(0.23);
    expect(Math.abs(product(8) - (smooth ? Math.exp(-8 / 16) : 0))).toBeLessThan(0.23);
  }
});

test('a column in words: constant, once through, a wave, noise', () => {
  const column = (of: (position: number) => number) => ({
    rows: Float32Array.from({ length: 400 }, (_, position) => of(position)),
    count: 400,
    columns: 1,
  });
  expect(
    shapeOf(
      column(() => 0.5),
      0,
      true,
    ),
  ).toBe('is 0.500 everywhere');
  expect(
    shapeOf(
      column((p) => p),
      0,
      true,
    ),
  ).toBe('runs from 0 to 399, without coming full round');
  const wave = shapeOf(
    column((p) => Math.cos((2 * Math.PI * p) / 50)),
    0,
    true,
  );
  expect(wave).toBe('runs from −1.00 to 1.00, once round in about 50.0 positions');
  const random = createRandom(3);
  expect(
    shapeOf(
      column(() => random.normal()),
      0,
      true,
    ),
  ).toMatch(/without a period$/);
});

test('properties in words follow the numbers', () => {
  const measured = encodingProperties({ rope: { headDim: 32 } }, { length: 128 });
  const lines = new Map(propertyLines(measured).map(({ name, value }) => [name, value]));
  expect(lines.get('A row k further on')).toBe('linear map');
  expect(lines.get('Scores depend on')).toBe('distance alone');
  expect(lines.get('Rows')).toBe('computed');
  const learned = encodingProperties(chosenOf({ ...defaults, encoding: 'learned' }).source, { length: 128 });
  const row = propertyRow('Learned', learned);
  expect(row).toHaveLength(propertyHead.length);
  expect(row[1]).toBe('8\u202f192 weights');
  expect(row[6]).toBe('refused from 128 on');
});
