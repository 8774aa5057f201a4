/** Tensors as the tests need them: arrays in which everything that must not change is poisoned. */

import { forEachHead, stridesOf, type TensorPlace } from '../../bench/harness/heads';
import { bytesPerElement, type RopeDtype, type StorageArray } from '../../src/dtypes';
import { bitsOf, poison, type Random, randomTensor } from './random';

export { forEachHead, stridesOf, type TensorPlace };

/** Elements from the start of the array to the end of the tensor, all rows of its capacity included. */
export function elementsOf(place: TensorPlace): number {
  const strides = stridesOf(place);
  const rows = Math.max(place.capacity ?? 0, (place.first ?? 0) + place.tokens);
  const last =
    ((place.batch ?? 1) - 1) * strides.batch + (rows - 1) * strides.token + (place.heads - 1) * strides.head;
  return (place.offset ?? 0) + last + place.headDim;
}

/**
 * Random heads for the tokens a call names; poison in all that is not theirs: other rows, gaps between strides, what
 * lies before the offset and `guard` elements behind. The length is a multiple of 4 bytes.
 */
export function guardedTensor(
  dtype: RopeDtype,
  place: TensorPlace,
  random: Random,
  options: { readonly guard?: number; readonly special?: boolean } = {},
): StorageArray {
  const needed = elementsOf(place) + (options.guard ?? 32);
  const length = bytesPerElement(dtype) === 2 ? needed + (needed % 2) : needed;
  const tensor = dtype === 'f32' ? new Float32Array(length) : new Uint16Array(length);
  poison(tensor);
  const bits = bitsOf(tensor);
  forEachHead(place, (start) => {
    const head = randomTensor(dtype, place.headDim, random, { special: options.special ?? false });
    bits.set(bitsOf(head), start);
  });
  return tensor;
}
