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
  const positions = [position, next];
  const writings = [integerWriting(positions), binaryWriting(positions)];
  if (base !== 'rope' && base !== 2) writings.push(baseWriting(positions, base));
  writings.push(ropeWriting(state, frequencies));
  return writings;
}

function integerWriting(positions: readonly number[]): Writing {
  const [own = 0, neighbour = 0] = encodingRows({ type: 'integer', dim: 1 }, positions);
  return {
    name: 'Integer: one digit of a base above every position',
    numbers: 1,
    written: integer(own),
    change: `the only number, by ${integer(Math.abs(neighbour - own))}`,
    distance: Math.abs(neighbour - own),
  };
}

function binaryWriting(positions: readonly number[]): Writing {
  const rows = encodingRows({ type: 'binary', dim: bits }, positions);
  const own = Array.from(rows.subarray(0, bits));
  const neighbour = Array.from(rows.subarray(bits));
  return {
    name: 'Binary: base 2',
    numbers: bits,
    written: own.toReversed().join(''),
    change: places(changedPlaces(own, neighbour), bits),
    distance: distanceOf(own, neighbour),
  };
}

function baseWriting(positions: readonly number[], base: number): Writing {
  const [own = [], neighbour = []] = positions.map((value) => digitsOf(value, base, lastPosition));
  return {
    name: `Base ${base}`,
    numbers: own.length,
    written: own.toReversed().map(digitText).join(''),
    change: places(changedPlaces(own, neighbour), own.length),
    distance: distanceOf(own, neighbour),
  };
}

function ropeWriting({ position, theta, dim }: DigitsState, frequencies: Float64Array): Writing {
  const row = (at: number): number[] =>
    Array.from(frequencies, (f) => [Math.cos(at * f), Math.sin(at * f)]).flat();
  const own = row(position);
  const [cos = 0, sin = 0] = own;
  return {
    name: `RoPE: base ${baseText(theta, dim)}, each quotient as an angle`,
    numbers: own.length,
    written: `cos ${signed(cos)}, sin ${signed(sin)}, …`,
    change: 'every clock turns, each by the same angle as ever',
    distance: distanceOf(own, row(neighbourOf(position))),
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
