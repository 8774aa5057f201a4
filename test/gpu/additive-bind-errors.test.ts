import { describe, expect, test } from 'vitest';
import { type AdditiveEncodingInput, type AdditiveTensor, createAdditive } from 'webgpu-rope/additive';
import { getDevice, withErrorScope } from '../support/gpu';

// One case a message; the buffers are as they were after each.

const device = await getDevice();
const { STORAGE, COPY_DST } = GPUBufferUsage;

const buffer = (size: number, usage: number = STORAGE): GPUBuffer => device.createBuffer({ size, usage });
/** Passes what the types forbid. */
const bad = <T>(value: unknown): T => value as T;

const learned: AdditiveEncodingInput = { type: 'learned', dim: 8, rows: 12, offset: 2 };

describe('bind', () => {
  const x = (more: object): AdditiveTensor => bad({ buffer: buffer(64), dtype: 'f32', ...more });
  const cases: [
    name: string,
    dim: number,
    tensor: AdditiveTensor,
    error: typeof TypeError | typeof RangeError,
    message: string,
  ][] = [
    ['none', 8, bad(undefined), TypeError, 'x: expected { buffer, dtype, … }, got undefined'],
    ['no buffer', 8, x({ buffer: null }), TypeError, 'x.buffer: expected a GPUBuffer, got null'],
    [
      'no STORAGE',
      8,
      x({ buffer: buffer(64, COPY_DST) }),
      TypeError,
      'x.buffer: expected GPUBufferUsage.STORAGE, got usage 0x8: create it with STORAGE | …',
    ],
    [
      'half a word',
      8,
      x({ buffer: buffer(66) }),
      RangeError,
      'x.buffer: expected a size that is a multiple of 4 bytes, got 66',
    ],
    [
      'a dtype it was not created with',
      8,
      x({ dtype: 'bf16' }),
      RangeError,
      'x.dtype: expected "f32" or "f16", got "bf16"',
    ],
    ['no dtype', 8, x({ dtype: undefined }), TypeError, 'x.dtype: expected "f32" or "f16", got undefined'],
    [
      'a misspelt key',
      8,
      x({ heads: 1 }),
      TypeError,
      'x: expected only buffer, dtype, offset, capacity, strides, got "heads"',
    ],
    [
      'a misspelt stride',
      8,
      x({ strides: { head: 8 } }),
      TypeError,
      'x.strides: expected only batch, token, got "head"',
    ],
    [
      'an offset within a word',
      8,
      x({ dtype: 'f16', offset: 3 }),
      RangeError,
      'x.offset: expected a multiple of 2 elements of f16 (4-byte words), got 3',
    ],
    [
      'a negative offset',
      8,
      x({ offset: -1 }),
      RangeError,
      'x.offset: expected an integer of at least 0 of elements, got -1',
    ],
    [
      'a token stride within a word',
      8,
      x({ dtype: 'f16', strides: { token: 9 } }),
      RangeError,
      'x.strides.token: expected a multiple of 2 elements of f16 (4-byte words), got 9',
    ],
    [
      'a batch stride within a word',
      8,
      x({ dtype: 'f16', strides: { batch: 33 } }),
      RangeError,
      'x.strides.batch: expected a multiple of 2 elements of f16 (4-byte words), got 33',
    ],
    [
      'an odd dim whose tokens would share words',
      7,
      x({ dtype: 'f16' }),
      RangeError,
      'x.strides.token: expected whole 4-byte words, as dim 7 is odd in f16, got 7',
    ],
    [
      'a capacity of 0',
      8,
      x({ capacity: 0 }),
      RangeError,
      'x.capacity: expected an integer in 1..2147483648, got 0',
    ],
  ];
  test.each(cases)('%s', async (_name, dim, tensor, error, message) => {
    await withErrorScope(device, async (own) => {
      const additive = own(
        await createAdditive(device, { type: 'integer', dim }, { dtypes: ['f32', 'f16'] }),
      );
      let thrown: unknown;
      try {
        additive.bind(tensor);
      } catch (reason) {
        thrown = reason;
      }
      expect(thrown).toBeInstanceOf(error);
      expect((thrown as Error).message).toBe(message);
    });
  });

  test('the buffer of the weights', async () => {
    await withErrorScope(device, async (own) => {
      const both = own(buffer(1024));
      const additive = own(
        await createAdditive(device, learned, { weights: { buffer: both, dtype: 'f32' } }),
      );
      expect(() => additive.bind({ buffer: both, dtype: 'f32', offset: 96 })).toThrow(
        new TypeError(
          'x.buffer: expected a GPUBuffer other than that of the weights (one dispatch cannot bind it read-only and writable), got the same',
        ),
      );
    });
  });
});
