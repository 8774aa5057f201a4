/**
 * Tensors as the tests need them: where each head lies, and arrays in which everything that must not change is
 * poisoned. The index arithmetic here is written apart from the reference's, so that each checks the other.
 */

import { bytesPerElement, type Dtype, type StorageArray } from '../../src/reference/dtypes';
import type { RopeReferenceOptions } from '../../src/reference/rope';
import { bitsOf, poison, type Random, randomTensor } from './random';

/** The part of the options that says where a tensor lies. */
export type TensorPlace = Pick<
  RopeReferenceOptions,
  'heads' | 'headDim' | 'layout' | 'batch' | 'tokens' | 'offset' | 'capacity' | 'strides' | 'first'
>;

/** Distances in elements between sequences, token rows and heads. */
export function stridesOf(place: TensorPlace): { batch: number; token: number; head: number } {
  const rows = place.capacity ?? place.tokens;
  const given = place.strides;
  if (place.layout === 'bhsd') {
    const token = given?.token ?? place.headDim;
    const head = given?.head ?? token * rows;
    return { token, head, batch: given?.batch ?? head * place.heads };
  }
  const head = given?.head ?? place.headDim;
  const token = given?.token ?? head * place.heads;
  return { head, token, batch: given?.batch ?? token * rows };
}

/** Calls `visit` with the first element of every head of the tokens a call names. */
export function forEachHead(
  place: TensorPlace,
  visit: (start: number, sequence: number, token: number, head: number) => void,
): void {
  const strides = stridesOf(place);
  const base = (place.offset ?? 0) + (place.first ?? 0) * strides.token;
  for (let sequence = 0; sequence < (place.batch ?? 1); sequence++) {
    for (let token = 0; token < place.tokens; token++) {
      for (let head = 0; head < place.heads; head++) {
        const start = base + sequence * strides.batch + token * strides.token + head * strides.head;
        visit(start, sequence, token, head);
      }
    }
  }
}

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
  dtype: Dtype,
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
