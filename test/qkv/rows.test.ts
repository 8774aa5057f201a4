import { describe, expect, it } from 'vitest';
import type { QkvRows } from '../../src/qkv/options';
import { rowsLayout } from '../../src/qkv/params';
import { type RowsCall, RowsWriter } from '../../src/qkv/rows';
import { storageBuffer } from '../support/qkv-parts';

const buffer = storageBuffer(400);

/** Writes rows of a call of 4 tokens, one sequence and 16 rows, or another. */
function write(rows: unknown, call: Partial<RowsCall> = {}, span = 2 ** 27) {
  const words = new Uint32Array(rowsLayout.words).fill(7);
  const writer = new RowsWriter(words, rowsLayout.at, span);
  Object.assign(writer.call, { tokens: 4, batch: 1, capacity: 16, ...call });
  const bound = writer.write(rows as QkvRows);
  return { bound, fields: fieldsOf(words) };
}

const fieldsOf = (words: Uint32Array) =>
  Object.fromEntries(Object.entries(rowsLayout.at).map(([name, at]) => [name, words[at]]));

const none = { kind: 0, first: 0, capacity: 16, offset: 0, sequence_stride: 0, slot_words: 0, page: 0 };

describe('what is written', () => {
  it('no rows: every token its own', () => {
    const words = new Uint32Array(rowsLayout.words).fill(7);
    new RowsWriter(words, rowsLayout.at, 2 ** 27).writeNone();
    expect(fieldsOf(words)).toEqual({ ...none, capacity: 2 ** 32 - 1 });
  });

  it.each([
    { rows: { type: 'first', first: 12 }, fields: { kind: 1, first: 12 } },
    { rows: { type: 'ring', first: 2 ** 31 }, fields: { kind: 2, first: 2 ** 31 } },
    { rows: { type: 'slots', buffer }, fields: { kind: 3, slot_words: 1 } },
    {
      rows: { type: 'slots', buffer, format: 'i64', offset: 3 },
      fields: { kind: 3, slot_words: 2, offset: 6 },
    },
    {
      rows: { type: 'slots', buffer, format: 'i64', perSequence: true, rowLength: 5, offset: 1 },
      call: { batch: 3 },
      fields: { kind: 3, slot_words: 2, offset: 2, sequence_stride: 10 },
    },
    {
      rows: { type: 'pages', table: buffer, pageSize: 8, pagesPerSequence: 2, first: 12, offset: 5 },
      fields: { kind: 4, first: 12, page: 8, sequence_stride: 2, offset: 5 },
    },
  ])('$rows', ({ rows, call, fields }) => {
    const { bound, fields: got } = write(rows, call);
    expect(got).toEqual({ ...none, ...fields });
    expect(bound).toBe(rows.type === 'first' || rows.type === 'ring' ? null : buffer);
  });

  it('a step says the first row', () => {
    for (const type of ['first', 'ring'] as const)
      expect(write({ type }, { hasStep: true, tokens: 99 }).fields.first).toBe(0);
    const pages = { type: 'pages', table: buffer, pageSize: 8, pagesPerSequence: 2 };
    expect(write(pages, { hasStep: true, tokens: 99 }).fields.first).toBe(0);
  });
});

interface Refused {
  readonly rows: unknown;
  readonly call?: Partial<RowsCall>;
  readonly span?: number;
  readonly error: Error;
}

const slots = { type: 'slots', buffer };
const pages = { type: 'pages', table: buffer, pageSize: 8, pagesPerSequence: 2, first: 0 };

const refused: Refused[] = [
  { rows: 3, error: new TypeError('rows: expected { type, … }, got 3') },
  { rows: null, error: new TypeError('rows: expected { type, … }, got null') },
  {
    rows: { type: 'last' },
    error: new RangeError('rows.type: expected "first" or "ring" or "slots" or "pages", got "last"'),
  },
  {
    rows: { type: 'first', first: 0, page: 1 },
    error: new TypeError('rows: expected only type, first, got "page"'),
  },
  { rows: { type: 'first' }, error: new TypeError('rows.first: expected an integer, got undefined') },
  {
    rows: { type: 'first', first: 13 },
    error: new RangeError('rows.first: expected an integer in 0..12, got 13'),
  },
  {
    rows: { type: 'first', first: 0 },
    call: { tokens: 17 },
    error: new RangeError('tokens: expected at most 16 (the capacity), got 17'),
  },
  {
    rows: { type: 'first', first: 0 },
    call: { hasStep: true },
    error: new TypeError('rows.first: expected none beside step, got 0'),
  },
  {
    rows: { type: 'ring', first: -1 },
    error: new RangeError('rows.first: expected an integer in 0..2147483648, got -1'),
  },
  {
    rows: { type: 'ring', first: 0 },
    call: { isShared: true, batch: 2 },
    error: new RangeError(
      'rows.type: expected "slots" or "pages", as the sequences share their rows, got "ring"',
    ),
  },
  { rows: { type: 'slots' }, error: new TypeError('rows.buffer: expected a GPUBuffer, got undefined') },
  {
    rows: { ...slots, format: 'u64' },
    error: new RangeError('rows.format: expected "u32" or "i32" or "i64", got "u64"'),
  },
  {
    rows: { ...slots, perSequence: 1 },
    error: new TypeError('rows.perSequence: expected true or false, got 1'),
  },
  {
    rows: { ...slots, perSequence: true, rowLength: 3 },
    error: new RangeError('rows.rowLength: expected an integer in 4..2147483648 of slots, got 3'),
  },
  {
    rows: { ...slots, offset: -1 },
    error: new RangeError('rows.offset: expected an integer in 0..2147483648 of slots, got -1'),
  },
  {
    rows: { ...slots, format: 'i64', offset: 47 },
    error: new RangeError('rows.buffer: expected >= 408 bytes, buffer has 400'),
  },
  {
    rows: { ...slots, offset: 60 },
    span: 252,
    error: new RangeError(
      'rows.buffer: expected rows within the first 252 bytes (maxStorageBufferBindingSize), got 256',
    ),
  },
  { rows: { ...pages, table: 1 }, error: new TypeError('rows.table: expected a GPUBuffer, got 1') },
  {
    rows: { ...pages, pageSize: 17 },
    error: new RangeError('rows.pageSize: expected an integer in 1..16 of rows (the capacity), got 17'),
  },
  {
    rows: { ...pages, pagesPerSequence: 0 },
    error: new RangeError('rows.pagesPerSequence: expected an integer in 1..2147483648, got 0'),
  },
  {
    rows: { ...pages, offset: 1.5 },
    error: new RangeError('rows.offset: expected an integer in 0..2147483648, got 1.5'),
  },
  {
    rows: { ...pages, offset: 99 },
    error: new RangeError('rows.table: expected >= 404 bytes, buffer has 400'),
  },
  {
    rows: pages,
    call: { tokens: 17 },
    error: new RangeError('tokens: expected at most 16 (pageSize * pagesPerSequence), got 17'),
  },
  {
    rows: { ...pages, first: 13 },
    error: new RangeError('rows.first: expected an integer in 0..12, got 13'),
  },
];

it.each(refused)('refused: $error.message', ({ rows, call, span, error }) => {
  expect(() => write(rows, call, span)).toThrow(error);
});
