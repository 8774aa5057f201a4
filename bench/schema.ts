/** What a run of the benchmark writes to its JSON file. */
import type { RopeDtype } from 'webgpu-rope';
import type { DecodeCase } from './harness/decode-cases';
import type { HeapSpot } from './heap-profile';

/** A machine, what ran on it and how it was timed: everything a number needs beside it. */
export interface BenchEnvironment {
  /** The adapter by its own name, for example "google swiftshader". */
  readonly adapter: string;
  /** True where the adapter computes on the CPU: its times are no GPU's. */
  readonly software: boolean;
  /** For example "HeadlessChrome/156.0.8078.79", or "Dawn in Node 20.20.0". */
  readonly browser: string;
  readonly platform: string;
  /** Of webgpu-rope. */
  readonly version: string;
  /** Of the peers measured, by package name. */
  readonly peers: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly date: string;
  /** What the times were taken by, and why. */
  readonly clock: ClockReport;
  readonly rounds: number;
  readonly minSpanMs: number;
  /** Repeats the run. */
  readonly command: string;
}

/** Which clock a run used. */
export interface ClockReport {
  readonly kind: 'timestamp' | 'wall';
  /** Why that one, with the numbers that decided it. */
  readonly reason: string;
  /** Milliseconds that an empty submit takes by the wall clock: contained in every span timed by it, not subtracted. */
  readonly emptySpanMs: number;
}

/** One subject at one setting. */
export interface BenchRow {
  readonly preset: string;
  readonly tokens: number;
  readonly dtype: string;
  /** Position of the first token. */
  readonly start: number;
  /** Heads of Q and of K, where they are not the preset's. */
  readonly qHeads?: number;
  readonly kHeads?: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
  /** `webgpu-rope`, `ceiling` (the in-place multiply over the same bytes) or a peer. */
  readonly subject: string;
  readonly medianMs: number;
  readonly p20Ms: number;
  readonly p80Ms: number;
  /** Bytes that had to move (rotated part of Q and K, read and written) by the median time, in 1e9 bytes a second. */
  readonly gbPerSecond: number;
  /** The ceiling's median time by this one's; 1 is as fast as the multiply. */
  readonly ceilingShare: number;
  /** Largest |result - reference| for inputs in (-1, 1). */
  readonly maxError: number;
  /** Whether every element keeps the numerics contract. A peer may fail it; webgpu-rope may not. */
  readonly withinContract: boolean;
  /** Runs in a timed span. */
  readonly repeats: number;
  /** What else there is to say: the shape the ceiling's tuning picked, the way a peer is run. */
  readonly note: string;
}

/** A peer that was asked for and could not be measured. */
export interface SkippedPeer {
  readonly preset: string;
  readonly tokens: number;
  readonly dtype: string;
  readonly start: number;
  readonly subject: string;
  readonly reason: string;
}

/** A whole run. */
export interface BenchResult {
  readonly environment: BenchEnvironment;
  readonly rows: readonly BenchRow[];
  readonly skipped: readonly SkippedPeer[];
}

/** One cost that `--costs` measures. */
export interface CostRow {
  /** Of the encodes, creations and prefills; tables are f32 whatever they rotate. */
  readonly dtype?: string;
  /** For example "encode, new start each step". */
  readonly what: string;
  readonly unit: 'us' | 'ms' | 'ratio';
  /** Of the samples, as are p20 and p80; none where there are no samples. */
  readonly median?: number;
  readonly p20?: number;
  readonly p80?: number;
  readonly samples: number;
  /** Of a table. */
  readonly bytes?: number;
  /** The largest median that keeps the bar, where there is one. */
  readonly bar?: number;
  readonly note: string;
}

/** A whole run of `--costs`. */
export interface CostResult {
  readonly environment: BenchEnvironment;
  readonly costs: readonly CostRow[];
}

/** What one way to encode allocates. */
export interface HeapRow {
  readonly name: DecodeCase;
  readonly dtype: RopeDtype;
  readonly encodes: number;
  /** Bytes an encode that functions of webgpu-rope allocate. */
  readonly oursPerEncode: number;
  /** By the benchmark's own, with WebGPU's wrappers of encoders, passes and command buffers. */
  readonly harnessPerEncode: number;
  /** What those have more than with the WebGPU calls alone: ours, where the engine inlined our code into theirs. */
  readonly inlinedPerEncode: number;
  readonly restPerEncode: number;
  /** Where ours are, the largest first. */
  readonly spots: readonly HeapSpot[];
}

/** A whole run of `--heap`. */
export interface HeapResult {
  readonly environment: BenchEnvironment;
  readonly heap: readonly HeapRow[];
}

/** What is swept while the rest stays as Llama-3.1-8B has it. */
export type SweepAxis = 'tokens' | 'heads' | 'positions' | 'batch';

/** A row of a sweep: which one, and where on its axis. */
export interface SweepRow extends BenchRow {
  readonly sweep: SweepAxis;
  /** Tokens; heads of Q; the position of the first token; sequences. */
  readonly at: number;
}

/** A whole run of `--sweep`. */
export interface SweepResult extends BenchResult {
  readonly rows: readonly SweepRow[];
}
