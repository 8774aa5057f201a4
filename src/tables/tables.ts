import type { RopeFrequencies } from '../config/types';

/**
 * Cosines and sines as the kernel reads them: rows of quads, `(cos, cos, sin, sin)` of the neighbouring pairs `2j` and
 * `2j + 1`, built in float64 and rounded once to float32. Where the number of pairs is odd, the second cosine and sine of
 * a row's last quad are 0.
 */
export interface RopeTable {
  readonly kind: 'two-digit' | 'full';
  /** The rows: low digit first, then high digit; or one row a position. */
  readonly data: Float32Array<ArrayBuffer>;
  /** Positions the table serves: 0 to `capacity - 1`. */
  readonly capacity: number;
  /** Quads (16 bytes each) in a row. */
  readonly row: number;
  /** Position = `high << lowBits | low`. 0 in a full table. */
  readonly lowBits: number;
  /** Quad at which the rows of the high digit begin. 0 in a full table. */
  readonly highRows: number;
}

/** Quads in a table row for so many pairs. */
const quadsOf = (pairs: number): number => Math.ceil(pairs / 2);

/** Bytes of a full table. */
export function fullTableBytes(pairs: number, capacity: number): number {
  return capacity * quadsOf(pairs) * 16;
}

/** Bytes of both tables of a two-digit table. */
export function twoDigitTableBytes(pairs: number, capacity: number): number {
  const low = 2 ** lowBitsOf(capacity);
  return fullTableBytes(pairs, low + Math.ceil(capacity / low));
}

/** Bits of the low digit: half of those of the largest position, so that both tables are about as long. */
function lowBitsOf(capacity: number): number {
  return Math.ceil(Math.log2(capacity) / 2);
}

/**
 * How the angle of a position and a frequency is formed: `exact` in float64; `float32` as PyTorch does, the product of
 * position and frequency both rounded to float32, rounded to float32 itself.
 */
export type RopePhases = 'exact' | 'float32';

/**
 * Table with a row a position: `capacity * ceil(pairs / 2) * 16` bytes, exact to half a float32 ulp.
 *
 * @param capacity Positions to serve, from 0.
 */
export function fullTable(
  frequencies: RopeFrequencies,
  capacity: number,
  phases: RopePhases = 'exact',
): RopeTable {
  const { inverseFrequencies, attentionFactor } = frequencies;
  const data = emptyRows(inverseFrequencies.length, capacity);
  if (phases === 'exact') {
    writeRows(data, 1, frequencies);
  } else {
    const rounded = Float64Array.from(inverseFrequencies, Math.fround);
    // A product of two float32 is exact in float64, so rounding it once is what a float32 multiply does.
    writeRows(data, 1, { inverseFrequencies: rounded, attentionFactor }, Math.fround);
  }
  return fullTableOf(data, inverseFrequencies.length, capacity);
}

/**
 * Table of two digits: a position p is `high * 2^lowBits + low` and its rotation the product of one row of each digit.
 * 1 048 576 positions of 64 pairs take 1 MiB where a full table takes 512. The product is off by at most three float32
 * roundings (1.8e-7). The attention factor lies in the high digit's rows alone.
 *
 * @param capacity Positions to serve, from 0; at most 2^24.
 */
export function twoDigitTable(frequencies: RopeFrequencies, capacity: number): RopeTable {
  const { inverseFrequencies } = frequencies;
  const row = quadsOf(inverseFrequencies.length);
  const lowBits = lowBitsOf(capacity);
  const low = 2 ** lowBits;
  const high = Math.ceil(capacity / low);
  const data = emptyRows(inverseFrequencies.length, low + high);
  const highRows = low * row;
  writeRows(data.subarray(0, highRows * 4), 1, { inverseFrequencies, attentionFactor: 1 });
  writeRows(data.subarray(highRows * 4), low, frequencies);
  return { kind: 'two-digit', data, capacity, row, lowBits, highRows };
}

/** Cosines and sines that a caller computed: `rows` rows of `pairs` of each. */
export interface CachedRows {
  readonly cos: Float32Array;
  /** May be the same array as `cos`. */
  readonly sin: Float32Array;
  readonly pairs: number;
  readonly rows: number;
  /** Numbers from a row to the next, in both arrays. */
  readonly stride: number;
  /** Numbers from a pair to the next. Default 1. */
  readonly every?: number;
  /** Where the sines of a row begin in `sin`. Default 0. */
  readonly sinAt?: number;
}

/** Full table of a caller's cosines and sines; nothing assumes that they are those of an angle. */
export function cachedTable({ cos, sin, pairs, rows, stride, every = 1, sinAt = 0 }: CachedRows): RopeTable {
  const data = emptyRows(pairs, rows);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < pairs; i++) {
      const at = r * quadsOf(pairs) * 4 + (i >> 1) * 4 + (i & 1);
      data[at] = cos[r * stride + i * every] as number;
      data[at + 2] = sin[r * stride + sinAt + i * every] as number;
    }
  }
  return fullTableOf(data, pairs, rows);
}

/** A full table of rows that are not there yet. */
export function emptyTable(pairs: number, rows: number): RopeTable {
  return fullTableOf(emptyRows(pairs, rows), pairs, rows);
}

function emptyRows(pairs: number, rows: number): Float32Array<ArrayBuffer> {
  return new Float32Array(rows * quadsOf(pairs) * 4);
}

function fullTableOf(data: Float32Array<ArrayBuffer>, pairs: number, capacity: number): RopeTable {
  return { kind: 'full', data, capacity, row: quadsOf(pairs), lowBits: 0, highRows: 0 };
}

/**
 * Fills rows: the r-th holds position `r * step`.
 *
 * @param round What an angle is rounded to. Default: float64 keeps it.
 */
function writeRows(
  rows: Float32Array,
  step: number,
  { inverseFrequencies, attentionFactor }: RopeFrequencies,
  round = (angle: number): number => angle,
): void {
  const width = quadsOf(inverseFrequencies.length) * 4;
  for (let base = 0; base < rows.length; base += width) {
    const position = (base / width) * step;
    for (let i = 0; i < inverseFrequencies.length; i++) {
      const angle = round(position * (inverseFrequencies[i] as number));
      const at = base + (i >> 1) * 4 + (i & 1);
      rows[at] = Math.cos(angle) * attentionFactor;
      rows[at + 2] = Math.sin(angle) * attentionFactor;
    }
  }
}
