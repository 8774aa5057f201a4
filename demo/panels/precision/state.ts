import { queryOf, reader } from '../../shell/query';

/** Which pairs count: the quarter that turns fastest or slowest, or all. */
export const pairChoices = ['all', 'fast', 'slow'] as const;
export type PairChoice = (typeof pairChoices)[number];

/** Storage whose neighbours are shown. */
export const storages = ['f16', 'bf16'] as const;
export type Storage = (typeof storages)[number];

/** What the panel shows; all of it lives in the address. */
export interface PrecisionState {
  readonly theta: number;
  /** Elements of a head that turn: twice the pairs. */
  readonly dim: number;
  /** The largest position measured: one less than a power of two. */
  readonly last: number;
  readonly pairs: PairChoice;
  /** The position that is looked at pair by pair, and where the query of the scores stands; at most `last`. */
  readonly at: number;
  readonly storage: Storage;
}

export const dims = [16, 32, 64, 128, 256] as const;
export const leastTheta = 100;
export const mostTheta = 10_000_000;
/** Exponents of the largest position: 2^8 - 1 to 2^20 - 1. */
export const leastExponent = 8;
export const mostExponent = 20;

/** Llama 3's theta and head; its 128 Ki context ends at 131 071. */
export const defaults: PrecisionState = {
  theta: 500_000,
  dim: 128,
  last: 2 ** 20 - 1,
  pairs: 'all',
  at: 131_071,
  storage: 'bf16',
};

/** Largest positions on offer. */
export const lasts: readonly number[] = Array.from(
  { length: mostExponent - leastExponent + 1 },
  (_, n) => 2 ** (leastExponent + n) - 1,
);

/** Reads a state; `problems` names what could not be used. */
export function stateFromQuery(query: URLSearchParams): {
  state: PrecisionState;
  problems: readonly string[];
} {
  const q = reader(query);
  const last = q.oneOf('last', lasts, defaults.last);
  const state: PrecisionState = {
    theta: q.number('theta', leastTheta, mostTheta, defaults.theta),
    dim: q.oneOf<number>('dim', dims, defaults.dim),
    last,
    pairs: q.choice('pairs', pairChoices, defaults.pairs),
    at: q.integer('at', 1, last, Math.min(defaults.at, last)),
    storage: q.choice('storage', storages, defaults.storage),
  };
  return { state, problems: q.problems };
}

/** The keys of the address. */
export function queryOfState(state: PrecisionState): Record<string, string> {
  return queryOf(state);
}

/** A state with changes; the position looked at is kept within what is measured. */
export function withChanges(state: PrecisionState, changes: Partial<PrecisionState>): PrecisionState {
  const next = { ...state, ...changes };
  return { ...next, at: Math.min(next.at, next.last) };
}

/** The pairs that count, first and one past the last. */
export function pairRange(pairs: PairChoice, count: number): [first: number, end: number] {
  const quarter = Math.max(1, Math.ceil(count / 4));
  if (pairs === 'fast') return [0, quarter];
  return pairs === 'slow' ? [count - quarter, count] : [0, count];
}
