import { describe, expect, test } from 'vitest';
import {
  createRope,
  type RopeAxes,
  type RopeConfigInput,
  type RopeOptions,
  type RopePositionSource,
  readTensor,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, type Own, withErrorScope } from '../support/gpu';
import { createRandom } from '../support/random';
import { type Side, submitPass, tensorOf } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

const device = await getDevice();
const headDim = 64;

/** A buffer of 32-bit words. */
function words(own: Own, values: ArrayLike<number>): GPUBuffer {
  const data = Int32Array.from(values);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = own(device.createBuffer({ size: data.byteLength, usage }));
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** 64-bit ids as onnxruntime has them: two words each, low first. */
const wide = (values: readonly number[]): number[] => values.flatMap((value) => [value, value < 0 ? -1 : 0]);

interface PositionCase {
  readonly dtype?: 'f32' | 'f16' | 'bf16';
  readonly config?: Partial<RopeConfigInput>;
  readonly options?: Omit<RopeOptions, 'features'>;
  readonly tokens: number;
  readonly batch?: number;
  readonly q?: Side;
  readonly k?: Side;
  readonly source: (own: Own) => RopePositionSource;
  /** What the reference is told: -1 where the token must stay as it is. */
  readonly positions: number | readonly number[] | readonly (readonly number[])[];
  readonly bad?: number;
}

async function expectPositions(c: PositionCase): Promise<void> {
  await withErrorScope(device, async (own) => {
    const { dtype = 'f32', tokens, batch = 1 } = c;
    const config = { headDim, ...c.config };
    const rope = own(
      await createRope(device, config, {
        dtypes: [dtype],
        capacity: 5000,
        ...c.options,
      }),
    );
    const random = createRandom(tokens + batch);
    const sides = (['q', 'k'] as const).map((name) => {
      const side: Side = c[name] ?? { heads: name === 'q' ? 3 : 1 };
      const before = guardedTensor(dtype, { headDim, tokens, batch, ...side }, random);
      return { name, side, before, buffer: own(uploadTensor(device, before, dtype, { as: 'bits' })) };
    });
    const [q, k] = sides as [(typeof sides)[0], (typeof sides)[0]];
    const layer = rope.bind({ q: tensorOf(q.side, q.buffer), k: tensorOf(k.side, k.buffer), dtype });
    const source = c.source(own);
    submitPass(device, (pass) => {
      layer.encode(pass, { tokens, batch, qFirst: q.side.first ?? 0, kFirst: k.side.first ?? 0, ...source });
    });
    const { inverseFrequencies, attentionFactor } = ropeFrequencies(rope.config);
    for (const { side, before, buffer } of sides) {
      const after: StorageArray = await readTensor(device, buffer, dtype);
      const { pairing, rotaryDim, axes } = rope.config;
      const common = {
        dtype,
        headDim,
        rotaryDim,
        pairing,
        tokens,
        batch,
        inverseFrequencies,
        attentionFactor,
      };
      const rotations = { ...common, positions: c.positions, pairAxis: axes?.pairAxis, ...side };
      expectContract({ before, after, rotations });
    }
    expect(await rope.readBadPositions()).toBe(c.bad ?? 0);
    expect(await rope.readBadPositions()).toBe(0);
  });
}

describe('ids', () => {
  const ids = [7, 0, 4999, 131, 131, 64, 63];

  test.each(['u32', 'i32', 'i64'] as const)('%s, one row shared by a batch of 2', async (format) => {
    await expectPositions({
      tokens: 7,
      batch: 2,
      source: (own) => ({
        positions: { type: 'ids', buffer: words(own, format === 'i64' ? wide(ids) : ids), format },
      }),
      positions: ids,
    });
  });

  test.each(['i32', 'i64'] as const)(
    '%s, a row a sequence, from an offset, rows longer than the call',
    async (format) => {
      const rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
      const all = [99, 98, ...rows, 97];
      await expectPositions({
        tokens: 3,
        batch: 2,
        source: (own) => ({
          positions: {
            type: 'ids',
            buffer: words(own, format === 'i64' ? wide(all) : all),
            format,
            perSequence: true,
            rowLength: 6,
            offset: 2,
          },
        }),
        positions: [1, 2, 3, 7, 8, 9],
      });
    },
  );

  test.each(['f32', 'f16', 'bf16'] as const)(
    '%s: -1 is padding; what the table does not have is counted',
    async (dtype) => {
      for (const dim of [64, 36]) {
        await expectPositions({
          dtype,
          config: { rotaryDim: dim },
          tokens: 6,
          q: { heads: 5 },
          source: (own) => ({ positions: { type: 'ids', buffer: words(own, [3, -1, 5000, -2, 4999, -1]) } }),
          positions: [3, -1, -1, -1, 4999, -1],
          bad: 2,
        });
      }
    },
  );

  test('64-bit ids past 2^32 are bad, not cut', async () => {
    await expectPositions({
      tokens: 3,
      source: (own) => ({
        positions: { type: 'ids', format: 'i64', buffer: words(own, [3, 0, 3, 1, -1, 0]) },
      }),
      positions: [3, -1, -1],
      bad: 2,
    });
  });

  test('bad positions of several encodes add up', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 10 }));
      const buffer = own(uploadTensor(device, new Float32Array(4 * headDim), 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
      const positions = { type: 'ids', buffer: words(own, [10, 11, 9, 2 ** 31]) } as const;
      submitPass(device, (pass) => {
        for (let i = 0; i < 5; i++) layer.encode(pass, { tokens: 4, positions });
      });
      expect(await rope.readBadPositions()).toBe(15);
      expect(await rope.readBadPositions()).toBe(0);
    });
  });

  test('K in its cache, ids in a batch', async () => {
    await expectPositions({
      tokens: 4,
      batch: 2,
      k: { heads: 2, layout: 'bhsd', capacity: 9, first: 5 },
      source: (own) => ({
        positions: { type: 'ids', buffer: words(own, [4, 3, 2, 1, 10, 11, 12, -1]), perSequence: true },
      }),
      positions: [4, 3, 2, 1, 10, 11, 12, -1],
    });
  });
});

describe('ragged', () => {
  const ragged = (
    indptr: readonly number[],
    offsets: readonly number[],
    positions: readonly number[],
    bad = 0,
  ) =>
    expectPositions({
      tokens: positions.length,
      source: (own) => ({
        positions: {
          type: 'ragged',
          indptr: words(own, indptr),
          offsets: words(own, offsets),
          sequences: indptr.length - 1,
        },
      }),
      positions,
      bad,
    });

  test('three sequences, one of them empty', () =>
    ragged([0, 3, 3, 7], [10, 500, 0], [10, 11, 12, 0, 1, 2, 3]));
  test('one sequence', () => ragged([0, 5], [42], [42, 43, 44, 45, 46]));
  test('tokens before the first and past the last are padding', () =>
    ragged([2, 4], [100], [-1, -1, 100, 101, -1, -1]));
  test('positions past the table are counted', () => ragged([0, 2, 4], [4999, 7], [4999, -1, 7, 8], 1));
  test('an offset of 0xffffffff is padding: its sequence is left as it is, and not counted', () =>
    ragged([0, 2, 4], [2 ** 32 - 1, 9], [-1, -1, 9, 10]));
  test('a bad offset', () => ragged([0, 2], [-5], [-1, -1], 2));
  test('100 sequences of 1 token', () => {
    const count = 100;
    const offsets = Array.from({ length: count }, (_, i) => (i * 37) % 999);
    return ragged(
      Array.from({ length: count + 1 }, (_, i) => i),
      offsets,
      offsets,
    );
  });
  test('garbage ends, and touches nothing but the tokens', async () => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 10 }));
      const before = guardedTensor('f32', { headDim, heads: 2, tokens: 9 }, createRandom(1));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const garbage = [5, -1, 3, 2 ** 31 - 1, 0, 77, -9];
      const indptr = words(own, garbage);
      const positions = { type: 'ragged', indptr, offsets: words(own, garbage), sequences: 6 } as const;
      const layer = rope.bind({ q: { buffer, heads: 2 }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 9, positions }));
      const after = await readTensor(device, buffer, 'f32');
      const guard = 2 * headDim * 9;
      expect(after.slice(guard)).toEqual(before.slice(guard));
    });
  });
});

describe('several axes', () => {
  const pairs = headDim / 2;
  const modulo = (count: number): RopeAxes => ({
    count,
    pairAxis: Array.from({ length: pairs }, (_, i) => (i * 7) % count),
  });

  for (const count of [2, 3, 4]) {
    for (const dtype of ['f32', 'f16'] as const) {
      for (const pairing of ['half', 'interleaved'] as const) {
        test(`${count} axes, ${dtype}, ${pairing}: ids [axes, batch, tokens], and [axes, tokens]`, async () => {
          const random = createRandom(count);
          const tokens = 5;
          for (const [batch, perSequence] of [
            [2, true],
            [2, false],
          ] as const) {
            const row = tokens * (perSequence ? batch : 1);
            const positions = Array.from({ length: count }, () =>
              Array.from({ length: row }, () => random.integer(0, 4999)),
            );
            (positions[1] as number[])[2] = -1;
            await expectPositions({
              dtype,
              config: { pairing, axes: modulo(count) },
              tokens,
              batch,
              source: (own) => ({
                positions: { type: 'ids', buffer: words(own, positions.flat()), perSequence },
              }),
              positions,
            });
          }
        });
      }
    }
  }

  test('heads that whole words serve', async () => {
    const positions = [
      [1, 2, 3],
      [40, 50, 60],
      [700, 800, 900],
    ];
    await expectPositions({
      dtype: 'f16',
      config: { rotaryDim: 42, axes: { count: 3, pairAxis: Array.from({ length: 21 }, (_, i) => i % 3) } },
      tokens: 3,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, positions.flat()) } }),
      positions,
    });
  });

  test('a bad position on one axis leaves the token, counted once', async () => {
    await expectPositions({
      config: { axes: modulo(3) },
      tokens: 2,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 9999, 2, 9999, 3, 9999]) } }),
      positions: [
        [1, -1],
        [2, -1],
        [3, -1],
      ],
      bad: 1,
    });
  });

  test('a scalar start moves all axes together', () =>
    expectPositions({
      config: { axes: modulo(3) },
      tokens: 4,
      source: () => ({ start: 77 }),
      positions: 77,
    }));

  test('a grid of 3 rows of 4 cells: row and column', () =>
    expectPositions({
      config: { axes: modulo(2) },
      tokens: 12,
      source: () => ({ positions: { type: 'grid', height: 3, width: 4 } }),
      positions: [
        [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
        [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
      ],
    }));

  test('a video grid of 2 frames of 2 x 3 cells, from 5 on, in a batch', () => {
    const shared = [
      [5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6],
      [5, 5, 5, 6, 6, 6, 5, 5, 5, 6, 6, 6],
      [5, 6, 7, 5, 6, 7, 5, 6, 7, 5, 6, 7],
    ];
    return expectPositions({
      config: { axes: modulo(3) },
      tokens: 12,
      batch: 2,
      source: () => ({ positions: { type: 'grid', height: 2, width: 3, start: 5 } }),
      positions: shared,
    });
  });
});

describe('refused', () => {
  const cases: [
    name: string,
    source: (own: Own, q: GPUBuffer) => RopePositionSource,
    message: string | RegExp,
  ][] = [
    [
      'both',
      (own) => ({ start: 0, positions: { type: 'ids', buffer: words(own, [1, 2]) } }),
      /^start: expected none/,
    ],
    [
      'an unknown type',
      () => ({ positions: { type: 'rows' } as unknown as RopePositionSource['positions'] & object }),
      'positions.type: expected "grid" or "ids" or "ragged", got "rows"',
    ],
    [
      'ids in the buffer of Q',
      (_own, q) => ({ positions: { type: 'ids', buffer: q } }),
      'positions: expected a GPUBuffer other than that of q (one dispatch cannot bind it read-only and writable), got the same',
    ],
    [
      'too few ids',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1]) } }),
      'positions.buffer: expected >= 8 bytes for [2] of i32, buffer has 4',
    ],
    [
      'too few rows of ids',
      (own) => ({
        positions: { type: 'ids', buffer: words(own, [1, 2, 3]), perSequence: true, format: 'i64' },
      }),
      'positions.buffer: expected >= 16 bytes for [1, 2] of i64, buffer has 12',
    ],
    [
      'a row shorter than the call',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 2]), rowLength: 1 } }),
      /^positions\.rowLength: expected an integer in 2\.\.\d+ of ids, got 1$/,
    ],
    [
      'an unknown format',
      (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 2]), format: 'i16' as 'i32' } }),
      'positions.format: expected "u32" or "i32" or "i64", got "i16"',
    ],
    [
      'indptr too short',
      (own) => ({
        positions: { type: 'ragged', indptr: words(own, [0, 1]), offsets: words(own, [1, 2]), sequences: 2 },
      }),
      'positions.indptr: expected >= 12 bytes for 3 words, buffer has 8',
    ],
    [
      'a grid where there is one axis',
      () => ({ positions: { type: 'grid', height: 1, width: 2 } }),
      'positions.type: expected a kind for one axis, as the config has no 2 or 3 axes, got "grid"',
    ],
    [
      'a misspelt key',
      (own) => ({
        positions: { type: 'ids', buffer: words(own, [1, 2]), perSequnce: true } as unknown as NonNullable<
          RopePositionSource['positions']
        >,
      }),
      /^positions: expected only type, buffer, format, perSequence, rowLength, offset, got "perSequnce"$/,
    ],
  ];
  test.each(cases)('%s', async (_name, source, message) => {
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'] }));
      const buffer = own(uploadTensor(device, new Float32Array(2 * headDim).fill(1), 'f32'));
      const layer = rope.bind({ q: { buffer, heads: 1 }, dtype: 'f32' });
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, { tokens: 2, ...source(own, buffer) })).toThrow(message);
      });
      expect(await readTensor(device, buffer, 'f32')).toEqual(new Float32Array(2 * headDim).fill(1));
    });
  });
});
