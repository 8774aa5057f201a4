import { describe, expect, test } from 'vitest';
import { ropeDtypes } from '../../../src/dtypes';
import { callLibrary, hex } from '../../support/library-calls';
import code from './dtype.wgsl?linked';
import { testChunks } from './half-chunks';
import { halfDtypes, loaded, numberBits, packed, stored, storedBits, withOneNaN } from './halves';

// Of f32 none of them is called: test/gpu/lib/rotate.test.ts has DTYPE 0.
describe.each(halfDtypes)('%s', (dtype) => {
  const constants = { DTYPE: ropeDtypes.indexOf(dtype) };
  const one = dtype === 'f16' ? withOneNaN : (bits: number) => bits;
  const numbers = [...numberBits(dtype)];
  const halves = [...storedBits(dtype)];

  describe.each(ropeDtypes)('where DTYPE is %s', (other) => {
    const prefix = [ropeDtypes.indexOf(dtype), 0, 0, 0];
    const constantsOfOther = { DTYPE: ropeDtypes.indexOf(other) };
    const names = { unpack: { name: 'unpack_as', prefix }, pack: { name: 'pack_as', prefix } };
    testChunks(dtype, { code, ...names, constants: constantsOfOther });
  });

  testChunks(dtype, { code, unpack: { name: 'unpack' }, pack: { name: 'pack' }, constants });

  test('pack_one: the lower half of a word, the upper one 0', async () => {
    const calls = numbers.map((bits) => [bits, 0, 0, 0]);
    const got = await callLibrary({ code, name: 'pack_one', constants, calls });
    expect(hex(got.map(([word]) => word!))).toEqual(hex(numbers.map((bits) => stored(bits, dtype))));
  });

  test('unpack_word: the even one first', async () => {
    const pairs = halves.map((bits, i) => [bits, halves[(i + 3) % halves.length]!]);
    const calls = pairs.map((pair) => [...packed(pair), 0, 0, 0]);
    const got = await callLibrary({ code, name: 'unpack_word', constants, calls });
    for (const [i, pair] of pairs.entries()) {
      expect(hex([...got[i]!].map(one))).toEqual(hex([...pair.map((bits) => loaded(bits, dtype)), 0, 0]));
    }
  });

  test('pack_word: the even one in the lower half', async () => {
    const pairs = numbers.map((bits, i) => [bits, numbers[(i + 5) % numbers.length]!]);
    const got = await callLibrary({
      code,
      name: 'pack_word',
      constants,
      calls: pairs.map((pair) => [...pair, 0, 0]),
    });
    for (const [i, pair] of pairs.entries()) {
      expect(hex(got[i]!.subarray(0, 1))).toEqual(hex(packed(pair.map((bits) => stored(bits, dtype)))));
    }
  });
});
