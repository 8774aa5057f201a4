/**
 * Moves keys that are already rotated: R_new(p') * R_old(p)^-1 in float64, on the bits in the cache. It serves a context
 * shift (new positions), a switch of LongRoPE factors and a new dynamic-NTK base (new frequencies), or both at once.
 */

import type { StorageArray } from '../dtypes';
import { checkKeys } from '../errors';
import { turnExact, turnStored } from './heads';
import { checkPlace, placeKeys, type RopePlace, type RopePlaceOptions } from './place';
import { checkTurn, type RopeTurnOptions, type Turn, turnKeys } from './turn';

/** How keys were rotated, or are to be: positions, frequencies (or caches) and attention factor. */
export type RerotateTurn = Omit<RopeTurnOptions, 'pairAxis'>;

/** One tensor of rotated keys, how it was rotated and how it shall be. */
export interface RerotateReferenceOptions extends RopePlaceOptions {
  /** The axis whose position each pair turns by, before and after. Default: a token has one position. */
  readonly pairAxis?: ArrayLike<number> | undefined;
  /** The rotation in the cache: undone. A token that is padding (-1) here or in `to` is left as it is. */
  readonly from: RerotateTurn;
  /** The rotation to have instead. */
  readonly to: RerotateTurn;
}

/**
 * Turns one tensor of rotated keys in place from one rotation to another: computed in float64 from the stored bits,
 * rounded once, at the end, to the storage type. Keys that were rounded when first rotated stay as exact as that.
 *
 * @param data The array the tensor lies in: Float32Array for f32, Uint16Array of bits for f16 and bf16. Overwritten.
 * @throws {TypeError} `data` does not fit `dtype`, or an option is the wrong kind of thing
 * @throws {RangeError} an option is out of range, or `data` is too short; `data` is then untouched
 * @example Llama-3.1-8B, the oldest 1024 of 8192 cached tokens dropped, the rest moved to the front of the context:
 * rerotateReference(kCache, {
 *   dtype: 'f16', heads: 8, headDim: 128, pairing: 'half', tokens: 7168, capacity: 8192, first: 1024,
 *   from: { positions: 1024, inverseFrequencies }, to: { positions: 0, inverseFrequencies },
 * });
 */
export function rerotateReference(data: StorageArray, options: RerotateReferenceOptions): void {
  turnStored(data, ...checkRerotation(data, options));
}

/**
 * What `rerotateReference` would store, before its rounding: a new Float64Array as long as `data`, elements it does not
 * turn decoded as they are. `data` is only read.
 *
 * @throws {TypeError} {RangeError} as `rerotateReference`
 */
export function rerotateReferenceExact(data: StorageArray, options: RerotateReferenceOptions): Float64Array {
  return turnExact(data, ...checkRerotation(data, options));
}

function checkRerotation(data: StorageArray, options: RerotateReferenceOptions): [RopePlace, Turn] {
  checkKeys('options', options, [...placeKeys, 'pairAxis', 'from', 'to']);
  const place = checkPlace(data, options);
  const side = (name: 'from' | 'to') => {
    const given = options[name];
    checkKeys(name, given, turnKeys);
    return checkTurn({ ...given, pairAxis: options.pairAxis }, place, name === 'from', `${name}.`);
  };
  const undo = side('from');
  const redo = side('to');
  const oldCos = new Float64Array(place.pairs);
  const oldSin = new Float64Array(place.pairs);
  const turn: Turn = (sequence, token, cos, sin) => {
    if (!undo(sequence, token, oldCos, oldSin) || !redo(sequence, token, cos, sin)) return false;
    for (let i = 0; i < place.pairs; i++) {
      const [c, s] = [cos[i]!, sin[i]!];
      cos[i] = c * oldCos[i]! - s * oldSin[i]!;
      sin[i] = s * oldCos[i]! + c * oldSin[i]!;
    }
    return true;
  };
  return [place, turn];
}
