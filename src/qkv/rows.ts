import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkBuffer } from '../kernel/buffers';
import type { WordsOf } from '../kernel/layout';
import { maxIds } from '../kernel/source-writer';
import type { QkvPages, QkvRows, QkvSlots } from './options';
import type { rowsLayout } from './params';

/** The numbers of struct Rows' `kind`, from 1 on; 0 is a token's own row. */
export const rowKinds = ['first', 'ring', 'slots', 'pages'] as const;

const keysOf = {
  first: ['type', 'first'],
  ring: ['type', 'first'],
  slots: ['type', 'buffer', 'format', 'perSequence', 'rowLength', 'offset'],
  pages: ['type', 'table', 'pageSize', 'pagesPerSequence', 'offset', 'first'],
} as const;
const formats = ['u32', 'i32', 'i64'] as const;
const idLimit = { most: maxIds, unit: ' of slots' };

/** The call whose rows are written. */
export interface RowsCall {
  tokens: number;
  batch: number;
  /** Rows that there are. */
  capacity: number;
  /** Whether several sequences have one pool of rows. */
  isShared: boolean;
  /** Whether the GPU says the first row. */
  hasStep: boolean;
}

/** Checks what the host knows of rows, and writes them as struct Rows. Allocates nothing. */
export class RowsWriter {
  readonly call: RowsCall = { tokens: 0, batch: 0, capacity: 0, isShared: false, hasStep: false };

  constructor(
    readonly words: Uint32Array,
    readonly at: WordsOf<typeof rowsLayout.fields>,
    /** Bytes that a binding may span. */
    readonly span: number,
  ) {}

  /** Of a call that has no rows to name: every token's own. */
  writeNone(): void {
    const { words, at } = this;
    words.fill(0, at.kind, at.page + 1);
    words[at.capacity] = 2 ** 32 - 1;
  }

  /** @returns the buffer that has to be bound, or null */
  write(rows: QkvRows): GPUBuffer | null {
    const { words, at, call } = this;
    words.fill(0, at.kind, at.page + 1);
    words[at.capacity] = call.capacity;
    if (typeof rows !== 'object' || rows === null) throw wrongType('rows', '{ type, … }', rows);
    const { type } = rows;
    checkChoice('rows.type', type, rowKinds);
    checkKeys('rows', rows, keysOf[type]);
    words[at.kind] = rowKinds.indexOf(type) + 1;
    if (type === 'slots') return this.#writeSlots(rows);
    if (type === 'pages') return this.#writePages(rows);
    if (call.isShared && call.batch > 1) {
      throw outOfRange('rows.type', '"slots" or "pages", as the sequences share their rows', type);
    }
    this.#writeFirst(rows.first, type === 'ring' ? maxIds : call.capacity - call.tokens);
    return null;
  }

  #writeFirst(first: number | undefined, most: number): void {
    const { words, at, call } = this;
    if (call.hasStep) {
      if (first !== undefined) throw wrongType('rows.first', 'none beside step', first);
      return;
    }
    if (most < 0) throw outOfRange('tokens', `at most ${call.capacity} (the capacity)`, call.tokens);
    words[at.first] = checkInteger('rows.first', first, 0, most);
  }

  #writeSlots(slots: QkvSlots): GPUBuffer {
    const { words, at, call } = this;
    const { buffer, perSequence = false } = slots;
    checkBuffer('rows.buffer', buffer);
    const slotWords = checkChoice('rows.format', slots.format ?? 'i32', formats) === 'i64' ? 2 : 1;
    if (typeof perSequence !== 'boolean') throw wrongType('rows.perSequence', 'true or false', perSequence);
    const { tokens } = call;
    const row = checkInteger('rows.rowLength', slots.rowLength ?? tokens, tokens, idLimit);
    const offset = checkInteger('rows.offset', slots.offset ?? 0, 0, idLimit);
    const count = perSequence ? (call.batch - 1) * row + tokens : tokens;
    this.#checkSize('rows.buffer', buffer, (offset + count) * slotWords * 4);
    words[at.offset] = offset * slotWords;
    words[at.sequence_stride] = perSequence ? row * slotWords : 0;
    words[at.slot_words] = slotWords;
    return buffer;
  }

  #writePages(pages: QkvPages): GPUBuffer {
    const { words, at, call } = this;
    checkBuffer('rows.table', pages.table);
    const size = checkInteger('rows.pageSize', pages.pageSize, 1, {
      most: call.capacity,
      unit: ' of rows (the capacity)',
    });
    const perSequence = checkInteger('rows.pagesPerSequence', pages.pagesPerSequence, 1, maxIds);
    const offset = checkInteger('rows.offset', pages.offset ?? 0, 0, maxIds);
    this.#checkSize('rows.table', pages.table, (offset + call.batch * perSequence) * 4);
    const rowsOfSequence = size * perSequence;
    if (!call.hasStep && call.tokens > rowsOfSequence) {
      throw outOfRange('tokens', `at most ${rowsOfSequence} (pageSize * pagesPerSequence)`, call.tokens);
    }
    words[at.offset] = offset;
    words[at.sequence_stride] = perSequence;
    words[at.page] = size;
    this.#writeFirst(pages.first, rowsOfSequence - call.tokens);
    return pages.table;
  }

  #checkSize(name: string, buffer: GPUBuffer, bytes: number): void {
    if (bytes > buffer.size)
      throw new RangeError(`${name}: expected >= ${bytes} bytes, buffer has ${buffer.size}`);
    if (bytes > this.span) {
      throw outOfRange(name, `rows within the first ${this.span} bytes (maxStorageBufferBindingSize)`, bytes);
    }
  }
}
