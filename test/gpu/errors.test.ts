import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createRope,
  type Rope,
  type RopeBinding,
  type RopeEncodeOptions,
  readTensor,
  ropeFrequencies,
  type StorageArray,
  uploadTensor,
} from 'webgpu-rope';
import { expectContract } from '../support/contract';
import { getDevice, withErrorScope } from '../support/gpu';
import { createRandom, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { expectThrow, type Wrong } from '../support/wrong';

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
      'a tensor of a library that holds the buffer as gpuBuffer',
      () => ({ q: { buffer: { gpuBuffer: q }, heads: 4 }, dtype: 'f32' }),
      {
        error: TypeError,
        message: 'q.buffer: expected a GPUBuffer (it is there as q.buffer.gpuBuffer), got a Object',
      },
    ],
    [
      'a tensor of a library that holds the buffer as buffer',
      () => ({ k: { buffer: { buffer: k }, heads: 4 }, dtype: 'f32' }),
      {
        error: TypeError,
        message: 'k.buffer: expected a GPUBuffer (it is there as k.buffer.buffer), got a Object',
      },
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
        message: 'headDim: expected a multiple of 2 elements of f16 (4-byte words), got 65',
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
      { tokens: 1, kFirst: 0 },
      { error: TypeError, message: 'start: expected an integer, got undefined' },
    ],
    [
      'half a token',
      both,
      { tokens: 1.5, start: 0, kFirst: 0 },
      { error: RangeError, message: /^tokens: expected an integer in 1\.\.\d+, got 1.5$/ },
    ],
    [
      'a negative start',
      both,
      { tokens: 1, start: -1, kFirst: 0 },
      { error: RangeError, message: /^start: expected an integer in 0\.\.\d+, got -1$/ },
    ],
    [
      'a position past the capacity',
      both,
      { tokens: 4, start: 997, kFirst: 0 },
      {
        error: RangeError,
        message:
          'start: expected positions below the capacity 1000, got position 1000 (start 997 + 4 tokens - 1)',
      },
    ],
    [
      'a buffer too small',
      both,
      { tokens: 9, start: 0, kFirst: 0 },
      {
        error: RangeError,
        message: 'q: expected >= 9216 bytes for [9 tokens, 4 heads, 64 dims] of f32, buffer has 8192',
      },
    ],
    [
      'a batch too large',
      both,
      { tokens: 8, start: 0, batch: 2, kFirst: 0 },
      {
        error: RangeError,
        message: 'q: expected >= 16384 bytes for [2 x 8 tokens, 4 heads, 64 dims] of f32, buffer has 8192',
      },
    ],
    [
      'a cache whose row is not named',
      both,
      { tokens: 1, start: 3 },
      {
        error: TypeError,
        message: 'kFirst: expected the row of token 0 in the cache, as k has a capacity, got undefined',
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
        message: 'k.capacity: expected token rows of a sequence (or strides), as kFirst is 2, got undefined',
      },
    ],
    [
      'heads that overlap',
      () => ({ q: { buffer: q, heads: 4, strides: { head: 32, token: 256 } }, dtype: 'f32' }),
      { tokens: 2, start: 0 },
      {
        error: RangeError,
        message:
          /^q\.strides: expected each to step over all inside it, got \d+, 256, 32 \(batch, token, head\)$/,
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
      { tokens: 1, start: 0, inverse: 1, kFirst: 0 },
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
