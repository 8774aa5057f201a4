import {
  createQkv,
  createRope,
  type QkvEncodeOptions,
  type QkvTensor,
  ropeConfigFromHuggingFace,
} from 'webgpu-rope';
import { bytesNeeded, firstRow, type QkvShape, qkvStart } from './cases';
import type { QkvSubject } from './subject';
import type { QkvTensors } from './tensors';

/** One encode of webgpu-rope. A batch takes ids and slots from buffers; one sequence has a start and a first row. */
export async function makeFused(
  device: GPUDevice,
  shape: QkvShape,
  tensors: QkvTensors,
): Promise<QkvSubject> {
  const { model, work, qBytes, kBytes, capacity } = shape;
  const { q, k, v, kCache, vCache, qWeight, kWeight, ids, slots } = tensors;
  const rope = await createRope(device, ropeConfigFromHuggingFace(model.config), { dtypes: ['f32'] });
  const qkv = createQkv(rope);
  const { epsilon } = model;
  const normed = (weight: GPUBuffer): Pick<QkvTensor, 'norm'> =>
    epsilon === null ? {} : { norm: { weight, weightDtype: 'f32', epsilon } };
  const layer = qkv.bind({
    q: { buffer: q, heads: model.qHeads, ...normed(qWeight) },
    k: { buffer: k, heads: model.kHeads, ...normed(kWeight), cache: { buffer: kCache, capacity } },
    v: { buffer: v, heads: model.kHeads, cache: { buffer: vCache, capacity } },
    dtype: 'f32',
  });
  const { tokens, batch } = work;
  const options: QkvEncodeOptions =
    batch === 1
      ? { tokens, start: qkvStart, rows: { type: 'first', first: firstRow } }
      : {
          tokens,
          batch,
          positions: { type: 'ids', buffer: ids, format: 'u32', perSequence: true },
          rows: { type: 'slots', buffer: slots, format: 'u32', perSequence: true },
        };
  await layer.prepare(batch === 1 ? {} : { positions: 'ids', rows: 'slots' });
  return {
    name: 'webgpu-rope',
    launches: 1,
    // The sum of squares reads the heads that are normed once more.
    bytesMoved: bytesNeeded(shape) + (epsilon === null ? 0 : qBytes + kBytes),
    note: 'one encode',
    encodeLayer: (pass) => layer.encode(pass, options),
    destroy: () => {
      qkv.destroy();
      rope.destroy();
    },
  };
}
