import type { RopeDtype } from '../dtypes';
import { additiveEncoding, positionsOf } from '../encodings/encoding';
import type { AdditiveEncoding, AdditiveEncodingInput } from '../encodings/types';
import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { sharedBuffer } from '../kernel/buffers';
import { checkDtypes, checkTuning } from '../kernel/checks';
import { checkDevice, liveDevice } from '../kernel/device';
import { withinMemory } from '../kernel/memory';
import { remembered, rememberedLayer } from '../kernel/remembered';
import type { RopeTuning } from '../kernel/tuning';
import { AdditiveCore } from './core';
import { AdditiveLayer } from './layer';
import { type AdditiveWeights, rowSource } from './row-source';
import { type AdditiveTensor, RowsView } from './rows-view';

/** Choices for {@link createAdditive}; every one may be left out, but `weights` of a learned encoding. */
export interface AdditiveOptions {
  /** Element types to compile for. Default all three; naming the one you use makes creation faster. */
  readonly dtypes?: readonly RopeDtype[];
  /**
   * Positions served, from 0. Default all that the encoding has; 2^20 for `sinusoidal`, whose tables grow with the square
   * root of it, and which has at most 2^24.
   */
  readonly capacity?: number;
  /**
   * `learned` alone: `[rows, dim]`, row-major. A Float32Array is uploaded once and need not be kept; a GPUBuffer is read where
   * it lies, at every encode.
   */
  readonly weights?: Float32Array | AdditiveWeights;
  /** Invocations in a workgroup. Default: by adapter. */
  readonly tuning?: Partial<Pick<RopeTuning, 'workgroupSize'>>;
  /** Begins the label of every GPU object. Default `webgpu-rope additive`. */
  readonly label?: string;
}

const optionKeys = ['dtypes', 'capacity', 'weights', 'tuning', 'label'];

/**
 * Compiles the kernel that adds an encoding's rows to tokens in place, `x += scale * row(position)`, and builds or finds the
 * rows. This is the only place that compiles.
 *
 * @param device The engine's own device; default limits and no features are enough.
 * @param encoding What {@link additiveEncoding} takes: learned, sinusoidal, binary or integer.
 * @throws {TypeError | RangeError} an argument is not what it should be, weights are missing or too short, the device is lost
 * @example GPT-2, weights where they lie, in f16:
 * const wpe = await createAdditive(device, { type: 'learned', dim: 768, rows: 1024 }, { weights: { buffer, dtype: 'f16' } });
 * @example Transformer: `await createAdditive(device, { type: 'sinusoidal', dim: 512, layout: 'interleaved' })`
 */
export async function createAdditive(
  device: GPUDevice,
  encoding: AdditiveEncodingInput,
  options: AdditiveOptions = {},
): Promise<Additive> {
  checkDevice(device);
  const checked = additiveEncoding(encoding);
  checkKeys('options', options, optionKeys);
  const { label = 'webgpu-rope additive' } = options;
  const dtypes = checkDtypes(options.dtypes);
  const served = positionsOf(checked);
  const usual = checked.type === 'sinusoidal' ? 2 ** 20 : served;
  const capacity = checkInteger('capacity', options.capacity ?? usual, 1, {
    most: served,
    unit: ' of positions',
  });
  const { workgroupSize } = checkTuning(device, options.tuning, ['workgroupSize']);

  const shared = await liveDevice(device);
  const [core, usable] = withinMemory(device, () => {
    const source = rowSource(shared, { encoding: checked, capacity, weights: options.weights, label });
    return new AdditiveCore(shared, { encoding: checked, capacity, source, workgroupSize, label });
  });
  await core.kernel.prepareOrEnd(core.pipelinesOf(dtypes), usable);
  return new Additive(core, dtypes);
}

/** Rows and pipelines of one encoding on one device. Made by {@link createAdditive}. */
export class Additive {
  readonly #core: AdditiveCore;
  readonly #layers = new WeakMap<GPUBuffer, Map<string, AdditiveLayer>>();

  /** @internal */
  constructor(
    core: AdditiveCore,
    readonly dtypes: readonly RopeDtype[],
  ) {
    this.#core = core;
  }

  /** The encoding, complete. */
  get encoding(): AdditiveEncoding {
    return this.#core.setup.encoding;
  }

  /** Positions 0 to `capacity - 1` have rows. */
  get capacity(): number {
    return this.#core.setup.capacity;
  }

  /**
   * Names the tokens to add rows to: `[batch, tokens, dim]`, overwritten in place by `encode`. Cheap, and remembered: the same
   * buffer, offset and strides give the same layer, so an engine that pools buffers can bind anew each step.
   *
   * @throws {TypeError} no STORAGE usage, the buffer of the weights, a wrong kind
   * @throws {RangeError} a dtype the encoding was not created with; offsets or strides not on a 4-byte word: with an odd `dim`,
   *   f16 and bf16 need `strides.token`
   * @example additive.bind({ buffer: hidden, dtype: 'f16' })
   */
  bind(x: AdditiveTensor): AdditiveLayer {
    const core = this.#core;
    core.kernel.checkAlive();
    if (typeof x !== 'object' || x === null) throw wrongType('x', '{ buffer, dtype, … }', x);
    const dtype = checkChoice('x.dtype', x.dtype, this.dtypes);
    const view = new RowsView(x, core.setup.encoding.dim, core.inChunks(dtype));
    if (view.buffer === core.setup.source.weights.buffer) {
      throw sharedBuffer('x.buffer', 'that of the weights');
    }
    const layers = remembered(this.#layers, view.buffer, () => new Map<string, AdditiveLayer>());
    return rememberedLayer(layers, view.key, () => new AdditiveLayer(core, view));
  }

  /**
   * How many tokens had a position in a GPUBuffer that the encoding does not have (-1 is padding and not counted), over all
   * encodes submitted so far, since the last call. Those tokens were left as they are. Submits a read-back of its own.
   */
  async readBadPositions(): Promise<number> {
    this.#core.kernel.checkAlive();
    return this.#core.kernel.positions.readBad();
  }

  /**
   * Ends the tables and parameters; the engine's buffers, weights among them, stay as they are. Submit what was encoded before
   * calling this. The encoding and its layers throw from then on. Calling it again does nothing.
   */
  destroy(): void {
    this.#core.kernel.destroy();
  }
}
