import { describe, expect, it } from 'vitest';
import { axial, type XposOptions, xposCaches, xposScales } from 'webgpu-rope';

const smallestNormal = 2 ** -126;
const config = { headDim: 8 };

/** The last position, from 0 on, that tables with these options have; found by trying. */
function lastPosition(options: XposOptions): number {
  let [served, refused] = [0, 2 ** 17];
  while (refused - served > 1) {
    const positions = Math.floor((served + refused) / 2);
    try {
      xposCaches({ headDim: 2 }, positions, options);
      served = positions;
    } catch {
      refused = positions;
    }
  }
  return served - 1;
}

describe('xposCaches', () => {
  it('rows are rotation times scale, in float32', () => {
    const caches = xposCaches(config, 40, { center: 16, scaleBase: 64 });
    for (const side of ['query', 'key'] as const) {
      for (const position of [0, 16, 39]) {
        const scales = xposScales(8, position, { center: 16, scaleBase: 64 })[side];
        for (let i = 0; i < 4; i++) {
          const angle = position * 10_000 ** (-i / 4);
          const at = position * 4 + i;
          expect(caches[side].cosCache[at]).toBe(Math.fround(Math.cos(angle) * scales[i]!));
          expect(caches[side].sinCache[at]).toBe(Math.fround(Math.sin(angle) * scales[i]!));
        }
      }
    }
  });

  it.each<[XposOptions, number]>([
    [{}, 35_552],
    [{ center: 16_384 }, 51_936],
    [{ center: -1000, scaleBase: 256 }, 16_776],
    [{ scaleBase: 1 }, 69],
  ])(
    '%o: up to position %i, every pair keeps a normal cosine or sine, whole and with its length',
    (options, last) => {
      expect(lastPosition(options)).toBe(last);
      const caches = xposCaches(config, last + 1, options);
      for (const position of [0, last]) {
        const scales = xposScales(8, position, options);
        for (const side of ['query', 'key'] as const) {
          for (let i = 0; i < 4; i++) {
            const [cos, sin] = [caches[side].cosCache, caches[side].sinCache].map(
              (cache) => cache[position * 4 + i]!,
            );
            expect(Math.max(Math.abs(cos!), Math.abs(sin!))).toBeGreaterThanOrEqual(smallestNormal);
            // Two numbers, each rounded once: to a half of 2^-149 at worst.
            expect(Math.abs(Math.hypot(cos!, sin!) / scales[side][i]! - 1)).toBeLessThan(2 ** -23);
          }
        }
      }
      // One further, and both may be subnormal: the scale is below sqrt(2) times the smallest normal number.
      const { query, key } = xposScales(8, last + 1, options);
      expect(Math.min(query[0]!, key[0]!)).toBeLessThan(Math.SQRT2 * smallestNormal);
    },
  );

  it.each<[number, XposOptions, string]>([
    [
      36_273,
      {},
      'positions: expected at most 35553, as float32 does not hold the scale of position 35553 (center 0), got 36273',
    ],
    [
      2 ** 20,
      { center: 1024 },
      'positions: expected at most 36577, as float32 does not hold the scale of position 36577 (center 1024), got 1048576',
    ],
    [
      4,
      { center: 40_000 },
      'center: expected at most 35552 tokens from position 0, as float32 does not hold its scale, got 40000',
    ],
    [
      4,
      { center: -40_000 },
      'center: expected at most 35552 tokens from position 0, as float32 does not hold its scale, got -40000',
    ],
    [4, { scaleBase: 5e-324 }, 'scaleBase: expected a number from 1 to 2^53 (tokens), got 5e-324'],
    [4, { scaleBase: 1e300 }, 'scaleBase: expected a number from 1 to 2^53 (tokens), got 1e+300'],
    [4, { center: 1e300 }, 'center: expected a number from -2^53 to 2^53 (tokens), got 1e+300'],
    [0, {}, 'positions: expected an integer in 1..16777216, got 0'],
  ])('refuses %i positions with %o', (positions, options, message) => {
    expect(() => xposCaches(config, positions, options)).toThrow(new RangeError(message));
  });

  it('refuses several axes and attention factors, which the tables would not have', () => {
    expect(() => xposCaches({ headDim: 8, axes: axial(8) }, 4)).toThrow(
      new RangeError('axes: expected null, as a row is that of one position, got a Object'),
    );
    const scaling = { type: 'yarn', factor: 4, originalPositions: 64, attentionFactor: 1.5 } as const;
    expect(() => xposCaches({ headDim: 8, scaling }, 4)).toThrow(
      new RangeError(
        'scaling: expected a scheme without attention factor, as xPos has scales of its own, got 1.5',
      ),
    );
  });
});

describe('xposScales', () => {
  it('are normal in float64 as far as they are given', () => {
    for (const position of [-289_519, 289_519]) {
      const { query, key } = xposScales(8, position);
      for (const scale of [...query, ...key]) {
        expect(scale).toBeGreaterThanOrEqual(2 ** -1022);
        expect(scale).toBeLessThan(Infinity);
      }
    }
  });

  it.each([
    [
      289_520,
      {},
      'position: expected at most 289519 tokens from center (0), as float64 holds no smaller scale, got 289520',
    ],
    [
      -570,
      { scaleBase: 1 },
      'position: expected at most 565 tokens from center (0), as float64 holds no smaller scale, got -570',
    ],
    [
      0,
      { center: 1e15 },
      'position: expected at most 289519 tokens from center (1000000000000000), as float64 holds no smaller scale, got 0',
    ],
  ])('refuses position %i with %o', (position, options, message) => {
    expect(() => xposScales(8, position, options)).toThrow(new RangeError(message));
  });
});
