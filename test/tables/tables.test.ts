import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from 'webgpu-rope';
import {
  cachedTable,
  emptyTable,
  fullTable,
  fullTableBytes,
  type RopeTable,
  twoDigitTable,
  twoDigitTableBytes,
} from '../../src/tables/tables';
import { frequencyTurns, turnTable } from '../../src/tables/turns';

// Rows as kernels read them: quads of cos, cos, sin, sin of two neighbouring pairs, from float64 and rounded once.

/** (cos, sin) of a pair in the row that begins at a quad. */
const entryOf = ({ data }: RopeTable, quad: number, pair: number): [number, number] => {
  const at = 4 * (quad + (pair >> 1)) + (pair & 1);
  return [data[at]!, data[at + 2]!];
};

const roundedTo = (angle: number, factor = 1): [number, number] => [
  Math.fround(Math.cos(angle) * factor),
  Math.fround(Math.sin(angle) * factor),
];

// Three pairs: an odd number leaves half of the last quad unused.
const frequencies = ropeFrequencies({
  headDim: 6,
  scaling: { type: 'explicit', inverseFrequencies: [1, 0.25, -0.01], attentionFactor: 1.5 },
});
const [fast, middle, slow] = frequencies.inverseFrequencies as unknown as [number, number, number];

describe('fullTable', () => {
  it('has a row a position', () => {
    const table = fullTable(frequencies, 7);
    expect(table).toMatchObject({ kind: 'full', capacity: 7, row: 2, lowBits: 0, highRows: 0 });
    expect(table.data).toHaveLength(7 * 2 * 4);
    for (let position = 0; position < 7; position++) {
      for (const [pair, frequency] of [fast, middle, slow].entries())
        expect(entryOf(table, 2 * position, pair)).toEqual(roundedTo(position * frequency, 1.5));
      expect(entryOf(table, 2 * position, 3)).toEqual([0, 0]);
    }
    expect(fullTableBytes(3, 7)).toBe(table.data.byteLength);
  });

  it('float32 phases: frequency and angle are rounded to float32', () => {
    const wide = ropeFrequencies({ headDim: 8 });
    const table = fullTable(wide, 5000, 'float32');
    for (const position of [0, 1, 4999]) {
      for (const [pair, frequency] of wide.inverseFrequencies.entries()) {
        const angle = Math.fround(position * Math.fround(frequency));
        expect(entryOf(table, 2 * position, pair)).toEqual(roundedTo(angle));
      }
    }
    expect(table.data).not.toEqual(fullTable(wide, 5000).data);
  });
});

describe('twoDigitTable', () => {
  it.each([1, 2, 5, 16, 17, 100, 4096, 5000])(
    'of %i positions: a row of each digit, the factor in the high ones',
    (capacity) => {
      const table = twoDigitTable(frequencies, capacity);
      const { lowBits, highRows, row } = table;
      const low = 2 ** lowBits;
      const high = Math.ceil(capacity / low);
      expect(table).toMatchObject({ kind: 'two-digit', capacity, row: 2 });
      // Both digits are about as long: the low one has half of the bits of the largest position, or one more.
      expect(low * low).toBeGreaterThanOrEqual(capacity);
      expect((low * low) / 4).toBeLessThanOrEqual(capacity);
      expect(highRows).toBe(low * row);
      expect(table.data).toHaveLength((low + high) * row * 4);
      expect(twoDigitTableBytes(3, capacity)).toBe(table.data.byteLength);
      for (const [pair, frequency] of [fast, middle, slow].entries()) {
        for (let digit = 0; digit < low; digit++)
          expect(entryOf(table, digit * row, pair)).toEqual(roundedTo(digit * frequency));
        for (let digit = 0; digit < high; digit++)
          expect(entryOf(table, highRows + digit * row, pair)).toEqual(
            roundedTo(digit * low * frequency, 1.5),
          );
      }
    },
  );
});

describe('tables of the caller', () => {
  const numbers = Float32Array.from({ length: 60 }, (_, i) => i + 1);

  it('cos and sin apart, a row a position', () => {
    const table = cachedTable({
      cos: numbers,
      sin: numbers.map((each) => -each),
      pairs: 3,
      rows: 4,
      stride: 3,
    });
    expect(table).toMatchObject({ kind: 'full', capacity: 4, row: 2, lowBits: 0, highRows: 0 });
    expect(table.data).toHaveLength(4 * 2 * 4);
    for (let row = 0; row < 4; row++) {
      for (let pair = 0; pair < 3; pair++)
        expect(entryOf(table, 2 * row, pair)).toEqual([row * 3 + pair + 1, -(row * 3 + pair + 1)]);
      expect(entryOf(table, 2 * row, 3)).toEqual([0, 0]);
    }
  });

  it('each number twice, and sines behind the cosines of a row', () => {
    const table = cachedTable({
      cos: numbers,
      sin: numbers,
      pairs: 2,
      rows: 3,
      stride: 9,
      every: 2,
      sinAt: 5,
    });
    for (let row = 0; row < 3; row++) {
      for (let pair = 0; pair < 2; pair++)
        expect(entryOf(table, row, pair)).toEqual([9 * row + 2 * pair + 1, 9 * row + 2 * pair + 6]);
    }
  });
});

it('emptyTable: zeros in place of rows', () => {
  const table = emptyTable(3, 5);
  expect(table).toMatchObject({ kind: 'full', capacity: 5, row: 2, lowBits: 0, highRows: 0 });
  expect(table.data).toEqual(new Float32Array(5 * 2 * 4));
});

describe('turns', () => {
  it('turnTable: cosines and sines of 1024 parts of a turn, times the factor', () => {
    const data = turnTable(frequencies);
    expect(data).toHaveLength(4096);
    for (let row = 0; row < 1024; row++) {
      const [cos, sin] = roundedTo((row / 1024) * 2 * Math.PI, 1.5);
      expect([...data.subarray(4 * row, 4 * row + 4)]).toEqual([cos, sin, 0, 0]);
    }
  });

  it('frequencyTurns: the frequency over 2 pi, to the last of 64 bits behind the point', () => {
    const given = [1, -1, 0.1, 2 * Math.PI, 16_384, 1e-10, 2 ** -130, 2 ** -200, 0];
    const words = frequencyTurns(given);
    expect(words).toHaveLength(4 * given.length);
    for (const [pair, frequency] of given.entries()) {
      const [low, mid, high, sign] = words.subarray(4 * pair, 4 * pair + 4);
      const turns = high! + (mid! + low! / 2 ** 32) / 2 ** 32;
      expect(Math.abs(turns - Math.abs(frequency) / (2 * Math.PI))).toBeLessThanOrEqual(
        2 ** -65 + turns * 2 ** -52,
      );
      expect(sign).toBe(frequency < 0 ? 1 : 0);
    }
    // 1 / (2 pi) = 0.28be60db 9391054a 7f09…, rounded.
    expect([...words.subarray(0, 4)]).toEqual([0x9391054a, 0x28be60db, 0, 0]);
    // Half of it: 0.145f306d c9c882a5 3f84….
    expect([...frequencyTurns([0.5])]).toEqual([0xc9c882a5, 0x145f306d, 0, 0]);
    // A quarter: 0.0a2f9836 e4e44152 9fc2…, whose next bit is 1.
    expect([...frequencyTurns([0.25])]).toEqual([0xe4e44153, 0x0a2f9836, 0, 0]);
  });
});
