import { describe, expect, test } from 'vitest';
import { readTensor, uploadTensor } from 'webgpu-rope';
import {
  type AdditiveEncodeOptions,
  type AdditiveEncodingInput,
  type AdditiveTensor,
  createAdditive,
} from 'webgpu-rope/additive';
import page from '../../docs/additive.md?raw';
import { getDevice, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';

// One case a message; the buffers are as they were after each.

const device = await getDevice();
const { STORAGE } = GPUBufferUsage;

const buffer = (size: number, usage: number = STORAGE): GPUBuffer => device.createBuffer({ size, usage });
/** Passes what the types forbid. */
const bad = <T>(value: unknown): T => value as T;

const sinusoidal: AdditiveEncodingInput = { type: 'sinusoidal', dim: 8 };
const learned: AdditiveEncodingInput = { type: 'learned', dim: 8, rows: 12, offset: 2 };
const weights = new Float32Array(96);

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
      const gone = new TypeError('additive: expected a live additive, got one that was destroyed');
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
