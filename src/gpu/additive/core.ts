import wgsl from '../../../shaders/additive.wgsl?raw';
import { bytesPerElement, type RopeDtype, ropeDtypes } from '../../dtypes';
import { pastTheEnd } from '../../encodings/rows';
import type { AdditiveEncoding } from '../../encodings/types';
import { BufferPositions } from '../buffer-positions';
import type { DeviceKit } from '../device-kit';
import { ParameterSlots } from '../parameter-slots';
import type { RopePositionSource } from '../positions';
import { alignDown } from '../windows';
import type { RowSource } from './row-source';

/** The numbering of the shader's KIND override. */
const kinds = ['sinusoidal', 'learned', 'binary', 'integer'] as const;
/** Word of struct Params at which its source begins. */
export const sourceWord = 20;

/** What an additive encoding shares with its layers: the GPU objects, and whether they still live. */
export class AdditiveCore {
  readonly slots: ParameterSlots;
  /** The words of the slots, where struct Params has floats. */
  readonly floats: Float32Array;
  readonly positions: BufferPositions;
  /** What {@link writeSource} takes. */
  readonly table: { readonly table: RowSource; readonly capacity: number };
  /** Bytes that one storage binding may span. */
  readonly bindingLimit: number;
  /** Workgroups that one dimension of a dispatch may have. */
  readonly maxWorkgroups: number;
  readonly #tensorLayout: GPUBindGroupLayout;
  /** By {@link pipelineIndex}. */
  readonly #pipelines: GPUComputePipeline[] = [];
  #destroyed = false;

  constructor(
    readonly kit: DeviceKit,
    readonly encoding: AdditiveEncoding,
    readonly capacity: number,
    readonly source: RowSource,
    readonly workgroupSize: number,
    readonly label: string,
  ) {
    const { limits } = kit.device;
    this.bindingLimit = alignDown(limits.maxStorageBufferBindingSize);
    this.maxWorkgroups = limits.maxComputeWorkgroupsPerDimension;
    this.table = { table: source, capacity };
    this.#tensorLayout = kit.layout('tensor', ['storage']);
    this.slots = new ParameterSlots(kit, label);
    this.floats = new Float32Array(this.slots.words.buffer);
    this.positions = new BufferPositions(kit, { count: encoding.axes, pairAxis: [] }, label);
    // Made now, so that the first encode need not.
    this.positions.group(null, null);
    this.slotGroup();
    this.#writeConstants();
  }

  /** Whether a token's row can be taken by 16-byte chunks: no four elements of one lie in two blocks, or sines and cosines. */
  inChunks(dtype: RopeDtype): boolean {
    const { encoding } = this;
    const concat = encoding.type === 'sinusoidal' && encoding.layout === 'concat';
    return (
      (encoding.dim / encoding.axes) % (concat ? 8 : 4) === 0 &&
      (encoding.dim * bytesPerElement(dtype)) % 16 === 0
    );
  }

  /** Compiles what these dtypes need; the only wait there is. */
  async compile(dtypes: readonly RopeDtype[]): Promise<void> {
    const waiting = dtypes.flatMap((dtype) => [
      this.#compileOne(dtype, false),
      ...(this.inChunks(dtype) ? [this.#compileOne(dtype, true)] : []),
    ]);
    await Promise.all(waiting);
  }

  async #compileOne(dtype: RopeDtype, chunked: boolean): Promise<void> {
    const { kit, encoding, source, workgroupSize } = this;
    const { type, axes } = encoding;
    const layout = type === 'sinusoidal' ? encoding.layout : '';
    const entryPoint = chunked ? 'add_chunks' : 'add_words';
    const name = `webgpu-rope ${entryPoint} ${dtype} ${type} ${layout} ${source.dtype} ${axes} ${workgroupSize}`;
    const layouts = [kit.tableLayout, this.#tensorLayout, this.positions.layout];
    this.#pipelines[pipelineIndex(dtype, chunked)] = await kit.compiled(name, wgsl, entryPoint, layouts, {
      DTYPE: ropeDtypes.indexOf(dtype),
      KIND: kinds.indexOf(type),
      CONCAT: layout === 'concat' ? 1 : 0,
      WEIGHTS: ropeDtypes.indexOf(source.dtype),
      WORKGROUP: workgroupSize,
      AXES: axes,
    });
  }

  /** The pipeline compiled for a dtype and entry point. */
  pipeline(dtype: RopeDtype, chunked: boolean): GPUComputePipeline {
    return this.#pipelines[pipelineIndex(dtype, chunked)] as GPUComputePipeline;
  }

  /** Bind group of the current parameters and of what rows are read from. */
  slotGroup(): GPUBindGroup {
    return this.slots.group(this.source.table, this.source.weights);
  }

  /** Bind group of a stretch of a tensor. */
  group(resource: GPUBufferBinding): GPUBindGroup {
    return this.kit.device.createBindGroup({
      label: `${this.label} tensor`,
      layout: this.#tensorLayout,
      entries: [{ binding: 0, resource }],
    });
  }

  /** Refuses a start whose last token has no row, in the words of this encoding. Other mistakes are for `writeSource`. */
  checkStart({ start, positions }: RopePositionSource, tokens: number): void {
    if (positions !== undefined || !Number.isInteger(start) || (start as number) < 0) return;
    const last = (start as number) + tokens - 1;
    if (last >= this.capacity) throw pastTheEnd('start + tokens - 1', this.encoding, last, this.capacity);
  }

  /** @throws {TypeError} the encoding was destroyed, or its device lost */
  checkAlive(): void {
    if (this.#destroyed)
      throw new TypeError('additive: expected a live encoding, got one that was destroyed');
    this.kit.checkLive();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const buffer of this.source.owned) buffer.destroy();
    this.positions.destroy();
    this.slots.destroy();
  }

  /** Writes the words of struct Params that no encode changes. */
  #writeConstants(): void {
    const { encoding, source, floats } = this;
    const { words } = this.slots;
    words[3] = encoding.dim;
    words[7] = 1;
    words[11] = 1;
    words[13] = encoding.dim / encoding.axes;
    words[14] = source.row;
    words[15] = source.weightsBase;
    const [high, low] = inverseHalves(encoding.type === 'integer' ? encoding.divisor : 1);
    floats[16] = high;
    floats[17] = low;
  }
}

/** 1 / divisor as a number of at most 12 significant bits, and the rest. */
function inverseHalves(divisor: number): [high: number, low: number] {
  const inverse = 1 / divisor;
  // Math.log2 may be off next to a power of two: 11 bits are asked for, and one more may come.
  const unit = 2 ** (Math.floor(Math.log2(inverse)) - 10);
  const high = Math.round(inverse / unit) * unit;
  return [high, inverse - high];
}

function pipelineIndex(dtype: RopeDtype, chunked: boolean): number {
  return ropeDtypes.indexOf(dtype) * 2 + (chunked ? 1 : 0);
}
