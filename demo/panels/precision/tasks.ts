import { type RopeFrequencies, ropeFrequencies } from 'webgpu-rope';
import { type AdapterSummary, summarise } from '../../shell/adapter';
import type { Task, TaskContext } from '../../shell/tasks';
import { pointsOnGpu } from './gpu';
import {
  equalNeighbours,
  float32Points,
  type Points,
  positionsOf,
  type Run,
  runTo,
  stored,
  sweepRuns,
  tablePoints,
  truePoints,
  worstByPair,
} from './recipes';
import { type Cost, rotationCost, scoreErrors } from './storage';

/** Ways to come by cos and sin. `read` and `power` need a GPU; `table` is its kernel's, or without one the CPU's. */
export type Recipe = 'power' | 'read' | 'phases' | 'bf16' | 'f16' | 'table';

export type ByRecipe = Partial<Readonly<Record<Recipe, Float32Array<ArrayBuffer>>>>;

interface Request {
  readonly theta: number;
  readonly dim: number;
  /** False where the page knows that there is no GPU. */
  readonly gpu: boolean;
}

export interface SweepRequest extends Request {
  readonly last: number;
}

export interface SweepResult {
  /** Whose GPU it was; null where the CPU did all there is. */
  readonly adapter: AdapterSummary | null;
  /** From the points' being asked for to their being there, ms. */
  readonly gpuMs: number;
  readonly runs: readonly Run[];
  readonly pairs: number;
  /** The largest distance from the true point, as [run, pair]. */
  readonly worst: ByRecipe;
  /** Share of neighbouring positions whose cos and sin are stored as the same, as [run, pair]. */
  readonly equal: { readonly f16: Float32Array<ArrayBuffer>; readonly bf16: Float32Array<ArrayBuffer> };
}

export interface PlaceRequest extends Request {
  readonly at: number;
}

/** A way to rotate and store, and what it costs. */
export interface NamedCost extends Cost {
  readonly name: string;
  readonly recipe: Recipe;
}

export interface PlaceResult {
  readonly adapter: AdapterSummary | null;
  readonly run: Run;
  /** The largest distance of a pair over the run. */
  readonly worst: ByRecipe;
  readonly costs: readonly NamedCost[];
  readonly distances: readonly number[];
  /** Error of q·k / sqrt(d) by distance; `f16` and `bf16` keep the rotated results in it. */
  readonly scores: Partial<Readonly<Record<Recipe, Float64Array<ArrayBufferLike>>>>;
}

/** Points of every recipe that there is, and the truth. */
interface Measured {
  readonly adapter: AdapterSummary | null;
  readonly truth: Float64Array;
  readonly points: Partial<Record<Recipe, Points>>;
  readonly gpuMs: number;
}

async function measure(
  { theta, dim, gpu }: Request,
  frequencies: RopeFrequencies,
  runs: readonly Run[],
  { device, progress }: TaskContext,
): Promise<Measured> {
  const positions = positionsOf(runs);
  progress(0.05, 'asking for the GPU');
  const used = gpu ? await device() : null;
  progress(0.1, used ? 'computing on the GPU' : 'computing on the CPU');
  const startedAt = performance.now();
  const onGpu = used && (await pointsOnGpu(used, { theta, dim }, frequencies.inverseFrequencies, runs));
  const gpuMs = performance.now() - startedAt;
  progress(0.4, 'computing in float64');
  const truth = truePoints(frequencies, positions);
  progress(0.6, 'computing in float32, as PyTorch does');
  return {
    adapter: used ? summarise(used.adapterInfo as GPUAdapterInfo | undefined) : null,
    truth,
    gpuMs: used ? gpuMs : 0,
    points: {
      ...(onGpu && { read: onGpu.read, power: onGpu.power }),
      phases: float32Points(frequencies, positions),
      table: onGpu ? onGpu.kernel : tablePoints(frequencies, positions),
    },
  };
}

function worstOf(
  points: Measured['points'],
  truth: Float64Array,
  runs: readonly Run[],
  pairs: number,
): ByRecipe {
  return Object.fromEntries(
    Object.entries(points).map(([recipe, each]) => [recipe, worstByPair(each, truth, runs, pairs)]),
  );
}

/** 1, 2, 4, … and the position itself: a key at position 0. */
function distancesTo(at: number): number[] {
  const distances: number[] = [];
  for (let distance = 1; distance < at; distance *= 2) distances.push(distance);
  return [...distances, at];
}

export const tasks = {
  /** Errors of all recipes, from position 1 to the last. */
  sweep: (async (request, context) => {
    const frequencies = ropeFrequencies({ headDim: request.dim, theta: request.theta });
    const runs = sweepRuns(request.last);
    const pairs = request.dim / 2;
    const { adapter, gpuMs, truth, points } = await measure(request, frequencies, runs, context);
    context.progress(0.75, 'rounding to f16 and bf16');
    const all = { ...points, f16: stored(truth, 'f16'), bf16: stored(truth, 'bf16') };
    const equal = { f16: new Float32Array(runs.length * pairs), bf16: new Float32Array(runs.length * pairs) };
    for (const [at, { first, last }] of runs.entries()) {
      const neighbours = truePoints(frequencies, positionsOf([{ first, last: last + 1 }]));
      equal.f16.set(equalNeighbours(stored(neighbours, 'f16'), pairs), at * pairs);
      equal.bf16.set(equalNeighbours(stored(neighbours, 'bf16'), pairs), at * pairs);
      context.progress(0.8 + (0.2 * at) / runs.length, 'comparing neighbours');
    }
    return { adapter, gpuMs, runs, pairs, worst: worstOf(all, truth, runs, pairs), equal };
  }) satisfies Task<SweepRequest, SweepResult>,

  /** Errors at one position: by pair, by storage, and of scores with keys before it. */
  place: (async (request, context) => {
    const { at, dim } = request;
    const frequencies = ropeFrequencies({ headDim: dim, theta: request.theta });
    const pairs = dim / 2;
    const run = runTo(at);
    const distances = distancesTo(at);
    // The run, then the query's position and each key's.
    const singlePositions = [0, ...distances].map((distance) => ({
      first: at - distance,
      last: at - distance,
    }));
    const { adapter, truth, points } = await measure(
      request,
      frequencies,
      [run, ...singlePositions],
      context,
    );
    const split = (run.last - run.first + 1) * pairs * 2;
    const ofRun = (each: Points): Points => each.subarray(0, split);
    const ofScores = (each: Points): Points => each.subarray(split);
    const [trueRun, trueScores] = [ofRun(truth) as Float64Array, ofScores(truth) as Float64Array];
    const runPoints: Measured['points'] = {
      ...Object.fromEntries(Object.entries(points).map(([recipe, each]) => [recipe, ofRun(each)])),
      f16: stored(trueRun, 'f16'),
      bf16: stored(trueRun, 'bf16'),
    };
    const scores: Partial<Record<Recipe, Float64Array>> = {
      f16: scoreErrors(trueScores, trueScores, pairs, 'f16'),
      bf16: scoreErrors(trueScores, trueScores, pairs, 'bf16'),
    };
    for (const [recipe, each] of Object.entries(points) as [Recipe, Points][]) {
      scores[recipe] = scoreErrors(ofScores(each), trueScores, pairs, 'f32');
    }
    const costs = costsOf(runPoints, trueRun);
    return { adapter, run, worst: worstOf(runPoints, trueRun, [run], pairs), costs, distances, scores };
  }) satisfies Task<PlaceRequest, PlaceResult>,
};

function costsOf(points: Measured['points'], truth: Float64Array): NamedCost[] {
  const costs: NamedCost[] = [];
  const add = (recipe: Recipe, name: string, cost: Cost): void => void costs.push({ recipe, name, ...cost });
  for (const dtype of ['bf16', 'f16'] as const) {
    const table = points[dtype];
    if (!table) continue;
    add(dtype, `${dtype}: table and Q, K`, rotationCost(table, truth, dtype, dtype));
    add(dtype, `${dtype}: table alone`, rotationCost(table, truth, dtype, 'f32'));
    add(dtype, `${dtype}: Q, K alone`, rotationCost(truth, truth, dtype, dtype));
  }
  if (points.power) add('power', 'f32: shader, pow()', rotationCost(points.power, truth, 'f32', 'f32'));
  if (points.read) add('read', 'f32: shader', rotationCost(points.read, truth, 'f32', 'f32'));
  if (points.phases) add('phases', 'f32: float32 phases', rotationCost(points.phases, truth, 'f32', 'f32'));
  if (points.table) add('table', 'f32: this package', rotationCost(points.table, truth, 'f32', 'f32'));
  return costs;
}

export type PrecisionTasks = typeof tasks;
