/**
 * The numerics contract as a comparator: what every kernel, adapter and browser has to keep.
 *
 * For a rotated pair let m = max(|x|, |y|) of the input and s = hypot(cos, sin) of its table entry, which is the
 * attention factor (its reciprocal where the rotation is undone), or whatever a caller's cache holds. With eps = 2^-24 = 6.0e-8, the unit roundoff of f32:
 *
 * f32: |error| <= 5e-7*s*m + 2^-124.
 *   cos and sin come from two tables, each entry rounded once: for s = 1 each vector is off by at most sqrt(2)/2 eps.
 *   One complex multiply joins them: off by at most sqrt(5) eps more (Brent, Percival, Zimmermann, "Error bounds on
 *   complex floating-point multiplication"; less where it is fused). The rotation is another one: sqrt(5) eps of
 *   s*hypot(x, y), which is at most sqrt(2)*s*m. Together
 *   sqrt(2) * (2*sqrt(2)/2 + sqrt(5) + sqrt(5)) eps = 8.33 eps = 4.97e-7.
 *   For other s a table entry may be off by s*eps, which adds up to 0.5e-7 in a worst case that needs every rounding
 *   at its limit; measured worst overall: 1.3e-7. Float32 phases are off by 9e-3 at position 131071: no way through.
 *   2^-124 is what flushing subnormal inputs costs: two inputs below 2^-126 each, s <= 2.
 * f16, bf16: |error| <= 1 ulp(reference in the storage type) + 5e-7*s*m + 2^-124.
 *   The value before the last rounding has the f32 error; rounding it to nearest can land on the storage neighbour of
 *   the correctly rounded reference. Measured against the unrounded reference that would be at most half an ulp plus
 *   the f32 error; the contract allows the whole ulp.
 * NaN where the reference is NaN, the same infinity where it is infinite. An infinity for a finite reference passes
 * only if the value just past the largest finite one (65536 for f16) is within the tolerance of it.
 * Everything else keeps its bits. Moving rotated keys (`from` and `to`) has 1e-6 in place of 5e-7, and the ratio of the
 * two table entries in place of s.
 */

import { decodeTable, encoder, maxFinite, type RopeDtype, type StorageArray, ulp } from '../../src/dtypes';
import { type RerotateReferenceOptions, rerotateReferenceExact } from '../../src/reference/rerotate';
import { type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import type { RopeTurnOptions } from '../../src/reference/turn';
import { bitsOf } from './bits';
import { forEachHead } from './heads';

/** One rotation: of Q or K, or of keys that are already rotated. */
export type ContractRotation = RopeReferenceOptions | RerotateReferenceOptions;

/** What happened to an array, and what should have. */
export interface ContractCheck {
  /** The array before the call. */
  readonly before: StorageArray;
  /** The array after it; as long, and of the same kind. */
  readonly after: StorageArray;
  /** The rotation, or all that one call did to this array (Q and K in one buffer). All of one dtype. */
  readonly rotations: ContractRotation | readonly ContractRotation[];
  /** The exact results, as long as `before`. Default: those of the reference for each rotation. */
  readonly exact?: Float64Array;
  /** The share of s*m allowed. Default 5e-7; 1e-6 where keys are rotated already. */
  readonly relative?: number;
  /** s, the length of (cos, sin) of the table. Default: what each rotation says, pair by pair. */
  readonly scale?: number;
}

/** One element that breaks the contract. */
export interface ContractFailure {
  /** Element of the array. */
  readonly index: number;
  /** Which element that is, in words: rotation, sequence, token, head, dim and position, or "untouched". */
  readonly place: string;
  readonly got: number;
  /** The exact value; for an untouched element its value before. */
  readonly expected: number;
  /** 0 for an untouched element. */
  readonly tolerance: number;
  readonly gotBits: number;
  readonly expectedBits: number;
}

export interface ContractResult {
  /** The largest error as a share of its tolerance; Infinity if a NaN, an infinity or untouched bits are wrong. */
  readonly worst: number;
  /** The largest |after - exact| among elements where both are finite. */
  readonly maxAbsError: number;
  /** How many elements were rotated. */
  readonly rotated: number;
  readonly failureCount: number;
  /** The first ten. */
  readonly failures: readonly ContractFailure[];
}

/**
 * Compares an array after a call with the reference.
 *
 * @throws {RangeError} nothing can be compared: lengths or dtypes do not fit
 */
export function checkContract(check: ContractCheck): ContractResult {
  const { before, after } = check;
  const rotations = 'dtype' in check.rotations ? [check.rotations] : check.rotations;
  const dtype = rotations[0]?.dtype;
  if (dtype === undefined) throw new RangeError('rotations: expected at least one, got none');
  if (rotations.some((rotation) => rotation.dtype !== dtype)) {
    throw new RangeError('rotations: expected one dtype for all of an array, got several');
  }
  for (const [name, array] of Object.entries({ before, after })) {
    if (array instanceof Float32Array !== (dtype === 'f32')) {
      throw new RangeError(`${name}: expected an array of ${dtype}, got a ${array.constructor.name}`);
    }
  }
  if (after.length !== before.length) {
    throw new RangeError(`after: expected ${before.length} elements (as before), got ${after.length}`);
  }
  if (check.exact !== undefined && check.exact.length !== before.length) {
    throw new RangeError(`exact: expected ${before.length} elements (as before), got ${check.exact.length}`);
  }

  const load = loader(dtype);
  const toBits = encoder(dtype);
  const allowance = roundingAllowance(dtype);
  const beforeBits = bitsOf(before);
  const afterBits = bitsOf(after);
  const overflow = 2 ** Math.ceil(Math.log2(maxFinite(dtype)));
  const touched = new Uint8Array(before.length);
  const failures: ContractFailure[] = [];
  let worst = 0;
  let maxAbsError = 0;
  let rotated = 0;
  let failureCount = 0;

  for (const [number, rotation] of rotations.entries()) {
    const exact = check.exact ?? exactOf(before, rotation);
    const scale = scaler(rotation);
    const relative = check.relative ?? ('from' in rotation ? 1e-6 : 5e-7);
    const rotaryDim = rotation.rotaryDim ?? rotation.headDim;
    const begin = rotation.placement === 'last' ? rotation.headDim - rotaryDim : 0;
    forEachHead(rotation, (start, sequence, token, head) => {
      const position = placeOf(rotation, sequence, token);
      if (position === null) return;
      for (let dim = 0; dim < rotaryDim; dim++) {
        const index = start + begin + dim;
        if (touched[index] === 1) throw new RangeError(`rotations: expected disjoint, both have ${index}`);
        touched[index] = 1;
        rotated++;
        const got = load(afterBits[index]!);
        const expected = exact[index]!;
        const x = load(beforeBits[index]!);
        const y = load(beforeBits[start + begin + partnerOf(rotation.pairing, rotaryDim, dim)]!);
        const m = Math.max(Math.abs(x), Math.abs(y));
        const s = check.scale ?? scale(sequence, token, pairOf(rotation.pairing, rotaryDim, dim));
        const tolerance = allowance(toBits(expected)) + relative * s * m + 2 ** -124;
        const share = errorShare(got, expected, tolerance, overflow);
        if (share > worst) worst = share;
        if (Number.isFinite(got) && Number.isFinite(expected)) {
          maxAbsError = Math.max(maxAbsError, Math.abs(got - expected));
        }
        if (!(share <= 1)) {
          failureCount++;
          if (failures.length < 10) {
            const tensor = rotations.length > 1 ? `rotation ${number}, ` : '';
            failures.push({
              index,
              place: `${tensor}sequence ${sequence}, token ${token}, head ${head}, dim ${dim}, position ${position}`,
              got,
              expected,
              tolerance,
              gotBits: afterBits[index]!,
              expectedBits: toBits(expected),
            });
          }
        }
      }
    });
  }

  for (let index = 0; index < touched.length; index++) {
    if (touched[index] === 1 || afterBits[index] === beforeBits[index]) continue;
    worst = Number.POSITIVE_INFINITY;
    failureCount++;
    if (failures.length < 10) {
      failures.push({
        index,
        place: 'untouched: tail, padding, gap or guard',
        got: load(afterBits[index]!),
        expected: load(beforeBits[index]!),
        tolerance: 0,
        gotBits: afterBits[index]!,
        expectedBits: beforeBits[index]!,
      });
    }
  }
  return { worst, maxAbsError, rotated, failureCount, failures };
}

/** The ulp of every 16-bit pattern, so that millions of elements need no powers. */
const ulpTables: { f16?: Float64Array; bf16?: Float64Array } = {};

/** What the last rounding may cost: one ulp of the reference in 16 bits; in f32 it is part of the 5e-7. */
function roundingAllowance(dtype: RopeDtype): (referenceBits: number) => number {
  if (dtype === 'f32') return () => 0;
  const values = decodeTable(dtype);
  ulpTables[dtype] ??= Float64Array.from(values, (value) => ulp(value, dtype));
  const table = ulpTables[dtype];
  return (referenceBits) => table[referenceBits]!;
}

/** The error as a share of the tolerance: NaN, infinities and NaN tolerances included, at most 1 if within it. */
export function errorShare(got: number, exact: number, tolerance: number, overflow: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(got) ? 0 : Number.POSITIVE_INFINITY;
  if (got === exact) return 0;
  if (!Number.isFinite(exact) || Number.isNaN(got)) return Number.POSITIVE_INFINITY;
  if (!Number.isFinite(got)) {
    // An infinity stands for the first value that the type no longer has, and everything above.
    if (Math.sign(got) !== Math.sign(exact)) return Number.POSITIVE_INFINITY;
    const missing = Math.max(overflow - Math.abs(exact), 0);
    return missing <= tolerance ? missing / tolerance : Number.POSITIVE_INFINITY;
  }
  const share = Math.abs(got - exact) / tolerance;
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}

/** The dim that is paired with `dim`. */
function partnerOf(pairing: 'half' | 'interleaved', rotaryDim: number, dim: number): number {
  if (pairing === 'interleaved') return dim % 2 === 0 ? dim + 1 : dim - 1;
  return (dim + rotaryDim / 2) % rotaryDim;
}

/** The pair of `dim`. */
function pairOf(pairing: 'half' | 'interleaved', rotaryDim: number, dim: number): number {
  return pairing === 'interleaved' ? dim >> 1 : dim % (rotaryDim / 2);
}

function exactOf(before: StorageArray, rotation: ContractRotation): Float64Array {
  return 'from' in rotation ? rerotateReferenceExact(before, rotation) : ropeReferenceExact(before, rotation);
}

/** Positions of a token, one an axis. */
function positionsOf(
  { positions }: RopeTurnOptions,
  tokens: number,
  sequence: number,
  token: number,
): number[] {
  if (typeof positions === 'number') return [positions + token];
  const lists = typeof positions[0] === 'object' ? positions : [positions];
  return Array.from(
    lists as ArrayLike<ArrayLike<number>>,
    (list) => list[(sequence * tokens + token) % list.length]!,
  );
}

/** Where a token stands, in words; null for padding. */
function placeOf(rotation: ContractRotation, sequence: number, token: number): string | null {
  const turns = 'from' in rotation ? [rotation.from, rotation.to] : [rotation];
  const all = turns.map((turn) => positionsOf(turn, rotation.tokens, sequence, token));
  const isPadding = all.some((positions, i) => positions.includes(turns[i]!.padding ?? -1));
  return isPadding ? null : all.map((positions) => positions.join('/')).join(' -> ');
}

/** s of a pair: the length of (cos, sin) in its table, reciprocal where it is undone, a ratio where it is replaced. */
function scaler(rotation: ContractRotation): (sequence: number, token: number, pair: number) => number {
  if ('from' in rotation) {
    const [from, to] = [lengths(rotation, rotation.from), lengths(rotation, rotation.to)];
    return (...at) => to(...at) / from(...at);
  }
  const length = lengths(rotation, rotation);
  return rotation.inverse ? (...at) => 1 / length(...at) : length;
}

function lengths(
  { pairAxis, tokens, rotaryDim, headDim }: ContractRotation,
  turn: Omit<RopeTurnOptions, 'pairAxis'>,
): (sequence: number, token: number, pair: number) => number {
  const { cosCache, sinCache, attentionFactor = 1 } = turn;
  if (!cosCache || !sinCache) return () => attentionFactor;
  return (sequence, token, pair) => {
    const positions = positionsOf(turn, tokens, sequence, token);
    const row = positions.length === 1 ? positions[0]! : positions[pairAxis![pair]!]!;
    const at = row * ((rotaryDim ?? headDim) / 2) + pair;
    return attentionFactor * Math.hypot(cosCache[at]!, sinCache[at]!);
  };
}

/** `decode` of one type, without its checks. */
function loader(dtype: RopeDtype): (bits: number) => number {
  if (dtype === 'f32') {
    const value = new Float32Array(1);
    const asBits = new Uint32Array(value.buffer);
    return (bits) => {
      asBits[0] = bits;
      return value[0]!;
    };
  }
  const values = decodeTable(dtype);
  return (bits) => values[bits]!;
}
