/** A seeded generator (mulberry32: 32 bits of state, plenty for data of benchmarks, tests and pictures). */
export interface Random {
  readonly seed: number;
  /** Uniform in [0, 1). */
  next(): number;
  /** An integer in low..high, both included. */
  integer(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** One of the choices. */
  pick<T>(choices: readonly T[]): T;
}

/** A generator that always gives the same numbers for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed: seed >>> 0,
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    // Box-Muller; 1 - next() is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (choices) => {
      if (choices.length === 0) throw new RangeError('choices: expected at least one, got none');
      return choices[Math.floor(next() * choices.length)]!;
    },
  };
}
