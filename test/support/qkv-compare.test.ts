import { describe, expect, test } from 'vitest';
import { ropeConfig, ropeFrequencies } from 'webgpu-rope';
import { qkvReference } from 'webgpu-rope/reference';
import type { Arena } from './qkv-arena';
import { randomArena } from './qkv-case';
import { compareQkv } from './qkv-compare';
import type { QkvCase } from './qkv-places';
import { bitsOf, createRandom } from './random';

// The comparison has to find what is wrong: here the reference stands for the GPU, and then errs.

const headDim = 16;
const c = {
  dtype: 'f32',
  headDim,
  config: { rotaryDim: 8 },
  tokens: 3,
  q: { heads: 2, norm: { weights: 'none' } },
  k: { heads: 1, buffer: 'kv', cache: { capacity: 6, dtype: 'f16', buffer: 'caches' } },
  v: {
    heads: 1,
    buffer: 'kv',
    offset: 3 * headDim,
    cache: { capacity: 6, offset: 6 * headDim, dtype: 'f16', buffer: 'caches' },
  },
  positions: { type: 'ids', ids: [4, -1, 9999] },
  rows: { type: 'slots', slots: [5, 1, 2] },
} as const satisfies QkvCase;

const config = ropeConfig({ headDim, rotaryDim: 8 });
const { inverseFrequencies } = ropeFrequencies(config);

/** The arenas before and after the call. */
function called() {
  const { before, numbers } = randomArena(createRandom(8), c);
  const after = before.copy();
  const kv = after.view('kv', 'f32');
  const caches = after.view('caches', 'f16');
  const cache = { data: caches, capacity: 6, dtype: 'f16' } as const;
  qkvReference({
    dtype: 'f32',
    headDim,
    rotaryDim: 8,
    pairing: 'half',
    tokens: 3,
    positions: [4, -1, -1],
    inverseFrequencies,
    rows: c.rows.slots,
    q: { data: after.view('q', 'f32'), heads: 2, norm: { epsilon: 1e-6 } },
    k: { data: kv, heads: 1, cache },
    v: { data: kv, heads: 1, offset: 3 * headDim, cache: { ...cache, offset: 6 * headDim } },
  });
  return { of: { before, numbers, config, positions: 8192 }, after };
}

describe('comparison of a case', () => {
  test('what the reference does is right, its bad entries are counted', () => {
    const { of, after } = called();
    const { worst, bad } = compareQkv(of, after, c);
    expect(worst).toBeLessThan(1);
    expect(worst).toBeGreaterThan(0);
    expect(bad).toEqual({ positions: 1, rows: 0, tokens: 0 });
  });

  test('nothing done is wrong', () => {
    const { of } = called();
    expect(() => compareQkv(of, of.before, c)).toThrow(/elements or bytes wrong/);
  });

  const wrong: [what: string, change: (after: Arena) => void, message: RegExp][] = [
    [
      'a normed element off by 2e-6 of itself',
      (after) => scale(after, 'q', 0, 1 + 2e-6),
      /q, sequence 0, token 0, row 0, head 0, dim 0/,
    ],
    ['an unrotated, normed element off', (after) => scale(after, 'q', 12, 1 + 4e-6), /head 0, dim 12/],
    ['a NaN', (after) => scale(after, 'q', 17, Number.NaN), /head 1, dim 1: got NaN/],
    [
      'a padding token touched',
      (after) => scale(after, 'q', 2 * headDim + 3, 2),
      /q, byte \d+: got \d+, expected \d+, as before/,
    ],
    ['a source touched', (after) => scale(after, 'kv', 1, -1), /kv, byte 7: .*as before/],
    [
      'a rotated key two ulps off',
      (after) => flip(after, 5 * headDim + 1, 2),
      /k, sequence 0, token 0, row 5, head 0, dim 1/,
    ],
    [
      'an unrotated key one ulp off',
      (after) => flip(after, 5 * headDim + 12, 1),
      /caches, byte \d+: .*as the reference/,
    ],
    ['V one ulp off', (after) => flip(after, 11 * headDim, 1), /caches, byte \d+: .*as the reference/],
    [
      'another row of a cache touched',
      (after) => flip(after, 4 * headDim, 1),
      /caches, byte \d+: .*as before/,
    ],
    ['the guard touched', (after) => flip(after, 12 * headDim + 7, 4), /caches, byte \d+: .*as before/],
  ];
  test.each(wrong)('%s', (_what, change, message) => {
    const { of, after } = called();
    change(after);
    expect(() => compareQkv(of, after, c)).toThrow(message);
  });
});

function scale(arena: Arena, name: string, element: number, factor: number): void {
  const view = arena.view(name, 'f32');
  view[element] = view[element]! * factor;
}

function flip(arena: Arena, element: number, bits: number): void {
  const view = bitsOf(arena.view('caches', 'f16'));
  view[element] = view[element]! ^ bits;
}
