import { type RopeConfig, type RopeConfigInput, type RopeScaling, ropeConfig } from 'webgpu-rope';
import {
  type ContextPair,
  type ContextReport,
  contextReport,
  type ExtensionName,
  type ExtensionScheme,
  extensionSchemes,
} from 'webgpu-rope/analysis';
import { smoothedDecay, spreadDistances } from './smoothing';
import type { Parameters } from './state';

/** What is compared: plain data, as it goes to the worker. */
export interface Comparison {
  /** The model without any extension. */
  readonly config: RopeConfigInput;
  readonly trained: number;
  readonly target: number;
  readonly parameters: Parameters;
}

/** How many pairs a scheme leaves as they are, divides by the ratio of the lengths in full, and treats in between. */
export interface Treatment {
  readonly kept: number;
  readonly between: number;
  readonly divided: number;
}

export interface ComparedScheme {
  readonly name: ExtensionName;
  readonly title: string;
  /** What was chosen where the scheme leaves a choice, and its source. */
  readonly note: string;
  readonly config: RopeConfig;
  readonly report: ContextReport;
  /** q·k by distance, each averaged from half the distance to one and a half times it; at `report.decay.distances`. */
  readonly smooth: Float64Array;
  readonly treatment: Treatment;
}

/** Points of a decay curve. */
const points = 240;

/** Lays all schemes side by side for one model and two lengths. */
export function compareSchemes(comparison: Comparison): ComparedScheme[] {
  const { config, trained, target, parameters } = comparison;
  const distances = spreadDistances(target - 1, points);
  return extensionSchemes(config, trained, target).map((scheme) => {
    const chosen = withParameters(scheme, parameters);
    const report = contextReport(chosen.config, trained, target, { distances });
    const frequencies = Float64Array.from(report.pairs, ({ frequency }) => frequency);
    return {
      ...chosen,
      report,
      smooth: distances.map((distance) => smoothedDecay(frequencies, distance)),
      treatment: treatmentOf(report.pairs, Math.max(1, target / trained)),
    };
  });
}

/** A scheme with the parameters chosen; its note says which where they are not the paper's. */
function withParameters(scheme: ExtensionScheme, parameters: Parameters): ExtensionScheme {
  const { betaFast, betaSlow, lowFreqFactor, highFreqFactor } = parameters;
  const { config } = scheme;
  const scaledBy = (scaling: RopeScaling): RopeConfig => ropeConfig({ ...config, scaling });
  if (config.scaling.type === 'yarn' && (betaFast !== 32 || betaSlow !== 1)) {
    return {
      ...scheme,
      note: `Beta fast ${betaFast} and beta slow ${betaSlow}, as chosen here; the paper has 32 and 1. arXiv:2309.00071.`,
      config: scaledBy({ ...config.scaling, betaFast, betaSlow }),
    };
  }
  if (config.scaling.type === 'llama3' && (lowFreqFactor !== 1 || highFreqFactor !== 4)) {
    return {
      ...scheme,
      note: `Low and high frequency factors of ${lowFreqFactor} and ${highFreqFactor}, as chosen here; Llama 3.1 has 1 and 4. arXiv:2407.21783.`,
      config: scaledBy({ ...config.scaling, lowFreqFactor, highFreqFactor }),
    };
  }
  return scheme;
}

/** Roundings of float64 are no treatment. */
const slack = 1e-9;

export function treatmentOf(pairs: readonly Pick<ContextPair, 'ratio'>[], factor: number): Treatment {
  const kept = pairs.filter(({ ratio }) => ratio >= 1 - slack).length;
  const divided = pairs.filter(({ ratio }) => ratio < 1 - slack && ratio * factor <= 1 + slack).length;
  return { kept, divided, between: pairs.length - kept - divided };
}
