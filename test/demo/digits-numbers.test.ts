import { describe, expect, test } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import { withinTurn } from '../../demo/angles';
import { changedPlaces, digitsOf, digitText, ropeBase } from '../../demo/panels/digits/numerals';
import { tableSizes } from '../../demo/panels/digits/sizes';
import {
  capacity,
  defaults,
  lastPosition,
  queryOfState,
  stateFromQuery,
  withChanges,
} from '../../demo/panels/digits/state';
import { lookup, makeTwoDigit, productBound, splitPosition } from '../../demo/panels/digits/two-digit';
import { octavesOf, worstIn } from '../../demo/panels/digits/worst';
import { writingsOf } from '../../demo/panels/digits/writings';
import { fullTable, twoDigitTable } from '../../src/tables/tables';
import { createRandom, seeded } from '../support/random';

describe('digits', () => {
  test('say the number again, in as many places as the largest one needs', () =>
    seeded(51, (random) => {
      for (let n = 0; n < 200; n++) {
        const base = random.integer(2, 16);
        const value = random.integer(0, lastPosition);
        const digits = digitsOf(value, base, lastPosition);
        expect(digits).toHaveLength(lastPosition.toString(base).length);
        expect(digits.toReversed().map(digitText).join('')).toBe(
          value.toString(base).toUpperCase().padStart(digits.length, '0'),
        );
      }
    }));

  test('count what changes: 7 to 8 in binary changes four', () => {
    expect(changedPlaces(digitsOf(7, 2, 15), digitsOf(8, 2, 15))).toBe(4);
    expect(changedPlaces([1, 2], [1, 2])).toBe(0);
  });

  test('the quotients of RoPE’s own base are its angles; 10 at theta 10 000 and 8 dimensions', () => {
    expect(ropeBase(10_000, 8)).toBeCloseTo(10, 12);
    const random = createRandom(52);
    for (const [theta, dim] of [
      [10_000, 8],
      [500_000, 128],
    ] as const) {
      const { inverseFrequencies } = ropeFrequencies({ headDim: dim, theta });
      for (const [i, frequency] of inverseFrequencies.entries()) {
        const position = random.integer(0, lastPosition);
        const quotient = position / ropeBase(theta, dim) ** i;
        // Both are rounded a few times in float64, at up to 2^20 radians: 2^-53 * 2^20 * 64 multiplications.
        const tolerance = 2 ** -53 * 2 ** 20 * 64;
        expect(Math.abs(Math.cos(quotient) - Math.cos(withinTurn(position * frequency)))).toBeLessThan(
          tolerance,
        );
      }
    }
    expect(withinTurn(-1)).toBeCloseTo(2 * Math.PI - 1, 12);
  });
});

describe('the two-digit table', () => {
  test('has the package’s numbers, bit for bit', () => {
    for (const dim of [2, 6, 8, 64]) {
      const frequencies = ropeFrequencies({ headDim: dim, theta: 500_000 });
      for (const served of [1, 7, 1000, capacity]) {
        const { low, high, lowBits } = makeTwoDigit(frequencies, served);
        const { data, row, ...kernel } = twoDigitTable(frequencies, served);
        expect(lowBits).toBe(kernel.lowBits);
        const rows = [...low, ...high];
        expect(rows.length / dim).toBe(data.length / (4 * row));
        const differing = rows.findIndex((value, at) => {
          const pair = Math.floor(at / 2) % (dim / 2);
          // In the kernel's table two cosines stand before two sines.
          const place = 4 * (row * Math.floor(at / dim) + (pair >> 1)) + (pair & 1) + 2 * (at % 2);
          return !Object.is(value, data[place]);
        });
        expect(differing, `${dim} dims, ${served} positions`).toBe(-1);
      }
    }
  });

  test('turns by its rows, and its product stays within five roundings', () =>
    seeded(53, (random) => {
      for (let n = 0; n < 20; n++) {
        const dim = 2 * random.integer(1, 40);
        const frequencies = ropeFrequencies({ headDim: dim, theta: random.pick([100, 10_000, 1e6]) });
        const { inverseFrequencies: f } = frequencies;
        const served = random.pick([1, 7, 1000, 4096, capacity]);
        const table = makeTwoDigit(frequencies, served);
        for (let k = 0; k < 50; k++) {
          const position = random.integer(0, served - 1);
          const pair = random.integer(0, dim / 2 - 1);
          const { high, low } = splitPosition(table, position);
          const looked = lookup(table, position, pair);
          const highAngle = high * 2 ** table.lowBits * f[pair]!;
          expect(high * 2 ** table.lowBits + low).toBe(position);
          expect(looked.high).toEqual({
            cos: Math.fround(Math.cos(highAngle)),
            sin: Math.fround(Math.sin(highAngle)),
          });
          expect(looked.low).toEqual({
            cos: Math.fround(Math.cos(low * f[pair]!)),
            sin: Math.fround(Math.sin(low * f[pair]!)),
          });
          expect(!(looked.error <= productBound), `position ${position}, pair ${pair}`).toBe(false);
          // Two numbers of at most 1, each rounded once.
          expect(!(looked.fullError <= Math.SQRT2 * 2 ** -25)).toBe(false);
        }
      }
    }));

  test('the bound is no more than it must be: a table that is off by twice as much fails it', () => {
    const table = makeTwoDigit(ropeFrequencies({ headDim: 8 }), capacity);
    table.high[0] = 1 + 2 * productBound;
    expect(lookup(table, 1, 0).error).toBeGreaterThan(productBound);
  });
});

describe('the largest errors by octave', () => {
  const table = makeTwoDigit(ropeFrequencies({ headDim: 8 }), capacity);

  test('octaves hold every position once', () => {
    for (const end of [1, 2, 3, 1000, capacity]) {
      const octaves = octavesOf(end);
      expect(octaves[0]?.first).toBe(0);
      expect(octaves.at(-1)?.last).toBe(end - 1);
      for (const [at, { first }] of octaves.entries())
        if (at > 0) expect(first).toBe(octaves[at - 1]!.last + 1);
    }
  });

  test('a sample has different positions, and finds no more than all of them', () => {
    const all = worstIn(table, 4096, 8191, 4096);
    const some = worstIn(table, 4096, 8191, 512);
    expect(all.positions).toBe(4096);
    expect(some.positions).toBe(512);
    expect(some.error).toBeLessThanOrEqual(all.error);
    expect(some.error).toBeGreaterThan(all.error / 2);
  });

  test('a NaN in the table shows', () => {
    const poisoned = makeTwoDigit(ropeFrequencies({ headDim: 8 }), capacity);
    poisoned.low[2 * 4 * 5] = Number.NaN;
    expect(worstIn(poisoned, 4, 7, 4).error).toBeNaN();
  });
});

test('table sizes are those of the tables that the package makes', () => {
  for (const pairs of [1, 4, 5, 64]) {
    const frequencies = ropeFrequencies({ headDim: 2 * pairs });
    for (const size of tableSizes(pairs).filter(({ capacity }) => capacity <= 4096)) {
      expect(size.twoDigit).toBe(twoDigitTable(frequencies, size.capacity).data.byteLength);
      expect(size.full).toBe(fullTable(frequencies, size.capacity).data.byteLength);
    }
  }
  expect(tableSizes(64).at(-1)?.capacity).toBe(2 ** 24);
});

test('writings: binary and base B read back, and RoPE’s neighbours are equally far apart everywhere', () => {
  const { inverseFrequencies } = ropeFrequencies({ headDim: defaults.dim, theta: defaults.theta });
  const far: number[] = [];
  for (const position of [0, 7, 1234, 99_999, lastPosition]) {
    const writings = writingsOf({ ...defaults, position, base: 7 }, inverseFrequencies);
    expect(writings.map(({ name }) => name.split(':')[0])).toEqual(['Integer', 'Binary', 'Base 7', 'RoPE']);
    expect(Number.parseInt(writings[1]!.written, 2)).toBe(position);
    expect(Number.parseInt(writings[2]!.written, 7)).toBe(position);
    far.push(writings[3]!.distance);
  }
  // Angles of up to 2^20 are off by 2^-33; a few of those.
  for (const distance of far) expect(Math.abs(distance - far[0]!)).toBeLessThan(1e-9);
  const [, binary] = writingsOf({ ...defaults, position: 7 }, inverseFrequencies);
  expect(binary).toMatchObject({ change: '4 of 20 digits', distance: 2 });
});

describe('the state in the address', () => {
  test('comes back as it went', () => {
    const state = { position: 131_071, base: 'rope', dim: 64, theta: 501_187, pair: 31, step: 100 } as const;
    expect(stateFromQuery(new URLSearchParams(queryOfState(state)))).toEqual({ state, problems: [] });
    expect(stateFromQuery(new URLSearchParams())).toEqual({ state: defaults, problems: [] });
  });

  for (const [name, value] of [
    ['position', '1048576'],
    ['position', '-1'],
    ['base', '17'],
    ['base', 'own'],
    ['dim', '10'],
    ['theta', '1'],
    ['pair', '4'],
    ['step', '2'],
  ] as const) {
    test(`${name}=${value}: named, and the default taken`, () => {
      const { state, problems } = stateFromQuery(new URLSearchParams({ [name]: value }));
      expect(state).toEqual(defaults);
      expect(problems).toEqual([expect.stringMatching(`^${name}: expected .* got “${value}”$`)]);
    });
  }

  test('a pair stays within a smaller head', () => {
    expect(withChanges({ ...defaults, dim: 128, pair: 63 }, { dim: 8 }).pair).toBe(3);
  });
});
