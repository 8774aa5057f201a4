/** A power of two at an axis: 1, 32, 1 Ki, 1 Mi. */
export function powers(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20}\u202fMi`;
  return value >= 1024 ? `${value / 1024}\u202fKi` : String(value);
}

/** At most six powers of two from 1 to `last`, evenly spaced: the ticks of a logarithmic axis, on a phone as well. */
export function powerTicks(last: number): number[] {
  const exponents = Math.floor(Math.log2(last));
  const step = Math.max(1, Math.ceil(exponents / 5));
  return Array.from({ length: Math.floor(exponents / step) + 1 }, (_, n) => 2 ** (n * step));
}
