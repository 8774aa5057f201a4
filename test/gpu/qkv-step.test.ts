import { describe, expect, test } from 'vitest';
import { getDevice } from '../support/gpu';
import { expectQkv, type QkvCase } from '../support/qkv-case';
import { seeded } from '../support/random';

// A step whose length only the GPU knows: tokens past it are nothing at all.

const device = await getDevice();

const norm = { weights: 'numbers' } as const;
const capacity = 16;

const base = (c: Partial<QkvCase>): QkvCase => ({
  dtype: 'f32',
  headDim: 64,
  options: { capacity: 5000 },
  tokens: 8,
  q: { heads: 3, norm },
  k: { heads: 1, norm, cache: { capacity } },
  v: { heads: 1, cache: { capacity } },
  rows: { type: 'first' },
  ...c,
});

/** With norms in f32, without in f16, and K in place at its rows. */
async function expectAll(seed: number, c: Partial<QkvCase>): Promise<void> {
  const full = base(c);
  await seeded(seed, (random) => expectQkv(device, random, full));
  const { v: _v, k: _k, ...inPlace } = full;
  await seeded(seed + 1, (random) =>
    expectQkv(device, random, { ...inPlace, k: { heads: 1, norm, capacity } }),
  );
  await expectPlain(seed + 2, c);
}

async function expectPlain(seed: number, c: Partial<QkvCase>): Promise<void> {
  const plain = { dtype: 'f16', q: { heads: 3 }, k: { heads: 1, cache: { capacity } } } as const;
  await seeded(seed, (random) => expectQkv(device, random, base({ ...c, ...plain })));
}

describe('one step for all sequences', () => {
  test.each([0, 1, 5, 7, 8])('%i of 8 tokens', async (count) => {
    await expectAll(300, { step: { words: [count, 4000, 3] } });
    await expectAll(303, { step: { words: [9, 9, count, 11, 8], offset: 2 }, batch: 2 });
  });

  test.each([9, 100, 2 ** 31, 2 ** 32 - 1])(
    '%i tokens are clamped to 8, and counted once a sequence',
    async (count) => {
      await expectAll(306, { step: { words: [count, 17, 2] } });
      await expectAll(309, { step: { words: [count, 17, 2] }, batch: 3 });
    },
  );
});

describe('rows of a step', () => {
  const small = { k: { heads: 1, norm, cache: { capacity: 4 } }, v: { heads: 1, cache: { capacity: 4 } } };

  test('a ring keeps the last of the tokens that there are, not of those that the step asked for', async () => {
    for (const count of [8, 9, 11, 2 ** 31]) {
      await seeded(330, (random) =>
        expectQkv(
          device,
          random,
          base({ ...small, rows: { type: 'ring' }, step: { words: [count, 17, 2] } }),
        ),
      );
    }
  });

  test('rows past the block table are bad: no page of another row is written', async () => {
    const rows = { type: 'pages', table: [1, 3, 0], pageSize: 4, pagesPerSequence: 3 } as const;
    for (const first of [0, 6, 11, 12, 40, 2 ** 31, 2 ** 32 - 4]) {
      await expectAll(334, { rows, step: { words: [8, 17, first] } });
    }
  });
});

describe('a step of each sequence', () => {
  const words = [99, 3, 0, 5, 0, 7, 7, 8, 4000, 1, 12, 1, 8, 1, 99, 0];

  test('a batch of different lengths, starts and rows', async () => {
    await expectAll(312, { step: { words, perSequence: true, offset: 1 }, batch: 5 });
  });

  test('no tokens at all', async () => {
    await expectAll(315, { step: { words: [0, 1, 2, 0, 3, 4], perSequence: true }, batch: 2 });
  });
});

describe('with other sources', () => {
  test('ids and slots: the step says the tokens alone; what lies past them is not counted', async () => {
    const ids = [3, 5000, -1, 9, 8, 5001, 7, -2];
    const slots = [0, 3, 2, 16, -1, -2, 99, 5];
    for (const count of [0, 4, 5, 8]) {
      const step = { words: [count, 4999, 7] };
      await expectAll(318, { step, positions: { type: 'ids', ids }, rows: { type: 'slots', slots } });
    }
  });

  test('slots of each sequence beside starts from the step', async () => {
    const slots = Array.from({ length: 24 }, (_, i) => (i * 5) % 16);
    const rows = { type: 'slots', slots, perSequence: true } as const;
    await expectAll(321, {
      step: { words: [3, 9, 0, 8, 0, 0, 1, 70, 0], perSequence: true },
      rows,
      batch: 3,
    });
  });

  test('a ring: of the tokens there are, the last ones', async () => {
    const rows = { type: 'ring' } as const;
    const step = { words: [5, 30, 14, 20, 50, 3, 17, 0, 2 ** 31 + 5, 16, 9, 1], perSequence: true };
    await expectAll(324, { step, rows, tokens: 24, batch: 4 });
  });

  test('pages, rows past the table and past the pool bad', async () => {
    const rows = { type: 'pages', table: [3, 0, 1, 2, 7, 1], pageSize: 4, pagesPerSequence: 2 } as const;
    const step = { words: [6, 30, 1, 3, 50, 6, 8, 0, 0], perSequence: true };
    await expectAll(327, { step, rows, batch: 3 });
  });

  test.each([
    ['a grid', { type: 'grid', height: 2, width: 2 }],
    ['ids', { type: 'ids', ids: Array.from({ length: 24 }, (_, i) => i * 41) }],
    ['the start of the step', undefined],
  ] as const)('three axes, %s', async (_name, positions) => {
    const axes = { count: 3, pairAxis: Array.from({ length: 32 }, (_, pair) => pair % 3) };
    await expectPlain(330, {
      config: { axes },
      step: { words: [5, 70, 3] },
      ...(positions && { positions }),
    });
  });
});

describe('what the host cannot check', () => {
  test('a start past the table: bad positions, counted', async () => {
    await expectAll(339, { step: { words: [6, 4997, 0] } });
    await expectAll(342, { step: { words: [3, 2 ** 32 - 2, 0] } });
  });

  test('a first row past the cache: bad rows, counted', async () => {
    await expectAll(345, { step: { words: [6, 0, 13] } });
    await expectAll(348, { step: { words: [3, 0, 2 ** 32 - 2] } });
  });
});

test('without rows: Q alone', async () => {
  const { rows: _rows, k: _k, v: _v, ...c } = base({ batch: 2 });
  const step = { words: [5, 9, 0, 2, 4, 0], perSequence: true };
  await seeded(351, (random) => expectQkv(device, random, { ...c, step }));
  expect(step.words).toHaveLength(6);
});
