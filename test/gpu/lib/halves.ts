/** 16-bit numbers next to every boundary of their types, and what float32 numbers become when they are stored as one. */
import { decode, encode, type RopeDtype } from '../../../src/dtypes';
import { createRandom } from '../../support/random';

export type HalfDtype = Exclude<RopeDtype, 'f32'>;

export const halfDtypes: readonly HalfDtype[] = ['f16', 'bf16'];

const signed = (values: readonly number[]): number[] => values.flatMap((value) => [value, -value]);

/** A number, and the float32 numbers before and behind it. */
function around(value: number): number[] {
  const bits = encode(value, 'f32');
  return [bits - 1, bits, bits + 1].map((each) => decode(each, 'f32'));
}

const boundaries: Readonly<Record<HalfDtype, readonly number[]>> = {
  f16: [
    0,
    1,
    // Halves of the smallest subnormal 2^-24, ties to even both ways.
    ...[1, 3, 5].flatMap((odd) => around(odd * 2 ** -25)),
    // The largest subnormal 1023 * 2^-24, the tie between it and the smallest normal, that, and the first tie behind it.
    ...[1023, 1023.5, 1024, 1024.5, 1025.5].flatMap((units) => around(units * 2 ** -24)),
    // Ties to even both ways at 1 and below a power of two.
    ...[1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 - 2 ** -11].flatMap(around),
    // The largest number, the tie between it and 65536, which makes the infinity.
    ...[65504, 65520, 65536, 1e5].flatMap(around),
  ],
  bf16: [
    0,
    1,
    ...[1 + 2 ** -8, 1 + 3 * 2 ** -8, 2 - 2 ** -8].flatMap(around),
    // The largest number, and the tie that makes the infinity.
    ...[(2 - 2 ** -7) * 2 ** 127, (2 - 2 ** -8) * 2 ** 127].flatMap(around),
    65504,
  ],
};

/** Of float32: ends of its range, infinity, NaNs quiet and signalling, one whose upper half would be an infinity. */
const ends = [0x00800000, 0x7f7fffff, 0x7f800000, 0x7fc00000, 0x7fffffff, 0x7fa00000, 0x7f800001];
/** Subnormals of float32, ties of bf16 among them. */
const subnormals = [1, 0x7fff, 0x8000, 0x8001, 0x18000, 0x28000, 0x007f8000, 0x007fffff];

/** Bits of float32 numbers to store: boundaries with both signs, and random bits of every exponent. A multiple of 8. */
export function numberBits(dtype: HalfDtype): Uint32Array {
  const random = createRandom(16);
  const finite = signed(boundaries[dtype]).map((value) => encode(value, 'f32'));
  const patterns = [...ends, ...subnormals].flatMap((bits) => [bits, (bits | 0x80000000) >>> 0]);
  const chosen = [...finite, ...patterns];
  const length = Math.ceil((chosen.length + 2048) / 8) * 8;
  return Uint32Array.from({ length }, (_, i) => chosen[i] ?? random.integer(0, 2 ** 32 - 1));
}

/** Bits of stored numbers: the first, the last and one inside of each kind, both signs. A multiple of 8. */
export function storedBits(dtype: HalfDtype): Uint32Array {
  const infinity = dtype === 'f16' ? 0x7c00 : 0x7f80;
  const normal = dtype === 'f16' ? 0x0400 : 0x0080;
  const one = encode(1, dtype);
  const positive = [0, 1, normal >> 1, normal - 1, normal, normal + 1, one - 1, one, one + 1];
  const last = [infinity - 1, infinity, infinity + 1, infinity + (normal >> 1), 0x7fff, 0x3555, 0x2aaa];
  return Uint32Array.from([...positive, ...last].flatMap((bits) => [bits, bits | 0x8000]));
}

const isNaNBits = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;

/** What a float32 number becomes: rounded to nearest even; a NaN quiet, with its sign, in bf16 with its upper payload. */
export function stored(bits: number, dtype: HalfDtype): number {
  if (!isNaNBits(bits)) return encode(decode(bits, 'f32'), dtype);
  return dtype === 'bf16' ? (bits >>> 16) | 0x40 : ((bits >>> 16) & 0x8000) | 0x7e00;
}

/** The float32 bits of a stored number. Of an f16 NaN the quiet one: which it becomes is the GPU's choice. */
export function loaded(bits: number, dtype: HalfDtype): number {
  if (dtype === 'bf16') return (bits << 16) >>> 0;
  return encode(decode(bits, dtype), 'f32');
}

/** Float32 bits, any NaN as the quiet one. */
export const withOneNaN = (bits: number): number => (isNaNBits(bits) ? 0x7fc00000 : bits);

/** Eight numbers at a time, as a chunk of a 16-bit dtype holds them. */
export function chunksOf(bits: Uint32Array): Uint32Array[] {
  return Array.from({ length: bits.length / 8 }, (_, i) => bits.subarray(i * 8, i * 8 + 8));
}

/** The even ones of eight, then the odd ones: the order in which they are unpacked. */
export const evenOdd = (eight: ArrayLike<number>): number[] => [0, 2, 4, 6, 1, 3, 5, 7].map((i) => eight[i]!);

/** The words of stored numbers, two in each, the even one in the lower half. */
export const packed = (halves: ArrayLike<number>): number[] =>
  Array.from({ length: halves.length / 2 }, (_, i) => (halves[2 * i]! | (halves[2 * i + 1]! << 16)) >>> 0);
