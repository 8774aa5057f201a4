import wgsl from '../../shaders/additive.wgsl?linked';
import nativeWgsl from '../../shaders/additive.wgsl?linked&native_f16';
import { bytesPerElement, type RopeDtype, ropeDtypes } from '../dtypes';
import { pastTheEnd } from '../encodings/rows';
import type { AdditiveEncoding } from '../encodings/types';
import type { KernelDevice, PipelineDescription } from '../kernel/device';
import { Kernel } from '../kernel/kernel';
import type { RopePositionSource } from '../kernel/positions';
import { type SourceTable, SourceWriter } from '../kernel/source-writer';
import { additiveLayout } from './params';
import type { RowSource } from './row-source';

/** The numbering of the shader's KIND override. */
const kinds = ['sinusoidal', 'learned', 'binary', 'integer'] as const;

/** What makes an {@link AdditiveCore}, checked. */
export interface AdditiveSetup {
  readonly encoding: AdditiveEncoding;
  /** Positions that have rows. */
  readonly capacity: number;
  readonly source: RowSource;
  readonly workgroupSize: number;
  readonly label: string;
}

/** What an additive encoding shares with its layers: the kernel, the rows, the writer of positions. */
export class AdditiveCore {
  readonly kernel: Kernel<typeof additiveLayout.fields>;
  readonly setup: AdditiveSetup;
  readonly positions: SourceWriter;
  /** What positions are held against. */
  readonly table: SourceTable;

  constructor(device: KernelDevice, setup: AdditiveSetup) {
    const { encoding, source, capacity, label } = setup;
    this.setup = setup;
    this.table = { lowBits: source.lowBits, highRows: source.highRows, row: source.row, capacity };
    this.kernel = new Kernel(device, {
      name: 'additive',
      label,
      layout: additiveLayout,
      tensors: 1,
      axes: { count: encoding.axes, pairAxis: [] },
      describe: (index) => this.#describe(index),
    });
    for (const buffer of source.owned) this.kernel.own(buffer);
    const { words, at, slots } = this.kernel;
    this.positions = new SourceWriter(
      { words, at: at.to, axes: encoding.axes, span: device.span },
      { start: 'start', positions: 'positions', tokens: 'tokens' },
    );
    // Made now, so that the first encode need not.
    this.kernel.positions.group(null, null);
    slots.group(source.table, source.weights);
    this.#writeConstants();
  }

  /** Whether a token's row can be taken by 16-byte chunks: no four elements of one lie in two blocks, or sines and cosines. */
  inChunks(dtype: RopeDtype): boolean {
    const { encoding } = this.setup;
    const concat = encoding.type === 'sinusoidal' && encoding.layout === 'concat';
    return (
      (encoding.dim / encoding.axes) % (concat ? 8 : 4) === 0 &&
      (encoding.dim * bytesPerElement(dtype)) % 16 === 0
    );
  }

  /** Indices of the pipelines that these dtypes need. */
  pipelinesOf(dtypes: readonly RopeDtype[]): number[] {
    return dtypes.flatMap((dtype) => [
      pipelineIndex(dtype, false),
      ...(this.inChunks(dtype) ? [pipelineIndex(dtype, true)] : []),
    ]);
  }

  #describe(index: number): PipelineDescription {
    const { encoding, source, workgroupSize } = this.setup;
    const { type, axes } = encoding;
    const dtype = ropeDtypes[index >> 1] as RopeDtype;
    const layout = type === 'sinusoidal' ? encoding.layout : '';
    const entryPoint = index % 2 === 1 ? 'add_chunks' : 'add_words';
    return {
      name: `webgpu-rope ${entryPoint} ${dtype} ${type} ${layout} ${source.dtype} ${axes} ${workgroupSize}`,
      code: this.kernel.device.codeFor(dtype, wgsl, nativeWgsl),
      entryPoint,
      layouts: this.kernel.layouts(true),
      constants: {
        DTYPE: ropeDtypes.indexOf(dtype),
        KIND: kinds.indexOf(type),
        CONCAT: layout === 'concat' ? 1 : 0,
        WEIGHTS: ropeDtypes.indexOf(source.dtype),
        WORKGROUP: workgroupSize,
        AXES: axes,
      },
    };
  }

  pipeline(dtype: RopeDtype, chunked: boolean): GPUComputePipeline {
    return this.kernel.pipelines.at(pipelineIndex(dtype, chunked));
  }

  /** Refuses a start whose last token has no row, in the words of this encoding. Other mistakes are for the writer. */
  checkStart({ start, positions }: RopePositionSource, tokens: number): void {
    if (positions !== undefined || !Number.isInteger(start) || (start as number) < 0) return;
    const { encoding, capacity } = this.setup;
    const last = (start as number) + tokens - 1;
    if (last >= capacity) throw pastTheEnd('start + tokens - 1', encoding, last, capacity);
  }

  /** Writes the words that no encode changes. */
  #writeConstants(): void {
    const { encoding, source } = this.setup;
    const { words, floats, at } = this.kernel;
    words[at.dim] = encoding.dim;
    words[at.block] = encoding.dim / encoding.axes;
    words[at.weights_base] = source.weightsBase;
    const [high, low] = inverseHalves(encoding.type === 'integer' ? encoding.divisor : 1);
    floats[at.inverse_high] = high;
    floats[at.inverse_low] = low;
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
