/** Positions as numbers in a base, whole or not. Places count from 0, the lowest digit. */

/** The digits of a whole number, lowest first: as many as `last`, the largest number to be written, needs. */
export function digitsOf(value: number, base: number, last: number): number[] {
  const digits: number[] = [];
  // Not by powers of the base, which a rounded logarithm could miscount.
  for (let rest = value, most = last; most > 0 || digits.length === 0; most = Math.floor(most / base)) {
    digits.push(rest % base);
    rest = Math.floor(rest / base);
  }
  return digits;
}

/** How one writes a digit: 0 to 9, A to F. */
export function digitText(digit: number): string {
  return digit.toString(16).toUpperCase();
}

/** How many places differ between two numbers. */
export function changedPlaces(a: readonly number[], b: readonly number[]): number {
  return a.filter((digit, place) => digit !== b[place]).length;
}

/** The base in which RoPE's angles are the quotients: position / base^i is the angle of pair i. */
export function ropeBase(theta: number, dim: number): number {
  return theta ** (2 / dim);
}

/** RoPE's own base in words: 10, 1.228. */
export function baseText(theta: number, dim: number): string {
  return String(Number(ropeBase(theta, dim).toPrecision(4)));
}
