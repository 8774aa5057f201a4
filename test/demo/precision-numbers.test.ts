import { describe, expect, test } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import { normals } from '../../demo/normals';
import { productBound } from '../../demo/panels/digits/two-digit';
import { crossings, pastFrom, worstByRun } from '../../demo/panels/precision/findings';
import {
  equalNeighbours,
  float32Points,
  positionsOf,
  runLength,
  runTo,
  stored,
  sweepRuns,
  tablePoints,
  truePoints,
  worstByPair,
} from '../../demo/panels/precision/recipes';
import {
  defaults,
  pairRange,
  queryOfState,
  stateFromQuery,
  withChanges,
} from '../../demo/panels/precision/state';
import { rotationCost, scoreErrors } from '../../demo/panels/precision/storage';
import { tasks } from '../../demo/panels/precision/tasks';
import { storedNeighbours } from '../../src/analysis/context-storage';
import { fullTable } from '../../src/tables/tables';

const frequencies = ropeFrequencies({ headDim: 16, theta: 500_000 });
const pairs = 8;

describe('runs', () => {
  test('reach from position 1 to the last, and are in order', () => {
    const ends = sweepRuns(1023).map(({ last }) => last);
    expect(ends).toEqual([1, 2, 3, 5, 7, 11, 15, 23, 31, 47, 63, 95, 127, 191, 255, 383, 511, 767, 1023]);
    expect(sweepRuns(2 ** 20 - 1).at(-1)).toEqual({ first: 2 ** 20 - runLength, last: 2 ** 20 - 1 });
    expect(runTo(3)).toEqual({ first: 0, last: 3 });
  });

  test('their positions lie one after the other', () => {
    expect(Array.from(positionsOf([runTo(2), { first: 9, last: 10 }]))).toEqual([0, 1, 2, 9, 10]);
  });
});

describe('recipes', () => {
  const positions = positionsOf([runTo(5), runTo(131_071)]);
  const truth = truePoints(frequencies, positions);

  test('float32 phases are bit for bit those of the package’s full table', () => {
    const small = Uint32Array.from({ length: 300 }, (_, n) => n);
    const points = float32Points(frequencies, small);
    const { data, row } = fullTable(frequencies, 300, 'float32');
    for (const position of small) {
      for (let pair = 0; pair < pairs; pair++) {
        const at = position * row * 4 + (pair >> 1) * 4 + (pair & 1);
        const point = (position * pairs + pair) * 2;
        expect([points[point], points[point + 1]]).toEqual([data[at], data[at + 2]]);
      }
    }
  });

  test('the table’s points stay within its bound, f16 and bf16 within half a unit each', () => {
    const worst = (points: Float32Array): number =>
      Math.max(...worstByPair(points, truth, [runTo(5), runTo(131_071)], pairs));
    expect(worst(tablePoints(frequencies, positions))).toBeLessThanOrEqual(productBound);
    // Half a unit in the last place of numbers below 1: 2^-12 for f16, 2^-9 for bf16.
    expect(worst(stored(truth, 'f16'))).toBeLessThanOrEqual(Math.SQRT2 * 2 ** -12);
    expect(worst(stored(truth, 'f16'))).toBeGreaterThan(2 ** -13);
    expect(worst(stored(truth, 'bf16'))).toBeLessThanOrEqual(Math.SQRT2 * 2 ** -9);
    expect(worst(stored(truth, 'bf16'))).toBeGreaterThan(2 ** -10);
  });

  test('one flipped sign and one NaN show, in their run and pair alone', () => {
    const runs = [runTo(5), runTo(131_071)];
    const points = Float64Array.from(truth);
    points[(3 * pairs + 2) * 2] = -(points[(3 * pairs + 2) * 2] ?? 0);
    points[(20 * pairs + 7) * 2 + 1] = Number.NaN;
    const worst = worstByPair(points, truth, runs, pairs);
    for (const [at, error] of worst.entries()) {
      if (at === 2) expect(error).toBeGreaterThan(1);
      else if (at === pairs + 7) expect(error).toBeNaN();
      else expect(error).toBe(0);
    }
  });
});

describe('storage', () => {
  const truth = truePoints(frequencies, positionsOf([runTo(131_071)]));

  test('true points cost what the results’ type rounds away, and no more', () => {
    const cost = (dtype: 'f32' | 'f16' | 'bf16', bits: number): void => {
      const { rms, worst } = rotationCost(truth, truth, dtype, dtype);
      // Elements of deviation 1 are below 8, so half a unit is 2^(2 - bits) at most; the mean is near 2^-bits / sqrt(3).
      expect(worst).toBeLessThanOrEqual(2 ** (2 - bits));
      expect(rms).toBeLessThan(2 ** -bits);
      expect(rms).toBeGreaterThan(2 ** -bits / 8);
    };
    cost('f32', 24);
    cost('f16', 11);
    cost('bf16', 8);
  });

  test('neighbours are told apart as contextReport tells them', () => {
    for (const last of [63, 4095, 131_071]) {
      const run = runTo(last);
      const neighbours = truePoints(frequencies, positionsOf([{ ...run, last: last + 1 }]));
      const { identical } = storedNeighbours(frequencies.inverseFrequencies, 1, [...positionsOf([run])]);
      for (const dtype of ['f32', 'f16', 'bf16'] as const) {
        const equal = equalNeighbours(stored(neighbours, dtype), pairs);
        expect([...equal]).toEqual(identical.map((share) => Math.fround(share[dtype])));
      }
    }
  });

  test('a rounded table adds to a rounded result', () => {
    const alone = rotationCost(truth, truth, 'bf16', 'bf16');
    const both = rotationCost(stored(truth, 'bf16'), truth, 'bf16', 'bf16');
    expect(both.rms).toBeGreaterThan(alone.rms);
  });

  test('a score is off in proportion to the angle: twice the error for twice the angle', () => {
    const points = truePoints(frequencies, Uint32Array.of(1000, 999, 900, 0));
    const turned = (angle: number): Float64Array => {
      const by = Float64Array.from(points);
      for (let at = pairs * 2; at < by.length; at += 2) {
        const [cos = 0, sin = 0] = [points[at], points[at + 1]];
        by[at] = cos * Math.cos(angle) - sin * Math.sin(angle);
        by[at + 1] = sin * Math.cos(angle) + cos * Math.sin(angle);
      }
      return by;
    };
    expect(Math.max(...scoreErrors(points, points, pairs, 'f32'))).toBeLessThan(1e-6);
    const one = scoreErrors(turned(1e-3), points, pairs, 'f32');
    const two = scoreErrors(turned(2e-3), points, pairs, 'f32');
    expect(one).toHaveLength(3);
    for (const [n, error] of one.entries()) {
      // The score of normal vectors has deviation 1, and its slope by a common angle too.
      expect(error).toBeGreaterThan(0.5e-3);
      expect(error).toBeLessThan(2e-3);
      expect((two[n] ?? 0) / error).toBeCloseTo(2, 2);
    }
  });

  test('random numbers are normal, and the same for the same seed', () => {
    const values = normals(3, 20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // Deviations of these two: 1 / sqrt(20 000) = 0.007 and 0.01.
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
    expect(normals(3, 5)).toEqual(values.slice(0, 5));
  });
});

test('the sweep without a GPU: the CPU’s recipes, and what they say', async () => {
  const context = { device: async () => null, progress: () => {} };
  const result = await tasks.sweep({ theta: 500_000, dim: 128, last: 131_071, gpu: false }, context);
  expect(result.adapter).toBeNull();
  expect(Object.keys(result.worst).sort()).toEqual(['bf16', 'f16', 'phases', 'table']);
  // docs/precision.md: 0.0063 over 256 positions up to 131 071, of which these are the last 64.
  const phases = worstByRun(result, 'phases', 'all').at(-1) ?? 0;
  expect(phases).toBeGreaterThan(0.005);
  expect(phases).toBeLessThanOrEqual(0.00635);
  expect(Math.max(...worstByRun(result, 'table', 'all'))).toBeLessThanOrEqual(productBound);
  expect(worstByRun(result, 'phases', 'slow').at(-1)).toBeLessThan(phases / 10);
  const [bf16, f16] = crossings(result, 'all');
  expect(bf16).toMatch(
    /^Keeping a true cosine and sine in bf16 moves them by up to 0\.002\d, .*float32 phases move them more/,
  );
  expect(f16).not.toContain('in the shader');
  const last = result.runs.length - 1;
  // Fast neighbours differ; the slowest of 64 pairs does not in bf16, so far out.
  expect(result.equal.bf16[last * 64]).toBe(0);
  expect(result.equal.bf16[last * 64 + 63]).toBe(1);
});

test('where one error passes another', () => {
  const runs = [1, 2, 3].map((last) => ({ first: 0, last }));
  expect(pastFrom(runs, [1, 2, 3], [2, 2, 2])).toEqual({ first: 0, last: 3 });
  expect(pastFrom(runs, [1, 1, 1], [2, 2, 2])).toBeUndefined();
  // Once past and back again is not past for good.
  expect(pastFrom(runs, [3, 1, 3], [2, 2, 2])).toEqual({ first: 0, last: 3 });
  expect(pastFrom(runs, [3, 3, 3], [2, 2, 2])).toEqual({ first: 0, last: 1 });
});

describe('the state in the address', () => {
  test('comes back as it went', () => {
    const state = { theta: 10_000, dim: 64, last: 4095, pairs: 'fast', at: 77, storage: 'f16' } as const;
    expect(stateFromQuery(new URLSearchParams(queryOfState(state)))).toEqual({ state, problems: [] });
    expect(stateFromQuery(new URLSearchParams())).toEqual({ state: defaults, problems: [] });
    expect(withChanges(defaults, { last: 255 }).at).toBe(255);
  });

  for (const [name, value] of [
    ['theta', '0'],
    ['dim', '2'],
    ['last', '1000'],
    ['pairs', 'most'],
    ['at', '0'],
    ['storage', 'f32'],
  ] as const) {
    test(`${name}=${value}: named, and the default taken`, () => {
      const { state, problems } = stateFromQuery(new URLSearchParams({ [name]: value }));
      expect(state).toEqual(defaults);
      expect(problems).toEqual([expect.stringMatching(`^${name}: expected .* got “${value}”$`)]);
    });
  }

  test('pairs that count', () => {
    expect(pairRange('all', 64)).toEqual([0, 64]);
    expect(pairRange('fast', 64)).toEqual([0, 16]);
    expect(pairRange('slow', 64)).toEqual([48, 64]);
    expect(pairRange('slow', 1)).toEqual([0, 1]);
  });
});
