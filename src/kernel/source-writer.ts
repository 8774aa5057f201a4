import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkBuffer } from './buffers';
import type { SourceWords } from './params';
import type { RopeGrid, RopeIds, RopePositions, RopeRagged } from './positions';

/** Most ids, positions or cells of one kind. */
export const maxIds = 2 ** 31;
const idLimit = { most: maxIds, unit: ' of ids' };

/** What struct TableShape says of a table; of what has no table, the positions there are. */
export interface SourceTable {
  readonly lowBits: number;
  readonly highRows: number;
  readonly row: number;
  readonly capacity: number;
}

/** The numbers of struct Source's `kind`, from 1 on; 0 is a start. */
const kinds = ['grid', 'ids', 'ragged'] as const;
export type PositionKind = (typeof kinds)[number];

const idKeys = ['type', 'buffer', 'format', 'perSequence', 'rowLength', 'offset'] as const;
const idFormats = ['u32', 'i32', 'i64'] as const;
const raggedKeys = ['type', 'indptr', 'offsets', 'sequences'] as const;
const gridKeys = ['type', 'height', 'width', 'start'] as const;
const fields = [...idKeys, ...raggedKeys, ...gridKeys];

/** How the caller writes a source, and what the tokens of it are called. */
export interface SourceNames {
  readonly start: string;
  readonly positions: string;
  readonly tokens: string;
  /** What positions may be. Default all kinds. */
  readonly kinds?: readonly PositionKind[];
}

/** Where a source is written, and the limits it is held against. */
export interface SourcePlace {
  readonly words: Uint32Array;
  readonly at: SourceWords;
  /** Position axes. */
  readonly axes: number;
  /** Bytes that a binding may span. */
  readonly span: number;
}

/**
 * Checks what the host knows of positions, and writes them as struct Source. One a source of a kernel: {@link expect}, then
 * {@link write}. Allocates nothing.
 */
export class SourceWriter {
  readonly #place: SourcePlace;
  readonly #names: SourceNames;
  /** What messages call the fields of positions: texts put together at every encode would be garbage. */
  readonly #fields: Readonly<Record<string, string>>;
  #tokens = 0;
  #batch = 0;
  #capacity = 0;

  constructor(place: SourcePlace, names: SourceNames) {
    this.#place = place;
    this.#names = names;
    this.#fields = Object.fromEntries(fields.map((field) => [field, `${names.positions}.${field}`]));
  }

  /** Names the call at hand: the table, the tokens of each sequence, the sequences. */
  expect({ lowBits, highRows, row, capacity }: SourceTable, tokens: number, batch: number): void {
    const { words, at } = this.#place;
    words[at.table.low_bits] = lowBits;
    words[at.table.high_rows] = highRows;
    words[at.table.row] = row;
    words[at.table.capacity] = capacity;
    this.#tokens = tokens;
    this.#batch = batch;
    this.#capacity = capacity;
  }

  /**
   * Writes where positions come from.
   *
   * @returns the positions whose buffers have to be bound; null where a start says all
   */
  write(start: number | undefined, positions: RopePositions | undefined): RopePositions | null {
    const { words, at } = this.#place;
    const names = this.#names;
    words.fill(0, at.kind, at.height + 1);
    if (positions === undefined) {
      words[at.start] = this.#checkSpan(names.start, start, this.#tokens, names.tokens);
      return null;
    }
    if (start !== undefined) throw wrongType(names.start, `none beside ${names.positions}`, start);
    if (typeof positions !== 'object' || positions === null) {
      throw wrongType(names.positions, '{ type, … }', positions);
    }
    checkChoice(this.#fields.type as string, positions.type, names.kinds ?? kinds);
    words[at.kind] = kinds.indexOf(positions.type) + 1;
    if (positions.type === 'ids') this.#writeIds(positions);
    else if (positions.type === 'ragged') this.#writeRagged(positions);
    else this.#writeGrid(positions);
    return positions;
  }

  /** Adds to every id, as two's complement. */
  shiftIds(delta: number): void {
    this.#place.words[this.#place.at.start] = delta;
  }

  #writeIds(ids: RopeIds): void {
    const { words, at, axes } = this.#place;
    const { positions } = this.#names;
    const names = this.#fields as Record<(typeof fields)[number], string>;
    checkKeys(positions, ids, idKeys);
    const { buffer, perSequence = false } = ids;
    checkBuffer(names.buffer, buffer);
    const idWords = checkChoice(names.format, ids.format ?? 'i32', idFormats) === 'i64' ? 2 : 1;
    if (typeof perSequence !== 'boolean') throw wrongType(names.perSequence, 'true or false', perSequence);
    const tokens = this.#tokens;
    const row = checkInteger(names.rowLength, ids.rowLength ?? tokens, tokens, idLimit);
    const offset = checkInteger(names.offset, ids.offset ?? 0, 0, idLimit);
    const rows = perSequence ? this.#batch : 1;
    const needed = (offset + (axes * rows - 1) * row + tokens) * idWords * 4;
    if (needed > buffer.size) {
      const shape = [...(axes > 1 ? [axes] : []), ...(perSequence ? [rows] : []), tokens].join(', ');
      throw new RangeError(
        `${names.buffer}: expected >= ${needed} bytes for [${shape}] of ${ids.format ?? 'i32'}, buffer has ${buffer.size}`,
      );
    }
    this.#checkBound(names.buffer, needed);
    words[at.offset] = offset * idWords;
    words[at.axis_stride] = row * idWords * rows;
    words[at.row_stride] = perSequence ? row * idWords : 0;
    words[at.id_words] = idWords;
  }

  #writeRagged(ragged: RopeRagged): void {
    const { words, at } = this.#place;
    const names = this.#fields as Record<(typeof fields)[number], string>;
    checkKeys(this.#names.positions, ragged, raggedKeys);
    const sequences = checkInteger(names.sequences, ragged.sequences, 1, maxIds);
    if (this.#batch !== 1)
      throw outOfRange('batch', '1, as ragged sequences are one row of tokens', this.#batch);
    this.#checkWords(names.indptr, ragged.indptr, sequences + 1);
    this.#checkWords(names.offsets, ragged.offsets, sequences);
    words[at.width] = sequences;
  }

  #writeGrid(grid: RopeGrid): void {
    const { words, at, axes } = this.#place;
    const names = this.#fields as Record<(typeof fields)[number], string>;
    checkKeys(this.#names.positions, grid, gridKeys);
    if (axes < 2 || axes > 3) {
      throw outOfRange(names.type, 'a kind for one axis, as the config has no 2 or 3 axes', 'grid');
    }
    const height = checkInteger(names.height, grid.height, 1, maxIds);
    const width = checkInteger(names.width, grid.width, 1, maxIds);
    const frames = Math.ceil(this.#tokens / (width * height));
    if (axes === 2 && frames > 1) {
      throw outOfRange(names.height, `at least ${this.#tokens} cells (tokens) with width ${width}`, height);
    }
    const cells = Math.max(height, width, frames);
    words[at.start] = this.#checkSpan(names.start, grid.start ?? 0, cells, 'cells');
    words[at.width] = width;
    words[at.height] = height;
  }

  /** Refuses positions from `start` on that the host can see to lie past the table; returns the start. */
  #checkSpan(name: string, start: unknown, count: number, unit: string): number {
    const first = checkInteger(name, start, 0, maxIds);
    if (first + count > this.#capacity) {
      const last = `position ${first + count - 1} (start ${first} + ${count} ${unit} - 1)`;
      throw new RangeError(`${name}: expected positions below the capacity ${this.#capacity}, got ${last}`);
    }
    return first;
  }

  /** Checks that a buffer can be read by a shader and holds so many words. */
  #checkWords(name: string, buffer: GPUBuffer, count: number): void {
    checkBuffer(name, buffer);
    if (buffer.size < count * 4) {
      throw new RangeError(
        `${name}: expected >= ${count * 4} bytes for ${count} words, buffer has ${buffer.size}`,
      );
    }
    this.#checkBound(name, count * 4);
  }

  /** Of a buffer larger than a binding, as engines carve theirs from, the beginning is bound. */
  #checkBound(name: string, end: number): void {
    const { span } = this.#place;
    if (end > span) {
      throw outOfRange(name, `positions within the first ${span} bytes (maxStorageBufferBindingSize)`, end);
    }
  }
}
