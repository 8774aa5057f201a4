import wgsl from '../../shaders/bias.wgsl?linked';
import nativeWgsl from '../../shaders/bias.wgsl?linked&native_f16';
import { bucketingOf, t5Buckets } from '../biases/t5';
import type { AttentionBias } from '../biases/types';
import { type RopeDtype, ropeDtypes } from '../dtypes';
import { upload } from '../kernel/buffers';
import type { KernelDevice, PipelineDescription } from '../kernel/device';
import { Kernel } from '../kernel/kernel';
import { maxIds, type SourceTable, SourceWriter } from '../kernel/source-writer';
import type { RopeTuning } from '../kernel/tuning';
import { biasLayout } from './params';

/** What makes a {@link BiasCore}, checked. */
export interface BiasSetup {
  readonly bias: AttentionBias;
  /** Slopes, or weights. */
  readonly numbers: ArrayLike<number>;
  readonly tuning: RopeTuning;
  readonly label: string;
}

/** A bias has no table: any position that is one will do. */
export const everyPosition: SourceTable = { lowBits: 0, highRows: 0, row: 0, capacity: maxIds };

/** What a bias kernel shares with its layers: the kernel, the numbers, the writers of positions. */
export class BiasCore {
  readonly kernel: Kernel<typeof biasLayout.fields>;
  readonly setup: BiasSetup;
  readonly queries: SourceWriter;
  readonly keys: SourceWriter;
  /** Slopes or weights, and T5's buckets, as the parameters' group binds them. */
  readonly numbers: GPUBufferBinding;
  readonly buckets: GPUBufferBinding;

  constructor(device: KernelDevice, setup: BiasSetup) {
    const { bias, label } = setup;
    this.setup = setup;
    this.kernel = new Kernel(device, {
      name: 'kernel',
      label,
      layout: biasLayout,
      tensors: 1,
      axes: null,
      describe: (index) => this.#describe(index),
    });
    const { words, at, slots } = this.kernel;
    const writerOf = (side: 'query' | 'key', tokens: string): SourceWriter =>
      new SourceWriter(
        { words, at: at[side], axes: 1, span: device.span },
        { start: `${side}Start`, positions: `${side}Positions`, tokens, kinds: ['ids'] },
      );
    this.queries = writerOf('query', 'queries');
    this.keys = writerOf('key', 'keys');
    // ALiBi reads no buckets, but a binding cannot be empty.
    const table =
      bias.type === 't5' ? t5Buckets(bucketingOf(bias)) : { byDistance: new Uint32Array(1), ahead: 0 };
    const name = bias.type === 't5' ? 'weights' : 'slopes';
    const uploaded = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, what: string) => ({
      buffer: this.kernel.own(upload(device.device, data, `${label} ${what}`)),
    });
    this.numbers = uploaded(Float32Array.from(setup.numbers), name);
    this.buckets = uploaded(table.byDistance, 'buckets');
    words[at.weight_heads] = bias.heads;
    words[at.last] = table.byDistance.length - 1;
    words[at.ahead] = bias.type === 'alibi' ? Number(bias.ahead === 'linear') : table.ahead;
    // Made now, so that the first encode need not.
    slots.group(this.numbers, this.buckets);
  }

  /** Indices of the pipelines that these dtypes need. */
  pipelinesOf(dtypes: readonly RopeDtype[]): number[] {
    const either = [true, false];
    return dtypes.flatMap((dtype) =>
      either.flatMap((chunked) => either.map((byIds) => pipelineIndex(dtype, chunked, byIds))),
    );
  }

  #describe(index: number): PipelineDescription {
    const { bias, tuning } = this.setup;
    const byIds = index % 2 === 1;
    const chunked = (index >> 1) % 2 === 1;
    const dtype = ropeDtypes[index >> 2] as RopeDtype;
    const entryPoint = `bias_${byIds ? 'at_' : ''}${chunked ? 'chunks' : 'words'}`;
    return {
      name: `webgpu-rope ${bias.type} ${entryPoint} ${dtype} ${tuning.workgroupSize}`,
      code: this.kernel.device.codeFor(dtype, wgsl, nativeWgsl),
      entryPoint,
      layouts: this.kernel.layouts(byIds),
      constants: {
        DTYPE: ropeDtypes.indexOf(dtype),
        BIAS: bias.type === 't5' ? 1 : 0,
        WORKGROUP: tuning.workgroupSize,
      },
    };
  }

  pipeline(dtype: RopeDtype, chunked: boolean, byIds: boolean): GPUComputePipeline {
    return this.kernel.pipelines.at(pipelineIndex(dtype, chunked, byIds));
  }
}

function pipelineIndex(dtype: RopeDtype, chunked: boolean, byIds: boolean): number {
  return ropeDtypes.indexOf(dtype) * 4 + (chunked ? 2 : 0) + (byIds ? 1 : 0);
}
