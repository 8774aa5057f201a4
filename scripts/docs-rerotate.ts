// Writes the measurements of docs/rerotate.md: `npx tsx scripts/docs-rerotate.ts`. CPU alone, seeded.
//
// A stack of attention layers with random weights caches a prompt under the old frequencies, then takes in a few tokens
// under the new ones. Its cache is left alone or rerotated; what the stack has when all of it is computed under the new
// frequencies is the truth.
import { ropeConfig } from '../src/config/rope-config';
import type { RopeConfig, RopeConfigInput, RopeFrequencies } from '../src/config/types';
import { fromStorage, type RopeDtype, toStorage } from '../src/dtypes';
import { ropeFrequencies } from '../src/frequencies';
import { applyRopeReference, rerotateReference, ropeReferenceExact } from '../src/reference';
import { createRandom, type Random } from '../test/support/random';
import { markdownTable, shortError, withSection, writeWhenRun } from './docs-pages';

const layers = 4;
const heads = 4;
const headDim = 32;
const width = heads * headDim;
/** Tokens cached before the change, and tokens taken in after it. */
const cached = 256;
const fresh = 16;
const tokens = cached + fresh;

const pairs = headDim / 2;
/** LongRoPE's lists are searched for per model; these are made up, rising like those of Phi-3. */
const rising = (last: number) => Array.from({ length: pairs }, (_, i) => last ** (i / (pairs - 1)));

/** A change of frequencies: the length before it, and the length it is made for. */
interface Change {
  readonly name: string;
  readonly config: RopeConfigInput;
  readonly before: number;
  readonly after: number;
}

export const changes: readonly Change[] = [
  {
    name: 'LongRoPE, short to long factors',
    config: {
      headDim,
      scaling: {
        type: 'longrope',
        shortFactors: rising(1.5),
        longFactors: rising(32),
        originalPositions: cached,
        factor: 32,
      },
    },
    before: cached,
    after: tokens,
  },
  {
    name: `dynamic NTK, from length ${cached} to ${tokens}`,
    config: { headDim, scaling: { type: 'dynamic', factor: 2, originalPositions: cached / 2 } },
    before: cached,
    after: tokens,
  },
  {
    name: `dynamic NTK, from length ${cached} to ${2 * cached}`,
    config: { headDim, scaling: { type: 'dynamic', factor: 2, originalPositions: cached / 2 } },
    before: cached,
    after: 2 * cached,
  },
];

interface Layer {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  readonly out: Float64Array;
  /** Added to queries and keys alike, so that heads look at near tokens first, as trained ones do. */
  readonly bias: Float64Array;
}

/** Layers, and how they rotate. */
interface Model {
  readonly stack: readonly Layer[];
  readonly config: RopeConfig;
  readonly frequencies: RopeFrequencies;
}

/** Rotated keys and values of a layer, `[tokens, heads, headDim]`. */
interface Cache {
  readonly k: Float32Array;
  readonly v: Float64Array;
}

interface Outcome {
  readonly caches: readonly Cache[];
  /** What attention gives the fresh tokens in each layer, `[fresh, width]`. */
  readonly attention: readonly Float64Array[];
  /** The fresh tokens after the last layer. */
  readonly last: Float64Array;
}

function normals(random: Random, length: number, scale: number): Float64Array {
  return Float64Array.from({ length }, () => scale * random.normal());
}

function makeLayer(random: Random): Layer {
  const matrix = (gain: number) => normals(random, width * width, gain / Math.sqrt(width));
  return {
    query: matrix(1),
    key: matrix(1),
    value: matrix(1),
    out: matrix(1),
    bias: normals(random, width, 0.7),
  };
}

/** `rows` of `width` numbers times a matrix, plus a bias. */
function project(rows: Float64Array, matrix: Float64Array, bias?: Float64Array): Float64Array {
  const result = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row += width) {
    for (let j = 0; j < width; j++) {
      let sum = bias?.[j] ?? 0;
      for (let i = 0; i < width; i++) sum += rows[row + i]! * matrix[j * width + i]!;
      result[row + j] = sum;
    }
  }
  return result;
}

/** RMS norm without weights. */
function normed(rows: Float64Array): Float64Array {
  const result = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row += width) {
    const part = rows.subarray(row, row + width);
    const scale = Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / width);
    for (let i = 0; i < width; i++) result[row + i] = part[i]! / scale;
  }
  return result;
}

/** Causal softmax attention of queries whose first has row `first` of the cache. */
function attend(q: Float32Array, { k, v }: Cache, first: number): Float64Array {
  const result = new Float64Array(q.length);
  for (let token = 0; token < q.length / width; token++) {
    for (let head = 0; head < heads; head++) {
      const at = token * width + head * headDim;
      const weights = Float64Array.from({ length: first + token + 1 }, (_, other) => {
        let score = 0;
        for (let i = 0; i < headDim; i++) score += q[at + i]! * k[other * width + head * headDim + i]!;
        return Math.exp(score / Math.sqrt(headDim));
      });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (const [other, weight] of weights.entries()) {
        for (let i = 0; i < headDim; i++) {
          result[at + i] = result[at + i]! + (weight / total) * v[other * width + head * headDim + i]!;
        }
      }
    }
  }
  return result;
}

function rotated(
  values: Float64Array,
  { config: { pairing }, frequencies }: Model,
  start: number,
): Float32Array {
  const stored = new Float32Array(values);
  const count = values.length / width;
  const place = { dtype: 'f32', heads, headDim, pairing, tokens: count } as const;
  applyRopeReference(stored, { ...place, ...frequencies, positions: start });
  return stored;
}

/** Takes rows in behind `before`, the caches of earlier ones. */
function run(model: Model, rows: Float64Array, before: readonly Cache[] | null): Outcome {
  const first = before ? before[0]!.v.length / width : 0;
  const caches: Cache[] = [];
  const attention: Float64Array[] = [];
  let hidden = rows;
  for (const [i, layer] of model.stack.entries()) {
    const x = normed(hidden);
    const q = rotated(project(x, layer.query, layer.bias), model, first);
    const k = rotated(project(x, layer.key, layer.bias), model, first);
    const v = project(x, layer.value);
    const old = before?.[i];
    const cache = old ? { k: joined(old.k, k), v: Float64Array.of(...old.v, ...v) } : { k, v };
    const attended = attend(q, cache, first);
    const out = project(attended, layer.out);
    hidden = hidden.map((value, j) => value + out[j]!);
    caches.push(cache);
    attention.push(attended.slice(-fresh * width));
  }
  return { caches, attention, last: hidden.slice(-fresh * width) };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const result = new Float32Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}

/** Length of the difference over that of the truth. */
export function relativeError(values: ArrayLike<number>, truth: ArrayLike<number>): number {
  let difference = 0;
  let length = 0;
  for (let i = 0; i < truth.length; i++) {
    difference += (values[i]! - truth[i]!) ** 2;
    length += truth[i]! ** 2;
  }
  return Math.sqrt(difference / length);
}

/** Errors of one way to treat the cache. */
export interface Errors {
  /** Cached keys of each layer. */
  readonly keys: readonly number[];
  /** What attention gives the fresh tokens in each layer. */
  readonly attention: readonly number[];
  /** The fresh tokens after the last layer. */
  readonly last: number;
}

/** What a change does to a cache that is left alone, and to one that is rerotated. */
export function measureChange({ config: input, before, after }: Change): { stale: Errors; moved: Errors } {
  const random = createRandom(3);
  const stack = Array.from({ length: layers }, () => makeLayer(random));
  const rows = normals(random, tokens * width, 1);
  const config = ropeConfig(input);
  const old = ropeFrequencies(config, before);
  const now = ropeFrequencies(config, after);

  const model: Model = { stack, config, frequencies: now };
  const truth = run(model, rows, null);
  const prompt = run({ ...model, frequencies: old }, rows.subarray(0, cached * width), null).caches;
  const corrected = prompt.map(({ k, v }) => {
    const moved = k.slice();
    rerotateReference(moved, {
      dtype: 'f32',
      heads,
      headDim,
      pairing: config.pairing,
      tokens: cached,
      from: { ...old, positions: 0 },
      to: { ...now, positions: 0 },
    });
    return { k: moved, v };
  });
  const errorsOf = (caches: readonly Cache[]): Errors => {
    const outcome = run(model, rows.subarray(cached * width), caches);
    return {
      keys: caches.map(({ k }, i) => relativeError(k, truth.caches[i]!.k.subarray(0, cached * width))),
      attention: outcome.attention.map((values, i) => relativeError(values, truth.attention[i]!)),
      last: relativeError(outcome.last, truth.last),
    };
  };
  return { stale: errorsOf(prompt), moved: errorsOf(corrected) };
}

function changesTable(): string {
  const head = [
    'change',
    'layer',
    'K left alone',
    'K rerotated',
    'attention, left alone',
    'attention, rerotated',
  ];
  const rows = changes.flatMap((change) => {
    const { stale, moved } = measureChange(change);
    const lines = stale.keys.map((_, i) => [
      i === 0 ? change.name : '',
      String(i + 1),
      ...[stale.keys[i]!, moved.keys[i]!, stale.attention[i]!, moved.attention[i]!].map(shortError),
    ]);
    return [...lines, ['', 'output', '', '', shortError(stale.last), shortError(moved.last)]];
  });
  return markdownTable(head, rows);
}

/** Keys that are rerotated by -16 positions so many times: their error against keys rotated once, in float64. */
export function measureMoves(dtype: RopeDtype, moves: number): number {
  const step = 16;
  const place = { dtype, heads: 1, headDim: 64, pairing: 'half', tokens: 64 } as const;
  const turn = ropeFrequencies({ headDim: 64, theta: 500_000 });
  const keys = toStorage(normals(createRandom(5), 64 * 64, 1), dtype);
  const end = 1000;
  const truth = ropeReferenceExact(keys, { ...place, ...turn, positions: end });
  const start = end + moves * step;
  applyRopeReference(keys, { ...place, ...turn, positions: start });
  for (let move = 0; move < moves; move++) {
    const from = start - move * step;
    rerotateReference(keys, {
      ...place,
      from: { ...turn, positions: from },
      to: { ...turn, positions: from - step },
    });
  }
  return relativeError(fromStorage(keys, dtype), truth);
}

function movesTable(): string {
  const counts = [0, 1, 16, 256];
  const rows = (['f32', 'f16', 'bf16'] as const).map((dtype) => [
    dtype,
    ...counts.map((moves) => shortError(measureMoves(dtype, moves))),
  ]);
  return markdownTable(['cache', 'rotated once', 'rerotated once', '16 times', '256 times'], rows);
}

/** The page, as it has to be. */
export function rerotatePage(page: string): string {
  return withSection(withSection(page, 'changes', changesTable()), 'moves', movesTable());
}

void writeWhenRun(import.meta.url, 'rerotate.md', rerotatePage);
