import { describe, expect, test } from 'vitest';
import { readTensor, ropeDtypes, toStorage, uploadTensor } from 'webgpu-rope';
import { type AttentionBiasInput, createAttentionBias } from 'webgpu-rope/bias';
import { fresh, freshCases } from '../support/fresh';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, type Random } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { type BiasCase, expectBias } from './bias-case';

const device = await getDevice();

const run = (c: BiasCase) =>
  withErrorScope(device, (own) => fresh((random) => expectBias(device, own, random, c)));

const biases: Record<string, AttentionBiasInput> = {
  'ALiBi, 8 heads': { type: 'alibi', heads: 8 },
  'ALiBi, 12 heads': { type: 'alibi', heads: 12 },
  'ALiBi, 3 heads, MPT maxBias 16': { type: 'alibi', heads: 3, maxBias: 16 },
  'ALiBi, linear past the query': { type: 'alibi', heads: 4, ahead: 'linear' },
  'ALiBi, heads 5 to 8 of 12': { type: 'alibi', heads: 4, firstHead: 5, totalHeads: 12 },
  'ALiBi, slopes of the caller': { type: 'alibi', heads: 3, slopes: [0.3, -0.7, 0], ahead: 'linear' },
  'T5 encoder': { type: 't5', heads: 6 },
  'T5 decoder': { type: 't5', heads: 6, bidirectional: false },
  WavLM: { type: 't5', heads: 2, buckets: 320, maxDistance: 800 },
};

describe.each(ropeDtypes)('%s', (dtype) => {
  describe.each(Object.entries(biases))('%s', (_name, bias) => {
    const base = { dtype, bias };

    test('16-byte chunks: prefill, queries = keys', async () => {
      await run({ ...base, queries: 32, keys: 32, query: 0, key: 0 });
    });

    test('decode: one query, odd keys', async () => {
      await run({ ...base, queries: 1, keys: 413, query: 412, key: 0 });
    });

    test('dense, odd keys: rows share words', async () => {
      await run({ ...base, queries: 5, keys: 7, batch: 2, query: 3, key: 0, scale: 0.3 });
    });
  });

  const alibi = { dtype, bias: { type: 'alibi', heads: 4 } } as const;
  const t5 = { dtype, bias: { type: 't5', heads: 3 } } as const;

  test.each([1, 2, 3, 4, 5, 8, 15, 16, 24, 63])('%i keys', async (keys) => {
    await run({ ...alibi, queries: 3, keys, query: 10, key: 0 });
    await run({ ...t5, queries: 3, keys, query: 10, key: 0 });
  });

  test('batch, offset and strides on 16 bytes', async () => {
    const strides = { query: 64, head: 64 * 6 + 8, batch: 4 * (64 * 6 + 8) + 16 };
    await run({ ...alibi, queries: 5, keys: 48, batch: 3, query: 100, key: 60, offset: 16, strides });
  });

  test('odd offset and odd strides', async () => {
    const strides = { query: 19, head: 19 * 5 + 2, batch: 4 * (19 * 5 + 2) + 5 };
    await run({ ...alibi, queries: 5, keys: 17, batch: 3, query: 100, key: 90, offset: 3, strides });
  });

  test('heads inside queries: [batch, queries, heads, keys]', async () => {
    const strides = { query: 4 * 33, head: 33, batch: 6 * 4 * 33 };
    await run({ ...alibi, queries: 6, keys: 33, batch: 2, query: 0, key: 0, strides });
    const wide = { query: 3 * 40, head: 40 };
    await run({ ...t5, queries: 6, keys: 40, query: 0, key: 0, strides: wide });
  });

  test('NaN, infinities and the largest values', async () => {
    await run({ ...alibi, queries: 8, keys: 64, query: 0, key: 0, special: true });
    await run({ ...alibi, queries: 8, keys: 61, query: 0, key: 0, special: true, scale: 1000 });
  });

  test('positions to 2^31 - 1, far apart and near', async () => {
    await run({ ...alibi, queries: 4, keys: 40, query: 2 ** 31 - 4, key: 0 });
    await run({ ...alibi, queries: 4, keys: 40, query: 2 ** 31 - 40, key: 2 ** 31 - 40 });
    await run({ ...t5, queries: 4, keys: 40, query: 0, key: 2 ** 31 - 40 });
  });

  test.each(['i32', 'u32', 'i64'] as const)(
    'ids of both sides as %s, -1 leaves rows and columns',
    async (format) => {
      const queryIds = [7, -1, 0, 300];
      const keyIds = [0, 1, 2, -1, 4, 5, 6, 7, 300, -1, 2 ** 31 - 1, 12, 13, 14, 15, 16];
      const c = { queries: 4, batch: 2, query: queryIds, format };
      const a = await run({ ...alibi, ...c, keys: 16, key: keyIds });
      const b = await run({ ...t5, ...c, keys: 11, key: keyIds.slice(0, 11) });
      expect([a.bad, b.bad]).toEqual([0, 0]);
    },
  );

  test('ids of each sequence; ids on one side alone', async () => {
    const left = [-1, -1, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7];
    await run({ ...alibi, queries: 2, keys: 8, batch: 2, query: [4, 5, 6, 7], key: left });
    await run({ ...t5, queries: 2, keys: 7, batch: 2, query: 5, key: left.slice(0, 14) });
    await run({ ...t5, queries: 3, keys: 9, query: [8, -1, 2], key: 0 });
  });
});

test('a slope and a scale whose product is subnormal: the bias is not, and is not lost', async () => {
  await withErrorScope(device, async (own) => {
    const bias: AttentionBiasInput = { type: 'alibi', heads: 1, maxBias: 100 };
    const kernel = own(await createAttentionBias(device, bias, { dtypes: ['f32'] }));
    const buffer = own(uploadTensor(device, new Float32Array(4), 'f32'));
    const options = { queries: 1, queryStart: 2 ** 30, keyStart: 0, scale: 2 ** -30 };
    // On words, then on chunks.
    submitPass(device, (pass) => {
      for (const keys of [1, 4]) kernel.bind({ buffer, dtype: 'f32' }).encode(pass, { ...options, keys });
    });
    expect([...(await readTensor(device, buffer, 'f32'))].slice(0, 2)).toEqual([-(2 ** -99), -(2 ** -100)]);
  });
});

test('ids that are no position are counted once, and left alone', async () => {
  for (const keys of [16, 13]) {
    for (const dtype of ropeDtypes) {
      const keyIds = Array.from({ length: keys }, (_, i) => (i % 5 === 2 ? -7 : i % 5 === 3 ? -1 : i));
      const bad = keyIds.filter((id) => id === -7).length;
      // Sharing ids, both sequences count them.
      const bias: AttentionBiasInput = { type: 'alibi', heads: 6 };
      const c: BiasCase = { bias, dtype, queries: 3, keys, batch: 2, query: [1, -9, -1], key: keyIds };
      expect((await run(c)).bad).toBe(2 * (bad + 1));
      expect((await run({ ...c, tuning: { invocations: 1e6 } })).bad).toBe(2 * (bad + 1));
    }
  }
});

test('scores past one binding are split by head and by query', async () => {
  await withErrorScope(device, async (own) => {
    // 144 MiB; a binding has 128.
    const [heads, queries, keys] = [3, 4096, 3072];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = own(device.createBuffer({ size: heads * queries * keys * 4, usage }));
    expect(buffer.size).toBeGreaterThan(device.limits.maxStorageBufferBindingSize);
    const kernel = own(await createAttentionBias(device, { type: 'alibi', heads }, { dtypes: ['f32'] }));
    const ids = own(
      uploadTensor(
        device,
        Float32Array.from({ length: keys }, (_, i) => i),
        'f32',
      ),
    );
    device.queue.writeBuffer(
      ids,
      0,
      Int32Array.from({ length: keys }, (_, i) => (i === 5 ? -2 : i)),
    );
    const layer = kernel.bind({ buffer, dtype: 'f32' });
    submitPass(device, (pass) =>
      layer.encode(pass, { queries, keys, queryStart: 10, keyPositions: { type: 'ids', buffer: ids } }),
    );
    expect(await kernel.readBadPositions()).toBe(1);
    const slopes = [1 / 16, 1 / 256, 1 / 4];
    for (let head = 0; head < heads; head++) {
      for (const query of [0, 1, 511, 512, 1777, 2048, 3000, 4094, 4095]) {
        const row = await readTensor(device, buffer, 'f32', {
          offset: (head * queries + query) * keys,
          length: keys,
        });
        // Powers of two times integers: exact in f32.
        const expected = Float32Array.from({ length: keys }, (_, key) =>
          key === 5 ? 0 : 0 - slopes[head]! * Math.abs(query + 10 - key),
        );
        expect(row).toEqual(expected);
      }
    }
  });
});

test('f16, odd rows, past one binding: rows share words where pieces meet', async () => {
  await withErrorScope(device, async (own) => {
    const [heads, queries, keys] = [4, 4099, 4501];
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = own(device.createBuffer({ size: heads * queries * keys * 2, usage }));
    expect(buffer.size).toBeGreaterThan(device.limits.maxStorageBufferBindingSize);
    const kernel = own(await createAttentionBias(device, { type: 'alibi', heads }, { dtypes: ['f16'] }));
    const layer = kernel.bind({ buffer, dtype: 'f16' });
    submitPass(device, (pass) => layer.encode(pass, { queries, keys, queryStart: 3000, keyStart: 7 }));
    // Pieces are halves of heads and of queries: their seams are among these rows.
    const rows = [0, 1, 511, 512, 513, 1023, 1024, 1025, 2048, 2049, 2050, 3073, 3074, 3075, 4097, 4098];
    for (const head of [0, 1, 2, 3]) {
      for (const query of rows) {
        const offset = (head * queries + query) * keys;
        const got = await readTensor(device, buffer, 'f16', { offset, length: keys });
        const bias = Float64Array.from(
          { length: keys },
          (_, key) => 0 - 2 ** (-2 * (head + 1)) * Math.abs(query + 3000 - key - 7),
        );
        expect(got).toEqual(toStorage(bias, 'f16'));
      }
    }
  });
});

/** A case drawn at random, the hard shapes as likely as the easy ones. */
function randomCase(random: Random): BiasCase {
  const dtype = random.pick(ropeDtypes);
  const heads = random.integer(1, 9);
  const bias: AttentionBiasInput = random.pick([
    { type: 'alibi', heads, maxBias: random.pick([8, 4, 16.5]) },
    {
      type: 't5',
      heads,
      buckets: random.pick([4, 5, 32, 33, 64]),
      maxDistance: random.pick([128, 33, 1000]),
    },
    { type: 't5', heads, buckets: random.pick([2, 3, 32, 64]), bidirectional: false },
  ] as const);
  const keys = random.pick([1, 2, 3, 8, 16, 31, 40, 77, 128]);
  const queries = random.pick([1, 1, 2, 3, 8, 13]);
  const batch = random.pick([1, 1, 2, 3]);
  const gap = (): number => random.pick([0, 0, 1, 3, 8, 16]);
  const query = keys + gap();
  const head = queries * query + gap();
  const ids = (count: number): number[] =>
    Array.from({ length: count * random.pick([1, batch]) }, () =>
      random.pick([-1, random.integer(0, 200), random.integer(0, 2 ** 31 - 1)]),
    );
  const side = (count: number): number | number[] =>
    random.next() < 0.6 ? random.pick([0, 5, 1000, 2 ** 31 - count]) : ids(count);
  return {
    bias,
    dtype,
    queries,
    keys,
    batch,
    scale: random.pick([1, 1, -0.37, 1 / Math.sqrt(80)]),
    offset: random.pick([0, 0, 1, 8, 21]),
    ...(random.next() < 0.5 ? { strides: { query, head, batch: heads * head + gap() } } : {}),
    query: side(queries),
    key: side(keys),
    format: random.pick(['i32', 'u32', 'i64'] as const),
    tuning: { workgroupSize: random.pick([1, 32, 64, 100]), invocations: random.pick([1, 64, 1e5]) },
    special: random.next() < 0.3,
  };
}

test('60 random cases, fresh each run', async () => {
  let worst = 0;
  await freshCases(60, async (random) => {
    const c = randomCase(random);
    const checked = await withErrorScope(device, (own) => expectBias(device, own, random, c));
    worst = Math.max(worst, checked.worst);
  });
  console.log(`bias: worst error ${worst.toFixed(3)} of the tolerance`);
});

test('the same input gives the same bits, where rows share words too', async () => {
  await withErrorScope(device, async (own) => {
    const c: BiasCase = {
      bias: { type: 't5', heads: 7 },
      dtype: 'bf16',
      queries: 31,
      keys: 45,
      query: 40,
      key: 0,
    };
    const [a, b] = [
      await expectBias(device, own, createRandom(5), c),
      await expectBias(device, own, createRandom(5), c),
    ];
    expect(a.after).toEqual(b.after);
  });
});
