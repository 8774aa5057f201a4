import { ropeConfig } from '../config/rope-config';
import type { RopeConfigInput } from '../config/types';
import { checkChoice, checkKeys, outOfRange } from '../errors';
import { checkDtypes, checkTuning } from '../kernel/checks';
import { checkDevice, liveDevice } from '../kernel/device';
import { withinMemory } from '../kernel/memory';
import { hasCaches, type RopeCaches, readCaches } from './caches';
import { RopeCore, type RopeSetup } from './core';
import { optionKeys, type RopeOptions } from './options';
import { Rope } from './rope';
import { buildTable, type TablePlan } from './table-source';

/**
 * Compiles the kernel and builds the tables for one set of frequencies. Calls with positions in buffers and `rerotate` are
 * compiled by `rope.prepare`, or by their first encode.
 *
 * @param device The engine's own device; default limits and no features are enough.
 * @param config From `ropeConfigFromHuggingFace`, or a literal: `{ headDim: 128, theta: 500_000 }`; or tables of your own:
 *   `{ headDim: 128, cosCache, sinCache }`.
 * @throws {TypeError | RangeError} an argument is not what it should be, the device is lost, or has no memory for the tables
 * @example const rope = await createRope(device, { headDim: 128, theta: 1e6 }, { dtypes: ['f16'] });
 */
export async function createRope(
  device: GPUDevice,
  config: RopeConfigInput | RopeCaches,
  options: RopeOptions = {},
): Promise<Rope> {
  checkDevice(device);
  checkKeys('options', options, optionKeys);
  const dtypes = checkDtypes(options.dtypes);
  const unprepared = checkChoice('unprepared', options.unprepared ?? 'compile', ['compile', 'refuse']);
  const checked = {
    dtypes,
    tuning: checkTuning(device, options.tuning, ['workgroupSize', 'invocations', 'firstHeadAhead']),
    compilesAtEncode: unprepared === 'compile',
    label: options.label ?? 'webgpu-rope',
  };
  const given = hasCaches(config) ? null : planOf(config, options);
  const shared = await liveDevice(device);
  const tables = given
    ? tablesOf({ ...given, room: shared.room }, options)
    : await readCaches(shared, config as RopeCaches, options);
  const [core, usable] = withinMemory(device, () => new RopeCore(shared, { ...checked, ...tables }));
  await core.kernel.prepareOrEnd(core.pipelinesOf(['rotate'], dtypes), usable);
  return new Rope(core);
}

type Tables = Pick<RopeSetup, 'config' | 'plan' | 'source' | 'sequenceLength'>;

/** How tables are built, but for what the device says. */
function planOf(input: RopeConfigInput, options: RopeOptions): Omit<TablePlan, 'room'> {
  const kind = checkChoice('table', options.table ?? 'two-digit', ['two-digit', 'full']);
  const phases = checkChoice('phases', options.phases ?? 'exact', ['exact', 'float32']);
  if (phases === 'float32' && kind !== 'full')
    throw outOfRange('table', '"full", as phases are float32', kind);
  return { config: ropeConfig(input), kind, phases };
}

function tablesOf(plan: TablePlan, { capacity, sequenceLength = 0 }: RopeOptions): Tables {
  const { config } = plan;
  const positions = capacity ?? Math.max(config.trainedPositions ?? 0, 2 ** 20);
  return { config, plan, source: buildTable(plan, positions, sequenceLength), sequenceLength };
}
