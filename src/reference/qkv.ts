/**
 * What happens between the QKV projections and attention, on the CPU: RMSNorm of the heads of Q and K, rotation, and K and V
 * written to rows of their caches. Float64, slow and obvious. It is the judge of the kernel and shares no arithmetic with it.
 *
 *   x = x * weight / sqrt(mean(x^2) + epsilon)        of a head, or of all heads of a token
 *   (x', y') = s * (x * cos - y * sin, y * cos + x * sin)    each pair, as applyRopeReference has it
 *
 * Zhang and Sennrich, "Root Mean Square Layer Normalization", arXiv:1910.07467; Su et al., arXiv:2104.09864.
 */

import { fromStorage } from '../dtypes';
import { checkJob, type Job, type Part, type QkvReferenceOptions, type Spot } from './qkv-parts';
import { storageOf } from './storage';

/** What {@link qkvReferenceExact} returns: an array for each of the parts there are. */
export interface QkvReferenceExact {
  /** Like `q.data`. */
  readonly q?: Float64Array;
  /** Like the array that K goes to: `k.cache.data`, or `k.data` in place. */
  readonly k?: Float64Array;
  /** Like `v.cache.data`. */
  readonly v?: Float64Array;
}

/**
 * Norms and rotates Q in place and K, in place or into its cache, and writes V to its cache: computed in float64, rounded
 * once, at the end, to the storage type of where it goes.
 *
 * Only the elements of tokens and rows that are named are written. Q, and K in place without a `capacity`, need no row. An element
 * that nothing changes and that goes to an array
 * of the same dtype keeps its bits. Of two tokens with one row, the later one stays.
 *
 * @returns how many tokens have a row that is not there; they, and padding, are not written
 * @throws {TypeError} an array does not fit its dtype, or an option is the wrong kind of thing
 * @throws {RangeError} an option is out of range, or an array too short; all arrays are then untouched
 * @example Qwen3-8B, one decoded token at position 412:
 * const norm = { weight: Array(128).fill(1), epsilon: 1e-6 };
 * qkvReference({
 *   dtype: 'f32', headDim: 128, pairing: 'half', tokens: 1, positions: 412, inverseFrequencies, rows: [412],
 *   q: { data: q, heads: 32, norm },
 *   k: { data: k, heads: 8, norm, cache: { data: kCache, dtype: 'f16', capacity: 8192 } },
 *   v: { data: v, heads: 8, cache: { data: vCache, dtype: 'f16', capacity: 8192 } },
 * });
 */
export function qkvReference(options: QkvReferenceOptions): number {
  const job = checkJob(options);
  return forEachToken(job, ({ from, to, norm, rotaryOffset }, values, move) => {
    const { store } = storageOf(to.place.dtype);
    const { heads, headDim } = from.place;
    const keepsBits = norm === null && from.place.dtype === to.place.dtype;
    for (let head = 0; head < heads; head++) {
      const at = elementOf(to, move.sequence, move.to, head);
      if (keepsBits && to !== from) {
        const source = elementOf(from, move.sequence, move.from, head);
        (to.data as Uint16Array).set(from.data.subarray(source, source + headDim), at);
      }
      for (let i = 0; i < headDim; i++) {
        const changes = !keepsBits || isRotated(i, rotaryOffset, job.pairs);
        if (changes) to.data[at + i] = store(values[head * headDim + i]!);
      }
    }
  });
}

/**
 * What {@link qkvReference} would store, before its rounding: new arrays, elements it does not write decoded as they are. The
 * arrays of the options are only read.
 *
 * @throws {TypeError} {RangeError} as {@link qkvReference}
 */
export function qkvReferenceExact(options: QkvReferenceOptions): QkvReferenceExact {
  const job = checkJob(options);
  const exact: { [K in Part['name']]?: Float64Array } = {};
  for (const { name, to } of job.parts) exact[name] = fromStorage(to.data, to.place.dtype);
  forEachToken(job, ({ name, from, to }, values, move) => {
    const { heads, headDim } = from.place;
    for (let head = 0; head < heads; head++) {
      const of = values.subarray(head * headDim, (head + 1) * headDim);
      exact[name]!.set(of, elementOf(to, move.sequence, move.to, head));
    }
  });
  return exact;
}

/** The sequence of a token, the row that a part of it lies in, and the row that it goes to. */
interface Move {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
}

/** What to do with the values of a token's heads, once they are normed and rotated. */
type Write = (part: Part, values: Float64Array, move: Move) => void;

/** Norms and rotates every token that there is; returns how many have a bad row. */
function forEachToken(job: Job, write: Write): number {
  const { batch, tokens, counts, parts, turn, rows, pairs } = job;
  const angles = { cos: new Float64Array(pairs), sin: new Float64Array(pairs) };
  const capacity = parts.find(({ to }) => to.byRows)?.to.capacity ?? 0;
  let bad = 0;
  for (let sequence = 0; sequence < batch; sequence++) {
    for (let token = 0; token < tokens; token++) {
      if (token >= counts[sequence]!) continue;
      if (turn && !turn(sequence, token, angles.cos, angles.sin)) continue;
      const row = rows === null ? token : rows[sequence * tokens + token]!;
      const hasRow = rows === null || (row >= 0 && row < capacity);
      if (!hasRow && row !== -1) bad++;
      for (const part of parts) {
        if (part.to.byRows && !hasRow) continue;
        const rowIn = ({ byRows }: Spot): number => (byRows ? row : token);
        const move = { sequence, from: rowIn(part.from), to: rowIn(part.to) };
        const values = valuesOf(job, part.from, move);
        part.norm?.(values);
        rotate(job, part, values, angles);
        write(part, values, move);
      }
    }
  }
  return bad;
}

/** The heads of a token, one after the other. */
function valuesOf({ load }: Job, spot: Spot, move: Move): Float64Array {
  const { heads, headDim } = spot.place;
  const values = new Float64Array(heads * headDim);
  for (let head = 0; head < heads; head++) {
    const at = elementOf(spot, move.sequence, move.from, head);
    for (let i = 0; i < headDim; i++) values[head * headDim + i] = load(spot.data[at + i]!);
  }
  return values;
}

/** Rotates the heads of a token, where the part rotates. */
function rotate(
  { pairs, pairStep, partner }: Job,
  { from, rotaryOffset }: Part,
  values: Float64Array,
  { cos, sin }: { readonly cos: Float64Array; readonly sin: Float64Array },
): void {
  if (rotaryOffset === null) return;
  for (let begin = rotaryOffset; begin < values.length; begin += from.place.headDim) {
    for (let i = 0; i < pairs; i++) {
      const at = begin + i * pairStep;
      const x = values[at]!;
      const y = values[at + partner]!;
      values[at] = x * cos[i]! - y * sin[i]!;
      values[at + partner] = y * cos[i]! + x * sin[i]!;
    }
  }
}

/** Whether an element of a head rotates. */
function isRotated(element: number, rotaryOffset: number | null, pairs: number): boolean {
  return rotaryOffset !== null && element >= rotaryOffset && element < rotaryOffset + 2 * pairs;
}

/** The first element of a head in a row of a sequence. */
function elementOf({ place, shared }: Spot, sequence: number, row: number, head: number): number {
  const of = shared ? 0 : sequence;
  return place.origin + of * place.batchStride + row * place.tokenStride + head * place.headStride;
}
