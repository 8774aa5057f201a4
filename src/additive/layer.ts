import { checkKeys, checkNumber } from '../errors';
import type { Box } from '../kernel/box';
import { checkPass, isFiniteFloat32 } from '../kernel/checks';
import { rowsAreSequences } from '../kernel/kernel';
import type { RopePositionSource } from '../kernel/positions';
import { type Window, Windows } from '../kernel/windows';
import type { AdditiveCore } from './core';
import type { RowsView } from './rows-view';

/** Which tokens an encode adds rows to, and of which positions: `start`, or `positions`. */
export interface AdditiveEncodeOptions extends RopePositionSource {
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Token row that holds token 0. Default 0. */
  readonly first?: number;
  /** Rows are multiplied by this, as float32 holds it. Default 1. */
  readonly scale?: number;
}

const encodeKeys = ['tokens', 'start', 'positions', 'batch', 'first', 'scale'];

/** Tokens as they lie in the engine's buffer, ready for rows to be added. Made by `additive.bind`. */
export class AdditiveLayer {
  readonly #core: AdditiveCore;
  readonly #view: RowsView;
  /** The whole buffer, where it fits one binding. */
  readonly #whole: Window | null;
  readonly #windows: Windows<RowsView> | null;
  readonly #box: Box = { at: [0, 0, 0], counts: [0, 0, 1] };
  readonly #launch = (box: Box, window: Window): void => this.#dispatch(box, window);

  /** @internal */
  constructor(core: AdditiveCore, view: RowsView) {
    this.#core = core;
    this.#view = view;
    const { kernel } = core;
    const { buffer } = view;
    const fits = buffer.size <= kernel.device.span;
    this.#whole = fits ? { group: kernel.tensorGroup([{ buffer }]), begin: 0 } : null;
    this.#windows = fits
      ? null
      : new Windows(view, kernel.device, (stretch) => kernel.tensorGroup([stretch]));
  }

  /**
   * Appends `x += scale * row` for these tokens to a compute pass. Overwrites the pass's pipeline and its bind groups 0 to 2;
   * submits nothing, compiles nothing, and creates nothing in steady state: a chunk of parameters in 1024 different ones, bind
   * groups of position buffers at their first use.
   *
   * @param pass The engine's own pass on the encoding's device.
   * @param options.positions Ids, ragged sequences, or the cells of a grid where the encoding has 2 or 3 axes. A token whose
   *   position the encoding does not have is left as it is, and counted unless it is -1: `additive.readBadPositions()`.
   * @throws {TypeError} a wrong kind of argument; positions in the buffer of x; the encoding was destroyed or its device lost
   * @throws {RangeError} a start past the encoding's positions (a learned table: truncate the sequence), rows past the end of
   *   the buffer, tokens that overlap. Nothing was encoded then and the buffer is untouched.
   * @example BERT, a batch of 8 sequences of 128 tokens: `layer.encode(pass, { tokens: 128, batch: 8, start: 0 })`
   */
  encode(pass: GPUComputePassEncoder, options: AdditiveEncodeOptions): void {
    const core = this.#core;
    const view = this.#view;
    const { kernel, positions: writer } = core;
    const { source } = core.setup;
    const { call } = kernel;
    kernel.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const { tokens, batch = 1, first = 0, scale = 1 } = options;
    view.place(tokens, batch, first);
    checkNumber('scale', scale, 'a finite float32 number', isFiniteFloat32);
    core.checkStart(options, tokens);
    writer.expect(core.table, tokens, batch);
    const positions = writer.write(options.start, options.positions);
    if (positions) kernel.positions.checkReadOnly('positions', positions, view);
    this.#windows?.check();
    kernel.floats[kernel.at.scale] = scale;
    call.pass = pass;
    call.pipeline = core.pipeline(view.dtype, view.chunked);
    call.first = source.table;
    call.second = source.weights;
    call.positions = kernel.positions.group(positions, null);
    this.#box.counts[0] = batch;
    this.#box.counts[1] = tokens;
    if (this.#windows) this.#windows.split(this.#box, this.#launch);
    else this.#dispatch(this.#box, this.#whole as Window);
    kernel.endCall();
  }

  /** One launch, for some of the sequences and tokens. */
  #dispatch({ at: first, counts }: Box, { group, begin }: Window): void {
    const { kernel, setup } = this.#core;
    const view = this.#view;
    const { words, at, spread } = kernel;
    const perUnit = (view.chunked ? 16 : 4) / view.bytes;
    words[at.base] = (view.begin + view.offsetOf(first) - begin / view.bytes) / perUnit;
    spread.units = Math.ceil(view.dim / perUnit);
    spread.sequences = counts[0];
    spread.tokens = counts[1];
    const row = rowsAreSequences(spread) ? 0 : 1;
    words[at.row_stride] = (view.strides[row] as number) / perUnit;
    words[at.slice_stride] = (view.strides[1 - row] as number) / perUnit;
    spread.firstSequence = first[0];
    spread.firstToken = first[1];
    kernel.dispatchItems(group, setup.workgroupSize);
  }
}
