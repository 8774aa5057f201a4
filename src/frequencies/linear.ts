/**
 * Position interpolation: `f[i] / factor` for every pair, which is the same as dividing positions by `factor`.
 *
 * Chen et al. 2023, "Extending Context Window of Large Language Models via Positional Interpolation", arXiv:2306.15595.
 *
 * @param frequencies Radians a position. Not changed.
 * @param factor New context length over the trained one; divides frequencies. At least 1.
 */
export function linearFrequencies(frequencies: Float64Array, factor: number): Float64Array {
  return frequencies.map((frequency) => frequency / factor);
}
