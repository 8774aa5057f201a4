import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { MAX_ROTARY_DIM } from './rope-config';
import { checkRange } from './scaling';
import type { RopeAxes, RopeConfig } from './types';

const MAX_AXES = 4;

/**
 * M-RoPE with sections, as Qwen2-VL and Qwen2.5-VL have it: the first `sections[0]` pairs turn by axis 0 (time), the next
 * `sections[1]` by axis 1 (height), and so on. Pair `i` keeps the scheme's frequency `i`.
 *
 * @param sections Pairs of each axis, 1 to 4 of them; together `rotaryDim / 2`.
 * @throws {TypeError | RangeError} `sections` is no such list
 * @example Qwen2-VL-7B: `ropeConfig({ headDim: 128, theta: 1e6, axes: mropeSections([16, 24, 24]) })`
 */
export function mropeSections(sections: readonly number[]): RopeAxes {
  const checked = checkCounts('sections', sections, { axes: [1, MAX_AXES], unit: 'pairs', low: 0 });
  return {
    count: checked.length,
    pairAxis: checked.flatMap((pairs, axis) => Array<number>(pairs).fill(axis)),
  };
}

/**
 * M-RoPE with interleaved axes, as Qwen3-VL and Qwen3.5 have it: pairs turn by time, height, width, time, …; past
 * `3 * sections[1]` none turns by height any more and past `3 * sections[2]` none by width: those turn by time.
 *
 * @param sections Pairs of time, height and width; together `rotaryDim / 2`.
 * @throws {TypeError | RangeError} `sections` is no list of three such integers
 * @example Qwen3-VL-4B: `ropeConfig({ headDim: 128, theta: 5e6, axes: mropeInterleaved([24, 20, 20]) })`
 */
export function mropeInterleaved(sections: readonly number[]): RopeAxes {
  const checked = checkCounts('sections', sections, { axes: [3, 3], unit: 'pairs', low: 0 });
  const pairs = checked.reduce((sum, count) => sum + count, 0);
  const axisOf = (pair: number) => (pair < 3 * checked[pair % 3]! ? pair % 3 : 0);
  return { count: 3, pairAxis: Array.from({ length: pairs }, (_, pair) => axisOf(pair)) };
}

/** How {@link axial} deals pairs and frequencies to axes. */
export interface AxialOptions {
  /**
   * `blocks`: the first pairs turn by axis 0, the next by axis 1, … (rope-vit, Pixtral, Llama 4 and Qwen2-VL vision).
   * `alternate`: pair `i` turns by axis `i % axes` (MoonViT of Kimi-VL). Default `blocks`.
   */
  readonly order?: 'blocks' | 'alternate' | undefined;
  /**
   * `shared`: every axis has the same frequencies, 0, n, 2n, … of the scheme, that is `theta^(-2i / (rotaryDim / n))`.
   * `dealt`: axis a has a, n + a, 2n + a, … (Pixtral). Default `shared`.
   */
  readonly frequencies?: 'shared' | 'dealt' | undefined;
}

/**
 * Axial RoPE: each axis has as many pairs as the others. Which axis is the row and which the column is for the caller
 * to say, by the positions it gives: docs/positions.md lists what models take.
 *
 * @param rotaryDim Elements of a head that rotate; a multiple of `2 * axes`.
 * @param axes 1 to 4: 2 for images, 3 for video. Default 2.
 * @throws {TypeError | RangeError} an argument is out of range
 * @example rope-vit, heads of 64: `ropeConfig({ headDim: 64, theta: 100, pairing: 'interleaved', axes: axial(64) })`
 */
export function axial(rotaryDim: number, axes = 2, options: AxialOptions = {}): RopeAxes {
  checkKeys('options', options, ['order', 'frequencies']);
  const { order = 'blocks', frequencies = 'shared' } = options;
  checkInteger('axes', axes, 1, MAX_AXES);
  checkInteger('rotaryDim', rotaryDim, 2 * axes, MAX_ROTARY_DIM);
  if (rotaryDim % (2 * axes) !== 0) {
    throw outOfRange('rotaryDim', `a multiple of ${2 * axes} (2 * ${axes} axes)`, rotaryDim);
  }
  checkChoice('order', order, ['blocks', 'alternate']);
  checkChoice('frequencies', frequencies, ['shared', 'dealt']);
  const each = rotaryDim / 2 / axes;
  const pairs = Array.from({ length: each * axes }, (_, pair) =>
    order === 'blocks'
      ? { axis: Math.floor(pair / each), rank: pair % each }
      : { axis: pair % axes, rank: Math.floor(pair / axes) },
  );
  return {
    count: axes,
    pairAxis: pairs.map(({ axis }) => axis),
    frequencyIndex: pairs.map(({ axis, rank }) => rank * axes + (frequencies === 'shared' ? 0 : axis)),
  };
}

/** What {@link axialWidths} says of a rotation; spread it into a config. */
export type AxialWidths = Pick<RopeConfig, 'rotaryDim' | 'theta' | 'scaling' | 'axes'>;

/**
 * Axial RoPE with axes of different widths, each with a progression of its own, `theta^(-2i / width)`: what video and
 * image generators use. The scaling is `explicit`, as no single progression has these frequencies.
 *
 * @param widths Elements of a head that each axis rotates, in the order of the axes; even, 1 to 4 of them.
 * @param theta Base of every progression, 1/8 to 2^100. Default 10 000.
 * @throws {TypeError | RangeError} an argument is out of range
 * @example Wan 2.1 (frame, row, column): `ropeConfig({ headDim: 128, pairing: 'interleaved', ...axialWidths([44, 42, 42]) })`
 */
export function axialWidths(widths: readonly number[], theta = 10_000): AxialWidths {
  const checked = checkCounts('widths', widths, { axes: [1, MAX_AXES], unit: 'elements', low: 2 });
  checkRange('theta', theta);
  for (const [axis, width] of checked.entries()) {
    if (width % 2 !== 0) throw outOfRange(`widths[${axis}]`, 'an even integer', width);
  }
  const inverseFrequencies = checked.flatMap((width) =>
    Array.from({ length: width / 2 }, (_, i) => theta ** ((-2 * i) / width)),
  );
  return {
    rotaryDim: inverseFrequencies.length * 2,
    theta,
    scaling: { type: 'explicit', inverseFrequencies },
    axes: mropeSections(checked.map((width) => width / 2)),
  };
}

/** What a list with an integer an axis has to be. */
interface AxisCounts {
  /** The fewest axes, and the most. */
  readonly axes: readonly [fewest: number, most: number];
  readonly unit: string;
  /** The least each integer may be. */
  readonly low: number;
}

function checkCounts(name: string, value: unknown, { axes, unit, low }: AxisCounts): number[] {
  const [fewest, most] = axes;
  const count = fewest === most ? `${most}` : `${fewest} to ${most}`;
  const expected = `an array of ${count} integers (${unit} of each axis)`;
  if (!Array.isArray(value)) throw wrongType(name, expected, value);
  if (value.length < fewest || value.length > most) throw outOfRange(name, expected, value);
  const limit = { most: MAX_ROTARY_DIM, unit: ` (${unit})` };
  return Array.from(value, (entry, axis) => checkInteger(`${name}[${axis}]`, entry, low, limit));
}
