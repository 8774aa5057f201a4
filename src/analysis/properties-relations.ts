import { columnSpace } from './column-space';
import {
  type EncodingShape,
  type EncodingSource,
  isRope,
  isWavelet,
  pairFrequencies,
  placeOfPair,
  positionRows,
} from './encoding-source';
import { gridOf, moved, sideOf } from './properties-grid';
import type { LinearRelation, RelativeScores, ShiftResidual } from './properties-types';

/** Rows, and the rows of the same tokens moved along an axis. */
interface MovedRows {
  readonly tokens: number;
  readonly dim: number;
  readonly rows: Float64Array;
  readonly moves: readonly { readonly shift: number; readonly rows: Float64Array }[];
  /** What rounding alone may leave, of residuals and of spreads. */
  readonly tolerance: number;
}

/**
 * Whether rows at a distance follow from each other by a linear map, and whether scores depend on the distance alone.
 *
 * @param side Positions on each axis of the tokens that are wanted.
 * @param shifts Distances, each so small that some position and the one at that distance from it have rows.
 */
export function measureRelations(
  source: EncodingSource,
  shape: EncodingShape,
  side: number,
  shifts: readonly number[],
): { linear: LinearRelation; relative: RelativeScores } {
  const { dim, axes, positions } = shape;
  // A map has dim · dim unknowns, so each of its columns is only tested by tokens beyond the first dim ones.
  const wanted = sideOf(2 * dim, axes);
  const enough = wanted ** axes < 2 * dim ? wanted + 1 : wanted;
  const grid = gridOf(Math.min(Math.max(side, enough), positions - Math.max(...shifts)), axes);
  const measured: MovedRows = {
    tokens: grid.tokens,
    dim,
    rows: positionRows(source, grid.positions),
    moves: shifts.flatMap((shift) =>
      Array.from({ length: axes }, (_, axis) => ({
        shift,
        rows: positionRows(source, moved(grid, axis, shift)),
      })),
    ),
    tolerance: toleranceOf(grid.tokens, dim, largestAngle(source, grid.side - 1 + Math.max(...shifts))),
  };
  return { linear: linearRelation(measured, shifts), relative: relativeScores(source, measured) };
}

/**
 * What rounding alone may leave. A matrix of n tokens by d elements is factored with a relative error of n · d · 2^-53 at
 * most, and an angle is off by 2^-53 of itself; once for each of the two sides, and twice that for what the two bounds
 * leave out.
 */
const toleranceOf = (tokens: number, dim: number, angle: number): number =>
  4 * (tokens * dim + angle) * 2 ** -53;

/** The largest angle up to a position, in radians, without taking turns off; 0 for rows that do not turn. */
function largestAngle(source: EncodingSource, position: number): number {
  const frequencies = pairFrequencies(source) ?? new Float64Array();
  return frequencies.reduce((most, frequency) => Math.max(most, position * Math.abs(frequency)), 0);
}

function linearRelation(measured: MovedRows, shifts: readonly number[]): LinearRelation {
  const { tokens, dim, rows, moves, tolerance } = measured;
  const space = columnSpace(rows, tokens, dim);
  const found = moves.map((move) => ({ shift: move.shift, ...space.unexplained(move.rows) }));
  const residuals = shifts.map((shift): ShiftResidual => {
    const own = found.filter((one) => one.shift === shift);
    const worst = (name: 'linear' | 'affine') => Math.max(...own.map((one) => one[name]));
    return { shift, linear: worst('linear'), affine: worst('affine') };
  });
  const within = (name: 'linear' | 'affine') => residuals.every((one) => one[name] <= tolerance);
  const fits = within('linear') ? 'linear' : within('affine') ? 'affine' : 'none';
  return {
    map: tokens < 2 * space.rank ? 'undetermined' : fits,
    residuals,
    worst: Math.max(...residuals.map((one) => one.linear)),
    tolerance,
    rank: space.rank,
    tokens,
  };
}

function relativeScores(source: EncodingSource, measured: MovedRows): RelativeScores {
  // A row is that of a distance: nothing in a score knows where its two tokens are.
  if (isWavelet(source)) return { depends: 'on distance alone', spread: 0, tolerance: measured.tolerance };
  const each = isRope(source)
    ? measured.moves.map((move) => rotatedScores(measured, move.rows, placeOfPair(source)))
    : measured.moves.map((move) => addedScores(measured, move.rows));
  const total = (name: keyof Scores) => each.reduce((sum, scores) => sum + scores[name], 0);
  // Rounding may leave a variance of -0 or a little less.
  const spread = Math.sqrt(Math.max(0, total('variance')) / total('square'));
  const { tolerance } = measured;
  return { depends: spread <= tolerance ? 'on distance alone' : 'on positions', spread, tolerance };
}

/** Of a score at one distance: its expected variance over positions, and its expected square. */
interface Scores {
  readonly variance: number;
  readonly square: number;
}

/**
 * Scores of RoPE: q' A k, A being R(p)' R(q), which has a block `[[c, -s], [s, c]]` a pair. For normal q and k the square
 * of q' A k is expected to be the sum of the squares of A's elements.
 */
function rotatedScores(
  { tokens, dim, rows }: MovedRows,
  others: Float64Array,
  place: (pair: number) => readonly [number, number],
): Scores {
  let [variance, square] = [0, 0];
  const blocks = [new Float64Array(tokens), new Float64Array(tokens)] as const;
  for (let pair = 0; pair < dim / 2; pair++) {
    const [cos, sin] = place(pair);
    for (let token = 0; token < tokens; token++) {
      const at = token * dim;
      const [a, b, c, d] = [rows[at + cos]!, rows[at + sin]!, others[at + cos]!, others[at + sin]!];
      blocks[0][token] = a * c + b * d;
      blocks[1][token] = a * d - b * c;
    }
    for (const block of blocks) {
      variance += 2 * varianceOf(block);
      square += 2 * meanSquare(block);
    }
  }
  return { variance, square };
}

/**
 * Scores of an additive encoding: (x + a) · (y + b) = x·y + x·b + a·y + a·b. For normal x and y the four are expected to
 * be independent; the first does not vary, the next two do as b and a do, element by element.
 */
function addedScores({ tokens, dim, rows }: MovedRows, others: Float64Array): Scores {
  let [variance, square] = [0, dim];
  const column = new Float64Array(tokens);
  for (const side of [rows, others]) {
    for (let i = 0; i < dim; i++) {
      for (let token = 0; token < tokens; token++) column[token] = side[token * dim + i]!;
      variance += varianceOf(column);
      square += meanSquare(column);
    }
  }
  for (let token = 0; token < tokens; token++) {
    let dot = 0;
    for (let i = token * dim; i < (token + 1) * dim; i++) dot += rows[i]! * others[i]!;
    column[token] = dot;
  }
  return { variance: variance + varianceOf(column), square: square + meanSquare(column) };
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

/** In two passes: the difference of two large means would hide a small variance. */
function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
