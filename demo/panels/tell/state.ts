import type { Pairing } from 'webgpu-rope';
import { reader } from '../../shell/query';

export const pairings = ['interleaved', 'half'] as const satisfies readonly Pairing[];
/** What becomes of the keys that stay when the oldest are dropped. */
export const keyChoices = ['rerotate', 'leave', 'count'] as const;
export const caches = ['f32', 'f16'] as const;
/** Layers whose looks are shown; 0 is the mean of all. */
export const layers = [0, 1, 2, 3] as const;

export type Keys = (typeof keyChoices)[number];
export type LayerChoice = (typeof layers)[number];

export const longestPrompt = 120;
/** Tokens after which a text ends. */
export const longestText = 600;
/** Keys that the cache has room for. */
export const capacity = 192;
export const thetas = { min: 100, max: 1_000_000 } as const;

/** Everything that is told and shown follows from this. */
export interface State {
  readonly prompt: string;
  readonly temperature: number;
  readonly seed: number;
  readonly pairing: Pairing;
  readonly theta: number;
  readonly cache: (typeof caches)[number];
  readonly keys: Keys;
  /** After how many tokens the older half of the keys was dropped. */
  readonly drops: readonly number[];
  /** The token whose looks are shown; null: the newest. */
  readonly token: number | null;
  readonly layer: LayerChoice;
}

export const defaults: State = {
  prompt: 'Once there was a little fox named Mia.',
  temperature: 0.8,
  seed: 1,
  pairing: 'interleaved',
  theta: 10_000,
  cache: 'f32',
  keys: 'rerotate',
  drops: [],
  token: null,
  layer: 0,
};

/** Reads the query; what cannot be used is named and takes its default. */
export function stateFromQuery(query: URLSearchParams): { state: State; problems: readonly string[] } {
  const q = reader(query);
  const state: State = {
    prompt: q.text('prompt', longestPrompt, defaults.prompt),
    temperature: q.number('temperature', 0, 2, defaults.temperature),
    seed: q.integer('seed', 1, 9999, defaults.seed),
    pairing: q.choice('pairing', pairings, defaults.pairing),
    theta: q.number('theta', thetas.min, thetas.max, defaults.theta),
    cache: q.choice('cache', caches, defaults.cache),
    keys: q.choice('keys', keyChoices, defaults.keys),
    drops: query.get('drops') ? q.integers('drops', { min: 2, max: longestText, most: 20 }, []) : [],
    token: query.has('token') ? q.integer('token', 1, longestText - 1, 1) : null,
    layer: q.oneOf('layer', layers, defaults.layer),
  };
  return { state, problems: q.problems };
}

/** The state as the address has it. */
export function queryOfState(state: State): Record<string, string | undefined> {
  return {
    prompt: state.prompt === defaults.prompt ? undefined : state.prompt,
    temperature: String(state.temperature),
    seed: String(state.seed),
    pairing: state.pairing,
    theta: String(state.theta),
    cache: state.cache,
    keys: state.keys,
    drops: state.drops.length > 0 ? state.drops.join() : undefined,
    token: state.token === null ? undefined : String(state.token),
    layer: state.layer === 0 ? undefined : String(state.layer),
  };
}

/** Whether another text is told in one state than in the other. */
export function tellsOther(a: State, b: State): boolean {
  const told = ({ prompt, temperature, seed, pairing, theta, cache, keys }: State) =>
    [prompt, temperature, seed, pairing, theta, cache, keys].join('\n');
  return told(a) !== told(b);
}
