import wgsl from '../../../shaders/bias.wgsl?raw';
import { bucketingOf, t5Buckets } from '../../biases/t5';
import type { AttentionBias } from '../../biases/types';
import { type RopeDtype, ropeDtypes } from '../../dtypes';
import { BufferPositions } from '../buffer-positions';
import type { DeviceKit } from '../device-kit';
import { ParameterSlots } from '../parameter-slots';
import type { RopeTuning } from '../tuning';
import { upload } from '../upload';
import { alignDown } from '../windows';

/** A buffer of the kernel's own, as {@link ParameterSlots} binds it. */
type Own = { readonly buffer: GPUBuffer };

/** What a bias kernel shares with its layers: the GPU objects, and whether they still live. */
export class BiasCore {
  readonly slots: ParameterSlots;
  /** The words of {@link slots} as floats. */
  readonly floats: Float32Array;
  readonly positions: BufferPositions;
  /** Slopes, or weights. */
  readonly numbers: Own;
  readonly buckets: Own;
  /** T5: the distance from which on all share a bucket. */
  readonly lastDistance: number;
  /** T5: what is added to the bucket of a key after the query. */
  readonly ahead: number;
  /** Bytes that one storage binding may span. */
  readonly bindingLimit: number;
  /** Workgroups that one dimension of a dispatch may have. */
  readonly maxWorkgroups: number;
  readonly #scoresLayout: GPUBindGroupLayout;
  /** By {@link pipelineIndex}. */
  readonly #pipelines: GPUComputePipeline[] = [];
  #destroyed = false;

  constructor(
    readonly kit: DeviceKit,
    readonly bias: AttentionBias,
    numbers: ArrayLike<number>,
    readonly tuning: RopeTuning,
    readonly label: string,
  ) {
    const { limits } = kit.device;
    this.bindingLimit = alignDown(limits.maxStorageBufferBindingSize);
    this.maxWorkgroups = limits.maxComputeWorkgroupsPerDimension;
    // ALiBi reads no buckets, but a binding cannot be empty.
    const table =
      bias.type === 't5' ? t5Buckets(bucketingOf(bias)) : { byDistance: new Uint32Array(1), ahead: 0 };
    this.lastDistance = table.byDistance.length - 1;
    this.ahead = table.ahead;
    this.#scoresLayout = kit.layout('scores', ['storage']);
    this.slots = new ParameterSlots(kit, label);
    this.floats = new Float32Array(this.slots.words.buffer);
    this.positions = new BufferPositions(kit, null, label);
    const name = bias.type === 't5' ? 'weights' : 'slopes';
    this.numbers = { buffer: upload(kit.device, Float32Array.from(numbers), `${label} ${name}`) };
    this.buckets = { buffer: upload(kit.device, table.byDistance, `${label} buckets`) };
    // Made now, so that the first encode need not.
    this.slots.group(this.numbers, this.buckets);
  }

  /** Compiles what these dtypes need; the only wait there is. */
  async compile(dtypes: readonly RopeDtype[]): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const dtype of dtypes) {
      for (const chunked of [true, false]) {
        for (const byIds of [true, false]) waiting.push(this.#compileOne(dtype, chunked, byIds));
      }
    }
    await Promise.all(waiting);
  }

  async #compileOne(dtype: RopeDtype, chunked: boolean, byIds: boolean): Promise<void> {
    const { kit, bias, tuning } = this;
    const entryPoint = `bias_${byIds ? 'at_' : ''}${chunked ? 'chunks' : 'words'}`;
    const name = `webgpu-rope ${bias.type} ${entryPoint} ${dtype} ${tuning.workgroupSize}`;
    const layouts = [kit.tableLayout, this.#scoresLayout];
    if (byIds) layouts.push(this.positions.layout);
    this.#pipelines[pipelineIndex(dtype, chunked, byIds)] = await kit.compiled(
      name,
      wgsl,
      entryPoint,
      layouts,
      {
        DTYPE: ropeDtypes.indexOf(dtype),
        BIAS: bias.type === 't5' ? 1 : 0,
        WORKGROUP: tuning.workgroupSize,
      },
    );
  }

  /** A pipeline that {@link compile} made. */
  pipeline(dtype: RopeDtype, chunked: boolean, byIds: boolean): GPUComputePipeline {
    return this.#pipelines[pipelineIndex(dtype, chunked, byIds)] as GPUComputePipeline;
  }

  /** Bind group of a stretch of scores. */
  group(resource: GPUBufferBinding): GPUBindGroup {
    return this.kit.device.createBindGroup({
      label: `${this.label} scores`,
      layout: this.#scoresLayout,
      entries: [{ binding: 0, resource }],
    });
  }

  /** @throws {TypeError} the kernel was destroyed, or its device lost */
  checkAlive(): void {
    if (this.#destroyed) throw new TypeError('kernel: expected a live kernel, got one that was destroyed');
    this.kit.checkLive();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.numbers.buffer.destroy();
    this.buckets.buffer.destroy();
    this.positions.destroy();
    this.slots.destroy();
  }
}

function pipelineIndex(dtype: RopeDtype, chunked: boolean, byIds: boolean): number {
  return ropeDtypes.indexOf(dtype) * 4 + (chunked ? 2 : 0) + (byIds ? 1 : 0);
}
