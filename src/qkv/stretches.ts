import { alignDown } from '../kernel/windows';
import type { PartName } from './part';

/** Variables of shaders/bindings/qkv.wgsl, but for `_chunks` or `_words`. */
export const roleNames = ['q', 'k', 'v', 'k_cache', 'v_cache', 'q_weight', 'k_weight', 'v_weight'] as const;
export type RoleName = (typeof roleNames)[number];

/** What a call reads or writes for one variable. */
export interface Role {
  readonly variable: RoleName;
  readonly part: PartName;
  /** How the caller writes it. */
  readonly name: string;
  readonly buffer: GPUBuffer;
  readonly isWritten: boolean;
}

/** Bytes of the buffer that a role spans in the call at hand. */
export interface Extent {
  begin: number;
  end: number;
}

/** Bytes of a buffer that one binding takes, for all roles that lie there. */
export interface Stretch {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  size: number;
  isWritten: boolean;
}

/** Bindings of a launch, and which one each role has. */
export interface Bindings {
  readonly roles: readonly Role[];
  readonly stretches: readonly Stretch[];
  /** Index of the stretch, by role. */
  readonly of: readonly number[];
}

/** Bytes of the whole words that hold so many: a binding is of words, and an odd head of a 16-bit dtype ends within one. */
const inWords = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/**
 * The fewest bindings for these roles: those of one GPUBuffer share one, as far as a binding spans. What is written and read in one
 * buffer is bound to be written, as WebGPU allows a dispatch no two uses of a buffer unless neither writes.
 *
 * @throws {RangeError} a role spans more than a binding; roles of one buffer past a binding lie between each other
 */
export function bindingsOf(
  roles: readonly Role[],
  extents: readonly Readonly<Extent>[],
  span: number,
): Bindings {
  const stretches: Stretch[] = [];
  const of = new Array<number>(roles.length).fill(0);
  const writtenBuffers = new Set(roles.filter(({ isWritten }) => isWritten).map(({ buffer }) => buffer));
  const order = roles.map((_, i) => i).sort((a, b) => extents[a]!.begin - extents[b]!.begin);
  for (const i of order) {
    const { buffer, name } = roles[i]!;
    const { begin, end } = extents[i]!;
    const isWritten = writtenBuffers.has(buffer);
    const whole = buffer.size <= span;
    const index = stretches.findIndex(
      (each) => each.buffer === buffer && (whole || end <= each.offset + span),
    );
    const stretch = stretches[index] ?? { buffer, offset: whole ? 0 : alignDown(begin), size: 0, isWritten };
    const { offset } = stretch;
    const size = whole ? buffer.size : Math.max(stretch.size, inWords(end - offset));
    if (size > span) {
      throw new RangeError(
        `${name}: expected at most ${span} bytes (maxStorageBufferBindingSize), got ${end - offset}`,
      );
    }
    // WebGPU lets bindings overlap that are read alone.
    const overlaps = (each: Stretch): boolean =>
      each !== stretch &&
      each.buffer === buffer &&
      each.offset < offset + size &&
      offset < each.offset + each.size;
    if (isWritten && stretches.some(overlaps)) {
      throw new RangeError(
        `${name}: expected bytes apart from those of the other tensors of its GPUBuffer, which one binding of ${span} bytes ` +
          `(maxStorageBufferBindingSize) does not span, bindings beginning at multiples of 256, got ${begin}..${end - 1}`,
      );
    }
    stretch.size = size;
    of[i] = index < 0 ? stretches.push(stretch) - 1 : index;
  }
  return { roles, stretches, of };
}

/** Whether the roles still lie within what is bound for them. Allocates nothing. */
export function liesWithin({ stretches, of }: Bindings, extents: readonly Readonly<Extent>[]): boolean {
  for (let i = 0; i < of.length; i++) {
    const { offset, size } = stretches[of[i] as number] as Stretch;
    const { begin, end } = extents[i] as Extent;
    if (begin < offset || end > offset + size) return false;
  }
  return true;
}

/** What a call binds beside tensors: the table, the counters, and what it reads. */
export interface CallReads {
  readonly ids: boolean;
  readonly offsets: boolean;
  readonly rows: boolean;
  readonly step: boolean;
}

/** Storage buffers that one launch binds. WebGPU guarantees eight. */
export function storageBuffersOf({ stretches }: Pick<Bindings, 'stretches'>, reads: CallReads): number {
  const table = 1;
  const counters = 1;
  return table + counters + stretches.length + Object.values(reads).filter(Boolean).length;
}

/** Ways to deal the parts to launches, fewest launches first. */
const deals: readonly (readonly (readonly PartName[])[])[] = [
  [['q', 'k', 'v']],
  [['q', 'k'], ['v']],
  [['q'], ['k', 'v']],
  [['q', 'v'], ['k']],
  [['q'], ['k'], ['v']],
];

/**
 * The parts that each launch takes: all in one, or as few launches as bind no more than `limit` storage buffers each.
 *
 * @param fits Whether these parts fit one launch.
 */
export function dealt(
  parts: readonly PartName[],
  fits: (parts: readonly PartName[]) => boolean,
): PartName[][] {
  let last: PartName[][] = [];
  for (const deal of deals) {
    last = deal.map((each) => each.filter((part) => parts.includes(part))).filter((each) => each.length > 0);
    if (last.every(fits)) break;
  }
  return last;
}
