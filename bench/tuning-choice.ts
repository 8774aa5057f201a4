import type { RopeTuning } from 'webgpu-rope';
import type { SettingSpec } from './harness/row';
import type { TuningTrial } from './harness/tunings';

/** What the same tunings gave at one setting, in the same order everywhere. */
export interface TuningResult {
  readonly setting: SettingSpec;
  readonly trials: readonly TuningTrial[];
}

/** The tuning that comes closest to the quickest at every setting. */
export interface TuningChoice {
  readonly tuning: RopeTuning;
  /** Geometric mean over the settings of its time by that of the quickest. */
  readonly mean: number;
  /** The largest of these ratios. */
  readonly worst: number;
}

/**
 * Chooses among tunings by the geometric mean of how far each is behind the quickest, so that decode and prefill count
 * alike. Medians decide.
 *
 * @throws {RangeError} there is nothing to choose from
 */
export function bestTuning(results: readonly TuningResult[]): TuningChoice {
  const quickest = results.map(({ trials }) => Math.min(...trials.map(({ medianMs }) => medianMs)));
  const choices = (results[0]?.trials ?? []).map(({ tuning }, i): TuningChoice => {
    const ratios = results.map(
      ({ trials }, r) => (trials[i]?.medianMs ?? Number.NaN) / (quickest[r] as number),
    );
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    return { tuning, mean, worst: Math.max(...ratios) };
  });
  const [first, ...others] = choices;
  if (!first) throw new RangeError('results: expected at least one trial, got none');
  return others.reduce((best, choice) => (choice.mean < best.mean ? choice : best), first);
}
