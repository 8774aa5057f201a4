import { outOfRange } from '../errors';
import type { TensorView } from './tensor';

/** Every binding begins at a multiple of this; 256 is the largest `minStorageBufferOffsetAlignment` there may be. */
export const bindingAlignment = 256;

const alignDown = (bytes: number): number => bytes - (bytes % bindingAlignment);

/** A stretch of a buffer that fits one binding. */
export interface Window {
  readonly group: GPUBindGroup;
  /** First byte, a multiple of {@link bindingAlignment}. */
  readonly begin: number;
}

/** Part of an encode: some sequences, tokens and heads of one tensor. */
export interface Box {
  sequence: number;
  sequences: number;
  token: number;
  tokens: number;
  head: number;
  heads: number;
}

/**
 * Bindings for a tensor whose buffer exceeds one binding: windows that overlap by half, so that whatever is no longer
 * than half a binding lies whole in one of them. All are made at `bind`.
 */
export class Windows {
  private readonly size: number;
  private readonly step: number;
  private readonly grid: Window[] = [];
  /** Windows of their own for rows or heads longer than the overlap, by first byte; made once, at their first use. */
  private readonly odd = new Map<number, Window>();

  constructor(
    private readonly view: TensorView,
    limit: number,
    private readonly makeGroup: (begin: number, size: number) => GPUBindGroup,
  ) {
    this.size = alignDown(limit);
    this.step = alignDown(this.size / 2);
    for (let begin = 0; begin === 0 || begin + this.step < view.buffer.size; begin += this.step) {
      this.grid.push(this.window(begin));
    }
  }

  /**
   * Checks that the smallest piece we split into fits a binding: a token row where tokens lie outside heads, else a head.
   *
   * @throws {RangeError} it does not
   */
  check(tokens: number): void {
    const { view } = this;
    const rowsOutside = view.tokenStride >= view.headStride;
    const [count, stride] = rowsOutside ? [view.heads, view.headStride] : [tokens, view.tokenStride];
    const bytes = ((count - 1) * stride + view.headDim) * view.bytes;
    // A piece need not begin where a binding may: the word before its start and up to 252 bytes more come along.
    const aligned = [view.begin, view.batchStride, view.tokenStride, view.headStride].every(
      (elements) => (elements * view.bytes) % bindingAlignment === 0,
    );
    const room = this.size - (aligned ? 0 : bindingAlignment - 4);
    if (bytes > room) {
      const piece = rowsOutside ? 'token row' : 'head';
      throw outOfRange(view.name, `a ${piece} of at most ${room} bytes (maxStorageBufferBindingSize)`, bytes);
    }
  }

  /** Splits a box until each piece lies in one window, and hands every piece to `launch`. The box is changed. */
  split(box: Box, launch: (box: Box, window: Window) => void): void {
    const { view } = this;
    const begin =
      (view.begin +
        box.sequence * view.batchStride +
        box.token * view.tokenStride +
        box.head * view.headStride) *
      view.bytes;
    const extent =
      (box.sequences - 1) * view.batchStride +
      (box.tokens - 1) * view.tokenStride +
      (box.heads - 1) * view.headStride +
      view.headDim;
    const end = begin + extent * view.bytes;
    const index = Math.min(Math.floor(begin / this.step), this.grid.length - 1);
    const window = this.grid[index] as Window;
    if (end <= window.begin + this.size) {
      launch(box, window);
      return;
    }
    const rowsOutside = view.tokenStride >= view.headStride;
    if (box.sequences > 1 && (view.batchStride >= view.tokenStride || box.tokens === 1 || !rowsOutside)) {
      this.halve(box, 'sequence', 'sequences', launch);
    } else if (rowsOutside && box.tokens > 1) {
      this.halve(box, 'token', 'tokens', launch);
    } else if (!rowsOutside && box.heads > 1) {
      this.halve(box, 'head', 'heads', launch);
    } else {
      const from = alignDown(begin);
      let odd = this.odd.get(from);
      if (!odd) {
        odd = this.window(from);
        this.odd.set(from, odd);
      }
      launch(box, odd);
    }
  }

  private halve(
    box: Box,
    first: 'sequence' | 'token' | 'head',
    count: 'sequences' | 'tokens' | 'heads',
    launch: (box: Box, window: Window) => void,
  ): void {
    const [at, all] = [box[first], box[count]];
    const half = Math.ceil(all / 2);
    box[count] = half;
    this.split(box, launch);
    box[first] = at + half;
    box[count] = all - half;
    this.split(box, launch);
    box[first] = at;
    box[count] = all;
  }

  private window(begin: number): Window {
    const size = Math.min(this.size, this.view.buffer.size - begin);
    return { begin, group: this.makeGroup(begin, size) };
  }
}
