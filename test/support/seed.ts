/**
 * The seed of a run's fresh cases: what the environment variable SEED says, else a new one.
 *
 * @throws {RangeError} SEED is no integer of 32 bits
 */
export function seedOfRun(env: NodeJS.ProcessEnv = process.env): number {
  if (env.SEED === undefined || env.SEED === '') return Math.floor(Math.random() * 2 ** 32);
  const seed = Number(env.SEED);
  if (!/^\d+$/.test(env.SEED) || seed >= 2 ** 32) {
    throw new RangeError(`SEED: expected an integer in 0..4294967295, got "${env.SEED}"`);
  }
  return seed;
}
