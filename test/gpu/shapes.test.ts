import { describe, expect, test } from 'vitest';
import { ropeDtypes } from 'webgpu-rope';
import { fresh, freshCases } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, type Random } from '../support/random';
import { expectRotation, type RotationCase, type Side } from '../support/rotation-case';

const device = await getDevice();
const pairings = ['half', 'interleaved'] as const;

const run = (c: RotationCase) =>
  withErrorScope(device, (own) => fresh((random) => expectRotation(device, own, random, c)));

describe.each(ropeDtypes)('%s', (dtype) => {
  describe.each(pairings)('%s', (pairing) => {
    const base = { dtype, pairing, tokens: 5, start: 1000 };

    // Odd multiples of 2 take the path of whole words; the others the one of 16-byte chunks.
    test.each([2, 4, 6, 8, 10, 14, 16, 20, 32, 34, 64, 72, 80, 96, 128, 250, 256, 510, 512])(
      'rotaryDim %i, the whole head',
      async (headDim) => {
        await run({ ...base, headDim, q: { heads: 3 }, k: { heads: 2 } });
      },
    );

    test.each([
      [80, 32],
      [80, 20],
      [96, 24],
      [128, 126],
      [256, 64],
      [64, 2],
      [66, 64],
    ])('head %i, partial %i: the tail keeps its bits', async (headDim, rotaryDim) => {
      await run({ ...base, headDim, rotaryDim, q: { heads: 4 }, k: { heads: 4 } });
    });

    test.each([
      ['MHA', 4, 4],
      ['GQA', 7, 2],
      ['MQA', 5, 1],
      ['more of K than of Q', 1, 6],
    ])('%s, %i + %i heads', async (_name, q, k) => {
      await run({ ...base, headDim: 64, q: { heads: q }, k: { heads: k } });
    });

    test('Q alone, then K alone', async () => {
      await run({ ...base, headDim: 32, q: { heads: 3 } });
      await run({ ...base, headDim: 32, k: { heads: 3, capacity: 9, first: 4 } });
      await run({ ...base, headDim: 20, k: { heads: 3 } });
    });

    test.each(['bshd', 'bhsd'] as const)('%s, batch 3, K in a cache from row 6 on', async (layout) => {
      await run({
        ...base,
        headDim: 64,
        batch: 3,
        q: { heads: 4, layout },
        k: { heads: 2, layout, capacity: 12, first: 6 },
      });
    });

    test('offsets and strides on 16 bytes, and on words alone', async () => {
      const padded = (per: number): Side => ({
        heads: 3,
        offset: 2 * per,
        strides: { head: 64 + per, token: 3 * (64 + per) + 2 * per },
      });
      await run({ ...base, headDim: 64, batch: 2, q: padded(8), k: padded(16) });
      await run({ ...base, headDim: 64, batch: 2, q: padded(2), k: padded(8) });
      await run({ ...base, headDim: 64, batch: 2, q: padded(8), k: padded(2) });
    });

    test('tokens outermost: strides of [tokens, batch, heads, dim]', async () => {
      const side: Side = { heads: 3, strides: { batch: 3 * 64, token: 2 * 3 * 64 } };
      await run({ ...base, headDim: 64, batch: 2, q: side, k: side });
    });

    test('NaN, infinities, zeros, subnormals and the largest values stay within their pairs', async () => {
      await run({ ...base, headDim: 128, special: true, q: { heads: 8 }, k: { heads: 2 } });
      await run({ ...base, headDim: 42, special: true, q: { heads: 8 }, k: { heads: 2 } });
    });

    test.each(['two-digit', 'full'] as const)('%s table, up to its last position', async (table) => {
      const capacity = 5000;
      const c = { ...base, headDim: 64, q: { heads: 2 }, k: { heads: 1 }, options: { table, capacity } };
      await run({ ...c, start: capacity - 5 });
      await run({ ...c, headDim: 36, start: capacity - 5 });
    });

    test.each([131_071, 1_048_571, 2 ** 24 - 5])('position %i', async (start) => {
      await run({
        ...base,
        headDim: 128,
        start,
        q: { heads: 2 },
        k: { heads: 1 },
        options: { capacity: 2 ** 24 },
      });
    });
  });
});

test('capacity 1: the one position there is', async () => {
  await run({
    dtype: 'f32',
    pairing: 'half',
    headDim: 8,
    tokens: 1,
    start: 0,
    q: { heads: 1 },
    options: { capacity: 1 },
  });
});

/** A case drawn at random, the hard shapes as likely as the easy ones. */
function randomCase(random: Random): RotationCase {
  const dtype = random.pick(ropeDtypes);
  const rotaryDim = 2 * random.integer(1, random.pick([4, 32, 64, 256]));
  const headDim = rotaryDim + random.pick([0, 0, 2, 16, 48]);
  const tokens = random.pick([1, 2, 3, 7, 13, 31]);
  const batch = random.pick([1, 1, 2, 3]);
  const side = (): Side => {
    const heads = random.pick([1, 2, 3, 5, 8]);
    const first = random.pick([0, 0, 3]);
    const word = dtype === 'f32' ? 1 : 2;
    const head = headDim + random.pick([0, 0, word, 4 * word]);
    const padded = random.next() < 0.4;
    return {
      heads,
      layout: random.pick(['bshd', 'bhsd'] as const),
      offset: random.pick([0, 0, word, 4 * word, 17 * word]),
      ...(first > 0 || random.next() < 0.5 ? { capacity: first + tokens + random.integer(0, 4), first } : {}),
      ...(padded ? { strides: { head, token: heads * head + random.pick([0, word, 4 * word]) } } : {}),
    };
  };
  const sides = random.pick([['q', 'k'], ['q', 'k'], ['q'], ['k']] as const);
  // With strides of its own a tensor is tokens outside heads, whatever the layout says of the rest.
  const withBatch = (s: Side): Side =>
    s.strides ? { ...s, layout: 'bshd' as const, strides: { ...s.strides } } : s;
  return {
    dtype,
    pairing: random.pick(pairings),
    headDim,
    rotaryDim,
    theta: random.pick([100, 10_000, 500_000, 1e6]),
    tokens,
    batch,
    start: random.pick([0, 1, 1023, 1024, 131_040, 1_048_000]),
    ...Object.fromEntries(sides.map((name) => [name, withBatch(side())])),
    options: {
      tuning: { workgroupSize: random.pick([1, 16, 64, 128]), invocations: random.pick([1, 64, 5000]) },
      ...(random.next() < 0.2 ? { table: 'full' as const, capacity: random.pick([1_048_000, 200_000]) } : {}),
    },
    special: random.next() < 0.3,
  };
}

test('60 random cases, fresh each run', async () => {
  await freshCases(60, async (random) => {
    const drawn = randomCase(random);
    // A full table must hold the positions and fit a binding of 128 MiB.
    const pairs = (drawn.rotaryDim ?? 0) / 2;
    const capacity = Math.min(2 ** 20 + 64, Math.floor(2 ** 27 / (Math.ceil(pairs / 2) * 16)));
    const full = drawn.options?.table === 'full';
    const c: RotationCase = full
      ? { ...drawn, start: Math.min(drawn.start, capacity - 40), options: { ...drawn.options, capacity } }
      : drawn;
    await withErrorScope(device, (own) => expectRotation(device, own, random, c));
  });
});

test('the same input gives the same bits', async () => {
  await withErrorScope(device, async (own) => {
    for (const dtype of ropeDtypes) {
      const c: RotationCase = {
        dtype,
        pairing: 'half',
        headDim: 128,
        tokens: 16,
        start: 77_777,
        q: { heads: 8 },
        k: { heads: 2 },
      };
      const [a, b] = [
        await expectRotation(device, own, createRandom(5), c),
        await expectRotation(device, own, createRandom(5), c),
      ];
      expect(a.after).toEqual(b.after);
    }
  });
});
