import { decodeTable, encoder, fromStorage, type StorageArray } from '../dtypes';
import type { RopePlace } from './place';
import type { Turn } from './turn';

/** Turns heads where they are stored: computed in float64, rounded once, at the end, to the storage type. */
export function turnStored(data: StorageArray, place: RopePlace, turn: Turn): void {
  const { dtype } = place;
  if (dtype === 'f32') {
    // Storing into a Float32Array is the one rounding.
    turnHeads(data, place, turn, asIs, asIs);
  } else {
    const values = decodeTable(dtype);
    turnHeads(data, place, turn, (bits) => values[bits]!, encoder(dtype));
  }
}

/** What `turnStored` would store, before its rounding; elements it does not turn are decoded as they are. */
export function turnExact(data: StorageArray, place: RopePlace, turn: Turn): Float64Array {
  const values = fromStorage(data, place.dtype);
  turnHeads(values, place, turn, asIs, asIs);
  return values;
}

function asIs(value: number): number {
  return value;
}

/** The rotation itself. `load` reads a stored element as a number, `store` makes a number an element again. */
function turnHeads(
  target: StorageArray | Float64Array,
  place: RopePlace,
  turn: Turn,
  load: (element: number) => number,
  store: (value: number) => number,
): void {
  const { heads, pairs, pairStep, partner } = place;
  const cos = new Float64Array(pairs);
  const sin = new Float64Array(pairs);
  for (let sequence = 0; sequence < place.batch; sequence++) {
    for (let token = 0; token < place.tokens; token++) {
      if (!turn(sequence, token, cos, sin)) continue;
      const row = place.origin + sequence * place.batchStride + token * place.tokenStride;
      for (let head = 0; head < heads; head++) {
        let first = row + head * place.headStride;
        for (let i = 0; i < pairs; i++) {
          const x = load(target[first]!);
          const y = load(target[first + partner]!);
          target[first] = store(x * cos[i]! - y * sin[i]!);
          target[first + partner] = store(y * cos[i]! + x * sin[i]!);
          first += pairStep;
        }
      }
    }
  }
}
