import { checkChoice, checkInteger, checkKeys, checkNumber, wrongType } from '../../errors';
import { checkPass, isFiniteFloat32 } from '../checks';
import { checkSpan, maxIds, type RopeIds } from '../positions';
import type { Dimensions } from '../tensor';
import { headGroups } from '../tuning';
import { type Window, Windows } from '../windows';
import type { BiasCore } from './core';
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
/** Words of struct BiasParams at which its two sources begin. */
const queryWord = 20;
const keyWord = 32;
/** What struct Source calls ids. */
const idsKind = 2;

/** Scores as they lie in the engine's buffer, ready for their bias. Made by `kernel.bind`. */
export class AttentionBiasLayer {
  readonly #core: BiasCore;
  readonly #view: ScoresView;
  readonly #group: GPUBindGroup;
  /** Null where the buffer fits one binding. */
  readonly #windows: Windows<ScoresView> | null;
  readonly #first: Dimensions = [0, 0, 0];
  readonly #counts: Dimensions = [0, 0, 1];

  // The call at hand, for #launch.
  #pass: GPUComputePassEncoder | null = null;
  #positions: GPUBindGroup | undefined;
  #sequence = 0;
  readonly #launchBox = (first: Dimensions, counts: Dimensions, { group, begin }: Window): void => {
    this.#launch(group, first, counts, 1, begin);
  };

  /** @internal */
  constructor(core: BiasCore, view: ScoresView) {
    const { buffer } = view;
    const { bindingLimit } = core;
    this.#core = core;
    this.#view = view;
    this.#group = core.group({ buffer, size: Math.min(buffer.size, bindingLimit) });
    this.#windows =
      buffer.size > bindingLimit
        ? new Windows(view, bindingLimit, (offset, size) => core.group({ buffer, offset, size }))
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
    core.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const { queries, keys, batch = 1, queryPositions, keyPositions, scale = 1 } = options;
    checkInteger('queries', queries, 1, maxCount);
    checkInteger('keys', keys, 1, maxCount);
    checkInteger('batch', batch, 1, maxCount);
    checkNumber('scale', scale, 'a finite float32 number', isFiniteFloat32);
    view.place(queries, keys, batch);
    const isQueryIds = this.#writeSide(
      queryWord,
      'query',
      options.queryStart,
      queryPositions,
      queries,
      batch,
    );
    const isKeyIds = this.#writeSide(keyWord, 'key', options.keyStart, keyPositions, keys, batch);
    const windows = view.end * view.bytes > core.bindingLimit ? this.#windows : null;
    windows?.check();
    core.floats[18] = scale;

    this.#pass = pass;
    this.#positions =
      isQueryIds || isKeyIds ? core.positions.group(queryPositions ?? null, keyPositions ?? null) : undefined;
    this.#counts[0] = view.heads;
    this.#counts[1] = queries;
    this.#sequence = 0;
    if (!windows) {
      this.#launch(this.#group, this.#first, this.#counts, batch, 0);
      return;
    }
    // A batch past one binding is launched by sequence, each split by head and by query.
    for (; this.#sequence < batch; this.#sequence++) {
      windows.split(this.#first, this.#counts, this.#launchBox);
      view.begin += view.batchStride;
    }
  }

  /** Writes one struct Source; whether its positions are ids. */
  #writeSide(
    at: number,
    side: 'query' | 'key',
    start: number | undefined,
    ids: RopeIds | undefined,
    count: number,
    batch: number,
  ): boolean {
    const { slots, positions } = this.#core;
    const { words } = slots;
    words.fill(0, at, at + 12);
    if (ids === undefined) {
      const name = side === 'query' ? 'queryStart' : 'keyStart';
      words[at + 4] = checkSpan(name, start, count, maxIds, side === 'query' ? 'queries' : 'keys');
      return false;
    }
    const name = side === 'query' ? 'queryPositions' : 'keyPositions';
    if (start !== undefined) throw wrongType(`${side}Start`, `none beside ${name}`, start);
    if (typeof ids !== 'object' || ids === null) throw wrongType(name, "{ type: 'ids', buffer, … }", ids);
    checkChoice(`${name}.type`, ids.type, ['ids']);
    positions.write(words, at, name, ids, count, batch);
    positions.checkReadOnly(name, ids, this.#view);
    words[at + 3] = idsKind;
    return true;
  }

  /** One dispatch, for some heads and queries of the sequence at hand or of all; bytes are where the binding begins. */
  #launch(
    group: GPUBindGroup,
    at: Readonly<Dimensions>,
    counts: Readonly<Dimensions>,
    batch: number,
    firstByte: number,
  ): void {
    const core = this.#core;
    const view = this.#view;
    const { slots, tuning, maxWorkgroups } = core;
    const { words } = slots;
    const { chunked, keys, bytes } = view;
    const perUnit = chunked ? 16 / bytes : 1;
    const perWord = 4 / bytes;
    // A row that begins amid a word takes part in one word more than its keys fill.
    const units = chunked
      ? keys / perUnit
      : perWord === 1 || view.onWords
        ? Math.ceil(keys / perWord)
        : Math.floor(keys / 2) + 1;
    const rows = counts[1] * batch;
    const groups = headGroups(tuning, units * rows, counts[0]);
    const items = units * groups * rows;
    const workgroups = Math.ceil(items / tuning.workgroupSize);
    const width = Math.min(workgroups, maxWorkgroups);

    words[0] = (view.begin + view.offsetOf(at) - firstByte / bytes) / perUnit;
    words[1] = view.batchStride / perUnit;
    words[2] = view.strides[0] / perUnit;
    words[3] = view.strides[1] / perUnit;
    words[4] = keys;
    words[5] = units;
    words[6] = groups;
    words[7] = counts[0];
    words[8] = counts[1];
    words[9] = items;
    words[10] = width;
    words[11] = at[0];
    words[12] = at[1];
    words[13] = this.#sequence;
    words[14] = at[0] === 0 ? 1 : 0;
    words[15] = core.bias.heads;
    words[16] = core.lastDistance;
    words[17] = core.ahead;
    slots.acquire();

    const pass = this.#pass as GPUComputePassEncoder;
    pass.setPipeline(core.pipeline(view.dtype, chunked, this.#positions !== undefined));
    pass.setBindGroup(0, slots.group(core.numbers, core.buckets), slots.offset, 0, 1);
    pass.setBindGroup(1, group);
    if (this.#positions) pass.setBindGroup(2, this.#positions);
    pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
  }
}
