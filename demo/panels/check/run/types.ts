import type { RopeConfig } from 'webgpu-rope';
import type { CheckResult } from '../../../../bench/harness/check';
import type { ClockReport } from '../../../../bench/schema';
import type { AdapterSummary } from '../../../shell/adapter';
import type { Choice } from '../choice';

export interface RunRequest {
  readonly choice: Choice;
  /** Of the preset chosen: the page has read it, so the worker goes without the reader. */
  readonly config: RopeConfig;
  readonly adapter: AdapterSummary;
}

/** What the clock found, in the benchmark's terms. */
export interface Timing {
  readonly medianMs: number;
  readonly p20Ms: number;
  readonly p80Ms: number;
  readonly gbPerSecond: number;
  /** The in-place multiply's median by ours; 1 is as fast as the multiply. */
  readonly ceilingShare: number;
  /** The in-place multiply over the same bytes. */
  readonly ceiling: { readonly medianMs: number; readonly p20Ms: number; readonly p80Ms: number };
  /** Runs in each timed span, of ours and of the multiply. */
  readonly repeats: number;
  readonly ceilingRepeats: number;
  readonly rounds: number;
  readonly minSpanMs: number;
  readonly clock: ClockReport;
}

/** One finished run. */
export interface RunResult {
  readonly choice: Choice;
  readonly adapter: AdapterSummary;
  readonly browser: string;
  readonly platform: string;
  /** ISO 8601. */
  readonly date: string;
  /** Elements compared, of both tensors: all of them, tails that must keep their bits included. */
  readonly elements: number;
  readonly check: CheckResult;
  /** Null where the check failed: wrong results are not timed. */
  readonly timing: Timing | null;
}

export type Stage = 'device' | 'tables' | 'rotating' | 'checking' | 'timing';

/** Where a run is. */
export interface Progress {
  readonly stage: Stage;
  /** In words: "checking 37%". */
  readonly text: string;
  /** Share of the stage that is done, 0 to 1; left out where it cannot be told. */
  readonly share?: number;
}

export type OnProgress = (progress: Progress) => void;
