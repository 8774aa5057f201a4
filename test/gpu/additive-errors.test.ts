import { describe, expect, test } from 'vitest';
import page from '../../docs/additive.md?raw';
import {
  type AdditiveEncodeOptions,
  type AdditiveEncodingInput,
  type AdditiveOptions,
  type AdditiveTensor,
  createAdditive,
  readTensor,
  uploadTensor,
} from '../../src';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

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

describe('encode', () => {
  const cases: [
    name: string,
    encoding: AdditiveEncodingInput,
    tensor: Partial<AdditiveTensor>,
    options: AdditiveEncodeOptions | ((x: GPUBuffer) => AdditiveEncodeOptions),
    error: typeof TypeError | typeof RangeError,
    message: string,
  ][] = [
    [
      'no options',
      sinusoidal,
      {},
      bad(null),
      TypeError,
      'options: expected { tokens, start, positions, batch, first, scale }, got null',
    ],
    [
      'a misspelt option',
      sinusoidal,
      {},
      bad({ tokens: 1, starts: 0 }),
      TypeError,
      'options: expected only tokens, start, positions, batch, first, scale, got "starts"',
    ],
    ['no tokens', sinusoidal, {}, bad({ start: 0 }), TypeError, 'tokens: expected an integer, got undefined'],
    [
      '0 tokens',
      sinusoidal,
      {},
      { tokens: 0, start: 0 },
      RangeError,
      'tokens: expected an integer in 1..2147483648, got 0',
    ],
    [
      'a batch of 0',
      sinusoidal,
      {},
      { tokens: 1, batch: 0, start: 0 },
      RangeError,
      'batch: expected an integer in 1..2147483648, got 0',
    ],
    [
      'a first row before the buffer',
      sinusoidal,
      {},
      { tokens: 1, first: -1, start: 0 },
      RangeError,
      'first: expected an integer in 0..2147483648, got -1',
    ],
    ['no position', sinusoidal, {}, { tokens: 1 }, TypeError, 'start: expected an integer, got undefined'],
    [
      'a negative start',
      sinusoidal,
      {},
      { tokens: 1, start: -1 },
      RangeError,
      'start: expected an integer in 0..2147483648, got -1',
    ],
    [
      'half a position',
      sinusoidal,
      {},
      { tokens: 1, start: 0.5 },
      RangeError,
      'start: expected an integer in 0..2147483648, got 0.5',
    ],
    [
      'a scale that is no number',
      sinusoidal,
      {},
      bad({ tokens: 1, start: 0, scale: '2' }),
      TypeError,
      'scale: expected a finite float32 number, got "2"',
    ],
    [
      'a scale past float32',
      sinusoidal,
      {},
      { tokens: 1, start: 0, scale: 1e39 },
      RangeError,
      'scale: expected a finite float32 number, got 1e+39',
    ],
    [
      'a start past a learned table',
      learned,
      {},
      { tokens: 2, start: 9 },
      RangeError,
      'start + tokens - 1: expected a position in 0..9, got 10; a learned table ends there: truncate the sequence to 10 tokens',
    ],
    [
      'a start past the bits',
      { type: 'binary', dim: 2 },
      {},
      { tokens: 1, start: 4 },
      RangeError,
      'start + tokens - 1: expected a position in 0..3, got 4; 2 bits hold no more',
    ],
    [
      'a start past the capacity',
      sinusoidal,
      {},
      { tokens: 2, start: 2 ** 20 - 1 },
      RangeError,
      'start + tokens - 1: expected a position in 0..1048575, got 1048576; a larger capacity serves more',
    ],
    [
      'a start past all there are',
      { type: 'integer', dim: 8 },
      {},
      { tokens: 1, start: 2 ** 24 },
      RangeError,
      'start + tokens - 1: expected a position in 0..16777215, got 16777216',
    ],
    [
      'rows past the buffer',
      sinusoidal,
      { offset: 8 },
      { tokens: 4, start: 0 },
      RangeError,
      'x: expected >= 160 bytes for [4 tokens, 8 dims] of f32 from element 8 on, buffer has 128',
    ],
    [
      'sequences past the buffer',
      sinusoidal,
      {},
      { tokens: 2, batch: 3, start: 0 },
      RangeError,
      'x: expected >= 192 bytes for [3 x 2 tokens, 8 dims] of f32, buffer has 128',
    ],
    [
      'rows past the capacity',
      sinusoidal,
      { capacity: 3 },
      { tokens: 2, first: 2, start: 0 },
      RangeError,
      'first + tokens: expected at most 3 (x.capacity), got 4',
    ],
    [
      'a first row where sequences have no capacity',
      sinusoidal,
      {},
      { tokens: 1, batch: 2, first: 1, start: 0 },
      RangeError,
      'x.capacity: expected the token rows allotted to a sequence (or strides.batch), as first is 1, got undefined',
    ],
    [
      'tokens that overlap',
      sinusoidal,
      { strides: { token: 4 } },
      { tokens: 2, start: 0 },
      RangeError,
      'x.strides: expected each to step over all inside it, got batch 8, token 4 for 1 x 2 tokens of 8',
    ],
    [
      'sequences that overlap',
      sinusoidal,
      { strides: { batch: 8 } },
      { tokens: 2, batch: 2, start: 0 },
      RangeError,
      'x.strides: expected each to step over all inside it, got batch 8, token 8 for 2 x 2 tokens of 8',
    ],
    [
      'ids in the buffer of x',
      sinusoidal,
      {},
      (x) => ({ tokens: 2, positions: { type: 'ids', buffer: x } }),
      TypeError,
      'positions: expected a GPUBuffer other than that of x (one dispatch cannot bind it read-only and writable), got the same',
    ],
    [
      'a grid where there is one axis',
      sinusoidal,
      {},
      { tokens: 2, positions: { type: 'grid', height: 1, width: 2 } },
      RangeError,
      'positions.type: expected a kind for one axis, as the config has no 2 or 3 axes, got "grid"',
    ],
    [
      'a grid past the bits',
      { type: 'binary', dim: 4, axes: 2 },
      {},
      { tokens: 4, positions: { type: 'grid', height: 1, width: 5 } },
      RangeError,
      'positions.start: expected positions below the capacity 4, got position 4 (start 0 + 5 cells - 1)',
    ],
  ];
  test.each(cases)('%s', async (_name, encoding, tensor, options, error, message) => {
    await withErrorScope(device, async (own) => {
      const isLearned = encoding.type === 'learned';
      const additive = own(
        await createAdditive(device, encoding, { dtypes: ['f32'], ...(isLearned ? { weights } : {}) }),
      );
      const x = own(uploadTensor(device, new Float32Array(32).fill(1), 'f32'));
      const layer = additive.bind({ buffer: x, dtype: 'f32', ...tensor });
      submitPass(device, (pass) => {
        let thrown: unknown;
        try {
          layer.encode(pass, typeof options === 'function' ? options(x) : options);
        } catch (reason) {
          thrown = reason;
        }
        expect(thrown).toBeInstanceOf(error);
        expect((thrown as Error).message).toBe(message);
      });
      expect(await readTensor(device, x, 'f32')).toEqual(new Float32Array(32).fill(1));
    });
  });

  test('a capacity below what a learned table has is no reason to truncate', async () => {
    await withErrorScope(device, async (own) => {
      const additive = own(await createAdditive(device, learned, { dtypes: ['f32'], weights, capacity: 4 }));
      const layer = additive.bind({ buffer: own(buffer(256)), dtype: 'f32' });
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, { tokens: 5, start: 0 })).toThrow(
          new RangeError(
            'start + tokens - 1: expected a position in 0..3, got 4; a larger capacity serves more',
          ),
        );
      });
    });
  });

  test('a pass that is none', async () => {
    await withErrorScope(device, async (own) => {
      const additive = own(await createAdditive(device, sinusoidal, { dtypes: ['f32'] }));
      const layer = additive.bind({ buffer: own(buffer(64)), dtype: 'f32' });
      expect(() => layer.encode(bad(device), { tokens: 1, start: 0 })).toThrow(
        new TypeError('pass: expected a GPUComputePassEncoder, got a GPUDevice'),
      );
    });
  });

  test('destroyed: bind, encode and the counter say so; destroying again does nothing', async () => {
    await withErrorScope(device, async (own) => {
      const additive = await createAdditive(device, sinusoidal, { dtypes: ['f32'] });
      const x = own(buffer(64));
      const layer = additive.bind({ buffer: x, dtype: 'f32' });
      additive.destroy();
      additive.destroy();
      const gone = new TypeError('additive: expected a live encoding, got one that was destroyed');
      expect(() => additive.bind({ buffer: x, dtype: 'f32' })).toThrow(gone);
      submitPass(device, (pass) => {
        expect(() => layer.encode(pass, { tokens: 1, start: 0 })).toThrow(gone);
      });
      await expect(additive.readBadPositions()).rejects.toThrow(gone);
    });
  });
});

test('docs/additive.md: the messages it quotes are thrown', async () => {
  const quoted = [...page.matchAll(/^- `(.+)`$/gm)].map(([, message]) => message);
  const messageOf = async (body: () => unknown): Promise<string> => {
    try {
      await body();
    } catch (reason) {
      return (reason as Error).message;
    }
    return 'nothing thrown';
  };
  await withErrorScope(device, async (own) => {
    const gpt2 = own(
      await createAdditive(
        device,
        { type: 'learned', dim: 768, rows: 1024 },
        { weights: new Float32Array(1024 * 768), dtypes: ['f32'] },
      ),
    );
    const odd = own(await createAdditive(device, { type: 'integer', dim: 7 }, { dtypes: ['f16'] }));
    const x = own(buffer(6144));
    const layer = gpt2.bind({ buffer: x, dtype: 'f32' });
    const thrown: string[] = [];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    thrown.push(await messageOf(() => layer.encode(pass, { tokens: 1, start: 1024 })));
    thrown.push(await messageOf(() => createAdditive(device, { type: 'learned', dim: 768, rows: 512 })));
    thrown.push(await messageOf(() => odd.bind({ buffer: x, dtype: 'f16' })));
    thrown.push(await messageOf(() => layer.encode(pass, { tokens: 4, start: 0 })));
    pass.end();
    expect(thrown).toEqual(quoted);
  });
});
