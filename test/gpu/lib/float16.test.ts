import { describe, expect, test } from 'vitest';
import { decode, encode } from '../../../src/dtypes';
import { callLibrary, hex } from '../../support/library-calls';
import { createRandom } from '../../support/random';
import code from './float16.wgsl?linked';
import { testChunks } from './half-chunks';
import { chunksOf, evenOdd, halfDtypes, numberBits, stored } from './halves';

const fours = (bits: Uint32Array) => chunksOf(bits).flatMap((eight) => [eight.slice(0, 4), eight.slice(4)]);

describe.each(halfDtypes)('%s', (dtype) => {
  testChunks(dtype, { code, unpack: { name: `unpack_${dtype}` }, pack: { name: `pack_${dtype}` } });
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

// To nearest even between any two neighbours, subnormal ones too: a tie, and the float32 numbers before and behind it.
test('f16_magnitudes: every tie of two f16s', async () => {
  const ties = Array.from({ length: 0x7bff }, (_, i) => (decode(i, 'f16') + decode(i + 1, 'f16')) / 2);
  const bits = ties.flatMap((tie) => [-1, 0, 1].map((step) => encode(tie, 'f32') + step));
  const calls = fours(Uint32Array.from({ length: Math.ceil(bits.length / 8) * 8 }, (_, i) => bits[i] ?? 0));
  const got = await callLibrary({ code, name: 'f16_magnitudes', calls });
  const words = got.flatMap((four) => [...four]);
  const wrong = bits.filter((each, i) => words[i] !== encode(decode(each, 'f32'), 'f16'));
  expect(hex(wrong.slice(0, 5))).toEqual([]);
});

test.each(halfDtypes)('pack %s: a NaN stays one, with its sign', async (dtype) => {
  const random = createRandom(17);
  // Of bf16: at least one of the upper payload bits, as arithmetic sets it.
  const least = dtype === 'bf16' ? 0x7f810000 : 0x7f800001;
  const magnitudes = Array.from({ length: 1024 }, () => random.integer(least, 0x7fffffff));
  const bits = [least, 0x7fffffff, ...magnitudes].flatMap((each) => [each, (each | 0x80000000) >>> 0]);
  const calls = chunksOf(Uint32Array.from(bits.slice(0, 2048)));
  const got = await callLibrary({ code, name: `pack_${dtype}`, calls: calls.map(evenOdd) });
  const infinity = dtype === 'f16' ? 0x7c00 : 0x7f80;
  for (const [i, chunk] of calls.entries()) {
    const halves = [...got[i]!].flatMap((word) => [word & 0xffff, word >>> 16]);
    const isKept = halves.map((half, j) => (half & 0x7fff) > infinity && half >>> 15 === chunk[j]! >>> 31);
    expect(isKept, hex(chunk).join()).not.toContain(false);
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
  expect(hex([0x7fff7fff, 0x7fffffff, 0xffffffff].map((bits) => stored(bits, 'bf16')))).toEqual(
    hex([0x7fff, 0x7fff, 0xffff]),
  );
});
