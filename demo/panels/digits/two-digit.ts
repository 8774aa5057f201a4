/**
 * The numbers of the kernel's table, and what the kernel makes of two of its rows: a complex product in float32.
 * test/demo/digits-numbers.test.ts holds them to the table that the package makes, bit for bit.
 */
import type { RopeFrequencies } from 'webgpu-rope';

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

/** Positions as two digits, each of which has its rows. */
export interface Digits {
  /** A position is `high * 2^lowBits + low`. */
  readonly lowBits: number;
  readonly lowRows: number;
  readonly highRows: number;
}

/** Half of the bits of the largest position go to each digit, so that both have about as many rows. */
export function digitsFor(positions: number): Digits {
  const lowBits = Math.ceil(Math.log2(positions) / 2);
  const lowRows = 2 ** lowBits;
  return { lowBits, lowRows, highRows: Math.ceil(positions / lowRows) };
}

/** The rows of both digits, `[rows, pairs, (cos, sin)]`: computed in float64, rounded once to float32. */
export interface TwoDigitTable extends Digits {
  readonly frequencies: Float64Array;
  /** Row n is the angle of position n. */
  readonly low: Float32Array;
  /** Row n is the angle of position `n * 2^lowBits`. */
  readonly high: Float32Array;
}

/** The table of frequencies that no attention factor goes with. */
export function makeTwoDigit({ inverseFrequencies }: RopeFrequencies, positions: number): TwoDigitTable {
  const digits = digitsFor(positions);
  const { lowRows, highRows } = digits;
  return {
    ...digits,
    frequencies: inverseFrequencies,
    low: rowsOf(inverseFrequencies, lowRows, 1),
    high: rowsOf(inverseFrequencies, highRows, lowRows),
  };
}

/** Rows of the positions 0, `step`, 2 `step`, … */
function rowsOf(frequencies: Float64Array, count: number, step: number): Float32Array {
  const rows = new Float32Array(count * frequencies.length * 2);
  let at = 0;
  for (let row = 0; row < count; row++) {
    for (const frequency of frequencies) {
      const angle = row * step * frequency;
      rows[at++] = Math.cos(angle);
      rows[at++] = Math.sin(angle);
    }
  }
  return rows;
}

/** The digits of a position: `high * 2^lowBits + low`. */
export function splitPosition({ lowBits }: Digits, position: number): { high: number; low: number } {
  const high = Math.floor(position / 2 ** lowBits);
  return { high, low: position - high * 2 ** lowBits };
}

/** One pair at one position. */
export function lookup(table: TwoDigitTable, position: number, pair: number): Lookup {
  const { frequencies } = table;
  const digits = splitPosition(table, position);
  const high = pointIn(table.high, digits.high * frequencies.length + pair);
  const low = pointIn(table.low, digits.low * frequencies.length + pair);
  const product = productOf(high, low);
  const angle = position * (frequencies[pair] ?? 0);
  const truth = { cos: Math.cos(angle), sin: Math.sin(angle) };
  return {
    high,
    low,
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

function pointIn(rows: Float32Array, index: number): Point {
  return { cos: rows[2 * index] ?? Number.NaN, sin: rows[2 * index + 1] ?? Number.NaN };
}
