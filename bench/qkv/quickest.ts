import { type MeasureOptions, measure } from '../harness/measure';
import { quantile } from '../harness/stats';
import type { KernelShapes } from './kernels';
import { type Launch, makeLaunch } from './launch';

/** A kernel in the shape that was quickest here. */
export interface QuickestLaunch extends Launch {
  readonly name: string;
  /** The shape in words. */
  readonly note: string;
}

/** Rounds in which the shapes are tried against each other. */
const trialRounds = 7;

/** Times the shapes of a kernel interleaved and takes the quickest. */
export async function quickestOf(
  device: GPUDevice,
  { name, shapes }: KernelShapes,
  options: MeasureOptions,
): Promise<QuickestLaunch> {
  const launches = await Promise.all(shapes.map(({ kernel }) => makeLaunch(device, kernel)));
  const trials = launches.map(({ encode }, i) => ({ name: `${name} ${i}`, encode }));
  const measured = await measure(device, trials, { ...options, rounds: trialRounds });
  // The least disturbed rounds: a median of few is easily another process's.
  const times = measured.map(({ samplesMs }) => quantile(samplesMs, 0.2));
  const best = times.indexOf(Math.min(...times));
  launches.forEach((launch, i) => {
    if (i !== best) launch.destroy();
  });
  return { ...(launches[best] as Launch), name, note: shapes[best]?.note ?? '' };
}
