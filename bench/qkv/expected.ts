/** What a layer's Q, K and V should become, in float64, written plainly and apart from src/reference. */
import { type RopeDtype, readTensor, ropeConfigFromHuggingFace, ropeFrequencies } from 'webgpu-rope';
import { seededElements } from '../harness/data';
import type { QkvShape } from './cases';
import { positionOf, type QkvTensors, qkvSeeds, slotOf } from './tensors';

/** Most rows that are compared: all of a decode, some of a prefill. */
const comparedRows = 16;

const f32: RopeDtype = 'f32';

/** A row of seeded heads, normed where there are weights, and rotated where there is a position. */
function expectedRow(
  { model }: QkvShape,
  row: Float32Array,
  { weights, position }: { weights?: Float32Array | undefined; position?: number },
): Float64Array {
  const { headDim, epsilon } = model;
  const out = Float64Array.from(row);
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(ropeConfigFromHuggingFace(model.config));
  const pairs = headDim / 2;
  for (let head = 0; head < out.length; head += headDim) {
    if (weights !== undefined && epsilon !== null) {
      let sum = 0;
      for (let i = 0; i < headDim; i++) sum += (out[head + i] as number) ** 2;
      const factor = 1 / Math.sqrt(sum / headDim + Math.fround(epsilon));
      for (let i = 0; i < headDim; i++) {
        out[head + i] = (out[head + i] as number) * factor * (weights[i] as number);
      }
    }
    for (let pair = 0; position !== undefined && pair < pairs; pair++) {
      const angle = position * (inverseFrequencies[pair] as number);
      const [cos, sin] = [attentionFactor * Math.cos(angle), attentionFactor * Math.sin(angle)];
      const [x, y] = [out[head + pair] as number, out[head + pair + pairs] as number];
      out[head + pair] = x * cos - y * sin;
      out[head + pair + pairs] = y * cos + x * sin;
    }
  }
  return out;
}

/** Where a subject left its results. */
export type QkvResults = Readonly<Record<'q' | 'kCache' | 'vCache', GPUBuffer>>;

/** The largest |result - expected| after one layer, over rows from first to last. */
export async function maxErrorOf(device: GPUDevice, shape: QkvShape, results: QkvResults): Promise<number> {
  const { model, work, rows, capacity } = shape;
  const { headDim, qHeads, kHeads, epsilon } = model;
  const count = Math.min(rows, comparedRows);
  const weights = (seed: number) =>
    epsilon === null ? undefined : (seededElements(f32, seed, 0, headDim) as Float32Array);
  const parts = [
    { name: 'q', seed: qkvSeeds.q, heads: qHeads, weights: weights(qkvSeeds.qWeight), rotates: true },
    { name: 'kCache', seed: qkvSeeds.k, heads: kHeads, weights: weights(qkvSeeds.kWeight), rotates: true },
    { name: 'vCache', seed: qkvSeeds.v, heads: kHeads, weights: undefined, rotates: false },
  ] as const;
  let maxError = 0;
  for (let i = 0; i < count; i++) {
    const row = count === 1 ? 0 : Math.round((i * (rows - 1)) / (count - 1));
    const [sequence, token] = [Math.floor(row / work.tokens), row % work.tokens];
    for (const { name, seed, heads, weights: ofPart, rotates } of parts) {
      const size = heads * headDim;
      const expected = expectedRow(shape, seededElements(f32, seed, row * size, size) as Float32Array, {
        weights: ofPart,
        ...(rotates && { position: positionOf(sequence, token) }),
      });
      const at = name === 'q' ? row : sequence * capacity + slotOf(sequence, token);
      const got = await readTensor(device, results[name], f32, { offset: at * size, length: size });
      for (let j = 0; j < size; j++) {
        maxError = Math.max(maxError, Math.abs((got[j] as number) - (expected[j] as number)));
      }
    }
  }
  return maxError;
}

/** The results of a subject that works in the tensors themselves. */
export const resultsIn = ({ q, kCache, vCache }: QkvTensors): QkvResults => ({ q, kCache, vCache });
