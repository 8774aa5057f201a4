import type { RopeDtype } from '../dtypes';
import { checkInteger, checkKeys, wrongType } from '../errors';
import type { BufferPositions } from './buffer-positions';
import { checkPass } from './checks';
import type { CallKind } from './feature';
import { type RopePositionSource, type RopePositions, sourceWords, writeSource } from './positions';
import type { RopeCore } from './rope-core';
import type { TableState } from './table-state';
import { areDisjoint, type Dimensions, type TensorView } from './tensor';
import { headGroups } from './tuning';
import { alignDown, type Window, Windows } from './windows';

/** Which tokens an encode rotates, and to which positions: `start`, or `positions`. */
export interface RopeEncodeOptions extends RopePositionSource {
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Token row of Q that holds token 0. Default 0. */
  readonly qFirst?: number;
  /** Token row of K that holds token 0: where in its cache K lies. Default 0. */
  readonly kFirst?: number;
  /** Un-rotates: what an encode with the same options rotated comes back. Default false. */
  readonly inverse?: boolean;
}

const encodeKeys = ['tokens', 'start', 'positions', 'batch', 'qFirst', 'kFirst', 'inverse'];
const maxCount = 2 ** 32 - 1;
/** Words of struct Params at which its two sources begin. */
export const toWord = 32;
export const originWord = 44;

/** What one launch binds: a bind group, and for each tensor the first byte bound and one past the last. */
interface Joint {
  readonly group: GPUBindGroup;
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** Q and K as they lie in the engine's buffers, ready to be rotated. Made by `rope.bind`. */
export class RopeLayer {
  /** @internal */
  readonly core: RopeCore;
  readonly #views: readonly TensorView[];
  readonly #dtype: RopeDtype;
  readonly #sharesBuffer: boolean;
  readonly #joint: Joint;
  /** Null where every buffer fits one binding. */
  readonly #windows: readonly Windows[] | null;
  readonly #first: Dimensions = [0, 0, 0];
  readonly #counts: Dimensions = [0, 0, 0];

  // The call at hand, for #launch.
  #pass: GPUComputePassEncoder | null = null;
  #call: CallKind = 'rotate';
  #positions: GPUBindGroup | undefined;
  #from: TableState;
  #split: TensorView;
  readonly #launchBox = (first: Dimensions, counts: Dimensions, { group, begin }: Window): void => {
    const view = this.#split;
    // A bad position is counted by the launch that has the token's first head of the first tensor.
    const countsBad = view === this.#views[0] && first[2] === 0 ? 1 : 0;
    this.#launch(group, first, counts, countsBad, view, begin - view.offsetOf(first) * view.bytes);
  };

  /** @param views Q, K or both, in this order */
  constructor(core: RopeCore, views: readonly [TensorView, TensorView?], dtype: RopeDtype) {
    const present = views.filter((view) => view !== undefined);
    const [first, second] = views;
    this.core = core;
    this.#views = present;
    this.#dtype = dtype;
    this.#from = core.state;
    this.#split = first;
    this.#sharesBuffer = first.buffer === second?.buffer;
    const limit = core.bindingLimit;
    this.#joint = this.#bindJointly(limit);
    const windowsOf = (view: TensorView): Windows =>
      new Windows(view, limit, (offset, size) => core.group([{ buffer: view.buffer, offset, size }]));
    this.#windows = present.some((view) => view.buffer.size > limit) ? present.map(windowsOf) : null;
  }

  /**
   * Appends the rotation of these tokens to a compute pass. Overwrites the pass's pipeline and its bind groups (0 and 1; 2
   * where positions lie in buffers); submits nothing, compiles nothing, and creates nothing in steady state: a chunk of
   * parameters in 1024 different ones, bind groups of position buffers and of rows past 96 MiB at their first use.
   *
   * @param pass The engine's own pass on the rope's device.
   * @throws {TypeError} a wrong kind of argument; the rope was destroyed or its device lost
   * @throws {RangeError} a position past the capacity, rows past the end of a buffer, heads that overlap. Nothing was
   *   encoded then and every buffer is untouched.
   * @example layer.encode(pass, { tokens: 1, start: 412, kFirst: 412 }); // one decode step
   */
  encode(pass: GPUComputePassEncoder, options: RopeEncodeOptions): void {
    const { core } = this;
    this.checkCall(pass, options, encodeKeys);
    const { tokens, batch = 1, qFirst = 0, kFirst = 0, inverse = false } = options;
    if (qFirst && !this.#has('q')) throw wrongType('qFirst', 'none, as the layer has no q', qFirst);
    if (kFirst && !this.#has('k')) throw wrongType('kFirst', 'none, as the layer has no k', kFirst);
    if (typeof inverse !== 'boolean') throw wrongType('inverse', 'true or false', inverse);
    this.place(tokens, batch, qFirst, kFirst);
    const { words } = core.slots;
    const positions = writeSource(words, toWord, '', options, core.state, tokens);
    words.fill(0, originWord, originWord + sourceWords);
    words[28] = inverse ? 1 : 0;
    let group: GPUBindGroup | undefined;
    if (positions) {
      const feature = this.writePositions(toWord, 'positions', positions, tokens, batch);
      group = feature.group(positions, null);
    }
    this.run(pass, group ? 'rotate_at' : 'rotate', core.state, group);
  }

  /**
   * Checks positions other than a start, and writes what is known of them.
   *
   * @internal
   */
  writePositions(
    at: number,
    name: string,
    positions: RopePositions,
    tokens: number,
    batch: number,
  ): BufferPositions {
    const { core } = this;
    const feature = core.positions;
    if (!feature)
      throw new TypeError(`${name}: expected the feature positionIds, given to createRope, got none`);
    feature.write(core.slots.words, at, name, positions, tokens, batch);
    for (let i = 0; i < this.#views.length; i++) {
      feature.checkReadOnly(name, positions, this.#views[i] as TensorView);
    }
    return feature;
  }

  /** @internal */
  checkCall(pass: GPUComputePassEncoder, options: object, keys: readonly string[]): void {
    this.core.checkAlive();
    checkPass(pass);
    checkKeys('options', options, keys);
  }

  /**
   * Finds the rows in their buffers, and checks that they lie there and apart.
   *
   * @internal
   */
  place(tokens: number, batch: number, qFirst: number, kFirst: number): void {
    checkInteger('tokens', tokens, 1, maxCount);
    checkInteger('batch', batch, 1, maxCount);
    checkInteger('qFirst', qFirst, 0, maxCount);
    checkInteger('kFirst', kFirst, 0, maxCount);
    for (const view of this.#views) view.place(tokens, batch, view.name === 'q' ? qFirst : kFirst);
    const [q, k] = this.#views as readonly [TensorView, TensorView];
    if (this.#sharesBuffer && !areDisjoint(q, k)) {
      throw new RangeError(
        `k: expected elements apart from those of q in the same buffer, got q at ${q.begin}..${q.end - 1} and ` +
          `k at ${k.begin}..${k.end - 1}`,
      );
    }
    this.#counts[0] = batch;
    this.#counts[1] = tokens;
  }

  /**
   * Encodes the launches of the call whose rows and sources are set.
   *
   * @internal
   */
  run(pass: GPUComputePassEncoder, call: CallKind, from: TableState, positions?: GPUBindGroup): void {
    const views = this.#views;
    const first = views[0] as TensorView;
    const { group, begins, ends } = this.#joint;
    // Where the rows do not lie within the bindings of one launch, each tensor has launches of its own.
    const windows = fitWithin(views, ends) ? null : this.#windows;
    if (windows) for (const each of windows) each.check();
    if (!this.core.pipeline(call, this.#dtype, first.chunked)) {
      throw new TypeError('positions: expected the feature positionIds, given to createRope, got none');
    }
    this.#pass = pass;
    this.#call = call;
    this.#from = from;
    this.#positions = positions;
    if (!windows) {
      this.#counts[2] = first.heads;
      this.#launch(group, this.#first, this.#counts, 1, first, begins[0] as number, views[1], begins[1]);
      return;
    }
    for (const each of windows) {
      this.#split = each.view;
      this.#counts[2] = each.view.heads;
      each.split(this.#first, this.#counts, this.#launchBox);
    }
  }

  #has(name: 'q' | 'k'): boolean {
    return (this.#views[0] as TensorView).name === name || this.#views[1]?.name === name;
  }

  /** One bind group for both tensors: whole buffers where they fit, else from each tensor's offset on. */
  #bindJointly(limit: number): Joint {
    const offsets = this.#views.map((view) => view.offset * view.bytes);
    const lowest = Math.min(...offsets);
    const begins = this.#views.map((view, i) =>
      view.buffer.size <= limit ? 0 : alignDown(this.#sharesBuffer ? lowest : (offsets[i] as number)),
    );
    const ends = this.#views.map((view, i) =>
      Math.min(view.buffer.size, (begins[i] as number) + alignDown(limit)),
    );
    const stretches = this.#views.map(({ buffer }, i) => {
      const offset = begins[i] as number;
      return { buffer, offset, size: (ends[i] as number) - offset };
    });
    return { group: this.core.group(this.#sharesBuffer ? stretches.slice(0, 1) : stretches), begins, ends };
  }

  /** One dispatch, for part of the first tensor and all of the second; bytes are where their bindings begin. */
  #launch(
    group: GPUBindGroup,
    at: Dimensions,
    counts: Dimensions,
    countsBad: number,
    first: TensorView,
    firstByte: number,
    second?: TensorView,
    secondByte = 0,
  ): void {
    const { slots, state, pairs, tuning, config, maxWorkgroups } = this.core;
    const { words } = slots;
    const chunked = first.chunked && (second?.chunked ?? true);
    const perUnit = (chunked ? 16 : 4) / first.bytes;
    let unitPairs = chunked ? perUnit : 1;
    // A 16-bit word holds two neighbours: "half" takes pairs by twos, and all at once where P is odd.
    if (!chunked && first.bytes === 2 && config.pairing === 'half') unitPairs = pairs % 2 === 0 ? 2 : pairs;
    const units = pairs / unitPairs;
    const rows = counts[0] * counts[1];
    const groups = headGroups(tuning, units * rows, counts[2] + (second?.heads ?? 0));
    const items = units * groups * rows;
    const workgroups = Math.ceil(items / tuning.workgroupSize);
    const width = Math.min(workgroups, maxWorkgroups);

    writeTensor(words, 0, first, firstByte, counts[2], perUnit);
    writeTensor(words, 8, second ?? first, secondByte, second ? second.heads : 0, perUnit);
    words[16] = this.#sharesBuffer && second ? 1 : 0;
    words[17] = items;
    words[18] = width;
    words[19] = units;
    words[20] = unitPairs;
    words[21] = groups;
    words[22] = counts[1];
    words[23] = pairs;
    words[24] = state.table.row;
    words[25] = at[1];
    words[26] = at[0];
    words[27] = countsBad;
    slots.acquire();

    const pass = this.#pass as GPUComputePassEncoder;
    pass.setPipeline(this.core.pipeline(this.#call, this.#dtype, chunked) as GPUComputePipeline);
    pass.setBindGroup(0, slots.group(state, this.#from), slots.offset, 0, 1);
    pass.setBindGroup(1, group);
    if (this.#positions) pass.setBindGroup(2, this.#positions);
    pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
  }
}

// Loops, not callbacks, in what every encode runs: a closure is an allocation.

/** Whether the rows placed last end within what is bound of each tensor. */
function fitWithin(views: readonly TensorView[], ends: readonly number[]): boolean {
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as TensorView;
    if (view.end * view.bytes > (ends[i] as number)) return false;
  }
  return true;
}

/** Writes struct Tensor at word `at`. */
function writeTensor(
  words: Uint32Array,
  at: number,
  view: TensorView,
  firstByte: number,
  heads: number,
  perUnit: number,
): void {
  words[at] = (view.begin - firstByte / view.bytes) / perUnit;
  words[at + 1] = view.strides[0] / perUnit;
  words[at + 2] = view.strides[1] / perUnit;
  words[at + 3] = view.strides[2] / perUnit;
  words[at + 4] = heads;
}
