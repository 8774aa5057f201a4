/**
 * The three storage types of tensors, bit by bit: f32, f16 (IEEE binary16) and bf16 (the upper half of an f32).
 *
 * Every conversion from float64 rounds once, to nearest even. Going through a rounded float32 on the way to 16 bits
 * would round twice and be wrong next to ties; here the float32 step keeps a sticky bit instead (round to odd), which
 * is exact because float32 has more than two bits to spare over both 16-bit types.
 */

import { checkChoice, wrongType } from './errors';

/** Element types of tensors. f16 and bf16 need no device feature: kernels read them as words and compute in f32. */
export type RopeDtype = 'f32' | 'f16' | 'bf16';

/** Every {@link RopeDtype}. The order is the numbering of the shaders' DTYPE override. */
export const ropeDtypes: readonly RopeDtype[] = ['f32', 'f16', 'bf16'];

/** A tensor on the host: values for f32, bit patterns for f16 and bf16. */
export type StorageArray = Float32Array | Uint16Array;

/** Bits of the fraction, and the exponents of the smallest normal and of the largest finite value. */
const FORMATS = {
  f32: { fraction: 23, minExponent: -126, maxExponent: 127 },
  f16: { fraction: 10, minExponent: -14, maxExponent: 15 },
  bf16: { fraction: 7, minExponent: -126, maxExponent: 127 },
} as const;

/** Two views of the same four bytes; whatever the machine's byte order, `bits[0]` are the bits of `value[0]`. */
interface Scratch {
  readonly value: Float32Array;
  readonly bits: Uint32Array;
}

// Made on first use, so that importing this module does nothing.
let scratch: Scratch | undefined;
const decodeTables: { f16?: Float32Array; bf16?: Float32Array } = {};

function useScratch(): Scratch {
  if (scratch === undefined) {
    const value = new Float32Array(1);
    scratch = { value, bits: new Uint32Array(value.buffer) };
  }
  return scratch;
}

/**
 * Bytes of one element: 4 for f32, 2 for f16 and bf16.
 *
 * @throws {TypeError} `dtype` is not a string   @throws {RangeError} it is another string
 */
export function bytesPerElement(dtype: RopeDtype): 2 | 4 {
  return checkDtype(dtype) === 'f32' ? 4 : 2;
}

/**
 * The largest finite value of a storage type: 65504 for f16, about 3.4e38 for f32 and bf16.
 *
 * @throws {TypeError} `dtype` is not a string   @throws {RangeError} it is another string
 */
export function maxFinite(dtype: RopeDtype): number {
  const { fraction, maxExponent } = FORMATS[checkDtype(dtype)];
  return (2 - 2 ** -fraction) * 2 ** maxExponent;
}

/**
 * The bits of `value` in a storage type, as an unsigned integer; rounded once from float64, to nearest even.
 *
 * Values too large become an infinity as IEEE says (f16: from 65520), small ones subnormal or zero of the same sign.
 * NaN becomes the quiet NaN 0x7fc00000, 0x7e00 or 0x7fc0.
 *
 * @throws {TypeError} `dtype` is not a string   @throws {RangeError} it is another string
 * @example encode(1, 'f16') === 0x3c00
 */
export function encode(value: number, dtype: RopeDtype): number {
  return encoder(dtype)(value);
}

/**
 * The value of the bits of a storage type, exactly. Bits above the type's width are ignored.
 *
 * @throws {TypeError} `dtype` is not a string   @throws {RangeError} it is another string
 * @example decode(0x3c00, 'f16') === 1
 */
export function decode(bits: number, dtype: RopeDtype): number {
  checkDtype(dtype);
  if (dtype !== 'f32') return decodeTable(dtype)[bits & 0xffff]!;
  const shared = useScratch();
  shared.bits[0] = bits;
  return shared.value[0]!;
}

/**
 * The distance from |value| to the next larger value of a storage type; at least its smallest subnormal, at most the
 * distance between its two largest finite values. NaN for NaN.
 *
 * @throws {TypeError} `dtype` is not a string   @throws {RangeError} it is another string
 * @example ulp(1, 'f16') === 2 ** -10
 */
export function ulp(value: number, dtype: RopeDtype): number {
  const { fraction, minExponent, maxExponent } = FORMATS[checkDtype(dtype)];
  if (Number.isNaN(value)) return Number.NaN;
  const exponent = (roundToOdd(Math.abs(value), useScratch()) >>> 23) - 127;
  return 2 ** (Math.min(Math.max(exponent, minExponent), maxExponent) - fraction);
}

/**
 * Stores float64 values, each rounded once: a new Float32Array for f32, a new Uint16Array of bits for f16 and bf16.
 *
 * @throws {TypeError} a value is no number, `dtype` is not a string   @throws {RangeError} it is another string
 */
export function toStorage(values: ArrayLike<number>, dtype: RopeDtype): StorageArray {
  checkDtype(dtype);
  if (typeof values?.length !== 'number') throw wrongType('values', 'an array of numbers', values);
  const stored = dtype === 'f32' ? new Float32Array(values.length) : new Uint16Array(values.length);
  // Storing into a Float32Array is the one rounding.
  const toElement = dtype === 'f32' ? (value: number) => value : encoder(dtype);
  for (let i = 0; i < stored.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') throw wrongType(`values[${i}]`, 'a number', value);
    stored[i] = toElement(value);
  }
  return stored;
}

/**
 * The values of a stored tensor, exactly, in a new Float64Array.
 *
 * @throws {TypeError} `storage` is not a Float32Array for f32, or not a Uint16Array for f16 and bf16
 * @throws {RangeError} `dtype` is none of the three
 */
export function fromStorage(storage: StorageArray, dtype: RopeDtype): Float64Array {
  checkStorage('storage', storage, dtype);
  if (dtype === 'f32') return new Float64Array(storage);
  const values = new Float64Array(storage.length);
  const table = decodeTable(dtype);
  for (let i = 0; i < values.length; i++) values[i] = table[storage[i]!]!;
  return values;
}

/**
 * Checks that `storage` is the kind of array that holds `dtype`.
 *
 * @throws {TypeError} it is another kind of thing   @throws {RangeError} `dtype` is none of the three
 */
export function checkStorage(name: string, storage: unknown, dtype: RopeDtype): void {
  const wanted = checkDtype(dtype) === 'f32' ? Float32Array : Uint16Array;
  if (!(storage instanceof wanted)) throw wrongType(name, `a ${wanted.name} (${dtype})`, storage);
}

/** Checks that `dtype` is one of the three and returns it. */
export function checkDtype(dtype: unknown): RopeDtype {
  // Runs for single elements, so the usual case builds no text.
  if (dtype === 'f32' || dtype === 'f16' || dtype === 'bf16') return dtype;
  return checkChoice('dtype', dtype, ropeDtypes);
}

/** `encode` for one storage type: chosen once, then called for millions of elements. */
export function encoder(dtype: RopeDtype): (value: number) => number {
  checkDtype(dtype);
  const shared = useScratch();
  if (dtype === 'f32') {
    return (value) => {
      if (Number.isNaN(value)) return 0x7fc00000;
      shared.value[0] = value;
      return shared.bits[0]!;
    };
  }
  if (dtype === 'bf16') {
    return (value) => {
      if (Number.isNaN(value)) return 0x7fc0;
      const bits = roundToOdd(value, shared);
      return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    };
  }
  return (value) => (Number.isNaN(value) ? 0x7e00 : f16FromF32Bits(roundToOdd(value, shared)));
}

/** `decode` for a 16-bit storage type as a table of its 65536 values, made on first use. Do not write to it. */
export function decodeTable(dtype: 'f16' | 'bf16'): Float32Array {
  let table = decodeTables[dtype];
  if (table === undefined) {
    table = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) table[bits] = dtype === 'f16' ? f16Value(bits) : bf16Value(bits);
    decodeTables[dtype] = table;
  }
  return table;
}

/**
 * The float32 bits of a number that is not NaN, rounded to odd: cut off towards zero, the last bit set where anything
 * was cut off. Rounding that to 16 bits gives what rounding the float64 itself would.
 */
function roundToOdd(value: number, shared: Scratch): number {
  shared.value[0] = value;
  const nearest = shared.value[0]!;
  const bits = shared.bits[0]!;
  if (nearest === value) return bits;
  const cut = Math.abs(nearest) > Math.abs(value) ? bits - 1 : bits;
  return (cut | 1) >>> 0;
}

/** Float32 bits to f16 bits, to nearest even; not for NaN. */
function f16FromF32Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more
  if (magnitude >= 0x38800000) {
    // Normal: move the exponent from bias 127 to bias 15, then drop 13 bits. A carry out of 65504 makes the infinity.
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  const exponent = magnitude >>> 23;
  if (exponent < 102) return sign; // less than half of the smallest subnormal, 2^-24
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent; // 14..24
  const kept = significand >>> shift;
  const dropped = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (dropped > half || (dropped === half && (kept & 1) === 1) ? kept + 1 : kept);
}

function f16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

function bf16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 7) & 0xff;
  const fraction = bits & 0x7f;
  if (exponent === 0xff) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -133;
  return sign * (0x80 + fraction) * 2 ** (exponent - 134);
}
