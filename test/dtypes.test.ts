import { describe, expect, it } from 'vitest';
import {
  bytesPerElement,
  decode,
  encode,
  fromStorage,
  maxFinite,
  type RopeDtype,
  ropeDtypes,
  toStorage,
  ulp,
} from '../src/dtypes';
import { withHole } from './support/holes';
import { seeded } from './support/random';

const SIXTEEN_BITS = ['f16', 'bf16'] as const;

/** An independent decoder: the format's definition, by its fields. */
function valueByDefinition(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >>> (exponentBits + fractionBits) ? -1 : 1;
  const exponent = (bits >>> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe('decode', () => {
  it.each([
    ['f16', 5, 10],
    ['bf16', 8, 7],
  ] as const)(
    '%s: all 65536 patterns have the value of their fields',
    (dtype, exponentBits, fractionBits) => {
      for (let bits = 0; bits < 65536; bits++) {
        const expected = valueByDefinition(bits, exponentBits, fractionBits);
        if (!Object.is(decode(bits, dtype), expected))
          expect(decode(bits, dtype), `bits ${bits}`).toBe(expected);
      }
    },
  );

  it('f32: the bits of 1, -2, the smallest subnormal and an infinity', () => {
    expect([0x3f800000, 0xc0000000, 1, 0xff800000].map((bits) => decode(bits, 'f32'))).toEqual([
      1,
      -2,
      2 ** -149,
      -Infinity,
    ]);
  });

  it('agrees with Float16Array where the engine has one', () => {
    const float16 = (globalThis as { Float16Array?: new (buffer: ArrayBuffer) => ArrayLike<number> })
      .Float16Array;
    if (float16 === undefined) return;
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const values = new float16(bits.buffer);
    for (let i = 0; i < 65536; i++) {
      if (!Object.is(values[i], decode(i, 'f16'))) expect(decode(i, 'f16'), `bits ${i}`).toBe(values[i]);
    }
  });
});

describe.each(SIXTEEN_BITS)('encode, %s', (dtype) => {
  it('round trip of all 65536 patterns; any NaN becomes the quiet one', () => {
    const quiet = dtype === 'f16' ? 0x7e00 : 0x7fc0;
    for (let bits = 0; bits < 65536; bits++) {
      const value = decode(bits, dtype);
      const expected = Number.isNaN(value) ? quiet : bits;
      if (encode(value, dtype) !== expected) expect(encode(value, dtype), `bits ${bits}`).toBe(expected);
    }
  });

  it('between any two neighbours: ties to even, a float64 hair beside the tie to the nearer one', () => {
    const largest = encode(maxFinite(dtype), dtype);
    for (const sign of [0, 0x8000]) {
      for (let bits = 0; bits < largest; bits++) {
        const low = decode(sign | bits, dtype);
        const tie = (low + decode(sign | (bits + 1), dtype)) / 2; // exact in float64
        const hair = 2 ** -52 * tie;
        const even = sign | (bits & 1 ? bits + 1 : bits);
        const got = [encode(tie, dtype), encode(tie - hair, dtype), encode(tie + hair, dtype)];
        if (got[0] !== even || got[1] !== (sign | bits) || got[2] !== (sign | (bits + 1))) {
          expect(got, `bits ${sign | bits}`).toEqual([even, sign | bits, sign | (bits + 1)]);
        }
      }
    }
  });

  it('random float64: never farther from the value than a neighbour', () =>
    seeded(11, (random) => {
      const [low, high] = dtype === 'f16' ? [-28, 15] : [-136, 127];
      for (let i = 0; i < 100000; i++) {
        const value = (1 + random.next()) * 2 ** random.integer(low, high) * (random.next() < 0.5 ? -1 : 1);
        const bits = encode(value, dtype);
        const error = Math.abs(decode(bits, dtype) - value);
        if (Math.abs(value) >= maxFinite(dtype)) continue;
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = decode(neighbour & 0xffff, dtype);
          if (!(error <= Math.abs(other - value)) && Number.isFinite(other)) {
            expect(bits, `value ${value}`).toBe(neighbour);
          }
        }
        expect(bits >>> 15).toBe(value < 0 ? 1 : 0);
      }
    }));

  it('zeros, infinities and NaN keep sign and class', () => {
    const infinity = dtype === 'f16' ? 0x7c00 : 0x7f80;
    expect(encode(0, dtype)).toBe(0);
    expect(encode(-0, dtype)).toBe(0x8000);
    expect(encode(Infinity, dtype)).toBe(infinity);
    expect(encode(-Infinity, dtype)).toBe(0x8000 | infinity);
    expect(decode(encode(Number.NaN, dtype), dtype)).toBeNaN();
    expect(encode(1e308, dtype)).toBe(infinity);
    expect(encode(-1e-300, dtype)).toBe(0x8000);
  });
});

describe('encode', () => {
  it('f16: 65519.99 stays 65504, 65520 is infinite', () => {
    expect(encode(65504, 'f16')).toBe(0x7bff);
    expect(encode(65519.99, 'f16')).toBe(0x7bff);
    expect(encode(65519.9999999999, 'f16')).toBe(0x7bff);
    expect(encode(65520, 'f16')).toBe(0x7c00);
    expect(encode(-65520, 'f16')).toBe(0xfc00);
    expect(encode(65535, 'f16')).toBe(0x7c00);
    expect(encode(70000, 'f16')).toBe(0x7c00);
  });

  it('f16: half of the smallest subnormal is zero, a hair more is not', () => {
    expect(encode(2 ** -25, 'f16')).toBe(0);
    expect(encode(2 ** -25 * (1 + 2 ** -52), 'f16')).toBe(1);
    expect(encode(-(2 ** -25) * (1 + 2 ** -52), 'f16')).toBe(0x8001);
    expect(encode(1.5 * 2 ** -24, 'f16')).toBe(2);
    expect(encode(1023.5 * 2 ** -24, 'f16')).toBe(0x400);
  });

  it('bf16: the overflow threshold is half a step past the largest', () => {
    const threshold = (2 - 2 ** -8) * 2 ** 127;
    expect(encode(threshold * (1 - 2 ** -52), 'bf16')).toBe(0x7f7f);
    expect(encode(threshold, 'bf16')).toBe(0x7f80);
    expect(encode(2 ** -134, 'bf16')).toBe(0);
    expect(encode(2 ** -134 * (1 + 2 ** -52), 'bf16')).toBe(1);
  });

  it('does not round twice: next to a tie by less than float32 can say', () => {
    // Through float32 both sides of the tie become the tie itself, and then even.
    const up = 1 + 2 ** -11 + 2 ** -40;
    expect(encode(Math.fround(up), 'f16')).toBe(0x3c00);
    expect(encode(up, 'f16')).toBe(0x3c01);
    const down = 1 + 3 * 2 ** -11 - 2 ** -40;
    expect(encode(Math.fround(down), 'f16')).toBe(0x3c02);
    expect(encode(down, 'f16')).toBe(0x3c01);
    const bfUp = 1 + 2 ** -8 + 2 ** -40;
    expect(encode(Math.fround(bfUp), 'bf16')).toBe(0x3f80);
    expect(encode(bfUp, 'bf16')).toBe(0x3f81);
    const bfDown = -(1 + 3 * 2 ** -8 - 2 ** -40);
    expect(encode(Math.fround(bfDown), 'bf16')).toBe(0xbf82);
    expect(encode(bfDown, 'bf16')).toBe(0xbf81);
  });

  it('f32: bits of Math.fround, infinities and the quiet NaN', () => {
    expect(encode(1, 'f32')).toBe(0x3f800000);
    expect(encode(-0, 'f32')).toBe(0x80000000);
    expect(encode(3.5e38, 'f32')).toBe(0x7f800000);
    expect(encode(Number.NaN, 'f32')).toBe(0x7fc00000);
    expect(encode(2 ** -150 * 1.5, 'f32')).toBe(1);
  });
});

describe('ulp', () => {
  it.each([
    ['f32', 1, 2 ** -23],
    ['f32', 1 - 2 ** -40, 2 ** -24],
    ['f32', 0, 2 ** -149],
    ['f32', 3e38, 2 ** 104],
    ['f16', 1, 2 ** -10],
    ['f16', -1.999, 2 ** -10],
    ['f16', 2, 2 ** -9],
    ['f16', 2 - 2 ** -40, 2 ** -10],
    ['f16', 2 ** -14, 2 ** -24],
    ['f16', 1e-9, 2 ** -24],
    ['f16', 65504, 32],
    ['f16', 1e6, 32],
    ['f16', -Infinity, 32],
    ['bf16', 1, 2 ** -7],
    ['bf16', 1e-40, 2 ** -133],
    ['bf16', Infinity, 2 ** 120],
  ] as const)('%s at %d', (dtype, value, expected) => {
    expect(ulp(value, dtype)).toBe(expected);
  });

  it.each(SIXTEEN_BITS)('%s: the step from every finite value to the next', (dtype) => {
    const largest = encode(maxFinite(dtype), dtype);
    for (let bits = 0; bits < largest; bits++) {
      const step = decode(bits + 1, dtype) - decode(bits, dtype);
      if (ulp(decode(bits, dtype), dtype) !== step)
        expect(ulp(decode(bits, dtype), dtype), `${bits}`).toBe(step);
    }
  });

  it('NaN has none', () => {
    expect(ulp(Number.NaN, 'f16')).toBeNaN();
  });
});

describe('toStorage and fromStorage', () => {
  it.each(['f32', 'f16', 'bf16'] as const)('%s: kind of array, values, one rounding each', (dtype) => {
    const values = [0, -1.5, 1 / 3, 1e5, -1e-7];
    const storage = toStorage(values, dtype);
    expect(storage).toBeInstanceOf(dtype === 'f32' ? Float32Array : Uint16Array);
    const back = fromStorage(storage, dtype);
    expect(back).toBeInstanceOf(Float64Array);
    expect([...back]).toEqual(values.map((value) => decode(encode(value, dtype), dtype)));
  });

  it('bytes and largest values', () => {
    expect((['f32', 'f16', 'bf16'] as const).map(bytesPerElement)).toEqual([4, 2, 2]);
    expect(maxFinite('f16')).toBe(65504);
    expect(maxFinite('f32')).toBe(Math.fround(3.4028234663852886e38));
    expect(maxFinite('bf16')).toBe(decode(0x7f7f, 'bf16'));
  });

  it('errors name the argument, what was expected and what came', () => {
    const unknown = 'f64' as RopeDtype;
    const message = 'dtype: expected "f32" or "f16" or "bf16", got "f64"';
    for (const call of [
      () => encode(1, unknown),
      () => decode(1, unknown),
      () => ulp(1, unknown),
      () => maxFinite(unknown),
      () => bytesPerElement(unknown),
      () => toStorage([1], unknown),
      () => fromStorage(new Float32Array(1), unknown),
    ]) {
      expect(call).toThrow(new RangeError(message));
    }
    expect(() => bytesPerElement(16 as unknown as RopeDtype)).toThrow(
      new TypeError('dtype: expected "f32" or "f16" or "bf16", got 16'),
    );
    for (const dtype of ropeDtypes) {
      expect(() => toStorage(withHole([1, 2], 1), dtype)).toThrow(
        new TypeError('values[1]: expected a number, got undefined'),
      );
      expect(() => toStorage(new BigInt64Array(1) as unknown as number[], dtype)).toThrow(
        new TypeError('values[0]: expected a number, got 0n'),
      );
      expect(() => toStorage(7 as unknown as number[], dtype)).toThrow(
        new TypeError('values: expected an array of numbers, got 7'),
      );
    }
    expect(() => fromStorage(new Float32Array(1), 'bf16')).toThrow(
      new TypeError('storage: expected a Uint16Array (bf16), got a Float32Array'),
    );
  });
});
