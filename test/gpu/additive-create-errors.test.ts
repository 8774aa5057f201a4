import { describe, expect, test } from 'vitest';
import { type AdditiveEncodingInput, type AdditiveOptions, createAdditive } from 'webgpu-rope/additive';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';

// One case a message; the buffers are as they were after each.

const device = await getDevice();
const { STORAGE, COPY_DST } = GPUBufferUsage;

const buffer = (size: number, usage: number = STORAGE): GPUBuffer => device.createBuffer({ size, usage });
/** Passes what the types forbid. */
const bad = <T>(value: unknown): T => value as T;

const sinusoidal: AdditiveEncodingInput = { type: 'sinusoidal', dim: 8 };
const learned: AdditiveEncodingInput = { type: 'learned', dim: 8, rows: 12, offset: 2 };
const weights = new Float32Array(96);

describe('createAdditive', () => {
  const cases: [
    name: string,
    encoding: AdditiveEncodingInput,
    options: AdditiveOptions,
    error: typeof TypeError | typeof RangeError,
    message: string | RegExp,
  ][] = [
    ['an encoding that is none', bad(null), {}, TypeError, 'encoding: expected { type, dim, … }, got null'],
    [
      'a misspelt option',
      sinusoidal,
      bad({ dtype: 'f32' }),
      TypeError,
      'options: expected only dtypes, capacity, weights, tuning, label, got "dtype"',
    ],
    [
      'dtypes that are no array',
      sinusoidal,
      bad({ dtypes: 'f32' }),
      TypeError,
      'dtypes: expected an array of dtypes, got "f32"',
    ],
    [
      'no dtype',
      sinusoidal,
      { dtypes: [] },
      TypeError,
      'dtypes: expected at least one dtype, got an array of 0',
    ],
    [
      'an unknown dtype',
      sinusoidal,
      bad({ dtypes: ['f64'] }),
      RangeError,
      'dtypes[0]: expected "f32" or "f16" or "bf16", got "f64"',
    ],
    [
      'a capacity of 0',
      sinusoidal,
      { capacity: 0 },
      RangeError,
      'capacity: expected an integer in 1..16777216 of positions, got 0',
    ],
    [
      'a capacity past the rows of the weights',
      learned,
      { capacity: 11, weights },
      RangeError,
      'capacity: expected an integer in 1..10 of positions, got 11',
    ],
    [
      'a table past one binding',
      { type: 'sinusoidal', dim: 65_536 },
      {},
      RangeError,
      'capacity: expected a table of at most 134217728 bytes (maxStorageBufferBindingSize), got 536870912',
    ],
    [
      'an unknown tuning',
      sinusoidal,
      { tuning: bad({ invocations: 1 }) },
      TypeError,
      'tuning: expected only workgroupSize, got "invocations"',
    ],
    [
      'a workgroup past the limit',
      sinusoidal,
      { tuning: { workgroupSize: 512 } },
      RangeError,
      'tuning.workgroupSize: expected an integer in 1..256, got 512',
    ],
    [
      'learned without weights',
      learned,
      {},
      TypeError,
      'weights: expected a Float32Array of 96 numbers ([12 rows, 8 dims]), or { buffer, dtype, offset }, got undefined',
    ],
    [
      'weights of another kind',
      learned,
      { weights: bad(new Float64Array(96)) },
      TypeError,
      'weights: expected a Float32Array of 96 numbers ([12 rows, 8 dims]), or { buffer, dtype, offset }, got a Float64Array',
    ],
    [
      'weights that are computed',
      sinusoidal,
      { weights },
      TypeError,
      'weights: expected none, as a sinusoidal encoding has no table, got a Float32Array',
    ],
    [
      'too few weights',
      learned,
      { weights: new Float32Array(95) },
      RangeError,
      'weights: expected 96 numbers ([12 rows, 8 dims]), got 95',
    ],
    [
      'a misspelt key of the weights',
      learned,
      { weights: bad({ buffer: buffer(384), type: 'f32' }) },
      TypeError,
      'weights: expected only buffer, dtype, offset, got "type"',
    ],
    [
      'weights that are no buffer',
      learned,
      { weights: bad({ buffer: 7, dtype: 'f32' }) },
      TypeError,
      'weights.buffer: expected a GPUBuffer, got 7',
    ],
    [
      'weights without STORAGE',
      learned,
      { weights: { buffer: buffer(384, COPY_DST), dtype: 'f32' } },
      TypeError,
      'weights.buffer: expected GPUBufferUsage.STORAGE, got usage 0x8: create it with STORAGE | …',
    ],
    [
      'weights of an unknown dtype',
      learned,
      { weights: bad({ buffer: buffer(384), dtype: 'q4' }) },
      RangeError,
      'weights.dtype: expected "f32" or "f16" or "bf16", got "q4"',
    ],
    [
      'weights before their buffer',
      learned,
      { weights: { buffer: buffer(384), dtype: 'f32', offset: -1 } },
      RangeError,
      'weights.offset: expected an integer of at least 0 of elements, got -1',
    ],
    [
      'weights past their buffer',
      learned,
      { weights: { buffer: buffer(192), dtype: 'f16', offset: 1 } },
      RangeError,
      'weights.buffer: expected >= 194 bytes for [12 rows, 8 dims] of f16 from element 1 on, buffer has 192',
    ],
    [
      'weights past one binding',
      { type: 'learned', dim: 65_536, rows: 513 },
      { weights: { buffer: buffer(2 ** 27 + 2 ** 18), dtype: 'f32' } },
      RangeError,
      'weights: expected a table of at most 134217728 bytes (maxStorageBufferBindingSize), got 134479872',
    ],
  ];
  test.each(cases)('%s', async (_name, encoding, options, error, message) => {
    await withErrorScope(device, async () => {
      const thrown: unknown = await createAdditive(device, encoding, options).catch(
        (reason: unknown) => reason,
      );
      expect(thrown).toBeInstanceOf(error);
      expect((thrown as Error).message).toBe(message);
    });
  });

  test('a device that is none', async () => {
    await expect(createAdditive(bad({}), sinusoidal)).rejects.toThrow(
      new TypeError('device: expected a GPUDevice, got a Object'),
    );
  });

  test('a device that was lost', async () => {
    const own = await (await requestAdapter()).requestDevice();
    own.destroy();
    await own.lost;
    await expect(createAdditive(own, sinusoidal)).rejects.toThrow(
      /^device: expected a live GPUDevice, got one that was lost \(destroyed\)/,
    );
  });
});
