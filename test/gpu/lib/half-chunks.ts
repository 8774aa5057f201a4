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

/** A function that converts chunks, and the words that its calls begin with. */
interface Conversion {
  readonly name: string;
  readonly prefix?: readonly number[];
}

/** A module that converts chunks of eight numbers, by the names it has for a dtype. */
export interface ChunkModule {
  readonly code: string;
  readonly unpack: Conversion;
  readonly pack: Conversion;
  readonly constants?: Record<string, number>;
}

/** The tests of a module's `unpack` and `pack` in a 16-bit dtype. */
export function testChunks(dtype: HalfDtype, { code, unpack, pack, constants = {} }: ChunkModule): void {
  test('unpack: even and odd elements of four words; zeros, subnormals, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(storedBits(dtype));
    const { name, prefix = [] } = unpack;
    const calls = chunks.map((chunk) => [...prefix, ...packed(chunk)]);
    const got = await callLibrary({ code, name, constants, calls, vectors: 2 });
    for (const [i, chunk] of chunks.entries()) {
      const expected = evenOdd(chunk).map((bits) => loaded(bits, dtype));
      const one = dtype === 'f16' ? withOneNaN : (bits: number) => bits;
      expect(hex([...got[i]!].map(one))).toEqual(hex(expected));
    }
  });

  test('pack: rounded once to nearest even; overflow, infinities and NaNs with their signs', async () => {
    const chunks = chunksOf(numberBits(dtype));
    const { name, prefix = [] } = pack;
    const calls = chunks.map((chunk) => [...prefix, ...evenOdd(chunk)]);
    const got = await callLibrary({ code, name, constants, calls });
    for (const [i, chunk] of chunks.entries()) {
      const expected = packed([...chunk].map((bits) => stored(bits, dtype)));
      expect(hex(got[i]!), hex(chunk).join()).toEqual(hex(expected));
    }
  });
}
