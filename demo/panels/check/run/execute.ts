import { requestRopeDevice } from 'webgpu-rope';
import {
  clockOf,
  type Measurement,
  makeCeiling,
  makeRotation,
  measure,
  type Rotation,
  summarise,
} from '../../../../bench/harness';
import { checkAgainstReference, readerOf } from '../../../../bench/harness/check';
import { runOnce } from '../../../../bench/harness/subject';
import { presetBySlug } from '../../../../bench/presets';
import { summarise as summariseAdapter } from '../../../shell/adapter';
import { capacity } from '../choice';
import type { OnProgress, RunRequest, RunResult, Timing } from './types';

const rounds = 31;
const minSpanMs = 10;

/**
 * One run from start to end, on a device of its own: rotate Q and K, compare every element with the reference, time it
 * against an in-place multiply. Meant for a worker, as the comparing is hard work for the CPU; the GPU part is not.
 *
 * @throws {Error} in words for the visitor: no device, out of memory, the GPU refused or was lost
 */
export async function execute(request: RunRequest, onProgress: OnProgress): Promise<RunResult> {
  onProgress({ stage: 'device', text: 'asking for the GPU' });
  let fail: (error: Error) => void = () => {};
  const trouble = new Promise<never>((_, reject) => {
    fail = reject;
  });
  trouble.catch(() => {});
  const device = await requestRopeDevice({
    onLost: (info) => fail(new Error(`The GPU device was lost (${info.reason}): ${info.message}`)),
  });
  device.addEventListener('uncapturederror', ({ error }) =>
    fail(new Error(`The GPU refused: ${error.message}`)),
  );
  try {
    return await Promise.race([run(device, request, onProgress), trouble]);
  } finally {
    device.destroy();
  }
}

async function run(
  device: GPUDevice,
  { choice, config, adapter: known }: RunRequest,
  onProgress: OnProgress,
): Promise<RunResult> {
  onProgress({ stage: 'tables', text: 'building tables, filling Q and K' });
  const preset = presetBySlug(choice.preset);
  const rotation = await makeRotation(device, { ...choice, preset, config }, { capacity });
  onProgress({ stage: 'rotating', text: 'rotating' });
  await runOnce(device, rotation);
  await device.queue.onSubmittedWorkDone();
  const check = await compare(device, rotation, onProgress);
  const { q, k } = rotation.setting.elements;
  // Older implementations keep the adapter's name from the device.
  const info = device.adapterInfo as GPUAdapterInfo | undefined;
  return {
    choice,
    adapter: info ? summariseAdapter(info) : known,
    browser: navigator.userAgent,
    platform: navigator.platform,
    date: new Date().toISOString(),
    elements: q + k,
    check,
    timing: check.ok ? await time(device, rotation, onProgress) : null,
  };
}

/** Compares all of Q and K with the reference, block by block. */
function compare(device: GPUDevice, rotation: Rotation, onProgress: OnProgress): Promise<RunResult['check']> {
  const { setting } = rotation;
  const all = setting.elements.q + setting.elements.k;
  const read = readerOf(device, rotation, setting.dtype);
  let done = 0;
  return checkAgainstReference(setting, (tensor, offset, length) => {
    onProgress({ stage: 'checking', text: `checking ${Math.floor((100 * done) / all)}%`, share: done / all });
    done += length;
    return read(tensor, offset, length);
  });
}

async function time(device: GPUDevice, rotation: Rotation, onProgress: OnProgress): Promise<Timing> {
  onProgress({ stage: 'timing', text: 'choosing a clock' });
  const clock = await clockOf(device);
  onProgress({ stage: 'timing', text: 'finding the ceiling' });
  const { setting } = rotation;
  const ceiling = await makeCeiling(device, setting.rotatedBytes, {
    minSpanMs,
    clock,
    onProgress: ({ round, rounds }) =>
      onProgress({
        stage: 'timing',
        text: `finding the ceiling, round ${round} of ${rounds}`,
        share: round / rounds,
      }),
  });
  const measured = await measure(device, [rotation, ceiling], {
    rounds,
    minSpanMs,
    clock,
    onProgress: ({ round }) =>
      onProgress({ stage: 'timing', text: `timing round ${round} of ${rounds}`, share: round / rounds }),
  });
  const [ours, theirs] = measured as [Measurement, Measurement];
  const summary = summarise(ours.samplesMs);
  const limit = summarise(theirs.samplesMs);
  const { kind, reason, emptySpanMs } = clock;
  return {
    ...summary,
    gbPerSecond: setting.bytesMoved / summary.medianMs / 1e6,
    ceilingShare: limit.medianMs / summary.medianMs,
    ceiling: limit,
    repeats: ours.repeats,
    ceilingRepeats: theirs.repeats,
    rounds,
    minSpanMs,
    clock: { kind, reason, emptySpanMs },
  };
}
