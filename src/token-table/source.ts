import { checkChoice, checkInteger, checkKeys, checkNumber, outOfRange, wrongType } from '../errors';
import { checkBuffer } from '../kernel/buffers';
import { isFiniteFloat32 } from '../kernel/checks';
import type { WordsOf } from '../kernel/layout';
import { maxIds } from '../kernel/source-writer';
import type { TokenGrid, TokenIds, TokenParts, TokenTableEncodeOptions } from './options';
import type { axesLayout, TokenTableWords } from './params';

type AxesWords = WordsOf<typeof axesLayout.fields>;

const kinds = ['ids', 'grid', 'parts'] as const;
const formats = ['u32', 'i32', 'i64', 'f32'] as const;
const idKeys = ['type', 'buffer', 'format', 'signed', 'perSequence', 'rowLength', 'offset'];
const gridKeys = ['type', 'height', 'width', 'origin'];
const partKeys = ['type', 'buffer', 'count', 'perSequence', 'offset'];
const axisNames = ['x', 'y', 'z', 'w'] as const;
const partWordCount = 8;
/** Origins, starts and shifts: sums of two make no overflow. */
const mostShift = 2 ** 29;
const numberOf32 = 'a number, other than 0, that float32 holds';
const isFactor = (value: number): boolean => Math.fround(value) !== 0 && isFiniteFloat32(value);

/** What a source is held against. */
export interface TokenSourcePlace {
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly at: TokenTableWords;
  readonly axes: number;
  /** Positions from `least` to below `most`. */
  readonly least: number;
  readonly most: number;
  /** Whether positions turn by frequencies, and not by rows of the caller's tables. */
  readonly isTurned: boolean;
  /** Bytes that a binding may span. */
  readonly span: number;
}

/** Checks what the host knows of positions, and writes them into the parameters. Allocates nothing. */
export class TokenSource {
  readonly #place: TokenSourcePlace;
  #tokens = 0;
  #batch = 0;

  constructor(place: TokenSourcePlace) {
    this.#place = place;
  }

  /** Writes where the positions of these tokens come from; returns the buffer that has to be bound. */
  write(options: TokenTableEncodeOptions, tokens: number, batch: number): GPUBuffer | null {
    const { words, floats, at, least, most } = this.#place;
    const { start, positions, shift = 0, factor } = options;
    this.#tokens = tokens;
    this.#batch = batch;
    words.fill(0, at.least, words.length);
    words[at.least] = least;
    words[at.most] = most;
    this.#writeIntegers('shift', shift, at.shift);
    if (factor !== undefined && (positions as Partial<TokenIds> | undefined)?.format !== 'f32') {
      throw wrongType('factor', 'none, as positions are no ids of f32', factor);
    }
    for (const name of axisNames) floats[at.factor[name]] = 1;
    if (factor !== undefined) this.#writeFactors(factor);
    if (positions === undefined) {
      this.#writeStart(start);
      return null;
    }
    if (start !== undefined) throw wrongType('start', 'none beside positions', start);
    if (typeof positions !== 'object' || positions === null) {
      throw wrongType('positions', '{ type, … }', positions);
    }
    checkChoice('positions.type', positions.type, kinds);
    words[at.kind] = positions.type === 'ids' ? 0 : 1;
    if (positions.type === 'ids') return this.#writeIds(positions);
    if (positions.type === 'parts') return this.#writeParts(positions);
    this.#writeGrid(positions);
    return null;
  }

  #writeStart(start: unknown): void {
    const { words, at } = this.#place;
    words[at.kind] = 1;
    words[at.part.step] = 1;
    this.#writeIntegers('start', start, at.part.origin);
    const { axes } = this.#place;
    for (let axis = 0; axis < axes; axis++) this.#checkSpan('start', axis, this.#tokens);
  }

  #writeGrid(grid: TokenGrid): void {
    const { words, at, axes } = this.#place;
    checkKeys('positions', grid, gridKeys);
    if (axes < 2 || axes > 3) {
      throw outOfRange('positions.type', 'a kind for one axis, as the config has no 2 or 3 axes', 'grid');
    }
    const height = checkInteger('positions.height', grid.height, 1, maxIds);
    const width = checkInteger('positions.width', grid.width, 1, maxIds);
    const frames = Math.ceil(this.#tokens / (width * height));
    if (axes === 2 && frames > 1) {
      const expected = `at least ${this.#tokens} cells (tokens) with width ${width}`;
      throw outOfRange('positions.height', expected, height);
    }
    words[at.part.width] = width;
    words[at.part.height] = height;
    this.#writeIntegers('positions.origin', grid.origin ?? 0, at.part.origin);
    const rows = Math.min(height, Math.ceil(this.#tokens / width));
    const columns = Math.min(width, this.#tokens);
    this.#checkSpan('positions.origin', axes - 1, columns);
    this.#checkSpan('positions.origin', axes - 2, rows);
    if (axes === 3) this.#checkSpan('positions.origin', 0, frames);
  }

  #writeIds(ids: TokenIds): GPUBuffer {
    const { words, at, axes, isTurned } = this.#place;
    checkKeys('positions', ids, idKeys);
    const { buffer, perSequence = false, signed = false } = ids;
    checkBuffer('positions.buffer', buffer);
    const format = checkChoice('positions.format', ids.format ?? 'i32', formats);
    if (typeof perSequence !== 'boolean')
      throw wrongType('positions.perSequence', 'true or false', perSequence);
    if (typeof signed !== 'boolean') throw wrongType('positions.signed', 'true or false', signed);
    if (!isTurned && (signed || format === 'f32')) {
      const name = signed ? 'positions.signed' : 'positions.format';
      const expected = 'as tables of your own have whole positions from 0 on';
      throw outOfRange(
        name,
        signed ? `false, ${expected}` : `integers, ${expected}`,
        signed ? signed : format,
      );
    }
    if (signed && format === 'u32') throw outOfRange('positions.signed', 'false, as u32 has no sign', signed);
    const idWords = format === 'i64' ? 2 : 1;
    const tokens = this.#tokens;
    const row = checkInteger('positions.rowLength', ids.rowLength ?? tokens, tokens, maxIds);
    const offset = checkInteger('positions.offset', ids.offset ?? 0, 0, maxIds);
    const rows = perSequence ? this.#batch : 1;
    this.#checkBytes(buffer, (offset + (axes * rows - 1) * row + tokens) * idWords * 4);
    words[at.format] = formats.indexOf(format);
    words[at.is_signed] = signed ? 1 : 0;
    words[at.offset] = offset * idWords;
    words[at.axis_stride] = row * idWords * rows;
    words[at.row_stride] = perSequence ? row * idWords : 0;
    return buffer;
  }

  #writeParts(parts: TokenParts): GPUBuffer {
    const { words, at } = this.#place;
    checkKeys('positions', parts, partKeys);
    const { buffer, perSequence = false } = parts;
    checkBuffer('positions.buffer', buffer);
    if (typeof perSequence !== 'boolean')
      throw wrongType('positions.perSequence', 'true or false', perSequence);
    const count = checkInteger('positions.count', parts.count, 1, maxIds / partWordCount);
    const offset = checkInteger('positions.offset', parts.offset ?? 0, 0, maxIds / partWordCount);
    const lists = perSequence ? this.#batch : 1;
    this.#checkBytes(buffer, (offset + count * lists) * partWordCount * 4);
    words[at.count] = count;
    words[at.offset] = offset * partWordCount;
    words[at.row_stride] = perSequence ? count * partWordCount : 0;
    return buffer;
  }

  #checkBytes(buffer: GPUBuffer, needed: number): void {
    const { span } = this.#place;
    if (needed > buffer.size) {
      throw outOfRange('positions.buffer', `>= ${needed} bytes`, buffer.size);
    }
    if (needed > span) {
      const expected = `positions within the first ${span} bytes (maxStorageBufferBindingSize)`;
      throw outOfRange('positions.buffer', expected, needed);
    }
  }

  /** Refuses positions that the host can see to lie past the table: so many from an origin on, shifted. */
  #checkSpan(name: string, axis: number, count: number): void {
    const { words, at, least, most } = this.#place;
    const word = axisNames[axis] as (typeof axisNames)[number];
    const first = ((words[at.part.origin[word]] as number) | 0) + ((words[at.shift[word]] as number) | 0);
    if (first < least || first + count > most) {
      const got = `${first}..${first + count - 1}`;
      throw new RangeError(`${name}: expected positions in ${least}..${most - 1}, got ${got}`);
    }
  }

  #writeIntegers(name: string, given: unknown, at: AxesWords): void {
    const { words, axes } = this.#place;
    const isList = this.#checkAxes(name, given);
    for (let axis = 0; axis < axes; axis++) {
      const value = isList ? (given as readonly unknown[])[axis] : given;
      const word = axisNames[axis] as (typeof axisNames)[number];
      words[at[word]] = checkInteger(name, value, -mostShift, mostShift);
    }
  }

  #writeFactors(given: unknown): void {
    const { floats, at, axes } = this.#place;
    const isList = this.#checkAxes('factor', given);
    for (let axis = 0; axis < axes; axis++) {
      const value = isList ? (given as readonly unknown[])[axis] : given;
      const word = axisNames[axis] as (typeof axisNames)[number];
      floats[at.factor[word]] = checkNumber('factor', value, numberOf32, isFactor);
    }
  }

  /** Whether a number an axis is given, and not one for all. */
  #checkAxes(name: string, given: unknown): boolean {
    const { axes } = this.#place;
    if (!Array.isArray(given)) return false;
    if (given.length !== axes) throw outOfRange(name, `a number, or ${axes} of them (axes)`, given);
    return true;
  }
}
