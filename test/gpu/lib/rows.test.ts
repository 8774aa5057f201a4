import { describe, expect, test } from 'vitest';
import { rowKinds } from '../../../src/qkv/rows';
import { callLibrary, hex } from '../../support/library-calls';
import code from './rows.wgsl?linked';

const PADDING = 0xffffffff;
const BAD = 0xfffffffe;
const firstOf = (words: Uint32Array[]): number[] => words.map(([word]) => word!);

interface RowsWords {
  readonly kind?: (typeof rowKinds)[number];
  readonly capacity?: number;
  readonly offset?: number;
  readonly sequenceStride?: number;
  readonly slotWords?: number;
  readonly page?: number;
}

/** The words of a Rows; those not named are poisoned, and so is `first`, which the functions are given. */
function wordsOfRows({ kind, capacity, offset, sequenceStride, slotWords, page }: RowsWords): number[] {
  const number = kind === undefined ? undefined : rowKinds.indexOf(kind) + 1;
  const fields = [number, undefined, capacity, offset, sequenceStride, slotWords, page, undefined];
  return fields.map((word, i) => word ?? 0x7fa00000 + i);
}

describe('row_from_first', () => {
  const rowsOf = async (rows: RowsWords, first: number, tokens: number): Promise<number[]> => {
    const words = wordsOfRows(rows);
    const calls = Array.from({ length: tokens }, (_, token) => [...words, first, token, tokens, 0]);
    return firstOf(await callLibrary({ code, name: 'row_from_first', calls }));
  };

  test.each(['first', 'pages'] as const)('%s: one after the other', async (kind) => {
    expect(await rowsOf({ kind, capacity: 3 }, 17, 5)).toEqual([17, 18, 19, 20, 21]);
  });

  test.each(['first', 'pages'] as const)('%s: none from 2^31 on, and none that wraps', async (kind) => {
    const capacity = 2 ** 31;
    const last = capacity - 1;
    expect(await rowsOf({ kind, capacity }, last, 3)).toEqual([last, BAD, BAD]);
    expect(await rowsOf({ kind, capacity }, capacity, 2)).toEqual([BAD, BAD]);
    // What would come out as 0 is none.
    expect(await rowsOf({ kind, capacity }, PADDING, 3)).toEqual([BAD, BAD, BAD]);
  });

  test.each([
    { first: 0, tokens: 4, capacity: 4 },
    { first: 3, tokens: 4, capacity: 4 },
    { first: 5, tokens: 1, capacity: 4 },
    { first: 6, tokens: 3, capacity: 7 },
    { first: 2, tokens: 5, capacity: 4 },
    { first: 1, tokens: 23, capacity: 5 },
    { first: 9, tokens: 6, capacity: 1 },
    { first: 2 ** 31 - 8, tokens: 8, capacity: 3 },
  ])(
    'ring of $capacity: $tokens tokens from $first on, of which the last one stays in a row',
    async (call) => {
      const { first, tokens, capacity } = call;
      // Written one after the other: who is there at the end.
      const cells = new Map<number, number>();
      for (let token = 0; token < tokens; token++) cells.set((first + token) % capacity, token);
      const expected = Array.from({ length: tokens }, (_, token) => {
        const row = (first + token) % capacity;
        return cells.get(row) === token ? row : PADDING;
      });
      expect(await rowsOf({ kind: 'ring', capacity }, first, tokens)).toEqual(expected);
    },
  );
});

describe('slot_word', () => {
  test.each([1, 2])('%i words a slot: [sequences, row] behind an offset', async (slotWords) => {
    const [sequences, tokens, row, offset] = [3, 4, 6, 7];
    const words = wordsOfRows({ kind: 'slots', offset, sequenceStride: row * slotWords, slotWords });
    const calls: number[][] = [];
    const expected: number[] = [];
    let word = offset;
    for (let sequence = 0; sequence < sequences; sequence++) {
      for (let token = 0; token < row; token++, word += slotWords) {
        if (token >= tokens) continue;
        calls.push([...words, token, sequence, 0, 0]);
        expected.push(word);
      }
    }
    expect(firstOf(await callLibrary({ code, name: 'slot_word', calls }))).toEqual(expected);
  });

  test('one row of slots for all sequences', async () => {
    const words = wordsOfRows({ kind: 'slots', offset: 2, sequenceStride: 0, slotWords: 1 });
    const calls = [0, 1].flatMap((sequence) => [0, 5].map((token) => [...words, token, sequence, 0, 0]));
    expect(firstOf(await callLibrary({ code, name: 'slot_word', calls }))).toEqual([2, 7, 2, 7]);
  });
});

test.each([1, 2])('checked_slot: %i words: -1 is padding, what is no row is bad', async (slotWords) => {
  const edges = [0, 1, 412, 0x7fffffff, 0x80000000, BAD, PADDING];
  const cases = edges.flatMap((low) => edges.map((high) => ({ low, high })));
  const words = wordsOfRows({ kind: 'slots', slotWords });
  const calls = cases.map(({ low, high }) => [...words, low, high, 0, 0]);
  const got = firstOf(await callLibrary({ code, name: 'checked_slot', calls }));
  const expected = cases.map(({ low, high }) => {
    // The word behind a 32-bit slot is the next one's.
    const slot = slotWords === 2 ? BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)) : BigInt(low | 0);
    if (slot === -1n) return PADDING;
    return slot >= 0n && slot < 2n ** 31n ? Number(slot) : BAD;
  });
  expect(hex(got)).toEqual(hex(expected));
});

describe('pages', () => {
  // Three sequences of five pages of four rows; a cache of 30 rows, whose last two make no page.
  const [sequences, perSequence, page, offset] = [3, 5, 4, 11];
  const capacity = 30;
  const words = wordsOfRows({ kind: 'pages', capacity, offset, sequenceStride: perSequence, page });

  test('page_word: the word of the page of a row; of no row one of the sequence', async () => {
    const calls: number[][] = [];
    const expected: number[] = [];
    for (let sequence = 0; sequence < sequences; sequence++) {
      let word = offset + sequence * perSequence;
      for (let row = 0; row < perSequence * page; row++) {
        if (row > 0 && row % page === 0) word++;
        calls.push([...words, row, sequence, 0, 0]);
        expected.push(word);
      }
      for (const row of [perSequence * page, 2 ** 31 - 1, BAD, PADDING]) {
        calls.push([...words, row, sequence, 0, 0]);
        expected.push(word);
      }
    }
    expect(firstOf(await callLibrary({ code, name: 'page_word', calls }))).toEqual(expected);
  });

  test('row_in_page: the row of the cache; none of a page that is not there whole, none past the table', async () => {
    const rows = [...Array(perSequence * page + 1).keys(), 2 ** 31 - 1, BAD, PADDING];
    const pages = [0, 3, 6, 7, 2 ** 30, 2 ** 31, BAD, PADDING];
    const cases = rows.flatMap((row) => pages.map((each) => ({ row, page: each })));
    const calls = cases.map((each) => [...words, each.row, each.page, 0, 0]);
    const got = firstOf(await callLibrary({ code, name: 'row_in_page', calls }));
    const inCache = [...Array(Math.floor(capacity / page)).keys()];
    const expected = cases.map((each) => {
      const isThere = each.row < perSequence * page && inCache.includes(each.page);
      return isThere ? each.page * page + (each.row % page) : BAD;
    });
    expect(got).toEqual(expected);
    expect(expected).toContain(6 * page + page - 1);
  });
});
