import type { RopeConfigInput } from 'webgpu-rope';
import { reader } from '../../shell/query';
import { type SchemeName, schemeNames } from '../schemes';
import { modelSlugs, publishedOf } from './models';

/** What the decay chart draws: q·k smoothed, q·k at single distances, or RoFormer's bound. */
export const curves = ['smooth', 'mean', 'bound'] as const;
export type Curve = (typeof curves)[number];

/** Tokens. */
export const lengths = { min: 512, max: 2 ** 20 } as const;
/** Elements of a head that turn, for a model by hand; even. */
export const dims = { min: 16, max: 256 } as const;
export const thetas = { min: 1000, max: 10_000_000 } as const;
/** Turns over the trained length: YaRN's betas and Llama 3's frequency factors. */
export const turns = { min: 0.25, max: 64 } as const;

/** What schemes leave to choose, in turns over the trained length. */
export interface Parameters {
  /** YaRN: pairs that turn more often keep their frequency. */
  readonly betaFast: number;
  /** YaRN: pairs that turn less often are divided in full. At most `betaFast`. */
  readonly betaSlow: number;
  /** Llama 3: pairs that turn less often are divided in full. */
  readonly lowFreqFactor: number;
  /** Llama 3: pairs that turn more often keep their frequency. At least `lowFreqFactor`. */
  readonly highFreqFactor: number;
}

export type ParameterName = keyof Parameters;

/** Everything that the panel shows follows from this. */
export interface State extends Parameters {
  /** A preset's slug, or `own`. */
  readonly model: string;
  /** Of a model by hand; a preset has its own. */
  readonly dim: number;
  readonly theta: number;
  readonly trained: number;
  readonly target: number;
  /** Schemes that the charts draw. */
  readonly shown: readonly SchemeName[];
  /** The scheme looked at closely. */
  readonly scheme: SchemeName;
  readonly curve: Curve;
}

export const usualParameters: Parameters = {
  betaFast: 32,
  betaSlow: 1,
  lowFreqFactor: 1,
  highFreqFactor: 4,
};

/** A model like Llama 2. */
export const defaults: State = {
  model: 'own',
  dim: 128,
  theta: 10_000,
  trained: 4096,
  target: 32_768,
  shown: schemeNames,
  scheme: 'yarn',
  curve: 'smooth',
  ...usualParameters,
};

/** Which of two parameters may not be below the other. */
const orders = [
  ['betaSlow', 'betaFast'],
  ['lowFreqFactor', 'highFreqFactor'],
] as const satisfies readonly (readonly [ParameterName, ParameterName])[];

const parameterNames = ['betaFast', 'betaSlow', 'lowFreqFactor', 'highFreqFactor'] as const;

/** Reads the query; what cannot be used is named and takes its default. */
export function stateFromQuery(query: URLSearchParams): { state: State; problems: readonly string[] } {
  const q = reader(query);
  const problems: string[] = [];
  const model = q.choice('model', ['own', ...modelSlugs], defaults.model);
  const usual = withModel(defaults, model);
  let { dim, theta } = usual;
  if (model === 'own') {
    dim = q.integer('dim', dims.min, dims.max, dim);
    if (dim % 2 !== 0) {
      problems.push(`dim: expected an even integer, got “${dim}”`);
      dim = usual.dim;
    }
    theta = q.number('theta', thetas.min, thetas.max, theta);
  } else {
    for (const key of ['dim', 'theta']) {
      const text = query.get(key);
      if (text !== null) problems.push(`${key}: expected none beside model=${model}, got “${text}”`);
    }
  }
  const shownText = q.text('show', 100, '');
  let shown: readonly SchemeName[] = shownText === '' ? schemeNames : [];
  if (shownText !== '' && shownText !== 'none') {
    const asked = shownText.split(',');
    shown = schemeNames.filter((name) => asked.includes(name));
    const strange = asked.filter((name) => !schemeNames.some((known) => known === name));
    if (strange.length > 0) {
      problems.push(
        `show: expected none or some of ${schemeNames.join(', ')}, with commas between them, got “${shownText}”`,
      );
      shown = schemeNames;
    }
  }
  const parameters: Record<ParameterName, number> = { ...usualParameters };
  for (const name of parameterNames) {
    parameters[name] = q.number(name, turns.min, turns.max, usualParameters[name]);
  }
  for (const [low, high] of orders) {
    if (parameters[low] <= parameters[high]) continue;
    problems.push(`${high}: expected at least ${low} (${parameters[low]}), got “${parameters[high]}”`);
    parameters[low] = usualParameters[low];
    parameters[high] = usualParameters[high];
  }
  const state: State = {
    model,
    dim,
    theta,
    trained: q.integer('trained', lengths.min, lengths.max, usual.trained),
    target: q.integer('target', lengths.min, lengths.max, usual.target),
    shown,
    scheme: q.choice('scheme', schemeNames, defaults.scheme),
    curve: q.choice('curve', curves, defaults.curve),
    ...parameters,
  };
  return { state, problems: [...q.problems, ...problems] };
}

/** The state as the address has it: what differs from its usual value, and always model, lengths and scheme. */
export function queryOfState(state: State): Record<string, string | undefined> {
  const { model, dim, theta, trained, target, shown, scheme, curve } = state;
  const own = model === 'own';
  return {
    model,
    dim: own ? String(dim) : undefined,
    theta: own ? String(theta) : undefined,
    trained: String(trained),
    target: String(target),
    scheme,
    show: shown.length === schemeNames.length ? undefined : shown.join(',') || 'none',
    curve: curve === defaults.curve ? undefined : curve,
    ...Object.fromEntries(
      parameterNames.map((name) => [
        name,
        state[name] === usualParameters[name] ? undefined : String(state[name]),
      ]),
    ),
  };
}

/** Another model: a preset brings its shape and lengths; `own` goes on from those at hand. */
export function withModel(state: State, model: string): State {
  if (model === 'own') return { ...state, model };
  const { config, trained, target } = publishedOf(model);
  return { ...state, model, dim: config.rotaryDim, theta: config.theta, trained, target };
}

/** Another rotary dimension or theta: from here on the model is one by hand. */
export function withShape(state: State, shape: Partial<Pick<State, 'dim' | 'theta'>>): State {
  return { ...state, ...shape, model: 'own' };
}

/** Another parameter; the one that has to keep to its side moves along. */
export function withParameter(state: State, name: ParameterName, value: number): State {
  const next = { ...state, [name]: value };
  for (const [low, high] of orders) {
    if (name === low && next[high] < value) return { ...next, [high]: value };
    if (name === high && next[low] > value) return { ...next, [low]: value };
  }
  return next;
}

/** A scheme shown or hidden, the others as they are. */
export function withShown(state: State, name: SchemeName, shown: boolean): State {
  return {
    ...state,
    shown: schemeNames.filter((known) => (known === name ? shown : state.shown.includes(known))),
  };
}

/** The model without any extension. */
export function configOfState({
  model,
  dim,
  theta,
}: Pick<State, 'model' | 'dim' | 'theta'>): RopeConfigInput {
  if (model === 'own') return { headDim: dim, theta };
  const { headDim, rotaryDim, theta: published, pairing } = publishedOf(model).config;
  return { headDim, rotaryDim, theta: published, pairing };
}
