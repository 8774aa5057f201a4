import wgsl from '../../../shaders/similarity.wgsl?raw';
import { checkKeys, wrongType } from '../../errors';
import { checkDevice, checkPass } from '../checks';
import { type DeviceKit, liveKit } from '../device-kit';
import { ParameterSlots } from '../parameter-slots';
import { readWords } from '../read-words';
import { remembered } from '../remembered';
import {
  type Comparison,
  Comparisons,
  checkCount,
  checkDim,
  checkHostRows,
  maxRows,
  type SimilarityTensors,
} from './comparison';

/** Choices for {@link createSimilarity}. */
export interface SimilarityOptions {
  /** Begins the label of every GPU object. Default `webgpu-rope similarity`. */
  readonly label?: string;
}

/** Choices for {@link Similarity.run}. */
export interface SimilarityRunOptions {
  /** `[columnCount, dim]`. Default: the rows themselves. */
  readonly columns?: Float32Array;
  /** Stops between two launches; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each launch with the share that is done, up to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What the shader calls TILE. */
const tile = 64;
const measureBytes = 8;
/**
 * Multiplications of a launch, at most, though it has one row of tiles at least: 0.1 to 0.5 s on SwiftShader with two cores, so that
 * no watchdog bites; enough workgroups on a GPU (128 at 4096 rows of 128 dims).
 */
const launchWork = 2 ** 26;
/** What a result costs besides its dims, in multiplications: mostly that it is written, twice. */
const resultWork = 32;

/**
 * Compiles the kernel that compares all pairs of rows by cosine similarity. This is the only place that compiles.
 *
 * @param device Default limits and no features are enough.
 * @throws {TypeError} no device, or one that is lost; an unknown option
 * @example const matrix = await (await createSimilarity(device)).run(rows, 512, 64);
 */
export async function createSimilarity(
  device: GPUDevice,
  options: SimilarityOptions = {},
): Promise<Similarity> {
  checkDevice(device);
  checkKeys('options', options, ['label']);
  const { label = 'webgpu-rope similarity' } = options;
  const kit = await liveKit(device);
  const layouts = [kit.tableLayout, kit.tensorLayout];
  const compiled = (entryPoint: string, isSymmetric: boolean): Promise<GPUComputePipeline> =>
    kit.compiled(`webgpu-rope ${entryPoint} ${isSymmetric}`, wgsl, entryPoint, layouts, {
      SYMMETRIC: isSymmetric ? 1 : 0,
    });
  const [measure, symmetric, cross] = await Promise.all([
    compiled('measure_rows', true),
    compiled('compare_rows', true),
    compiled('compare_rows', false),
  ]);
  kit.checkLive();
  return new Similarity(kit, { measure, symmetric, cross }, label);
}

type Pipelines = Readonly<Record<'measure' | 'symmetric' | 'cross', GPUComputePipeline>>;

/**
 * Cosine similarity of all pairs of rows, `a . b / (|a| |b|)`, on the GPU. Made by {@link createSimilarity}.
 *
 * A row of zeros (binary and integer encodings at position 0) has no direction: its similarity with any other row is
 * defined as 0, and with itself as 1. So the diagonal is exactly 1 everywhere, as on the CPU (`similarityMatrix`), and the
 * matrix is symmetric to the bit. Off the diagonal a result is within `(76 + dim / 128) * 2^-24` of the float64 one, 4.6e-6 for
 * 128 dims. Elements below 2^-126 may count as 0. A row with a NaN or an Inf has no similarities that mean anything, and spoils
 * those of no other rows.
 */
export class Similarity {
  readonly #kit: DeviceKit;
  readonly #pipelines: Pipelines;
  readonly #slots: ParameterSlots;
  readonly #label: string;
  /** Scale and length of every row, then of every column: rewritten by each launch that reads it, in its own pass. */
  readonly #measures: GPUBuffer;
  /** Stands for the result where lengths alone are written: two writable bindings of one buffer would be invalid. */
  readonly #nothing: GPUBuffer;
  readonly #comparisons: Comparisons;
  readonly #results = new WeakMap<GPUBuffer, GPUBindGroup>();
  #destroyed = false;

  /** @internal */
  constructor(kit: DeviceKit, pipelines: Pipelines, label: string) {
    this.#kit = kit;
    this.#pipelines = pipelines;
    this.#label = label;
    this.#comparisons = new Comparisons(kit.device);
    this.#slots = new ParameterSlots(kit, label);
    this.#measures = kit.device.createBuffer({
      label: `${label} lengths`,
      size: 2 * maxRows * measureBytes,
      usage: GPUBufferUsage.STORAGE,
    });
    this.#nothing = kit.device.createBuffer({
      label: `${label} no result`,
      size: 4,
      usage: GPUBufferUsage.STORAGE,
    });
  }

  /**
   * Appends the comparison to a compute pass, in as many launches as keep each one short. Overwrites the pass's pipeline
   * and bind groups 0 and 1; submits nothing, compiles nothing, creates bind groups at the first use of a buffer.
   *
   * @throws {TypeError} a wrong kind of argument, a buffer without STORAGE usage, `result` among the inputs, the kernel was
   *   destroyed or its device lost
   * @throws {RangeError} more than 4096 rows, a buffer too small or past one binding. Nothing was encoded then.
   * @example similarity.encode(pass, { rows, count: 1024, dim: 64, result });
   */
  encode(pass: GPUComputePassEncoder, tensors: SimilarityTensors): void {
    this.#checkAlive();
    checkPass(pass);
    const comparison = this.#comparisons.checked(tensors);
    this.#measure(pass, comparison);
    const tileRows = Math.ceil(comparison.count / tile);
    const step = tileRowsOf(comparison);
    for (let first = 0; first < tileRows; first += step) {
      this.#compare(pass, comparison, first, Math.min(step, tileRows - first));
    }
  }

  /**
   * Compares rows that are on the host: uploads, compares, reads back. Long work is submitted in several parts, with a wait
   * for each, so that neither the page nor the adapter stands still; `signal` stops it between two.
   *
   * @param rows `[count, dim]`; finite numbers. Only read.
   * @returns `[count, count]`, or `[count, columnCount]`.
   * @throws {TypeError | RangeError} as {@link encode}; arrays of another length, or with numbers that are not finite
   * @throws the signal's reason
   */
  async run(
    rows: Float32Array,
    count: number,
    dim: number,
    options: SimilarityRunOptions = {},
  ): Promise<Float32Array> {
    this.#checkAlive();
    checkKeys('options', options, ['columns', 'signal', 'onProgress']);
    const { columns, signal, onProgress } = options;
    if (signal !== undefined && typeof signal?.throwIfAborted !== 'function')
      throw wrongType('signal', 'an AbortSignal', signal);
    if (onProgress !== undefined && typeof onProgress !== 'function')
      throw wrongType('onProgress', 'a function', onProgress);
    checkCount('count', count);
    checkDim(dim);
    checkHostRows('rows', rows, dim, count);
    const columnCount = columns === undefined ? count : checkHostRows('columns', columns, dim);
    signal?.throwIfAborted();
    const made: GPUBuffer[] = [];
    const { device } = this.#kit;
    const buffer = (name: string, bytes: number, data?: Float32Array): GPUBuffer => {
      const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
      const size = this.#comparisons.checkBytes(name, bytes);
      const one = device.createBuffer({
        label: `${this.#label} ${name}`,
        size,
        usage: STORAGE | (data ? COPY_DST : COPY_SRC),
      });
      made.push(one);
      if (data) device.queue.writeBuffer(one, 0, data as Float32Array<ArrayBuffer>);
      return one;
    };
    try {
      const tensors = {
        rows: buffer('rows', rows.byteLength, rows),
        count,
        dim,
        ...(columns ? { columns: buffer('columns', columns.byteLength, columns), columnCount } : {}),
        result: buffer('result', count * columnCount * 4),
      };
      await this.#submitParts(this.#comparisons.checked(tensors), signal, onProgress);
      return new Float32Array(await readWords(device, tensors.result, 0, tensors.result.size));
    } finally {
      for (const one of made) one.destroy();
    }
  }

  /** Ends the kernel's own buffers. Submit what was encoded before calling this. Calling it again does nothing. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#measures.destroy();
    this.#nothing.destroy();
    this.#slots.destroy();
  }

  async #submitParts(
    comparison: Comparison,
    signal: AbortSignal | undefined,
    onProgress: ((done: number) => void) | undefined,
  ): Promise<void> {
    const { device } = this.#kit;
    const tileRows = Math.ceil(comparison.count / tile);
    const step = tileRowsOf(comparison);
    for (let first = 0; first < tileRows; first += step) {
      const encoder = device.createCommandEncoder({ label: this.#label });
      const pass = encoder.beginComputePass({ label: this.#label });
      // Anew in each part: between two, other encodes may have put their lengths there.
      this.#measure(pass, comparison);
      this.#compare(pass, comparison, first, Math.min(step, tileRows - first));
      pass.end();
      device.queue.submit([encoder.finish()]);
      if (step < tileRows) await device.queue.onSubmittedWorkDone();
      this.#checkAlive();
      signal?.throwIfAborted();
      onProgress?.(Math.min(1, (first + step) / tileRows));
    }
  }

  #measure(pass: GPUComputePassEncoder, { rows, columns, count, columnCount, dim }: Comparison): void {
    pass.setPipeline(this.#pipelines.measure);
    pass.setBindGroup(1, this.#resultGroup(null));
    this.#launchMeasure(pass, rows, count, dim, 0);
    if (columns) this.#launchMeasure(pass, columns, columnCount, dim, maxRows);
  }

  #launchMeasure(
    pass: GPUComputePassEncoder,
    rows: GPUBufferBinding,
    count: number,
    dim: number,
    at: number,
  ): void {
    this.#setParameters(pass, rows, rows, [count, 0, dim, 0, at, 0]);
    pass.dispatchWorkgroups(Math.ceil(count / tile));
  }

  #compare(pass: GPUComputePassEncoder, comparison: Comparison, firstTile: number, tileRows: number): void {
    const { rows, columns, count, columnCount, dim, result } = comparison;
    pass.setPipeline(columns ? this.#pipelines.cross : this.#pipelines.symmetric);
    pass.setBindGroup(1, this.#resultGroup(result));
    this.#setParameters(pass, rows, columns ?? rows, [
      count,
      columnCount,
      dim,
      firstTile,
      0,
      columns ? maxRows : 0,
    ]);
    pass.dispatchWorkgroups(Math.ceil(columnCount / tile), tileRows);
  }

  /** Fills struct SimilarityParams and binds it with the inputs. */
  #setParameters(
    pass: GPUComputePassEncoder,
    rows: GPUBufferBinding,
    columns: GPUBufferBinding,
    values: readonly number[],
  ): void {
    const slots = this.#slots;
    slots.words.set(values);
    slots.acquire();
    pass.setBindGroup(0, slots.group(rows, columns), slots.offset, 0, 1);
  }

  /** The bind group of a result; null where nothing but lengths is written. */
  #resultGroup(result: GPUBuffer | null): GPUBindGroup {
    return remembered(this.#results, result ?? this.#nothing, () => {
      const { device, tensorLayout } = this.#kit;
      const resource = this.#comparisons.bindingOf(result ?? this.#nothing);
      return device.createBindGroup({
        label: `${this.#label} result`,
        layout: tensorLayout,
        entries: [
          { binding: 0, resource },
          { binding: 1, resource: { buffer: this.#measures } },
        ],
      });
    });
  }

  #checkAlive(): void {
    if (this.#destroyed)
      throw new TypeError('similarity: expected a live kernel, got one that was destroyed');
    this.#kit.checkLive();
  }
}

/** Rows of tiles that one launch may take. */
function tileRowsOf({ columnCount, dim }: Comparison): number {
  return Math.max(1, Math.floor(launchWork / (tile * columnCount * (dim + resultWork))));
}
