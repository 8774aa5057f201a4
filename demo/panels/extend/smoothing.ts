/** What the curves of decay are drawn from: distances, and q·k smoothed around each. */

/**
 * Distances for a curve: 0, then whole tokens that grow by a constant factor up to `last`; at most `count`, as short
 * lengths have no more.
 */
export function spreadDistances(last: number, count: number): Float64Array {
  const distances = new Set([0, last]);
  for (let i = 0; i < count - 1; i++) distances.add(Math.round(last ** (i / (count - 2))));
  return Float64Array.from(distances).sort();
}

/** The mean over the pairs of `cos(x f)`, averaged over `x` from `distance / 2` to `3 distance / 2`, as an integral. */
export function smoothedDecay(frequencies: Float64Array, distance: number): number {
  let sum = 0;
  for (const frequency of frequencies) {
    const half = (distance * frequency) / 2;
    sum += half === 0 ? 1 : (Math.cos(2 * half) * Math.sin(half)) / half;
  }
  return sum / frequencies.length;
}
