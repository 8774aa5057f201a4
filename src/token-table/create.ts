import { ropeConfig } from '../config/rope-config';
import type { RopeConfig, RopeConfigInput } from '../config/types';
import { checkChoice, checkInteger, checkKeys, wrongType } from '../errors';
import { ropeFrequencies } from '../frequencies';
import { checkDtypes, checkTuning } from '../kernel/checks';
import { checkDevice, liveDevice } from '../kernel/device';
import { withinMemory } from '../kernel/memory';
import { hasCaches, type RopeCaches, readCaches } from '../rope/caches';
import { RopeCore } from '../rope/core';
import { Rope } from '../rope/rope';
import type { TableSource } from '../rope/state';
import { checkFullTable, maxCapacity, servedPositions } from '../rope/table-source';
import { emptyTable } from '../tables/tables';
import { TokenTableCore } from './core';
import type { TokenTableOptions } from './options';
import { TokenTable } from './token-table';

const optionKeys = ['tokens', 'capacity', 'dtypes', 'sequenceLength', 'tuning', 'unprepared', 'label'];

/**
 * A table with a row a token: one small launch a step computes cosines and sines of its positions, and all layers rotate by them.
 * For positions that a table with a row a position does not have: below 0, between integers (`f32` ids), shifted or scaled an axis,
 * several grids in one sequence; tables of your own with several axes. Layers read one row a token, however many axes there are.
 *
 * Rows are within 7e-8 of float64 at every position: the angle is a product in integers (shaders/lib/turns.wgsl). The table takes
 * `tokens * ceil(rotaryDim / 4) * 16` bytes on the GPU, whatever the capacity.
 *
 * @param config As of `createRope`; tables of your own have `axes` here as there.
 * @param options.tokens Rows: tokens of all sequences of a step.
 * @throws {TypeError | RangeError} an argument is not what it should be, the device is lost
 * @example StreamingLLM, Lumina, seconds of audio:
 * const table = await createTokenTable(device, { headDim: 128, theta: 1e6 }, { tokens: 4096, dtypes: ['f16'] });
 * const layer = table.rope.bind({ q, k, dtype: 'f16' });
 * table.encode(pass, { tokens, positions: { type: 'ids', buffer: seconds, format: 'f32' }, factor: 25 });
 * layer.encode(pass, { tokens, positions: table.positions });
 */
export async function createTokenTable(
  device: GPUDevice,
  config: RopeConfigInput | RopeCaches,
  options: TokenTableOptions,
): Promise<TokenTable> {
  checkDevice(device);
  checkKeys('options', options, optionKeys);
  const rows = checkInteger('tokens', options.tokens, 1, { most: maxCapacity, unit: ' (rows)' });
  const dtypes = checkDtypes(options.dtypes);
  const unprepared = checkChoice('unprepared', options.unprepared ?? 'compile', ['compile', 'refuse']);
  const tuning = checkTuning(device, options.tuning, ['workgroupSize', 'invocations', 'firstHeadAhead']);
  const label = options.label ?? 'webgpu-rope token table';
  const turned = hasCaches(config) ? null : turnedBy(ropeConfig(config), options);
  if (!turned) refuse(options, ['capacity', 'sequenceLength']);
  const shared = await liveDevice(device);
  const { pairs, ...given } = turned ?? (await gathered(config as RopeCaches, shared));
  checkFullTable(pairs, rows, shared.room, 'tokens');
  const [cores, usable] = withinMemory(device, () => {
    const { frequencies } = given.source;
    const core = new TokenTableCore(shared, { ...given, rows, label });
    const ropeCore = new RopeCore(shared, {
      // A row has all axes in it.
      config: { ...given.config, axes: null },
      plan: null,
      source: { frequencies, table: emptyTable(pairs, rows), served: rows },
      sequenceLength: 0,
      dtypes,
      tuning,
      compilesAtEncode: unprepared === 'compile',
      label,
    });
    return { core, ropeCore };
  });
  const { core, ropeCore } = cores;
  try {
    await Promise.all([
      usable,
      core.kernel.prepareOrEnd([0]),
      ropeCore.kernel.prepareOrEnd(ropeCore.pipelinesOf(['rotate_at'], dtypes)),
    ]);
  } catch (error) {
    core.kernel.destroy();
    ropeCore.destroy();
    throw error;
  }
  return new TokenTable(core, new Rope(ropeCore));
}

interface Given {
  readonly config: RopeConfig;
  readonly source: TableSource;
  readonly most: number;
  readonly pairs: number;
}

function turnedBy(config: RopeConfig, { capacity, sequenceLength = 0 }: TokenTableOptions): Given {
  const frequencies = ropeFrequencies(config, sequenceLength);
  const served = servedPositions(config, sequenceLength);
  const most = checkInteger('capacity', capacity ?? served, 1, { most: served, unit: ' of positions' });
  const pairs = config.rotaryDim / 2;
  return { config, source: { frequencies, table: emptyTable(pairs, 0), served }, most, pairs };
}

async function gathered(caches: RopeCaches, shared: Parameters<typeof readCaches>[0]): Promise<Given> {
  const { config, source } = await readCaches(shared, caches, {});
  return { config, source, most: source.served, pairs: config.rotaryDim / 2 };
}

function refuse(options: TokenTableOptions, keys: readonly (keyof TokenTableOptions)[]): void {
  for (const key of keys) {
    if (options[key] !== undefined) throw wrongType(key, 'none, as the tables are your own', options[key]);
  }
}
