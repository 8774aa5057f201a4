import { describe, expect, test } from 'vitest';
import { callLibrary, hex } from '../../support/library-calls';
import { createRandom } from '../../support/random';
import code from './positions.wgsl?linked';

const PADDING = 0xffffffff;
const BAD = 0xfffffffe;
const firstOf = (words: Uint32Array[]): number[] => words.map(([word]) => word!);

test('is_position: below 2^31, whatever the table', async () => {
  const positions = [0, 1, 0x7ffffffe, 0x7fffffff, 0x80000000, BAD, PADDING];
  const got = await callLibrary({ code, name: 'is_position', calls: positions.map((p) => [p, 0, 0, 0]) });
  expect(firstOf(got)).toEqual([1, 1, 1, 1, 0, 0, 0]);
});

interface SourceWords {
  readonly start?: number;
  readonly offset?: number;
  readonly axisStride?: number;
  readonly rowStride?: number;
  readonly idWords?: number;
  readonly width?: number;
  readonly height?: number;
}

/** The words of a Source; those not named, and its table, are poisoned. */
function wordsOfSource(source: SourceWords): number[] {
  const { start, offset, axisStride, rowStride, idWords, width, height } = source;
  const fields = [undefined, start, offset, axisStride, rowStride, idWords, width, height];
  return [undefined, undefined, undefined, undefined, ...fields].map((word, i) => word ?? 0x7fa00000 + i);
}

// AXES 1 and 4 are no grids that the host lets pass: their cells are those of three axes.
describe.each([1, 2, 3, 4])('AXES %i', (axes) => {
  test.each([
    { frames: 2, height: 3, width: 5, start: 0 },
    { frames: 3, height: 1, width: 1, start: 17 },
    { frames: 1, height: 7, width: 2, start: 0x7ffffff0 },
  ])('cell_position: $frames frames of $height x $width cells from $start', async ({ frames, ...grid }) => {
    const { height, width, start } = grid;
    const cells: number[][] = [];
    for (let frame = 0; frame < frames; frame++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) cells.push([frame, row, column]);
      }
    }
    const calls = cells.map((_, token) => [...wordsOfSource(grid), token, 0, 0, 0]);
    const got = await callLibrary({ code, name: 'cell_position', constants: { AXES: axes }, calls });
    for (const [token, cell] of cells.entries()) {
      const expected = (axes === 2 ? cell.slice(1) : cell).map((place) => start + place);
      const lanes = [...got[token]!];
      expect(lanes.slice(0, expected.length)).toEqual(expected);
      for (const lane of lanes.slice(expected.length)) expect(expected).toContain(lane);
    }
  });
});

describe('id_word', () => {
  const [axes, sequences, tokens] = [3, 2, 5];

  test.each([1, 2])(
    '%i words an id: [axes, sequences, row] behind an offset, rows longer than their tokens',
    async (idWords) => {
      const row = tokens + 2;
      const offset = 7;
      const source = wordsOfSource({
        offset,
        axisStride: sequences * row * idWords,
        rowStride: row * idWords,
        idWords,
      });
      const calls: number[][] = [];
      const expected: number[] = [];
      let word = offset;
      for (let axis = 0; axis < axes; axis++) {
        for (let sequence = 0; sequence < sequences; sequence++) {
          for (let token = 0; token < row; token++, word += idWords) {
            if (token >= tokens) continue;
            calls.push([...source, token, sequence, axis, 0]);
            expected.push(word);
          }
        }
      }
      expect(firstOf(await callLibrary({ code, name: 'id_word', calls }))).toEqual(expected);
    },
  );

  test('one row for all sequences', async () => {
    const source = wordsOfSource({ offset: 1, axisStride: tokens, rowStride: 0, idWords: 1 });
    const calls = [0, 1].flatMap((axis) => [0, 1].map((sequence) => [...source, 3, sequence, axis, 0]));
    expect(firstOf(await callLibrary({ code, name: 'id_word', calls }))).toEqual([4, 4, 9, 9]);
  });
});

describe('checked_id', () => {
  const lows = [0, 1, 412, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffd, BAD, PADDING];
  const shifts = [0, 1, 412, 0x7fffffff, -1, -412];

  /** The rule, in integers of any size. */
  function positionOf(id: bigint, shift: number): number {
    if (id === -1n) return PADDING;
    const isPosition = (value: bigint) => value >= 0n && value < 2n ** 31n;
    const shifted = id + BigInt(shift);
    return isPosition(id) && isPosition(shifted) ? Number(shifted) : BAD;
  }

  test.each([
    { bits: 32, highs: [0, 1, PADDING] },
    { bits: 64, highs: [0, 1, 0x7fffffff, 0x80000000, BAD, PADDING] },
  ])(
    '$bits bits: -1 is padding, what is no position is bad, before and after the shift',
    async ({ bits, highs }) => {
      const isWide = bits === 64;
      const cases = lows.flatMap((low) =>
        highs.flatMap((high) => shifts.map((shift) => ({ low, high, shift }))),
      );
      const calls = cases.map(({ low, high, shift }) => [low, high, isWide ? 1 : 0, shift]);
      const got = firstOf(await callLibrary({ code, name: 'checked_id', calls }));
      for (const [i, { low, high, shift }] of cases.entries()) {
        // The word behind a 32-bit id is the next one's.
        const id = isWide ? BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)) : BigInt(low | 0);
        expect(hex([got[i]!]), JSON.stringify(cases[i])).toEqual(hex([positionOf(id, shift)]));
      }
    },
  );
});

test('axis_in: two bits a pair, sixteen pairs a word', async () => {
  const random = createRandom(3);
  const axes = Array.from({ length: 64 }, () => random.integer(0, 3));
  const calls = axes.map((_, pair) => {
    const first = pair - (pair % 16);
    const digits = axes
      .slice(first, first + 16)
      .reverse()
      .join('');
    return [Number.parseInt(digits, 4), pair, 0, 0];
  });
  expect(firstOf(await callLibrary({ code, name: 'axis_in', calls }))).toEqual(axes);
});
