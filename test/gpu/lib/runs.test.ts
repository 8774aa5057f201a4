import { describe, expect, test } from 'vitest';
import { bytesPerElement, ropeDtypes } from '../../../src/dtypes';
import { callLibrary, hex } from '../../support/library-calls';
import { bitsOf, createRandom, randomTensor } from '../../support/random';
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
import code from './runs.wgsl?linked';

test('chunks_of_run: the 16-byte chunks of eight elements', async () => {
  const calls = ropeDtypes.map((_, dtype) => [dtype, 0, 0, 0]);
  const got = await callLibrary({ code, name: 'chunks_of_run', calls });
  expect(got.map(([chunks]) => chunks)).toEqual(ropeDtypes.map((dtype) => (8 * bytesPerElement(dtype)) / 16));
});

describe.each(halfDtypes)('%s', (dtype) => {
  const which = [ropeDtypes.indexOf(dtype), 0, 0, 0];

  test('run_values: those of the first chunk, whatever the second', async () => {
    const chunks = chunksOf(storedBits(dtype));
    const calls = chunks.map((chunk) => [...which, ...packed(chunk), 1, 2, 3, 4]);
    const got = await callLibrary({ code, name: 'run_values', calls, vectors: 2 });
    const one = dtype === 'f16' ? withOneNaN : (bits: number) => bits;
    for (const [i, chunk] of chunks.entries()) {
      expect(hex([...got[i]!].map(one))).toEqual(hex(evenOdd(chunk).map((bits) => loaded(bits, dtype))));
    }
  });

  test('stored_run: one chunk, rounded to nearest even; the second 0', async () => {
    const eights = chunksOf(numberBits(dtype));
    const calls = eights.map((eight) => [...which, ...evenOdd(eight)]);
    const got = await callLibrary({ code, name: 'stored_run', calls, vectors: 2 });
    for (const [i, eight] of eights.entries()) {
      const chunk = packed([...eight].map((bits) => stored(bits, dtype)));
      expect(hex(got[i]!)).toEqual(hex([...chunk, 0, 0, 0, 0]));
    }
  });
});

// Numbers are moved, not computed: infinities, zeros, the largest and the smallest normal ones keep their bits. Subnormals may be
// flushed, and a NaN become another.
test.each([
  { name: 'run_values', what: 'even elements of two chunks before odd ones', isStored: true },
  { name: 'stored_run', what: 'the reverse', isStored: false },
])('f32: $name: $what', async ({ name, isStored }) => {
  const random = createRandom(71);
  const bits = bitsOf(randomTensor('f32', 1600, random, { special: true })) as Uint32Array;
  const isMoved = (word: number) => {
    const exponent = (word >>> 23) & 0xff;
    const isFraction = (word & 0x7fffff) !== 0;
    return !isFraction || (exponent !== 0 && exponent !== 255);
  };
  const eights = chunksOf(bits.map((word) => (isMoved(word) ? word : 0x3f800001)));
  const of = (eight: Uint32Array, stores: boolean) => (stores ? [...eight] : evenOdd(eight));
  const calls = eights.map((eight) => [0, 0, 0, 0, ...of(eight, isStored)]);
  const got = await callLibrary({ code, name, calls, vectors: 2 });
  for (const [i, eight] of eights.entries()) expect(hex(got[i]!)).toEqual(hex(of(eight, !isStored)));
});
