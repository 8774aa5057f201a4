import { expect, test } from 'vitest';
import { axial, createTokenTable, mropeSections, readTensor, uploadTensor } from 'webgpu-rope';
import { expectAddition } from '../support/additive-case';
import { freshCases } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { expectPositions } from '../support/position-case';
import { expectQkv, type QkvCase } from '../support/qkv-case';
import type { RowsCase } from '../support/qkv-sources';
import { bitsOf, type Random } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';
import { words } from '../support/words';
import { expectBias } from './bias-case';

// Garbage in every buffer that a kernel reads: nothing hangs, no byte changes but those that a call names, and what is bad among the words
// that it reads is counted once. What is right by chance is right.

const device = await getDevice();
const capacity = 5000;
const tokens = 9;
const extremes = [0, 1, capacity - 1, capacity, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

/** Unsigned words of any value. */
const garbage = (random: Random, length: number): number[] =>
  Array.from({ length }, () =>
    random.pick([random.integer(0, 2 ** 32 - 1), random.pick(extremes), random.integer(0, capacity)]),
  );

const signed = (word: number): number => word | 0;
const padding = 0xffffffff;

/** The position of a word: -1 for padding and for one that there is not. */
const positionOf = (word: number): number => (word < capacity ? word : -1);
const isBad = (word: number): boolean => word >= capacity && word !== padding;

for (const axes of [1, 3]) {
  test(`ids on ${axes} axes`, () =>
    freshCases(8, async (random) => {
      const config = axes === 1 ? {} : { axes: mropeSections([11, 11, 10]) };
      const list = garbage(random, axes * tokens);
      const of = (token: number): number[] =>
        Array.from({ length: axes }, (_, axis) => list[axis * tokens + token]!);
      const stays = (token: number): boolean => of(token).some((word) => positionOf(word) < 0);
      const bad = Array.from({ length: tokens }, (_, token) => of(token)).filter(
        (each) => each.some(isBad) && !each.includes(padding),
      ).length;
      const lists = Array.from({ length: axes }, (_, axis) =>
        Array.from({ length: tokens }, (_, token) => (stays(token) ? -1 : list[axis * tokens + token]!)),
      );
      await expectPositions(device, {
        ...{ dtype: random.pick(['f32', 'f16', 'bf16'] as const), tokens, config, bad },
        source: (own) => ({
          positions: {
            type: 'ids',
            format: random.pick(['u32', 'i32'] as const),
            buffer: words(device, own, list),
          },
        }),
        positions: axes === 1 ? lists[0]! : lists,
      });
    }));
}

test('64-bit ids', () =>
  freshCases(8, async (random) => {
    const low = garbage(random, tokens);
    const high = low.map(() => random.pick([0, 0, padding, random.integer(0, 2 ** 32 - 1)]));
    const isPadding = (i: number): boolean => low[i] === padding && high[i] === padding;
    const isThere = (i: number): boolean => high[i] === 0 && low[i]! < capacity;
    await expectPositions(device, {
      tokens,
      bad: low.filter((_, i) => !isThere(i) && !isPadding(i)).length,
      source: (own) => ({
        positions: {
          ...{ type: 'ids', format: 'i64' },
          buffer: words(
            device,
            own,
            low.flatMap((word, i) => [word, high[i]!]),
          ),
        },
      }),
      positions: low.map((word, i) => (isThere(i) ? word : -1)),
    });
  }));

test('ragged sequences: as the search ends on what it finds', () =>
  freshCases(12, async (random) => {
    const sequences = random.integer(1, 7);
    const indptr = Array.from({ length: sequences + 1 }, () =>
      random.pick([random.integer(0, tokens), ...garbage(random, 1)]),
    );
    const offsets = garbage(random, sequences);
    const found = Array.from({ length: tokens }, (_, token) => {
      let [low, high] = [0, sequences];
      while (high - low > 1) {
        const middle = low + ((high - low) >> 1);
        if (indptr[middle]! <= token) low = middle;
        else high = middle;
      }
      const [first, end, offset] = [indptr[low]!, indptr[low + 1]!, offsets[low]!];
      if (token < first || token >= end || offset === padding) return padding;
      return offset >= 2 ** 31 ? padding - 1 : (offset + token - first) >>> 0;
    });
    await expectPositions(device, {
      tokens,
      bad: found.filter(isBad).length,
      source: (own) => ({
        positions: {
          ...{ type: 'ragged', sequences },
          indptr: words(device, own, indptr),
          offsets: words(device, own, offsets),
        },
      }),
      positions: found.map(positionOf),
    });
  }));

const rows: readonly ((random: Random) => RowsCase)[] = [
  (random) => ({ type: 'slots', slots: [...new Set(garbage(random, 60).map(signed))].slice(0, tokens) }),
  (random) => ({ type: 'pages', table: garbage(random, 8).map(signed), pageSize: 2, pagesPerSequence: 8 }),
  () => ({ type: 'ring' }),
  () => ({ type: 'first' }),
];

test.each(rows.map((of, i) => ({ of, name: ['slots', 'a block table', 'a ring', 'rows'][i] })))(
  'a step, and $name',
  ({ of }) =>
    freshCases(6, async (random) => {
      const step = { words: garbage(random, 3) };
      const c: QkvCase = {
        ...{ dtype: 'f32', headDim: 32, tokens, options: { capacity } },
        q: { heads: 2, norm: {} },
        k: { heads: 1, norm: {}, cache: { capacity: 16 } },
        v: { heads: 1, cache: { capacity: 16 } },
        rows: of(random),
        step: random.pick([step, { words: [random.integer(0, tokens), 3, ...garbage(random, 1)] }]),
      };
      // Two tokens with one row may mix in it: pages of a table may be the same.
      const { table = [] } = c.rows as { table?: number[] };
      const pages = table.filter((page) => page >= 0 && page < 8);
      if (new Set(pages).size === pages.length) await expectQkv(device, random, c);
    }),
);

test('ids of a token table, integers and floats', () =>
  freshCases(8, (random) =>
    withErrorScope(device, async (own) => {
      const headDim = 16;
      const axes = axial(headDim, 2);
      const table = own(
        await createTokenTable(device, { headDim, axes }, { tokens, capacity, dtypes: ['f32'] }),
      );
      for (const kind of ['i32', 'f32', 'parts'] as const) {
        const place = { headDim, tokens, heads: 2, offset: 4 };
        const before = guardedTensor('f32', place, random) as Float32Array;
        const buffer = own(uploadTensor(device, before, 'f32', { as: 'bits' }));
        const source = words(device, own, garbage(random, 8 * tokens));
        const positions =
          kind === 'parts'
            ? ({ type: kind, count: tokens, buffer: source } as const)
            : ({ type: 'ids', format: kind, signed: random.pick([true, false]), buffer: source } as const);
        submitPass(device, (pass) => {
          table.encode(pass, { tokens, positions, shift: random.integer(-9, 9) });
          const layer = table.rope.bind({ q: { buffer, heads: 2, offset: 4 }, dtype: 'f32' });
          layer.encode(pass, { tokens, positions: table.positions });
        });
        const after = (await readTensor(device, buffer, 'f32')) as Float32Array;
        const size = tokens * 2 * headDim;
        expect(bitsOf(after).subarray(0, 4)).toEqual(bitsOf(before).subarray(0, 4));
        expect(bitsOf(after).subarray(4 + size)).toEqual(bitsOf(before).subarray(4 + size));
        expect(after.subarray(4, 4 + size).every(Number.isFinite), kind).toBe(true);
        const ids = new Int32Array((await readTensor(device, table.positions.buffer, 'f32')).buffer);
        const left = [...ids].filter((id) => id === -1).length;
        expect([...ids].every((id, row) => id === row || id === -1)).toBe(true);
        expect(await table.readBadPositions()).toBeLessThanOrEqual(left);
        expect(await table.rope.readBadPositions()).toBe(0);
      }
    }),
  ));

test('ids of additive encodings and of biases', () =>
  freshCases(6, (random) =>
    withErrorScope(device, async (own) => {
      const list = garbage(random, tokens);
      await expectAddition(device, own, random, {
        ...{
          encoding: { type: 'sinusoidal', dim: 24 },
          dtype: 'f32',
          tokens,
          capacity,
          options: { capacity },
        },
        source: { positions: { type: 'ids', format: 'u32', buffer: words(device, own, list) } },
        positions: [list.map(positionOf)],
        bad: list.filter(isBad).length,
      });
      const ids = garbage(random, 5).map(signed);
      await expectBias(device, own, random, {
        ...{ bias: { type: 'alibi', heads: 2 }, dtype: 'f32', queries: 5, keys: 8 },
        ...{ query: ids, key: garbage(random, 8).map(signed), format: 'i32' },
      });
    }),
  ));
