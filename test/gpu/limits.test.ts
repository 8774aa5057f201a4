import { afterAll, describe, expect, test } from 'vitest';
import { createRope, type RopeDtype, type RopeTensor, readTensor, uploadTensor } from 'webgpu-rope';
import { createAdditive, encodingRows } from 'webgpu-rope/additive';
import { createSimilarity, similarityMatrix } from 'webgpu-rope/analysis';
import { createAttentionBias } from 'webgpu-rope/bias';
import { biasRows } from '../../src/biases/rows';
import { expectContract } from '../support/contract';
import { withErrorScope } from '../support/gpu';
import { limitedDevice } from '../support/limited-device';
import { createRandom } from '../support/random';
import { rotationOf, submitPass } from '../support/rotation-case';
import { guardedTensor } from '../support/tensors';

// Every place where a size meets a limit, at sizes around it. A limit is a multiple of 4 and no more: real devices have
// 2147483644.

const limits = [4096, 4096 + 128, 4096 + 252, 8192 - 4];
const devices = new Map<number, Promise<GPUDevice>>();
const deviceOf = (limit: number): Promise<GPUDevice> => {
  const known = devices.get(limit) ?? limitedDevice({ maxStorageBufferBindingSize: limit });
  devices.set(limit, known);
  return known;
};

afterAll(async () => {
  for (const device of devices.values()) (await device).destroy();
});

const headDim = 16;
const heads = 2;
const row = headDim * heads;

describe.each(limits)('a binding of %d bytes', (limit) => {
  const bytesOf = { f32: 4, f16: 2, bf16: 2 } as const;

  async function expectRows(dtype: RopeDtype, size: number, shared: boolean): Promise<void> {
    const device = await deviceOf(limit);
    await withErrorScope(device, async (own) => {
      const bytes = bytesOf[dtype];
      const sides = shared ? 2 : 1;
      const tokens = Math.floor(size / bytes / row / sides);
      const random = createRandom(size);
      // A tensor of its own each, or Q and K one behind the other in one buffer.
      const place = { headDim, tokens, heads };
      const before = guardedTensor(dtype, place, random, { guard: size / bytes - tokens * row });
      const config = { headDim, rotaryDim: headDim };
      const rope = own(await createRope(device, config, { dtypes: [dtype], capacity: 400 }));
      const buffer = own(uploadTensor(device, before, dtype, { as: 'bits' }));
      expect(buffer.size).toBe(size);
      const tensor = (offset: number): RopeTensor => ({ buffer, heads, offset });
      const layer = rope.bind(
        shared ? { q: tensor(0), k: tensor(tokens * row), dtype } : { k: tensor(0), dtype },
      );
      submitPass(device, (pass) => layer.encode(pass, { tokens, start: 7 }));
      const after = await readTensor(device, buffer, dtype);
      const c = { dtype, pairing: 'half', headDim, tokens, start: 7 } as const;
      const rotations = Array.from({ length: sides }, (_, i) =>
        rotationOf(c, { heads, offset: i * tokens * row }),
      );
      expectContract({ before, after, rotations });
    });
  }

  const sizes = [-256, -128, -4, 0, 4, 128, 252, 256, 4 * row, 3 * 4096].map((more) => limit + more);
  for (const dtype of ['f32', 'bf16'] as const) {
    test.each(sizes)(`${dtype}: every row of a buffer of %d bytes is rotated, once`, (size) =>
      expectRows(dtype, size, false),
    );
  }
  test.each(sizes)('f32: Q and K in one buffer of %d bytes', (size) => expectRows('f32', size, true));

  test.each(sizes)('additive: every token of a buffer of %d bytes', async (size) => {
    const device = await deviceOf(limit);
    await withErrorScope(device, async (own) => {
      const dim = 4;
      const tokens = Math.floor(size / 4 / dim);
      const encoding = { type: 'integer', dim } as const;
      const additive = own(await createAdditive(device, encoding, { dtypes: ['f32'] }));
      const buffer = own(uploadTensor(device, new Float32Array(size / 4).fill(0.5), 'f32'));
      submitPass(device, (pass) =>
        additive.bind({ buffer, dtype: 'f32' }).encode(pass, { tokens, start: 3 }),
      );
      const positions = Array.from({ length: tokens }, (_, i) => 3 + i);
      const expected = new Float32Array(size / 4).fill(0.5);
      encodingRows(encoding, positions).forEach((value, i) => {
        expected[i] = 0.5 + value;
      });
      expect(await readTensor(device, buffer, 'f32')).toEqual(expected);
    });
  });

  test.each(sizes)('bias: every score of a buffer of %d bytes', async (size) => {
    const device = await deviceOf(limit);
    await withErrorScope(device, async (own) => {
      const keys = 31;
      const queries = Math.floor(size / 4 / keys);
      const bias = { type: 'alibi', heads: 1 } as const;
      const kernel = own(await createAttentionBias(device, bias, { dtypes: ['f32'] }));
      const buffer = own(uploadTensor(device, new Float32Array(size / 4), 'f32'));
      const layer = kernel.bind({ buffer, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { queries, keys, queryStart: 40, keyStart: 0 }));
      const list = (length: number, first: number) => Array.from({ length }, (_, i) => first + i);
      const expected = new Float32Array(size / 4);
      expected.set(biasRows(bias, list(queries, 40), list(keys, 0)));
      expect(await readTensor(device, buffer, 'f32')).toEqual(expected);
    });
  });

  test('ids at the end of what can be bound, and one past it', async () => {
    const device = await deviceOf(limit);
    await withErrorScope(device, async (own) => {
      const rope = own(await createRope(device, { headDim }, { dtypes: ['f32'], capacity: 400 }));
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const ids = own(device.createBuffer({ size: limit + 256, usage }));
      device.queue.writeBuffer(ids, limit - 4, Int32Array.of(9, 9));
      const before = guardedTensor('f32', { headDim, tokens: 1, heads: 1 }, createRandom(limit));
      const buffer = own(uploadTensor(device, before, 'f32'));
      const layer = rope.bind({ k: { buffer, heads: 1 }, dtype: 'f32' });
      const positions = { type: 'ids', buffer: ids, offset: limit / 4 - 1 } as const;
      submitPass(device, (pass) => {
        layer.encode(pass, { tokens: 1, positions });
        expect(() =>
          layer.encode(pass, { tokens: 1, positions: { ...positions, offset: limit / 4 } }),
        ).toThrow(`positions.buffer: expected positions within the first ${limit} bytes`);
      });
      const after = await readTensor(device, buffer, 'f32');
      const c = { dtype: 'f32', pairing: 'half', headDim, tokens: 1, start: 9 } as const;
      expectContract({ before, after, rotations: [rotationOf(c, { heads: 1 })] });
    });
  });
});

test.each([2 ** 17 + 128, 2 ** 17 + 252])(
  'similarity: rows that fill a binding of %d bytes',
  async (limit) => {
    const device = await limitedDevice({ maxStorageBufferBindingSize: limit });
    const [count, dim] = [8, Math.floor(limit / 4 / 8)];
    const random = createRandom(limit);
    const rows = Float32Array.from({ length: count * dim }, () => random.next() - 0.5);
    await withErrorScope(device, async (own) => {
      const similarity = own(await createSimilarity(device));
      const matrix = await similarity.run(rows, count, dim);
      const expected = similarityMatrix(rows, count, dim);
      // The class's own bound: (76 + dim / 128) * 2^-24.
      const tolerance = (76 + dim / 128) * 2 ** -24;
      const errors = matrix.map((value, i) => Math.abs(value - (expected[i] as number)));
      expect(Math.max(...errors)).toBeLessThan(tolerance);
      await expect(similarity.run(new Float32Array(count * (dim + 8)), count, dim + 8)).rejects.toThrow(
        'rows: expected at most',
      );
    });
    device.destroy();
  },
);

test('tables of your own that fit no binding are refused', async () => {
  const device = await limitedDevice({ maxStorageBufferBindingSize: 4096 });
  // 16 pairs take 8 quads of 16 bytes a row: 32 rows fit.
  const cosCache = new Float32Array(33 * 16).fill(1);
  await expect(createRope(device, { headDim: 32, cosCache, sinCache: cosCache })).rejects.toThrow(
    'cosCache: expected at most 32 positions (a full table takes 4224 bytes, a binding 4096), got 33',
  );
  const both = new Float32Array(33 * 32).fill(1);
  await expect(createRope(device, { headDim: 32, cosSinCache: both })).rejects.toThrow(
    'cosSinCache: expected at most 32 positions',
  );
  device.destroy();
});
