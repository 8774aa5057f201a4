import wgsl from '../../shaders/rope.wgsl?entries=rotate_chunks,rotate_words&raw';
import type { RopeAxes, RopeConfig, RopeFrequencies } from '../config/types';
import type { RopeTable } from '../tables/tables';
import type { BufferPositions } from './buffer-positions';
import { type CallKind, type DeviceKit, slotBytes } from './device-kit';
import { dtypeBytes, type RopeDtype, ropeDtypes } from './dtype';
import type { RopeFeature } from './feature';
import { ParameterSlots } from './parameter-slots';
import { TableState } from './table-state';
import type { RopeTuning } from './tuning';

/** What of a config the GPU has to know. */
export type CoreConfig = Pick<RopeConfig, 'headDim' | 'rotaryDim' | 'pairing' | 'axes'>;

/** Positions that a table may have. */
export const maxCapacity = 2 ** 24;

/** How a rope makes its tables. */
export type Builder = (frequencies: RopeFrequencies, capacity: number) => RopeTable;

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
  /** The table in use. Encodes that were not submitted yet may still read an older one. */
  state: TableState;
  readonly #states: TableState[];
  readonly #pairAxis: GPUBuffer;
  /** Stands for the second tensor where there is one: a binding cannot be empty, nor the first be bound twice. */
  readonly #noTensor: GPUBuffer;
  /** By {@link pipelineIndex}. */
  readonly #pipelines: GPUComputePipeline[] = [];
  #destroyed = false;

  constructor(
    readonly kit: DeviceKit,
    readonly config: CoreConfig,
    state: TableState,
    readonly tuning: RopeTuning,
    readonly label: string,
    readonly features: readonly RopeFeature[],
    readonly build: Builder,
  ) {
    const { device } = kit;
    this.state = state;
    this.#states = [state];
    this.pairs = config.rotaryDim / 2;
    this.bindingLimit = device.limits.maxStorageBufferBindingSize;
    this.maxWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    const { STORAGE } = GPUBufferUsage;
    this.#noTensor = device.createBuffer({ label: `${label} no tensor`, size: 16, usage: STORAGE });
    const axes = packedAxes(config.axes);
    this.#pairAxis = device.createBuffer({
      label: `${label} axes`,
      size: axes.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(this.#pairAxis, 0, axes);
    this.slots = new ParameterSlots(kit, this.#pairAxis, label);
    // Made now, so that the first encode need not.
    this.slots.group(state, state);
    const Positions = features.find((feature) => feature.positions)?.positions;
    this.positions = Positions ? new Positions(kit, this.axes, label) : null;
  }

  /** Position axes. */
  get axes(): number {
    return this.config.axes?.count ?? 1;
  }

  /** Compiles what these dtypes and the features need; the only wait there is. */
  async compile(dtypes: readonly RopeDtype[]): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const { call, wgsl: code } of [{ call: 'rotate', wgsl } as const, ...this.features]) {
      for (const dtype of dtypes) {
        for (const chunked of [true, false]) {
          // Where the pairs do not fill chunks, the entry point that reads chunks can never be used.
          if (!call || !code || (chunked && this.pairs % (16 / dtypeBytes(dtype)) !== 0)) continue;
          waiting.push(this.#compileOne(call, code, dtype, chunked));
        }
      }
    }
    await Promise.all(waiting);
  }

  async #compileOne(call: CallKind, code: string, dtype: RopeDtype, chunked: boolean): Promise<void> {
    const { pairing } = this.config;
    const twoDigits = this.state.table.kind === 'two-digit';
    const key = { call, chunked, dtype, pairing, twoDigits, axes: this.axes, ...this.tuning };
    const layout = call === 'rotate' ? undefined : this.positions?.layout;
    this.#pipelines[pipelineIndex(call, dtype, chunked)] = await this.kit.pipeline(key, code, layout);
  }

  /** The pipeline compiled for this call; undefined if createRope was not asked for it. */
  pipeline(call: CallKind, dtype: RopeDtype, chunked: boolean): GPUComputePipeline | undefined {
    return this.#pipelines[pipelineIndex(call, dtype, chunked)];
  }

  /** Puts a new table in the place of the one in use, which stays for encodes that name it. */
  switchTo(frequencies: RopeFrequencies, capacity: number): void {
    const state = new TableState(this.kit.device, frequencies, this.build(frequencies, capacity), this.label);
    this.#states.push(state);
    this.state = state;
    this.slots.group(state, state);
  }

  /** Whether the state is one of this rope's. */
  owns(state: unknown): state is TableState {
    return this.#states.includes(state as TableState);
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
    for (const state of this.#states) state.buffer.destroy();
    this.#noTensor.destroy();
    this.#pairAxis.destroy();
    this.positions?.destroy();
    this.slots.destroy();
  }
}

/** Two bits a pair, 16 pairs a word: what the shader's axis_of reads. */
function packedAxes(axes: RopeAxes | null): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(slotBytes / 16);
  axes?.pairAxis.forEach((axis, pair) => {
    words[pair >> 4] = (words[pair >> 4] as number) | (axis << ((pair & 15) * 2));
  });
  return words;
}

/** Index of a call, dtype and entry point among a rope's pipelines. */
function pipelineIndex(call: CallKind, dtype: RopeDtype, chunked: boolean): number {
  return (calls.indexOf(call) * ropeDtypes.length + ropeDtypes.indexOf(dtype)) * 2 + (chunked ? 1 : 0);
}
