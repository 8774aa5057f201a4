import { type GgufOptions, ropeConfigFromGguf } from '../../src/config/gguf';
import {
  type HuggingFaceConfigs,
  ropeConfigFromHuggingFace,
  ropeConfigsFromHuggingFace,
} from '../../src/config/hugging-face';
import type { RopeConfig } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';

/** What one rule of a model has to read to. The README of the golden data has the schema. */
export interface ExpectedRule {
  readonly rotates: boolean;
  readonly headDim?: number;
  readonly rotaryDim?: number;
  readonly pairing?: string;
  readonly placement?: 'last';
  readonly negated?: boolean;
  readonly pair_axis?: readonly number[];
  readonly inv_freq?: readonly number[];
  readonly attention_factor?: number;
}

/** A config or a GGUF header, and what transformers or llama.cpp makes of it. */
export interface ReadingCase {
  readonly id: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly tensors?: GgufOptions['tensors'];
  readonly seq_len?: number;
  readonly may_refuse?: boolean;
  readonly expect: Readonly<Record<string, ExpectedRule>>;
  readonly layers?: { readonly types: readonly string[]; readonly rules: readonly (string | null)[] };
}

/** Relative; the README derives both: transformers computes in float32, with cancellation in the smoothing bands. */
const FREQUENCY_TOLERANCE = 2e-6;
const FACTOR_TOLERANCE = 1e-6;

/** Every way in which a case is read otherwise than it has to be; none where it is right. */
export function faultsOf(golden: ReadingCase): string[] {
  return [...ruleFaults(golden), ...layerFaults(golden)];
}

function ruleFaults(golden: ReadingCase): string[] {
  return Object.entries(golden.expect).flatMap(([type, expected]) => {
    const layerType = type === 'None' ? undefined : type;
    const reading = attempt(() => read(golden, layerType));
    if (!expected.rotates) return reading.value ? [`${type}: rotates`] : [];
    if (!reading.value) return golden.may_refuse ? [] : [`${type}: refused: ${reading.error}`];
    return differences(reading.value, expected, golden.seq_len).map((text) => `${type}: ${text}`);
  });
}

function read({ config, metadata, tensors }: ReadingCase, layerType: string | undefined): RopeConfig {
  if (config) return ropeConfigFromHuggingFace(config, { layerType });
  return ropeConfigFromGguf(metadata, { tensors, layerType });
}

function layerFaults({ config, layers, expect, may_refuse, seq_len }: ReadingCase): string[] {
  if (!layers || !config) return [];
  const { value, error } = attempt(() => ropeConfigsFromHuggingFace(config));
  if (!value) return may_refuse ? [] : [`layers refused: ${error}`];
  const { layerTypes, configs }: HuggingFaceConfigs = value;
  if (layerTypes.length !== layers.types.length)
    return [`${layerTypes.length} layers, not ${layers.types.length}`];
  return layers.rules.flatMap((rule, layer) => {
    const entry = configs[layerTypes[layer]!];
    const expected = rule === null ? null : expect[rule]!;
    if (!expected?.rotates) return entry === null ? [] : [`layer ${layer} (${layerTypes[layer]}): rotates`];
    if (!entry) return [`layer ${layer} (${layerTypes[layer]}): does not rotate`];
    return differences(entry, expected, seq_len).map((text) => `layer ${layer}: ${text}`);
  });
}

/** How a config differs from a rule that rotates. */
function differences(config: RopeConfig, expected: ExpectedRule, sequenceLength = 0): string[] {
  const faults: string[] = [];
  const same = (name: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      faults.push(`${name} ${show(got)}, not ${show(wanted)}`);
  };
  if (expected.headDim !== undefined) same('headDim', config.headDim, expected.headDim);
  same('rotaryDim', config.rotaryDim, expected.rotaryDim);
  same('pairing', config.pairing, expected.pairing);
  same('placement', config.placement, expected.placement ?? 'first');
  if (expected.placement) same('headDim of the slice', config.headDim, expected.rotaryDim);
  if (expected.pair_axis) same('axes', config.axes?.pairAxis, expected.pair_axis);
  if (faults.length > 0) return faults;
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(config, sequenceLength);
  const sign = expected.negated ? -1 : 1;
  const worst = Math.max(...expected.inv_freq!.map((f, i) => relative(inverseFrequencies[i]!, sign * f)));
  if (!(worst <= FREQUENCY_TOLERANCE)) faults.push(`frequencies off by ${worst.toExponential(1)}`);
  if (inverseFrequencies.length !== expected.inv_freq!.length) faults.push('number of frequencies');
  const factor = relative(attentionFactor, expected.attention_factor!);
  if (!(factor <= FACTOR_TOLERANCE)) faults.push(`attention factor ${attentionFactor}`);
  return faults;
}

function relative(got: number, wanted: number): number {
  return got === wanted ? 0 : Math.abs(got / wanted - 1);
}

function show(value: unknown): string {
  return Array.isArray(value) ? value.join('') : String(value);
}

function attempt<T>(call: () => T): { value?: T; error?: string } {
  try {
    return { value: call() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
