import { describe, expect, it } from 'vitest';
import type { PartName, PartShape } from '../../src/qkv/part';
import { unitsOf } from '../../src/qkv/part-words';
import { partOf, smallCache, storageBuffer } from '../support/qkv-parts';

describe('what is read', () => {
  it('K in place has no rows to name; with a capacity or a cache it has', () => {
    expect(partOf('k')).toMatchObject({ capacity: undefined, isAtRows: false, writesAll: false });
    expect(partOf('k', { capacity: 8 })).toMatchObject({ capacity: 8, isAtRows: true, writesAll: false });
    const cached = partOf('k', { cache: { ...smallCache, dtype: 'f16' } });
    expect(cached).toMatchObject({ capacity: 16, isAtRows: false, writesAll: true, writtenDtype: 'f16' });
  });

  it('the capacity of Q is no row to name', () => {
    expect(partOf('q', { capacity: 8 })).toMatchObject({ capacity: undefined, isAtRows: false });
  });

  // Runs of eight elements; a unit is two that rotate, or two that are left.
  it.each([
    { what: 'all rotate', headDim: 64, rotaryDim: 64, norm: false, units: 4 },
    { what: 'half of them, in place', headDim: 64, rotaryDim: 32, norm: false, units: 2 },
    { what: 'half of them, normed', headDim: 64, rotaryDim: 32, norm: true, units: 4 },
    { what: 'a run is left alone', headDim: 72, rotaryDim: 64, norm: true, units: 5 },
  ])('units: $what', ({ norm, units, ...shape }) => {
    expect(unitsOf(partOf('q', norm ? { norm: { epsilon: 1e-6 } } : {}, shape))).toBe(units);
  });

  it.each<{ what: string; given?: object; shape?: Partial<PartShape>; isChunked: boolean }>([
    { what: 'heads of 64', isChunked: true },
    { what: 'heads of 72, of which 64 rotate', shape: { headDim: 72 }, isChunked: true },
    { what: 'heads of 66', shape: { headDim: 66 }, isChunked: false },
    { what: 'rotated elements that make no whole units', shape: { rotaryDim: 40 }, isChunked: false },
    { what: 'rotated elements from a run on', given: { headDim: 72, rotaryOffset: 8 }, isChunked: true },
    { what: 'from within a run', given: { headDim: 72, rotaryOffset: 4 }, isChunked: false },
    { what: 'an offset of a chunk', given: { offset: 4 }, isChunked: true },
    { what: 'an offset within one', given: { offset: 2 }, isChunked: false },
    {
      what: 'a cache at an offset within one',
      given: { cache: { ...smallCache, offset: 2 } },
      isChunked: false,
    },
    {
      what: 'weights at an offset within one',
      given: { norm: { epsilon: 1e-6, weight: storageBuffer(512), weightOffset: 2 } },
      isChunked: false,
    },
  ])('16-byte chunks: $what: $isChunked', ({ given, shape, isChunked }) => {
    expect(partOf('k', given, shape).isChunked).toBe(isChunked);
  });

  it('parts that differ in anything but buffers have another key', () => {
    const norm = { epsilon: 1e-6, weight: storageBuffer(2 ** 12) };
    const others = [
      {},
      { heads: 5 },
      { offset: 64 },
      { headDim: 72 },
      { headDim: 72, rotaryOffset: 8 },
      { cache: smallCache },
      { cache: { ...smallCache, shared: true } },
      { cache: { ...smallCache, dtype: 'f16' } },
      { cache: { ...smallCache, layout: 'bhsd' } },
      { norm },
      { norm: { ...norm, epsilon: 1e-5 } },
      { norm: { ...norm, over: 'heads' } },
      { norm: { ...norm, onePlusWeight: true } },
      { norm: { ...norm, weightOffset: 4 } },
      { norm: { ...norm, weightDtype: 'f16' } },
    ] as const;
    expect(new Set(others.map((given) => partOf('k', given).key)).size).toBe(others.length);
    expect(partOf('k', { buffer: storageBuffer(2 ** 20) }).key).toBe(partOf('k').key);
  });
});

describe('place', () => {
  it('a cache has all its rows placed, a sequence; one pool of them where it is shared', () => {
    const own = partOf('k', { cache: smallCache });
    own.place(3, 2);
    expect([own.source.end, own.cache!.end]).toEqual([2 * 3 * 4 * 64, 2 * 16 * 4 * 64]);
    const pool = partOf('k', { cache: { ...smallCache, shared: true } });
    pool.place(3, 2);
    expect(pool.cache!.end).toBe(16 * 4 * 64);
  });

  it('a cache that is too small is refused by its name', () => {
    const part = partOf('v', { cache: { buffer: storageBuffer(4096), capacity: 16 } });
    expect(() => part.place(1, 1)).toThrow(
      new RangeError(
        'v.cache: expected >= 16384 bytes for [16 tokens, 4 heads, 64 dims] of f32, buffer has 4096',
      ),
    );
  });
});

const cacheOf = (given: object) => ({ cache: { ...smallCache, ...given } });

const refused: { name?: PartName; given: object; shape?: Partial<PartShape>; error: Error }[] = [
  {
    name: 'q',
    given: { cache: smallCache },
    error: new TypeError(
      'q: expected only buffer, heads, layout, offset, capacity, strides, norm, headDim, rotaryOffset, got "cache"',
    ),
  },
  { given: { heads: 0 }, error: new RangeError('k.heads: expected an integer in 1..2147483648, got 0') },
  {
    given: { headDim: 32 },
    error: new RangeError('k.headDim: expected an integer in 64..2147483648, got 32'),
  },
  {
    given: { rotaryOffset: 8 },
    error: new RangeError('k.rotaryOffset: expected an integer in 0..0 (headDim - rotaryDim), got 8'),
  },
  {
    given: { rotaryOffset: 0 },
    shape: { rotaryDim: 0 },
    error: new TypeError('k.rotaryOffset: expected none, as it is not rotated, got 0'),
  },
  { name: 'v', given: {}, error: new TypeError('v.cache: expected where V goes, got undefined') },
  {
    given: { cache: 5 },
    error: new TypeError(
      'k.cache: expected { buffer, capacity, layout, offset, strides, dtype, shared }, got 5',
    ),
  },
  {
    given: cacheOf({ heads: 2 }),
    error: new TypeError(
      'k.cache: expected only buffer, capacity, layout, offset, strides, dtype, shared, got "heads"',
    ),
  },
  {
    given: cacheOf({ shared: 1 }),
    error: new TypeError('k.cache.shared: expected true or false, got 1'),
  },
  {
    given: { cache: { buffer: storageBuffer(64) } },
    error: new RangeError('k.cache.capacity: expected the rows of the cache, got undefined'),
  },
  {
    given: cacheOf({ capacity: 0 }),
    error: new RangeError('k.cache.capacity: expected an integer in 1..2147483648, got 0'),
  },
  {
    given: cacheOf({ dtype: 'i8' }),
    error: new RangeError('k.cache.dtype: expected "f32" or "f16" or "bf16", got "i8"'),
  },
  {
    given: cacheOf({ buffer: storageBuffer(64, 4) }),
    error: new TypeError(
      'k.cache.buffer: expected GPUBufferUsage.STORAGE, got usage 0x4: create it with STORAGE | …',
    ),
  },
];

it.each(refused)('refused: $error.message', ({ name = 'k', given, shape, error }) => {
  expect(() => partOf(name, given, shape)).toThrow(error);
});
