import wgsl from '../../shaders/similarity.wgsl?linked';
import { checkKeys, wrongType } from '../errors';
import { checkPass } from '../kernel/checks';
import { checkDevice, liveDevice, type PipelineDescription } from '../kernel/device';
import { Kernel } from '../kernel/kernel';
import { readWords } from '../kernel/read-words';
import { remembered } from '../kernel/remembered';
import { bufferUsage } from '../kernel/usage';
import {
  type Comparison,
  Comparisons,
  checkCount,
  checkDim,
  checkHostRows,
  maxRows,
  type SimilarityTensors,
} from './comparison';
import { similarityLayout } from './params';

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
  const kernel: SimilarityKernel = new Kernel(await liveDevice(device), {
    name: 'similarity',
    label,
    layout: similarityLayout,
    tensors: 2,
    describe: (index) => describe(kernel, index),
  });
  await kernel.prepareOrEnd(Object.values(pipelines));
  return new Similarity(kernel);
}

type SimilarityKernel = Kernel<typeof similarityLayout.fields>;

/** Indices of the kernel's pipelines. */
const pipelines = { measure: 0, symmetric: 1, cross: 2 } as const;

function describe(kernel: SimilarityKernel, index: number): PipelineDescription {
  const entryPoint = index === pipelines.measure ? 'measure_rows' : 'compare_rows';
  const isSymmetric = index !== pipelines.cross;
  return {
    name: `webgpu-rope ${entryPoint} ${isSymmetric}`,
    code: wgsl,
    entryPoint,
    layouts: kernel.layouts(false),
    constants: { SYMMETRIC: isSymmetric ? 1 : 0 },
  };
}

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
  readonly #kernel: SimilarityKernel;
  /** Scale and length of every row, then of every column: rewritten by each launch that reads it, in its own pass. */
  readonly #measures: GPUBuffer;
  readonly #comparisons: Comparisons;
  readonly #results = new WeakMap<object, GPUBindGroup>();

  /** @internal */
  constructor(kernel: SimilarityKernel) {
    const { device, label } = kernel;
    this.#kernel = kernel;
    this.#comparisons = new Comparisons(device);
    this.#measures = kernel.own(
      device.device.createBuffer({
        label: `${label} lengths`,
        size: 2 * maxRows * measureBytes,
        usage: bufferUsage.STORAGE,
      }),
    );
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
    this.#kernel.checkAlive();
    checkPass(pass);
    const comparison = this.#comparisons.checked(tensors);
    this.#kernel.call.pass = pass;
    this.#measure(comparison);
    const tileRows = Math.ceil(comparison.count / tile);
    const step = tileRowsOf(comparison);
    for (let first = 0; first < tileRows; first += step) {
      this.#compare(comparison, first, Math.min(step, tileRows - first));
    }
    this.#kernel.endCall();
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
    this.#kernel.checkAlive();
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
    const { device } = this.#kernel.device;
    const buffer = (name: string, bytes: number, data?: Float32Array): GPUBuffer => {
      const { STORAGE, COPY_SRC, COPY_DST } = bufferUsage;
      const size = this.#comparisons.checkBytes(name, bytes);
      const one = device.createBuffer({
        label: `${this.#kernel.label} ${name}`,
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
    this.#kernel.destroy();
  }

  async #submitParts(
    comparison: Comparison,
    signal: AbortSignal | undefined,
    onProgress: ((done: number) => void) | undefined,
  ): Promise<void> {
    const { device } = this.#kernel.device;
    const tileRows = Math.ceil(comparison.count / tile);
    const step = tileRowsOf(comparison);
    for (let first = 0; first < tileRows; first += step) {
      const encoder = device.createCommandEncoder({ label: this.#kernel.label });
      const pass = encoder.beginComputePass({ label: this.#kernel.label });
      this.#kernel.call.pass = pass;
      // Anew in each part: between two, other encodes may have put their lengths there.
      this.#measure(comparison);
      this.#compare(comparison, first, Math.min(step, tileRows - first));
      this.#kernel.endCall();
      pass.end();
      device.queue.submit([encoder.finish()]);
      if (step < tileRows) await device.queue.onSubmittedWorkDone();
      this.#kernel.checkAlive();
      signal?.throwIfAborted();
      onProgress?.(Math.min(1, (first + step) / tileRows));
    }
  }

  /** Lengths of the rows, and of the columns behind them. */
  #measure({ rows, columns, count, columnCount, dim }: Comparison): void {
    const { call, pipelines: compiled, words, at } = this.#kernel;
    const group = this.#resultGroup(null);
    call.pipeline = compiled.at(pipelines.measure);
    words.fill(0);
    words[at.dim] = dim;
    this.#launchMeasure(rows, count, group);
    if (!columns) return;
    words[at.first_measure] = maxRows;
    this.#launchMeasure(columns, columnCount, group);
  }

  #launchMeasure(rows: GPUBufferBinding, count: number, group: GPUBindGroup): void {
    const kernel = this.#kernel;
    kernel.call.first = rows;
    kernel.call.second = rows;
    kernel.words[kernel.at.row_count] = count;
    kernel.dispatch(group, Math.ceil(count / tile), 1);
  }

  /** Some rows of tiles of the result. */
  #compare(comparison: Comparison, firstTile: number, tileRows: number): void {
    const { rows, columns, count, columnCount, dim, result } = comparison;
    const { call, pipelines: compiled, words, at } = this.#kernel;
    call.pipeline = compiled.at(columns ? pipelines.cross : pipelines.symmetric);
    call.first = rows;
    call.second = columns ?? rows;
    words.fill(0);
    words[at.row_count] = count;
    words[at.column_count] = columnCount;
    words[at.dim] = dim;
    words[at.first_tile] = firstTile;
    words[at.column_measures] = columns ? maxRows : 0;
    this.#kernel.dispatch(this.#resultGroup(result), Math.ceil(columnCount / tile), tileRows);
  }

  /** The bind group of a result; null where nothing but lengths is written. */
  #resultGroup(result: GPUBuffer | null): GPUBindGroup {
    return remembered(this.#results, result ?? this, () =>
      this.#kernel.tensorGroup([result && this.#comparisons.bindingOf(result), { buffer: this.#measures }]),
    );
  }
}

/** Rows of tiles that one launch may take. */
function tileRowsOf({ columnCount, dim }: Comparison): number {
  return Math.max(1, Math.floor(launchWork / (tile * columnCount * (dim + resultWork))));
}
