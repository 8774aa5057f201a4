import { afterAll, describe, expect, test } from 'vitest';
import { readTensor, uploadTensor } from 'webgpu-rope';
import { getDevice } from '../support/gpu';

const device = await getDevice();
const { COPY_DST, COPY_SRC, STORAGE } = GPUBufferUsage;
const q = device.createBuffer({ size: 8192, usage: STORAGE | COPY_SRC });
const readOnly = device.createBuffer({ size: 4096, usage: COPY_DST });
const ragged = device.createBuffer({ size: 130, usage: STORAGE | COPY_SRC });

afterAll(() => {
  for (const buffer of [q, readOnly, ragged]) buffer.destroy();
});

type Wrong = { readonly error: typeof TypeError | typeof RangeError; readonly message: string };

function expectThrow(body: () => unknown, { error, message }: Wrong): void {
  expect(body).toThrow(error);
  expect(body).toThrow(message);
}

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
