import { fromStorage, type StorageArray } from '../dtypes';
import type { RopePlace } from './place';
import { asIs, type Storage, storageOf } from './storage';
import type { Turn } from './turn';

/** Turns heads where they are stored: computed in float64, rounded once, at the end, to the storage type. */
export function turnStored(data: StorageArray, place: RopePlace, turn: Turn): void {
  turnHeads(data, place, turn, storageOf(place.dtype));
}

/** What `turnStored` would store, before its rounding; elements it does not turn are decoded as they are. */
export function turnExact(data: StorageArray, place: RopePlace, turn: Turn): Float64Array {
  const values = fromStorage(data, place.dtype);
  turnHeads(values, place, turn, asIs);
  return values;
}

/** The rotation itself. */
function turnHeads(
  target: StorageArray | Float64Array,
  place: RopePlace,
  turn: Turn,
  { load, store }: Storage,
): void {
  const { heads, pairs, pairStep, partner } = place;
  const cos = new Float64Array(pairs);
  const sin = new Float64Array(pairs);
  for (let sequence = 0; sequence < place.batch; sequence++) {
    for (let token = 0; token < place.tokens; token++) {
      if (!turn(sequence, token, cos, sin)) continue;
      const row = place.origin + sequence * place.batchStride + token * place.tokenStride;
      for (let head = 0; head < heads; head++) {
        let at = row + head * place.headStride;
        for (let i = 0; i < pairs; i++) {
          const x = load(target[at]!);
          const y = load(target[at + partner]!);
          target[at] = store(x * cos[i]! - y * sin[i]!);
          target[at + partner] = store(y * cos[i]! + x * sin[i]!);
          at += pairStep;
        }
      }
    }
  }
}
