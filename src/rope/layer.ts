import type { RopeDtype } from '../dtypes';
import { checkInteger, checkKeys, wrongType } from '../errors';
import type { Box } from '../kernel/box';
import { checkPass } from '../kernel/checks';
import { rowsAreSequences } from '../kernel/kernel';
import type { RopePositionSource, RopePositions } from '../kernel/positions';
import { headGroups } from '../kernel/tuning';
import { alignDown, type Window, Windows } from '../kernel/windows';
import type { CallKind, RopeCore } from './core';
import type { TableState } from './state';
import { areDisjoint, type TensorView } from './tensor';
import { type Piece, writeTensor } from './tensor-words';

/** Which tokens an encode rotates, and to which positions: `start`, or `positions`. */
export interface RopeEncodeOptions extends RopePositionSource {
  /** Tokens of each sequence. */
  readonly tokens: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** Token row of Q that holds token 0. Default 0. */
  readonly qFirst?: number;
  /**
   * Token row of K that holds token 0: where in its cache K lies. Required where K has a `capacity`: a decode step that left
   * it out would rotate row 0 again. Default 0 otherwise.
   */
  readonly kFirst?: number;
  /**
   * Un-rotates: what an encode with the same options rotated comes back. Where a table of your own has both cos and sin 0, the
   * pair becomes 0. Default false.
   */
  readonly inverse?: boolean;
}

const encodeKeys = ['tokens', 'start', 'positions', 'batch', 'qFirst', 'kFirst', 'inverse'];
const maxCount = 2 ** 32 - 1;

/** Bytes of a buffer that are bound. */
type Stretch = Required<GPUBufferBinding>;

/** A bind group for Q and K together, and what it binds of each. */
interface Whole {
  readonly group: GPUBindGroup;
  readonly q: Stretch | null;
  readonly k: Stretch | null;
}

/** Q and K as they lie in the engine's buffers, ready to be rotated. Made by `rope.bind`. */
export class RopeLayer {
  /** @internal */
  readonly core: RopeCore;
  readonly #q: TensorView | null;
  readonly #k: TensorView | null;
  readonly #dtype: RopeDtype;
  readonly #sharesBuffer: boolean;
  readonly #whole: Whole;
  /** Null where every buffer fits one binding. */
  readonly #windows: readonly Windows<TensorView>[] | null;
  /** All of the call, or while it is split the part at hand. */
  readonly #box: Box = { at: [0, 0, 0], counts: [0, 0, 0] };
  readonly #piece: Piece = { begin: 0, perUnit: 1, rowsAreSequences: false, box: null };
  readonly #launchWindow: Readonly<Record<'q' | 'k', (box: Box, window: Window) => void>>;

  /** @internal */
  constructor(core: RopeCore, q: TensorView | null, k: TensorView | null) {
    const { kernel } = core;
    const present = [q, k].filter((view) => view !== null);
    this.core = core;
    this.#q = q;
    this.#k = k;
    this.#dtype = (present[0] as TensorView).dtype;
    this.#sharesBuffer = q !== null && q.buffer === k?.buffer;
    this.#whole = this.#bindWhole();
    const { span } = kernel.device;
    const windowsOf = (view: TensorView): Windows<TensorView> =>
      new Windows(view, kernel.device, (stretch) =>
        kernel.tensorGroup(view === q ? [stretch, null] : [null, stretch]),
      );
    this.#windows = present.some(({ buffer }) => buffer.size > span) ? present.map(windowsOf) : null;
    this.#launchWindow = {
      q: (box, window) => this.#launchPart(q as TensorView, box, window),
      k: (box, window) => this.#launchPart(k as TensorView, box, window),
    };
  }

  /**
   * Appends the rotation of these tokens to a compute pass. Overwrites the pass's pipeline and its bind groups (0 and 1; 2
   * where positions lie in buffers); submits nothing. Compiles nothing for a `start`, nor for positions in buffers and
   * `inverse` after `rope.prepare`. Creates nothing in steady state: a chunk of parameters in 1024 different ones, bind groups of position
   * buffers and of rows past 96 MiB at their first use.
   *
   * @param pass The engine's own pass on the rope's device.
   * @throws {TypeError} a wrong kind of argument; no `kFirst` where K has a `capacity`; the rope was destroyed or its device
   *   lost; the call was not prepared and the rope was told to refuse that
   * @throws {RangeError} a position past the capacity, rows past the end of a buffer, heads that overlap. Nothing was
   *   encoded then and every buffer is untouched.
   * @example layer.encode(pass, { tokens: 1, start: 412, kFirst: 412 }); // one decode step
   */
  encode(pass: GPUComputePassEncoder, options: RopeEncodeOptions): void {
    const { core } = this;
    this.checkCall(pass, options, encodeKeys);
    const { tokens, batch = 1, qFirst, kFirst, inverse = false } = options;
    if (qFirst && !this.#q) throw wrongType('qFirst', 'none, as the layer has no q', qFirst);
    if (kFirst && !this.#k) throw wrongType('kFirst', 'none, as the layer has no k', kFirst);
    if (kFirst === undefined && this.#k?.capacity !== undefined) {
      throw wrongType('kFirst', 'the row of token 0 in the cache, as k has a capacity', kFirst);
    }
    if (typeof inverse !== 'boolean') throw wrongType('inverse', 'true or false', inverse);
    this.setCounts(tokens, batch);
    this.#q?.place(tokens, batch, checkRow('qFirst', qFirst), 'qFirst');
    this.#k?.place(tokens, batch, checkRow('kFirst', kFirst), 'kFirst');
    this.#checkApart();
    const { words, floats, at, positions: buffers } = core.kernel;
    core.start.expect(core.state.table, tokens, batch);
    const positions = core.start.write(options.start, options.positions);
    floats[at.undo] = 0;
    words.fill(0, at.origin.table.low_bits, at.origin.height + 1);
    if (!positions) {
      this.run(pass, inverse ? 'unrotate' : 'rotate', core.state, null);
      return;
    }
    this.checkReadOnly('positions', positions);
    this.run(pass, inverse ? 'unrotate_at' : 'rotate_at', core.state, buffers.group(positions, null));
  }

  /**
   * Refuses positions in a buffer that is rotated.
   *
   * @internal
   */
  checkReadOnly(name: string, positions: RopePositions): void {
    const { positions: buffers } = this.core.kernel;
    if (this.#q) buffers.checkReadOnly(name, positions, this.#q);
    if (this.#k) buffers.checkReadOnly(name, positions, this.#k);
  }

  /** @internal */
  checkCall(pass: GPUComputePassEncoder, options: object, keys: readonly string[]): void {
    this.core.kernel.checkAlive();
    checkPass(pass);
    checkKeys('options', options, keys);
  }

  /** @internal */
  setCounts(tokens: number, batch: number): void {
    this.#box.counts[0] = checkInteger('batch', batch, 1, maxCount);
    this.#box.counts[1] = checkInteger('tokens', tokens, 1, maxCount);
  }

  /**
   * Places the rows of K, for a call on K alone.
   *
   * @internal
   */
  placeKeys(tokens: number, batch: number, first: number | undefined): void {
    (this.#k as TensorView).place(tokens, batch, checkRow('first', first), 'first');
  }

  #checkApart(): void {
    if (!this.#sharesBuffer) return;
    const q = this.#q as TensorView;
    const k = this.#k as TensorView;
    if (areDisjoint(q, k)) return;
    throw new RangeError(
      `k: expected elements apart from those of q in the same buffer, got q at ${q.begin}..${q.end - 1} and ` +
        `k at ${k.begin}..${k.end - 1}`,
    );
  }

  /**
   * Encodes the launches of the call whose rows and sources are set.
   *
   * @param from What keys were rotated by, for `rerotate`.   @param positions Group 2, where the call binds it.
   * @internal
   */
  run(pass: GPUComputePassEncoder, kind: CallKind, from: TableState, positions: GPUBindGroup | null): void {
    const { core } = this;
    const { kernel } = core;
    const { call } = kernel;
    // Where the rows do not lie within the bindings of one launch, each tensor has launches of its own.
    const windows = this.#lieWithin() ? null : this.#windows;
    if (windows) for (const each of windows) each.check();
    const q = this.#q;
    const k = this.#k;
    const chunked = (q?.chunked ?? true) && (k?.chunked ?? true);
    call.pipeline = core.pipeline(kind, this.#dtype, chunked);
    call.pass = pass;
    call.first = core.state.binding;
    call.second = from.binding;
    call.positions = positions;
    if (!windows) this.#launchWhole(chunked);
    else {
      for (const each of windows) {
        const { name, chunked: viewChunked, heads } = each.view;
        call.pipeline = core.pipeline(kind, this.#dtype, viewChunked);
        this.#box.counts[2] = heads;
        each.split(this.#box, this.#launchWindow[name as 'q' | 'k']);
      }
    }
    kernel.endCall();
  }

  /** One bind group for both tensors: whole buffers where they fit, else from each tensor's offset on. */
  #bindWhole(): Whole {
    const { kernel } = this.core;
    const { span } = kernel.device;
    const stretchOf = (view: TensorView, firstByte: number) => {
      const { buffer } = view;
      const offset = buffer.size <= span ? 0 : alignDown(firstByte);
      return { buffer, offset, size: Math.min(buffer.size - offset, span) };
    };
    const byteOf = (view: TensorView): number => view.offset * view.bytes;
    const [q, k] = [this.#q, this.#k];
    if (q && k && this.#sharesBuffer) {
      const both = stretchOf(q, Math.min(byteOf(q), byteOf(k)));
      return { group: kernel.tensorGroup([both, null]), q: both, k: both };
    }
    const ofQ = q && stretchOf(q, byteOf(q));
    const ofK = k && stretchOf(k, byteOf(k));
    return { group: kernel.tensorGroup([ofQ, ofK]), q: ofQ, k: ofK };
  }

  /** Whether the rows placed last lie within what one launch binds of each tensor. */
  #lieWithin(): boolean {
    const { q, k } = this.#whole;
    return (
      (q === null || (this.#q as TensorView).endByte <= q.offset + q.size) &&
      (k === null || (this.#k as TensorView).endByte <= k.offset + k.size)
    );
  }

  /** All rows of Q and K in one launch. */
  #launchWhole(chunked: boolean): void {
    const { words, at, spread } = this.core.kernel;
    const piece = this.#piece;
    const { q, k, group } = this.#whole;
    this.#box.at[0] = 0;
    this.#box.at[1] = 0;
    this.#box.counts[2] = (this.#q?.heads ?? 0) + (this.#k?.heads ?? 0);
    spread.counts = true;
    this.#spread(chunked);
    piece.box = null;
    piece.begin = q?.offset ?? 0;
    writeTensor(words, at.q, this.#q, piece);
    piece.begin = k?.offset ?? 0;
    writeTensor(words, at.k, this.#k, piece);
    words[at.k_in_q] = this.#sharesBuffer ? 1 : 0;
    this.#dispatch(group);
  }

  /** Part of one tensor. */
  #launchPart(view: TensorView, box: Box, { group, begin }: Window): void {
    const { words, at, spread } = this.core.kernel;
    const piece = this.#piece;
    // A bad position is counted by the launch that has the token's first head of the first tensor.
    spread.counts = box.at[2] === 0 && (view === this.#q || this.#q === null);
    this.#spread(view.chunked);
    piece.box = box;
    piece.begin = begin;
    writeTensor(words, at.q, view === this.#q ? view : null, piece);
    writeTensor(words, at.k, view === this.#k ? view : null, piece);
    words[at.k_in_q] = 0;
    this.#dispatch(group);
  }

  /** How the box at hand is spread over invocations. */
  #spread(chunked: boolean): void {
    const { kernel, pairs, setup } = this.core;
    const { spread } = kernel;
    const { at, counts } = this.#box;
    const unitPairs = this.#pairsPerUnit(chunked);
    kernel.words[kernel.at.unit_pairs] = unitPairs;
    spread.units = pairs / unitPairs;
    spread.sequences = counts[0];
    spread.tokens = counts[1];
    spread.groups = headGroups(setup.tuning, spread.units * counts[0] * counts[1], counts[2]);
    spread.firstSequence = at[0];
    spread.firstToken = at[1];
    this.#piece.perUnit = this.#elementsPerUnit(chunked);
    this.#piece.rowsAreSequences = rowsAreSequences(spread);
  }

  #dispatch(group: GPUBindGroup): void {
    this.core.kernel.dispatchItems(group, this.core.setup.tuning.workgroupSize);
  }

  #elementsPerUnit(chunked: boolean): number {
    return (chunked ? 16 : 4) / ((this.#q ?? this.#k) as TensorView).bytes;
  }

  #pairsPerUnit(chunked: boolean): number {
    const { pairs, setup } = this.core;
    if (chunked) return this.#elementsPerUnit(true);
    if (this.#dtype === 'f32' || setup.config.pairing === 'interleaved') return 1;
    // A 16-bit word holds two neighbours: "half" takes pairs by twos, and all at once where their number is odd.
    return pairs % 2 === 0 ? 2 : pairs;
  }
}

function checkRow(name: string, row: number | undefined): number {
  return checkInteger(name, row ?? 0, 0, maxCount);
}
