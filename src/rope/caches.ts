import { ropeConfig } from '../config/rope-config';
import type { Pairing, RopeAxes, RopeConfig } from '../config/types';
import { checkKeys, outOfRange, wrongType } from '../errors';
import { checkIsBuffer } from '../kernel/buffers';
import type { KernelDevice } from '../kernel/device';
import { readWords } from '../kernel/read-words';
import { cachedTable, type RopeTable } from '../tables/tables';
import type { RopeSetup } from './core';
import type { RopeOptions } from './options';
import { checkFullTable } from './table-source';

/** Numbers on the host, or f32 in a GPUBuffer with COPY_SRC, which is read once, when the rope is created. */
export type RopeCache = Float32Array | GPUBuffer;

/**
 * Cosines and sines of your own, in place of a config: a row a position. They need not be those of an angle
 * (the ONNX operator takes any numbers). Split: `cosCache` and `sinCache`, `[rows, rotaryDim / 2]` each; combined:
 * `cosSinCache`, `[rows, rotaryDim]`, the cosines of a row and then its sines (FlashInfer's `cos_sin_cache`).
 */
export interface RopeCaches {
  readonly cosCache?: RopeCache;
  readonly sinCache?: RopeCache;
  readonly cosSinCache?: RopeCache;
  /**
   * Elements in a row of `cosCache`. Default `rotaryDim / 2`. `rotaryDim`: each number stands twice, as in Hugging Face's `cos` and
   * `sin`: once in either half of the row, or side by side where the pairing is `interleaved`.
   */
  readonly width?: number;
  /** Elements in one attention head. */
  readonly headDim: number;
  /** Leading elements that rotate; ONNX's `rotary_embedding_dim`, where 0 means all. Default `headDim`. */
  readonly rotaryDim?: number;
  /** ONNX's `interleaved`: 0 is `half`, 1 is `interleaved`. Default `half`. */
  readonly pairing?: Pairing;
  /** Whether the first or the last elements of a head rotate. Default `first`. */
  readonly placement?: RopeConfig['placement'];
  /** Several positions a token: each pair turns by the row of the position on its own axis, as in ONNX's MRotaryEmbedding. */
  readonly axes?: Pick<RopeAxes, 'count' | 'pairAxis'>;
}

const keys = [
  'cosCache',
  'sinCache',
  'cosSinCache',
  'width',
  'headDim',
  'rotaryDim',
  'pairing',
  'placement',
  'axes',
];

/** Whether a config brings tables of its own. */
export function hasCaches(config: unknown): config is RopeCaches {
  return (
    typeof config === 'object' &&
    config !== null &&
    ['cosCache', 'sinCache', 'cosSinCache'].some((key) => key in config)
  );
}

/**
 * Reads the caches into a full table.
 *
 * @throws {TypeError} a cache is missing or of the wrong kind, an option is for frequencies
 * @throws {RangeError} it holds no whole number of rows, or more than fit a binding; every number stands twice, as in rows of full
 *   width, and `width` does not say so; or the other way round
 */
export async function readCaches(
  device: KernelDevice,
  caches: RopeCaches,
  options: RopeOptions,
): Promise<Pick<RopeSetup, 'config' | 'plan' | 'source' | 'sequenceLength'>> {
  for (const key of ['capacity', 'table', 'phases', 'sequenceLength'] as const) {
    if (options[key] !== undefined) throw wrongType(key, 'none, as the tables are your own', options[key]);
  }
  checkKeys('config', caches, keys);
  const { headDim, rotaryDim, pairing, placement, axes } = caches;
  const config = ropeConfig({
    headDim,
    rotaryDim: rotaryDim === 0 ? headDim : rotaryDim,
    pairing,
    placement,
    axes,
  });
  const table = await tableOf(device, caches, config.rotaryDim / 2);
  const source = { frequencies: null, table, served: table.capacity };
  return { config, plan: null, source, sequenceLength: 0 };
}

async function tableOf(device: KernelDevice, caches: RopeCaches, pairs: number): Promise<RopeTable> {
  const { cosSinCache } = caches;
  if (cosSinCache !== undefined) {
    if (caches.cosCache ?? caches.sinCache ?? caches.width)
      throw wrongType('cosSinCache', 'none beside cosCache', cosSinCache);
    const both = await numbersOf(device, 'cosSinCache', cosSinCache);
    const rows = rowsOf('cosSinCache', both, 2 * pairs);
    checkFullTable(pairs, rows, device.room, 'cosSinCache');
    return cachedTable({ cos: both, sin: both, pairs, rows, stride: 2 * pairs, sinAt: pairs });
  }
  const cos = await numbersOf(device, 'cosCache', caches.cosCache);
  const sin = await numbersOf(device, 'sinCache', caches.sinCache);
  const { pairing, width = pairs } = caches;
  const step = pairing === 'interleaved' ? 1 : pairs;
  // Angles of one row and the next never agree: where numbers come twice, rows are of full width, unless all numbers are the same.
  const isFull =
    cos.every((number, i) => (i / step) & 1 || number === cos[i + step]) &&
    (caches.width ? width > pairs : cos.some((number) => number !== cos[0]));
  const found = isFull ? 2 * pairs : pairs;
  if (width !== found) throw outOfRange('width', `${found}, as cosCache`, caches.width);
  const rows = rowsOf('cosCache', cos, width);
  if (sin.length !== cos.length) {
    throw outOfRange('sinCache', `${cos.length} elements, as cosCache`, sin.length);
  }
  checkFullTable(pairs, rows, device.room, 'cosCache');
  return cachedTable({ cos, sin, pairs, rows, stride: width, every: isFull && step === 1 ? 2 : 1 });
}

async function numbersOf(
  { device }: KernelDevice,
  name: string,
  cache: RopeCache | undefined,
): Promise<Float32Array> {
  if (cache instanceof Float32Array) return cache;
  if (typeof cache !== 'object' || ArrayBuffer.isView(cache)) {
    throw wrongType(name, 'a Float32Array or a GPUBuffer', cache);
  }
  checkIsBuffer(name, cache);
  return new Float32Array(await readWords(device, cache, 0, cache.size - (cache.size % 4)));
}

function rowsOf(name: string, cache: Float32Array, width: number): number {
  const rows = cache.length / width;
  if (!Number.isInteger(rows) || rows < 1) throw outOfRange(name, `rows of ${width} elements`, cache.length);
  return rows;
}
