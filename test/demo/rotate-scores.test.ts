import { describe, expect, test } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import { pairTurns } from '../../demo/panels/rotate/dials';
import { imageScores } from '../../demo/panels/rotate/image-scores';
import {
  defaults,
  dims,
  distanceOf,
  mostShift,
  pairings,
  positionsOf,
  queryOfState,
  ranges,
  type State,
  scalingOf,
  schemes,
  stateFromQuery,
  thetaOf,
} from '../../demo/panels/rotate/state';
import { farShift, textScores } from '../../demo/panels/rotate/text-scores';
import { mostTokens, tokensOf } from '../../demo/panels/rotate/tokens';
import { evenVector, tokenVectors } from '../../demo/panels/rotate/vectors';
import { createRandom, type Random, seeded } from '../support/random';

const seed = 20_261_123;

/**
 * What rounding rotated elements to float32 may do to a score: each is off by 2^-24 of itself, itself below `largest`; two of
 * them a product, `dim` products, over √dim.
 */
function scoreTolerance(dim: number, largest: number): number {
  return (dim * 2 * largest * largest * 2 ** -24) / Math.sqrt(dim);
}

function randomState(random: Random): State {
  const words = Array.from({ length: random.integer(1, 12) }, () =>
    random.pick(['a', 'cat', 'Hund', 'été', '!']),
  );
  const range = random.pick(ranges);
  const width = random.integer(1, 32);
  const height = random.integer(1, 32);
  return {
    mode: random.pick(['text', 'image']),
    text: words.join(' '),
    query: random.integer(0, words.length - 1),
    key: random.integer(0, words.length - 1),
    shift: random.integer(0, mostShift),
    distance: random.pick([null, random.integer(0, range)]),
    alike: random.integer(-100, 100),
    range,
    dim: random.pick(dims),
    theta: random.pick([null, random.integer(10, 1_000_000)]),
    pairing: random.pick(pairings),
    scheme: random.pick(schemes),
    factor: random.integer(1, 32),
    width,
    height,
    row: random.integer(0, height - 1),
    column: random.integer(0, width - 1),
    line: random.pick([true, false]),
  };
}

function searchOf(state: State): URLSearchParams {
  const entries = Object.entries(queryOfState(state)).filter(([, value]) => value !== undefined);
  return new URLSearchParams(entries as [string, string][]);
}

describe('the state in the address', () => {
  test('100 random states come back as they went', async () => {
    await seeded(seed, (random) => {
      for (let n = 0; n < 100; n++) {
        const state = randomState(random);
        const search = searchOf(state);
        expect(stateFromQuery(search), String(search)).toEqual({ state, problems: [] });
      }
    });
  });

  test('an empty address gives the defaults', () => {
    expect(stateFromQuery(new URLSearchParams())).toEqual({ state: defaults, problems: [] });
  });

  for (const [query, name] of [
    ['mode=video', 'mode'],
    [`text=${'a'.repeat(201)}`, 'text'],
    ['text=%20', 'text'],
    ['text=one+two&query=2', 'query'],
    ['text=one+two&key=-1', 'key'],
    ['shift=513', 'shift'],
    ['range=64&distance=65', 'distance'],
    ['range=100', 'range'],
    ['alike=101', 'alike'],
    ['dim=48', 'dim'],
    ['theta=1', 'theta'],
    ['pairing=both', 'pairing'],
    ['scheme=longrope', 'scheme'],
    ['factor=64', 'factor'],
    ['width=33', 'width'],
    ['height=0', 'height'],
    ['height=4&row=4', 'row'],
    ['width=4&column=4', 'column'],
    ['line=yes', 'line'],
  ] as const) {
    test(`${query.slice(0, 40)}: ${name} is named, and its default taken`, () => {
      const { state, problems } = stateFromQuery(new URLSearchParams(query));
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: expected .* got “`))]);
      const { state: usual } = stateFromQuery(
        new URLSearchParams(query.replace(new RegExp(`&?${name}=[^&]*`), '')),
      );
      expect(state).toEqual(usual);
    });
  }

  test('the distance is that in the text until another is asked for; the later token is the one that moves away', () => {
    const state = { ...defaults, query: 2, key: 9, shift: 5 };
    expect(distanceOf(state)).toBe(7);
    expect(positionsOf(state)).toEqual({ query: 7, key: 14 });
    expect(positionsOf({ ...state, distance: 30 })).toEqual({ query: 7, key: 37 });
    expect(positionsOf({ ...state, query: 9, key: 2, distance: 30 })).toEqual({ query: 37, key: 7 });
  });
});

test('a text is cut into words and signs', () => {
  expect(tokensOf('It’s 7 o\'clock — "go", café! 東京 e\u0301')).toEqual([
    'It’s',
    '7',
    "o'clock",
    '—',
    '"',
    'go',
    '"',
    ',',
    'café',
    '!',
    '東京',
    'e\u0301',
  ]);
  expect(tokensOf(' \t ')).toEqual([]);
  expect(tokensOf('a '.repeat(60))).toHaveLength(mostTokens);
});

describe('vectors', () => {
  test('have the length √dim and the cosine asked for, and are the same for the same words', () => {
    for (const dim of dims) {
      for (const alike of [-1, -0.3, 0, 0.9, 1]) {
        const { query, key } = tokenVectors('cat', 'mat', dim, alike);
        // Elements are rounded to float32: 2^-24 of a product each, twice, and the sum is at most dim.
        const tolerance = dim * 2 ** -22;
        expect(Math.abs(dot(query, query) - dim)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(dot(key, key) - dim)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(dot(query, key) - alike * dim)).toBeLessThanOrEqual(tolerance);
        expect(tokenVectors('cat', 'mat', dim, alike)).toEqual({ query, key });
      }
    }
    const own = tokenVectors('cat', 'cat', 64, 0.5);
    expect(tokenVectors('dog', 'cat', 64, 0.5).query).not.toEqual(own.query);
    expect(tokenVectors('cat', 'dog', 64, 0.5).query).toEqual(own.query);
    expect(tokenVectors('cat', 'dog', 64, 0.5).key).not.toEqual(own.key);
  });

  test('of cells: every pair has the length √2', () => {
    const vector = evenVector(16, 1, 8);
    for (let pair = 0; pair < 8; pair++) {
      const length = Math.hypot(vector[pair] ?? 0, vector[pair + 8] ?? 0);
      expect(Math.abs(length - Math.SQRT2)).toBeLessThanOrEqual(2 ** -22);
    }
  });
});

describe('scores without a GPU agree with their closed form', () => {
  test('text: sum over pairs of q · conj(k) · e^(i distance f), and the same plus sinusoidal rows', async () => {
    await seeded(seed + 1, async (random) => {
      for (let n = 0; n < 12; n++) {
        const state = randomState(random);
        const { dim, pairing } = state;
        const scores = await textScores(state, null);
        expect(scores.difference).toBeNull();
        const [queryWord = '', keyWord = ''] = [state.query, state.key].map((at) => tokensOf(state.text)[at]);
        const { query, key } = tokenVectors(queryWord, keyWord, dim, state.alike / 100);
        const config = { headDim: dim, theta: thetaOf(state), pairing, scaling: scalingOf(state) };
        const { inverseFrequencies, attentionFactor } = ropeFrequencies(config);
        const sign = state.query >= state.key ? 1 : -1;
        const closed = (distance: number): number => {
          let sum = 0;
          for (const { pair, qx, qy, kx, ky } of pairsOf(query, key, pairing)) {
            const angle = sign * distance * (inverseFrequencies[pair] ?? Number.NaN);
            sum += (qx * kx + qy * ky) * Math.cos(angle) - (qy * kx - qx * ky) * Math.sin(angle);
          }
          return (sum * attentionFactor ** 2) / Math.sqrt(dim);
        };
        const largest = 1.5 * attentionFactor * Math.max(...[...query, ...key].map(Math.abs));
        const tolerance = scoreTolerance(dim, largest);
        expect(scores.byDistance).toHaveLength(state.range + 1);
        scores.byDistance.forEach((value, distance) => {
          expect(!(Math.abs(value - closed(distance)) <= tolerance), `distance ${distance}`).toBe(false);
        });
        const here = closed(distanceOf(state));
        for (const value of [scores.score, scores.far, ...scores.byShift]) {
          expect(!(Math.abs(value - here) <= tolerance)).toBe(false);
        }
        expect(scores.spread).toBeLessThanOrEqual(2 * tolerance);

        const at = positionsOf({ ...state, shift: 0 });
        const row = (position: number): number[] =>
          Array.from({ length: dim }, (_, i) => {
            const angle = position * thetaOf(state) ** (-(i - (i % 2)) / dim);
            return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
          });
        const sums = scores.additiveByShift.map((_, shift) => {
          const [a, b] = [row(at.query + shift), row(at.key + shift)];
          return (
            dot(
              query.map((v, i) => v + (a[i] ?? 0)),
              key.map((v, i) => v + (b[i] ?? 0)),
            ) / Math.sqrt(dim)
          );
        });
        scores.additiveByShift.forEach((value, shift) => {
          expect(!(Math.abs(value - (sums[shift] ?? 0)) <= 2 * scoreTolerance(dim, largest + 1))).toBe(false);
        });
        expect(scores.additiveSpread).toBeGreaterThan(0.1);

        const turns = pairTurns(scores.query, scores.key, pairing);
        const total = turns.reduce((sum, { part }) => sum + part, 0);
        // The same products, summed in another order in float64.
        expect(Math.abs(total - scores.score)).toBeLessThanOrEqual(1e-12);
      }
    });
    expect(farShift + mostShift + 1024 + mostTokens, 'within the default capacity').toBeLessThan(2 ** 20);
  });

  test('image: √dim/pairs times the cosines of row and column offsets; as a line, of the offset in tokens', async () => {
    const random = createRandom(seed + 2);
    for (let n = 0; n < 8; n++) {
      const state: State = { ...randomState(random), mode: 'image', line: true };
      const { dim, width, height, row, column } = state;
      const { axial, line } = await imageScores(state, null);
      const theta = thetaOf(state);
      const cosines = (offset: number, pairs: number): number =>
        Array.from({ length: pairs }, (_, i) => Math.cos(offset * theta ** (-i / pairs))).reduce(
          (a, b) => a + b,
        );
      // The scores themselves are kept as float32.
      const tolerance = scoreTolerance(dim, Math.SQRT2) + Math.sqrt(dim) * 2 ** -24;
      for (let cell = 0; cell < width * height; cell++) {
        const [down, across] = [Math.floor(cell / width) - row, (cell % width) - column];
        const both = ((cosines(down, dim / 4) + cosines(across, dim / 4)) * 2) / Math.sqrt(dim);
        expect(!(Math.abs((axial.scores[cell] ?? Number.NaN) - both) <= tolerance), `cell ${cell}`).toBe(
          false,
        );
        const along = (cosines(down * width + across, dim / 2) * 2) / Math.sqrt(dim);
        expect(!(Math.abs((line?.scores[cell] ?? Number.NaN) - along) <= tolerance), `cell ${cell}`).toBe(
          false,
        );
      }
      expect(axial.spread).toBeLessThanOrEqual(2 * tolerance);
      expect((await imageScores({ ...state, line: false }, null)).line).toBeNull();
    }
  });
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? Number.NaN), 0);
}

function pairsOf(query: Float32Array, key: Float32Array, pairing: State['pairing']) {
  const dim = query.length;
  return Array.from({ length: dim / 2 }, (_, pair) => {
    const x = pairing === 'half' ? pair : 2 * pair;
    const y = pairing === 'half' ? pair + dim / 2 : 2 * pair + 1;
    const at = (vector: Float32Array, i: number): number => vector[i] ?? Number.NaN;
    return { pair, qx: at(query, x), qy: at(query, y), kx: at(key, x), ky: at(key, y) };
  });
}
