import { expect, test } from 'vitest';
import { callLibrary, hex } from '../../support/library-calls';
import {
  chunksOf,
  evenOdd,
  type HalfDtype,
  loaded,
  numberBits,
  packed,
  stored,
  storedBits,
  withOneNaN,
} from './halves';

/** A module that converts chunks of eight numbers, by the names it has for a dtype. */
export interface ChunkModule {
  readonly code: string;
  readonly unpack: { readonly name: string };
  readonly pack: { readonly name: string };
  readonly constants?: Record<string, number>;
}

/** The tests of a module's `unpack` and `pack` in a 16-bit dtype. */
export function testChunks(dtype: HalfDtype, { code, unpack, pack, constants = {} }: ChunkModule): void {
  test('unpack: even and odd elements of four words; zeros, subnormals, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(storedBits(dtype));
    const got = await callLibrary({ code, ...unpack, constants, calls: chunks.map(packed), vectors: 2 });
    for (const [i, chunk] of chunks.entries()) {
      const expected = evenOdd(chunk).map((bits) => loaded(bits, dtype));
      const one = dtype === 'f16' ? withOneNaN : (bits: number) => bits;
      expect(hex([...got[i]!].map(one))).toEqual(hex(expected));
    }
  });

  test('pack: rounded once to nearest even; overflow, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(numberBits(dtype));
    const got = await callLibrary({ code, ...pack, constants, calls: chunks.map(evenOdd) });
    for (const [i, chunk] of chunks.entries()) {
      const expected = packed([...chunk].map((bits) => stored(bits, dtype)));
      expect(hex(got[i]!), hex(chunk).join()).toEqual(hex(expected));
    }
  });
}
