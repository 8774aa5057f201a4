/**
 * Where each head of a tensor lies. The index arithmetic here is written apart from the reference's, so that each checks
 * the other.
 */
import type { RopeReferenceOptions } from '../../src/reference/rope';

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
