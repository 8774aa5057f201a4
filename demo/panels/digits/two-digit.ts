/** The kernel's table, read on the CPU as the kernel reads it: two rows and a complex product in float32. */
import type { RopeFrequencies } from 'webgpu-rope';
import { type RopeTable, twoDigitTable } from '../../../src/tables/tables';

/** A cosine and a sine. */
export interface Point {
  readonly cos: number;
  readonly sin: number;
}

/** All that goes into one pair's rotation at one position. */
export interface Lookup {
  readonly high: Point;
  readonly low: Point;
  /** Of the two rows, every operation rounded to float32. */
  readonly product: Point;
  /** Cosine and sine of the angle, in float64. */
  readonly truth: Point;
  /** Distance from product to truth. */
  readonly error: number;
  /** Distance from truth to the row that a full table would have: the truth, rounded once. */
  readonly fullError: number;
}

/**
 * What a product of two rounded rows may be off by, as a distance. No number exceeds 1, so each rounding of a cosine or a
 * sine costs 2^-25 at most, half a unit in the last place. Each has five: those of the two rows, of the two products and
 * of their sum; together with the other one that is a distance of sqrt(2) times as much.
 */
export const productBound = 5 * Math.SQRT2 * 2 ** -25;

const { fround } = Math;

/** A two-digit table, and its frequencies. */
export interface TwoDigit {
  readonly table: RopeTable;
  readonly frequencies: RopeFrequencies;
}

export function makeTwoDigit(frequencies: RopeFrequencies, capacity: number): TwoDigit {
  return { frequencies, table: twoDigitTable(frequencies, capacity) };
}

/** The digits of a position: `high * 2^lowBits + low`. */
export function splitPosition({ lowBits }: RopeTable, position: number): { high: number; low: number } {
  const high = Math.floor(position / 2 ** lowBits);
  return { high, low: position - high * 2 ** lowBits };
}

/** One pair at one position. */
export function lookup({ table, frequencies }: TwoDigit, position: number, pair: number): Lookup {
  const { high, low } = splitPosition(table, position);
  const a = entry(table, table.highRows + high * table.row, pair);
  const b = entry(table, low * table.row, pair);
  const product = productOf(a, b);
  const angle = position * (frequencies.inverseFrequencies[pair] ?? 0);
  const truth = { cos: Math.cos(angle), sin: Math.sin(angle) };
  return {
    high: a,
    low: b,
    product,
    truth,
    error: Math.hypot(product.cos - truth.cos, product.sin - truth.sin),
    fullError: Math.hypot(fround(truth.cos) - truth.cos, fround(truth.sin) - truth.sin),
  };
}

/** The complex product as a shader without fused multiply-adds rounds it. */
export function productOf(a: Point, b: Point): Point {
  return {
    cos: fround(fround(a.cos * b.cos) - fround(a.sin * b.sin)),
    sin: fround(fround(a.sin * b.cos) + fround(a.cos * b.sin)),
  };
}

function entry({ data }: RopeTable, duo: number, pair: number): Point {
  const at = (duo + (pair >> 1)) * 4 + (pair & 1);
  return { cos: data[at] ?? Number.NaN, sin: data[at + 2] ?? Number.NaN };
}
