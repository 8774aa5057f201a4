import { type RopeDtype, type StorageArray, toStorage } from 'webgpu-rope';
import type { Setting } from '../harness/rotation';

/** Cosines and sines of a setting's positions, `tokens` rows of `rotaryDim / 2`: computed in float64, rounded once. */
export interface AngleTables {
  readonly cos: StorageArray;
  readonly sin: StorageArray;
}

/** The tables of the setting's own positions alone, so that position 1 048 575 needs no table of a million rows. */
export function angleTables({ tokens, start, frequencies }: Setting, dtype: RopeDtype): AngleTables {
  const { inverseFrequencies, attentionFactor } = frequencies;
  const pairs = inverseFrequencies.length;
  const table = (ofAngle: (angle: number) => number): StorageArray => {
    const values = new Float64Array(tokens * pairs);
    for (let token = 0; token < tokens; token++) {
      for (let pair = 0; pair < pairs; pair++) {
        const angle = (start + token) * (inverseFrequencies[pair] as number);
        values[token * pairs + pair] = attentionFactor * ofAngle(angle);
      }
    }
    return toStorage(values, dtype);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** The bytes of a stored array. */
export function bytesOf({ buffer, byteOffset, byteLength }: StorageArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
