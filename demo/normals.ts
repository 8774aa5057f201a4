import { createRandom } from '../bench/harness/random';

/** Normal numbers of deviation 1, the same ones for the same seed. */
export function normals(seed: number, count: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count }, () => random.normal());
}
