import { type RopeDtype, readTensor, type StorageArray } from 'webgpu-rope';
import { checkContract } from './contract';
import { seededElements } from './data';
import { type Rotation, type Setting, seeds } from './rotation';
import { runOnce } from './subject';

/** How a rotation compares with the float64 reference. */
export interface CheckResult {
  /** Whether every element, rotated or not, keeps the numerics contract (design, "Numerics contract"). */
  readonly ok: boolean;
  /** Largest |result - reference|, for inputs in (-1, 1). */
  readonly maxError: number;
  /** Largest error as a share of what the contract allows; at most 1 where it is kept. */
  readonly worst: number;
  /** The first element that breaks it, in words; empty where none does. */
  readonly failure: string;
}

/** Reads some elements of a result tensor. */
export type ReadElements = (tensor: 'q' | 'k', offset: number, length: number) => Promise<StorageArray>;

/** Elements compared at a time: the reference takes eight bytes for each. */
const blockElements = 2 ** 20;

/**
 * Fills a rotation's buffers, rotates them once and compares every element with the CPU reference, tails and all.
 * Between blocks it lets the page breathe.
 */
export async function checkRotation(
  device: GPUDevice,
  rotation: Rotation,
  signal?: AbortSignal,
): Promise<CheckResult> {
  rotation.fill();
  await runOnce(device, rotation);
  const { setting } = rotation;
  return checkAgainstReference(setting, readerOf(device, rotation, setting.dtype), signal);
}

/** Reads Q and K from two buffers that hold nothing else. */
export function readerOf(
  device: GPUDevice,
  buffers: { readonly q: GPUBuffer; readonly k: GPUBuffer },
  dtype: RopeDtype,
): ReadElements {
  return (tensor, offset, length) => readTensor(device, buffers[tensor], dtype, { offset, length });
}

/** Compares what a subject made of the seeded tensors with the reference. */
export async function checkAgainstReference(
  setting: Setting,
  read: ReadElements,
  signal?: AbortSignal,
): Promise<CheckResult> {
  const { preset, tokens, batch, dtype, start, config, frequencies } = setting;
  let maxError = 0;
  let worst = 0;
  let failure = '';
  for (const tensor of ['q', 'k'] as const) {
    const heads = tensor === 'q' ? preset.qHeads : preset.kHeads;
    const rowElements = heads * config.headDim;
    const rows = Math.max(1, Math.floor(blockElements / rowElements));
    // Blocks end where a sequence does: the next begins at the first position again.
    for (let row = 0, count = 0; row < batch * tokens; row += count) {
      signal?.throwIfAborted();
      const token = row % tokens;
      count = Math.min(rows, tokens - token);
      const length = count * rowElements;
      const result = checkContract({
        before: seededElements(dtype, seeds[tensor], row * rowElements, length),
        after: await read(tensor, row * rowElements, length),
        rotations: {
          dtype,
          heads,
          headDim: config.headDim,
          rotaryDim: config.rotaryDim,
          pairing: config.pairing,
          tokens: count,
          positions: start + token,
          inverseFrequencies: frequencies.inverseFrequencies,
          attentionFactor: frequencies.attentionFactor,
        },
      });
      maxError = Math.max(maxError, result.maxAbsError);
      worst = Math.max(worst, result.worst);
      const [first] = result.failures;
      if (first && !failure) {
        failure = `${tensor}, ${first.place} (from token row ${row} on): got ${first.got}, expected ${first.expected}`;
      }
    }
  }
  return { ok: worst <= 1 && failure === '', maxError, worst, failure };
}
