/**
 * A valid call, or several, of every public function that works without a GPU: what tests of all of them start from. A new
 * export that is in none of the lists is a type error here where it takes an object, and fails in unknown-keys.test.ts.
 */

import type { Rope } from 'webgpu-rope';
import { api } from './public-api';
import {
  bucketing,
  config,
  everyBias,
  everyConfig,
  everyEncoding,
  everySource,
  weightsOf,
} from './public-objects';

type Api = typeof api;
type FunctionName = { [K in keyof Api]: Api[K] extends (...args: never) => unknown ? K : never }[keyof Api];

/** What a parameter takes that has keys: no plain value, list or function, and nothing that may be anything. */
type Keyed<T> = unknown extends T
  ? never
  : T extends
        | string
        | number
        | boolean
        | null
        | undefined
        | ArrayLike<unknown>
        | ((...args: never) => unknown)
    ? never
    : T;

type KeyedOf<Args extends readonly unknown[]> = { [I in keyof Args]: Keyed<Args[I]> }[number];

/** The functions with a parameter that has keys. */
type KeyedFunctionName = {
  [K in FunctionName]: Api[K] extends (...args: infer Args) => unknown
    ? [KeyedOf<Required<Args>>] extends [never]
      ? never
      : K
    : never;
}[FunctionName];

type GpuFunctionName =
  | 'requestRopeDevice'
  | 'createRope'
  | 'createTokenTable'
  | 'createQkv'
  | 'createAdditive'
  | 'createAttentionBias'
  | 'createSimilarity'
  | 'uploadTensor'
  | 'readTensor';

/** Arguments of a valid call, made anew for each one. Together, the calls of a function have every key it knows. */
type Calls<K extends FunctionName> = readonly (() => Parameters<Api[K]>)[];

const place = {
  dtype: 'f32',
  heads: 1,
  headDim: 2,
  rotaryDim: 2,
  placement: 'last',
  pairing: 'half',
  layout: 'bshd',
  batch: 1,
  tokens: 1,
  offset: 0,
  capacity: 2,
  strides: { batch: 4, token: 2, head: 2 },
  first: 1,
} as const;
const turn = { positions: 0, inverseFrequencies: [1], attentionFactor: 2 };
const cached = { positions: [0], cosCache: [1], sinCache: [0] };

const ropeReference: Calls<'applyRopeReference'> = [
  () => [new Float32Array(4), { ...place, ...turn, positions: [[0]], inverse: true, pairAxis: [0] }],
  () => [new Float32Array(4), { ...place, ...cached }],
];
const rerotation: Calls<'rerotateReference'> = [
  () => [
    new Float32Array(4),
    { ...place, pairAxis: [0], from: { ...turn }, to: { ...cached, positions: [[0]] } },
  ],
  () => [new Float32Array(4), { ...place, from: { ...cached }, to: { ...turn } }],
];
const additiveReference: Calls<'addRowsReference'> = [
  () => [
    new Float32Array(4),
    {
      dtype: 'f32',
      dim: 2,
      tokens: 1,
      batch: 1,
      offset: 0,
      capacity: 2,
      strides: { batch: 4, token: 2 },
      first: 1,
      scale: 1,
      rows: () => [1, 2],
    },
  ],
];
const head = { heads: 1, headDim: 2, layout: 'bshd', offset: 0 } as const;
const strides = { batch: 4, token: 2, head: 2 };
const norm = { epsilon: 1e-6, over: 'head', weight: [1, 1], onePlusWeight: false } as const;
const qkvTensor = () => ({ ...head, data: new Float32Array(4), capacity: 2, strides, norm });
const qkvCache = () => ({
  data: new Float32Array(4),
  capacity: 2,
  layout: 'bshd' as const,
  offset: 0,
  strides,
  dtype: 'f32' as const,
  shared: false,
});
const qkvCall = {
  dtype: 'f32',
  headDim: 2,
  rotaryDim: 2,
  pairing: 'half',
  tokens: 1,
  batch: 1,
  counts: [1],
  rotates: true,
  rows: [0],
  attentionFactor: 1,
} as const;
const qkvReferences: Calls<'qkvReference'> = [
  () => [
    {
      ...qkvCall,
      positions: [[0]],
      pairAxis: [0],
      inverseFrequencies: [1],
      q: { ...qkvTensor(), rotaryOffset: 0 },
      k: { ...qkvTensor(), rotaryOffset: 0, cache: qkvCache() },
      v: { ...qkvTensor(), cache: qkvCache() },
    },
  ],
  () => [{ ...qkvCall, ...cached, k: qkvTensor() }],
];
const qkvRowShape = { tokens: 1, batch: 1, counts: [1] };
const scores = {
  dtype: 'f32',
  heads: 1,
  queries: 1,
  keys: 1,
  batch: 1,
  queryPositions: [0],
  keyPositions: [0],
  scale: 1,
  offset: 0,
  strides: { batch: 1, head: 1, query: 1 },
} as const;
const biasReference: Calls<'applyBiasReference'> = [
  () => [new Float32Array(1), { ...scores, bias: { slopes: [1] } }],
  () => [new Float32Array(1), { ...scores, bias: { weights: Array<number>(8).fill(1), ...bucketing } }],
];

const image = { height: 2, width: 2 };
const video = { ...image, frames: 1, secondsPerFrame: 1, tokensPerSecond: 1 };

type OwnFunctionName = Exclude<FunctionName, GpuFunctionName>;

/** Calls of functions that take options, or another object with keys. */
export const keyedCalls: { readonly [K in KeyedFunctionName & OwnFunctionName]: Calls<K> } = {
  axial: [() => [4, 2, { order: 'blocks', frequencies: 'shared' }]],
  ropeConfigsFromGguf: [
    () => [
      { 'general.architecture': 'llama', 'llama.attention.key_length': 4, 'llama.block_count': 1 },
      { tensors: { 'rope_freqs.weight': [1, 1] }, strict: true },
    ],
  ],
  ropeConfigsFromHuggingFace: [
    () => [
      { model_type: 'llama', head_dim: 4, num_hidden_layers: 1 },
      { part: 'text', strict: true },
    ],
  ],
  ropeConfigFromGguf: [
    () => [
      { 'general.architecture': 'llama', 'llama.attention.key_length': 4 },
      { tensors: { 'rope_freqs.weight': [1, 1] }, layerType: 'full_attention' },
    ],
    () => [
      {
        'general.architecture': 'phi3',
        'phi3.attention.key_length': 4,
        'phi3.rope.scaling.original_context_length': 64,
      },
      { tensors: { 'rope_factors_long.weight': [1, 1], 'rope_factors_short.weight': [1, 1] } },
    ],
  ],
  ropeConfigFromHuggingFace: [() => [{ head_dim: 4 }, { layerType: 'full_attention' }]],
  ropeConfig: everyConfig.map((each) => () => [{ ...each }]),
  ropeFrequencies: everyConfig.map((each) => () => [{ ...each }, 8]),
  xposScales: [() => [4, 0, { center: 0, scaleBase: 512 }]],
  xposCaches: [() => [{ ...config }, 2, { center: 0, scaleBase: 512 }]],
  fopeCaches: [
    () => [{ ...config }, 2, { cosCoefficients: [1], sinCoefficients: [1], kept: 1, rest: 'still' }],
  ],
  imageGridPositions: [() => [{ ...image, spatialMerge: 1, order: ['row', 'column'], origin: 0 }]],
  videoGridPositions: [() => [{ ...video, spatialMerge: 1, order: ['time', 'row', 'column'], origin: 0 }]],
  joinedPositions: [
    () => [
      {
        axes: 3,
        parts: [
          { tokens: 4, origin: [1, 2, 3], step: 0 },
          { height: 2, width: 2, frames: 2, origin: -1 },
        ],
      },
    ],
  ],
  coordinatePositions: [() => [{ height: 2, width: 2, prefix: 1 }]],
  glmPositions: [() => [{ tokens: 4, sequences: [{ context: 2, mask: 1 }] }]],
  partWords: [
    () => [
      {
        axes: 2,
        parts: [
          { tokens: 4, origin: [1, 2], step: 0 },
          { height: 2, width: 2, frames: 1, origin: -1 },
        ],
      },
    ],
  ],
  mropePositions: [
    () => [
      {
        ids: [1, 2, 0],
        batch: 1,
        mask: [1, true, 0],
        imageToken: 1,
        videoToken: 2,
        images: [{ ...image }],
        videos: [{ ...video }],
        spatialMerge: 2,
      },
    ],
  ],
  permutePairing: [
    () => [
      new Float32Array(4),
      { heads: 1, headDim: 4, rotaryDim: 4, placement: 'last', columns: 1, from: 'half', to: 'interleaved' },
    ],
  ],
  additiveEncoding: everyEncoding.map((each) => () => [{ ...each }]),
  encodingRows: everyEncoding.map((each) => () => [{ ...each }, [0], weightsOf(each)]),
  contextReport: [() => [{ ...config }, 8, 16, { base: { ...config }, axis: 0, samples: 2, distances: [1] }]],
  extensionSchemes: [() => [{ ...config }, 8, 16, { longFactors: [1, 2], shortFactors: [1, 1] }]],
  attentionDecay: [() => [{ ...config }, [1], { sequenceLength: 8, axis: 0, correlation: 1 }]],
  encodingShape: everySource().map((source) => () => [source]),
  positionRows: everySource().map((source) => () => [source, [0]]),
  encodingProperties: everySource().map((source) => () => [source, { length: 3, shifts: [1], extension: 2 }]),
  precisionLoss: everySource().map((source) => () => [source, { length: 3 }]),
  precisionRanking: [() => [[{ title: 'RoPE', source: { rope: { headDim: 4 } } }], { length: 3 }]],
  alibiSlopes: [() => [2, { maxBias: 8 }]],
  attentionBias: everyBias.map((each) => () => [{ ...each }]),
  biasRows: everyBias.map((each) => () => [
    { ...each },
    [0],
    [0],
    each.type === 't5' ? Array<number>(8).fill(1) : undefined,
  ]),
  waveletRows: [() => [{ dim: 2, scales: 2 }, [0]]],
  waveletReference: [
    () => [[1, 2], { heads: 1, headDim: 2, scales: 2, queries: 1, keys: 1, queryStart: 0, keyStart: 0 }],
  ],
  t5Bucket: [() => [0, { ...bucketing }]],
  t5Buckets: [() => [{ ...bucketing }]],
  addRowsReference: additiveReference,
  addRowsReferenceExact: additiveReference,
  applyRopeReference: ropeReference,
  ropeReferenceExact: ropeReference,
  rerotateReference: rerotation,
  rerotateReferenceExact: rerotation,
  qkvReference: qkvReferences,
  qkvReferenceExact: qkvReferences,
  qkvReferenceRows: [
    () => [{ type: 'first', first: 0 }, { ...qkvRowShape }],
    () => [{ type: 'ring', first: 0, capacity: 2 }, { ...qkvRowShape }],
    () => [{ type: 'slots', slots: [0], perSequence: true, rowLength: 1, offset: 0 }, { ...qkvRowShape }],
    () => [
      { type: 'pages', table: [0], pageSize: 2, pagesPerSequence: 1, offset: 0, first: 0, capacity: 2 },
      { ...qkvRowShape },
    ],
  ],
  qkvReferenceStep: [() => [[1, 0, 0], { tokens: 1, batch: 1, perSequence: true, offset: 0 }]],
  applyBiasReference: biasReference,
  biasReferenceExact: biasReference,
};

/** Calls of functions that take lists and numbers alone, or a file, which may have any key. */
export const plainCalls: { readonly [K in Exclude<OwnFunctionName, KeyedFunctionName>]: Calls<K> } = {
  mropeSections: [() => [[1, 2]]],
  mropeInterleaved: [() => [[1, 1, 1]]],
  axialWidths: [() => [[2, 4], 100]],
  bytesPerElement: [() => ['f16']],
  fromStorage: [() => [new Float32Array(1), 'f32']],
  toStorage: [() => [[1, 2], 'f32'], () => [[1, 2], 'f16']],
  encodingCatalogue: [() => [8, 4]],
  similarityMatrix: [() => [[1, 2], 1, 2]],
  crossSimilarity: [() => [[1, 2], [3, 4], 2]],
};

/** Neither plain nor a GPUDevice: enough for what is refused before the device is needed. */
class StandInDevice {
  readonly lost = new Promise<never>(() => {});
  readonly queue = {};
  readonly limits = { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupSizeX: 256 };
  readonly createComputePipelineAsync = noDevice;
  readonly createBuffer = noDevice;
}

function noDevice(): never {
  throw new Error('device: expected a call that is refused before this, got one that went through');
}

const device = new StandInDevice() as unknown as GPUDevice;
const tuning = { workgroupSize: 64 };

/** Calls of functions that need a GPU: they are refused, or fail. Not whole: a device says what some values may be. */
export const gpuCalls: { readonly [K in GpuFunctionName]: Calls<K> } = {
  requestRopeDevice: [() => [{ label: 'device' }]],
  createRope: everyConfig.map((each) => () => [device, { ...each }, { tuning: { ...tuning } }]),
  createTokenTable: everyConfig.map((each) => () => [
    device,
    { ...each },
    { tokens: 4, tuning: { ...tuning } },
  ]),
  createQkv: [() => [null as unknown as Rope]],
  createAdditive: everyEncoding.map((each) => () => [device, { ...each }, { tuning: { ...tuning } }]),
  createAttentionBias: everyBias.map((each) => () => [
    device,
    { ...each },
    { tuning: { ...tuning }, ...(each.type === 't5' && { weights: Array<number>(8).fill(1) }) },
  ]),
  createSimilarity: [() => [device, { label: 'similarity' }]],
  uploadTensor: [() => [device, [1, 2], 'f32', { label: 'tensor' }]],
  readTensor: [() => [device, {} as GPUBuffer, 'f32', { offset: 0 }]],
};

/** A public function by its name, for arguments of any kind. */
export function functionNamed(name: string): (...args: readonly unknown[]) => unknown {
  return (api as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>)[name]!;
}
