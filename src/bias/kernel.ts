import { attentionBias, biasNumbers } from '../biases/bias';
import type { AttentionBias, AttentionBiasInput } from '../biases/types';
import type { RopeDtype } from '../dtypes';
import { checkKeys, outOfRange } from '../errors';
import { checkDtypes, checkTuning } from '../kernel/checks';
import { checkDevice, liveDevice } from '../kernel/device';
import { withinMemory } from '../kernel/memory';
import { remembered, rememberedLayer } from '../kernel/remembered';
import type { RopeTuning } from '../kernel/tuning';
import { BiasCore } from './core';
import { AttentionBiasLayer } from './layer';
import { type ScoresBinding, ScoresView } from './scores';

/** Choices for {@link createAttentionBias}. */
export interface AttentionBiasOptions {
  /** Element types to compile for. Default all three; naming the one you use makes creation faster. */
  readonly dtypes?: readonly RopeDtype[];
  /**
   * T5: `[buckets, heads]`, as `relative_attention_bias.weight` has them; copied, as float32. Required there, refused by ALiBi.
   */
  readonly weights?: ArrayLike<number>;
  /** How work is spread over the adapter. Default: by adapter. */
  readonly tuning?: Partial<RopeTuning>;
  /** Begins the label of every GPU object. Default `webgpu-rope bias`. */
  readonly label?: string;
}

/**
 * Compiles the kernel that adds an attention bias to scores, and uploads slopes or weights. This is the only place that
 * compiles.
 *
 * @param device The engine's own device; default limits and no features are enough.
 * @param bias A bias, or what differs from its defaults.
 * @throws {TypeError | RangeError} an argument is not what it should be, the device is lost
 * @example const alibi = await createAttentionBias(device, { type: 'alibi', heads: 32 }, { dtypes: ['f16'] });
 */
export async function createAttentionBias(
  device: GPUDevice,
  bias: AttentionBiasInput,
  options: AttentionBiasOptions = {},
): Promise<AttentionBiasKernel> {
  checkDevice(device);
  const checked = attentionBias(bias);
  checkKeys('options', options, ['dtypes', 'weights', 'tuning', 'label']);
  const { label = 'webgpu-rope bias' } = options;
  const dtypes = checkDtypes(options.dtypes);
  const numbers = biasNumbers(checked, options.weights);
  const tuning = checkTuning(device, options.tuning, ['workgroupSize', 'invocations']);

  const shared = await liveDevice(device);
  const bytes = numbers.length * 4;
  if (bytes > shared.room) throw outOfRange('weights', `at most ${shared.room} bytes`, bytes);
  const [core, usable] = withinMemory(
    device,
    () => new BiasCore(shared, { bias: checked, numbers, tuning, label }),
  );
  await core.kernel.prepareOrEnd(core.pipelinesOf(dtypes), usable);
  return new AttentionBiasKernel(core, dtypes);
}

/** Pipelines and numbers of one bias on one device. Made by {@link createAttentionBias}. */
export class AttentionBiasKernel {
  readonly #core: BiasCore;
  readonly #layers = new WeakMap<GPUBuffer, Map<string, AttentionBiasLayer>>();

  /** @internal */
  constructor(
    core: BiasCore,
    readonly dtypes: readonly RopeDtype[],
  ) {
    this.#core = core;
  }

  /** The bias, complete. */
  get bias(): AttentionBias {
    return this.#core.setup.bias;
  }

  /**
   * Names the scores. Cheap, and remembered: the same buffer, offset and strides give the same layer.
   *
   * @throws {TypeError} no STORAGE usage, a wrong kind   @throws {RangeError} a dtype the kernel was not created with, an
   *   offset or stride out of range
   * @example kernel.bind({ buffer: scores, dtype: 'f16' })
   */
  bind(binding: ScoresBinding): AttentionBiasLayer {
    const core = this.#core;
    core.kernel.checkAlive();
    const view = new ScoresView(binding, this.dtypes, core.setup.bias.heads);
    const layers = remembered(this.#layers, view.buffer, () => new Map<string, AttentionBiasLayer>());
    return rememberedLayer(layers, view.key, () => new AttentionBiasLayer(core, view));
  }

  /**
   * How many ids in GPUBuffers were no position (negative other than -1, or past 2^31 - 1), over all encodes submitted so
   * far, since the last call; an id that a batch shares counts once a sequence. Their rows and columns were left as they
   * are. Submits a read-back of its own.
   */
  async readBadPositions(): Promise<number> {
    this.#core.kernel.checkAlive();
    return this.#core.kernel.positions.readBad();
  }

  /**
   * Ends the buffers of the kernel; the engine's stay as they are. Submit what was encoded before calling this. The kernel
   * and its layers throw from then on. Calling it again does nothing.
   */
  destroy(): void {
    this.#core.kernel.destroy();
  }
}
