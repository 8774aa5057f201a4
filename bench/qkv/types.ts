/** What `npm run bench -- --qkv` writes. */
import type { BenchEnvironment } from '../schema';

/** GPU time of one way to norm, rotate and cache a layer. Times are of a layer. */
export interface QkvRow {
  readonly model: string;
  /** For example "prefill 512". */
  readonly work: string;
  /** `webgpu-rope`, `separate`, `copy`, `onnxruntime-web`; or one of the separate kernels, such as `norm Q`. */
  readonly subject: string;
  readonly medianMs: number;
  readonly p20Ms: number;
  readonly p80Ms: number;
  /** Of a layer; undefined where it is not ours to say. */
  readonly launches?: number;
  /** Bytes that its launches of a layer read and write. */
  readonly bytesMoved?: number;
  /** Bytes of a layer that must move: Q, K and V read once and written once. Of a kernel alone: what it moves. */
  readonly bytesNeeded: number;
  /** Time of a copy of `bytesNeeded` by this one. */
  readonly copyShare: number;
  /** Largest |result - expected|; undefined for what is not checked by itself. */
  readonly maxError?: number;
  readonly repeats: number;
  readonly note: string;
}

/** Host time of a layer at decode. */
export interface QkvHostRow {
  readonly model: string;
  readonly subject: string;
  readonly medianUs: number;
  readonly p20Us: number;
  readonly p80Us: number;
  readonly note: string;
}

export interface QkvSkipped {
  readonly model: string;
  readonly work: string;
  readonly subject: string;
  readonly reason: string;
}

export interface QkvSettingResult {
  readonly rows: readonly QkvRow[];
  readonly skipped: readonly QkvSkipped[];
}

/** A whole run. */
export interface QkvBenchResult {
  readonly environment: BenchEnvironment;
  readonly rows: readonly QkvRow[];
  readonly host: readonly QkvHostRow[];
  readonly skipped: readonly QkvSkipped[];
}
