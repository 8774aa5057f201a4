/** One bias on the GPU from end to end, held against the reference. */
import { type RopeDtype, type RopeTuning, readTensor, type StorageArray, uploadTensor } from 'webgpu-rope';
import {
  type AttentionBiasInput,
  alibiSlopes,
  attentionBias,
  type BiasEncodeOptions,
  createAttentionBias,
  type ScoreStrides,
} from 'webgpu-rope/bias';
import { biasReferenceExact, type ReferenceBias } from 'webgpu-rope/reference';
import { bytesPerElement, decode, encode, maxFinite, ulp } from '../../src/dtypes';
import type { Own } from '../support/gpu';
import { bitsOf, poison, type Random, randomTensor } from '../support/random';
import { submitPass } from '../support/rotation-case';
import { wide, words } from '../support/words';

export interface BiasCase {
  readonly bias: AttentionBiasInput;
  readonly dtype: RopeDtype;
  readonly queries: number;
  readonly keys: number;
  readonly batch?: number;
  readonly scale?: number;
  readonly offset?: number;
  readonly strides?: ScoreStrides;
  /** A start, or ids `[queries]` or `[batch, queries]`. */
  readonly query: number | readonly number[];
  readonly key: number | readonly number[];
  readonly format?: 'i32' | 'u32' | 'i64';
  readonly tuning?: Partial<RopeTuning>;
  readonly special?: boolean;
}

/** Strides with their defaults: written apart from the package's and the reference's. */
export function scoreStrides(c: BiasCase): Required<ScoreStrides> {
  const query = c.strides?.query ?? c.keys;
  const head = c.strides?.head ?? query * c.queries;
  return { query, head, batch: c.strides?.batch ?? head * c.bias.heads };
}

/** Whether each element is a score of the case, whatever its position. */
export function scoreMask(c: BiasCase, length: number): Uint8Array {
  const strides = scoreStrides(c);
  const mask = new Uint8Array(length);
  for (let b = 0; b < (c.batch ?? 1); b++) {
    for (let h = 0; h < c.bias.heads; h++) {
      for (let i = 0; i < c.queries; i++) {
        const row = (c.offset ?? 0) + b * strides.batch + h * strides.head + i * strides.query;
        mask.fill(1, row, row + c.keys);
      }
    }
  }
  return mask;
}

/** Weights that float32 holds, so that what is uploaded is what the reference reads. */
export function weightsFor(bias: AttentionBiasInput, random: Random): Float32Array | undefined {
  const checked = attentionBias(bias);
  if (checked.type === 'alibi') return undefined;
  return Float32Array.from({ length: checked.buckets * checked.heads }, () => random.normal());
}

export function referenceBias(bias: AttentionBiasInput, weights: Float32Array | undefined): ReferenceBias {
  const checked = attentionBias(bias);
  if (checked.type === 'alibi') {
    const { maxBias, totalHeads, firstHead, slopes, ahead } = checked;
    const own = slopes?.map(Math.fround);
    const all = alibiSlopes(totalHeads, { maxBias });
    return {
      slopes: own ?? all.slice(firstHead, firstHead + checked.heads),
      isLinear: ahead === 'linear',
    };
  }
  const { buckets, maxDistance, bidirectional } = checked;
  return { weights: weights!, buckets, maxDistance, bidirectional };
}

const eps = 2 ** -24;

/**
 * Fails unless each element is what it should be.
 *
 * With b the bias times scale and r the exact sum, an f32 result may be off by 6 eps |b| + eps |r| + 2^-124, eps = 2^-24: at
 * most five roundings lead to b (slope, distance, their product, scale, the product with it), one more eps covers their
 * products and a sum that is rounded from the b that is off; the sum is rounded once; 2^-124 is for subnormals that may
 * be flushed. 16-bit: that, and one unit in the last place of the correctly rounded result.
 */
export function expectBiased(
  before: StorageArray,
  after: StorageArray,
  exact: Float64Array,
  mask: Uint8Array,
  dtype: RopeDtype,
  what: string,
): number {
  if (after.length !== before.length)
    throw new Error(`${what}: ${after.length} elements, not ${before.length}`);
  const [bitsBefore, bitsAfter] = [bitsOf(before), bitsOf(after)];
  let worst = 0;
  for (let i = 0; i < before.length; i++) {
    if (mask[i] === 0) {
      if (bitsBefore[i] !== bitsAfter[i]) {
        throw new Error(
          `${what}[${i}]: untouched 0x${bitsBefore[i]!.toString(16)} became 0x${bitsAfter[i]!.toString(16)}`,
        );
      }
      continue;
    }
    const got = decode(bitsAfter[i]!, dtype);
    const wanted = exact[i]!;
    const old = decode(bitsBefore[i]!, dtype);
    if (Number.isNaN(wanted) ? Number.isNaN(got) : !Number.isFinite(wanted) && got === wanted) continue;
    const added = wanted - old;
    let tolerance = 6 * eps * Math.abs(added) + eps * Math.abs(wanted) + 2 ** -124;
    // What rounds to infinity does so from the middle between the largest value and the one it would go on with.
    const past = maxFinite(dtype) + ulp(maxFinite(dtype), dtype);
    const value = Number.isFinite(got) ? got : Math.sign(got) * past;
    const rounded = decode(encode(wanted, dtype), dtype);
    const target = dtype === 'f32' ? wanted : Number.isFinite(rounded) ? rounded : Math.sign(rounded) * past;
    if (dtype !== 'f32') tolerance += ulp(wanted, dtype);
    const error = Math.abs(value - target);
    if (!(error <= tolerance)) {
      throw new Error(`${what}[${i}]: expected ${wanted} within ${tolerance}, got ${got} (before ${old})`);
    }
    worst = Math.max(worst, error / tolerance);
  }
  return worst;
}

/** Adds a bias to random scores in poisoned surroundings, and holds every element against the reference. */
export async function expectBias(
  device: GPUDevice,
  own: Own,
  random: Random,
  c: BiasCase,
): Promise<{ worst: number; after: StorageArray; bad: number }> {
  const { dtype, queries, keys, batch = 1, scale = 1, offset = 0, format = 'i32' } = c;
  const strides = scoreStrides(c);
  const last =
    (batch - 1) * strides.batch + (c.bias.heads - 1) * strides.head + (queries - 1) * strides.query;
  const needed = offset + last + keys + 37;
  const length = bytesPerElement(dtype) === 2 ? needed + (needed % 2) : needed;
  const before = dtype === 'f32' ? new Float32Array(length) : new Uint16Array(length);
  poison(before);
  const inside = scoreMask(c, length);
  const bits = bitsOf(before);
  const values = bitsOf(randomTensor(dtype, length, random, { special: c.special ?? false }));
  for (let i = 0; i < length; i++) if (inside[i] === 1) bits[i] = values[i]!;

  const weights = weightsFor(c.bias, random);
  const kernel = own(
    await createAttentionBias(device, c.bias, {
      dtypes: [dtype],
      ...(weights ? { weights } : {}),
      ...(c.tuning ? { tuning: c.tuning } : {}),
    }),
  );
  const buffer = own(uploadTensor(device, before, dtype, { as: 'bits', label: 'test scores' }));
  const layer = kernel.bind({ buffer, dtype, offset, ...(c.strides ? { strides: c.strides } : {}) });
  const side = (positions: number | readonly number[], count: number) => {
    if (typeof positions === 'number') return { start: positions };
    const ids = {
      type: 'ids',
      buffer: words(device, own, format === 'i64' ? wide(positions) : positions),
      format,
      perSequence: positions.length > count,
    } as const;
    return { ids };
  };
  const [query, key] = [side(c.query, queries), side(c.key, keys)];
  const options: BiasEncodeOptions = {
    queries,
    keys,
    batch,
    scale,
    ...('ids' in query ? { queryPositions: query.ids } : { queryStart: query.start }),
    ...('ids' in key ? { keyPositions: key.ids } : { keyStart: key.start }),
  };
  submitPass(device, (pass) => layer.encode(pass, options));
  const after = await readTensor(device, buffer, dtype, { length });
  const exact = biasReferenceExact(before, {
    dtype,
    bias: referenceBias(c.bias, weights),
    heads: c.bias.heads,
    queries,
    keys,
    batch,
    queryPositions: c.query,
    keyPositions: c.key,
    scale,
    offset,
    strides,
  });
  const touched = Uint8Array.from(inside);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < c.bias.heads; h++) {
      for (let i = 0; i < queries; i++) {
        const row = offset + b * strides.batch + h * strides.head + i * strides.query;
        const isLeft =
          typeof c.query !== 'number' && c.query[c.query.length > queries ? b * queries + i : i]! < 0;
        if (isLeft) touched.fill(0, row, row + keys);
        for (let j = 0; j < keys && typeof c.key !== 'number'; j++) {
          if (c.key[c.key.length > keys ? b * keys + j : j]! < 0) touched[row + j] = 0;
        }
      }
    }
  }
  const worst = expectBiased(before, after, exact, touched, dtype, JSON.stringify(c).slice(0, 400));
  return { worst, after, bad: await kernel.readBadPositions() };
}
