import { ropeConfig } from 'webgpu-rope';
import { addToRuns, type Run, rotateRuns } from './runs';
import { distanceOf, mostShift, positionsOf, type State, scalingOf, thetaOf } from './state';
import { tokensOf } from './tokens';
import { rowAt, score, tokenVectors } from './vectors';

/** How far both tokens are moved at once, to see whether the score stays there too. */
export const farShift = 1_000_000;

/** Scores (q·k / √dim) of two rotated tokens, here and elsewhere. */
export interface TextScores {
  /** The two vectors as they were rotated to their positions. */
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly score: number;
  /** At distances 0 to `range`, from where the earlier token is. */
  readonly byDistance: Float64Array;
  /** With both moved by 0 to `mostShift`. */
  readonly byShift: Float64Array;
  /** The same with sinusoidal rows added in place of the rotation. */
  readonly additiveByShift: Float64Array;
  /** With both moved by {@link farShift}. */
  readonly far: number;
  /** Largest less smallest score of `byShift` and `far`. */
  readonly spread: number;
  /** Largest less smallest of `additiveByShift`. */
  readonly additiveSpread: number;
  /** Elements rotated or added to, in all. */
  readonly elements: number;
  /** Largest difference of one of them from the CPU reference; null where the reference made them. */
  readonly difference: number | null;
}

/** Rotates the two tokens to all positions that the panel shows, and multiplies them. */
export async function textScores(state: State, device: GPUDevice | null): Promise<TextScores> {
  const { dim, pairing, range, shift } = state;
  const tokens = tokensOf(state.text);
  const vectors = tokenVectors(tokens[state.query] ?? '', tokens[state.key] ?? '', dim, state.alike / 100);
  const isQueryLater = state.query >= state.key;
  const earlier = isQueryLater ? vectors.key : vectors.query;
  const later = isQueryLater ? vectors.query : vectors.key;
  const distance = distanceOf(state);
  const at = positionsOf({ ...state, shift: 0 });
  const first = Math.min(at.query, at.key);

  const moving: readonly Run[] = [
    { vector: earlier, start: first, count: mostShift + 1 },
    { vector: later, start: first + distance, count: mostShift + 1 },
  ];
  const here = rowsOf(moving);
  const config = ropeConfig({ headDim: dim, theta: thetaOf(state), pairing, scaling: scalingOf(state) });
  const rotated = await rotateRuns(device, config, [
    ...moving,
    { vector: earlier, start: first + farShift, count: 1 },
    { vector: later, start: first + distance + farShift, count: 1 },
    { vector: earlier, start: first + shift, count: 1 },
    { vector: later, start: first + shift, count: range + 1 },
  ]);
  const added = await addToRuns(device, { type: 'sinusoidal', dim, base: thetaOf(state) }, moving);

  const scoreOf = (rows: Float32Array, a: number, b: number): number =>
    score(rowAt(rows, a, dim), rowAt(rows, b, dim));
  const shifts = Array.from({ length: mostShift + 1 }, (_, n) => n);
  const byShift = Float64Array.from(shifts, (n) => scoreOf(rotated.rows, n, mostShift + 1 + n));
  const additiveByShift = Float64Array.from(shifts, (n) => scoreOf(added.rows, n, mostShift + 1 + n));
  const far = scoreOf(rotated.rows, here, here + 1);
  const fixed = here + 2;
  const byDistance = Float64Array.from({ length: range + 1 }, (_, n) =>
    scoreOf(rotated.rows, fixed, fixed + 1 + n),
  );
  // Copies: what a task returns is handed over whole.
  const rotatedEarlier = rowAt(rotated.rows, fixed, dim).slice();
  const rotatedLater = rowAt(rotated.rows, fixed + 1 + distance, dim).slice();
  return {
    query: isQueryLater ? rotatedLater : rotatedEarlier,
    key: isQueryLater ? rotatedEarlier : rotatedLater,
    score: byDistance[distance] ?? Number.NaN,
    byDistance,
    byShift,
    additiveByShift,
    far,
    spread: spreadOf([...byShift, far]),
    additiveSpread: spreadOf([...additiveByShift]),
    elements: rotated.rows.length + added.rows.length,
    difference:
      rotated.difference === null || added.difference === null
        ? null
        : Math.max(rotated.difference, added.difference),
  };
}

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function rowsOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}
