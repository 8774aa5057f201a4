import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../../src/dtypes';
import { callLibrary, hex } from '../../support/library-calls';
import code from './float16.wgsl?linked';
import {
  chunksOf,
  evenOdd,
  halfDtypes,
  loaded,
  numberBits,
  packed,
  stored,
  storedBits,
  withOneNaN,
} from './halves';

const fours = (bits: Uint32Array) => chunksOf(bits).flatMap((eight) => [eight.slice(0, 4), eight.slice(4)]);

describe.each(halfDtypes)('%s', (dtype) => {
  test('unpack: even and odd elements of four words; zeros, subnormals, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(storedBits(dtype));
    const got = await callLibrary({ code, name: `unpack_${dtype}`, calls: chunks.map(packed), vectors: 2 });
    for (const [i, chunk] of chunks.entries()) {
      const expected = evenOdd(chunk).map((bits) => loaded(bits, dtype));
      const one = dtype === 'f16' ? withOneNaN : (bits: number) => bits;
      expect(hex([...got[i]!].map(one))).toEqual(hex(expected));
    }
  });

  test('pack: rounded once to nearest even; overflow, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(numberBits(dtype));
    const got = await callLibrary({ code, name: `pack_${dtype}`, calls: chunks.map(evenOdd) });
    for (const [i, chunk] of chunks.entries()) {
      const expected = packed([...chunk].map((bits) => stored(bits, dtype)));
      expect(hex(got[i]!), hex(chunk).join()).toEqual(hex(expected));
    }
  });
});

test('f16_magnitudes: the bits of an f16 but for its sign', async () => {
  const calls = fours(numberBits('f16'));
  const got = await callLibrary({ code, name: 'f16_magnitudes', calls });
  for (const [i, numbers] of calls.entries()) {
    expect(hex(got[i]!), hex(numbers).join()).toEqual(
      hex([...numbers].map((bits) => stored(bits, 'f16') & 0x7fff)),
    );
  }
});

test('bf16_upper: the upper half is the bf16, whatever the lower one', async () => {
  const calls = fours(numberBits('bf16'));
  const got = await callLibrary({ code, name: 'bf16_upper', calls });
  for (const [i, numbers] of calls.entries()) {
    expect(hex([...got[i]!].map((bits) => bits >>> 16)), hex(numbers).join()).toEqual(
      hex([...numbers].map((bits) => stored(bits, 'bf16'))),
    );
  }
});

test('the boundaries are what they are called', () => {
  const f16 = (value: number) => encode(value, 'f16');
  expect([65504, 65519.996, 65520].map(f16)).toEqual([0x7bff, 0x7bff, 0x7c00]);
  expect([2 ** -25, 3 * 2 ** -25].map(f16)).toEqual([0, 2]);
  expect(decode(stored(0x7f800001, 'bf16'), 'bf16')).toBeNaN();
});
