/** Splits a float64 into two halves of 26 bits, whose products are exact (Dekker 1971). */
function halvesOf(value: number): [high: number, low: number] {
  const scaled = value * (2 ** 27 + 1);
  const high = scaled - (scaled - value);
  return [high, value - high];
}

/** What float64 loses of a product: `a * b` is exactly its rounded value and this. */
function lostOf(a: number, b: number): number {
  const [aHigh, aLow] = halvesOf(a);
  const [bHigh, bLow] = halvesOf(b);
  return aLow * bLow - (a * b - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Up to here a product loses less than 2^-27 radians; one of 10^10 is off by 10^-6, so what it lost is turned on afterwards. */
const plainAngle = 2 ** 26;

/** Cosine of `position * frequency`. */
export function cosOf(position: number, frequency: number): number {
  const angle = position * frequency;
  if (Math.abs(angle) <= plainAngle) return Math.cos(angle);
  return Math.cos(angle) - lostOf(position, frequency) * Math.sin(angle);
}

/** Sine of `position * frequency`. */
export function sinOf(position: number, frequency: number): number {
  const angle = position * frequency;
  if (Math.abs(angle) <= plainAngle) return Math.sin(angle);
  return Math.sin(angle) + lostOf(position, frequency) * Math.cos(angle);
}
