import type { DivisorWords } from './params';

/** From here on a quotient of what is left of a workgroup is 0 or 1, and compared for. */
const nearLimit = 1024;

export const isPowerOfTwo = (value: number): boolean => (value & (value - 1)) === 0;

/**
 * Writes struct Divisor: how to divide by an integer of 1 to 2^26 without dividing.
 *
 * For n below 2^31 and l the bits of `by - 1`, the quotient is `n * ceil(2^(31 + l) / by) / 2^(31 + l)`, rounded down: the
 * multiplier is too large by less than 1, and n times that below 2^31, less than what is left to the next quotient (Granlund
 * and Montgomery, Division by invariant integers using multiplication, 1994).
 */
export function writeDivisor(words: Uint32Array, at: DivisorWords, by: number): void {
  words[at.by] = by;
  // From a quotient of n below by + 1025, and by below 1024, 2^21 is far enough.
  words[at.near] = by < nearLimit ? Math.floor(2 ** 21 / by) + 1 : 0;
  const bits = 32 - Math.clz32(by - 1);
  if (isPowerOfTwo(by)) {
    words[at.multiplier] = 0;
    words[at.shift] = bits;
    return;
  }
  words[at.multiplier] = multiplierOf(by, bits);
  words[at.shift] = bits - 1;
}

/** ceil(2^(31 + bits) / by), by integers that a number holds exactly. */
function multiplierOf(by: number, bits: number): number {
  const power = 2 ** 31;
  const rest = (power % by) * 2 ** bits;
  const whole = (power - (power % by)) / by;
  return whole * 2 ** bits + (rest - (rest % by)) / by + (rest % by === 0 ? 0 : 1);
}
