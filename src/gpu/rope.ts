import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import { checkChoice, checkInteger, outOfRange, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { fullTable, fullTableBytes, twoDigitTable } from '../tables/tables';
import { deviceKit } from './device-kit';
import { type RopeDtype, ropeDtypes } from './dtype';
import { RopeLayer } from './layer';
import { RopeCore } from './rope-core';
import { checkKeys, type RopeTensor, TensorView } from './tensor';
import { defaultTuning, type RopeTuning } from './tuning';

/** Choices for {@link createRope}; every one may be left out. */
export interface RopeOptions {
  /** Element types to compile for. Default all three; naming the one you use makes creation faster. */
  readonly dtypes?: readonly RopeDtype[];
  /** Positions the table serves, from 0. Default the larger of `trainedPositions` and 2^20; at most 2^24. */
  readonly capacity?: number;
  /**
   * `two-digit` (default) multiplies one row of each of two short tables; `full` holds a row a position, rounded once:
   * `capacity * ceil(rotaryDim / 4) * 16` bytes, which must fit one binding.
   */
  readonly table?: 'two-digit' | 'full';
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

const optionKeys = ['dtypes', 'capacity', 'table', 'tuning', 'label'];
const maxCapacity = 2 ** 24;

/**
 * Compiles the kernel and builds the tables for one set of frequencies. This is the only place that does either.
 *
 * @param device The engine's own device; default limits and no features are enough.
 * @param config From `ropeConfigFromHuggingFace`, or a literal: `{ headDim: 128, theta: 500_000 }`.
 * @throws {TypeError | RangeError} an argument is not what it should be, the device is lost
 * @example const rope = await createRope(device, { headDim: 128, theta: 1e6 }, { dtypes: ['f16'] });
 */
export async function createRope(
  device: GPUDevice,
  config: RopeConfigInput,
  options: RopeOptions = {},
): Promise<Rope> {
  if (typeof (device as Partial<GPUDevice> | null)?.createComputePipelineAsync !== 'function') {
    throw wrongType('device', 'a GPUDevice', device);
  }
  const checked = ropeConfig(config);
  const frequencies = ropeFrequencies(checked);
  checkKeys('options', options, optionKeys);
  const { label = 'webgpu-rope' } = options;
  const dtypes = checkDtypes(options.dtypes ?? ropeDtypes);
  const kind = checkChoice('table', options.table ?? 'two-digit', ['two-digit', 'full']);
  const capacity = checkInteger(
    'capacity',
    options.capacity ?? Math.max(checked.trainedPositions ?? 0, 2 ** 20),
    1,
    maxCapacity,
    ' of positions',
  );
  const tuning = checkTuning({ ...defaultTuning(device), ...options.tuning }, device.limits);
  const pairs = frequencies.inverseFrequencies.length;
  if (kind === 'full') checkFullTable(pairs, capacity, device.limits);

  const kit = deviceKit(device);
  // A device that is lost already says so in a microtask, before anything below could fail obscurely.
  await Promise.resolve();
  kit.checkLive();
  const build = kind === 'full' ? fullTable : twoDigitTable;
  const core = new RopeCore(kit, checked, build(frequencies, capacity), tuning, label);
  await core.compile(dtypes);
  return new Rope(core, dtypes);
}

/** Tables and pipelines of one set of frequencies on one device. Made by {@link createRope}. */
export class Rope {
  readonly config: RopeConfig;
  /** Positions 0 to `capacity - 1` can be rotated to. */
  readonly capacity: number;
  /** Bytes of the table on the GPU. */
  readonly tableBytes: number;
  private readonly layers = new WeakMap<object, WeakMap<object, Map<string, RopeLayer>>>();

  /** @internal */
  constructor(
    private readonly core: RopeCore,
    readonly dtypes: readonly RopeDtype[],
  ) {
    this.config = core.config;
    this.capacity = core.table.capacity;
    this.tableBytes = core.table.data.byteLength;
  }

  /**
   * Names the tensors to rotate. Cheap, and remembered: the same buffers, offsets and shapes give the same layer, so an
   * engine that pools buffers can bind anew each step.
   *
   * @throws {TypeError} neither Q nor K, no STORAGE usage, a dtype the rope was not created with, a wrong kind
   * @throws {RangeError} offsets or strides not on a 4-byte word, a headDim below `rotaryDim`
   * @example rope.bind({ q: { buffer: q, heads: 32 }, k: { buffer: k, heads: 8, capacity: 8192 }, dtype: 'f16' });
   */
  bind(binding: RopeBinding): RopeLayer {
    const { core } = this;
    core.checkAlive();
    if (typeof binding !== 'object' || binding === null)
      throw wrongType('binding', '{ q, k, dtype }', binding);
    checkKeys('binding', binding, ['q', 'k', 'dtype', 'headDim']);
    const dtype = checkChoice('dtype', binding.dtype, this.dtypes);
    const headDim = checkInteger(
      'headDim',
      binding.headDim ?? core.config.headDim,
      core.config.rotaryDim,
      2 ** 31,
    );
    const view = (name: 'q' | 'k'): TensorView | undefined => {
      const tensor = binding[name];
      return tensor && new TensorView(name, tensor, dtype, headDim, core.config.rotaryDim);
    };
    const [q, k] = [view('q'), view('k')];
    const first = q ?? k;
    if (!first) throw wrongType('binding', 'q, k or both', binding);
    const second = q && k;

    const byBuffer = remembered(
      this.layers,
      q?.buffer ?? this,
      () => new WeakMap<object, Map<string, RopeLayer>>(),
    );
    const byShape = remembered(byBuffer, k?.buffer ?? this, () => new Map<string, RopeLayer>());
    const key = `${dtype} ${headDim} ${q?.key} ${k?.key}`;
    let layer = byShape.get(key);
    if (!layer) {
      // An engine that slides its offsets without end must not make us remember without end.
      if (byShape.size >= 256) byShape.clear();
      layer = new RopeLayer(core, second ? [first, second] : [first], dtype);
      byShape.set(key, layer);
    }
    return layer;
  }

  /**
   * Ends the tables and parameters; the engine's buffers stay as they are. Submit what was encoded before calling this.
   * The rope and its layers throw from then on. Calling it again does nothing.
   */
  destroy(): void {
    this.core.destroy();
  }
}

function remembered<V>(map: WeakMap<object, V>, key: object, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function checkDtypes(dtypes: readonly RopeDtype[]): readonly RopeDtype[] {
  if (!Array.isArray(dtypes) || dtypes.length === 0) throw wrongType('dtypes', 'an array of dtypes', dtypes);
  return [...new Set(dtypes.map((dtype, i) => checkChoice(`dtypes[${i}]`, dtype, ropeDtypes)))];
}

function checkTuning(tuning: RopeTuning, limits: GPUSupportedLimits): RopeTuning {
  checkKeys('tuning', tuning, ['workgroupSize', 'invocations']);
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
  checkInteger('tuning.workgroupSize', tuning.workgroupSize, 1, most);
  checkInteger('tuning.invocations', tuning.invocations, 1, 2 ** 31);
  return tuning;
}

function checkFullTable(pairs: number, capacity: number, limits: GPUSupportedLimits): void {
  const room = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const bytes = fullTableBytes(pairs, capacity);
  if (bytes > room) {
    const most = Math.floor(room / fullTableBytes(pairs, 1));
    throw outOfRange(
      'capacity',
      `at most ${most} positions, or table "two-digit": a full table of ${capacity} positions x ${pairs} pairs takes ` +
        `${bytes} bytes and a binding holds ${room}`,
      capacity,
    );
  }
}
