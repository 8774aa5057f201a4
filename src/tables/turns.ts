import type { RopeFrequencies } from '../config/types';

/** 2^200 / (2 pi), cut. */
const turnsOfRadian = 0x28be60db9391054a7f09d5f47d4d377036d8a5664f10e4107fn;
const turnBits = 200n;
const wordMask = 0xffffffffn;

/** Words of a frequency: `Frequency` of shaders/lib/turns.wgsl. */
const frequencyWords = 4;

/** Rows of the table of a turn. */
const turnRows = 1024;

/**
 * Frequencies as turns a position, in fixed point: 32 bits before the point, 64 behind, and a word for the sign. The quotient by
 * 2 pi is exact but for its last bit, so that positions up to 2^31 and frequencies up to 2^32 turns have an angle within 2^-31 turns.
 */
export function frequencyTurns(frequencies: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(frequencies.length * frequencyWords);
  for (let pair = 0; pair < frequencies.length; pair++) {
    const frequency = frequencies[pair] as number;
    // A float64 is an integer times a power of two: 2^-140 and less turn nothing, at any position.
    const [integer, exponent] = integerOf(Math.abs(frequency));
    const shift = turnBits - 64n - BigInt(exponent);
    const product = integer * turnsOfRadian;
    const turns = shift < 0n ? product << -shift : (product + ((1n << shift) >> 1n)) >> shift;
    for (let word = 0; word < 3; word++) {
      words[pair * frequencyWords + word] = Number((turns >> BigInt(32 * word)) & wordMask);
    }
    words[pair * frequencyWords + 3] = frequency < 0 ? 1 : 0;
  }
  return words;
}

/** A finite number of at least 0 as `integer * 2^exponent`. */
function integerOf(value: number): [integer: bigint, exponent: number] {
  if (value < 2 ** -140) return [0n, 0];
  const exponent = Math.floor(Math.log2(value)) - 54;
  return [BigInt(value * 2 ** -exponent), exponent];
}

/** Cosines and sines of 1024 parts of a turn, times the attention factor: rows of (cos, sin, 0, 0). */
export function turnTable({ attentionFactor }: RopeFrequencies): Float32Array<ArrayBuffer> {
  const data = new Float32Array(turnRows * 4);
  for (let row = 0; row < turnRows; row++) {
    const angle = (row / turnRows) * 2 * Math.PI;
    data[row * 4] = Math.cos(angle) * attentionFactor;
    data[row * 4 + 1] = Math.sin(angle) * attentionFactor;
  }
  return data;
}
