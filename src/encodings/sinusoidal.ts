import type { SinusoidalEncoding } from './types';

/** Radians a position of each sine and cosine pair of one axis, fastest first: `dim / axes / 2` numbers. */
export function sinusoidalFrequencies({ dim, base, endpoint, axes }: SinusoidalEncoding): Float64Array {
  const pairs = dim / axes / 2;
  const steps = endpoint ? pairs - 1 : pairs;
  return Float64Array.from({ length: pairs }, (_, i) => base ** (-i / steps));
}
