import { describe, expect, it } from 'vitest';
import * as root from 'webgpu-rope';
import * as additive from 'webgpu-rope/additive';
import * as analysis from 'webgpu-rope/analysis';
import * as bias from 'webgpu-rope/bias';
import * as reference from 'webgpu-rope/reference';

const api = { ...root, ...additive, ...analysis, ...bias, ...reference };

/**
 * Every public function refuses an option that it does not know, at every depth: a misspelt one would else be ignored, and
 * the numbers be others than the caller meant.
 */

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

/** They take a GPUDevice, and test/gpu has their options. */
const gpuFunctions = [
  'requestRopeDevice',
  'createRope',
  'createAdditive',
  'createAttentionBias',
  'createSimilarity',
  'uploadTensor',
  'readTensor',
] as const satisfies readonly FunctionName[];

/** Lists and numbers alone; `ropeConfigsFromHuggingFace` takes a file, which may have any key. */
const withoutKeys = [
  'mropeSections',
  'mropeInterleaved',
  'axialWidths',
  'ropeConfigsFromHuggingFace',
  'bytesPerElement',
  'fromStorage',
  'toStorage',
  'encodingCatalogue',
  'similarityMatrix',
  'crossSimilarity',
] as const satisfies readonly Exclude<FunctionName, KeyedFunctionName>[];

/** Arguments of a valid call, made anew for each one. Together, the calls of a function have every key it knows. */
type Calls<K extends FunctionName> = readonly (() => Parameters<Api[K]>)[];

const parts = { factor: 4, originalPositions: 4096, betaFast: 16, betaSlow: 2, truncate: false };
const everyConfig = [
  { headDim: 4, rotaryDim: 4, theta: 100, pairing: 'half', trainedPositions: 64, assumptions: ['none'] },
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
const config = everyConfig[0];

const everyEncoding = [
  { type: 'learned', dim: 2, rows: 5, offset: 1, axes: 1 },
  { type: 'sinusoidal', dim: 4, base: 100, layout: 'concat', endpoint: true, axes: 1 },
  { type: 'binary', dim: 4, axes: 1 },
  { type: 'integer', dim: 2, divisor: 2, axes: 1 },
] as const satisfies readonly Parameters<Api['additiveEncoding']>[0][];
const weightsOf = ({ type }: { type: string }): number[] | undefined =>
  type === 'learned' ? Array<number>(10).fill(0.5) : undefined;

const everySource = (): Parameters<Api['encodingShape']>[0][] => [
  { rope: config, sequenceLength: 8 },
  ...everyEncoding.map((encoding) => ({ encoding, weights: weightsOf(encoding) })),
];

const bucketing = { buckets: 8, maxDistance: 16, bidirectional: false };
const everyBias = [
  { type: 'alibi', heads: 1, maxBias: 8 },
  { type: 't5', heads: 1, ...bucketing },
] as const satisfies readonly Parameters<Api['attentionBias']>[0][];

const place = {
  dtype: 'f32',
  heads: 1,
  headDim: 2,
  rotaryDim: 2,
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
const cached = { positions: 0, cosCache: [1], sinCache: [0] };

const ropeReference: Calls<'applyRopeReference'> = [
  () => [new Float32Array(4), { ...place, ...turn, inverse: true, pairAxis: [0] }],
  () => [new Float32Array(4), { ...place, ...cached }],
];
const rerotation: Calls<'rerotateReference'> = [
  () => [new Float32Array(4), { ...place, pairAxis: [0], from: { ...turn }, to: { ...cached } }],
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
const scores = {
  dtype: 'f32',
  heads: 1,
  queries: 1,
  keys: 1,
  batch: 1,
  queryPositions: 0,
  keyPositions: 0,
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

const calls: { readonly [K in Exclude<KeyedFunctionName, (typeof gpuFunctions)[number]>]: Calls<K> } = {
  axial: [() => [4, 2, { order: 'blocks', frequencies: 'shared' }]],
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
  imageGridPositions: [() => [{ ...image, spatialMerge: 1, order: ['row', 'column'], origin: 0 }]],
  videoGridPositions: [() => [{ ...video, spatialMerge: 1, order: ['time', 'row', 'column'], origin: 0 }]],
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
      { heads: 1, headDim: 4, rotaryDim: 4, columns: 1, from: 'half', to: 'interleaved' },
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
  alibiSlopes: [() => [2, { maxBias: 8 }]],
  attentionBias: everyBias.map((each) => () => [{ ...each }]),
  biasRows: everyBias.map((each) => () => [
    { ...each },
    [0],
    [0],
    each.type === 't5' ? Array<number>(8).fill(1) : undefined,
  ]),
  t5Bucket: [() => [0, { ...bucketing }]],
  t5Buckets: [() => [{ ...bucketing }]],
  addRowsReference: additiveReference,
  addRowsReferenceExact: additiveReference,
  applyRopeReference: ropeReference,
  ropeReferenceExact: ropeReference,
  rerotateReference: rerotation,
  rerotateReferenceExact: rerotation,
  applyBiasReference: biasReference,
  biasReferenceExact: biasReference,
};

/** Arguments that are files, not options: any key may stand in them. */
const files: Readonly<Record<string, number>> = { ropeConfigFromGguf: 0, ropeConfigFromHuggingFace: 0 };

type Path = readonly (string | number)[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Where objects are, at any depth: in options, and in lists of them. */
function objectsIn(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((entry, i) => objectsIn(entry, [...path, i]));
  if (!isObject(value)) return [];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => objectsIn(entry, [...path, key]))];
}

/** The same value with one more key in the object at `path`; nothing of it is changed in place. */
function withKey(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return { ...(value as object), unknownKey: 1 };
  if (Array.isArray(value)) return value.map((entry, i) => (i === step ? withKey(entry, rest) : entry));
  const object = value as Record<string, unknown>;
  return { ...object, [step]: withKey(object[step], rest) };
}

const functions = api as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

it('every public function is in one of the three lists', () => {
  const exported = Object.entries(api).filter(([, value]) => typeof value === 'function');
  const listed = [...Object.keys(calls), ...withoutKeys, ...gpuFunctions];
  expect(listed.sort()).toEqual(exported.map(([name]) => name).sort());
});

describe.each(Object.entries(calls))('%s', (name, makers) => {
  const call = functions[name]!;

  it('takes every key it knows', () => {
    for (const make of makers) expect(() => call(...make())).not.toThrow();
  });

  const places = makers.flatMap((make: () => readonly unknown[]) =>
    objectsIn(make())
      .filter(([argument]) => argument !== files[name])
      .map((path) => ({ make, path, place: path.join('.') })),
  );

  it.each(places)('refuses an unknown key in argument $place', ({ make, path }) => {
    const args = withKey(make(), path) as unknown[];
    expect(() => call(...args)).toThrow(TypeError);
    expect(() => call(...args)).toThrow(/expected only .*, got "unknownKey"$/);
  });
});
