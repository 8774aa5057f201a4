import type { RopeDtype } from 'webgpu-rope';
import { isSoftware, nameOfAdapter } from '../../scripts/browsers/adapter';
import type { QkvSpec } from '../qkv/cases';
import { timeQkvHost } from '../qkv/host';
import { type MakeOnnxQkv, measureQkv } from '../qkv/measure';
import type { QkvHostRow, QkvSettingResult } from '../qkv/types';
import type { ClockReport } from '../schema';
import { clockOf } from './clock';
import { type CreationSample, timeCreation } from './creation-costs';
import { makeDecode } from './decode';
import { type DecodeCase, layerCount } from './decode-cases';
import { type DecodeSteps, runSteps } from './decode-steps';
import { type EncodeSamples, timeEncodes } from './encode-costs';
import { measureSetting, type NamedPeer, type SettingResult, type SettingSpec } from './row';
import { compareTables, type TableBuild, type TableKinds, timeTables } from './table-costs';
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
  /** Creates ropes on a device of their own, one after the other: the first has no pipelines to reuse, the others have. */
  creations(dtype: RopeDtype, count: number): Promise<CreationSample[]>;
  encodes(spec: { readonly dtype: RopeDtype; readonly rounds: number }): Promise<EncodeSamples[]>;
  tables(positions: readonly number[], rounds: number): Promise<TableBuild[]>;
  tableKinds(
    spec: { readonly tokens: number; readonly dtype: RopeDtype },
    options: SessionOptions,
  ): Promise<TableKinds>;
  /** Norms, rotation and cache writes of a layer: one encode beside separate kernels. Peers: onnxruntime-web or none. */
  qkv(spec: QkvSpec, options: SessionOptions): Promise<QkvSettingResult>;
  /** Host time of them at decode. */
  qkvHost(model: string, options: SessionOptions): Promise<QkvHostRow[]>;
  /** Prepares encodes for {@link runDecode}, in place of those prepared before. */
  openDecode(kind: DecodeCase, dtype: RopeDtype): Promise<void>;
  /** Encodes at least so many times, and submits none of it; resolves with how often. */
  runDecode(encodes: number): Promise<number>;
}

/** What a session is told by its surroundings. */
export interface SessionHooks {
  readonly onProgress: (text: string) => void;
  /** @throws {RangeError} there is no such peer */
  readonly loadPeer: (name: string) => Promise<NamedPeer['make']>;
  /** @throws {Error} it does not run here */
  readonly loadOnnxQkv: () => Promise<MakeOnnxQkv>;
  /** A device that nothing was compiled on yet. */
  readonly freshDevice: () => Promise<GPUDevice>;
}

const onnxName = 'onnxruntime-web';

/** Watches a device and measures on it. A GPU error or the loss of the device fails the call in which it happens. */
export function openSession(device: GPUDevice, hooks: SessionHooks): BenchSession {
  const { onProgress, loadPeer, loadOnnxQkv, freshDevice } = hooks;
  let decode: DecodeSteps | undefined;
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
      const info = device.adapterInfo;
      return { name: nameOfAdapter(info), software: isSoftware(info) };
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
    creations: async (dtype, count) => {
      const newDevice = await freshDevice();
      try {
        const samples: CreationSample[] = [];
        for (let i = 0; i < count; i++) samples.push(await timeCreation(newDevice, dtype));
        return samples;
      } finally {
        newDevice.destroy();
      }
    },
    encodes: (spec) => watched(timeEncodes(device, spec)),
    tables: async (positions, rounds) => timeTables(positions, rounds),
    tableKinds: (spec, { rounds, minSpanMs }) =>
      watched(
        compareTables(device, spec, {
          rounds,
          minSpanMs,
          onProgress: ({ round }) => onProgress(`round ${round} of ${rounds}`),
        }),
      ),
    qkv: async (spec, { rounds, minSpanMs, peers }) => {
      const makeOnnx = peers.includes(onnxName) ? await loadOnnxQkv() : undefined;
      return watched(measureQkv(device, spec, { rounds, minSpanMs, makeOnnx, onProgress }));
    },
    qkvHost: async (model, { rounds, minSpanMs, peers }) => {
      const makeOnnx = peers.includes(onnxName) ? await loadOnnxQkv() : undefined;
      return watched(timeQkvHost(device, model, { rounds, minSpanMs, makeOnnx }));
    },
    openDecode: async (kind, dtype) => {
      decode?.destroy();
      decode = await watched(makeDecode(device, kind, dtype));
    },
    runDecode: async (encodes) => {
      if (!decode) throw new Error('runDecode: expected openDecode to have been called');
      const steps = Math.ceil(encodes / layerCount);
      await watched(runSteps(device, decode, steps, { submits: false }));
      return steps * layerCount;
    },
  };
}
