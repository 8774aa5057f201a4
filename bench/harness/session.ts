import type { ClockReport } from '../schema';
import { clockOf } from './clock';
import { measureSetting, type NamedPeer, type SettingResult, type SettingSpec } from './row';
import { type TuningSpec, type TuningTrial, trialTunings } from './tunings';

/** How to measure; plain data, so that it can be sent to a page. */
export interface SessionOptions {
  readonly rounds: number;
  readonly minSpanMs: number;
  /** Names of peers. */
  readonly peers: readonly string[];
}

/** What measures on one device, wherever it runs. Arguments and results are plain data. */
export interface BenchSession {
  adapter(): Promise<{ name: string; software: boolean }>;
  clock(): Promise<ClockReport>;
  measure(spec: SettingSpec, options: SessionOptions): Promise<SettingResult>;
  tune(spec: TuningSpec, options: SessionOptions): Promise<TuningTrial[]>;
}

/** What a session is told by its surroundings. */
export interface SessionHooks {
  readonly onProgress: (text: string) => void;
  /** @throws {RangeError} there is no such peer */
  readonly loadPeer: (name: string) => Promise<NamedPeer['make']>;
}

/** Watches a device and measures on it. A GPU error or the loss of the device fails the call in which it happens. */
export function openSession(device: GPUDevice, { onProgress, loadPeer }: SessionHooks): BenchSession {
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const lost = device.lost.then(({ message }): never => {
    throw new Error(`the device was lost: ${message}`);
  });
  // Only a call that waits for it minds.
  lost.catch(() => {});
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    const result = await Promise.race([work, lost]);
    if (errors.length > 0) throw new Error(`WebGPU: ${errors.splice(0).slice(0, 3).join('\n')}`);
    return result;
  };
  return {
    adapter: async () => {
      const { vendor, architecture, device: model, description, isFallbackAdapter } = device.adapterInfo;
      const name =
        [vendor, architecture || model, description].filter(Boolean).join(' ') || 'an adapter without a name';
      const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|warp/i.test(name);
      return { name, software };
    },
    clock: async () => {
      const { kind, reason, emptySpanMs } = await watched(clockOf(device));
      return { kind, reason, emptySpanMs };
    },
    measure: async (spec, { rounds, minSpanMs, peers }) => {
      const named = await Promise.all(peers.map(async (name) => ({ name, make: await loadPeer(name) })));
      return watched(measureSetting(device, spec, { rounds, minSpanMs, peers: named, onProgress }));
    },
    tune: (spec, { rounds, minSpanMs }) =>
      watched(
        trialTunings(device, spec, {
          rounds,
          minSpanMs,
          onProgress: ({ round }) => onProgress(`round ${round} of ${rounds}`),
        }),
      ),
  };
}
