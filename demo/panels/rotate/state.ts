import type { Pairing, RopeScaling } from 'webgpu-rope';
import { reader } from '../../shell/query';
import { longestText, tokensOf } from './tokens';

export const modes = ['text', 'image'] as const;
export const dims = [16, 32, 64, 128] as const;
export const pairings = ['half', 'interleaved'] as const satisfies readonly Pairing[];
export const schemes = [
  'default',
  'linear',
  'ntk',
  'yarn',
  'llama3',
] as const satisfies readonly RopeScaling['type'][];
/** Distances that the chart by distance may reach to. */
export const ranges = [64, 256, 1024] as const;

export type Mode = (typeof modes)[number];
export type Dim = (typeof dims)[number];
export type Scheme = (typeof schemes)[number];
export type Range = (typeof ranges)[number];

/** Most positions that both tokens are moved by. */
export const mostShift = 512;
/** Most cells on a side of the image. */
export const mostCells = 32;
export const thetas = { min: 10, max: 10_000_000 } as const;
export const factors = { min: 1, max: 32 } as const;
/** Tokens that the model is taken to be trained on, for the schemes that ask. */
export const trainedPositions = 4096;

/** Everything that the panel shows follows from this. */
export interface State {
  readonly mode: Mode;
  readonly text: string;
  /** Tokens picked, by place in the text. */
  readonly query: number;
  readonly key: number;
  /** Added to both positions. */
  readonly shift: number;
  /** Positions between the two; null: as in the text. */
  readonly distance: number | null;
  /** Cosine between the two vectors before they are rotated, in hundredths. */
  readonly alike: number;
  /** Longest distance in the chart. */
  readonly range: Range;
  readonly dim: Dim;
  /** Null: what is usual for the mode. */
  readonly theta: number | null;
  readonly pairing: Pairing;
  readonly scheme: Scheme;
  readonly factor: number;
  /** Cells of the image, and the query's cell. */
  readonly width: number;
  readonly height: number;
  readonly row: number;
  readonly column: number;
  /** Beside axial RoPE also 1-D RoPE over the cells row by row. */
  readonly line: boolean;
}

export const defaults: State = {
  mode: 'text',
  text: 'The cat sat on the mat because the cat was tired.',
  query: 8,
  key: 1,
  shift: 0,
  distance: null,
  alike: 90,
  range: 64,
  dim: 64,
  theta: null,
  pairing: 'half',
  scheme: 'default',
  factor: 8,
  width: 16,
  height: 16,
  row: 8,
  column: 8,
  line: false,
};

/** Reads the query; what cannot be used is named and takes its default. */
export function stateFromQuery(query: URLSearchParams): { state: State; problems: readonly string[] } {
  const q = reader(query);
  const problems: string[] = [];
  let text = q.text('text', longestText, defaults.text);
  if (tokensOf(text).length === 0) {
    problems.push(`text: expected at least one word, got “${text}”`);
    text = defaults.text;
  }
  const picked = defaultPick(text);
  const last = tokensOf(text).length - 1;
  const range = q.oneOf('range', ranges, defaults.range);
  const width = q.integer('width', 1, mostCells, defaults.width);
  const height = q.integer('height', 1, mostCells, defaults.height);
  const state: State = {
    mode: q.choice('mode', modes, defaults.mode),
    text,
    query: q.integer('query', 0, last, picked.query),
    key: q.integer('key', 0, last, picked.key),
    shift: q.integer('shift', 0, mostShift, defaults.shift),
    distance: query.has('distance') ? orNull(q.integer('distance', 0, range, -1)) : null,
    alike: q.integer('alike', -100, 100, defaults.alike),
    range,
    dim: q.oneOf('dim', dims, defaults.dim),
    theta: query.has('theta') ? orNull(q.number('theta', thetas.min, thetas.max, -1)) : null,
    pairing: q.choice('pairing', pairings, defaults.pairing),
    scheme: q.choice('scheme', schemes, defaults.scheme),
    factor: q.number('factor', factors.min, factors.max, defaults.factor),
    width,
    height,
    row: q.integer('row', 0, height - 1, Math.min(defaults.row, height - 1)),
    column: q.integer('column', 0, width - 1, Math.min(defaults.column, width - 1)),
    line: q.flag('line', defaults.line),
  };
  return { state, problems: [...problems, ...q.problems] };
}

/** The state as the address has it: the keys of the mode at hand, and of the other one what differs from its default. */
export function queryOfState(state: State): Record<string, string | undefined> {
  const image = state.mode === 'image';
  const picked = defaultPick(state.text);
  const unless = (usual: boolean, value: string | number): string | undefined =>
    usual ? undefined : String(value);
  return {
    mode: state.mode,
    text: unless(state.text === defaults.text, state.text),
    query: unless(image && state.query === picked.query, state.query),
    key: unless(image && state.key === picked.key, state.key),
    shift: unless(image && state.shift === defaults.shift, state.shift),
    distance: state.distance === null ? undefined : String(state.distance),
    alike: unless(state.alike === defaults.alike, state.alike),
    range: unless(state.range === defaults.range, state.range),
    dim: String(state.dim),
    theta: state.theta === null ? undefined : String(state.theta),
    pairing: state.pairing,
    scheme: unless(state.scheme === defaults.scheme, state.scheme),
    factor: unless(state.factor === defaults.factor, state.factor),
    width: unless(!image && state.width === defaults.width, state.width),
    height: unless(!image && state.height === defaults.height, state.height),
    row: unless(!image && state.row === Math.min(defaults.row, state.height - 1), state.row),
    column: unless(!image && state.column === Math.min(defaults.column, state.width - 1), state.column),
    line: state.line ? '1' : undefined,
  };
}

/** The tokens picked where nothing says which: in the text that the page begins with the two cats, else the last and the first. */
export function defaultPick(text: string): { query: number; key: number } {
  if (text === defaults.text) return { query: defaults.query, key: defaults.key };
  return { query: Math.max(0, tokensOf(text).length - 1), key: 0 };
}

/** Distance of the two tokens: the one asked for, else that in the text. */
export function distanceOf({ distance, query, key }: Pick<State, 'distance' | 'query' | 'key'>): number {
  return distance ?? Math.abs(query - key);
}

/** Positions of the two tokens. The earlier one moves by the shift alone; the later one keeps the distance from it. */
export function positionsOf(state: State): { query: number; key: number } {
  const earlier = Math.min(state.query, state.key) + state.shift;
  const later = earlier + distanceOf(state);
  return state.query >= state.key ? { query: later, key: earlier } : { query: earlier, key: later };
}

/** The base of the frequencies: 10 000 as in RoFormer, 100 for images as in rope-vit, unless another was chosen. */
export function thetaOf({ theta, mode }: Pick<State, 'theta' | 'mode'>): number {
  return theta ?? (mode === 'image' ? 100 : 10_000);
}

/** The scheme as a config has it. */
export function scalingOf({ scheme, factor }: Pick<State, 'scheme' | 'factor'>): RopeScaling {
  const originalPositions = trainedPositions;
  switch (scheme) {
    case 'default':
      return { type: 'default' };
    case 'linear':
    case 'ntk':
      return { type: scheme, factor };
    case 'yarn':
      return { type: 'yarn', factor, originalPositions };
    case 'llama3':
      return { type: 'llama3', factor, lowFreqFactor: 1, highFreqFactor: 4, originalPositions };
  }
}

function orNull(value: number): number | null {
  return value < 0 ? null : value;
}
