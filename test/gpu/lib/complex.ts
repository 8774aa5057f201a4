/**
 * Products and quotients of complex numbers in float64, and how far from them WGSL's float32 may be: every rounding to either
 * neighbour, so by u = 2^-23 of what it rounds, and a subnormal number flushed, so by 2^-126.
 */

export interface Complex {
  readonly re: number;
  readonly im: number;
}

const u = 2 ** -23;
const flushed = 2 ** -126;

/** A float32 result: what it is exactly, and how far from that it may be. */
export interface Bounded {
  readonly exact: Complex;
  readonly tolerance: number;
}

/** The larger |p| + |q| of the two sums of products p + q that make a b. */
const roundedOf = (a: Complex, b: Complex): number =>
  Math.max(Math.abs(a.re * b.re) + Math.abs(a.im * b.im), Math.abs(a.im * b.re) + Math.abs(a.re * b.im));

/**
 * a b. Two products and their sum: u (|p| + |q|), then u of the sum of what came out, together (2u + u^2) (|p| + |q|). Three of
 * them may be flushed.
 */
export function product(a: Complex, b: Complex): Bounded {
  const exact = { re: a.re * b.re - a.im * b.im, im: a.im * b.re + a.re * b.im };
  return { exact, tolerance: (2 * u + u * u) * roundedOf(a, b) + 3 * flushed };
}

/**
 * a / b, by a conj(b) over |b|^2, where a power of two s has brought the larger part of b to 1 or above, below 2. The numerator
 * is off by 2u of its products, |b|^2 by 2u of itself, the division by 2.5 units in the last place, so by 2.5u: 6.5u, and 7u
 * with all terms of a higher order. What is flushed of the numerator (three times) and of the quotient before it is multiplied
 * by s grows by s; the result itself may be flushed too.
 */
export function quotient(a: Complex, b: Complex): Bounded {
  const square = b.re ** 2 + b.im ** 2;
  const exact = { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square };
  const s = 2 / Math.max(Math.abs(b.re), Math.abs(b.im));
  const tolerance = (7 * u * roundedOf(a, b)) / square + 4 * flushed * s + flushed;
  return { exact, tolerance };
}

/** Both numbers of a quad, (re, re, im, im). */
export const ofQuad = (quad: ArrayLike<number>): [Complex, Complex] => [
  { re: quad[0]!, im: quad[2]! },
  { re: quad[1]!, im: quad[3]! },
];

/** Throws unless a float32 result is as near as it must be; NaN never is. */
export function expectNear(got: Complex, { exact, tolerance }: Bounded, what: string): void {
  const error = Math.max(Math.abs(got.re - exact.re), Math.abs(got.im - exact.im));
  if (!(error <= tolerance)) {
    throw new Error(
      `${what}: expected ${exact.re} + ${exact.im}i within ${tolerance}, got ${got.re} + ${got.im}i (error ${error})`,
    );
  }
}
