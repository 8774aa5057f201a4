import { checkInteger, checkKeys, checkNumber } from '../errors';
import type { Box } from '../kernel/box';
import { checkPass, isFiniteFloat32 } from '../kernel/checks';
import { rowsAreSequences } from '../kernel/kernel';
import type { RopeIds } from '../kernel/positions';
import { headGroups } from '../kernel/tuning';
import { type Window, Windows } from '../kernel/windows';
import { type BiasCore, everyPosition } from './core';
import type { ScoresView } from './scores';

/** Which scores an encode adds to, and the positions of their queries and keys. */
export interface BiasEncodeOptions {
  /** Rows of each sequence and head. */
  readonly queries: number;
  /** Scores of a row. */
  readonly keys: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Position of the first query, the others following. This or `queryPositions`. */
  readonly queryStart?: number;
  /** An id a query, in a buffer of its own; -1 leaves the query's row as it is. */
  readonly queryPositions?: RopeIds;
  /** Position of the first key, the others following. This or `keyPositions`. */
  readonly keyStart?: number;
  /** An id a key, in a buffer of its own; -1 leaves the key's column as it is. */
  readonly keyPositions?: RopeIds;
  /** Multiplies the bias: Falcon's is divided by the square root of the head's dimension. Default 1. */
  readonly scale?: number;
}

const encodeKeys = [
  'queries',
  'keys',
  'batch',
  'queryStart',
  'queryPositions',
  'keyStart',
  'keyPositions',
  'scale',
];
const maxCount = 2 ** 31;

/** Scores as they lie in the engine's buffer, ready for their bias. Made by `kernel.bind`. */
export class AttentionBiasLayer {
  readonly #core: BiasCore;
  readonly #view: ScoresView;
  /** The beginning of the buffer, as much of it as fits one binding. */
  readonly #whole: Window;
  /** Null where the buffer fits one binding. */
  readonly #windows: Windows<ScoresView> | null;
  /** Of one sequence, or of all: no batch, heads, queries. */
  readonly #box: Box = { at: [0, 0, 0], counts: [0, 0, 1] };
  #sequence = 0;
  readonly #launchPart = (box: Box, window: Window): void => this.#launch(box, window, 1);

  /** @internal */
  constructor(core: BiasCore, view: ScoresView) {
    const { kernel } = core;
    const { buffer } = view;
    const { span } = kernel.device;
    this.#core = core;
    this.#view = view;
    this.#whole = { group: kernel.tensorGroup([{ buffer, size: Math.min(buffer.size, span) }]), begin: 0 };
    this.#windows =
      buffer.size > span
        ? new Windows(view, kernel.device, (stretch) => kernel.tensorGroup([stretch]))
        : null;
  }

  /**
   * Appends `scores += scale * bias` to a compute pass. Overwrites the pass's pipeline and its bind groups (0 and 1; 2 where
   * positions lie in buffers); submits nothing, compiles nothing, and creates nothing in steady state: a chunk of
   * parameters in 1024 different ones, and bind groups of position buffers at their first use.
   *
   * @param pass The engine's own pass on the kernel's device.
   * @throws {TypeError} a wrong kind of argument; the kernel was destroyed or its device lost
   * @throws {RangeError} scores past the end of the buffer, rows that overlap, positions past 2^31 - 1. Nothing was encoded
   *   then and every buffer is untouched.
   * @example layer.encode(pass, { queries: 1, keys: 413, queryStart: 412, keyStart: 0 }); // one decode step
   */
  encode(pass: GPUComputePassEncoder, options: BiasEncodeOptions): void {
    const core = this.#core;
    const view = this.#view;
    const { kernel } = core;
    const { call } = kernel;
    kernel.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const { queries, keys, batch = 1, queryPositions, keyPositions, scale = 1 } = options;
    checkInteger('queries', queries, 1, maxCount);
    checkInteger('keys', keys, 1, maxCount);
    checkInteger('batch', batch, 1, maxCount);
    checkNumber('scale', scale, 'a finite float32 number', isFiniteFloat32);
    view.place(queries, keys, batch);
    core.queries.expect(everyPosition, queries, batch);
    const queryIds = core.queries.write(options.queryStart, queryPositions);
    if (queryIds) kernel.positions.checkReadOnly('queryPositions', queryIds, view);
    core.keys.expect(everyPosition, keys, batch);
    const keyIds = core.keys.write(options.keyStart, keyPositions);
    if (keyIds) kernel.positions.checkReadOnly('keyPositions', keyIds, view);
    const windows = view.end * view.bytes > kernel.device.span ? this.#windows : null;
    windows?.check();
    kernel.floats[kernel.at.scale] = scale;

    const byIds = queryIds !== null || keyIds !== null;
    call.pass = pass;
    call.pipeline = core.pipeline(view.dtype, view.chunked, byIds);
    call.first = core.numbers;
    call.second = core.buckets;
    call.positions = byIds ? kernel.positions.group(queryIds, keyIds) : null;
    this.#box.counts[0] = view.heads;
    this.#box.counts[1] = queries;
    this.#sequence = 0;
    if (!windows) this.#launch(this.#box, this.#whole, batch);
    // A batch past one binding is launched by sequence, each split by head and by query.
    for (; windows && this.#sequence < batch; this.#sequence++) {
      windows.split(this.#box, this.#launchPart);
      view.begin += view.batchStride;
    }
    kernel.endCall();
  }

  /** One launch, for some heads and queries of the sequence at hand or of all. */
  #launch({ at: first, counts }: Box, { group, begin }: Window, batch: number): void {
    const { kernel, setup } = this.#core;
    const { words, at, spread } = kernel;
    const view = this.#view;
    const { chunked, keys, bytes } = view;
    const perUnit = chunked ? 16 / bytes : 1;
    words[at.base] = (view.begin + view.offsetOf(first) - begin / bytes) / perUnit;
    words[at.head_stride] = view.strides[0] / perUnit;
    words[at.keys] = keys;
    words[at.heads] = counts[0];
    words[at.first_head] = first[0];
    spread.units = chunked ? keys / perUnit : view.wordsOfRow;
    spread.tokens = counts[1];
    spread.sequences = batch;
    const swaps = rowsAreSequences(spread);
    words[at.row_stride] = (swaps ? view.batchStride : view.strides[1]) / perUnit;
    words[at.slice_stride] = (swaps ? view.strides[1] : view.batchStride) / perUnit;
    spread.groups = headGroups(setup.tuning, spread.units * counts[1] * batch, counts[0]);
    spread.firstToken = first[1];
    spread.firstSequence = this.#sequence;
    // Bad positions are counted by the launch that has head 0.
    spread.counts = first[0] === 0;
    kernel.dispatchItems(group, setup.tuning.workgroupSize);
  }
}
