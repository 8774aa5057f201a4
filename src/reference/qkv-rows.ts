/** The rows of a cache that tokens go to, and the steps that say how many tokens there are, on the CPU. */

import { checkArrayLike, checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';

/** How many tokens, of how many sequences. */
export interface QkvReferenceShape {
  /** Tokens of each sequence; with `counts` the most there may be. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Tokens that each sequence has; those past them are left alone. Default `tokens` each. */
  readonly counts?: ArrayLike<number>;
}

/** Where rows begin: one row for all sequences, or one for each. */
type FirstRow = number | ArrayLike<number>;

/** Which row of the cache each token goes to; a discriminated union on `type`. */
export type QkvReferenceRows =
  /** Token t goes to row `first + t`. */
  | { readonly type: 'first'; readonly first: FirstRow }
  /** To row `(first + t) mod capacity`; of more tokens than rows, the last ones. */
  | { readonly type: 'ring'; readonly first: FirstRow; readonly capacity: number }
  /** To row `slots[offset + t]`, or `slots[offset + sequence * rowLength + t]`. A slot of -1 is no row. */
  | {
      readonly type: 'slots';
      readonly slots: ArrayLike<number>;
      /** Whether each sequence has slots of its own. Default false. */
      readonly perSequence?: boolean;
      /** Slots from one sequence to the next. Default `tokens`. */
      readonly rowLength?: number;
      /** Default 0. */
      readonly offset?: number;
    }
  /** With `r = first + t`, to row `table[offset + sequence * pagesPerSequence + floor(r / pageSize)] * pageSize + r mod pageSize`. */
  | {
      readonly type: 'pages';
      readonly table: ArrayLike<number>;
      readonly pageSize: number;
      readonly pagesPerSequence: number;
      /** Default 0. */
      readonly offset?: number;
      readonly first: FirstRow;
      /** Rows of the pool: a page that does not lie in it is no row. */
      readonly capacity: number;
    };

/** No row: K and V of the token are not written. */
const none = -1;
/** A row that is not there; any other number outside the cache is one too. */
const bad = -2;
const max = Number.MAX_SAFE_INTEGER;

const rowKeys = {
  first: ['type', 'first'],
  ring: ['type', 'first', 'capacity'],
  slots: ['type', 'slots', 'perSequence', 'rowLength', 'offset'],
  pages: ['type', 'table', 'pageSize', 'pagesPerSequence', 'offset', 'first', 'capacity'],
};

/**
 * The row of each token, `[batch, tokens]`: -1 where K and V are not written, -2 or a row past the cache where there should
 * be one and is not.
 *
 * @throws {TypeError} an option is the wrong kind of thing   @throws {RangeError} it is out of range, or a list too short
 * @example qkvReferenceRows({ type: 'ring', first: 6, capacity: 8 }, { tokens: 4 }) // [6, 7, 0, 1]
 */
export function qkvReferenceRows(rows: QkvReferenceRows, shape: QkvReferenceShape): number[] {
  const { tokens, batch, counts } = checkShape(shape);
  const type = checkChoice('rows.type', (rows as { type?: unknown } | null)?.type, [
    'first',
    'ring',
    'slots',
    'pages',
  ]);
  checkKeys('rows', rows, rowKeys[type]);
  const rowOf = rowFunction(rows, { tokens, batch, counts });
  const result: number[] = [];
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let token = 0; token < tokens; token++) {
      result.push(token < counts[sequence]! ? rowOf(sequence, token) : none);
    }
  }
  return result;
}

function rowFunction(
  rows: QkvReferenceRows,
  shape: Required<QkvReferenceShape>,
): (sequence: number, token: number) => number {
  const { tokens, batch, counts } = shape;
  if (rows.type === 'slots') {
    const { slots, perSequence = false } = rows;
    if (typeof perSequence !== 'boolean') throw wrongType('rows.perSequence', 'true or false', perSequence);
    const offset = checkInteger('rows.offset', rows.offset ?? 0, 0, max);
    const rowLength = checkInteger('rows.rowLength', rows.rowLength ?? tokens, 1, max);
    const needed = offset + (perSequence ? (batch - 1) * rowLength : 0) + tokens;
    checkIntegers('rows.slots', slots, needed);
    return (sequence, token) => slots[offset + (perSequence ? sequence * rowLength : 0) + token]!;
  }
  const firstOf = checkFirst(rows.first, batch);
  if (rows.type === 'first') return (sequence, token) => firstOf(sequence) + token;
  const capacity = checkInteger('rows.capacity', rows.capacity, 1, max);
  if (rows.type === 'ring') {
    return (sequence, token) =>
      token + capacity < counts[sequence]! ? none : (firstOf(sequence) + token) % capacity;
  }
  const { table } = rows;
  const pageSize = checkInteger('rows.pageSize', rows.pageSize, 1, max);
  const pages = checkInteger('rows.pagesPerSequence', rows.pagesPerSequence, 1, max);
  const offset = checkInteger('rows.offset', rows.offset ?? 0, 0, max);
  checkIntegers('rows.table', table, offset + batch * pages);
  return (sequence, token) => {
    const row = firstOf(sequence) + token;
    const index = Math.floor(row / pageSize);
    if (index >= pages) return bad;
    const page = table[offset + sequence * pages + index]!;
    if (page < 0 || (page + 1) * pageSize > capacity) return bad;
    return page * pageSize + (row % pageSize);
  };
}

/** What a step says: one number a sequence of each. */
export interface QkvReferenceStep {
  /** Tokens there are, at most `tokens`. */
  readonly counts: number[];
  /** The position of the first one. */
  readonly starts: number[];
  /** The row of the first one. */
  readonly firsts: number[];
  /** Sequences that had more than `tokens`. */
  readonly clamped: number;
}

/**
 * Reads the words of a step, `[tokens, start, first]` for all sequences or `[batch, 3]`.
 *
 * @throws {TypeError} an option is the wrong kind of thing   @throws {RangeError} it is out of range, or `words` too short
 * @example qkvReferenceStep([3, 412, 412], { tokens: 8 }).counts // [3]
 */
export function qkvReferenceStep(
  words: ArrayLike<number>,
  options: QkvReferenceStepOptions,
): QkvReferenceStep {
  checkKeys('options', options, ['tokens', 'batch', 'perSequence', 'offset']);
  const tokens = checkInteger('tokens', options.tokens, 1, max);
  const batch = checkInteger('batch', options.batch ?? 1, 1, max);
  const offset = checkInteger('offset', options.offset ?? 0, 0, max);
  const { perSequence = false } = options;
  if (typeof perSequence !== 'boolean') throw wrongType('perSequence', 'true or false', perSequence);
  checkIntegers('words', words, offset + 3 * (perSequence ? batch : 1));
  const wordOf = (which: number): number[] =>
    Array.from({ length: batch }, (_, sequence) => words[offset + (perSequence ? 3 * sequence : 0) + which]!);
  const given = wordOf(0);
  return {
    counts: given.map((count) => Math.min(count, tokens)),
    starts: wordOf(1),
    firsts: wordOf(2),
    clamped: given.filter((count) => count > tokens).length,
  };
}

/** The shape of a step. */
export interface QkvReferenceStepOptions {
  /** The most tokens that a sequence may have. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Whether each sequence has three words of its own. Default false. */
  readonly perSequence?: boolean;
  /** First word. Default 0. */
  readonly offset?: number;
}

/** Checks tokens, batch and counts, and fills them in. */
export function checkShape(shape: QkvReferenceShape): Required<QkvReferenceShape> {
  checkKeys('shape', shape, ['tokens', 'batch', 'counts']);
  const tokens = checkInteger('tokens', shape.tokens, 1, max);
  const batch = checkInteger('batch', shape.batch ?? 1, 1, max);
  const counts = shape.counts ?? Array<number>(batch).fill(tokens);
  checkIntegers('counts', counts, batch);
  for (let i = 0; i < batch; i++) checkInteger(`counts[${i}]`, counts[i], 0, tokens);
  return { tokens, batch, counts };
}

function checkFirst(first: FirstRow, batch: number): (sequence: number) => number {
  if (typeof first === 'number') {
    checkInteger('rows.first', first, 0, max);
    return () => first;
  }
  checkIntegers('rows.first', first, batch);
  return (sequence) => first[sequence]!;
}

/** Checks that `values` has integers, as many as needed or more. */
export function checkIntegers(name: string, values: unknown, needed: number): void {
  checkArrayLike(name, values, 'an array of integers');
  if (values.length < needed)
    throw new RangeError(`${name}: expected at least ${needed} integers, got ${values.length}`);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') throw wrongType(`${name}[${i}]`, 'an integer', value);
    if (!Number.isSafeInteger(value)) throw outOfRange(`${name}[${i}]`, 'an integer', value);
  }
}
