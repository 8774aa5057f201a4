import { describe, expect, test } from 'vitest';
import { readTensor, uploadTensor } from 'webgpu-rope';
import { type AttentionBiasKernel, createAttentionBias } from 'webgpu-rope/bias';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

const device = await getDevice();
const alibi = { type: 'alibi', heads: 2 } as const;
const t5 = { type: 't5', heads: 2 } as const;

describe('createAttentionBias refuses', () => {
  test.each([
    [null, alibi, {}, 'device: expected a GPUDevice, got null'],
    [device, { type: 'alibi', heads: 0 }, {}, 'heads: expected an integer in 1..65536, got 0'],
    [device, alibi, { dtypes: [] }, 'dtypes: expected at least one dtype, got an array of 0'],
    [device, alibi, { dtypes: ['f64'] }, 'dtypes[0]: expected "f32" or "f16" or "bf16", got "f64"'],
    [device, alibi, { weights: [1] }, 'weights: expected none, as ALiBi has no weights, got an array of 1'],
    [device, t5, {}, 'weights: expected an array of 64 numbers ([32 buckets, 2 heads]), got undefined'],
    [device, t5, { weights: [1, 2] }, 'weights: expected 64 numbers ([32 buckets, 2 heads]), got 2'],
    [device, alibi, { tuning: { workgroupSize: 0 } }, /^tuning\.workgroupSize: expected an integer in 1\.\./],
    [device, alibi, { dtype: 'f32' }, 'options: expected only dtypes, weights, tuning, label, got "dtype"'],
  ])('%#: %s', async (on, bias, options, message) => {
    await expect(createAttentionBias(on as GPUDevice, bias as never, options as never)).rejects.toThrow(
      message,
    );
  });
});

/** A kernel, 256 bytes of scores that are all 1, and a check that a call throws and leaves them so. */
async function withScores(
  body: (
    kernel: AttentionBiasKernel,
    scores: GPUBuffer,
    make: (size: number, usage?: number) => GPUBuffer,
  ) => void,
): Promise<void> {
  await withErrorScope(device, async (own) => {
    const kernel = own(await createAttentionBias(device, alibi, { dtypes: ['f32', 'f16'] }));
    const scores = own(uploadTensor(device, new Float32Array(64).fill(1), 'f32'));
    body(kernel, scores, (size, usage = GPUBufferUsage.STORAGE) => own(device.createBuffer({ size, usage })));
    expect((await readTensor(device, scores, 'f32')).every((value) => value === 1)).toBe(true);
  });
}

test('bind refuses what it cannot name', async () => {
  await withScores((kernel, buffer, make) => {
    const cases: readonly [object, string | RegExp, typeof TypeError | typeof RangeError][] = [
      [{ buffer: null, dtype: 'f32' }, 'buffer: expected a GPUBuffer, got null', TypeError],
      [
        { buffer: make(64, GPUBufferUsage.COPY_DST), dtype: 'f32' },
        'buffer: expected GPUBufferUsage.STORAGE',
        TypeError,
      ],
      [
        { buffer: make(66), dtype: 'f16' },
        'buffer: expected a size that is a multiple of 4 bytes, got 66',
        RangeError,
      ],
      [{ buffer, dtype: 'bf16' }, 'dtype: expected "f32" or "f16", got "bf16"', RangeError],
      [{ buffer, dtype: 'f32', offset: -1 }, /^offset: expected an integer of at least 0/, RangeError],
      [
        { buffer, dtype: 'f32', strides: { query: 0 } },
        /^strides\.query: expected an integer in 1\.\./,
        RangeError,
      ],
      [
        { buffer, dtype: 'f32', strides: { token: 8 } },
        'strides: expected only batch, head, query, got "token"',
        TypeError,
      ],
      [
        { buffer, dtype: 'f32', heads: 2 },
        'binding: expected only buffer, dtype, offset, strides, got "heads"',
        TypeError,
      ],
    ];
    for (const [binding, message, kind] of cases) {
      expect(() => kernel.bind(binding as never)).toThrow(message);
      expect(() => kernel.bind(binding as never)).toThrow(kind);
    }
  });
});

test('encode refuses before anything is encoded', async () => {
  await withScores((kernel, buffer, make) => {
    const ids = make(64);
    const valid = { queries: 2, keys: 8, queryStart: 0, keyStart: 0 };
    const layer = kernel.bind({ buffer, dtype: 'f32' });
    const woven = kernel.bind({ buffer, dtype: 'f32', strides: { query: 4 } });
    const same = kernel.bind({ buffer, dtype: 'f32', strides: { query: 8, head: 8 } });
    const idsOf = (more: object) => ({
      queryStart: undefined,
      queryPositions: { type: 'ids', buffer: ids, ...more },
    });
    const cases: readonly [typeof layer, object, string | RegExp][] = [
      [layer, { queries: 0 }, 'queries: expected an integer in 1..2147483648, got 0'],
      [layer, { keys: 1.5 }, 'keys: expected an integer in 1..2147483648, got 1.5'],
      [layer, { batch: '2' }, 'batch: expected an integer, got "2"'],
      [layer, { scale: Number.NaN }, 'scale: expected a finite float32 number, got NaN'],
      [layer, { scale: 1e39 }, 'scale: expected a finite float32 number, got 1e+39'],
      [
        layer,
        { keys: 17 },
        'scores: expected >= 272 bytes for [1, 2 heads, 2 queries, 17 keys] of f32, buffer has 256',
      ],
      [layer, { queryStart: undefined }, 'queryStart: expected an integer, got undefined'],
      [layer, { queryStart: -1 }, 'queryStart: expected an integer in 0..2147483648, got -1'],
      [
        layer,
        { keyStart: 2 ** 31 - 7 },
        /^keyStart: expected positions below the capacity 2147483648, got position 2147483648/,
      ],
      [layer, { ...idsOf({}), queryStart: 3 }, 'queryStart: expected none beside queryPositions, got 3'],
      [layer, idsOf({ buffer }), 'queryPositions: expected a GPUBuffer other than that of scores'],
      [layer, idsOf({ type: 'ragged' }), 'queryPositions.type: expected "ids", got "ragged"'],
      [layer, idsOf({ format: 'i16' }), 'queryPositions.format: expected "u32" or "i32" or "i64", got "i16"'],
      [
        layer,
        idsOf({ offset: 15 }),
        'queryPositions.buffer: expected >= 68 bytes for [2] of i32, buffer has 64',
      ],
      [layer, { keyStart: undefined, keyPositions: 3 }, 'keyPositions: expected { type, … }, got 3'],
      [layer, { start: 0 }, /^options: expected only queries, keys, .*, got "start"$/],
      [
        woven,
        {},
        'strides: expected each to step over all inside it, got batch 16, head 8, query 4 for [1, 2 heads, 2 queries, 8 keys]',
      ],
      [same, {}, /^strides: expected each to step over all inside it/],
    ];
    submitPass(device, (pass) => {
      for (const [on, wrong, message] of cases) {
        expect(() => on.encode(pass, { ...valid, ...wrong } as never)).toThrow(message);
      }
      expect(() => layer.encode(null as never, valid)).toThrow(
        'pass: expected a GPUComputePassEncoder, got null',
      );
    });
  });
});

test('a row too long for a binding that begins before it, in the second sequence alone', async () => {
  await withErrorScope(device, async (own) => {
    const kernel = own(await createAttentionBias(device, { type: 'alibi', heads: 1 }, { dtypes: ['f32'] }));
    const limit = device.limits.maxStorageBufferBindingSize;
    const keys = limit / 4 - 32;
    // All on 256 bytes but the step to the second sequence.
    const strides = { query: 64, head: 64, batch: keys + 4 };
    const size = (2 * keys + 4) * 4;
    const buffer = own(device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
    submitPass(device, (pass) => {
      const layer = kernel.bind({ buffer, dtype: 'f32', strides });
      expect(() => layer.encode(pass, { queries: 1, keys, batch: 2, queryStart: 0, keyStart: 0 })).toThrow(
        `scores: expected a token row of at most ${limit - 252} bytes (maxStorageBufferBindingSize), got ${keys * 4}`,
      );
    });
  });
});

test('a destroyed kernel and a lost device are named', async () => {
  const lost = await (await requestAdapter()).requestDevice();
  const kernel = await createAttentionBias(lost, alibi, { dtypes: ['f32'] });
  const buffer = uploadTensor(lost, new Float32Array(8), 'f32');
  const layer = kernel.bind({ buffer, dtype: 'f32' });
  const encoder = lost.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const options = { queries: 1, keys: 4, queryStart: 3, keyStart: 0 };
  kernel.destroy();
  kernel.destroy();
  expect(() => layer.encode(pass, options)).toThrow(
    'kernel: expected a live kernel, got one that was destroyed',
  );
  expect(() => kernel.bind({ buffer, dtype: 'f32' })).toThrow('got one that was destroyed');
  const other = (await createAttentionBias(lost, alibi, { dtypes: ['f32'] })).bind({ buffer, dtype: 'f32' });
  lost.destroy();
  await lost.lost;
  expect(() => other.encode(pass, options)).toThrow('device: expected a live GPUDevice');
  await expect(createAttentionBias(lost, alibi)).rejects.toThrow('device: expected a live GPUDevice');
});

test('encode creates nothing and writes equal parameters once; bind remembers; pipelines are shared', async () => {
  const watched = await (await requestAdapter()).requestDevice();
  const created: string[] = [];
  for (const method of [
    'createBuffer',
    'createBindGroup',
    'createComputePipelineAsync',
    'createShaderModule',
  ] as const) {
    const original = watched[method].bind(watched) as (descriptor: GPUObjectDescriptorBase) => unknown;
    Object.defineProperty(watched, method, {
      value: (descriptor: GPUObjectDescriptorBase) => {
        created.push(`${method} ${descriptor.label ?? ''}`);
        return original(descriptor);
      },
    });
  }
  const writes: number[] = [];
  const write = watched.queue.writeBuffer.bind(watched.queue);
  Object.defineProperty(watched.queue, 'writeBuffer', {
    value: (...args: Parameters<GPUQueue['writeBuffer']>) => {
      writes.push(args[1]);
      write(...args);
    },
  });
  const kernel = await createAttentionBias(watched, alibi, { dtypes: ['f16'], label: 'decoder' });
  expect(created.filter((call) => call.startsWith('createComputePipelineAsync')).length).toBe(4);
  expect(created.every((call) => !call.endsWith(' '))).toBe(true);
  expect(created).toContain('createBuffer decoder slopes');
  created.length = 0;
  const second = await createAttentionBias(watched, { type: 'alibi', heads: 7 }, { dtypes: ['f16'] });
  expect(created.filter((call) => /Pipeline|Module/.test(call))).toEqual([]);

  const buffers = Array.from({ length: 3 }, () =>
    uploadTensor(watched, new Uint16Array(4096), 'f16', { as: 'bits' }),
  );
  const layers = buffers.map((buffer) => kernel.bind({ buffer, dtype: 'f16' }));
  const ids = watched.createBuffer({ size: 256, usage: GPUBufferUsage.STORAGE });
  const encoder = watched.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const step = (queryStart: number): void => {
    for (const layer of layers) {
      layer.encode(pass, { queries: 1, keys: queryStart + 1, queryStart, keyStart: 0 });
      layer.encode(pass, { queries: 1, keys: 8, queryStart, keyPositions: { type: 'ids', buffer: ids } });
    }
  };
  step(0);
  created.length = 0;
  writes.length = 0;
  for (let start = 1; start <= 20; start++) step(start);
  expect(created).toEqual([]);
  expect(writes.length).toBe(40);
  expect(kernel.bind({ buffer: buffers[0]!, dtype: 'f16' })).toBe(layers[0]);
  expect(kernel.bind({ buffer: buffers[0]!, dtype: 'f16', offset: 2 })).not.toBe(layers[0]);
  pass.end();
  watched.queue.submit([encoder.finish()]);
  await watched.queue.onSubmittedWorkDone();
  second.destroy();
  watched.destroy();
});
