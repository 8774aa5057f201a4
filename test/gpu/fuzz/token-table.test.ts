import fc from 'fast-check';
import { test } from 'vitest';
import { joinedPositions, partWords, type RopeDtype } from 'webgpu-rope';
import { patience, runs } from '../../fuzz/runs';
import { getDevice } from '../../support/gpu';
import { createRandom } from '../../support/random';
import { expectTokenTable, type TokenTableCase } from '../../support/token-table-case';
import { words } from '../../support/words';
import { configs, dtypes } from './draws';

// Token tables, drawn: numbers below 0 and between integers, shifts and factors an axis, parts.

const device = await getDevice();
const far = 2 ** 24;
const NONE = Number.NaN;

/** Float32 of every size up to 2^20, and what is none of its positions. */
const numbers = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -(2 ** 20), max: 2 ** 20, noNaN: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -4096, max: 4096 }) },
  { weight: 1, arbitrary: fc.constantFrom(NONE, Infinity, -Infinity, 1e30, far, -0, 2 ** -149) },
);

interface Draw {
  readonly seed: number;
  readonly c: TokenTableCase;
}

const cases: fc.Arbitrary<Draw> = fc
  .record({
    config: configs,
    dtype: dtypes as fc.Arbitrary<RopeDtype>,
    seed: fc.nat(),
    tokens: fc.integer({ min: 1, max: 16 }),
    batch: fc.integer({ min: 1, max: 3 }),
    row: fc.nat(5),
    kind: fc.constantFrom('f32' as const, 'i32' as const, 'parts' as const),
  })
  .chain(({ config: { scaling: _scaling, ...config }, kind, ...drawn }): fc.Arbitrary<Draw> => {
    const { tokens, batch } = drawn;
    const axes = config.axes?.count ?? 1;
    const shifts = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: axes, maxLength: axes });
    const factors = fc.array(fc.constantFrom(1, 0.5, 25, Math.fround(0.1), -1), {
      minLength: axes,
      maxLength: axes,
    });
    const length = axes * batch * tokens;
    const lists = (positionOf: (i: number, axis: number) => number | null) => {
      const count = batch * tokens;
      const isPadding = (i: number) =>
        Array.from({ length: axes }, (_, axis) => positionOf(i, axis)).some(Number.isNaN);
      const isBad = (i: number) =>
        Array.from({ length: axes }, (_, axis) => positionOf(i, axis)).includes(null);
      const tokensOf = Array.from({ length: count }, (_, i) => i);
      return {
        bad: tokensOf.filter((i) => isBad(i) && !isPadding(i)).length,
        positions: Array.from({ length: axes }, (_, axis) =>
          tokensOf.map((i) => (isBad(i) || isPadding(i) ? NONE : (positionOf(i, axis) as number))),
        ),
      };
    };
    const base = { ...drawn, config };
    if (kind === 'parts' && (axes === 2 || axes === 3)) {
      const origins = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: axes, maxLength: axes });
      const part = fc.oneof(
        fc.record({ tokens: fc.integer({ min: 1, max: 9 }), origin: origins, step: fc.nat(3) }),
        fc.record({
          height: fc.integer({ min: 1, max: 4 }),
          width: fc.integer({ min: 1, max: 4 }),
          origin: origins,
        }),
      );
      return fc.tuple(fc.array(part, { minLength: 1, maxLength: 5 }), shifts).map(([parts, shift]) => {
        const joined = { axes: axes as 2 | 3, parts };
        const { positions, shifts: moved, tokens: count } = joinedPositions(joined);
        const of = (axis: number) =>
          Array.from({ length: count }, (_, i) => positions[axis * count + i]! - moved[axis]! + shift[axis]!);
        const all = Array.from({ length: axes }, (_, axis) => Array(batch).fill(of(axis)).flat());
        return {
          seed: drawn.seed,
          c: {
            ...base,
            tokens: count,
            positions: all,
            source: (own) => ({
              positions: {
                type: 'parts',
                count: parts.length,
                buffer: words(device, own, partWords(joined)),
              },
              shift,
            }),
          },
        };
      });
    }
    if (kind === 'f32') {
      const ids = fc.array(numbers, { minLength: length, maxLength: length });
      return fc.tuple(ids, shifts, factors).map(([given, shift, factor]) => ({
        seed: drawn.seed,
        c: {
          ...base,
          ...lists((i, axis) => {
            const id = Math.fround(given[axis * batch * tokens + i]!);
            if (Number.isNaN(id)) return NONE;
            const position = Math.fround(id * factor[axis]!);
            const isIn = Math.abs(position) < far && Math.floor(position) + shift[axis]! < far;
            return isIn && Math.floor(position) + shift[axis]! >= -far ? position + shift[axis]! : null;
          }),
          source: (own) => ({
            positions: {
              ...{ type: 'ids', format: 'f32', perSequence: true },
              buffer: words(device, own, new Int32Array(Float32Array.from(given).buffer)),
            },
            shift,
            factor,
          }),
        },
      }));
    }
    const id = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -(2 ** 20), max: 2 ** 20 }) },
      { weight: 1, arbitrary: fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, far, -far - 1, -1, 0) },
    );
    return fc
      .tuple(fc.array(id, { minLength: length, maxLength: length }), shifts, fc.boolean())
      .map(([given, shift, signed]) => ({
        seed: drawn.seed,
        c: {
          ...base,
          ...lists((i, axis) => {
            const value = given[axis * batch * tokens + i]!;
            if (value === (signed ? -(2 ** 31) : -1)) return NONE;
            const position = value + shift[axis]!;
            const isIn = (signed || value >= 0) && position >= -far && position < far;
            return isIn ? position : null;
          }),
          source: (own) => ({
            positions: { type: 'ids', signed, perSequence: true, buffer: words(device, own, given) },
            shift,
          }),
        },
      }));
  });

test(
  'tables of every kind',
  () =>
    fc.assert(
      fc.asyncProperty(cases, ({ seed, c }) => expectTokenTable(device, createRandom(seed), c)),
      runs(15),
    ),
  patience(),
);
