import type { ClockReport } from '../schema';
import { makeMultiply, multiplyTensors } from './multiply';
import { quantile } from './stats';
import { encodeRuns, type Subject } from './subject';

/** Times spans of work on one device. */
export interface Clock extends ClockReport {
  /** Milliseconds that `repeats` runs take, all of them together. */
  time(subject: Subject, repeats: number): Promise<number>;
}

const clocks = new WeakMap<GPUDevice, Promise<Clock>>();

/**
 * The clock to trust on a device: GPU timestamps where it has them and they agree with the wall clock on work of known
 * proportions, else the wall clock around submit and `onSubmittedWorkDone`. Decided once a device.
 */
export function clockOf(device: GPUDevice): Promise<Clock> {
  let clock = clocks.get(device);
  if (!clock) {
    clock = chooseClock(device);
    clocks.set(device, clock);
    clock.catch(() => clocks.delete(device));
  }
  return clock;
}

async function chooseClock(device: GPUDevice): Promise<Clock> {
  const empty: number[] = [];
  for (let i = 0; i < 11; i++) empty.push(await wallTime(device, { name: 'nothing', encode: () => {} }, 1));
  const emptySpanMs = quantile(empty, 0.5);
  const wall = (reason: string): Clock => ({
    kind: 'wall',
    reason,
    emptySpanMs,
    time: (subject, repeats) => wallTime(device, subject, repeats),
  });
  if (!device.features.has('timestamp-query')) return wall('the device has no timestamp-query');
  const stamps = new Timestamps(device);
  const verdict = await compareClocks(device, stamps, emptySpanMs);
  if (!verdict.sane) {
    stamps.destroy();
    return wall(`GPU timestamps cannot be right: ${verdict.numbers}`);
  }
  return {
    kind: 'timestamp',
    reason: `GPU timestamps fill ${verdict.numbers}`,
    emptySpanMs,
    time: (subject, repeats) => stamps.time(subject, repeats),
  };
}

/** Times the same spans by both clocks at once, short ones and long: the GPU's time must fill most of the wall's. */
async function compareClocks(
  device: GPUDevice,
  stamps: Timestamps,
  emptySpanMs: number,
): Promise<{ sane: boolean; numbers: string }> {
  const tensors = multiplyTensors(device, { q: 2 ** 20, k: 2 ** 18 });
  try {
    const subject = await makeMultiply(device, tensors, { workgroupSize: 64, chunks: 16, byFour: true });
    // The first run pays for what is made lazily; of the others the shorter of two, as one is easily disturbed.
    await wallTime(device, subject, 1);
    const shortest = async (runs: number): Promise<number> =>
      Math.min(await wallTime(device, subject, runs), await wallTime(device, subject, runs));
    let repeats = 1;
    while ((await shortest(repeats)) < 10 + emptySpanMs && repeats < 2 ** 16) repeats *= 2;
    const numbers: string[] = [];
    let sane = true;
    for (const runs of [repeats, 4 * repeats]) {
      const spans: { stamp: number; wall: number }[] = [];
      for (let i = 0; i < 9; i++) {
        const begin = performance.now();
        const stamp = await stamps.time(subject, runs);
        spans.push({ stamp, wall: performance.now() - begin });
      }
      // The wall's span also holds the encoding and the trip to the GPU and back.
      const share = quantile(
        spans.map(({ stamp, wall }) => stamp / wall),
        0.5,
      );
      sane &&= share > 0.6 && share < 1.02;
      numbers.push(
        `${(100 * share).toFixed(0)}% of wall-clock spans of ${quantile(
          spans.map((span) => span.wall),
          0.5,
        ).toFixed(0)} ms`,
      );
    }
    return { sane, numbers: numbers.join(', ') };
  } finally {
    tensors.destroy();
  }
}

async function wallTime(device: GPUDevice, subject: Subject, repeats: number): Promise<number> {
  const commands = 'run' in subject ? undefined : encodeRuns(device, subject, repeats).finish();
  // The GPU is idle and has everything encoded so far: the clock starts with the submit alone.
  await device.queue.onSubmittedWorkDone();
  const begin = performance.now();
  if (commands) device.queue.submit([commands]);
  else if ('run' in subject) await subject.run(repeats);
  await device.queue.onSubmittedWorkDone();
  return performance.now() - begin;
}

/** Two timestamps around a span, and the buffers to read them. */
class Timestamps {
  private readonly set: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

  constructor(private readonly device: GPUDevice) {
    this.set = device.createQuerySet({ label: 'bench timestamps', type: 'timestamp', count: 2 });
    this.resolved = device.createBuffer({
      label: 'bench timestamps',
      size: 16,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    this.readable = device.createBuffer({
      label: 'bench timestamps, readable',
      size: 16,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }

  async time(subject: Subject, repeats: number): Promise<number> {
    const { device, set, resolved, readable } = this;
    await device.queue.onSubmittedWorkDone();
    if ('run' in subject) {
      // The subject submits its own passes: its span lies between two empty passes of ours in the same queue.
      this.submitEmptyPass({ querySet: set, beginningOfPassWriteIndex: 0 });
      await subject.run(repeats);
      this.submitEmptyPass({ querySet: set, endOfPassWriteIndex: 1 });
    } else {
      const writes = { querySet: set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
      device.queue.submit([encodeRuns(device, subject, repeats, writes).finish()]);
    }
    const encoder = device.createCommandEncoder({ label: 'bench timestamps' });
    encoder.resolveQuerySet(set, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16);
    device.queue.submit([encoder.finish()]);
    await readable.mapAsync(GPUMapMode.READ);
    const [begin, end] = new BigUint64Array(readable.getMappedRange());
    const nanoseconds = Number((end as bigint) - (begin as bigint));
    readable.unmap();
    return nanoseconds / 1e6;
  }

  private submitEmptyPass(timestampWrites: GPUComputePassTimestampWrites): void {
    const encoder = this.device.createCommandEncoder({ label: 'bench timestamp' });
    encoder.beginComputePass({ label: 'bench timestamp', timestampWrites }).end();
    this.device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.set.destroy();
    this.resolved.destroy();
    this.readable.destroy();
  }
}
