import type { RopeDtype, RopeOptions } from 'webgpu-rope';
import type { MakePeer } from '../peers/peer';
import { type Preset, presetBySlug } from '../presets';
import type { BenchRow, SkippedPeer } from '../schema';
import { makeCeiling } from './ceiling';
import { type CheckResult, checkAgainstReference, checkRotation } from './check';
import { clockOf } from './clock';
import { configOf } from './config';
import { type Measurement, measure } from './measure';
import { makeRotation, type Setting } from './rotation';
import { type Summary, summarise } from './stats';
import { runOnce, type Subject } from './subject';

/** One setting to measure; plain data, so that it can be sent to a page. */
export interface SettingSpec {
  readonly preset: string;
  readonly tokens: number;
  readonly dtype: RopeDtype;
  /** Position of the first token. */
  readonly start: number;
  /** Heads of Q and of K. Default: the preset's. */
  readonly qHeads?: number;
  readonly kHeads?: number;
  /** Sequences. Default 1. */
  readonly batch?: number;
}

/** A peer and how to make it. */
export interface NamedPeer {
  readonly name: string;
  readonly make: MakePeer;
}

export interface SettingOptions {
  readonly rounds: number;
  readonly minSpanMs: number;
  readonly peers?: readonly NamedPeer[];
  /** For `createRope`. */
  readonly rope?: RopeOptions;
  /** What is going on, in a few words. */
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** What one setting gave. */
export interface SettingResult {
  /** webgpu-rope, the ceiling, then the peers. */
  readonly rows: readonly BenchRow[];
  readonly skipped: readonly SkippedPeer[];
}

/** What is timed, with the outcome of its check. */
interface Candidate {
  readonly subject: Subject;
  readonly check: Pick<CheckResult, 'ok' | 'maxError'>;
  readonly note: string;
}

/**
 * Measures webgpu-rope, the ceiling and peers at one setting: each is checked first, then all are timed interleaved.
 *
 * @throws {Error} the rotation breaks the numerics contract: nothing is timed then. A peer may break it; its row says so.
 */
export async function measureSetting(
  device: GPUDevice,
  spec: SettingSpec,
  options: SettingOptions,
): Promise<SettingResult> {
  const { rounds, minSpanMs, signal, onProgress = () => {} } = options;
  const timing = { rounds, minSpanMs, clock: await clockOf(device), ...(signal && { signal }) };
  onProgress('checking');
  const preset = presetOf(spec);
  const rotation = await makeRotation(device, { ...spec, preset, config: configOf(preset) }, options.rope);
  const owned: { destroy(): void }[] = [rotation];
  try {
    const check = await checkRotation(device, rotation, signal);
    if (!check.ok) throw new Error(`${describe(spec)}: breaks the numerics contract: ${check.failure}`);
    const peers: Candidate[] = [];
    const skipped: SkippedPeer[] = [];
    for (const { name, make } of options.peers ?? []) {
      onProgress(`checking ${name}`);
      const peer =
        rotation.setting.batch === 1 ? await make(device, rotation) : 'peers rotate one sequence here';
      if (typeof peer === 'string') {
        skipped.push({ ...spec, subject: name, reason: peer });
        continue;
      }
      owned.push(peer);
      rotation.fill();
      await runOnce(device, peer.subject);
      const ofPeer = await checkAgainstReference(rotation.setting, peer.read, signal);
      peers.push({ subject: peer.subject, check: ofPeer, note: peer.note });
    }
    rotation.fill();
    onProgress('trying shapes of the ceiling');
    const ceiling = await makeCeiling(device, rotation.setting.rotatedBytes, timing);
    owned.push(ceiling);
    const candidates: Candidate[] = [
      { subject: rotation, check, note: '' },
      { subject: ceiling, check: { ok: true, maxError: 0 }, note: ceiling.note },
      ...peers,
    ];
    const measured = await measure(
      device,
      candidates.map(({ subject }) => subject),
      { ...timing, onProgress: ({ round }) => onProgress(`round ${round} of ${rounds}`) },
    );
    return { rows: rowsOf(spec, rotation.setting, candidates, measured), skipped };
  } finally {
    for (const object of owned.reverse()) object.destroy();
  }
}

/** Candidates and measurements are in the same order; the ceiling is the second. */
function rowsOf(
  spec: SettingSpec,
  { bytesMoved }: Setting,
  candidates: readonly Candidate[],
  measured: readonly Measurement[],
): BenchRow[] {
  const summaries = measured.map(({ samplesMs }) => summarise(samplesMs));
  const ceilingMs = (summaries[1] as Summary).medianMs;
  return candidates.map(({ subject, check, note }, i) => {
    const summary = summaries[i] as Summary;
    return {
      ...spec,
      subject: subject.name,
      ...summary,
      gbPerSecond: bytesMoved / summary.medianMs / 1e6,
      ceilingShare: ceilingMs / summary.medianMs,
      maxError: check.maxError,
      withinContract: check.ok,
      repeats: (measured[i] as Measurement).repeats,
      note,
    };
  });
}

/** The preset of a setting, with the heads that it asks for. */
function presetOf({ preset: slug, qHeads, kHeads }: SettingSpec): Preset {
  const preset = presetBySlug(slug);
  return { ...preset, qHeads: qHeads ?? preset.qHeads, kHeads: kHeads ?? preset.kHeads };
}

/** A setting in words. */
export function describe({ preset, tokens, dtype, start, qHeads, kHeads, batch = 1 }: SettingSpec): string {
  const heads = qHeads === undefined && kHeads === undefined ? '' : ` with ${qHeads} + ${kHeads} heads`;
  const sequences = batch === 1 ? '' : `${batch} sequences of `;
  return `${preset}${heads}, ${sequences}${tokens} tokens, ${dtype}, from position ${start} on`;
}
