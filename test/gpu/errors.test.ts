import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRope,
  type Rope,
  type RopeBinding,
  type RopeEncodeOptions,
  type RopeOptions,
  readTensor,
  requestRopeDevice,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from '../../src';
import { expectContract } from '../support/contract';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';

// One case a message. Every refused call must leave every buffer as it was, and the pass it was given valid.

const device = await getDevice();
const headDim = 64;
const rowsHeld = 8;
let before: StorageArray;
let q: GPUBuffer;
let k: GPUBuffer;
let readOnly: GPUBuffer;
let ragged: GPUBuffer;
let rope: Rope;

beforeAll(async () => {
  before = randomTensor('f32', rowsHeld * 4 * headDim, createRandom(9));
  q = uploadTensor(device, before, 'f32');
  k = uploadTensor(device, before, 'f32');
  readOnly = device.createBuffer({ size: 4096, usage: GPUBufferUsage.COPY_DST });
  ragged = device.createBuffer({ size: 130, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  rope = await createRope(device, { headDim }, { dtypes: ['f32', 'f16'], capacity: 1000 });
});

afterAll(() => {
  rope.destroy();
  for (const buffer of [q, k, readOnly, ragged]) buffer.destroy();
});

type Wrong = { readonly error: typeof TypeError | typeof RangeError; readonly message: string | RegExp };

function expectThrow(body: () => unknown, { error, message }: Wrong): void {
  expect(body).toThrow(error);
  expect(body).toThrow(message);
}

describe('createRope', () => {
  const cases: [name: string, config: unknown, options: unknown, wrong: Wrong][] = [
    [
      'odd rotary dimension',
      { headDim: 128, rotaryDim: 97 },
      {},
      { error: RangeError, message: 'rotaryDim: expected an even integer in 2..128 (headDim), got 97' },
    ],
    [
      'rotary dimension past 512',
      { headDim: 1024 },
      {},
      { error: RangeError, message: 'rotaryDim: expected an even integer in 2..512, got 1024' },
    ],
    [
      'unknown dtype',
      { headDim },
      { dtypes: ['f64'] },
      { error: RangeError, message: 'dtypes[0]: expected "f32" or "f16" or "bf16", got "f64"' },
    ],
    [
      'no dtypes',
      { headDim },
      { dtypes: [] },
      { error: TypeError, message: 'dtypes: expected at least one dtype, got an array of 0' },
    ],
    [
      'capacity past 2^24',
      { headDim },
      { capacity: 2 ** 24 + 1 },
      {
        error: RangeError,
        message: 'capacity: expected an integer in 1..16777216 of positions, got 16777217',
      },
    ],
    [
      'a full table that fits no binding',
      { headDim: 128 },
      { table: 'full' },
      {
        error: RangeError,
        message:
          'capacity: expected at most 262144 positions (a full table takes 536870912 bytes, a binding 134217728), ' +
          'or table "two-digit", got 1048576',
      },
    ],
    [
      'unknown table',
      { headDim },
      { table: 'half' },
      { error: RangeError, message: 'table: expected "two-digit" or "full", got "half"' },
    ],
    [
      'unknown option',
      { headDim },
      { dtype: 'f32' },
      {
        error: TypeError,
        message:
          'options: expected only dtypes, features, capacity, table, phases, sequenceLength, tuning, label, got "dtype"',
      },
    ],
    [
      'a workgroup past the limit',
      { headDim },
      { tuning: { workgroupSize: 512 } },
      { error: RangeError, message: 'tuning.workgroupSize: expected an integer in 1..256, got 512' },
    ],
    [
      'a tuning that is none',
      { headDim },
      { tuning: 5 },
      { error: TypeError, message: 'tuning: expected { workgroupSize, invocations }, got 5' },
    ],
    [
      'a feature that is none',
      { headDim },
      { features: ['positionIds'] },
      { error: TypeError, message: 'features: expected an array of features, got an array of 1' },
    ],
    [
      'unknown tuning',
      { headDim },
      { tuning: { heads: 4 } },
      { error: TypeError, message: 'tuning: expected only workgroupSize, invocations, got "heads"' },
    ],
  ];
  test.each(cases)('%s', async (_name, config, options, { error, message }) => {
    const creation = createRope(device, config as { headDim: number }, options as RopeOptions);
    await expect(creation).rejects.toThrow(error);
    await expect(creation).rejects.toThrow(message as string);
  });

  test('no device', async () => {
    const creation = createRope({} as GPUDevice, { headDim });
    await expect(creation).rejects.toThrow('device: expected a GPUDevice, got a Object');
  });
});

describe('bind', () => {
  const cases: [name: string, binding: () => unknown, wrong: Wrong][] = [
    [
      'neither Q nor K',
      () => ({ dtype: 'f32' }),
      { error: TypeError, message: 'binding: expected q, k or both, got a Object' },
    ],
    [
      'a dtype the rope was not created with',
      () => ({ q: { buffer: q, heads: 4 }, dtype: 'bf16' }),
      { error: RangeError, message: 'dtype: expected "f32" or "f16", got "bf16"' },
    ],
    [
      'a tensor that is none',
      () => ({ q: 7, dtype: 'f32' }),
      {
        error: TypeError,
        message: 'q: expected { buffer, heads, layout, offset, capacity, strides }, got 7',
      },
    ],
    [
      'strides that are none',
      () => ({ q: { buffer: q, heads: 4, strides: 64 }, dtype: 'f32' }),
      { error: TypeError, message: 'q.strides: expected { batch, token, head }, got 64' },
    ],
    [
      'a capacity that is none',
      () => ({ q: { buffer: q, heads: 4, capacity: '9' }, dtype: 'f32' }),
      { error: TypeError, message: 'q.capacity: expected an integer, got "9"' },
    ],
    [
      'a buffer that ends inside a word',
      () => ({ q: { buffer: ragged, heads: 1 }, dtype: 'f16' }),
      { error: RangeError, message: 'q.buffer: expected a size that is a multiple of 4 bytes, got 130' },
    ],
    [
      'no buffer',
      () => ({ q: { heads: 4 }, dtype: 'f32' }),
      { error: TypeError, message: 'q.buffer: expected a GPUBuffer, got undefined' },
    ],
    [
      'wrong usage',
      () => ({ k: { buffer: readOnly, heads: 4 }, dtype: 'f32' }),
      {
        error: TypeError,
        message: 'k.buffer: expected GPUBufferUsage.STORAGE, got usage 0x8: create it with STORAGE | …',
      },
    ],
    [
      'no heads',
      () => ({ q: { buffer: q, heads: 0 }, dtype: 'f32' }),
      { error: RangeError, message: /^q\.heads: expected an integer in 1\.\.\d+, got 0$/ },
    ],
    [
      'unknown layout',
      () => ({ q: { buffer: q, heads: 4, layout: 'bsdh' }, dtype: 'f32' }),
      { error: RangeError, message: 'q.layout: expected "bshd" or "bhsd", got "bsdh"' },
    ],
    [
      'an offset inside a word',
      () => ({ q: { buffer: q, heads: 4, offset: 3 }, dtype: 'f16' }),
      {
        error: RangeError,
        message: 'q.offset: expected a multiple of 2 elements of f16 (4-byte words), got 3',
      },
    ],
    [
      'a stride inside a word',
      () => ({ k: { buffer: q, heads: 4, strides: { head: 65 } }, dtype: 'f16' }),
      {
        error: RangeError,
        message: 'k.strides.head: expected a multiple of 2 elements of f16 (4-byte words), got 65',
      },
    ],
    [
      'an odd headDim that puts two heads into one word',
      () => ({ q: { buffer: q, heads: 4 }, headDim: 65, dtype: 'f16' }),
      {
        error: RangeError,
        message: 'q.strides: expected strides of whole 4-byte words, as headDim is odd in f16, got 65',
      },
    ],
    [
      'headDim below rotaryDim',
      () => ({ q: { buffer: q, heads: 4 }, headDim: 32, dtype: 'f32' }),
      { error: RangeError, message: /^headDim: expected an integer in 64\.\.\d+, got 32$/ },
    ],
    [
      'a misspelt key',
      () => ({ q: { buffer: q, heads: 4, stride: 3 }, dtype: 'f32' }),
      {
        error: TypeError,
        message: 'q: expected only buffer, heads, layout, offset, capacity, strides, got "stride"',
      },
    ],
  ];
  test.each(cases)('%s', (_name, binding, wrong) => {
    expectThrow(() => rope.bind(binding() as RopeBinding), wrong);
  });
});

describe('encode', () => {
  const both = (): RopeBinding => ({
    q: { buffer: q, heads: 4 },
    k: { buffer: k, heads: 2, layout: 'bhsd', capacity: 16 },
    dtype: 'f32',
  });
  const cases: [name: string, binding: () => RopeBinding, options: unknown, wrong: Wrong][] = [
    [
      'no start',
      both,
      { tokens: 1 },
      { error: TypeError, message: 'start: expected an integer, got undefined' },
    ],
    [
      'half a token',
      both,
      { tokens: 1.5, start: 0 },
      { error: RangeError, message: /^tokens: expected an integer in 1\.\.\d+, got 1.5$/ },
    ],
    [
      'a negative start',
      both,
      { tokens: 1, start: -1 },
      { error: RangeError, message: /^start: expected an integer in 0\.\.\d+, got -1$/ },
    ],
    [
      'a position past the capacity',
      both,
      { tokens: 4, start: 997 },
      {
        error: RangeError,
        message:
          'start: expected positions below the capacity 1000, got position 1000 (start 997 + 4 tokens - 1)',
      },
    ],
    [
      'a buffer too small',
      both,
      { tokens: 9, start: 0 },
      {
        error: RangeError,
        message: 'q: expected >= 9216 bytes for [9 tokens, 4 heads, 64 dims] of f32, buffer has 8192',
      },
    ],
    [
      'a batch too large',
      both,
      { tokens: 8, start: 0, batch: 2 },
      {
        error: RangeError,
        message: 'q: expected >= 16384 bytes for [2 x 8 tokens, 4 heads, 64 dims] of f32, buffer has 8192',
      },
    ],
    [
      'rows past the cache',
      both,
      { tokens: 2, start: 15, kFirst: 15 },
      { error: RangeError, message: 'kFirst + tokens: expected at most 16 (k.capacity), got 17' },
    ],
    [
      'a first row where the rows of a sequence are not known',
      () => ({ k: { buffer: k, heads: 2, layout: 'bhsd' }, dtype: 'f32' }),
      { tokens: 2, start: 0, kFirst: 2 },
      {
        error: RangeError,
        message:
          'k.capacity: expected the token rows allotted to a sequence (or strides), as kFirst is 2, got undefined',
      },
    ],
    [
      'heads that overlap',
      () => ({ q: { buffer: q, heads: 4, strides: { head: 32, token: 256 } }, dtype: 'f32' }),
      { tokens: 2, start: 0 },
      {
        error: RangeError,
        message: /^q\.strides: expected each to step over all inside it, got batch \d+, token 256, head 32/,
      },
    ],
    [
      'token rows that overlap',
      () => ({ q: { buffer: q, heads: 4, strides: { token: 128 } }, dtype: 'f32' }),
      { tokens: 2, start: 0 },
      { error: RangeError, message: /^q\.strides: expected each to step over all inside it/ },
    ],
    [
      'a first row of K where there is none',
      () => ({ q: { buffer: q, heads: 4 }, dtype: 'f32' }),
      { tokens: 1, start: 0, kFirst: 3 },
      { error: TypeError, message: 'kFirst: expected none, as the layer has no k, got 3' },
    ],
    [
      'a first row of Q where there is none',
      () => ({ k: { buffer: k, heads: 4 }, dtype: 'f32' }),
      { tokens: 1, start: 0, qFirst: 3 },
      { error: TypeError, message: 'qFirst: expected none, as the layer has no q, got 3' },
    ],
    [
      'a number for inverse',
      both,
      { tokens: 1, start: 0, inverse: 1 },
      { error: TypeError, message: 'inverse: expected true or false, got 1' },
    ],
    [
      'a kind of position that is not there',
      both,
      { tokens: 1, start: 0, position: [3] },
      {
        error: TypeError,
        message:
          'options: expected only tokens, start, positions, batch, qFirst, kFirst, inverse, got "position"',
      },
    ],
  ];
  test.each(cases)('%s', async (_name, binding, options, wrong) => {
    await withErrorScope(device, async () => {
      const layer = rope.bind(binding());
      submitPass(device, (pass) => {
        expectThrow(() => layer.encode(pass, options as RopeEncodeOptions), wrong);
      });
      expect(await readTensor(device, q, 'f32')).toEqual(before);
      expect(await readTensor(device, k, 'f32')).toEqual(before);
    });
  });

  test('an encoder in place of a pass', () => {
    const encoder = device.createCommandEncoder();
    expectThrow(
      () => rope.bind(both()).encode(encoder as unknown as GPUComputePassEncoder, { tokens: 1, start: 0 }),
      {
        error: TypeError,
        message: 'pass: expected a GPUComputePassEncoder, got a GPUCommandEncoder',
      },
    );
  });
});

describe('bind again', () => {
  test('a strides object that the caller changes afterwards changes nothing', async () => {
    await withErrorScope(device, async (own) => {
      const tensor = randomTensor('f32', 8 * 2 * headDim, createRandom(3));
      const buffer = own(uploadTensor(device, tensor, 'f32'));
      const strides = { token: 2 * headDim };
      rope.bind({ q: { buffer, heads: 1, strides }, dtype: 'f32' });
      strides.token = 3;
      const layer = rope.bind({ q: { buffer, heads: 1, strides: { token: 2 * headDim } }, dtype: 'f32' });
      submitPass(device, (pass) => layer.encode(pass, { tokens: 4, start: 9 }));
      const { inverseFrequencies } = ropeFrequencies(rope.config);
      expectContract({
        before: tensor,
        after: await readTensor(device, buffer, 'f32'),
        rotations: {
          dtype: 'f32',
          heads: 1,
          headDim,
          pairing: 'half',
          tokens: 4,
          positions: 9,
          strides: { token: 2 * headDim },
          inverseFrequencies,
        },
      });
    });
  });

  test('an odd headDim is fine where strides part the heads', () => {
    const odd = { buffer: q, heads: 2, strides: { head: 66 } };
    expect(() => rope.bind({ q: odd, headDim: 65, dtype: 'f16' })).not.toThrow();
  });
});

describe('what has ended', () => {
  test('a device that is lost while createRope compiles', async () => {
    const doomed = await (await requestAdapter()).requestDevice();
    const creation = createRope(doomed, { headDim }, { dtypes: ['f32'] });
    doomed.destroy();
    // Firefox says that the device was lost only after the pipelines are there; then the rope says so.
    const outcome = await creation.catch((error: unknown) => error);
    await doomed.lost;
    if (outcome instanceof Error) return;
    const bind = () => (outcome as Rope).bind({ q: { buffer: q, heads: 4 }, dtype: 'f32' });
    expect(bind).toThrow(/^device: expected a live GPUDevice/);
  });

  test('a destroyed rope, and its layers', async () => {
    await withErrorScope(device, async () => {
      const ended = await createRope(device, { headDim }, { dtypes: ['f32'] });
      const layer = ended.bind({ q: { buffer: q, heads: 4 }, dtype: 'f32' });
      ended.destroy();
      ended.destroy();
      const wrong = { error: TypeError, message: 'rope: expected a live rope, got one that was destroyed' };
      expectThrow(() => ended.bind({ q: { buffer: q, heads: 4 }, dtype: 'f32' }), wrong);
      submitPass(device, (pass) => expectThrow(() => layer.encode(pass, { tokens: 1, start: 0 }), wrong));
      expect(await readTensor(device, q, 'f32')).toEqual(before);
    });
  });

  test('a device whose lost has resolved', async () => {
    const doomed = await (await requestAdapter()).requestDevice();
    const onDoomed = await createRope(doomed, { headDim }, { dtypes: ['f32'] });
    const buffer = doomed.createBuffer({ size: 4096, usage: GPUBufferUsage.STORAGE });
    const layer = onDoomed.bind({ q: { buffer, heads: 4 }, dtype: 'f32' });
    const pass = doomed.createCommandEncoder().beginComputePass();
    doomed.destroy();
    await doomed.lost;
    const wrong = {
      error: TypeError,
      message: /^device: expected a live GPUDevice, got one that was lost \(destroyed\)/,
    };
    expectThrow(() => layer.encode(pass, { tokens: 1, start: 0 }), wrong);
    expectThrow(() => onDoomed.bind({ q: { buffer, heads: 4 }, dtype: 'f32' }), wrong);
    await expect(createRope(doomed, { headDim }, { dtypes: ['f32'] })).rejects.toThrow(wrong.message);
    onDoomed.destroy();
  });

  test('a device lost before its first rope', async () => {
    const doomed = await (await requestAdapter()).requestDevice();
    doomed.destroy();
    await doomed.lost;
    await expect(createRope(doomed, { headDim })).rejects.toThrow(/^device: expected a live GPUDevice/);
  });
});

describe('requestRopeDevice', () => {
  test('no WebGPU', async () => {
    const original = Object.getOwnPropertyDescriptor(Navigator.prototype, 'gpu') as PropertyDescriptor;
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined, configurable: true });
    try {
      await expect(requestRopeDevice()).rejects.toThrow(
        /^navigator\.gpu: expected WebGPU, got undefined: this browser/,
      );
    } finally {
      Object.defineProperty(Navigator.prototype, 'gpu', original);
    }
  });

  test('no adapter', async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    await expect(requestRopeDevice({ gpu })).rejects.toThrow(/^adapter: expected a GPUAdapter, got null/);
  });

  test('features are asked for only if present, limits as large as the adapter has them', async () => {
    const adapter = await requestAdapter();
    const made = await requestRopeDevice({ optionalFeatures: ['shader-f16', 'subgroups'] });
    try {
      expect(made.features.has('timestamp-query')).toBe(adapter.features.has('timestamp-query'));
      expect(made.features.has('shader-f16')).toBe(adapter.features.has('shader-f16'));
      expect(made.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
      expect(made.limits.maxStorageBufferBindingSize).toBe(adapter.limits.maxStorageBufferBindingSize);
      expect(made.label).toBe('webgpu-rope');
    } finally {
      made.destroy();
    }
  });

  test('the loss of the device reaches onLost, but not one the caller caused', async () => {
    let resolve: (info: GPUDeviceLostInfo) => void = () => {};
    const lost = new Promise<GPUDeviceLostInfo>((done) => {
      resolve = done;
    });
    const limits = { maxBufferSize: 1, maxStorageBufferBindingSize: 1 };
    const adapter = { limits, features: new Set(), requestDevice: async () => ({ lost }) };
    const gpu = { requestAdapter: async () => adapter } as unknown as GPU;
    const seen: string[] = [];
    await requestRopeDevice({ gpu, onLost: (info) => seen.push(info.message) });
    resolve({ reason: 'unknown', message: 'gone' } as GPUDeviceLostInfo);
    await lost;
    await Promise.resolve();
    expect(seen).toEqual(['gone']);

    const made = await requestRopeDevice({ onLost: (info) => seen.push(info.message) });
    made.destroy();
    await made.lost;
    await Promise.resolve();
    expect(seen).toEqual(['gone']);
  });
});

describe('uploadTensor and readTensor', () => {
  test('no numbers', () => {
    expectThrow(() => uploadTensor(device, 7 as unknown as number[], 'f32'), {
      error: TypeError,
      message: 'values: expected an array of numbers, got 7',
    });
  });
  test.each([
    ['text', ['a', 'b'], 'f32', 'values[0]: expected a number, got "a"'],
    ['big integers', new BigInt64Array(2), 'f32', 'values[0]: expected a number, got 0'],
    [
      'a view without elements',
      new DataView(new ArrayBuffer(8)),
      'f32',
      'values: expected an array of numbers, got a DataView',
    ],
    ['an unknown dtype', [1], 'f64', 'dtype: expected "f32" or "f16" or "bf16", got "f64"'],
    ['no dtype', new Uint16Array(2), undefined, 'dtype: expected "f32" or "f16" or "bf16", got undefined'],
  ])('%s', (_name, values, dtype, message) => {
    expect(() => uploadTensor(device, values as unknown as number[], dtype as 'f32')).toThrow(message);
  });
  test('no device, no buffer', async () => {
    expect(() => uploadTensor(null as unknown as GPUDevice, [1], 'f32')).toThrow(
      'device: expected a GPUDevice, got null',
    );
    await expect(readTensor(device, undefined as unknown as GPUBuffer, 'f32')).rejects.toThrow(
      'buffer: expected a GPUBuffer, got undefined',
    );
  });
  test('more than a buffer holds', () => {
    const values = new Float32Array(device.limits.maxBufferSize / 4 + 1);
    expect(() => uploadTensor(device, values, 'f32')).toThrow(/^values: expected at most 268435456 bytes/);
  });
  test('a buffer that ends inside a word: its whole words', async () => {
    expect((await readTensor(device, ragged, 'f16')).length).toBe(64);
    await expect(readTensor(device, ragged, 'f16', { length: 65 })).rejects.toThrow(
      'length: expected an integer in 0..64, got 65',
    );
  });
  test('nothing to upload', () => {
    expectThrow(() => uploadTensor(device, [], 'f32'), {
      error: RangeError,
      message: 'values: expected at least one element, got 0',
    });
  });
  test('a buffer that cannot be copied from', async () => {
    await expect(readTensor(device, readOnly, 'f32')).rejects.toThrow(
      'buffer: expected GPUBufferUsage.COPY_SRC, got usage 0x8',
    );
  });
  test('past the end', async () => {
    await expect(readTensor(device, q, 'f32', { offset: 2000, length: 49 })).rejects.toThrow(
      'length: expected an integer in 0..48, got 49',
    );
  });
  test('16-bit elements from the middle of a word', async () => {
    const buffer = uploadTensor(device, [1, 2, 3, 4, 5], 'f16');
    const read = await readTensor(device, buffer, 'f16', { offset: 1, length: 3 });
    expect(read).toEqual(new Uint16Array([0x4000, 0x4200, 0x4400]));
    buffer.destroy();
  });
});
