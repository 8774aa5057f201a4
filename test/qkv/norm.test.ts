import { describe, expect, it } from 'vitest';
import { NormView } from '../../src/qkv/norm';
import type { QkvNorm } from '../../src/qkv/options';
import { storageBuffer } from '../support/qkv-parts';

const heads = { name: 'q', heads: 4, headDim: 64, dtype: 'f16' } as const;
const view = (norm: unknown) => new NormView(norm as QkvNorm, heads);
const epsilon = 1e-6;
const weight = storageBuffer(512);

describe('what is read', () => {
  it('of a head by default, without weights', () => {
    expect(view({ epsilon })).toMatchObject({ epsilon, isOverHeads: false, size: 64, weight: null });
  });

  it('over all heads, so many weights', () => {
    const weights = new Float32Array(256);
    expect(view({ epsilon, over: 'heads', weight: weights })).toMatchObject({
      ...{ isOverHeads: true, size: 256, weight: weights, dtype: 'f32', offset: 0, isOnePlus: false },
    });
  });

  it('weights of a buffer are of the dtype of the binding, unless another is said', () => {
    expect(view({ epsilon, weight, weightOffset: 8, onePlusWeight: true })).toMatchObject({
      ...{ dtype: 'f16', offset: 8, isOnePlus: true, isChunked: true },
    });
    expect(view({ epsilon, weight, weightDtype: 'f32' }).dtype).toBe('f32');
    expect(view({ epsilon, weight, weightOffset: 6 }).isChunked).toBe(false);
  });

  it('the least and the largest epsilon', () => {
    for (const each of [2 ** -126, 3.4028234663852886e38]) expect(view({ epsilon: each }).epsilon).toBe(each);
  });
});

const refused: { norm: unknown; error: Error }[] = [
  {
    norm: 0.5,
    error: new TypeError(
      'q.norm: expected { epsilon, over, weight, weightDtype, weightOffset, onePlusWeight }, got 0.5',
    ),
  },
  {
    norm: { eps: epsilon, epsilon },
    error: new TypeError(
      'q.norm: expected only epsilon, over, weight, weightDtype, weightOffset, onePlusWeight, got "eps"',
    ),
  },
  { norm: {}, error: new TypeError('q.norm.epsilon: expected a positive, normal float32, got undefined') },
  {
    norm: { epsilon: 0 },
    error: new RangeError('q.norm.epsilon: expected a positive, normal float32, got 0'),
  },
  {
    norm: { epsilon: 1e-40 },
    error: new RangeError('q.norm.epsilon: expected a positive, normal float32, got 1e-40'),
  },
  {
    norm: { epsilon: 1e39 },
    error: new RangeError('q.norm.epsilon: expected a positive, normal float32, got 1e+39'),
  },
  {
    norm: { epsilon, over: 'all' },
    error: new RangeError('q.norm.over: expected "head" or "heads", got "all"'),
  },
  {
    norm: { epsilon, onePlusWeight: 1 },
    error: new TypeError('q.norm.onePlusWeight: expected true or false, got 1'),
  },
  {
    norm: { epsilon, onePlusWeight: true },
    error: new TypeError('q.norm.weight: expected weights, as onePlusWeight is true, got undefined'),
  },
  {
    norm: { epsilon, weight: new Float32Array(64), weightDtype: 'f32' },
    error: new TypeError(
      'q.norm.weight: expected a GPUBuffer, as there is a weightDtype or a weightOffset, got a Float32Array',
    ),
  },
  {
    norm: { epsilon, weight: [1, 2] },
    error: new TypeError('q.norm.weight: expected a GPUBuffer, got an array of 2'),
  },
  {
    norm: { epsilon, weight: storageBuffer(512, 8) },
    error: new TypeError(
      'q.norm.weight: expected GPUBufferUsage.STORAGE, got usage 0x8: create it with STORAGE | …',
    ),
  },
  {
    norm: { epsilon, weight, weightDtype: 'i8' },
    error: new RangeError('q.norm.weightDtype: expected "f32" or "f16" or "bf16", got "i8"'),
  },
  {
    norm: { epsilon, weight, weightOffset: 1 },
    error: new RangeError(
      'q.norm.weightOffset: expected a multiple of 2 elements of f16 (4-byte words), got 1',
    ),
  },
  {
    norm: { epsilon, weight, weightOffset: 194 },
    error: new RangeError(
      'q.norm.weight: expected >= 64 weights from element 194 (weightOffset) on, got 256 in all',
    ),
  },
  {
    norm: { epsilon, over: 'heads', weight: new Float32Array(64) },
    error: new RangeError('q.norm.weight: expected >= 256 weights, got 64'),
  },
];

it.each(refused)('refused: $error.message', ({ norm, error }) => {
  expect(() => view(norm)).toThrow(error);
});
