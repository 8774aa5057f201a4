import type { AdapterSummary, MissingGpu } from './adapter';
import { isAbort } from './errors';

/** Runs tasks on the GPU for as long as it works, and on the CPU from then on. */
export interface GpuUse {
  /**
   * Runs a task. Where it fails on the GPU and then succeeds on the CPU, the GPU is given up.
   *
   * @param task Gets whether to use the GPU; undefined from it means that a newer request overtook this one.
   * @throws what the task throws without a GPU, and an AbortError as it comes
   */
  run<T>(task: (gpu: boolean) => Promise<T>): Promise<T>;
  /** Why the GPU was given up; undefined while it was not. */
  readonly failure: unknown;
}

/** @param onGivenUp Told once of what went wrong on the GPU. */
export function gpuUse(
  adapter: Promise<AdapterSummary | MissingGpu>,
  onGivenUp: (error: unknown) => void,
): GpuUse {
  let failure: unknown;
  return {
    get failure() {
      return failure;
    },
    async run(task) {
      const isThere = !('why' in (await adapter));
      if (!isThere || failure !== undefined) return task(false);
      try {
        return await task(true);
      } catch (error) {
        if (isAbort(error)) throw error;
        const result = await task(false);
        // Only what the CPU can do was the GPU's fault.
        if (result !== undefined && failure === undefined) {
          failure = error;
          onGivenUp(error);
        }
        return result;
      }
    },
  };
}
