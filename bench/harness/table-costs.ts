import { createRope, type RopeDtype, ropeFrequencies } from 'webgpu-rope';
import { fullTable, fullTableBytes, twoDigitTable } from '../../src/tables/tables';
import { presetBySlug } from '../presets';
import { configOf } from './config';
import { type MeasureOptions, measure } from './measure';
import { makeRotation } from './rotation';

/** One kind of table for so many positions. */
export interface TableBuild {
  readonly kind: 'two-digit' | 'full';
  readonly positions: number;
  readonly bytes: number;
  /** Empty where the table is too large to be bound. */
  readonly samplesMs: readonly number[];
}

/** Bytes that one storage binding may span on any device. */
const defaultBinding = 2 ** 27;

/** Builds Llama-3.1-8B's tables, in turns. Full tables that fit no binding at default limits are not built. */
export function timeTables(positions: readonly number[], rounds: number): TableBuild[] {
  const frequencies = ropeFrequencies(configOf(presetBySlug('llama-3.1-8b')));
  const pairs = frequencies.inverseFrequencies.length;
  const builds = positions.flatMap((count) => [
    {
      kind: 'two-digit' as const,
      positions: count,
      make: () => twoDigitTable(frequencies, count),
      buildRounds: rounds,
    },
    // A large full table takes a second.
    {
      kind: 'full' as const,
      positions: count,
      make: () => fullTable(frequencies, count),
      buildRounds: Math.min(rounds, 3),
    },
  ]);
  const samples = builds.map(() => [] as number[]);
  const bytes = builds.map(({ kind, positions: count }) =>
    kind === 'full' ? fullTableBytes(pairs, count) : 0,
  );
  for (let round = 0; round < rounds; round++) {
    builds.forEach(({ make, buildRounds }, i) => {
      if (round >= buildRounds || (bytes[i] as number) > defaultBinding) return;
      const begin = performance.now();
      const table = make();
      samples[i]?.push(performance.now() - begin);
      bytes[i] = table.data.byteLength;
    });
  }
  return builds.map(({ kind, positions: count }, i) => ({
    kind,
    positions: count,
    bytes: bytes[i] as number,
    samplesMs: samples[i] as number[],
  }));
}

/** The two kinds of table in the same rotation, one sample a round each. */
export interface TableKinds {
  readonly tokens: number;
  readonly twoDigitMs: readonly number[];
  readonly fullMs: readonly number[];
}

/** Times Llama-3.1-8B's prefill by two-digit and by full table, interleaved, over the same buffers. */
export async function compareTables(
  device: GPUDevice,
  { tokens, dtype }: { readonly tokens: number; readonly dtype: RopeDtype },
  options: MeasureOptions,
): Promise<TableKinds> {
  const preset = presetBySlug('llama-3.1-8b');
  const start = 5000;
  const capacity = 2 ** 17;
  const workload = { preset, config: configOf(preset), tokens, dtype, start };
  const twoDigit = await makeRotation(device, workload, { capacity });
  const { q, k, setting } = twoDigit;
  const rope = await createRope(device, setting.config, { dtypes: [dtype], capacity, table: 'full' });
  try {
    const layer = rope.bind({
      q: { buffer: q, heads: preset.qHeads },
      k: { buffer: k, heads: preset.kHeads },
      dtype,
    });
    const full = {
      name: 'full table',
      encode: (pass: GPUComputePassEncoder) => layer.encode(pass, { tokens, start }),
    };
    const measured = await measure(device, [twoDigit, full], options);
    return { tokens, twoDigitMs: measured[0]?.samplesMs ?? [], fullMs: measured[1]?.samplesMs ?? [] };
  } finally {
    rope.destroy();
    twoDigit.destroy();
  }
}
