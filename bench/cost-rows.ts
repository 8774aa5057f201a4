import type { CreationSample } from './harness/creation-costs';
import type { EncodeSamples } from './harness/encode-costs';
import { quantile } from './harness/stats';
import type { TableBuild, TableKinds } from './harness/table-costs';
import type { CostRow } from './schema';

/** What issue and design ask for, on a software adapter with two cores. */
const bars = { encodeUs: 1, createRopeMs: 300, firstEncodeUs: 1000, buildMs: 20, tableRatio: 1.1 } as const;

/** Sums samples up. A bar is the largest median that keeps it. */
export function costRow(
  what: string,
  unit: CostRow['unit'],
  samples: readonly number[],
  { bar, note = '' }: { readonly bar?: number; readonly note?: string } = {},
): CostRow {
  return {
    what,
    unit,
    median: quantile(samples, 0.5),
    p20: quantile(samples, 0.2),
    p80: quantile(samples, 0.8),
    samples: samples.length,
    ...(bar !== undefined && { bar }),
    note,
  };
}

/** Host time a layer; the bare WebGPU calls have no bar, they are what is left at best. */
export function encodeRows(subjects: readonly EncodeSamples[]): CostRow[] {
  return subjects.map(({ name, samplesUs }) => {
    const ours = name !== 'WebGPU calls alone';
    return costRow(ours ? `encode, ${name}` : name, 'us', samplesUs, {
      ...(ours && { bar: bars.encodeUs }),
      note: ours ? 'host time a layer, 32 layers a submit' : 'the same four calls without a host layer',
    });
  });
}

/**
 * Creation and first use of a rope.
 *
 * @param cold Of a browser just started.   @param fresh Of a new device in a browser that compiled the kernel before.
 * @param warm Of a device that has the pipelines.
 */
export function creationRows(
  cold: readonly CreationSample[],
  fresh: readonly CreationSample[],
  warm: readonly CreationSample[],
): CostRow[] {
  const samplesOf = (samples: readonly CreationSample[], key: keyof CreationSample) =>
    samples.map((sample) => sample[key]);
  const content = 'one dtype, table of 2^20 positions included';
  return [
    costRow('createRope, cold', 'ms', samplesOf(cold, 'createRopeMs'), {
      bar: bars.createRopeMs,
      note: `${content}; a browser just started`,
    }),
    costRow('createRope, new device', 'ms', samplesOf(fresh, 'createRopeMs'), {
      bar: bars.createRopeMs,
      note: 'the browser compiled it before, for another device',
    }),
    costRow('createRope, warm', 'ms', samplesOf(warm, 'createRopeMs'), {
      note: 'the device has the pipelines',
    }),
    costRow('bind, cold', 'us', samplesOf(cold, 'bindUs')),
    costRow('first encode, cold', 'us', samplesOf(cold, 'firstEncodeUs'), {
      bar: bars.firstEncodeUs,
      note: 'host time',
    }),
    costRow('second encode, cold', 'us', samplesOf(cold, 'secondEncodeUs'), {
      note: 'host time, another start',
    }),
    costRow('first submit, cold', 'ms', samplesOf(cold, 'firstSubmitMs'), {
      note: 'submit to done, by the wall clock',
    }),
    costRow('second submit, cold', 'ms', samplesOf(cold, 'secondSubmitMs'), {
      note: 'what the first has more was left to it',
    }),
  ];
}

/** Build times, with bytes; where a full table binds nowhere at default limits, its bytes alone. */
export function tableRows(builds: readonly TableBuild[]): CostRow[] {
  return builds.flatMap(({ kind, positions, bytes, samplesMs }) => {
    const what = `${kind} table, ${positions} positions`;
    if (samplesMs.length === 0) {
      return [
        { what, unit: 'ms', bytes, samples: 0, note: 'not built: over the default binding of 128 MiB' },
      ];
    }
    const bar = kind === 'two-digit' ? { bar: bars.buildMs } : {};
    return [{ ...costRow(what, 'ms', samplesMs, { ...bar, note: 'build, on the CPU' }), bytes }];
  });
}

/** Both kinds' GPU time, and the ratio round by round: what drifts does so for both. */
export function tableKindRows({ tokens, twoDigitMs, fullMs }: TableKinds): CostRow[] {
  const ratios = twoDigitMs.map((ms, round) => ms / (fullMs[round] as number));
  return [
    costRow(`prefill of ${tokens}, two-digit table`, 'ms', twoDigitMs, { note: 'GPU time' }),
    costRow(`prefill of ${tokens}, full table`, 'ms', fullMs, { note: 'GPU time; 131072 positions' }),
    costRow(`prefill of ${tokens}, two-digit / full`, 'ratio', ratios, {
      bar: bars.tableRatio,
      note: 'round by round',
    }),
  ];
}
