import type { BenchResult, BenchRow } from '../../../../bench/schema';
import { version } from '../../../../package.json';
import type { AdapterSummary } from '../../../shell/adapter';
import { queryOfChoice } from '../choice';
import type { RunResult } from '../run/types';

/** The benchmark's file with one setting in it, and what the page knows besides. */
interface DemoReport extends Partial<BenchResult> {
  readonly adapter: AdapterSummary;
  readonly check: RunResult['check'] & { readonly elements: number };
}

/** A run as JSON: `environment` and `rows` are those of `npm run bench -- --json`. */
export function reportJson(result: RunResult): string {
  const { choice, adapter, browser, platform, date, check, timing, elements } = result;
  const report: DemoReport = {
    ...(timing && {
      environment: {
        adapter: adapter.name,
        software: adapter.software,
        browser,
        platform,
        version,
        peers: {},
        date,
        clock: timing.clock,
        rounds: timing.rounds,
        minSpanMs: timing.minSpanMs,
        command: `${location.origin}${location.pathname}${queryOfChoice(choice, '?autorun=1')}`,
      },
      rows: rowsOf(result, timing),
    }),
    adapter,
    check: { ...check, elements },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function rowsOf({ choice, check }: RunResult, timing: NonNullable<RunResult['timing']>): BenchRow[] {
  const { medianMs, p20Ms, p80Ms, gbPerSecond, ceilingShare, ceiling, repeats } = timing;
  const ofRope = { medianMs, p20Ms, p80Ms, gbPerSecond, ceilingShare, maxError: check.maxError };
  const rate = (gbPerSecond * medianMs) / ceiling.medianMs;
  const ofCeiling = { ...ceiling, gbPerSecond: rate, ceilingShare: 1, maxError: 0 };
  const common = { ...choice, withinContract: true, note: '' };
  return [
    { ...common, subject: 'webgpu-rope', ...ofRope, repeats },
    { ...common, subject: 'ceiling', ...ofCeiling, repeats: timing.ceilingRepeats },
  ];
}
