import { describe, expect, test } from 'vitest';
import { getDevice, withErrorScope } from '../support/gpu';
import { expectQkv, type QkvCase, readArena, setUpQkv } from '../support/qkv-case';
import { seeded } from '../support/random';
import { submitPass } from '../support/rotation-case';

// Every kind of rows. A slot of -1 and a bad one rotate Q and write no K and no V; nothing outside the rows named is written.

const device = await getDevice();

const norm = { weights: 'numbers' } as const;
const capacity = 16;

const base = (c: Partial<QkvCase>): QkvCase => ({
  dtype: 'f32',
  headDim: 64,
  tokens: 6,
  q: { heads: 2, norm },
  k: { heads: 1, norm, cache: { capacity } },
  v: { heads: 1, cache: { capacity } },
  positions: { type: 'start', start: 700 },
  ...c,
});

/** With a norm and without, f32 and f16 caches, K and V alone, and K in place at the rows. */
async function expectAll(seed: number, c: Partial<QkvCase>): Promise<void> {
  const full = base(c);
  await seeded(seed, (random) => expectQkv(device, random, full));
  const cache = { ...full.k!.cache!, dtype: 'f16' } as const;
  const { q: _q, ...rest } = full;
  const plain = { ...rest, dtype: 'bf16', k: { heads: 1, cache }, v: { heads: 1, cache } } as const;
  await seeded(seed + 1, (random) => expectQkv(device, random, plain));
  if (full.k!.cache!.shared) return;
  const { v: _v, ...inPlace } = full;
  await seeded(seed + 2, (random) =>
    expectQkv(device, random, { ...inPlace, k: { heads: 1, norm, capacity } }),
  );
  await seeded(seed + 3, (random) =>
    expectQkv(device, random, { ...inPlace, dtype: 'f16', q: { heads: 2 }, k: { heads: 1, capacity } }),
  );
}

const shared = {
  k: { heads: 1, norm, cache: { capacity, shared: true } },
  v: { heads: 1, cache: { capacity, shared: true } },
} as const;

describe('first', () => {
  test.each([0, 3, 10])('rows from %i on, of one sequence and of three', async (first) => {
    await expectAll(200, { rows: { type: 'first', first } });
    await expectAll(204, { rows: { type: 'first', first }, batch: 3 });
  });
});

describe('slots', () => {
  const slots = [15, 0, 7, 3, 4, 12];

  test.each(['u32', 'i32', 'i64'] as const)('%s, shared by a batch, and of one pool', async (format) => {
    await expectAll(210, { rows: { type: 'slots', slots, format } });
    await expectAll(214, { rows: { type: 'slots', slots, format }, batch: 2 });
    await expectAll(218, { ...shared, rows: { type: 'slots', slots, format } });
  });

  test.each(['u32', 'i32', 'i64'] as const)(
    '%s of each sequence, from an offset, rows longer than the call',
    async (format) => {
      const own = [99, 1, 2, 3, 99, 99, 4, 3, 2, 99, 99, 98];
      const rows = { type: 'slots', slots: own, format, perSequence: true, rowLength: 5, offset: 1 } as const;
      await expectAll(222, { rows, tokens: 3, batch: 2 });
      const apart = own.map((slot, i) => (i > 5 && slot < 90 ? slot + 8 : slot));
      await expectAll(226, { ...shared, rows: { ...rows, slots: apart }, tokens: 3, batch: 2 });
    },
  );

  test('-1 and rows that are not there: Q rotates, nothing is written, the bad ones are counted once', async () => {
    const some = [5, -1, 16, -2, 2 ** 31 - 1, 0];
    await expectAll(230, { rows: { type: 'slots', slots: some } });
    await expectAll(234, { rows: { type: 'slots', slots: some }, batch: 2 });
    await expectAll(238, {
      rows: { type: 'slots', slots: [0xffffffff, 0xfffffffe, 3, 4, 2 ** 31, 5], format: 'u32' },
    });
    const wide = [2 ** 32 + 3, -1, -2, 8, -(2 ** 32) + 5, 5 * 2 ** 32 - 1];
    await expectAll(242, { rows: { type: 'slots', slots: wide, format: 'i64' } });
  });

  test('padding writes nothing at its slot', async () => {
    const ids = [5, -1, 6, -1, 9999, 2];
    await expectAll(246, { positions: { type: 'ids', ids }, rows: { type: 'slots', slots } });
  });

  test('two tokens with one slot: only that row is touched', async () => {
    await seeded(250, (random) =>
      withErrorScope(device, async (own) => {
        const c = base({ rows: { type: 'slots', slots: [3, 5, 3, 6, 8, 9] } });
        const setup = await setUpQkv(device, own, random, c);
        submitPass(device, (pass) => setup.layer.encode(pass, setup.options));
        const after = await readArena(device, setup);
        for (const name of ['k cache', 'v cache']) {
          const [now, was] = [after, setup.before].map(
            (arena) => arena.view(name, 'bf16') as Uint16Array,
          ) as [Uint16Array, Uint16Array];
          const row = 2 * 64;
          const touched = Array.from({ length: capacity }, (_, i) => i).filter((i) =>
            now.subarray(i * row, i * row + row).some((half, at) => half !== was[i * row + at]),
          );
          expect(touched, name).toEqual([3, 5, 6, 8, 9]);
          expect(now.subarray(capacity * row)).toEqual(was.subarray(capacity * row));
        }
      }),
    );
  });
});

describe('ring', () => {
  test.each([0, 5, 13, 15, 16, 1000003])('(%i + token) mod 16', async (first) => {
    await expectAll(260, { rows: { type: 'ring', first } });
    await expectAll(264, { rows: { type: 'ring', first }, batch: 2 });
  });

  test('of more tokens than rows the last ones', async () => {
    await expectAll(268, { rows: { type: 'ring', first: 3 }, tokens: 16 });
    await expectAll(272, { rows: { type: 'ring', first: 9 }, tokens: 17 });
    await expectAll(276, { rows: { type: 'ring', first: 1 }, tokens: 50, batch: 2 });
  });
});

describe('pages', () => {
  const pages = { type: 'pages', pageSize: 4, pagesPerSequence: 3 } as const;

  test('of one pool, by the tables of two sequences', async () => {
    const table = [77, 3, 1, 2, 0, 99, 99];
    for (const first of [0, 1]) {
      await expectAll(280, { ...shared, rows: { ...pages, table, first, offset: 1 }, tokens: 3, batch: 2 });
    }
  });

  test('of pages in the slice of each sequence', async () => {
    await expectAll(284, { rows: { ...pages, table: [2, 0, 1, 3, 1, 0], first: 5 }, batch: 2 });
  });

  test('pages that are not in the pool are bad rows', async () => {
    const table = [3, 4, -1, 2 ** 31 - 1, 0, 2 ** 30];
    await expectAll(288, { rows: { ...pages, table, first: 2 }, tokens: 10, batch: 2 });
    // Of the last page the pool has two rows only.
    const cut = { k: { heads: 1, norm, cache: { capacity: 14 } }, v: { heads: 1, cache: { capacity: 14 } } };
    await seeded(292, (random) =>
      expectQkv(device, random, { ...base(cut), rows: { ...pages, table: [3, 2, 1], first: 1 } }),
    );
  });

  test('a page of one row, and one of as many as the cache', async () => {
    const table = [9, 2, 14, 3, 8, 0];
    await expectAll(293, { rows: { type: 'pages', table, pageSize: 1, pagesPerSequence: 6, first: 0 } });
    await expectAll(297, {
      rows: { type: 'pages', table: [0], pageSize: 16, pagesPerSequence: 1, first: 7 },
    });
  });
});

test('K in place, dense, needs no row: only V is left out', async () => {
  const { k: _k, ...rest } = base({ rows: { type: 'slots', slots: [5, -1, 16, 3, 2, 0] } });
  await seeded(298, (random) => expectQkv(device, random, { ...rest, k: { heads: 1, norm } }));
});

test('bad entries add up from encode to encode, and are read once', async () => {
  await seeded(299, (random) =>
    withErrorScope(device, async (own) => {
      const slots = [5, -1, 16, -2, 1, 0];
      const c = base({
        positions: { type: 'ids', ids: [1, 9999, 2, 3, -1, -5] },
        rows: { type: 'slots', slots },
      });
      const setup = await setUpQkv(device, own, random, c);
      submitPass(device, (pass) => {
        setup.layer.encode(pass, setup.options);
        setup.layer.encode(pass, setup.options);
      });
      expect(await setup.qkv.readBad()).toEqual({ positions: 4, rows: 4, tokens: 0 });
      expect(await setup.qkv.readBad()).toEqual({ positions: 0, rows: 0, tokens: 0 });
      submitPass(device, (pass) => setup.layer.encode(pass, setup.options));
      expect((await setup.qkv.readBad()).rows).toBe(2);
    }),
  );
});
