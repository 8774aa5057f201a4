import { checkKeys, checkNumber } from '../../errors';
import { checkPass, isFiniteFloat32 } from '../checks';
import { type RopePositionSource, writeSource } from '../positions';
import type { Dimensions } from '../tensor';
import { type Window, Windows } from '../windows';
import { type AdditiveCore, sourceWord } from './core';
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
  readonly #first: Dimensions = [0, 0, 0];
  readonly #counts: Dimensions = [0, 0, 1];

  // The call at hand, for #launch.
  #pass: GPUComputePassEncoder | null = null;
  #positions: GPUBindGroup | null = null;
  readonly #launch = (first: Dimensions, counts: Dimensions, window: Window): void =>
    this.#dispatch(first, counts, window);

  /** @internal */
  constructor(core: AdditiveCore, view: RowsView) {
    this.#core = core;
    this.#view = view;
    const { buffer } = view;
    const fits = buffer.size <= core.bindingLimit;
    this.#whole = fits ? { group: core.group({ buffer }), begin: 0 } : null;
    this.#windows = fits
      ? null
      : new Windows(view, core.bindingLimit, (offset, size) => core.group({ buffer, offset, size }));
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
    core.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const { tokens, batch = 1, first = 0, scale = 1 } = options;
    view.place(tokens, batch, first);
    checkNumber('scale', scale, 'a finite float32 number', isFiniteFloat32);
    core.checkStart(options, tokens);
    const { words } = core.slots;
    const positions = writeSource(words, sourceWord, '', options, core.table, tokens);
    if (positions) {
      core.positions.write(words, sourceWord, 'positions', positions, tokens, batch);
      core.positions.checkReadOnly('positions', positions, view);
    }
    core.floats[12] = scale;
    this.#pass = pass;
    this.#positions = core.positions.group(positions, null);
    this.#counts[0] = batch;
    this.#counts[1] = tokens;
    if (this.#windows) this.#windows.split(this.#first, this.#counts, this.#launch);
    else this.#dispatch(this.#first, this.#counts, this.#whole as Window);
  }

  /** One dispatch, for some of the sequences and tokens. */
  #dispatch(first: Dimensions, counts: Dimensions, { group, begin }: Window): void {
    const core = this.#core;
    const view = this.#view;
    const { slots, workgroupSize, maxWorkgroups } = core;
    const { words } = slots;
    const perUnit = (view.chunked ? 16 : 4) / view.bytes;
    const units = Math.ceil(view.dim / perUnit);
    const items = units * counts[0] * counts[1];
    const workgroups = Math.ceil(items / workgroupSize);
    const width = Math.min(workgroups, maxWorkgroups);
    words[0] = (view.begin + view.offsetOf(first) - begin / view.bytes) / perUnit;
    words[1] = view.strides[0] / perUnit;
    words[2] = view.strides[1] / perUnit;
    words[4] = items;
    words[5] = width;
    words[6] = units;
    words[8] = counts[1];
    words[9] = first[1];
    words[10] = first[0];
    slots.acquire();

    const pass = this.#pass as GPUComputePassEncoder;
    pass.setPipeline(core.pipeline(view.dtype, view.chunked));
    pass.setBindGroup(0, core.slotGroup(), slots.offset, 0, 1);
    pass.setBindGroup(1, group);
    pass.setBindGroup(2, this.#positions);
    pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
  }
}
