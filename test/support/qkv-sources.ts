/** Positions, rows and steps of a case: as `encode` takes them, in GPUBuffers, and as the reference does. */

import type { QkvRows, QkvStep, RopePositionSource } from 'webgpu-rope';
import { type QkvReferenceRows, type QkvReferenceStep, qkvReferenceStep } from 'webgpu-rope/reference';
import type { Own } from './gpu';

/** Words of an id or a slot: how a list of integers lies in a buffer. */
type Format = 'u32' | 'i32' | 'i64';

/** Where positions come from. */
export type PositionCase =
  | { readonly type: 'start'; readonly start: number }
  | {
      readonly type: 'ids';
      /** All that the buffer holds, whatever of it the call reads. */
      readonly ids: readonly number[];
      readonly format?: Format;
      readonly perSequence?: boolean;
      readonly rowLength?: number;
      readonly offset?: number;
    }
  | { readonly type: 'ragged'; readonly indptr: readonly number[]; readonly offsets: readonly number[] }
  | { readonly type: 'grid'; readonly height: number; readonly width: number; readonly start?: number };

/** Where rows come from; `first` is left out where a step says it. */
export type RowsCase =
  | { readonly type: 'first' | 'ring'; readonly first?: number }
  | {
      readonly type: 'slots';
      readonly slots: readonly number[];
      readonly format?: Format;
      readonly perSequence?: boolean;
      readonly rowLength?: number;
      readonly offset?: number;
    }
  | {
      readonly type: 'pages';
      readonly table: readonly number[];
      readonly pageSize: number;
      readonly pagesPerSequence: number;
      readonly offset?: number;
      readonly first?: number;
    };

/** The words of a step. */
export interface StepCase {
  readonly words: readonly number[];
  readonly perSequence?: boolean;
  readonly offset?: number;
}

/** The call that they are of. */
export interface CallShape {
  readonly tokens: number;
  readonly batch: number;
  readonly axes: number;
  /** Positions that the table has. */
  readonly positions: number;
}

/** A storage buffer of 32-bit words. */
export function wordBuffer(device: GPUDevice, own: Own, values: readonly number[]): GPUBuffer {
  const data = Uint32Array.from(values, (value) => value >>> 0);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = own(device.createBuffer({ label: 'test words', size: Math.max(data.byteLength, 4), usage }));
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** Integers in words: 64-bit ones are two, low first. */
export function wordsOfFormat(values: readonly number[], format: Format = 'i32'): number[] {
  if (format !== 'i64') return [...values];
  return values.flatMap((value) => [value % 2 ** 32, Math.floor(value / 2 ** 32)]);
}

/** What `encode` is told of positions. */
export function positionSource(device: GPUDevice, own: Own, positions: PositionCase): RopePositionSource {
  if (positions.type === 'start') return { start: positions.start };
  if (positions.type === 'grid') return { positions };
  if (positions.type === 'ragged') {
    const [indptr, offsets] = [positions.indptr, positions.offsets].map((list) =>
      wordBuffer(device, own, list),
    ) as [GPUBuffer, GPUBuffer];
    return { positions: { type: 'ragged', indptr, offsets, sequences: positions.offsets.length } };
  }
  const { ids, ...rest } = positions;
  return { positions: { ...rest, buffer: wordBuffer(device, own, wordsOfFormat(ids, rest.format)) } };
}

/** What `encode` is told of rows. */
export function rowSource(device: GPUDevice, own: Own, rows: RowsCase): QkvRows {
  if (rows.type === 'slots') {
    const { slots, ...rest } = rows;
    return { ...rest, buffer: wordBuffer(device, own, wordsOfFormat(slots, rest.format)) };
  }
  return rows.type === 'pages' ? { ...rows, table: wordBuffer(device, own, rows.table) } : rows;
}

/** What `encode` is told of a step. */
export function stepSource(device: GPUDevice, own: Own, { words, ...rest }: StepCase): QkvStep {
  return { ...rest, buffer: wordBuffer(device, own, words) };
}

/** The step of a call, every token of it where there is none. */
export function referenceStep(step: StepCase | undefined, { tokens, batch }: CallShape): QkvReferenceStep {
  if (!step) {
    const zeros = Array<number>(batch).fill(0);
    return { counts: zeros.map(() => tokens), starts: zeros, firsts: zeros, clamped: 0 };
  }
  const { words, ...rest } = step;
  return qkvReferenceStep(words, { tokens, batch, ...rest });
}

/** Rows as the reference takes them. */
export function referenceRows(rows: RowsCase, step: QkvReferenceStep, capacity: number): QkvReferenceRows {
  if (rows.type === 'slots') {
    const slots = rows.slots.map((slot) => (slot === 0xffffffff && rows.format === 'u32' ? -1 : slot));
    const { format: _format, ...rest } = rows;
    return { ...rest, slots };
  }
  const first = rows.first ?? step.firsts;
  if (rows.type === 'first') return { type: 'first', first };
  return rows.type === 'ring' ? { type: 'ring', first, capacity } : { ...rows, first, capacity };
}

/** The position of every token on each axis, -1 where it has none, and how many tokens have a bad one. */
export function referencePositions(
  positions: PositionCase | undefined,
  step: QkvReferenceStep,
  shape: CallShape,
): { readonly lists: number[][]; readonly bad: number } {
  const { tokens, batch, axes } = shape;
  const lists = Array.from({ length: axes }, (): number[] => []);
  let bad = 0;
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let token = 0; token < tokens; token++) {
      const given = positions
        ? positionsOfToken(positions, sequence, token, shape)
        : Array<number>(axes).fill(step.starts[sequence]! + token);
      const isPadding = given.includes(-1);
      const isBad = !isPadding && given.some((position) => position < 0 || position >= shape.positions);
      if (isBad && token < step.counts[sequence]!) bad++;
      for (const [axis, list] of lists.entries()) list.push(isPadding || isBad ? -1 : given[axis]!);
    }
  }
  return { lists, bad };
}

/** What a source says of a token: one number an axis, -1 for padding. */
function positionsOfToken(
  positions: PositionCase,
  sequence: number,
  token: number,
  { tokens, batch, axes }: CallShape,
): number[] {
  if (positions.type === 'start') return Array<number>(axes).fill(positions.start + token);
  if (positions.type === 'grid') {
    const { height, width, start = 0 } = positions;
    const row = Math.floor(token / width);
    const cell = [Math.floor(row / height), row % height, token % width].map((at) => at + start);
    return axes === 2 ? cell.slice(1) : cell;
  }
  if (positions.type === 'ragged') {
    const { indptr, offsets } = positions;
    const of = offsets.findIndex((_, i) => indptr[i]! <= token && token < indptr[i + 1]!);
    const isPadding = of < 0 || offsets[of] === 0xffffffff;
    return Array<number>(axes).fill(isPadding ? -1 : offsets[of]! + token - indptr[of]!);
  }
  const { ids, format, perSequence = false, rowLength = tokens, offset = 0 } = positions;
  const rows = perSequence ? batch : 1;
  return Array.from({ length: axes }, (_, axis) => {
    const id = ids[offset + (axis * rows + (perSequence ? sequence : 0)) * rowLength + token]!;
    return id === 0xffffffff && format === 'u32' ? -1 : id;
  });
}
