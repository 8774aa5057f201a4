import { afterAll, describe, expect, test } from 'vitest';
import { createRope, fromStorage, readTensor, type StorageArray, uploadTensor } from 'webgpu-rope';
import { createAdditive } from 'webgpu-rope/additive';
import { createAttentionBias } from 'webgpu-rope/bias';
import { expectSameBits } from '../support/compare';
import { getDevice, requestAdapter, withErrorScope } from '../support/gpu';
import { submitPass } from '../support/rotation-case';
import { expectThrow } from '../support/wrong';

const device = await getDevice();
const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
const q = device.createBuffer({ size: 8192, usage: STORAGE | COPY_SRC });
const readOnly = device.createBuffer({ size: 4096, usage: COPY_DST });
const ragged = device.createBuffer({ size: 130, usage: STORAGE | COPY_SRC });

afterAll(() => {
  for (const buffer of [q, readOnly, ragged]) buffer.destroy();
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

/** What a buffer of these values holds, read back. */
async function stored(...[values, dtype, options]: Upload): Promise<StorageArray> {
  const buffer = uploadTensor(device, values, dtype, options);
  try {
    return await readTensor(device, buffer, dtype);
  } finally {
    buffer.destroy();
  }
}

type Upload = Parameters<typeof uploadTensor> extends [GPUDevice, ...infer Rest] ? Rest : never;

describe('what values are', () => {
  const ones = Uint16Array.of(1, 2, 3, 0x3c00);

  test.each(['f16', 'bf16'] as const)(
    'a Uint16Array for %s: numbers or bits, never a guess',
    async (dtype) => {
      expectThrow(() => uploadTensor(device, ones, dtype), {
        error: TypeError,
        message: `as: expected "numbers" or "bits", as values is a Uint16Array and dtype ${dtype}, got undefined`,
      });
      expectSameBits(await stored(ones, dtype, { as: 'bits' }), ones);
      expect([...fromStorage(await stored(ones, dtype, { as: 'numbers' }), dtype)]).toEqual([
        1, 2, 3, 0x3c00,
      ]);
    },
  );

  test('a Uint16Array for f32 is numbers: there is nothing else it could be', async () => {
    expectSameBits(await stored(ones, 'f32'), Float32Array.from(ones));
    expectSameBits(await stored(ones, 'f32', { as: 'numbers' }), Float32Array.from(ones));
  });

  test('numbers are rounded once, of any array', async () => {
    // Halfway between two of f16, and a little above: through a float32 it would be halfway, and rounded down.
    const above = 1 + 2 ** -11 + 2 ** -40;
    expectSameBits(await stored([1 + 2 ** -11, above], 'f16'), Uint16Array.of(0x3c00, 0x3c01));
    expectSameBits(await stored(Float64Array.of(above, -1), 'f16'), Uint16Array.of(0x3c01, 0xbc00));
    expectSameBits(await stored(Int8Array.of(-1, 2), 'bf16'), Uint16Array.of(0xbf80, 0x4000));
    expectSameBits(await stored(Float32Array.of(1, -2), 'bf16'), Uint16Array.of(0x3f80, 0xc000));
  });

  test('bits: NaN payloads, infinities and zeros of either sign stay as they are', async () => {
    const words = Uint32Array.of(0x7fc00001, 0xffa12345, 0x7f800001, 0xff800000, 0x80000000, 1);
    const values = new Float32Array(words.buffer);
    for (const options of [{}, { as: 'bits' }, { as: 'numbers' }] as const)
      expectSameBits(await stored(values, 'f32', options), values);
    const halves = Uint16Array.of(0x7e01, 0xfd55, 0x7c01, 0xfc00, 0x8000, 1);
    expectSameBits(await stored(halves, 'f16', { as: 'bits' }), halves);
    expectSameBits(await stored(halves, 'bf16', { as: 'bits' }), halves);
  });

  test('a part of a larger array, and an odd number of halves', async () => {
    const all = Uint16Array.from({ length: 9 }, (_, i) => i);
    // The word that the last half shares is filled up with zeros.
    expectSameBits(await stored(all.subarray(3, 8), 'f16', { as: 'bits' }), Uint16Array.of(3, 4, 5, 6, 7, 0));
  });

  test.each([
    [Float32Array.of(1), 'f16', 'a Uint16Array, as these are the bits of f16, got a Float32Array'],
    [[0x3c00], 'bf16', 'a Uint16Array, as these are the bits of bf16, got an array of 1'],
    [Int16Array.of(1), 'f16', 'a Uint16Array, as these are the bits of f16, got a Int16Array'],
    [Uint16Array.of(1), 'f32', 'a Float32Array, as these are the bits of f32, got a Uint16Array'],
    [Uint32Array.of(1), 'f32', 'a Float32Array, as these are the bits of f32, got a Uint32Array'],
  ] as const)('bits in another array: %o for %s', (values, dtype, message) => {
    expectThrow(() => uploadTensor(device, values, dtype, { as: 'bits' }), {
      error: TypeError,
      message: `values: expected ${message}`,
    });
  });

  test('neither numbers nor bits', () => {
    const upload = (as: unknown) => () => uploadTensor(device, ones, 'f16', { as: as as 'bits' });
    expectThrow(upload('halves'), {
      error: RangeError,
      message: 'as: expected "numbers" or "bits", got "halves"',
    });
    expectThrow(upload(true), { error: TypeError, message: 'as: expected "numbers" or "bits", got true' });
  });
});

describe('arguments', () => {
  test('unknown options are named', async () => {
    const upload: object = { usages: STORAGE };
    expectThrow(() => uploadTensor(device, [1], 'f32', upload), {
      error: TypeError,
      message: 'options: expected only label, usage, as, got "usages"',
    });
    const read: object = { count: 4 };
    await expect(readTensor(device, q, 'f32', read)).rejects.toThrow(
      new TypeError('options: expected only offset, length, got "count"'),
    );
  });

  test('a tensor of another library: where its buffer is', async () => {
    for (const field of ['gpuBuffer', 'buffer']) {
      const wrapped = { dims: [1], [field]: q } as unknown as GPUBuffer;
      await expect(readTensor(device, wrapped, 'f32')).rejects.toThrow(
        new TypeError(`buffer: expected a GPUBuffer (it is there as buffer.${field}), got a Object`),
      );
    }
  });
});

describe('a buffer of 0 bytes', () => {
  test('is read as nothing', () =>
    withErrorScope(device, async (own) => {
      const empty = own(device.createBuffer({ size: 0, usage: STORAGE | COPY_SRC }));
      expectSameBits(await readTensor(device, empty, 'f32'), new Float32Array(0));
      expectSameBits(await readTensor(device, empty, 'f16'), new Uint16Array(0));
      await expect(readTensor(device, empty, 'f32', { length: 1 })).rejects.toThrow(
        new RangeError('length: expected an integer in 0..0, got 1'),
      );
    }));

  test('is refused by every kernel, and the GPU has nothing to add', () =>
    withErrorScope(device, async (own) => {
      const buffer = own(device.createBuffer({ size: 0, usage: STORAGE | COPY_SRC }));
      const full = own(device.createBuffer({ size: 1024, usage: STORAGE | COPY_SRC }));
      const dtypes = ['f32'] as const;
      const rope = own(await createRope(device, { headDim: 64 }, { dtypes }));
      const additive = own(await createAdditive(device, { type: 'binary', dim: 8 }, { dtypes }));
      const bias = own(await createAttentionBias(device, { type: 'alibi', heads: 2 }, { dtypes }));
      const refused = (name: string, body: () => unknown) =>
        expectThrow(body, { error: RangeError, message: `${name}: expected a size above 0, got 0` });

      const dtype = 'f32';
      refused('q.buffer', () => rope.bind({ q: { buffer, heads: 1 }, dtype }));
      refused('k.buffer', () => rope.bind({ k: { buffer, heads: 1 }, dtype }));
      refused('buffer', () => additive.bind({ buffer, dtype }));
      refused('buffer', () => bias.bind({ buffer, dtype }));
      submitPass(device, (pass) => {
        const layer = rope.bind({ q: { buffer: full, heads: 1 }, dtype });
        const positions = { type: 'ids', buffer } as const;
        refused('positions.buffer', () => layer.encode(pass, { tokens: 1, positions }));
        const keys = { buffer, heads: 1, dtype } as const;
        const moved = { tokens: 1, from: { start: 1 }, to: { start: 0 } };
        refused('k.buffer', () => rope.rerotate(pass, keys, moved));
      });
    }));
});

describe('a device that is lost', () => {
  const gone = /^device: expected a live GPUDevice, got one that was lost \(destroyed\): ./;
  const usage = STORAGE | COPY_SRC;
  const makeDevice = async () => (await requestAdapter()).requestDevice();

  /** Fails unless the promise rejects with our error, and not one of WebGPU's. */
  async function expectGone(promise: Promise<unknown>): Promise<void> {
    const error = await promise.then(
      () => new Error('it was read'),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(gone);
  }

  /** Calls `then` instead of the next `mapAsync` of any buffer. */
  function atNextMap(then: (map: () => Promise<undefined>) => Promise<undefined>): void {
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = function (this: GPUBuffer, ...args) {
      GPUBuffer.prototype.mapAsync = mapAsync;
      return then(() => mapAsync.apply(this, args));
    };
  }

  test('uploadTensor, once an earlier call has seen the device', async () => {
    const doomed = await makeDevice();
    uploadTensor(doomed, [1], 'f32');
    doomed.destroy();
    await doomed.lost;
    expectThrow(() => uploadTensor(doomed, [1], 'f32'), { error: TypeError, message: gone });
  });

  test('readTensor, which sees the device for the first time', async () => {
    const doomed = await makeDevice();
    const buffer = doomed.createBuffer({ size: 64, usage });
    doomed.destroy();
    await doomed.lost;
    await expectGone(readTensor(doomed, buffer, 'f32'));
    expectThrow(() => uploadTensor(doomed, [1], 'f32'), { error: TypeError, message: gone });
  });

  test('destroyed, and not told yet', async () => {
    const doomed = await makeDevice();
    const buffer = doomed.createBuffer({ size: 64, usage });
    doomed.destroy();
    await expectGone(readTensor(doomed, buffer, 'f32'));
  });

  test('lost while it is mapped, and the browser tells it late', async () => {
    const doomed = await makeDevice();
    const { lost } = doomed;
    let tell: (told: unknown) => void = () => {};
    const told = new Promise((resolve) => {
      tell = resolve;
    });
    Object.defineProperty(doomed, 'lost', { value: told.then(() => lost) });
    const buffer = doomed.createBuffer({ size: 64, usage });
    atNextMap((map) => {
      const mapping = map();
      doomed.destroy();
      // Tasks after the mapping has ended; busy browsers took more than a second.
      mapping.catch(() => setTimeout(() => setTimeout(tell)));
      return mapping;
    });
    await expectGone(readTensor(doomed, buffer, 'f32'));
  });

  test('lost once it is mapped', async () => {
    const doomed = await makeDevice();
    const buffer = doomed.createBuffer({ size: 64, usage });
    atNextMap(async (map) => {
      await map();
      doomed.destroy();
      return undefined;
    });
    await expectGone(readTensor(doomed, buffer, 'f32'));
  });
});
