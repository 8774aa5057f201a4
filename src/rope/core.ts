import wgsl from '../../shaders/rope.wgsl?linked';
import nativeWgsl from '../../shaders/rope.wgsl?linked&native_f16';
import type { RopeConfig } from '../config/types';
import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import { wrongType } from '../errors';
import type { KernelDevice, PipelineDescription } from '../kernel/device';
import { Kernel } from '../kernel/kernel';
import { SourceWriter } from '../kernel/source-writer';
import type { RopeTuning } from '../kernel/tuning';
import { ropeLayout } from './params';
import { type TableSource, TableState } from './state';
import type { TablePlan } from './table-source';

interface CallTraits {
  /** Entry point of shaders/rope.wgsl, but for `_chunks` or `_words`. */
  readonly entry: string;
  readonly isInverse: boolean;
  /** Whether it binds ids and a counter: the host does not know its positions. */
  readonly bindsPositions: boolean;
  /** What messages call it, and the preparation it wants. */
  readonly words: string;
  readonly preparation: string;
}

/** Kinds of call: positions from a start, any others, either to un-rotate, and the move of keys that were rotated before. */
const callTraits = {
  rotate: {
    entry: 'rotate',
    isInverse: false,
    bindsPositions: false,
    words: 'a start',
    preparation: '',
  },
  rotate_at: {
    entry: 'rotate_at',
    isInverse: false,
    bindsPositions: true,
    words: 'positions',
    preparation: "positions: ['ids']",
  },
  unrotate: {
    entry: 'rotate',
    isInverse: true,
    bindsPositions: false,
    words: 'inverse',
    preparation: 'inverse: true',
  },
  unrotate_at: {
    entry: 'rotate_at',
    isInverse: true,
    bindsPositions: true,
    words: 'inverse with positions',
    preparation: "positions: ['ids'], inverse: true",
  },
  rerotate: {
    entry: 'rerotate',
    isInverse: false,
    bindsPositions: true,
    words: 'rerotate',
    preparation: 'rerotate: true',
  },
} as const satisfies Record<string, CallTraits>;
export type CallKind = keyof typeof callTraits;
const callKinds = Object.keys(callTraits) as CallKind[];

/** What makes a {@link RopeCore}, checked. */
export interface RopeSetup {
  readonly config: RopeConfig;
  /** Null with tables of the caller's own, which cannot be built anew. */
  readonly plan: TablePlan | null;
  readonly source: TableSource;
  readonly sequenceLength: number;
  readonly dtypes: readonly RopeDtype[];
  readonly tuning: RopeTuning;
  readonly compilesAtEncode: boolean;
  readonly label: string;
}

/** What a rope shares with its layers: the kernel, the tables, the writers of positions. */
export class RopeCore {
  readonly kernel: Kernel<typeof ropeLayout.fields>;
  readonly setup: RopeSetup;
  readonly pairs: number;
  /** The positions that tokens get, and those that keys had. */
  readonly to: SourceWriter;
  readonly start: SourceWriter;
  readonly origin: SourceWriter;
  /** Tokens in the sequence, as it was said last. */
  sequenceLength: number;
  /** The table in use. */
  state!: TableState;
  /** All that are not released: encodes that were not submitted yet may still read the older ones. */
  readonly states: TableState[] = [];

  constructor(device: KernelDevice, setup: RopeSetup) {
    const { config, source, label } = setup;
    this.setup = setup;
    this.sequenceLength = setup.sequenceLength;
    this.pairs = config.rotaryDim / 2;
    this.kernel = new Kernel(device, {
      name: 'rope',
      label,
      layout: ropeLayout,
      tensors: 2,
      axes: config.axes,
      describe: (index) => this.#describe(index),
    });
    const { words, at } = this.kernel;
    const place = { words, axes: config.axes?.count ?? 1, span: device.span };
    this.to = new SourceWriter({ ...place, at: at.to }, namesOf('to.'));
    this.start = new SourceWriter({ ...place, at: at.to }, namesOf(''));
    this.origin = new SourceWriter({ ...place, at: at.origin }, { ...namesOf('from.'), kinds: ['ids'] });
    words[at.pairs] = this.pairs;
    this.switchTo(source);
  }

  /** Indices of the pipelines that these calls need, for these dtypes. */
  pipelinesOf(calls: readonly CallKind[], dtypes: readonly RopeDtype[]): number[] {
    return calls.flatMap((call) =>
      dtypes.flatMap((dtype) =>
        [true, false]
          // Where the pairs do not fill chunks, the entry point that reads chunks can never be used.
          .filter((chunked) => !chunked || this.pairs % (16 / bytesPerElement(dtype)) === 0)
          .map((chunked) => pipelineIndex(call, dtype, chunked)),
      ),
    );
  }

  #describe(index: number): PipelineDescription {
    const { config, tuning } = this.setup;
    const { kind } = this.state;
    const chunked = index % 2 === 1;
    const dtype = ropeDtypes[(index >> 1) % ropeDtypes.length] as RopeDtype;
    const call = callKinds[Math.floor(index / 2 / ropeDtypes.length)] as CallKind;
    const { entry, isInverse, bindsPositions } = callTraits[call];
    const axes = config.axes?.count ?? 1;
    const way = chunked ? 'chunks' : 'words';
    return {
      name: `webgpu-rope ${call} ${way} ${dtype} ${config.pairing} ${kind} ${axes} ${tuning.workgroupSize} ${tuning.firstHeadAhead}`,
      code: this.kernel.device.codeFor(dtype, wgsl, nativeWgsl),
      entryPoint: `${entry}_${way}`,
      layouts: this.kernel.layouts(bindsPositions),
      constants: {
        DTYPE: ropeDtypes.indexOf(dtype),
        PAIRING: config.pairing === 'half' ? 0 : 1,
        TWO_DIGITS: kind === 'two-digit' ? 1 : 0,
        WORKGROUP: tuning.workgroupSize,
        INVERSE: isInverse ? 1 : 0,
        FIRST_AHEAD: tuning.firstHeadAhead ? 1 : 0,
        AXES: axes,
      },
    };
  }

  /**
   * The pipeline of a call.
   *
   * @throws {TypeError} it was not prepared, and the rope does not compile at encode
   */
  pipeline(call: CallKind, dtype: RopeDtype, chunked: boolean): GPUComputePipeline {
    const { pipelines } = this.kernel;
    const index = pipelineIndex(call, dtype, chunked);
    if (!this.setup.compilesAtEncode && !pipelines.has(index)) throw unprepared(call, dtype);
    return pipelines.at(index);
  }

  /** Puts a new table in the place of the one in use, which stays for encodes that name it. */
  switchTo(source: TableSource): void {
    const state = new TableState(this.kernel.device.device, source, this.setup.label);
    this.states.push(state);
    this.use(state);
  }

  /** Goes on with a state of this rope. Its bind group is made now, so that the first encode need not. */
  use(state: TableState): void {
    this.state = state;
    this.kernel.slots.group(state.binding, state.binding);
  }

  /**
   * Checks a state that the caller names.
   *
   * @throws {TypeError} it is none of this rope's, or was released
   */
  checkState(name: string, state: unknown): TableState {
    if (state instanceof TableState && state.isReleased) {
      throw new TypeError(`${name}: expected a state that was not released, got one that was`);
    }
    if (!this.states.includes(state as TableState)) throw wrongType(name, 'a state of this rope', state);
    return state as TableState;
  }

  /** Ends the table of a state; the one in use cannot be. */
  release(state: TableState): void {
    this.states.splice(this.states.indexOf(state), 1);
    state.release();
  }

  destroy(): void {
    for (const state of this.states.splice(0)) state.release();
    this.kernel.destroy();
  }
}

/** How callers write a source: `''` for an encode, `from.` and `to.` for a move. */
function namesOf(prefix: '' | 'from.' | 'to.') {
  return { start: `${prefix}start`, positions: `${prefix}positions`, tokens: 'tokens' };
}

/** Index of a call, dtype and entry point among a rope's pipelines. */
function pipelineIndex(call: CallKind, dtype: RopeDtype, chunked: boolean): number {
  return (callKinds.indexOf(call) * ropeDtypes.length + ropeDtypes.indexOf(dtype)) * 2 + (chunked ? 1 : 0);
}

function unprepared(call: CallKind, dtype: RopeDtype): TypeError {
  const { words, preparation } = callTraits[call];
  return new TypeError(
    `rope: expected a call that was prepared, got ${words} of ${dtype}: await rope.prepare({ ${preparation} }) first`,
  );
}
