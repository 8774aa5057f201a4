import { describe, expect, test } from 'vitest';
import { rotaryModel } from '../../bench/peers/onnx-model';
import { message } from '../../bench/peers/protobuf';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('protobuf', () => {
  test("the examples of protobuf's own description of its encoding", () => {
    expect(hex(message([[1, 150]]))).toBe('089601');
    expect(hex(message([[2, 'testing']]))).toBe('120774657374696e67');
    expect(hex(message([[3, [[1, 150]]]]))).toBe('1a03089601');
  });
  test('zero, field numbers of two bytes, lengths of two bytes and numbers past 32 bits', () => {
    expect(hex(message([[1, 0]]))).toBe('0800');
    expect(hex(message([[20, 2]]))).toBe('a00102');
    expect(hex(message([[1, new Uint8Array(200)]])).slice(0, 6)).toBe('0ac801');
    expect(hex(message([[1, 2 ** 40]]))).toBe('08808080808020');
  });
  test('a negative number is refused', () => {
    expect(() => message([[1, -1]])).toThrow(/varint: expected an integer >= 0, got -1/);
  });
});

test('the ONNX model names the operator, its domain, its inputs and its outputs', () => {
  const cache = new Uint8Array(2 * 4 * 4);
  const bytes = rotaryModel({
    tokens: 2,
    qHeads: 3,
    kHeads: 1,
    headDim: 8,
    rotaryDim: 8,
    interleaved: false,
    dtype: 'f32',
    cos: cache,
    sin: cache,
  });
  const text = Buffer.from(bytes).toString('latin1');
  for (const name of ['RotaryEmbedding', 'com.microsoft', 'positions', 'q_out', 'k_out', 'num_heads']) {
    expect(text).toContain(name);
  }
  // ir_version 8 first, as onnx.proto numbers it.
  expect(hex(bytes.subarray(0, 2))).toBe('0808');
});
