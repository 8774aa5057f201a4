import type { RopeAxes } from '../config/types';
import { placeholder } from './buffers';
import type { KernelDevice, PipelineDescription } from './device';
import { isPowerOfTwo, writeDivisor } from './divisor';
import type { Fields, StructLayout, WordsOf } from './layout';
import type { GridWords } from './params';
import { Pipelines } from './pipelines';
import { PositionBuffers } from './position-buffers';
import { ParameterSlots } from './slots';

/** What makes a family's kernel. */
export interface KernelDescription<F extends Fields> {
  /** What messages call it, such as `rope`. */
  readonly name: string;
  /** Begins the label of every GPU object. */
  readonly label: string;
  readonly layout: StructLayout<F>;
  /** Tensors that a call reads and writes. */
  readonly tensors: number;
  /** Position axes, for kernels that read positions from buffers; undefined for others. */
  readonly axes?: RopeAxes | null;
  /** The pipeline of an index, which the family defines. */
  readonly describe: (index: number) => PipelineDescription;
}

/** The call at hand. One record a kernel, filled by an encode, cleared at its end. */
export interface Call {
  pass: GPUComputePassEncoder | null;
  pipeline: GPUComputePipeline | null;
  /** What group 0 binds beside the parameters. */
  first: GPUBufferBinding | null;
  second: GPUBufferBinding | null;
  positions: GPUBindGroup | null;
}

/** How a launch is spread: struct Grid but for what follows from it. */
export interface Spread {
  units: number;
  groups: number;
  tokens: number;
  sequences: number;
  firstToken: number;
  firstSequence: number;
  /** Whether this launch counts bad positions. */
  counts: boolean;
}

/**
 * Whether the rows of a slice are sequences: where there are more of them than tokens, as at decode, so that a slice has work for
 * whole workgroups, and there are no more slices than a dispatch may have.
 */
export const rowsAreSequences = ({ tokens, sequences }: Pick<Spread, 'tokens' | 'sequences'>): boolean =>
  sequences > tokens;

/** What every family of kernels is made of: pipelines, parameters, positions, bind groups, one dispatch. */
export class Kernel<F extends Fields = Fields> {
  readonly device: KernelDevice;
  readonly label: string;
  readonly slots: ParameterSlots;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
  /** Words of the fields of the parameters' struct. */
  readonly at: WordsOf<F>;
  readonly pipelines: Pipelines;
  readonly call: Call = { pass: null, pipeline: null, first: null, second: null, positions: null };
  readonly spread: Spread = {
    units: 1,
    groups: 1,
    tokens: 1,
    sequences: 1,
    firstToken: 0,
    firstSequence: 0,
    counts: true,
  };
  readonly #description: KernelDescription<F>;
  readonly #positions: PositionBuffers | null;
  readonly #owned: GPUBuffer[] = [];
  /** Stands for a tensor that a call does not have. */
  readonly #noTensor: GPUBuffer;
  #destroyed = false;

  constructor(device: KernelDevice, description: KernelDescription<F>) {
    const { label, layout, axes, describe } = description;
    this.device = device;
    this.label = label;
    this.#description = description;
    this.slots = new ParameterSlots(device, label, layout.words);
    this.words = this.slots.words;
    this.floats = this.slots.floats;
    this.at = layout.at;
    this.pipelines = new Pipelines(device, describe);
    this.#positions = axes === undefined ? null : new PositionBuffers(device, axes, label);
    this.#noTensor = this.own(placeholder(device.device, `${label} no tensor`));
  }

  /** Buffers that positions come from. */
  get positions(): PositionBuffers {
    return this.#positions as PositionBuffers;
  }

  /** Layouts of the groups that a pipeline binds. */
  layouts(withPositions: boolean): GPUBindGroupLayout[] {
    const { device, slots } = this;
    const layouts = [slots.layout, device.tensorLayout(this.#description.tensors)];
    return withPositions ? [...layouts, device.positionLayout] : layouts;
  }

  /** Compiles these, and waits until what was made can be used; where one fails, ends what was made so far. */
  async prepareOrEnd(indices: readonly number[], usable?: Promise<void>): Promise<void> {
    try {
      await Promise.all([this.pipelines.prepare(indices), usable]);
      this.device.checkLive();
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Takes a buffer as the kernel's own, which ends with it. */
  own(buffer: GPUBuffer): GPUBuffer {
    this.#owned.push(buffer);
    return buffer;
  }

  /** Bind group of stretches of tensors; null where a call does not have one. */
  tensorGroup(stretches: readonly (GPUBufferBinding | null)[]): GPUBindGroup {
    return this.device.device.createBindGroup({
      label: `${this.label} tensors`,
      layout: this.device.tensorLayout(this.#description.tensors),
      entries: stretches.map((stretch, binding) => ({
        binding,
        resource: stretch ?? { buffer: this.#noTensor },
      })),
    });
  }

  /** Encodes one launch of the call at hand, spread as {@link spread} says. */
  dispatchItems(tensors: GPUBindGroup, workgroupSize: number): void {
    const { spread, words } = this;
    const { units, groups } = spread;
    const grid = (this.at as unknown as { readonly grid: GridWords }).grid;
    const rows = Math.max(spread.tokens, spread.sequences);
    const items = units * groups * rows;
    const workgroups = Math.ceil(items / workgroupSize);
    const width = Math.min(workgroups, this.device.maxWorkgroups);
    writeDivisor(words, grid.units, units);
    writeDivisor(words, grid.groups, groups);
    words[grid.items] = items;
    words[grid.width] = width;
    words[grid.is_powers] = isPowerOfTwo(units) && isPowerOfTwo(groups) ? 1 : 0;
    words[grid.rows_are_sequences] = rowsAreSequences(spread) ? 1 : 0;
    words[grid.first_token] = spread.firstToken;
    words[grid.first_sequence] = spread.firstSequence;
    words[grid.counts] = spread.counts ? 1 : 0;
    this.#dispatch(tensors, width, Math.ceil(workgroups / width), Math.min(spread.tokens, spread.sequences));
  }

  /** Encodes one launch of the call at hand, of so many workgroups. */
  dispatch(tensors: GPUBindGroup, x: number, y: number): void {
    this.#dispatch(tensors, x, y, 1);
  }

  #dispatch(tensors: GPUBindGroup, x: number, y: number, z: number): void {
    const { call, slots } = this;
    const pass = call.pass as GPUComputePassEncoder;
    slots.acquire();
    pass.setPipeline(call.pipeline as GPUComputePipeline);
    const tables = slots.group(call.first as GPUBufferBinding, call.second as GPUBufferBinding);
    pass.setBindGroup(0, tables, slots.offsets[slots.slot]!, 0, 1);
    pass.setBindGroup(1, tensors);
    if (call.positions) pass.setBindGroup(2, call.positions);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** Forgets the call at hand: a pass must not live on through us. */
  endCall(): void {
    const { call } = this;
    call.pass = null;
    call.pipeline = null;
    call.first = null;
    call.second = null;
    call.positions = null;
  }

  /** @throws {TypeError} the kernel was destroyed, or its device lost */
  checkAlive(): void {
    if (this.#destroyed) {
      const { name } = this.#description;
      throw new TypeError(`${name}: expected a live ${name}, got one that was destroyed`);
    }
    this.device.checkLive();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const buffer of this.#owned) buffer.destroy();
    this.#positions?.destroy();
    this.slots.destroy();
  }
}
