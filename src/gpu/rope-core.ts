import wgsl from '../../shaders/rope.wgsl?entries=rotate_chunks,rotate_words&raw';
import type { RopeConfig, RopeFrequencies } from '../config/types';
import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import type { RopeTable } from '../tables/tables';
import type { BufferPositions } from './buffer-positions';
import type { DeviceKit } from './device-kit';
import type { CallKind, RopeFeature } from './feature';
import { ParameterSlots } from './parameter-slots';
import { TableState } from './table-state';
import type { RopeTuning } from './tuning';

/** What of a config the GPU has to know. */
export type CoreConfig = Pick<RopeConfig, 'headDim' | 'rotaryDim' | 'pairing' | 'axes'>;

/** Positions that a table may have. */
export const maxCapacity = 2 ** 24;

/** A table, the frequencies it was made from if it was, and the positions that these are for. */
export interface Made {
  readonly frequencies: RopeFrequencies | null;
  readonly table: RopeTable;
  readonly serves: number;
}

/** Makes a table of so many positions, with the frequencies of a sequence of so many tokens. */
export type Builder = (config: RopeConfig, capacity: number, sequenceLength?: number) => Made;

const calls: readonly CallKind[] = ['rotate', 'rotate_at', 'rerotate'];

/** What a rope shares with its layers: the GPU objects, and whether they still live. */
export class RopeCore {
  readonly slots: ParameterSlots;
  /** Null without a feature that reads positions from buffers. */
  readonly positions: BufferPositions | null;
  readonly pairs: number;
  /** Bytes that one storage binding may span. */
  readonly bindingLimit: number;
  /** Workgroups that one dimension of a dispatch may have. */
  readonly maxWorkgroups: number;
  /** The table in use. */
  state!: TableState;
  /** All there were: encodes that were not submitted yet may still read the older ones. */
  readonly states: TableState[] = [];
  /** Stands for the second tensor where there is one: a binding cannot be empty, nor the first be bound twice. */
  readonly #noTensor: GPUBuffer;
  /** By {@link pipelineIndex}. */
  readonly #pipelines: GPUComputePipeline[] = [];
  #destroyed = false;

  constructor(
    readonly kit: DeviceKit,
    readonly config: CoreConfig,
    made: Made,
    readonly tuning: RopeTuning,
    readonly label: string,
    readonly features: readonly RopeFeature[],
    readonly build: Builder,
    /** As createRope was given it. */
    readonly sequenceLength = 0,
  ) {
    const { device } = kit;
    this.pairs = config.rotaryDim / 2;
    this.bindingLimit = device.limits.maxStorageBufferBindingSize;
    this.maxWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    const { STORAGE } = GPUBufferUsage;
    this.#noTensor = device.createBuffer({ label: `${label} no tensor`, size: 16, usage: STORAGE });
    this.slots = new ParameterSlots(kit, label);
    this.switchTo(made);
    const Positions = features.find((feature) => feature.positions)?.positions;
    this.positions = Positions ? new Positions(kit, config.axes, label) : null;
  }

  /** Compiles what these dtypes and the features need; the only wait there is. */
  async compile(dtypes: readonly RopeDtype[]): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const { call, wgsl: code } of [{ call: 'rotate', wgsl } as const, ...this.features]) {
      for (const dtype of dtypes) {
        for (const chunked of [true, false]) {
          // Where the pairs do not fill chunks, the entry point that reads chunks can never be used.
          if (!call || !code || (chunked && this.pairs % (16 / bytesPerElement(dtype)) !== 0)) continue;
          waiting.push(this.#compileOne(call, code, dtype, chunked));
        }
      }
    }
    await Promise.all(waiting);
  }

  async #compileOne(call: CallKind, code: string, dtype: RopeDtype, chunked: boolean): Promise<void> {
    const { kit, config, tuning, positions } = this;
    const { kind } = this.state.table;
    const axes = config.axes?.count ?? 1;
    const entryPoint = `${call}_${chunked ? 'chunks' : 'words'}`;
    const name = `webgpu-rope ${entryPoint} ${dtype} ${config.pairing} ${kind} ${axes} ${tuning.workgroupSize}`;
    const layouts = [kit.tableLayout, kit.tensorLayout];
    // Calls whose positions the host knows bind no ids and no counter.
    if (call !== 'rotate' && positions) layouts.push(positions.layout);
    this.#pipelines[pipelineIndex(call, dtype, chunked)] = await kit.compiled(
      name,
      code,
      entryPoint,
      layouts,
      {
        DTYPE: ropeDtypes.indexOf(dtype),
        PAIRING: config.pairing === 'half' ? 0 : 1,
        TWO_DIGITS: kind === 'two-digit' ? 1 : 0,
        WORKGROUP: tuning.workgroupSize,
        AXES: axes,
      },
    );
  }

  /** The pipeline compiled for this call; undefined if createRope was not asked for it. */
  pipeline(call: CallKind, dtype: RopeDtype, chunked: boolean): GPUComputePipeline | undefined {
    return this.#pipelines[pipelineIndex(call, dtype, chunked)];
  }

  /** Puts a new table in the place of the one in use, which stays for encodes that name it. */
  switchTo({ frequencies, table, serves }: Made): void {
    const state = new TableState(this.kit.device, frequencies, table, serves, this.label);
    this.states.push(state);
    this.use(state);
  }

  /** Goes on with a state of this rope. Its bind group is made now, so that the first encode need not. */
  use(state: TableState): void {
    this.state = state;
    this.slots.group(state, state);
  }

  /** Whether the state is one of this rope's. */
  owns(state: unknown): state is TableState {
    return this.states.includes(state as TableState);
  }

  /** Bind group of one or two stretches of tensors. */
  group(resources: readonly GPUBufferBinding[]): GPUBindGroup {
    return this.kit.device.createBindGroup({
      label: `${this.label} tensors`,
      layout: this.kit.tensorLayout,
      entries: [
        { binding: 0, resource: resources[0] as GPUBufferBinding },
        { binding: 1, resource: resources[1] ?? { buffer: this.#noTensor } },
      ],
    });
  }

  /** @throws {TypeError} the rope was destroyed, or its device lost */
  checkAlive(): void {
    if (this.#destroyed) throw new TypeError('rope: expected a live rope, got one that was destroyed');
    this.kit.checkLive();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const state of this.states) state.buffer.destroy();
    this.#noTensor.destroy();
    this.positions?.destroy();
    this.slots.destroy();
  }
}

/** Index of a call, dtype and entry point among a rope's pipelines. */
function pipelineIndex(call: CallKind, dtype: RopeDtype, chunked: boolean): number {
  return (calls.indexOf(call) * ropeDtypes.length + ropeDtypes.indexOf(dtype)) * 2 + (chunked ? 1 : 0);
}
