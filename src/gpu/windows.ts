import { outOfRange } from '../errors';
import type { Dimensions, TensorView } from './tensor';

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

/**
 * Bindings for a tensor whose buffer exceeds one binding: windows that overlap by three quarters, so that whatever is no
 * longer than three quarters of a binding lies whole in one of them. All are made at `bind`.
 */
export class Windows<View extends WindowedView = TensorView> {
  readonly #size: number;
  readonly #step: number;
  readonly #grid: Window[] = [];
  /** Windows of their own for rows or heads longer than the overlap, by first byte: the one thing that `encode` makes. */
  readonly #odd = new Map<number, Window>();

  constructor(
    readonly view: View,
    limit: number,
    readonly makeGroup: (begin: number, size: number) => GPUBindGroup,
  ) {
    this.#size = alignDown(limit);
    this.#step = alignDown(this.#size / 4);
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
    const bytes = view.extent(rowsOutside ? [1, 1, counts[2]] : [1, counts[1], 1]) * view.bytes;
    // A piece need not begin where a binding may: up to 252 bytes before it come along.
    const aligned = [view.begin, ...strides].every((elements) => (elements * view.bytes) % alignment === 0);
    const room = this.#size - (aligned ? 0 : alignment - 4);
    if (bytes > room) {
      const piece = rowsOutside ? 'token row' : 'head';
      throw outOfRange(view.name, `a ${piece} of at most ${room} bytes (maxStorageBufferBindingSize)`, bytes);
    }
  }

  /**
   * Splits a box of sequences, tokens and heads until each piece lies in one window, and hands every piece to `launch`.
   * `first` and `counts` are changed meanwhile.
   */
  split(
    first: Dimensions,
    counts: Dimensions,
    launch: (first: Dimensions, counts: Dimensions, window: Window) => void,
  ): void {
    const { view } = this;
    const begin = (view.begin + view.offsetOf(first)) * view.bytes;
    const end = begin + view.extent(counts) * view.bytes;
    const window = this.#grid[Math.min(Math.floor(begin / this.#step), this.#grid.length - 1)] as Window;
    if (end <= window.begin + this.#size) {
      launch(first, counts, window);
      return;
    }
    // Outermost first; of tokens and heads, only those that lie outside are split.
    const [batchStride, tokenStride] = view.strides;
    const inner = view.rowsOutside ? 1 : 2;
    const batchFirst = batchStride >= tokenStride || counts[inner] === 1 || !view.rowsOutside;
    const dimension = counts[0] > 1 && batchFirst ? 0 : inner;
    const all = counts[dimension];
    if (all === 1) {
      launch(first, counts, this.#oddWindow(alignDown(begin)));
      return;
    }
    const half = Math.ceil(all / 2);
    counts[dimension] = half;
    this.split(first, counts, launch);
    first[dimension] += half;
    counts[dimension] = all - half;
    this.split(first, counts, launch);
    first[dimension] -= half;
    counts[dimension] = all;
  }

  #oddWindow(begin: number): Window {
    let window = this.#odd.get(begin);
    if (!window) {
      // A cache whose first row slides must not make us remember without end.
      if (this.#odd.size >= 64) this.#odd.clear();
      window = this.#window(begin);
      this.#odd.set(begin, window);
    }
    return window;
  }

  #window(begin: number): Window {
    const size = Math.min(this.#size, this.view.buffer.size - begin);
    return { begin, group: this.makeGroup(begin, size) };
  }
}
