import { mropeSections } from '../config/axes';
import { ropeConfig } from '../config/rope-config';
import { additiveEncoding } from '../encodings/encoding';
import type { AdditiveEncodingInput } from '../encodings/types';
import { checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import { closestRows } from './closest-rows';
import {
  type EncodingShape,
  type EncodingSource,
  encodingShape,
  isRope,
  isWavelet,
  positionRows,
} from './encoding-source';
import { measureBeyond } from './properties-beyond';
import { gridOf, sideOf } from './properties-grid';
import { measureRelations } from './properties-relations';
import type { EncodingProperties, PropertyOptions } from './properties-types';
import { rowLengthOf, uniqueRows } from './properties-unique';

/** The most tokens that are compared with each other. */
const mostTokens = 2 ** 15;

/**
 * The properties of an encoding, measured on its rows: whether positions are told apart, whether a shift is a linear map,
 * whether scores depend on distance alone, what happens past the trained length, what it costs and how many axes it takes.
 *
 * Linear relation: Vaswani et al. 2017, arXiv:1706.03762, section 3.5. Distance alone: Su et al. 2021, arXiv:2104.09864,
 * section 3.1; RoPE's scores are those of the rotated part of the head.
 *
 * Time goes with `tokens² · dim` at worst (random rows) and with `tokens · dim²` a shift: 1024 tokens of 64 elements take some
 * tenths of a second; 4096 of 512 some ten seconds, and random rows up to a minute, which belong in a worker.
 *
 * @param source An additive encoding, with weights where it is learned, or a RoPE config.
 * @throws {TypeError | RangeError} an argument is of the wrong kind or out of range; a row of the weights is not finite
 * @example encodingProperties({ encoding: { type: 'sinusoidal', dim: 64 } }).linear.map // 'linear'
 */
export function encodingProperties(
  source: EncodingSource,
  options: PropertyOptions = {},
): EncodingProperties {
  const shape = encodingShape(source);
  const { dim, axes } = shape;
  const { side, shifts, extension } = checkOptions(options, shape);
  const grid = gridOf(side, axes);
  if ('encoding' in source && source.weights) checkWeights(source.weights);
  const rows = positionRows(source, grid.positions);
  return {
    dim,
    axes,
    length: grid.tokens,
    lengthPerAxis: side,
    rowLength: rowLengthOf(rows, dim),
    unique: uniqueRows(rows, grid, dim),
    ...measureRelations(source, shape, side, shifts),
    beyond: measureBeyond(source, shape, side, extension),
    ...weightsOf(source),
    ...measureAxes(source),
  };
}

function checkOptions(
  options: PropertyOptions,
  { axes, positions }: EncodingShape,
): { side: number; shifts: readonly number[]; extension: number } {
  checkKeys('options', options, ['length', 'shifts', 'extension']);
  // A distance has two ends, so it takes two positions.
  if (positions < 2) throw outOfRange('source', 'an encoding of at least 2 positions', positions);
  const most = Math.min(mostTokens, positions ** axes);
  const least = 2 ** axes;
  const length = checkInteger('length', options.length ?? Math.min(1024, most), least, {
    most,
    unit: ' (tokens)',
  });
  const side = sideOf(length, axes);
  const { shifts = [1, 2, 8, 64].filter((shift) => shift < side) } = options;
  if (!Array.isArray(shifts)) throw wrongType('shifts', 'an array of integers (positions)', shifts);
  if (shifts.length === 0) throw new RangeError('shifts: expected at least one, got none');
  const farthest = { most: Math.min(mostTokens, positions - 1), unit: ' (positions)' };
  return {
    side,
    shifts: Array.from(shifts, (shift, i) => checkInteger(`shifts[${i}]`, shift, 1, farthest)),
    extension: checkNumber(
      'extension',
      options.extension ?? 2,
      'a number above 1, up to 16',
      (n) => n > 1 && n <= 16,
    ),
  };
}

function checkWeights(weights: ArrayLike<number>): void {
  for (let i = 0; i < weights.length; i++) {
    // The name is only built for a number that fails: there may be millions. Squares of squares of float32 are finite.
    if (!Number.isFinite(Math.fround(weights[i]!)))
      checkNumber(`weights[${i}]`, weights[i], 'a finite number that float32 holds', () => false);
  }
}

function weightsOf(source: EncodingSource): { learned: boolean; parameters: number } {
  const encoding = 'encoding' in source ? additiveEncoding(source.encoding) : undefined;
  const fope = isRope(source) ? source.fope : undefined;
  const table = encoding?.type === 'learned' ? encoding.rows * encoding.dim : 0;
  const parameters = table + (fope ? fope.cosCoefficients.length + fope.sinCoefficients.length : 0);
  return { learned: parameters > 0, parameters };
}

/** Tries 2, 3 and 4 axes. */
function measureAxes(source: EncodingSource): { maxAxes: number; axesError: string | null } {
  for (let axes = 2; axes <= 4; axes++) {
    const axesError = tryAxes(source, axes);
    if (axesError !== null) return { maxAxes: axes - 1, axesError };
  }
  return { maxAxes: 4, axesError: null };
}

/** Makes the encoding with so many axes and looks whether it tells the cells of a grid apart; what is wrong, or null. */
function tryAxes(source: EncodingSource, axes: number): string | null {
  try {
    const side = 2;
    const grid = gridOf(side, axes);
    const extended = withAxes(source, axes);
    const { repeated } = closestRows(
      positionRows(extended, grid.positions),
      grid.tokens,
      encodingShape(extended).dim,
    );
    return repeated === 0 ? null : `${repeated} of ${grid.tokens} cells have the row of another one`;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function withAxes(source: EncodingSource, axes: number): EncodingSource {
  if (isWavelet(source)) throw outOfRange('axes', '1, as two tokens have one distance', axes);
  if (isRope(source)) {
    const config = ropeConfig(source.rope);
    const pairs = config.rotaryDim / 2;
    const sections = Array.from({ length: axes }, (_, axis) => Math.floor((pairs + axis) / axes));
    return { ...source, rope: { ...config, axes: mropeSections(sections) } };
  }
  // As wide a block as now for every axis, so that it is not the width that fails.
  const encoding = additiveEncoding(source.encoding);
  const wider = { ...encoding, dim: (encoding.dim / encoding.axes) * axes, axes };
  return { ...source, encoding: wider as AdditiveEncodingInput };
}
