/** One position, written in the ways that encodings write it, and what the next position changes. */
import { encodingRows } from 'webgpu-rope/additive';
import { integer, withMinus } from '../../format';
import { baseText, changedPlaces, digitsOf, digitText } from './numerals';
import { type DigitsState, lastPosition } from './state';

export interface Writing {
  readonly name: string;
  /** Numbers that the position becomes. */
  readonly numbers: number;
  readonly written: string;
  /** What the next position changes, in words. */
  readonly change: string;
  /** Distance between the two rows, each number an axis. */
  readonly distance: number;
}

/** Bits that the largest position needs. */
const bits = digitsOf(0, 2, lastPosition).length;

/** The next position; of the last one, the one before. */
export function neighbourOf(position: number): number {
  return position < lastPosition ? position + 1 : position - 1;
}

export function writingsOf(state: DigitsState, frequencies: Float64Array): Writing[] {
  const { position, base } = state;
  const next = neighbourOf(position);
  const both = [position, next];
  const writings = [integerWriting(both), binaryWriting(both)];
  if (base !== 'rope' && base !== 2) writings.push(baseWriting(both, base));
  writings.push(ropeWriting(state, frequencies));
  return writings;
}

function integerWriting(both: readonly number[]): Writing {
  const [here = 0, there = 0] = encodingRows({ type: 'integer', dim: 1 }, both);
  return {
    name: 'Integer: one digit of a base above every position',
    numbers: 1,
    written: integer(here),
    change: `the only number, by ${integer(Math.abs(there - here))}`,
    distance: Math.abs(there - here),
  };
}

function binaryWriting(both: readonly number[]): Writing {
  const rows = encodingRows({ type: 'binary', dim: bits }, both);
  const here = Array.from(rows.subarray(0, bits));
  const there = Array.from(rows.subarray(bits));
  return {
    name: 'Binary: base 2',
    numbers: bits,
    written: here.toReversed().join(''),
    change: places(changedPlaces(here, there), bits),
    distance: distanceOf(here, there),
  };
}

function baseWriting(both: readonly number[], base: number): Writing {
  const [here = [], there = []] = both.map((value) => digitsOf(value, base, lastPosition));
  return {
    name: `Base ${base}`,
    numbers: here.length,
    written: here.toReversed().map(digitText).join(''),
    change: places(changedPlaces(here, there), here.length),
    distance: distanceOf(here, there),
  };
}

function ropeWriting({ position, theta, dim }: DigitsState, frequencies: Float64Array): Writing {
  const row = (at: number): number[] =>
    Array.from(frequencies, (f) => [Math.cos(at * f), Math.sin(at * f)]).flat();
  const here = row(position);
  const [cos = 0, sin = 0] = here;
  return {
    name: `RoPE: base ${baseText(theta, dim)}, each quotient as an angle`,
    numbers: here.length,
    written: `cos ${signed(cos)}, sin ${signed(sin)}, …`,
    change: 'every clock turns, each by the same angle as ever',
    distance: distanceOf(here, row(neighbourOf(position))),
  };
}

function places(changed: number, of: number): string {
  return `${changed} of ${of} digits`;
}

function distanceOf(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, at) => value - (b[at] ?? Number.NaN)));
}

function signed(value: number): string {
  return withMinus(value.toFixed(3));
}
