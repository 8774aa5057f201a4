import type { BenchSession } from './harness/session';

/** Calls a method of the inspector protocol, for example `HeapProfiler.startSampling`. */
export type Protocol = (method: string, params?: object) => Promise<unknown>;

/** Somewhere to measure: a browser's page, or Dawn in this process. */
export interface BenchHost extends BenchSession {
  /** What runs WebGPU, for example "Chrome/156.0.8078.79". */
  readonly runtime: string;
  /** Speaks V8's inspector protocol with whatever runs the session. @throws {Error} it is no V8 */
  protocol(): Promise<Protocol>;
  close(): Promise<void>;
}

export interface HostOptions {
  /** Names of peers that will be measured. */
  readonly peers: readonly string[];
  readonly onProgress: (text: string) => void;
  /** More command-line arguments for a browser. */
  readonly args?: readonly string[];
}
