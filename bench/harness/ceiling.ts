import { readTensor } from 'webgpu-rope';
import { type MeasureOptions, measure } from './measure';
import { type MultiplyShape, makeMultiply, multiplyTensors } from './multiply';
import { quantile } from './stats';
import { type EncodedSubject, runOnce } from './subject';

/** The in-place multiply over the bytes that a rotation moves: as fast as this adapter can be asked to be. */
export interface Ceiling extends EncodedSubject {
  /** The shape that was quickest, in words. */
  readonly note: string;
  destroy(): void;
}

/** Rounds in which the shapes are tried against each other. */
const trialRounds = 7;

/** What is tried: short walks suit real GPUs and few tokens, long ones software adapters (bench/NOTES.md). */
const shapes: readonly MultiplyShape[] = [64, 256].flatMap((workgroupSize) => [
  ...[1, 4, 16].map((chunks) => ({ workgroupSize, chunks, byFour: false })),
  ...[16, 40, 160, 640, 1280].map((chunks) => ({ workgroupSize, chunks, byFour: true })),
]);

/**
 * Makes the multiply over so many bytes of Q and of K, in the shape that is quickest here: all shapes are timed
 * interleaved first. Bytes are contiguous even where a partial rotation skips tails, which favours the ceiling.
 *
 * @throws {Error} it does not multiply
 */
export async function makeCeiling(
  device: GPUDevice,
  bytes: { readonly q: number; readonly k: number },
  options: MeasureOptions = {},
): Promise<Ceiling> {
  const tensors = multiplyTensors(device, bytes);
  try {
    await checkMultiply(device, tensors);
    const fitting = shapes.filter(({ chunks }) => chunks === 1 || tensors.q.size / 16 / chunks >= 16);
    const trials = await Promise.all(fitting.map((shape) => makeMultiply(device, tensors, shape)));
    const measured = await measure(device, trials, { ...options, rounds: trialRounds });
    // The least disturbed rounds: a median of few is easily another process's.
    const times = measured.map(({ samplesMs }) => quantile(samplesMs, 0.2));
    const best = trials[times.indexOf(Math.min(...times))] as (typeof trials)[0];
    return {
      name: 'ceiling',
      note: `in-place ${best.name} chunks of 16 bytes`,
      encode: best.encode,
      destroy: tensors.destroy,
    };
  } catch (error) {
    tensors.destroy();
    throw error;
  }
}

/** Doubles the tensors and halves them again, and looks at every element in between. */
async function checkMultiply(
  device: GPUDevice,
  tensors: { q: GPUBuffer; k: GPUBuffer; destroy(): void },
): Promise<void> {
  const shape = { workgroupSize: 64, chunks: 16, byFour: true };
  await runOnce(device, await makeMultiply(device, tensors, shape, 2));
  for (const buffer of [tensors.q, tensors.k]) {
    const block = 2 ** 20;
    for (let offset = 0; offset < buffer.size / 4; offset += block) {
      const length = Math.min(block, buffer.size / 4 - offset);
      const values = await readTensor(device, buffer, 'f32', { offset, length });
      const wrong = values.findIndex((value) => value !== 2);
      if (wrong >= 0)
        throw new Error(
          `ceiling: expected 2 in element ${offset + wrong} of ${buffer.label}, got ${values[wrong]}`,
        );
    }
  }
  await runOnce(device, await makeMultiply(device, tensors, shape, 0.5));
}
