import { describe, expect, it } from 'vitest';
import { type QkvReferenceRows, qkvReferenceRows, qkvReferenceStep } from '../../src/reference';

describe('rows of tokens', () => {
  it('first: one after the other, of each sequence from its own first row', () => {
    expect(qkvReferenceRows({ type: 'first', first: 5 }, { tokens: 3 })).toEqual([5, 6, 7]);
    expect(qkvReferenceRows({ type: 'first', first: [5, 0] }, { tokens: 2, batch: 2 })).toEqual([5, 6, 0, 1]);
  });

  it('tokens past the count of a sequence have no row', () => {
    const shape = { tokens: 3, batch: 2, counts: [2, 0] };
    expect(qkvReferenceRows({ type: 'first', first: 4 }, shape)).toEqual([4, 5, -1, -1, -1, -1]);
  });

  it('ring: wraps; of more tokens than rows the last ones, each row once', () => {
    const ring = { type: 'ring', first: 6, capacity: 8 } as const;
    expect(qkvReferenceRows(ring, { tokens: 4 })).toEqual([6, 7, 0, 1]);
    const rows = qkvReferenceRows({ type: 'ring', first: 2, capacity: 3 }, { tokens: 8 });
    expect(rows).toEqual([-1, -1, -1, -1, -1, (2 + 5) % 3, (2 + 6) % 3, (2 + 7) % 3]);
    expect(new Set(rows.slice(5))).toEqual(new Set([0, 1, 2]));
  });

  it('ring: which tokens are the last follows from the count, not from the shape', () => {
    const shape = { tokens: 8, batch: 2, counts: [4, 3] };
    const rows = qkvReferenceRows({ type: 'ring', first: [0, 1], capacity: 3 }, shape);
    expect(rows).toEqual([-1, 1, 2, 0, -1, -1, -1, -1, 1, 2, 0, -1, -1, -1, -1, -1]);
  });

  it('slots: shared by a batch, or a row of them a sequence', () => {
    const slots = [99, 3, -1, 7, 5, 4, 98];
    const shape = { tokens: 2, batch: 2 };
    expect(qkvReferenceRows({ type: 'slots', slots, offset: 1 }, shape)).toEqual([3, -1, 3, -1]);
    const own = { type: 'slots', slots, offset: 1, perSequence: true } as const;
    expect(qkvReferenceRows(own, shape)).toEqual([3, -1, 7, 5]);
    expect(qkvReferenceRows({ ...own, rowLength: 3 }, shape)).toEqual([3, -1, 5, 4]);
  });

  it('pages: by the table of the sequence; a page outside the pool or past the table is bad', () => {
    const pages = { type: 'pages', pageSize: 4, pagesPerSequence: 2, capacity: 20 } as const;
    const table = [9, 4, 1, 0, 3];
    const rows = qkvReferenceRows(
      { ...pages, table, offset: 1, first: [3, 0] },
      { tokens: 3, batch: 2, counts: [3, 1] },
    );
    expect(rows).toEqual([4 * 4 + 3, 1 * 4, 1 * 4 + 1, 0, -1, -1]);
    expect(qkvReferenceRows({ ...pages, table: [5, -1], first: 3 }, { tokens: 2 })).toEqual([-2, -2]);
    // A page of which the pool has only the first rows is not in it.
    expect(qkvReferenceRows({ ...pages, capacity: 19, table: [4, 3], first: 3 }, { tokens: 2 })).toEqual([
      -2, 12,
    ]);
    expect(qkvReferenceRows({ ...pages, table: [0, 1], first: 7 }, { tokens: 2 })).toEqual([7, -2]);
  });
});

describe('steps', () => {
  it('three words for all sequences, or for each', () => {
    expect(qkvReferenceStep([3, 412, 7], { tokens: 8, batch: 2 })).toEqual({
      counts: [3, 3],
      starts: [412, 412],
      firsts: [7, 7],
      clamped: 0,
    });
    const words = [99, 1, 2, 3, 4, 5, 6];
    expect(qkvReferenceStep(words, { tokens: 8, batch: 2, perSequence: true, offset: 1 })).toEqual({
      counts: [1, 4],
      starts: [2, 5],
      firsts: [3, 6],
      clamped: 0,
    });
  });

  it('more tokens than there may be are clamped and counted once a sequence', () => {
    const step = qkvReferenceStep([9, 0, 0, 8, 0, 0, 4e9, 0, 0], { tokens: 8, batch: 3, perSequence: true });
    expect(step.counts).toEqual([8, 8, 8]);
    expect(step.clamped).toBe(2);
    expect(qkvReferenceStep([9, 0, 0], { tokens: 8, batch: 3 }).clamped).toBe(3);
  });
});

describe('errors', () => {
  const shape = { tokens: 2, batch: 2 };
  const slots = { type: 'slots', slots: [0, 1] } as const;
  const pages = {
    type: 'pages',
    table: [0, 1],
    pageSize: 4,
    pagesPerSequence: 1,
    first: 0,
    capacity: 8,
  } as const;
  const cases: [rows: unknown, error: typeof TypeError | typeof RangeError, message: string][] = [
    [null, TypeError, 'rows.type: expected "first" or "ring" or "slots" or "pages", got undefined'],
    [{ type: 'last' }, RangeError, 'rows.type: expected "first" or "ring" or "slots" or "pages", got "last"'],
    [{ type: 'first', first: 0, capacity: 8 }, TypeError, 'rows: expected only type, first, got "capacity"'],
    [{ type: 'first', first: -1 }, RangeError, 'rows.first: expected an integer of at least 0, got -1'],
    [{ type: 'first', first: [0] }, RangeError, 'rows.first: expected at least 2 integers, got 1'],
    [{ type: 'ring', first: 0 }, TypeError, 'rows.capacity: expected an integer, got undefined'],
    [{ ...slots, slots: [0] }, RangeError, 'rows.slots: expected at least 2 integers, got 1'],
    [{ ...slots, slots: [0, 0.5] }, RangeError, 'rows.slots[1]: expected an integer, got 0.5'],
    [{ ...slots, slots: [0, '1'] }, TypeError, 'rows.slots[1]: expected an integer, got "1"'],
    [{ ...slots, perSequence: true }, RangeError, 'rows.slots: expected at least 4 integers, got 2'],
    [{ ...slots, perSequence: 1 }, TypeError, 'rows.perSequence: expected true or false, got 1'],
    [{ ...slots, rowLength: 0 }, RangeError, 'rows.rowLength: expected an integer of at least 1, got 0'],
    [{ ...pages, pageSize: 0 }, RangeError, 'rows.pageSize: expected an integer of at least 1, got 0'],
    [{ ...pages, pagesPerSequence: 2 }, RangeError, 'rows.table: expected at least 4 integers, got 2'],
    [{ ...pages, table: 7 }, TypeError, 'rows.table: expected an array of integers, got 7'],
  ];
  it.each(cases)('%j', (rows, error, message) => {
    const call = () => qkvReferenceRows(rows as QkvReferenceRows, shape);
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  });

  it('shapes and steps', () => {
    const first = { type: 'first', first: 0 } as const;
    expect(() => qkvReferenceRows(first, { ...shape, counts: [1] })).toThrow(
      'counts: expected at least 2 integers, got 1',
    );
    expect(() => qkvReferenceRows(first, { ...shape, counts: [1, 3] })).toThrow(
      'counts[1]: expected an integer in 0..2, got 3',
    );
    expect(() => qkvReferenceStep([1, 2], { tokens: 1 })).toThrow(
      'words: expected at least 3 integers, got 2',
    );
    expect(() => qkvReferenceStep([1, 2, 3], { tokens: 1, perSequence: 1 as never })).toThrow(
      'perSequence: expected true or false, got 1',
    );
  });
});
