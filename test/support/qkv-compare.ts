/**
 * What became of the buffers of a case, held against the reference.
 *
 * Without a norm a rotated element has the contract of any rotation (bench/harness/contract.ts). With one: |error| <= 1e-6*s*m'
 * + |weight|*2^-124/sqrt(epsilon), s being the attention factor, m' the larger normed element of the pair and weight the larger
 * of its weights; of an element that does not rotate, s is 1 and m' itself. In 16 bits one ulp of the reference more. With
 * eps = 2^-24 the 1e-6, 16.8 eps, is: 8.4 eps of the rotation, 2 of 1 + weight and its product, 1.4 + 2 of the square root of the
 * mean, which WGSL has as inverseSqrt within 2 ulp, and the sum of squares, whose error is halved by the root: pairwise or in
 * partial sums of 8 to 64 elements each, at most 6 eps.
 *
 * All else has the bits of the reference: V and the unrotated elements without a norm, and whatever no row names. A NaN that is
 * converted to another dtype is any NaN. Heads whose sum of squares is not finite in float32 have no contract but that it ends
 * with them.
 */

import {
  bytesPerElement,
  fromStorage,
  type QkvBadEntries,
  type RopeConfig,
  type RopeDtype,
  ropeFrequencies,
} from 'webgpu-rope';
import {
  type QkvReferenceExact,
  type QkvReferenceOptions,
  qkvReference,
  qkvReferenceExact,
  qkvReferenceRows,
} from 'webgpu-rope/reference';
import { ulp } from '../../src/dtypes';
import { errorShare } from './contract';
import type { Arena, ArenaPlace } from './qkv-arena';
import { type PlacedPart, placesOf, type QkvCase, type QkvSetup } from './qkv-places';
import { referencePositions, referenceRows, referenceStep } from './qkv-sources';
import { stridesOf } from './tensors';

/** What came of a case, and what was to be counted. */
export interface QkvComparison {
  /** The largest error as a share of its tolerance. */
  readonly worst: number;
  readonly bad: QkvBadEntries;
}

/** A case before its call, and the rope that it was called with. */
export interface QkvBefore extends Pick<QkvSetup, 'before' | 'numbers'> {
  readonly config: RopeConfig;
  /** Positions that its table has. */
  readonly positions: number;
}

/** Which tokens there are, and where they go. */
interface Tokens {
  readonly counts: readonly number[];
  /** By token: whether it has a position. */
  readonly isPlaced: (token: number) => boolean;
  readonly rows: readonly number[] | null;
  readonly capacity: number;
}

/**
 * Compares every byte of every buffer.
 *
 * @throws {Error} with the first elements that are wrong, and how many there are
 */
export function compareQkv(setup: QkvBefore, after: Arena, c: QkvCase): QkvComparison {
  const places = placesOf(c);
  const { axes } = setup.config;
  const shape = {
    tokens: c.tokens,
    batch: c.batch ?? 1,
    axes: axes?.count ?? 1,
    positions: setup.positions,
  };
  const step = referenceStep(c.step, shape);
  const given = c.positions ?? (c.step ? undefined : { type: 'start' as const, start: 5 });
  const { lists, bad } = referencePositions(given, step, shape);
  const rowed = places.find(
    ({ name, part, cache }) => cache ?? (name === 'k' && part.capacity !== undefined),
  );
  const capacity = rowed?.part.cache?.capacity ?? rowed?.part.capacity ?? 0;
  const { tokens, batch } = shape;
  const rows = c.rows
    ? qkvReferenceRows(referenceRows(c.rows, step, capacity), { tokens, batch, counts: step.counts })
    : null;
  const { inverseFrequencies, attentionFactor } = ropeFrequencies(setup.config);
  const optionsOf = (arena: Arena): QkvReferenceOptions => ({
    dtype: c.dtype,
    headDim: c.headDim,
    rotaryDim: setup.config.rotaryDim,
    pairing: setup.config.pairing,
    tokens,
    batch,
    counts: step.counts,
    positions: axes ? lists : lists[0]!,
    ...(axes && { pairAxis: axes.pairAxis }),
    inverseFrequencies,
    attentionFactor,
    ...(rows && { rows }),
    ...(c.rotates !== undefined && { rotates: c.rotates }),
    ...Object.fromEntries(places.map((place) => [place.name, referencePart(setup, arena, place)])),
  });
  const expected = setup.before.copy();
  const badRows = qkvReference(optionsOf(expected));
  const exact = qkvReferenceExact(optionsOf(setup.before));
  const normed = qkvReferenceExact({ ...optionsOf(setup.before), rotates: false });
  const isPlaced = (token: number): boolean => lists.every((list) => list[token] !== -1);
  const of: Tokens = { counts: step.counts, isPlaced, rows, capacity };
  const comparison = new Comparison(setup, after, expected, c);
  for (const place of places) comparison.checkPart(place, of, { exact, normed, attentionFactor });
  comparison.checkBits();
  comparison.report();
  return { worst: comparison.worst, bad: { positions: bad, rows: badRows, tokens: step.clamped } };
}

/** A part as the reference takes it. */
function referencePart(
  { numbers }: QkvBefore,
  arena: Arena,
  { name, part, source, cache, weights }: PlacedPart,
) {
  const { norm, cache: cacheCase, buffer: _buffer, ...tensor } = part;
  const { over, epsilon = 1e-6, onePlusWeight } = norm ?? {};
  const weight = weights ? weightsIn(arena, weights) : numbers.get(name);
  const { buffer: _cacheBuffer, ...restOfCache } = cacheCase ?? {};
  return {
    ...tensor,
    data: arena.view(source.buffer, source.dtype),
    ...(norm && {
      norm: {
        epsilon: Math.fround(epsilon),
        ...(over && { over }),
        ...(onePlusWeight !== undefined && { onePlusWeight }),
        ...(weight && { weight }),
      },
    }),
    ...(cache && { cache: { ...restOfCache, data: arena.view(cache.buffer, cache.dtype) } }),
  };
}

function weightsIn(arena: Arena, { buffer, dtype, offset = 0, headDim }: ArenaPlace): Float64Array {
  return fromStorage(arena.view(buffer, dtype).slice(offset, offset + headDim), dtype);
}

/** The exact values of a case. */
interface Exact {
  readonly exact: QkvReferenceExact;
  /** Before the rotation. */
  readonly normed: QkvReferenceExact;
  readonly attentionFactor: number;
}

/** Where the heads of a row begin. */
function headsOf(place: ArenaPlace, sequence: number, row: number): number[] {
  const { batch, token, head } = stridesOf(place);
  const at = (place.offset ?? 0) + sequence * batch + row * token;
  return Array.from({ length: place.heads }, (_, i) => at + i * head);
}

class Comparison {
  worst = 0;
  readonly #failures: string[] = [];
  #failed = 0;
  /** By buffer: 1 for bytes that a tolerance was held against. */
  readonly #seen: ReadonlyMap<string, Uint8Array>;

  constructor(
    readonly setup: QkvBefore,
    readonly after: Arena,
    readonly expected: Arena,
    readonly c: QkvCase,
  ) {
    this.#seen = new Map(after.names.map((name) => [name, new Uint8Array(after.bytes(name).length)]));
  }

  /** Holds the elements of a part that are computed against their tolerances. */
  checkPart(place: PlacedPart, { counts, isPlaced, rows, capacity }: Tokens, of: Exact): void {
    const { name, part, source, cache } = place;
    const target = cache ?? source;
    const { tokens, batch = 1 } = this.c;
    const isAtRows = name === 'k' && !cache && part.capacity !== undefined;
    const check = this.#checkerOf(place, of);
    for (let sequence = 0; sequence < batch; sequence++) {
      for (let token = 0; token < counts[sequence]!; token++) {
        const index = sequence * tokens + token;
        if (!isPlaced(index)) continue;
        const row = rows && (cache || isAtRows) ? rows[index]! : token;
        if (rows && (cache || isAtRows) && (row < 0 || row >= capacity)) continue;
        const from = headsOf(source, sequence, isAtRows ? row : token);
        const to = headsOf(target, part.cache?.shared ? 0 : sequence, row);
        check(from, to, `${name}, sequence ${sequence}, token ${token}, row ${row}`);
      }
    }
  }

  /** What holds the heads of one token, given where they were and where they went. */
  #checkerOf(
    place: PlacedPart,
    { exact: exacts, normed: all, attentionFactor }: Exact,
  ): (from: readonly number[], to: readonly number[], where: string) => void {
    const { name, part, source, cache } = place;
    const { dtype, buffer, headDim } = cache ?? source;
    const { norm } = part;
    const got = fromStorage(this.after.view(buffer, dtype), dtype);
    const [exact, normed] = [exacts[name]!, all[name]!];
    const partners = Array.from({ length: headDim }, (_, dim) => this.#partnerOf(place, dim));
    const flushed = norm ? this.#flushed(place) : null;
    return (from, to, where) => {
      const free = norm ? this.#freeHeads(place, from) : null;
      for (const [head, start] of to.entries()) {
        for (const [dim, partner] of partners.entries()) {
          const at = start + dim;
          if (!norm && partner === null) {
            // Its bits are those of the reference, but for what a NaN becomes in another dtype.
            const isNan = Number.isNaN(exact[at]) && Number.isNaN(got[at]);
            if (isNan && dtype !== source.dtype) this.#see(buffer, dtype, at);
            continue;
          }
          this.#see(buffer, dtype, at);
          if (free?.[head]) continue;
          const s = partner === null ? 1 : attentionFactor;
          const m = Math.max(Math.abs(normed[at]!), Math.abs(normed[start + (partner ?? dim)]!));
          const rounding = dtype === 'f32' ? 0 : ulp(exact[at]!, dtype);
          const flush = flushed ? Math.max(flushed(head, dim), flushed(head, partner ?? dim)) : 2 ** -124;
          const tolerance = rounding + (norm ? 1e-6 * s * m + s * flush : 5e-7 * s * m + flush);
          const share = errorShare(got[at]!, exact[at]!, tolerance, dtype === 'f16' ? 2 ** 16 : 2 ** 128);
          this.worst = Math.max(this.worst, share);
          if (share <= 1) continue;
          this.#fail(
            `${where}, head ${head}, dim ${dim}: got ${got[at]}, expected ${exact[at]} within ${tolerance}`,
          );
        }
      }
    };
  }

  /** What flushed inputs may cost a normed element: |weight| * 2^-124 / sqrt(epsilon). */
  #flushed({ name, part, weights, source }: PlacedPart): (head: number, dim: number) => number {
    const { epsilon = 1e-6, over, onePlusWeight = false } = part.norm!;
    const all = weights ? weightsIn(this.setup.before, weights) : this.setup.numbers.get(name);
    return (head, dim) => {
      const weight = all?.[over === 'heads' ? head * source.headDim + dim : dim];
      const factor = weight === undefined ? 1 : onePlusWeight ? 1 + weight : weight;
      return (Math.abs(factor) * 2 ** -124) / Math.sqrt(epsilon);
    };
  }

  /** Heads whose sum of squares is not finite in float32; of one mean, all or none. */
  #freeHeads({ part, source }: PlacedPart, starts: readonly number[]): boolean[] {
    const view = this.setup.before.view(source.buffer, source.dtype);
    const sums = starts.map((start) => {
      const values = fromStorage(view.slice(start, start + source.headDim), source.dtype);
      return values.reduce((sum, value) => sum + value * value, 0);
    });
    const total = sums.reduce((sum, each) => sum + each, 0);
    return sums.map((sum) => !((part.norm?.over === 'heads' ? total : sum) < 2 ** 127));
  }

  /** The dim that rotates with this one, or null. */
  #partnerOf({ name, part }: PlacedPart, dim: number): number | null {
    const { rotaryDim, pairing } = this.setup.config;
    const at = dim - (part.rotaryOffset ?? 0);
    if (name === 'v' || this.c.rotates === false || at < 0 || at >= rotaryDim) return null;
    if (pairing === 'interleaved') return dim + (at % 2 === 0 ? 1 : -1);
    return dim - at + ((at + rotaryDim / 2) % rotaryDim);
  }

  #see(buffer: string, dtype: RopeDtype, element: number): void {
    const bytes = bytesPerElement(dtype);
    this.#seen.get(buffer)!.fill(1, element * bytes, (element + 1) * bytes);
  }

  /** Holds all other bytes against the bits of the reference. */
  checkBits(): void {
    for (const name of this.after.names) {
      const [got, expected, before] = [this.after, this.expected, this.setup.before].map((arena) =>
        arena.bytes(name),
      );
      const seen = this.#seen.get(name)!;
      for (let i = 0; i < seen.length; i++) {
        if (seen[i] === 1 || got![i] === expected![i]) continue;
        const kept = expected![i] === before![i] ? 'as before' : 'as the reference';
        this.#fail(`${name}, byte ${i}: got ${got![i]}, expected ${expected![i]}, ${kept}`);
      }
    }
  }

  #fail(what: string): void {
    this.#failed++;
    if (this.#failures.length < 8) this.#failures.push(`  ${what}`);
  }

  /** @throws {Error} anything failed */
  report(): void {
    if (this.#failed === 0) return;
    const count = `${this.#failed} elements or bytes wrong`;
    throw new Error(`${count} of ${JSON.stringify(this.c)}\n${this.#failures.join('\n')}`);
  }
}
