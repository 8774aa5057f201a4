import { describe, expect, test } from 'vitest';
import {
  createRope,
  fromStorage,
  type RopeConfigInput,
  type RopeIds,
  type RopeRerotateOptions,
  readTensor,
  ropeFrequencies,
  uploadTensor,
} from 'webgpu-rope';
import { rerotateReferenceExact } from 'webgpu-rope/reference';
import { expectContract } from '../support/contract';
import { getDevice, type Own, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { type Side, submitPass, tensorOf } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';
import { words } from '../support/words';

const device = await getDevice();
const headDim = 64;

type Positions = number | readonly number[] | readonly (readonly number[])[];

interface MoveCase {
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  readonly config?: Partial<RopeConfigInput>;
  readonly tokens: number;
  readonly batch?: number;
  readonly side?: Side;
  readonly from: Positions;
  readonly to: Positions;
  readonly options: (own: Own) => Pick<RopeRerotateOptions, 'from' | 'to'>;
  readonly bad?: number;
}

/** Moves random heads, and holds them against the float64 reference applied to the same bits. */
async function expectMove(c: MoveCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const { dtype = 'f32', tokens, batch = 1, side = { heads: 3 } } = c;
    const config = { headDim, ...c.config };
    const rope = own(await createRope(device, config, { dtypes: [dtype], capacity: 200_000 }));
    const place = { headDim, tokens, batch, ...side };
    const before = guardedTensor(dtype, place, createRandom(tokens));
    const buffer = own(uploadTensor(device, before, dtype, { as: 'bits' }));
    submitPass(device, (pass) => {
      rope.rerotate(
        pass,
        { ...tensorOf(side, buffer), dtype },
        { tokens, batch, first: side.first ?? 0, ...c.options(own) },
      );
    });
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(rope.config);
    const { pairing, rotaryDim, axes } = rope.config;
    const turn = { inverseFrequencies, attentionFactor };
    const common = { dtype, rotaryDim, pairing, pairAxis: axes?.pairAxis, ...place };
    const exact = rerotateReferenceExact(before, {
      ...common,
      from: { ...turn, positions: c.from },
      to: { ...turn, positions: c.to },
    });
    const after = await readTensor(device, buffer, dtype);
    expectContract({
      before,
      after,
      exact,
      relative: 1e-6,
      scale: 1,
      rotations: { ...common, ...turn, positions: c.to },
    });
    expect(await rope.readBadPositions()).toBe(c.bad ?? 0);
  });
}

describe.each(['f32', 'f16', 'bf16'] as const)('%s', (dtype) => {
  describe.each(['half', 'interleaved'] as const)('%s', (pairing) => {
    for (const rotaryDim of [64, 42]) {
      const config = { pairing, rotaryDim };

      test(`rotaryDim ${rotaryDim}: context shift, K in its cache`, () =>
        expectMove({
          dtype,
          config,
          tokens: 6,
          side: { heads: 2, capacity: 12, first: 3 },
          from: 131_000,
          to: 100,
          options: () => ({ from: { start: 131_000 }, to: { start: 100 } }),
        }));

      test(`rotaryDim ${rotaryDim}: by a delta, batch 2, bhsd`, () =>
        expectMove({
          dtype,
          config,
          tokens: 4,
          batch: 2,
          side: { heads: 2, layout: 'bhsd', capacity: 7, first: 2 },
          from: 1000,
          to: 488,
          options: () => ({ from: { start: 1000 }, to: { delta: -512 } }),
        }));

      test(`rotaryDim ${rotaryDim}: ids to other ids, to a start, and by a delta`, async () => {
        const from = [7, 90, -1, 4000, 8];
        const base = { dtype, config, tokens: 5, from };
        const ids = (own: Own, values: readonly number[]): { positions: RopeIds } => ({
          positions: { type: 'ids', buffer: words(device, own, values) },
        });
        const to = [1, 2, 3, -1, 5];
        await expectMove({ ...base, to, options: (own) => ({ from: ids(own, from), to: ids(own, to) }) });
        await expectMove({
          ...base,
          to: 50,
          options: (own) => ({ from: ids(own, from), to: { start: 50 } }),
        });
        await expectMove({
          ...base,
          to: from.map((p) => (p === -1 ? -1 : p + 3)),
          options: (own) => ({ from: ids(own, from), to: { delta: 3 } }),
        });
        await expectMove({
          ...base,
          from: 20,
          to,
          options: (own) => ({ from: { start: 20 }, to: ids(own, to) }),
        });
      });
    }
  });
});

test('several axes', () => {
  const axes = { count: 3, pairAxis: Array.from({ length: 32 }, (_, i) => i % 3) };
  const from = [
    [1, 2, 3],
    [10, 20, 30],
    [100, 200, 300],
  ];
  const to = from.map((row) => row.map((position) => position + 5));
  return expectMove({
    config: { axes },
    tokens: 3,
    from,
    to,
    options: (own) => ({
      from: { positions: { type: 'ids', buffer: words(device, own, from.flat()) } },
      to: { delta: 5 },
    }),
  });
});

test('positions that a table does not have leave the token, counted once', () =>
  expectMove({
    tokens: 4,
    from: [5, -1, 6, -1],
    to: [4, -1, 5, -1],
    bad: 2,
    options: (own) => ({
      from: { positions: { type: 'ids', buffer: words(device, own, [5, 300_000, 6, 0]) } },
      to: { delta: -1 },
    }),
  }));

test('f32: against rotating afresh, within 2e-6 of the longer element of a pair', async () => {
  await withErrorScope(device, async (own) => {
    const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'] }));
    const tokens = 16;
    const fresh = randomTensor('f32', tokens * headDim, createRandom(3)) as Float32Array;
    const [moved, direct] = [
      own(uploadTensor(device, fresh, 'f32')),
      own(uploadTensor(device, fresh, 'f32')),
    ];
    const bind = (buffer: GPUBuffer) => rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' });
    submitPass(device, (pass) => {
      bind(moved).encode(pass, { tokens, start: 100_000 });
      rope.rerotate(
        pass,
        { buffer: moved, heads: 1, dtype: 'f32' },
        { tokens, from: { start: 100_000 }, to: { start: 7 } },
      );
      bind(direct).encode(pass, { tokens, start: 7 });
    });
    const [a, b] = [await readTensor(device, moved, 'f32'), await readTensor(device, direct, 'f32')];
    for (let i = 0; i < a.length; i++) {
      const partner = i % headDim < headDim / 2 ? i + headDim / 2 : i - headDim / 2;
      const m = Math.max(Math.abs(fresh[i]!), Math.abs(fresh[partner]!));
      if (!(Math.abs(a[i]! - b[i]!) <= 2e-6 * m)) throw new Error(`element ${i}: ${a[i]} against ${b[i]}`);
    }
  });
});

describe('inverse', () => {
  test.each(['half', 'interleaved'] as const)(
    '%s: forward then inverse returns the input',
    async (pairing) => {
      await withErrorScope(device, async (own) => {
        const scaling = {
          type: 'explicit' as const,
          inverseFrequencies: Array.from({ length: 32 }, (_, i) => 10_000 ** (-i / 32)),
          attentionFactor: 1.19,
        };
        const rope = own(await createRope(device, { headDim, pairing, scaling }, { dtypes: ['f32', 'f16'] }));
        for (const dtype of ['f32', 'f16'] as const) {
          const before = randomTensor(dtype, 8 * 2 * headDim, createRandom(6));
          const buffer = own(uploadTensor(device, before, dtype, { as: 'bits' }));
          const layer = rope.bind({ q: { buffer, heads: 2 }, dtype });
          submitPass(device, (pass) => {
            layer.encode(pass, { tokens: 8, start: 900_000 });
            layer.encode(pass, { tokens: 8, start: 900_000, inverse: true });
          });
          const [was, is] = [
            fromStorage(before, dtype),
            fromStorage(await readTensor(device, buffer, dtype), dtype),
          ];
          const largest = Math.max(...was.map(Math.abs));
          const unit = dtype === 'f32' ? 2e-6 : 2 ** -9;
          is.forEach((value, i) => {
            expect(Math.abs(value - was[i]!)).toBeLessThanOrEqual(unit * largest);
          });
        }
      });
    },
  );
});

describe('refused', () => {
  const cases: [name: string, options: (own: Own, k: GPUBuffer) => unknown, message: string | RegExp][] = [
    [
      'no from',
      () => ({ tokens: 1, to: { start: 0 } }),
      'from: expected { start, positions, state }, got undefined',
    ],
    [
      'a state of another rope',
      () => ({ tokens: 1, from: { start: 0, state: {} }, to: { start: 0 } }),
      'from.state: expected a state of this rope, got a Object',
    ],
    [
      'a position past the capacity',
      () => ({ tokens: 2, from: { start: 99 }, to: { start: 0 } }),
      'from.start: expected positions below the capacity 100, got position 100 (start 99 + 2 tokens - 1)',
    ],
    [
      'a delta below 0',
      () => ({ tokens: 2, from: { start: 5 }, to: { delta: -6 } }),
      'to.delta: expected positions in 0..99 (the capacity) for 2 tokens from from.start 5 on, got -6',
    ],
    [
      'from ragged sequences',
      (own) => ({
        tokens: 2,
        from: {
          positions: {
            type: 'ragged',
            indptr: words(device, own, [0, 2]),
            offsets: words(device, own, [0]),
            sequences: 1,
          },
        },
        to: { start: 0 },
      }),
      'from.positions.type: expected "ids", got "ragged"',
    ],
    [
      'ids in the cache itself',
      (_own, k) => ({ tokens: 2, from: { positions: { type: 'ids', buffer: k } }, to: { start: 0 } }),
      /^from\.positions: expected a GPUBuffer other than that of k/,
    ],
    [
      'an unknown key',
      () => ({ tokens: 2, from: { start: 0 }, to: { start: 0 }, kFirst: 3 }),
      'options: expected only tokens, batch, first, from, to, got "kFirst"',
    ],
  ];
  test.each(cases)('%s', async (_name, options, message) => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 100 }));
      const before = new Float32Array(2 * headDim).fill(3);
      const buffer = own(uploadTensor(device, before, 'f32'));
      submitPass(device, (pass) => {
        const call = () =>
          rope.rerotate(
            pass,
            { buffer, heads: 1, dtype: 'f32' },
            options(own, buffer) as RopeRerotateOptions,
          );
        expect(call).toThrow(message);
      });
      expect(await readTensor(device, buffer, 'f32')).toEqual(before);
    });
  });
});
