import type { BenchResult } from '../../../../bench/schema';

/** One subject at one number of tokens, as recorded. */
export interface RecordedRow {
  readonly subject: string;
  readonly dtype: string;
  readonly tokens: number;
  readonly medianMs: number;
  readonly gbPerSecond: number;
  readonly maxError: number;
  readonly withinContract: boolean;
}

/** A recorded run beside peers: what the page shows of a file in bench/results. */
export interface RecordedRun {
  readonly preset: string;
  readonly start: number;
  /** The adapter by its own name. */
  readonly adapter: string;
  /** It computes on the CPU: its times are no GPU's. */
  readonly software: boolean;
  readonly browser: string;
  readonly platform: string;
  /** Name and version of the package and of the peers. */
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601, the day. */
  readonly date: string;
  /** Repeats the run. */
  readonly command: string;
  readonly rows: readonly RecordedRow[];
  /** Why a peer has no row, each reason once: "onnxruntime-web, f16: its f16 needs …". */
  readonly missing: readonly string[];
}

/** What the page needs of a benchmark's file: one preset and one start, numbers to four digits. */
export function extractRun({ environment, rows, skipped }: BenchResult): RecordedRun {
  const { preset, start } = rows[0] ?? { preset: '', start: 0 };
  const { adapter, software, browser, platform, version, peers, date, command } = environment;
  return {
    preset,
    start,
    adapter,
    software,
    browser,
    platform,
    versions: { 'webgpu-rope': version, ...peers },
    date: date.slice(0, 10),
    command,
    rows: rows
      .filter((row) => row.preset === preset && row.start === start)
      .map(({ subject, dtype, tokens, medianMs, gbPerSecond, maxError, withinContract }) => ({
        subject,
        dtype,
        tokens,
        medianMs: fourDigits(medianMs),
        gbPerSecond: fourDigits(gbPerSecond),
        maxError: fourDigits(maxError),
        withinContract,
      })),
    missing: [...new Set(skipped.map(({ subject, dtype, reason }) => `${subject}, ${dtype}: ${reason}`))],
  };
}

function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}

/** The run to set a live result beside: of the same adapter, else of a real GPU, else any. */
export function runFor(runs: readonly RecordedRun[], adapter: string): RecordedRun | undefined {
  return runs.find((run) => run.adapter === adapter) ?? runs.find((run) => !run.software) ?? runs[0];
}

/** The dtype to show of a run: the one asked for where peers were measured in it, else the one with the most rows. */
export function dtypeFor({ rows }: RecordedRun, wanted: string): string {
  const alwaysMeasured = new Set(['webgpu-rope', 'ceiling']);
  const counts = new Map<string, number>();
  for (const { dtype, subject } of rows) {
    if (!alwaysMeasured.has(subject)) counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
  }
  if (counts.has(wanted)) return wanted;
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? wanted;
}
