/** How the kernel spreads its work over an adapter. */
export interface RopeTuning {
  /** Invocations in a workgroup: 1 to the device's limit. Whole warps on a real GPU. */
  readonly workgroupSize: number;
  /**
   * Invocations below which heads are dealt into more groups. An invocation reads cos and sin once for all its heads, so
   * few groups save table reads; many fill the adapter when there are few tokens.
   */
  readonly invocations: number;
  /**
   * Whether an invocation loads its first head before cos and sin: on a GPU it then waits for memory once rather than twice; a
   * software adapter runs both sides of the branch that takes.
   */
  readonly firstHeadAhead: boolean;
}

/**
 * Software adapters run invocations in turn on a few cores: parallelism past those buys nothing, reuse does.
 * Evidence: bench/NOTES.md.
 */
const software: RopeTuning = { workgroupSize: 32, invocations: 64, firstHeadAhead: false };

/**
 * Real GPUs: two warps a workgroup, and enough invocations to cover the latency of memory (bandwidth times latency is
 * about 3 MB on the largest, 32 bytes an invocation). Reasoned, not measured: none was at hand yet.
 */
const hardware: RopeTuning = { workgroupSize: 64, invocations: 262_144, firstHeadAhead: true };

/** The tuning for a device's adapter. */
export function defaultTuning(device: GPUDevice): RopeTuning {
  // Older implementations leave adapterInfo out.
  const info = device.adapterInfo as GPUAdapterInfo | undefined;
  const isSoftware = info !== undefined && (info.isFallbackAdapter || info.architecture === 'swiftshader');
  return isSoftware ? software : hardware;
}

/** Groups that the heads are dealt into, for `itemsPerGroup` = units a head x tokens x batch. */
export function headGroups(tuning: RopeTuning, itemsPerGroup: number, heads: number): number {
  return Math.min(heads, Math.max(1, Math.ceil(tuning.invocations / itemsPerGroup)));
}
