/**
 * Per-pair divisors: `f[i] / divisors[i]`. This is what GGUF files carry as `rope_freqs.weight`, and what LongRoPE's
 * factors are (Ding et al. 2024, arXiv:2402.13753).
 *
 * @param frequencies Radians a position. Not changed.
 * @param divisors One a pair, without unit, above 0; 1 keeps a frequency, larger slows it, 1e30 stops it.
 */
export function dividedFrequencies(frequencies: Float64Array, divisors: readonly number[]): Float64Array {
  return frequencies.map((frequency, i) => frequency / divisors[i]!);
}
