/** The kernels of a model, bound to its weights and to the buffers between them. */
import type { Qkv } from 'webgpu-rope';
import { type CacheOptions, cacheLayouts, mapStride } from './cache-rows';
import type { Workshop } from './gpu';
import code from './kernels.wgsl?raw';
import type { LayerWeights, Model } from './model';
import { createStep } from './step';

/** Buffers that are written before each call, u32: of each token, of each entry (`last`), of the cache (`map`). */
export type Inputs = Readonly<Record<'ids' | 'positions' | 'slots' | 'seen' | 'last' | 'map', GPUBuffer>>;

export interface Network {
  readonly inputs: Inputs;
  /** [entries, vocabulary] */
  readonly logits: GPUBuffer;
  readonly layers: readonly { readonly kCache: GPUBuffer; readonly looks: GPUBuffer }[];
  /** Appends all dispatches for so many tokens, of so many entries. */
  encode(pass: GPUComputePassEncoder, tokens: number, entries: number): void;
}

export async function createNetwork(
  workshop: Workshop,
  { shape, ...model }: Model,
  between: Qkv,
  cache: CacheOptions & { readonly maxTokens: number },
): Promise<Network> {
  const { dim, hidden, heads, kvHeads, headDim, vocabulary } = shape;
  const { sequences, capacity, pageSize, layout, dtype, maxTokens } = cache;
  const width = (heads + 2 * kvHeads) * headDim;
  const compile = workshop.compiler(code);
  const [gather, norm, attention, swiglu, qkv, wo, gateUp, w2, classifier] = await Promise.all([
    compile('gather', { OUTPUTS: dim }),
    compile('norm', { OUTPUTS: dim }),
    compile('attention', {
      HEADS: heads,
      KV_HEADS: kvHeads,
      HEAD_DIM: headDim,
      F16_CACHE: Number(dtype === 'f16'),
      LAYOUT: cacheLayouts.indexOf(layout),
      CAPACITY: capacity,
      PAGE_SIZE: pageSize,
      MAP_STRIDE: mapStride(cache),
    }),
    compile('swiglu', { OUTPUTS: hidden }),
    compile('product', { INPUTS: dim, OUTPUTS: width }),
    compile('product', { INPUTS: dim, OUTPUTS: dim, ADD: 1 }),
    compile('product', { INPUTS: dim, OUTPUTS: 2 * hidden }),
    compile('product', { INPUTS: hidden, OUTPUTS: dim, ADD: 1 }),
    compile('product', { INPUTS: dim, OUTPUTS: vocabulary }),
  ]);
  const step = createStep(between, shape, { dtype, capacity: sequences * capacity });

  const perToken = (name: string, elements: number): GPUBuffer => workshop.buffer(name, maxTokens * elements);
  const perEntry = (name: string, elements: number): GPUBuffer => workshop.buffer(name, sequences * elements);
  const ids = perToken('ids', 1);
  const positions = perToken('positions', 1);
  const slots = perToken('slots', 1);
  const seen = perToken('seen', 2);
  const last = perEntry('last', 1);
  const map = perEntry('map', mapStride(cache));
  const x = perToken('x', dim);
  const normed = perToken('normed', dim);
  const packed = perToken('qkv', width);
  const mixed = perToken('mixed', dim);
  const gates = perToken('gates', 2 * hidden);
  const inner = perToken('inner', hidden);
  const lastX = perEntry('last x', dim);
  const lastNormed = perEntry('last normed', dim);
  const logits = perEntry('logits', vocabulary);
  const embedding = workshop.buffer('embedding', model.embedding);
  const isShared = model.classifier === model.embedding;
  const classes = isShared ? embedding : workshop.buffer('classifier', model.classifier);
  const cacheWords = (capacity * kvHeads * headDim) / (dtype === 'f16' ? 2 : 1);

  const bindLayer = async (weights: LayerWeights) => {
    const kCache = perEntry('K', cacheWords);
    const vCache = perEntry('V', cacheWords);
    const looks = perToken('looks', heads * capacity);
    // Matrices that read the same are one: fewer launches.
    const weight = (...names: (keyof LayerWeights)[]): GPUBuffer =>
      workshop.buffer(names.join(), Float32Array.from(names.flatMap((name) => [...weights[name]])));
    return {
      kCache,
      looks,
      attentionNorm: norm({ 0: x, 1: weight('attentionNorm'), 3: normed }),
      qkv: qkv({ 0: normed, 1: weight('wq', 'wk', 'wv'), 3: packed }),
      step: await step({ qkv: packed, positions, slots, kCache, vCache }),
      attention: attention({ 0: packed, 2: seen, 3: mixed, 4: kCache, 5: vCache, 6: map, 7: looks }),
      wo: wo({ 0: mixed, 1: weight('wo'), 3: x }),
      ffnNorm: norm({ 0: x, 1: weight('ffnNorm'), 3: normed }),
      gateUp: gateUp({ 0: normed, 1: weight('w1', 'w3'), 3: gates }),
      swiglu: swiglu({ 0: gates, 3: inner }),
      w2: w2({ 0: inner, 1: weight('w2'), 3: x }),
    };
  };
  const layers = await Promise.all(model.layers.map(bindLayer));
  const embed = gather({ 0: embedding, 2: ids, 3: x });
  const takeLast = gather({ 0: x, 2: last, 3: lastX });
  const finalNorm = norm({ 0: lastX, 1: workshop.buffer('norm', model.norm), 3: lastNormed });
  const classify = classifier({ 0: lastNormed, 1: classes, 3: logits });

  const groups = (elements: number): number => Math.ceil(elements / 64);
  return {
    inputs: { ids, positions, slots, seen, last, map },
    logits,
    layers,
    encode(pass, tokens, entries) {
      embed.run(pass, tokens);
      for (const layer of layers) {
        layer.attentionNorm.run(pass, tokens);
        layer.qkv.run(pass, groups(width), tokens);
        layer.step(pass, tokens);
        layer.attention.run(pass, heads, tokens);
        layer.wo.run(pass, groups(dim), tokens);
        layer.ffnNorm.run(pass, tokens);
        layer.gateUp.run(pass, groups(2 * hidden), tokens);
        layer.swiglu.run(pass, groups(hidden), tokens);
        layer.w2.run(pass, groups(dim), tokens);
      }
      takeLast.run(pass, entries);
      finalNorm.run(pass, entries);
      classify.run(pass, groups(vocabulary), entries);
    },
  };
}
