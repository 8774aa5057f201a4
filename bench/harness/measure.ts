import { type Clock, clockOf } from './clock';
import { createRandom, type Random } from './random';
import type { Subject } from './subject';

/** Choices for {@link measure}. */
export interface MeasureOptions {
  /** Samples of each subject. Default 31. */
  readonly rounds?: number;
  /** A subject is repeated until a timed span takes this long. Default 10. */
  readonly minSpanMs?: number;
  /** Default: {@link clockOf} the device. */
  readonly clock?: Clock;
  /** Called after each round, and once before the first. */
  readonly onProgress?: (progress: { readonly round: number; readonly rounds: number }) => void;
  /** Ends the measurement early: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The samples of one subject. */
export interface Measurement {
  readonly subject: string;
  /** Runs in each timed span. */
  readonly repeats: number;
  /** Milliseconds a run, one sample a round. */
  readonly samplesMs: readonly number[];
}

/**
 * Times subjects against each other: each once a round, in an order shuffled anew each round, so that a machine that
 * drifts does so for all of them. Repeats are found first, which also warms up.
 *
 * @throws what the signal gives as its reason
 * @example const [rope, ceiling] = await measure(device, [rotation, multiply], { rounds: 31 });
 */
export async function measure(
  device: GPUDevice,
  subjects: readonly Subject[],
  options: MeasureOptions = {},
): Promise<Measurement[]> {
  const { rounds = 31, minSpanMs = 10, onProgress, signal } = options;
  const clock = options.clock ?? (await clockOf(device));
  const runners: { subject: Subject; repeats: number; samplesMs: number[] }[] = [];
  for (const subject of subjects) {
    runners.push({ subject, repeats: await findRepeats(clock, subject, minSpanMs, signal), samplesMs: [] });
  }
  const random = createRandom(rounds);
  onProgress?.({ round: 0, rounds });
  for (let round = 1; round <= rounds; round++) {
    for (const runner of shuffled(runners, random)) {
      signal?.throwIfAborted();
      runner.subject.reset?.();
      runner.samplesMs.push((await clock.time(runner.subject, runner.repeats)) / runner.repeats);
    }
    onProgress?.({ round, rounds });
  }
  return runners.map(({ subject, repeats, samplesMs }) => ({ subject: subject.name, repeats, samplesMs }));
}

/** Runs that fill a span. Aims above `minSpanMs`, so that a quicker round still fills it. */
async function findRepeats(
  clock: Clock,
  subject: Subject,
  minSpanMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const targetMs = minSpanMs * 1.25 + (clock.kind === 'wall' ? clock.emptySpanMs : 0);
  const mostRepeats = 2 ** 16;
  let repeats = 1;
  // The first run pays for what is made lazily.
  await clock.time(subject, 1);
  for (;;) {
    signal?.throwIfAborted();
    const span = await clock.time(subject, repeats);
    if (span >= targetMs || repeats >= mostRepeats) return repeats;
    // A short span says little about the run: grow by at mostRepeats eightfold before looking again.
    repeats = Math.min(
      mostRepeats,
      Math.max(repeats + 1, Math.ceil(repeats * Math.min(8, targetMs / Math.max(span, 1e-3)))),
    );
  }
}

/** A copy in random order (Fisher-Yates). */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
