import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import type { RopeDtype } from '../dtypes';
import { checkChoice, checkInteger, checkKeys, outOfRange, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { fullTable, fullTableBytes, type RopePhases, twoDigitTable } from '../tables/tables';
import type { RopeCaches } from './caches';
import { bindingRoom, checkDevice, checkDtypes, checkTuning } from './checks';
import { compileAll, liveKit } from './device-kit';
import type { MadeTable, MethodsOf, RopeFeature } from './feature';
import { RopeLayer } from './layer';
import { remembered, rememberedLayer } from './remembered';
import { type Builder, maxCapacity, RopeCore } from './rope-core';
import type { RopeState } from './table-state';
import { type RopeTensor, TensorView } from './tensor';
import type { RopeTuning } from './tuning';

/** Choices for {@link createRope}; every one may be left out. */
export interface RopeOptions<F extends readonly RopeFeature[] = readonly RopeFeature[]> {
  /** Element types to compile for. Default all three; naming the one you use makes creation faster. */
  readonly dtypes?: readonly RopeDtype[];
  /**
   * What takes code of its own, as exports of this package: `positionIds`, `rerotation`, `tableUpdates`, `callerTables`. The
   * rope has their methods then, and a bundle has no others. Default none.
   */
  readonly features?: F;
  /** Positions the table serves, from 0. Default the larger of `trainedPositions` and 2^20; at most 2^24. */
  readonly capacity?: number;
  /**
   * `two-digit` (default) multiplies one row of each of two short tables; `full` holds a row a position, rounded once:
   * `capacity * ceil(rotaryDim / 4) * 16` bytes, which must fit one binding.
   */
  readonly table?: 'two-digit' | 'full';
  /** `exact` (default): angles in float64. `float32`: as PyTorch rounds them; needs a full table. */
  readonly phases?: RopePhases;
  /**
   * Tokens in the sequence, for `dynamic` and `longrope`. Default 0: within the original length, and positions past it are
   * refused until `tableUpdates` says that the sequence is longer.
   */
  readonly sequenceLength?: number;
  /** How work is spread over the adapter. Default: by adapter. */
  readonly tuning?: Partial<RopeTuning>;
  /** Begins the label of every GPU object. Default `webgpu-rope`. */
  readonly label?: string;
}

/** What {@link Rope.bind} takes: Q, K or both, in the engine's own buffers. */
export interface RopeBinding {
  readonly q?: RopeTensor;
  readonly k?: RopeTensor;
  /** One of the `dtypes` the rope was created with. */
  readonly dtype: RopeDtype;
  /** Elements in a head of these tensors, at least `rotaryDim`. Default the config's `headDim`. */
  readonly headDim?: number;
}

const optionKeys = ['dtypes', 'features', 'capacity', 'table', 'phases', 'sequenceLength', 'tuning', 'label'];

/**
 * Compiles the kernel and builds the tables for one set of frequencies. This is the only place that compiles.
 *
 * @param device The engine's own device; default limits and no features are enough.
 * @param config From `ropeConfigFromHuggingFace`, or a literal: `{ headDim: 128, theta: 500_000 }`; or tables of your own:
 *   `{ headDim: 128, cosCache, sinCache }`.
 * @throws {TypeError | RangeError} an argument is not what it should be, the device is lost
 * @example const rope = await createRope(device, { headDim: 128, theta: 1e6 }, { dtypes: ['f16'] });
 */
export async function createRope<const F extends readonly RopeFeature[] = []>(
  device: GPUDevice,
  config: RopeConfigInput | RopeCaches,
  options: RopeOptions<F> = {},
): Promise<Rope & MethodsOf<F>> {
  checkDevice(device);
  checkKeys('options', options, optionKeys);
  const { label = 'webgpu-rope' } = options;
  const dtypes = checkDtypes(options.dtypes);
  const features: readonly RopeFeature[] = options.features ?? [];
  if (!Array.isArray(features) || features.some((feature) => typeof feature?.name !== 'string')) {
    throw wrongType('features', 'an array of features', features);
  }
  const kind = checkChoice('table', options.table ?? 'two-digit', ['two-digit', 'full']);
  const phases = checkChoice('phases', options.phases ?? 'exact', ['exact', 'float32']);
  if (phases === 'float32' && kind !== 'full')
    throw outOfRange('table', '"full", as phases are float32', kind);
  const tuning = checkTuning(device, options.tuning, ['workgroupSize', 'invocations']);
  const build: Builder = (checked, capacity, sequenceLength) => {
    checkInteger('capacity', capacity, 1, { most: maxCapacity, unit: ' of positions' });
    const frequencies = ropeFrequencies(checked, sequenceLength);
    if (kind === 'full') checkFullTable(frequencies.inverseFrequencies.length, capacity, bindingRoom(device));
    const table =
      kind === 'full' ? fullTable(frequencies, capacity, phases) : twoDigitTable(frequencies, capacity);
    return { frequencies, table, serves: Math.min(capacity, servedBy(checked, sequenceLength)) };
  };

  const kit = await liveKit(device);
  const brought = features.find((feature) => feature.readTable)?.readTable?.(device, config, options);
  const made = (await brought) ?? madeOf(ropeConfig(config as RopeConfigInput), options, build);
  const core = new RopeCore(kit, made.config, made, tuning, label, features, build, options.sequenceLength);
  await compileAll(core, dtypes);
  const rope = new Rope(core, made.config, dtypes);
  return Object.assign(rope, ...features.map((feature) => feature.methods?.(rope, core))) as Rope &
    MethodsOf<F>;
}

function madeOf(config: RopeConfig, { capacity, sequenceLength }: RopeOptions, build: Builder): MadeTable {
  const positions = capacity ?? Math.max(config.trainedPositions ?? 0, 2 ** 20);
  return { config, ...build(config, positions, sequenceLength) };
}

/** Positions that frequencies for this length are right for: past the original ones, dynamic NTK changes with each. */
export function servedBy({ scaling }: RopeConfig, sequenceLength = 0): number {
  if (scaling.type !== 'dynamic' && scaling.type !== 'longrope') return maxCapacity;
  if (sequenceLength <= scaling.originalPositions) return scaling.originalPositions;
  return scaling.type === 'dynamic' ? sequenceLength : maxCapacity;
}

/**
 * Tables and pipelines of one set of frequencies on one device. Made by {@link createRope}, which adds the methods of the
 * features it was given.
 */
export class Rope {
  readonly #layers = new WeakMap<object, WeakMap<object, Map<string, RopeLayer>>>();

  /** @internal */
  constructor(
    private readonly core: RopeCore,
    readonly config: RopeConfig,
    readonly dtypes: readonly RopeDtype[],
  ) {}

  /** Positions 0 to `capacity - 1` can be rotated to. */
  get capacity(): number {
    return this.core.state.capacity;
  }

  /** The table in use: its frequencies, its size. Keep it to `rerotate` keys that were rotated by it. */
  get state(): RopeState {
    return this.core.state;
  }

  /**
   * Names the tensors to rotate. Cheap, and remembered: the same buffers, offsets and shapes give the same layer, so an
   * engine that pools buffers can bind anew each step.
   *
   * @throws {TypeError} neither Q nor K, no STORAGE usage, a wrong kind
   * @throws {RangeError} a dtype the rope was not created with, offsets or strides not on a 4-byte word, a headDim below
   *   `rotaryDim`
   * @example rope.bind({ q: { buffer: q, heads: 32 }, k: { buffer: k, heads: 8, capacity: 8192 }, dtype: 'f16' });
   */
  bind(binding: RopeBinding): RopeLayer {
    const { core } = this;
    core.checkAlive();
    checkKeys('binding', binding, ['q', 'k', 'dtype', 'headDim']);
    const { rotaryDim } = core.config;
    const dtype = checkChoice('dtype', binding.dtype, this.dtypes);
    const headDim = checkInteger('headDim', binding.headDim ?? core.config.headDim, rotaryDim, 2 ** 31);
    const view = (name: 'q' | 'k'): TensorView | undefined => {
      const tensor = binding[name];
      return tensor && new TensorView(name, tensor, dtype, headDim, rotaryDim);
    };
    const [q, k] = [view('q'), view('k')];
    const first = q ?? k;
    if (!first) throw wrongType('binding', 'q, k or both', binding);

    const byBuffer = remembered(
      this.#layers,
      q?.buffer ?? this,
      () => new WeakMap<object, Map<string, RopeLayer>>(),
    );
    const byShape = remembered(byBuffer, k?.buffer ?? this, () => new Map<string, RopeLayer>());
    const key = `${dtype} ${headDim} ${q?.key} ${k?.key}`;
    return rememberedLayer(byShape, key, () => new RopeLayer(core, q && k ? [q, k] : [first], dtype));
  }

  /**
   * Ends the tables and parameters; the engine's buffers stay as they are. Submit what was encoded before calling this.
   * The rope and its layers throw from then on. Calling it again does nothing.
   */
  destroy(): void {
    this.core.destroy();
  }
}

function checkFullTable(pairs: number, capacity: number, room: number): void {
  const bytes = fullTableBytes(pairs, capacity);
  if (bytes > room) {
    const most = Math.floor(room / fullTableBytes(pairs, 1));
    const why = `a full table takes ${bytes} bytes, a binding ${room}`;
    throw outOfRange('capacity', `at most ${most} positions (${why}), or table "two-digit"`, capacity);
  }
}
