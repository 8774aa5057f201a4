import type { RopeConfig } from '../config/types';
import type { RopeTable } from '../tables/tables';
import type { DeviceKit } from './device-kit';
import { type RopeDtype, ropeDtypes } from './dtype';
import { ParameterSlots } from './parameter-slots';
import type { RopeTuning } from './tuning';

/** What a rope shares with its layers: the GPU objects, and whether they still live. */
export class RopeCore {
  readonly slots: ParameterSlots;
  readonly pairs: number;
  /** Bytes that one storage binding may span. */
  readonly bindingLimit: number;
  /** Workgroups that one dimension of a dispatch may have. */
  readonly maxWorkgroups: number;
  private readonly tableBuffer: GPUBuffer;
  /** Stands in the second binding where there is one tensor: a binding cannot be empty, nor the first one twice. */
  private readonly placeholder: GPUBuffer;
  /** By {@link pipelineIndex}. */
  private readonly pipelines: GPUComputePipeline[] = [];
  private destroyed = false;

  constructor(
    readonly kit: DeviceKit,
    readonly config: RopeConfig,
    readonly table: RopeTable,
    readonly tuning: RopeTuning,
    private readonly label: string,
  ) {
    const { device } = kit;
    this.pairs = config.rotaryDim / 2;
    this.bindingLimit = device.limits.maxStorageBufferBindingSize;
    this.maxWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.tableBuffer = device.createBuffer({
      label: `${label} table`,
      size: table.data.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(this.tableBuffer, 0, table.data);
    this.placeholder = device.createBuffer({
      label: `${label} placeholder`,
      size: 16,
      usage: GPUBufferUsage.STORAGE,
    });
    this.slots = new ParameterSlots(kit, this.tableBuffer, label);
  }

  /** Compiles what these dtypes need; the only wait there is. */
  async compile(dtypes: readonly RopeDtype[]): Promise<void> {
    const wanted = dtypes.flatMap((dtype) =>
      [true, false].map(async (chunked) => {
        // Where the pairs do not fill chunks, the entry point that reads chunks can never be used.
        if (chunked && this.pairs % (dtype === 'f32' ? 4 : 8) !== 0) return;
        const pipeline = await this.kit.pipeline({
          entryPoint: chunked ? 'rotate_chunks' : 'rotate_words',
          dtype,
          pairing: this.config.pairing,
          twoDigits: this.table.kind === 'two-digit',
          workgroupSize: this.tuning.workgroupSize,
        });
        this.pipelines[pipelineIndex(dtype, chunked)] = pipeline;
      }),
    );
    await Promise.all(wanted);
  }

  /** The pipeline compiled for this dtype and entry point. */
  pipeline(dtype: RopeDtype, chunked: boolean): GPUComputePipeline {
    return this.pipelines[pipelineIndex(dtype, chunked)] as GPUComputePipeline;
  }

  /** Bind group of one or two stretches of tensors. */
  group(resources: readonly GPUBufferBinding[]): GPUBindGroup {
    return this.kit.device.createBindGroup({
      label: `${this.label} tensors`,
      layout: this.kit.tensorLayout,
      entries: [
        { binding: 0, resource: resources[0] as GPUBufferBinding },
        { binding: 1, resource: resources[1] ?? { buffer: this.placeholder } },
      ],
    });
  }

  /** @throws {TypeError} the rope was destroyed, or its device lost */
  checkAlive(): void {
    if (this.destroyed) throw new TypeError('rope: expected a live rope, got one that was destroyed');
    this.kit.checkLive();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.tableBuffer.destroy();
    this.placeholder.destroy();
    this.slots.destroy();
  }
}

/** Index of a dtype and entry point among a rope's pipelines. */
function pipelineIndex(dtype: RopeDtype, chunked: boolean): number {
  return ropeDtypes.indexOf(dtype) * 2 + (chunked ? 1 : 0);
}
