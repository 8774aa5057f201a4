/** The middle of a set of samples and how far the rest lie from it. */
export interface Summary {
  readonly medianMs: number;
  readonly p20Ms: number;
  readonly p80Ms: number;
}

/**
 * The quantile of some samples, interpolated between neighbours.
 *
 * @param share 0 the smallest, 0.5 the median, 1 the largest
 * @throws {RangeError} there are no samples, one is not a finite number, or `share` is outside 0..1
 */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('samples: expected at least one, got none');
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share: expected a number in 0..1, got ${share}`);
  const wrong = samples.find((sample) => !Number.isFinite(sample));
  if (wrong !== undefined) throw new RangeError(`samples: expected finite numbers, got ${wrong}`);
  const sorted = [...samples].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}

/** Median, 20th and 80th percentile of times in milliseconds. */
export function summarise(samplesMs: readonly number[]): Summary {
  return {
    medianMs: quantile(samplesMs, 0.5),
    p20Ms: quantile(samplesMs, 0.2),
    p80Ms: quantile(samplesMs, 0.8),
  };
}
