/** Objects that public functions take, valid, and together with every key that there is. */
import type { api } from './public-api';

type Api = typeof api;

const parts = { factor: 4, originalPositions: 4096, betaFast: 16, betaSlow: 2, truncate: false };
export const everyConfig = [
  { headDim: 4, rotaryDim: 4, theta: 100, pairing: 'half', trainedPositions: 64, assumptions: ['none'] },
  { headDim: 4, rotaryDim: 2, placement: 'last', direction: 'reversed' },
  { headDim: 4, axes: { count: 2, pairAxis: [0, 1], frequencyIndex: [0, 0] } },
  { headDim: 4, scaling: { type: 'default' } },
  { headDim: 4, scaling: { type: 'explicit', inverseFrequencies: [1, 0.5], attentionFactor: 2 } },
  { headDim: 4, scaling: { type: 'divisors', divisors: [1, 2] } },
  { headDim: 4, scaling: { type: 'linear', factor: 2 } },
  { headDim: 4, scaling: { type: 'ntk', factor: 2 } },
  { headDim: 4, scaling: { type: 'dynamic', factor: 2, originalPositions: 64 } },
  { headDim: 4, scaling: { type: 'yarn', ...parts, mscale: 1, mscaleAllDim: 1, attentionFactor: 1 } },
  { headDim: 4, scaling: { type: 'ntk-by-parts', ...parts } },
  {
    headDim: 4,
    scaling: {
      type: 'longrope',
      shortFactors: [1, 1],
      longFactors: [1, 2],
      originalPositions: 64,
      factor: 2,
      attentionFactor: 1,
    },
  },
  {
    headDim: 4,
    scaling: { type: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalPositions: 64 },
  },
  { headDim: 4, scaling: { type: 'proportional', rotatedFraction: 0.5, factor: 2 } },
] as const satisfies readonly Parameters<Api['ropeConfig']>[0][];
export const config = everyConfig[0];

export const everyEncoding = [
  { type: 'learned', dim: 2, rows: 5, offset: 1, axes: 1 },
  { type: 'sinusoidal', dim: 4, base: 100, layout: 'concat', endpoint: true, axes: 1 },
  { type: 'binary', dim: 4, axes: 1 },
  { type: 'integer', dim: 2, divisor: 2, axes: 1 },
] as const satisfies readonly Parameters<Api['additiveEncoding']>[0][];
export const weightsOf = ({ type }: { type: string }): number[] | undefined =>
  type === 'learned' ? Array<number>(10).fill(0.5) : undefined;

export const everySource = (): Parameters<Api['encodingShape']>[0][] => [
  { rope: config, sequenceLength: 8 },
  { rope: { headDim: 4 }, fope: { cosCoefficients: [1], sinCoefficients: [1], kept: 1, rest: 'ones' } },
  { wavelet: { dim: 4, scales: 2 } },
  ...everyEncoding.map((encoding) => ({ encoding, weights: weightsOf(encoding) })),
];

export const bucketing = { buckets: 8, maxDistance: 16, bidirectional: false };
export const everyBias = [
  { type: 'alibi', heads: 1, maxBias: 8 },
  { type: 't5', heads: 1, ...bucketing },
] as const satisfies readonly Parameters<Api['attentionBias']>[0][];
