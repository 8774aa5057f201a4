import { ropeConfig } from '../config/rope-config';
import type { Pairing, RopeConfigInput } from '../config/types';
import { checkInteger, checkKeys, wrongType } from '../errors';
import { cachedTable } from '../tables/tables';
import type { MadeTable } from './feature';
import { readWords } from './read-words';
import type { RopeOptions } from './rope';

/** Numbers on the host, or f32 in a GPUBuffer with COPY_SRC, which is read once, when the rope is created. */
export type RopeCache = Float32Array | GPUBuffer;

/**
 * Cosines and sines brought by the caller, in place of a config: a row a position. They need not be those of an angle
 * (the ONNX operator takes any numbers). Split: `cosCache` and `sinCache`, `[rows, rotaryDim / 2]` each; combined:
 * `cosSinCache`, `[rows, rotaryDim]`, the cosines of a row and then its sines (FlashInfer's `cos_sin_cache`).
 */
export interface RopeCaches {
  readonly cosCache?: RopeCache;
  readonly sinCache?: RopeCache;
  readonly cosSinCache?: RopeCache;
  /** Elements in one attention head. */
  readonly headDim: number;
  /** Leading elements that rotate; ONNX's `rotary_embedding_dim`, where 0 means all. Default `headDim`. */
  readonly rotaryDim?: number;
  /** ONNX's `interleaved`: 0 is `half`, 1 is `interleaved`. Default `half`. */
  readonly pairing?: Pairing;
}

const keys = ['cosCache', 'sinCache', 'cosSinCache', 'headDim', 'rotaryDim', 'pairing'];

/** Reads the caches into a full table; undefined where the config has none. */
export function readCaches(
  device: GPUDevice,
  config: RopeConfigInput | RopeCaches,
  options: RopeOptions,
): Promise<MadeTable> | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  return 'cosCache' in config || 'sinCache' in config || 'cosSinCache' in config
    ? readTable(device, config, options)
    : undefined;
}

/**
 * @throws {TypeError} a cache is missing or of the wrong kind, an option is for frequencies
 * @throws {RangeError} it holds no whole number of rows
 */
async function readTable(device: GPUDevice, caches: RopeCaches, options: RopeOptions): Promise<MadeTable> {
  for (const key of ['capacity', 'table', 'phases', 'sequenceLength'] as const) {
    if (options[key] !== undefined)
      throw wrongType(key, 'none, as the caller brings the table', options[key]);
  }
  checkKeys('config', caches, keys);
  const { headDim, rotaryDim, pairing, cosSinCache } = caches;
  const config = ropeConfig({ headDim, rotaryDim: rotaryDim === 0 ? headDim : rotaryDim, pairing });
  const pairs = config.rotaryDim / 2;
  if (cosSinCache !== undefined) {
    if (caches.cosCache ?? caches.sinCache)
      throw wrongType('cosSinCache', 'none beside cosCache', cosSinCache);
    const both = await numbersOf(device, 'cosSinCache', cosSinCache);
    const rows = rowsOf('cosSinCache', both, 2 * pairs);
    return {
      config,
      frequencies: null,
      table: cachedTable({ cos: both, sin: both, pairs, rows, stride: 2 * pairs, sinAt: pairs }),
      serves: rows,
    };
  }
  const cos = await numbersOf(device, 'cosCache', caches.cosCache);
  const sin = await numbersOf(device, 'sinCache', caches.sinCache);
  const rows = rowsOf('cosCache', cos, pairs);
  checkInteger('sinCache', sin.length, cos.length, {
    most: cos.length,
    unit: ' of elements, as many as cosCache',
  });
  return { config, frequencies: null, table: cachedTable({ cos, sin, pairs, rows }), serves: rows };
}

async function numbersOf(
  device: GPUDevice,
  name: string,
  cache: RopeCache | undefined,
): Promise<Float32Array> {
  if (cache instanceof Float32Array) return cache;
  if (typeof cache?.size !== 'number') throw wrongType(name, 'a Float32Array or a GPUBuffer', cache);
  return new Float32Array(await readWords(device, cache, 0, cache.size - (cache.size % 4)));
}

function rowsOf(name: string, cache: Float32Array, width: number): number {
  const rows = cache.length / width;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(`${name}: expected rows of ${width} elements, got ${cache.length} elements`);
  }
  return rows;
}
