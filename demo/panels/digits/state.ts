import { queryOf, reader } from '../../shell/query';

/** What the panel shows; all of it lives in the address. */
export interface DigitsState {
  readonly position: number;
  /** Base of the digits; `rope` is theta^(2/d), the base in which RoPE's angles are the quotients. */
  readonly base: number | 'rope';
  /** Elements of a head that turn: twice the pairs. */
  readonly dim: number;
  readonly theta: number;
  /** The pair looked at closely. */
  readonly pair: number;
  /** Positions that one press of a button moves by. */
  readonly step: number;
}

/** Positions of the kernel's table: what `createRope` serves by default. */
export const capacity = 2 ** 20;
export const lastPosition = capacity - 1;
export const dims = [8, 16, 32, 64, 128, 256] as const;
export const steps = [1, 10, 100, 1000] as const;
export const leastTheta = 100;
export const mostTheta = 10_000_000;

/** At theta 10 000 and 8 dimensions RoPE's own base is 10: its clocks are the decimal digits. */
export const defaults: DigitsState = { position: 1234, base: 10, dim: 8, theta: 10_000, pair: 0, step: 1 };

/** Reads a state; `problems` names what could not be used. */
export function stateFromQuery(query: URLSearchParams): { state: DigitsState; problems: readonly string[] } {
  const q = reader(query);
  const dim = q.oneOf<number>('dim', dims, defaults.dim);
  const base =
    query.get('base') === 'rope' ? ('rope' as const) : q.integer('base', 2, 16, defaults.base as number);
  const state: DigitsState = {
    position: q.integer('position', 0, lastPosition, defaults.position),
    base,
    dim,
    theta: q.number('theta', leastTheta, mostTheta, defaults.theta),
    pair: q.integer('pair', 0, dim / 2 - 1, defaults.pair),
    step: q.oneOf<number>('step', steps, defaults.step),
  };
  return { state, problems: q.problems };
}

/** The keys of the address. */
export function queryOfState(state: DigitsState): Record<string, string> {
  return queryOf(state);
}

/** A state with changes; the pair is kept within the head. */
export function withChanges(state: DigitsState, changes: Partial<DigitsState>): DigitsState {
  const next = { ...state, ...changes };
  return { ...next, pair: Math.min(next.pair, next.dim / 2 - 1) };
}
