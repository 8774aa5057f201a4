import type { RopeConfig } from '../config/types';
import type { RopeDtype } from '../dtypes';
import { checkChoice, checkChoices, checkInteger, checkKeys, wrongType } from '../errors';
import { remembered, rememberedLayer } from '../kernel/remembered';
import type { RopeBinding } from './binding';
import type { CallKind, RopeCore } from './core';
import { RopeLayer } from './layer';
import type { RopePreparation } from './options';
import { encodeRerotation, type RerotateTensor, type RopeRerotateOptions } from './rerotate';
import type { RopeState } from './state';
import { TensorView, tensorKeys } from './tensor';
import { reservePositions, switchSequenceLength } from './updates';

type LayersByKey = Map<string, RopeLayer>;

/** Tables and pipelines of one set of frequencies on one device. Made by {@link createRope}. */
export class Rope {
  /** @internal */
  readonly core: RopeCore;
  readonly #layers = new WeakMap<object, WeakMap<object, LayersByKey>>();

  /** @internal */
  constructor(core: RopeCore) {
    this.core = core;
  }

  /** The config, complete. */
  get config(): RopeConfig {
    return this.core.setup.config;
  }

  /** What the rope was created for. */
  get dtypes(): readonly RopeDtype[] {
    return this.core.setup.dtypes;
  }

  /**
   * How f16 is converted: `native`, by the device's own type, where it has `shader-f16` and its conversions passed a probe; or by
   * `integers`. The bits are the same.
   */
  get f16Conversion(): 'native' | 'integers' {
    return this.core.kernel.device.f16;
  }

  /** Positions 0 to `capacity - 1` can be rotated to. */
  get capacity(): number {
    return this.core.state.table.capacity;
  }

  /** The table in use: its frequencies, its size. Keep it to `rerotate` keys that were rotated by it. */
  get state(): RopeState {
    return this.core.state;
  }

  /**
   * Compiles ahead what calls other than a plain start need, so that their first encode does not: positions in buffers,
   * `inverse`, `rerotate`.
   *
   * @throws {TypeError | RangeError} an unknown kind of positions, a dtype the rope was not created with
   * @example await rope.prepare({ positions: ['ids'], rerotate: true });
   */
  async prepare(preparation: RopePreparation): Promise<void> {
    const core = this.core;
    core.kernel.checkAlive();
    checkKeys('preparation', preparation, ['positions', 'inverse', 'rerotate', 'dtypes']);
    const { rerotate = false, inverse = false } = preparation;
    const { positions, dtypes = this.dtypes } = preparation;
    const kinds = checkChoices('positions', positions ?? [], ['ids', 'ragged', 'grid'], 'kinds of positions');
    if (typeof rerotate !== 'boolean') throw wrongType('rerotate', 'true or false', rerotate);
    if (typeof inverse !== 'boolean') throw wrongType('inverse', 'true or false', inverse);
    const prepared = checkChoices('dtypes', dtypes, this.dtypes, 'dtypes');
    const calls: CallKind[] = [];
    if (kinds.length > 0) calls.push('rotate_at');
    if (inverse) calls.push('unrotate');
    if (inverse && kinds.length > 0) calls.push('unrotate_at');
    if (rerotate) calls.push('rerotate');
    await core.kernel.pipelines.prepare(core.pipelinesOf(calls, prepared));
    core.kernel.checkAlive();
  }

  /**
   * Names the tensors to rotate. Cheap, and remembered: the same buffers, offsets and shapes give the same layer, so an
   * engine that pools buffers can bind anew each step.
   *
   * @throws {TypeError} neither Q nor K, no STORAGE usage, a wrong kind
   * @throws {RangeError} a dtype the rope was not created with, offsets or strides not on a 4-byte word, a headDim below
   *   `rotaryDim`
   * @example rope.bind({ q: { buffer: q, heads: 32 }, k: { buffer: k, heads: 8, capacity: 8192 }, dtype: 'f16' });
   */
  bind(binding: RopeBinding): RopeLayer {
    const core = this.core;
    core.kernel.checkAlive();
    checkKeys('binding', binding, ['q', 'k', 'dtype', 'headDim']);
    const { rotaryDim, placement } = core.setup.config;
    const dtype = checkChoice('dtype', binding.dtype, this.dtypes);
    const headDim = checkInteger('headDim', binding.headDim ?? this.config.headDim, rotaryDim, 2 ** 31);
    const rotaryBegin = placement === 'last' ? headDim - rotaryDim : 0;
    const viewOf = (name: 'q' | 'k'): TensorView | null => {
      const tensor = binding[name];
      return tensor === undefined
        ? null
        : new TensorView(name, tensor, { dtype, headDim, rotaryDim, rotaryBegin });
    };
    const [q, k] = [viewOf('q'), viewOf('k')];
    if (!q && !k) throw wrongType('binding', 'q, k or both', binding);

    const byQ = remembered(this.#layers, q?.buffer ?? this, () => new WeakMap<object, LayersByKey>());
    const byShape = remembered(byQ, k?.buffer ?? this, () => new Map<string, RopeLayer>());
    const key = `${dtype} ${headDim} ${q?.key} ${k?.key}`;
    return rememberedLayer(byShape, key, () => new RopeLayer(core, q, k));
  }

  /**
   * Moves rows of a K cache that were rotated before, in place, in one pass, R_to(p') R_from(p)^-1: to other positions (the
   * oldest tokens were dropped), or from an older state's frequencies to those in use (`setSequenceLength` said that keys
   * are stale). A range of rows a call.
   *
   * After a change of frequencies the cache is then exact in the first layer; above it the keys were computed from
   * attention with the old frequencies, so it is an approximation (docs/rerotate.md).
   *
   * Every move rounds to the storage type again: move a 16-bit cache seldom and far rather than often and little. Where a table
   * of your own has both cos and sin 0 at the old position, there is nothing to undo and the pair becomes 0.
   *
   * @throws {TypeError | RangeError} as `bind` and `encode`
   * @example The 512 oldest of 4096 tokens were dropped, and the rest moved up in the cache:
   * rope.rerotate(pass, { buffer: kCache, heads: 8, capacity: 4096, dtype: 'f16' },
   *   { tokens: 3584, from: { start: 512 }, to: { start: 0 } });
   */
  rerotate(pass: GPUComputePassEncoder, k: RerotateTensor, options: RopeRerotateOptions): void {
    checkKeys('k', k, [...tensorKeys, 'dtype', 'headDim']);
    const { dtype, headDim, ...tensor } = k;
    const layer = this.bind({ k: tensor, dtype, ...(headDim === undefined ? {} : { headDim }) });
    encodeRerotation(layer, pass, options);
  }

  /**
   * How many tokens had a position in a GPUBuffer that the table does not have (-1 is padding and not counted), over all
   * encodes submitted so far, since the last call. Those tokens were left as they were. Submits a read-back of its own.
   */
  async readBadPositions(): Promise<number> {
    this.core.kernel.checkAlive();
    return this.core.kernel.positions.readBad();
  }

  /**
   * Says how long the sequence is now: `dynamic` and `longrope` choose their frequencies by it. Where that changes them, a
   * new table takes the place of the old one for every encode from here on; encodes before it keep theirs.
   *
   * @returns whether keys that were rotated before are stale, and the state they were rotated by, for `rerotate`
   * @throws {RangeError} no integer of at least 0   @throws {TypeError} the tables are the caller's own
   */
  setSequenceLength(tokens: number): { staleKeys: boolean; previous: RopeState } {
    this.core.kernel.checkAlive();
    return switchSequenceLength(this.core, tokens);
  }

  /**
   * Makes room for so many positions, by a larger table of the same frequencies. Layers stay as they are; encodes before
   * it keep the old table. Does nothing where there is room already.
   *
   * @throws {RangeError} more than 2^24, or a full table that fits no binding   @throws {TypeError} the tables are the caller's own
   */
  reserve(positions: number): void {
    this.core.kernel.checkAlive();
    reservePositions(this.core, positions);
  }

  /**
   * Frees the table of a state that no encode needs any more. Submit what was encoded with it before. Without this, states stay
   * until `destroy`: with dynamic NTK a table for each length.
   *
   * @throws {TypeError} no state of this rope, one that was released, the one in use
   * @example const { previous } = rope.setSequenceLength(8192); // rerotate the cache, submit, then
   * rope.release(previous);
   */
  release(state: RopeState): void {
    const core = this.core;
    core.kernel.checkAlive();
    const known = core.checkState('state', state);
    if (known === core.state) throw new TypeError('state: expected one that is not in use, got rope.state');
    core.release(known);
  }

  /**
   * Ends the tables and parameters; the engine's buffers stay as they are. Submit what was encoded before calling this.
   * The rope and its layers throw from then on. Calling it again does nothing.
   */
  destroy(): void {
    this.core.destroy();
  }
}
