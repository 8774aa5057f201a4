import { checkInteger, wrongType } from '../errors';
import type { RopeDtype } from './dtype';
import type { RopeCore } from './rope-core';
import { areDisjoint, checkKeys, type TensorView } from './tensor';
import { headGroups } from './tuning';
import { type Box, bindingAlignment, type Window, Windows } from './windows';

/** Which tokens an encode rotates. */
export interface RopeEncodeOptions {
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Position of the first of them: token t of every sequence has position `start + t`. */
  readonly start: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Token row of Q that holds token 0. Default 0. */
  readonly qFirst?: number;
  /** Token row of K that holds token 0: where in its cache K lies. Default 0. */
  readonly kFirst?: number;
}

const encodeKeys = ['tokens', 'start', 'batch', 'qFirst', 'kFirst'];
const maxPosition = 2 ** 32 - 1;

/** Q and K as they lie in the engine's buffers, ready to be rotated. Made by `rope.bind`. */
export class RopeLayer {
  /** What one launch for both tensors binds; `begins` are the first bytes of its bindings. */
  private readonly joint: { group: GPUBindGroup; begins: [number, number]; ends: [number, number] };
  private readonly windows: Windows[] | null;
  private readonly sharesBuffer: boolean;
  private readonly box: Box = { sequence: 0, sequences: 0, token: 0, tokens: 0, head: 0, heads: 0 };

  /** The pass and start of the encode at hand, for {@link launchBox}; and the view it splits. */
  private pass: GPUComputePassEncoder | null = null;
  private start = 0;
  private splitView: TensorView;
  private readonly launchBox = (box: Box, window: Window): void => this.launchPiece(box, window);

  /** @param views Q, K or both, in this order */
  constructor(
    private readonly core: RopeCore,
    private readonly views: readonly [TensorView, TensorView?],
    private readonly dtype: RopeDtype,
  ) {
    const [first, second] = views;
    this.splitView = first;
    this.sharesBuffer = first.buffer === second?.buffer;
    const limit = core.bindingLimit;
    this.joint = this.bindJointly(limit);
    const oversize = views.some((view) => view !== undefined && view.buffer.size > limit);
    this.windows = oversize
      ? views
          .filter((view) => view !== undefined)
          .map(
            (view) =>
              new Windows(view, limit, (begin, size) =>
                core.group([{ buffer: view.buffer, offset: begin, size }]),
              ),
          )
      : null;
  }

  /**
   * Appends the rotation of these tokens to a compute pass. Overwrites the pass's pipeline and its bind groups 0 and 1;
   * submits nothing, creates nothing, compiles nothing.
   *
   * @param pass The engine's own pass on the rope's device.
   * @throws {TypeError} a wrong kind of argument; the rope was destroyed or its device lost
   * @throws {RangeError} a position past the capacity, rows past the end of a buffer, heads that overlap. Nothing was
   *   encoded then and every buffer is untouched.
   * @example layer.encode(pass, { tokens: 1, start: 412, kFirst: 412 }); // one decode step
   */
  encode(pass: GPUComputePassEncoder, options: RopeEncodeOptions): void {
    const { core } = this;
    core.checkAlive();
    if (typeof pass?.dispatchWorkgroups !== 'function')
      throw wrongType('pass', 'a GPUComputePassEncoder', pass);
    if (typeof options !== 'object' || options === null)
      throw wrongType('options', '{ tokens, start, … }', options);
    for (const key in options) if (!encodeKeys.includes(key)) checkKeys('options', options, encodeKeys);
    const { tokens, start, batch = 1, qFirst = 0, kFirst = 0 } = options;
    checkInteger('tokens', tokens, 1, maxPosition);
    checkInteger('start', start, 0, maxPosition);
    checkInteger('batch', batch, 1, maxPosition);
    checkInteger('qFirst', qFirst, 0, maxPosition);
    checkInteger('kFirst', kFirst, 0, maxPosition);
    if (start + tokens > core.table.capacity) {
      const last = `position ${start + tokens - 1} (start ${start} + ${tokens} tokens - 1)`;
      throw new RangeError(
        `start: expected positions below the capacity ${core.table.capacity}, got ${last}`,
      );
    }
    const [first, second] = this.views;
    first.place(tokens, batch, first.name === 'q' ? qFirst : kFirst);
    second?.place(tokens, batch, kFirst);
    if (second && this.sharesBuffer && !areDisjoint(first, second, tokens, batch)) {
      throw new RangeError(
        `k: expected elements apart from those of q in the same buffer, got q at ${first.begin}..${first.end - 1} and ` +
          `k at ${second.begin}..${second.end - 1}`,
      );
    }

    if (this.fitsJointly()) {
      const { group, begins } = this.joint;
      this.launch(pass, group, start, tokens, batch, first, begins[0], first.heads, second, begins[1]);
      return;
    }
    for (const windows of this.windows as Windows[]) windows.check(tokens);
    this.pass = pass;
    this.start = start;
    for (let i = 0; i < (this.windows as Windows[]).length; i++) {
      const view = this.views[i] as TensorView;
      const { box } = this;
      box.sequence = box.token = box.head = 0;
      box.sequences = batch;
      box.tokens = tokens;
      box.heads = view.heads;
      this.splitView = view;
      (this.windows as Windows[])[i]?.split(box, this.launchBox);
    }
    this.pass = null;
  }

  /** Whether the rows placed last lie within the bindings of one launch. */
  private fitsJointly(): boolean {
    const [first, second] = this.views;
    const { ends } = this.joint;
    return first.end * first.bytes <= ends[0] && (!second || second.end * second.bytes <= ends[1]);
  }

  /** One bind group for both tensors: whole buffers where they fit, else from each tensor's offset on. */
  private bindJointly(limit: number): RopeLayer['joint'] {
    const [first, second] = this.views;
    const beginOf = (view: TensorView, offset = view.offset): number => {
      const bytes = offset * view.bytes;
      return view.buffer.size <= limit ? 0 : bytes - (bytes % bindingAlignment);
    };
    const endOf = (view: TensorView, begin: number): number =>
      Math.min(view.buffer.size, begin + limit - (limit % 4));
    const entry = (view: TensorView, offset: number) => ({
      buffer: view.buffer,
      offset,
      size: endOf(view, offset) - offset,
    });
    if (second && this.sharesBuffer) {
      const begin = beginOf(first, Math.min(first.offset, second.offset));
      const end = endOf(first, begin);
      return { group: this.core.group([entry(first, begin)]), begins: [begin, begin], ends: [end, end] };
    }
    const begins: [number, number] = [beginOf(first), second ? beginOf(second) : 0];
    const entries = [entry(first, begins[0]), ...(second ? [entry(second, begins[1])] : [])];
    const ends: [number, number] = [endOf(first, begins[0]), second ? endOf(second, begins[1]) : 0];
    return { group: this.core.group(entries), begins, ends };
  }

  private launchPiece(box: Box, window: Window): void {
    const view = this.splitView;
    const offset =
      box.sequence * view.batchStride + box.token * view.tokenStride + box.head * view.headStride;
    const begin = window.begin - offset * view.bytes;
    const pass = this.pass as GPUComputePassEncoder;
    this.launch(
      pass,
      window.group,
      this.start + box.token,
      box.tokens,
      box.sequences,
      view,
      begin,
      box.heads,
    );
  }

  /** One dispatch. `firstBegin` and `secondBegin` are the bytes at which the bindings begin. */
  private launch(
    pass: GPUComputePassEncoder,
    group: GPUBindGroup,
    start: number,
    tokens: number,
    batch: number,
    first: TensorView,
    firstBegin: number,
    firstHeads: number,
    second?: TensorView,
    secondBegin = 0,
  ): void {
    const { core } = this;
    const { words } = core.slots;
    const chunked = first.chunked && (second?.chunked ?? true);
    const perUnit = (chunked ? 16 : 4) / first.bytes;
    const { table, pairs, tuning } = core;
    let unitPairs = chunked ? perUnit : 1;
    // A 16-bit word holds two neighbours: "half" takes pairs by twos, and all at once where P is odd.
    if (!chunked && first.bytes === 2 && core.config.pairing === 'half')
      unitPairs = pairs % 2 === 0 ? 2 : pairs;
    const units = pairs / unitPairs;
    const heads = firstHeads + (second?.heads ?? 0);
    const groups = headGroups(tuning, units * tokens * batch, heads);
    const items = units * groups * tokens * batch;
    const workgroups = Math.ceil(items / tuning.workgroupSize);
    const width = Math.min(workgroups, core.maxWorkgroups);

    writeTensor(words, 0, first, firstBegin, firstHeads, perUnit);
    if (second) writeTensor(words, 8, second, secondBegin, second.heads, perUnit);
    else words.fill(0, 8, 16);
    words[16] = second && this.sharesBuffer ? 1 : 0;
    words[17] = items;
    words[18] = width;
    words[19] = units;
    words[20] = unitPairs;
    words[21] = groups;
    words[22] = tokens;
    words[23] = start;
    words[24] = table.lowBits;
    words[25] = table.row;
    words[26] = table.highRows;
    words[27] = pairs;
    core.slots.acquire();

    pass.setPipeline(core.pipeline(this.dtype, chunked));
    pass.setBindGroup(0, core.slots.group, core.slots.offset, 0, 1);
    pass.setBindGroup(1, group);
    pass.dispatchWorkgroups(width, Math.ceil(workgroups / width));
  }
}

/** Writes struct Tensor at word `at`. */
function writeTensor(
  words: Uint32Array,
  at: number,
  view: TensorView,
  begin: number,
  heads: number,
  perUnit: number,
): void {
  words[at] = (view.begin - begin / view.bytes) / perUnit;
  words[at + 1] = view.batchStride / perUnit;
  words[at + 2] = view.tokenStride / perUnit;
  words[at + 3] = view.headStride / perUnit;
  words[at + 4] = heads;
}
