/**
 * The numerics contract as a comparator: what every kernel, adapter and browser has to keep.
 *
 * For a rotated pair let m = max(|x|, |y|) of the input and s = hypot(cos, sin) of its table entry, which is the
 * attention factor. With eps = 2^-24 = 6.0e-8, the unit roundoff of f32:
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
 * Everything else keeps its bits.
 */

import {
  type Dtype,
  decodeTable,
  encoder,
  maxFinite,
  type StorageArray,
  ulp,
} from '../../src/reference/dtypes';
import { type RopeReferenceOptions, ropeReferenceExact } from '../../src/reference/rope';
import { bitsOf } from './random';
import { forEachHead } from './tensors';

/** What happened to an array, and what should have. */
export interface ContractCheck {
  /** The array before the call. */
  readonly before: StorageArray;
  /** The array after it; as long, and of the same kind. */
  readonly after: StorageArray;
  /** The rotation, or all that one call did to this array (Q and K in one buffer). All of one dtype. */
  readonly rotations: RopeReferenceOptions | readonly RopeReferenceOptions[];
  /** The exact results, as long as `before`. Default: `ropeReferenceExact` of each rotation. */
  readonly exact?: Float64Array;
  /** The share of s*m allowed. Default 5e-7; 1e-6 for `rerotate`. */
  readonly relative?: number;
  /** s, the length of (cos, sin) of the table. Default: the attention factor of each rotation. */
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
  const relative = check.relative ?? 5e-7;
  const touched = new Uint8Array(before.length);
  const failures: ContractFailure[] = [];
  let worst = 0;
  let maxAbsError = 0;
  let rotated = 0;
  let failureCount = 0;

  for (const [number, rotation] of rotations.entries()) {
    const exact = check.exact ?? ropeReferenceExact(before, rotation);
    const scale = check.scale ?? rotation.attentionFactor ?? 1;
    const rotaryDim = rotation.rotaryDim ?? rotation.headDim;
    forEachHead(rotation, (start, sequence, token, head) => {
      const position = positionOf(rotation, sequence, token);
      if (position === -1) return;
      for (let dim = 0; dim < rotaryDim; dim++) {
        const index = start + dim;
        if (touched[index] === 1) throw new RangeError(`rotations: expected disjoint, both have ${index}`);
        touched[index] = 1;
        rotated++;
        const got = load(afterBits[index]!);
        const expected = exact[index]!;
        const x = load(beforeBits[index]!);
        const y = load(beforeBits[start + partnerOf(rotation.pairing, rotaryDim, dim)]!);
        const m = Math.max(Math.abs(x), Math.abs(y));
        const tolerance = allowance(toBits(expected)) + relative * scale * m + 2 ** -124;
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

/**
 * `checkContract`, throwing if it fails.
 *
 * @throws {Error} with index, place, got, expected and tolerance of the first failures, and how many there are
 */
export function expectContract(check: ContractCheck, what = 'numerics contract'): ContractResult {
  const result = checkContract(check);
  if (result.failureCount > 0 || !(result.worst <= 1)) {
    const lines = result.failures.map(
      (failure) =>
        `  [${failure.index}] ${failure.place}: got ${failure.got} (0x${failure.gotBits.toString(16)}), ` +
        `expected ${failure.expected} (0x${failure.expectedBits.toString(16)}) within ${failure.tolerance}`,
    );
    const count = `${result.failureCount} of ${check.before.length} elements wrong (${result.rotated} rotated)`;
    throw new Error(`${what}: ${count}\n${lines.join('\n')}`);
  }
  return result;
}

/** The ulp of every 16-bit pattern, so that millions of elements need no powers. */
const ulpTables: { f16?: Float64Array; bf16?: Float64Array } = {};

/** What the last rounding may cost: one ulp of the reference in 16 bits; in f32 it is part of the 5e-7. */
function roundingAllowance(dtype: Dtype): (referenceBits: number) => number {
  if (dtype === 'f32') return () => 0;
  const values = decodeTable(dtype);
  ulpTables[dtype] ??= Float64Array.from(values, (value) => ulp(value, dtype));
  const table = ulpTables[dtype];
  return (referenceBits) => table[referenceBits]!;
}

/** The error as a share of the tolerance: NaN, infinities and NaN tolerances included, at most 1 if within it. */
function errorShare(got: number, exact: number, tolerance: number, overflow: number): number {
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

function positionOf(rotation: RopeReferenceOptions, sequence: number, token: number): number {
  const { positions, tokens } = rotation;
  if (typeof positions === 'number') return positions + token;
  return positions[(sequence * tokens + token) % positions.length]!;
}

/** `decode` of one type, without its checks. */
function loader(dtype: Dtype): (bits: number) => number {
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
