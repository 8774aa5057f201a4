import { checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { checkBuffer, sharedBuffer } from '../kernel/buffers';
import type { KernelDevice } from '../kernel/device';
import { remembered } from '../kernel/remembered';

/** What {@link Similarity.encode} compares: GPUBuffers of f32. All need `GPUBufferUsage.STORAGE`. */
export interface SimilarityTensors {
  /** `[count, dim]`, row-major, from the first byte on; finite numbers. Only read. */
  readonly rows: GPUBuffer;
  /** `1..4096`. */
  readonly count: number;
  readonly dim: number;
  /** `[columnCount, dim]`. Default: the rows themselves, which takes half the work. May be the buffer of `rows`. */
  readonly columns?: GPUBuffer;
  /** Given with `columns`: `1..4096`. */
  readonly columnCount?: number;
  /** `[count, count]`, or `[count, columnCount]`. Overwritten; no other of these buffers. */
  readonly result: GPUBuffer;
}

/** Checked {@link SimilarityTensors}. */
export interface Comparison {
  readonly rows: GPUBufferBinding;
  readonly count: number;
  readonly dim: number;
  /** Null: the rows themselves. */
  readonly columns: GPUBufferBinding | null;
  readonly columnCount: number;
  readonly result: GPUBuffer;
}

/** Rows of either set, at most: 4096 x 4096 results fit the smallest binding there may be twice. */
export const maxRows = 4096;
const maxDim = 2 ** 24;
const tensorKeys = ['rows', 'count', 'dim', 'columns', 'columnCount', 'result'];

/** What is compared, checked against a device; and its bindings, one object a buffer, by which bind groups are remembered. */
export class Comparisons {
  readonly #bindings = new WeakMap<GPUBuffer, GPUBufferBinding>();

  constructor(private readonly device: KernelDevice) {}

  /** @throws {TypeError | RangeError} something is not as {@link SimilarityTensors} says */
  checked(tensors: SimilarityTensors): Comparison {
    checkKeys('tensors', tensors, tensorKeys);
    const { rows, columns, result } = tensors;
    const count = checkCount('count', tensors.count);
    const dim = checkDim(tensors.dim);
    if (columns === undefined && tensors.columnCount !== undefined)
      throw wrongType('columnCount', 'none without columns', tensors.columnCount);
    const columnCount = columns === undefined ? count : checkCount('columnCount', tensors.columnCount);
    this.#checkRoom('rows', rows, count * dim);
    if (columns !== undefined) this.#checkRoom('columns', columns, columnCount * dim);
    this.#checkRoom('result', result, count * columnCount);
    if (result === rows || result === columns) throw sharedBuffer('result', 'those of rows and columns');
    return {
      rows: this.bindingOf(rows),
      count,
      dim,
      columns: columns === undefined ? null : this.bindingOf(columns),
      columnCount,
      result,
    };
  }

  /** The binding of a buffer: all of it, or as much as one binding may span. */
  bindingOf(buffer: GPUBuffer): GPUBufferBinding {
    return remembered(this.#bindings, buffer, () => ({
      buffer,
      size: Math.min(buffer.size, this.device.span),
    }));
  }

  /** @throws {RangeError} so many bytes exceed one binding */
  checkBytes(name: string, bytes: number): number {
    const { room } = this.device;
    if (bytes > room)
      throw new RangeError(`${name}: expected at most ${room} bytes (one binding), got ${bytes}`);
    return bytes;
  }

  #checkRoom(name: string, buffer: GPUBuffer, elements: number): void {
    checkBuffer(name, buffer);
    const bytes = this.checkBytes(name, elements * 4);
    if (buffer.size < bytes) {
      throw new RangeError(
        `${name}: expected >= ${bytes} bytes for ${elements} f32, buffer has ${buffer.size}`,
      );
    }
  }
}

/** @throws {TypeError | RangeError} it is no count of rows */
export function checkCount(name: string, count: unknown): number {
  return checkInteger(name, count, 1, maxRows);
}

/** @throws {TypeError | RangeError} it is no count of elements of a row */
export function checkDim(dim: unknown): number {
  return checkInteger('dim', dim, 1, maxDim);
}

/**
 * Checks rows on the host and returns how many they are.
 *
 * @throws {TypeError | RangeError} they are no Float32Array of whole rows, as many as `count` where that is given; a number
 *   is not finite
 */
export function checkHostRows(name: string, rows: unknown, dim: number, count?: number): number {
  if (!(rows instanceof Float32Array)) throw wrongType(name, 'a Float32Array', rows);
  if (count !== undefined && rows.length !== count * dim) {
    throw new RangeError(`${name}: expected ${count * dim} numbers ([count, dim]), got ${rows.length}`);
  }
  if (rows.length === 0 || rows.length % dim !== 0) {
    throw new RangeError(`${name}: expected a multiple of ${dim} (dim) numbers, got ${rows.length}`);
  }
  checkCount(`${name}.length / dim`, rows.length / dim);
  for (let i = 0; i < rows.length; i++) {
    if (!Number.isFinite(rows[i])) throw outOfRange(`${name}[${i}]`, 'a finite number', rows[i]);
  }
  return rows.length / dim;
}
