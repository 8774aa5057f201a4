import { checkInteger, checkKeys } from '../errors';
import { sharedBuffer } from '../kernel/buffers';
import { checkPass } from '../kernel/checks';
import type { RopeIds } from '../kernel/positions';
import type { Rope } from '../rope/rope';
import type { TokenTableCore } from './core';
import type { TokenTableEncodeOptions } from './options';
import { TokenSource } from './source';

const encodeKeys = ['tokens', 'batch', 'start', 'positions', 'shift', 'factor', 'row'];
/** Invocations of a workgroup in shaders/token-table.wgsl. */
const workgroupSize = 64;

/**
 * Cosines and sines of the tokens of a step, a row a token, and a rope that rotates by them. Made by {@link createTokenTable}.
 */
export class TokenTable {
  /** Rotates by the rows of the table: `bind` and `createQkv` as with any rope, with {@link positions} in every encode. */
  readonly rope: Rope;
  /**
   * The ids of all rows from the first on: `positions` of each encode of {@link rope}. A token without a position has -1 there, and is
   * left as it is. Where all sequences share the rows of one, `{ ...table.positions, perSequence: false }`; from another row on,
   * `{ ...table.positions, offset: row }`.
   */
  readonly positions: RopeIds;
  readonly #core: TokenTableCore;
  readonly #source: TokenSource;
  readonly #tensors: GPUBindGroup;
  /** What the kernel's group of positions is found by: one object, refilled. */
  readonly #bound: { type: 'ids'; buffer: GPUBuffer };

  /** @internal */
  constructor(core: TokenTableCore, rope: Rope) {
    const { kernel, least, most, rowIds } = core;
    this.#core = core;
    this.rope = rope;
    this.positions = { type: 'ids', buffer: rowIds, format: 'i32', perSequence: true };
    const { words, floats, at } = kernel;
    const axes = core.config.axes?.count ?? 1;
    const { span } = kernel.device;
    this.#source = new TokenSource({ words, floats, at, axes, least, most, span, isTurned: core.isTurned });
    this.#tensors = kernel.tensorGroup([rope.core.state.binding, { buffer: rowIds }]);
    this.#bound = { type: 'ids', buffer: rowIds };
  }

  /** Rows of the table. */
  get tokens(): number {
    return this.rope.capacity;
  }

  /** Positions p are served where `-capacity <= p < capacity`; with tables of your own from 0 on. */
  get capacity(): number {
    return this.#core.most;
  }

  /**
   * Appends the computation of rows `row` to `row + batch * tokens - 1`, sequence after sequence, to a compute pass: once a step,
   * before the layers rotate. Overwrites these rows, and the pass's pipeline and bind groups 0 to 2; submits nothing, compiles
   * nothing, and creates nothing in steady state: a chunk of parameters in 1024 different ones, bind groups of position buffers
   * at their first use.
   *
   * @throws {TypeError} a wrong kind of argument; the table was destroyed or its device lost
   * @throws {RangeError} more tokens than rows, a position past the capacity, ids past the end of their buffer. Nothing was
   *   encoded then.
   * @example Frames before 0, as in Wan: `table.encode(pass, { tokens, positions: { type: 'grid', height, width, origin: [-2, 0, 0] } })`
   */
  encode(pass: GPUComputePassEncoder, options: TokenTableEncodeOptions): void {
    const { kernel, rowIds, tables, pairs } = this.#core;
    kernel.checkAlive();
    checkPass(pass);
    checkKeys('options', options, encodeKeys);
    const rows = this.tokens;
    const tokens = checkInteger('tokens', options.tokens, 1, rows);
    const batch = checkInteger('batch', options.batch ?? 1, 1, rows);
    const row = checkInteger('row', options.row ?? 0, 0, rows - 1);
    if (row + tokens * batch > rows) {
      const got = `${batch} x ${tokens} from row ${row} on`;
      throw new RangeError(`tokens: expected at most ${rows} rows (tokens of the table), got ${got}`);
    }
    const ids = this.#source.write(options, tokens, batch);
    if (ids === rowIds) throw sharedBuffer('positions.buffer', 'that of the table');
    const { words, at, call, positions } = kernel;
    const quads = Math.ceil(pairs / 2);
    const items = tokens * batch * quads;
    const workgroups = Math.ceil(items / workgroupSize);
    const width = Math.min(workgroups, kernel.device.maxWorkgroups);
    words[at.items] = items;
    words[at.width] = width;
    words[at.tokens] = tokens;
    words[at.quads] = quads;
    words[at.pairs] = pairs;
    words[at.row] = row;
    this.#bound.buffer = ids ?? rowIds;
    call.pass = pass;
    call.pipeline = kernel.pipelines.at(0);
    call.first = tables.first;
    call.second = tables.second;
    call.positions = positions.group(ids ? this.#bound : null, null);
    kernel.dispatch(this.#tensors, width, Math.ceil(workgroups / width));
    kernel.endCall();
  }

  /**
   * How many tokens had a position that the table does not serve (padding is not counted), over all encodes submitted so far,
   * since the last call. Submits a read-back of its own.
   */
  async readBadPositions(): Promise<number> {
    this.#core.kernel.checkAlive();
    return this.#core.kernel.positions.readBad();
  }

  /** Ends the table and its rope. Submit what was encoded before calling this. Calling it again does nothing. */
  destroy(): void {
    this.#core.kernel.destroy();
    this.rope.destroy();
  }
}
