import { reader } from '../../shell/query';
import { type SchemeName, schemeNames } from '../schemes';

export const encodings = [
  'rope',
  'rope-2d',
  'fope',
  'sinusoidal',
  'sinusoidal-2d',
  'binary',
  'integer',
  'learned',
  'alibi',
  't5',
  'wavelet',
] as const;
export type Encoding = (typeof encodings)[number];

export const pairings = ['half', 'interleaved'] as const;
export const layouts = ['interleaved', 'concat'] as const;

/** Ends of what can be chosen; `step` where not every integer between them can. */
export const ranges = {
  /** Multiples of 8: two axes of sines and cosines with an endpoint need that many. */
  dim: { min: 8, max: 256, step: 8 },
  /** The similarity kernel compares up to 4096 rows. */
  length: { min: 16, max: 4096 },
  side: { min: 2, max: 64 },
  base: { min: 10, max: 10_000_000 },
  factor: { min: 1, max: 32 },
  divisor: { min: 1, max: 4096 },
  seed: { min: 1, max: 99 },
  heads: { min: 1, max: 32 },
  buckets: { min: 8, max: 64, step: 4 },
  /** Past the buckets of one distance each, of which there are at most 32. */
  distance: { min: 64, max: 1024 },
} as const;

/** Curves at most: as many as colours and dashes tell apart at a glance. */
export const mostCurves = 4;

/** Everything that the panel shows follows from this. */
export interface State {
  readonly encoding: Encoding;
  /** Elements in a row. */
  readonly dim: number;
  /** Positions of a line. */
  readonly length: number;
  /** Cells on a side of the square grid of 2-D encodings, and the cell that is compared with all. */
  readonly side: number;
  readonly row: number;
  readonly column: number;
  /** Theta of RoPE, base of sinusoids; null: what is usual. */
  readonly base: number | null;
  readonly pairing: (typeof pairings)[number];
  readonly scheme: SchemeName;
  /** The length over the one that counts as trained. */
  readonly factor: number;
  readonly layout: (typeof layouts)[number];
  readonly endpoint: boolean;
  /** What integers are divided by. */
  readonly divisor: number;
  /** Of the random weights that stand in for learned ones. */
  readonly seed: number;
  /** Whether those weights change slowly from a position to the next. */
  readonly smooth: boolean;
  readonly heads: number;
  readonly buckets: number;
  /** T5: from here on, at the latest, all positions share the last bucket. */
  readonly distance: number;
  readonly bidirectional: boolean;
  /** Dimensions drawn as curves (biases: heads); null: a usual choice. */
  readonly dims: readonly number[] | null;
  /** Which of the curves the slider moves, from 0. */
  readonly curve: number;
}

export const defaults: State = {
  encoding: 'rope',
  dim: 64,
  length: 128,
  side: 16,
  row: 8,
  column: 8,
  base: null,
  pairing: 'half',
  scheme: 'direct',
  factor: 4,
  layout: 'interleaved',
  endpoint: false,
  divisor: 1,
  seed: 1,
  smooth: false,
  heads: 8,
  buckets: 32,
  distance: 128,
  bidirectional: true,
  dims: null,
  curve: 0,
};

/** Reads the query; what cannot be used is named and takes its default. */
export function stateFromQuery(query: URLSearchParams): { state: State; problems: readonly string[] } {
  const q = reader(query);
  const problems: string[] = [];
  const integer = (name: keyof typeof ranges & keyof State): number =>
    q.integer(name, ranges[name].min, ranges[name].max, defaults[name] as number);
  const stepped = (name: 'dim' | 'buckets'): number => {
    const value = integer(name);
    const { min, max, step } = ranges[name];
    if (value % step === 0) return value;
    problems.push(`${name}: expected a multiple of ${step} from ${min} to ${max}, got “${value}”`);
    return defaults[name];
  };
  const side = integer('side');
  const middle = Math.floor(side / 2);
  const base = query.has('base') ? q.number('base', ranges.base.min, ranges.base.max, 0) : 0;
  const partial: State = {
    encoding: q.choice('encoding', encodings, defaults.encoding),
    dim: stepped('dim'),
    length: integer('length'),
    side,
    row: q.integer('row', 0, side - 1, middle),
    column: q.integer('column', 0, side - 1, middle),
    base: base === 0 ? null : base,
    pairing: q.choice('pairing', pairings, defaults.pairing),
    scheme: q.choice('scheme', schemeNames, defaults.scheme),
    factor: q.number('factor', ranges.factor.min, ranges.factor.max, defaults.factor),
    layout: q.choice('layout', layouts, defaults.layout),
    endpoint: q.flag('endpoint', defaults.endpoint),
    divisor: q.number('divisor', ranges.divisor.min, ranges.divisor.max, defaults.divisor),
    seed: integer('seed'),
    smooth: q.flag('smooth', defaults.smooth),
    heads: integer('heads'),
    buckets: stepped('buckets'),
    distance: integer('distance'),
    bidirectional: q.flag('bidirectional', defaults.bidirectional),
    dims: null,
    curve: 0,
  };
  const none: readonly number[] = [];
  const dims = q.integers('dims', { min: 0, max: columnsOf(partial) - 1, most: mostCurves }, none);
  const state = { ...partial, dims: dims.length === 0 ? null : dims };
  const curve = q.integer('curve', 1, dimsOf(state).length, 1) - 1;
  return { state: { ...state, curve }, problems: [...problems, ...q.problems] };
}

/** The state as the address has it: what the encoding at hand has. */
export function queryOfState(state: State): Record<string, string | undefined> {
  const has = fieldsOf(state);
  const write = (name: keyof State, value: string | number): string | undefined =>
    has.has(name) ? String(value) : undefined;
  const flag = (name: keyof State, value: boolean): string | undefined => write(name, value ? 1 : 0);
  return {
    encoding: state.encoding,
    scheme: write('scheme', state.scheme),
    dim: write('dim', state.dim),
    length: write('length', state.length),
    side: write('side', state.side),
    row: write('row', state.row),
    column: write('column', state.column),
    base: write('base', baseOf(state)),
    factor: write('factor', state.factor),
    pairing: write('pairing', state.pairing),
    layout: write('layout', state.layout),
    endpoint: flag('endpoint', state.endpoint),
    divisor: write('divisor', state.divisor),
    seed: write('seed', state.seed),
    smooth: flag('smooth', state.smooth),
    heads: write('heads', state.heads),
    buckets: write('buckets', state.buckets),
    distance: write('distance', state.distance),
    bidirectional: flag('bidirectional', state.bidirectional),
    dims: dimsOf(state).join(','),
    curve: state.curve === 0 ? undefined : String(state.curve + 1),
  };
}

/** A state after a change: what the change makes impossible moves to the nearest that is possible. */
export function withChanges(state: State, changes: Partial<State>): State {
  const merged = { ...state, ...changes };
  const { encoding, side, dims } = merged;
  // Another encoding gives dimensions another meaning, and its base another usual value.
  const isOther = encoding !== state.encoding;
  const last = columnsOf(merged) - 1;
  const kept = isOther && changes.dims === undefined ? null : dims;
  const next: State = {
    ...merged,
    base: isOther && changes.base === undefined ? null : merged.base,
    row: Math.min(merged.row, side - 1),
    column: Math.min(merged.column, side - 1),
    dims: kept === null ? null : kept.map((dim) => Math.min(dim, last)),
  };
  return { ...next, curve: Math.min(isOther ? 0 : next.curve, dimsOf(next).length - 1) };
}

/** Which of the choices the encoding has. */
export function fieldsOf(state: Pick<State, 'encoding' | 'scheme'>): ReadonlySet<keyof State> {
  const { encoding, scheme } = state;
  const own: Readonly<Record<Encoding, readonly (keyof State)[]>> = {
    rope: ['dim', 'length', 'base', 'pairing', 'scheme', ...(scheme === 'direct' ? [] : ['factor' as const])],
    'rope-2d': ['dim', 'side', 'row', 'column', 'base', 'pairing'],
    fope: ['dim', 'length', 'base', 'pairing', 'seed'],
    wavelet: ['dim', 'length'],
    sinusoidal: ['dim', 'length', 'base', 'layout', 'endpoint'],
    'sinusoidal-2d': ['dim', 'side', 'row', 'column', 'base', 'layout', 'endpoint'],
    binary: ['dim', 'length'],
    integer: ['dim', 'length', 'divisor'],
    learned: ['dim', 'length', 'seed', 'smooth'],
    alibi: ['length', 'heads'],
    t5: ['length', 'heads', 'seed', 'buckets', 'distance', 'bidirectional'],
  };
  return new Set(own[encoding]);
}

export function isGrid({ encoding }: Pick<State, 'encoding'>): boolean {
  return encoding === 'rope-2d' || encoding === 'sinusoidal-2d';
}

/** Whether it is added to scores, and so has no rows. */
export function isBias({ encoding }: Pick<State, 'encoding'>): boolean {
  return encoding === 'alibi' || encoding === 't5';
}

/** Columns of the picture: dimensions of a row, or heads of a bias. */
export function columnsOf(state: Pick<State, 'encoding' | 'dim' | 'heads'>): number {
  return isBias(state) ? state.heads : state.dim;
}

/** Rows of the picture: positions, or cells. `dim` bits tell no more than 2^dim positions apart. */
export function countOf(state: Pick<State, 'encoding' | 'side' | 'length' | 'dim'>): number {
  if (isGrid(state)) return state.side ** 2;
  return state.encoding === 'binary' ? Math.min(state.length, 2 ** state.dim) : state.length;
}

/** 10 000 as in the papers; 100 for RoPE on images, as in rope-vit. */
export function baseOf({ base, encoding }: Pick<State, 'base' | 'encoding'>): number {
  return base ?? (encoding === 'rope-2d' ? 100 : 10_000);
}

/** The dimensions drawn as curves: those chosen, or evenly spread ones, the fastest first. */
export function dimsOf(
  state: Pick<State, 'encoding' | 'dim' | 'heads' | 'pairing' | 'dims'>,
): readonly number[] {
  return (
    state.dims ?? usualDims(state).slice(0, isBias(state) ? Math.min(mostCurves, state.heads) : mostCurves)
  );
}

/** What the n-th curve shows where nothing says which dimension. */
export function usualDims(state: Pick<State, 'encoding' | 'dim' | 'heads' | 'pairing'>): number[] {
  const { encoding, heads, dim, pairing } = state;
  const places = Array.from({ length: mostCurves }, (_, n) => n);
  if (isBias(state)) return places.map((n) => Math.min(heads - 1, Math.floor((n * heads) / mostCurves)));
  // Bits of which even the slowest flips within the usual length.
  if (encoding === 'binary') return places.map((n) => 2 * n);
  // The four widths, at the first place.
  if (encoding === 'wavelet') return places.map((n) => (n * dim) / mostCurves);
  // Half of a row is of the cell's row, half of its column. RoPE paired by halves has each of them in each half of the row.
  if (encoding === 'sinusoidal-2d' || (encoding === 'rope-2d' && pairing === 'interleaved')) {
    return places.map((n) => Math.floor(n / 2) * (dim / 2) + 2 * (n % 2) * Math.floor(dim / 16));
  }
  // A row's first part, at even places: with either pairing or layout that is an element of its own pair each time.
  return places.map((n) => 2 * Math.floor((n * dim) / 16));
}

/** The page of docs/schemes that tells of the encoding. */
export function pageOf({ encoding, scheme }: Pick<State, 'encoding' | 'scheme'>): string {
  if (encoding === 'rope') return scheme === 'direct' ? 'rope' : scheme;
  return encoding === 'rope-2d' ? 'axial' : encoding === 'sinusoidal-2d' ? 'sinusoidal' : encoding;
}
