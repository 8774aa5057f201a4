import { outOfRange } from '../errors';
import type { Box, Dimensions } from './box';
import type { KernelDevice } from './device';

/** Every binding begins at a multiple of this; 256 is the largest `minStorageBufferOffsetAlignment` there may be. */
const alignment = 256;

/** The last byte at or before this one at which a binding may begin. */
export const alignDown = (bytes: number): number => bytes - (bytes % alignment);

/** A stretch of a buffer that fits one binding. */
export interface Window {
  readonly group: GPUBindGroup;
  /** First byte, where a binding may begin. */
  readonly begin: number;
}

/** A placed tensor, as far as splitting it goes. */
export interface WindowedView {
  readonly name: string;
  readonly buffer: GPUBuffer;
  /** Of one element. */
  readonly bytes: number;
  /** First element of the rows at hand. */
  readonly begin: number;
  readonly strides: Readonly<Dimensions>;
  readonly counts: Readonly<Dimensions>;
  readonly rowsOutside: boolean;
  extent(counts: Readonly<Dimensions>): number;
  offsetOf(at: Readonly<Dimensions>): number;
}

/** Makes the bind group of a stretch of a tensor. */
type MakeGroup = (resource: GPUBufferBinding) => GPUBindGroup;

/**
 * Bindings for a tensor whose buffer exceeds one binding: windows that overlap by three quarters, so that whatever is no
 * longer than three quarters of a binding lies whole in one of them. All are made at `bind`.
 */
export class Windows<View extends WindowedView = WindowedView> {
  readonly #span: number;
  readonly #step: number;
  readonly #grid: Window[] = [];
  /** Windows that begin anywhere, for rows or heads longer than the overlap, by first byte: the one thing that `encode` makes. */
  readonly #free = new Map<number, Window>();

  /** Counts of the smallest piece: one record, as every encode past a binding asks for it. */
  readonly #smallest: Dimensions = [1, 1, 1];

  constructor(
    readonly view: View,
    device: KernelDevice,
    readonly makeGroup: MakeGroup,
  ) {
    this.#span = device.span;
    this.#step = alignDown(this.#span / 4);
    for (let begin = 0; begin === 0 || begin + this.#step < view.buffer.size; begin += this.#step) {
      this.#grid.push(this.#window(begin));
    }
  }

  /**
   * Checks that the smallest piece we split into fits a binding: a token row where tokens lie outside heads, else a head.
   *
   * @throws {RangeError} it does not
   */
  check(): void {
    const { view } = this;
    const { rowsOutside, counts, strides } = view;
    const smallest = this.#smallest;
    smallest[1] = rowsOutside ? 1 : counts[1];
    smallest[2] = rowsOutside ? counts[2] : 1;
    const bytes = view.extent(smallest) * view.bytes;
    // A piece need not begin where a binding may: up to 252 bytes before it come along.
    let aligned = this.#isAligned(view.begin);
    for (let i = 0; i < 3; i++) aligned &&= this.#isAligned(strides[i] as number);
    const room = this.#span - (aligned ? 0 : alignment - 4);
    if (bytes > room) {
      const piece = rowsOutside ? 'token row' : 'head';
      throw outOfRange(view.name, `a ${piece} of at most ${room} bytes (maxStorageBufferBindingSize)`, bytes);
    }
  }

  #isAligned(elements: number): boolean {
    return (elements * this.view.bytes) % alignment === 0;
  }

  /**
   * Splits a box of sequences, tokens and heads until each piece lies in one window, and hands every piece to `launch`.
   * The box is changed meanwhile.
   */
  split(box: Box, launch: (box: Box, window: Window) => void): void {
    const { view } = this;
    const { at, counts } = box;
    const begin = (view.begin + view.offsetOf(at)) * view.bytes;
    const end = begin + view.extent(counts) * view.bytes;
    const window = this.#grid[Math.min(Math.floor(begin / this.#step), this.#grid.length - 1)] as Window;
    if (end <= window.begin + this.#span) {
      launch(box, window);
      return;
    }
    // Outermost first; of tokens and heads, only those that lie outside are split.
    const [batchStride, tokenStride] = view.strides;
    const inner = view.rowsOutside ? 1 : 2;
    const batchFirst = batchStride >= tokenStride || counts[inner] === 1 || !view.rowsOutside;
    const dimension = counts[0] > 1 && batchFirst ? 0 : inner;
    const all = counts[dimension];
    if (all === 1) {
      launch(box, this.#freeWindow(alignDown(begin)));
      return;
    }
    const half = Math.ceil(all / 2);
    counts[dimension] = half;
    this.split(box, launch);
    at[dimension] += half;
    counts[dimension] = all - half;
    this.split(box, launch);
    at[dimension] -= half;
    counts[dimension] = all;
  }

  #freeWindow(begin: number): Window {
    let window = this.#free.get(begin);
    if (!window) {
      // A cache whose first row slides must not make us remember without end.
      if (this.#free.size >= 64) this.#free.clear();
      window = this.#window(begin);
      this.#free.set(begin, window);
    }
    return window;
  }

  #window(begin: number): Window {
    const { buffer } = this.view;
    const size = Math.min(this.#span, buffer.size - begin);
    return { begin, group: this.makeGroup({ buffer, offset: begin, size }) };
  }
}
