import type { RopeTuning } from '../kernel/tuning';
import type { PartView } from './part';
import { unitsOf } from './part-words';
import type { Way } from './variant';

/** Sums that a workgroup has room for (shaders/qkv/chunks.wgsl). */
const mostSums = 256;
/**
 * Below so many invocations an adapter runs lanes in turn, four at a time: one lane sums a head, and four lanes walk all heads of a
 * token, since each further workgroup, or four of its lanes, goes through the whole kernel once more. Evidence: bench/NOTES.md.
 */
const parallel = 1024;
const lanesAtOnce = 4;

const powerBelow = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));
const powerAbove = (least: number): number => 2 ** Math.ceil(Math.log2(least));

/** How the heads of a launch are spread over workgroups and lanes. */
export interface Spread {
  /** Of all parts. */
  readonly heads: number;
  /** Lanes of a workgroup. */
  readonly lanes: number;
  /** Lanes that sum the squares of a head together. */
  readonly team: number;
  /** Whether each of them has a multiple of four runs to sum. */
  readonly sumsByFours: boolean;
  /** Sums that a workgroup has room for: a power of two. */
  readonly sums: number;
  /** Lanes that share a head. */
  readonly lanesOfHead: number;
  /** A lane divided by that is `lane * lanesNear >> 20`, exactly up to 1024 lanes. */
  readonly lanesNear: number;
  readonly rotatedUnits: number;
  /** Heads that a workgroup owns, or in qkv_words an invocation, for so many tokens of all sequences. */
  headsOfGroup(rows: number): number;
}

/** The spread of these parts. */
export function spreadOf(
  parts: readonly PartView[],
  way: Way,
  { workgroupSize, invocations }: RopeTuning,
): Spread {
  const heads = parts.reduce((sum, part) => sum + part.heads, 0);
  const rotaryDim = Math.max(...parts.map((part) => part.rotaryDim));
  // Heads whose mean is one are owned together.
  const isOverHeads = parts.some(({ norm }) => norm?.isOverHeads);
  if (way === 'words') {
    const headsOfGroup = isOverHeads ? heads : 1;
    return {
      ...{
        heads,
        lanes: workgroupSize,
        team: 1,
        sumsByFours: false,
        sums: 1,
        lanesOfHead: 1,
        lanesNear: 2 ** 20,
      },
      rotatedUnits: rotaryDim / 2,
      headsOfGroup: () => headsOfGroup,
    };
  }
  const normed = parts.filter(({ norm }) => norm !== null);
  const isParallel = invocations >= parallel;
  const lanes = isParallel ? workgroupSize : Math.min(workgroupSize, lanesAtOnce);
  const units = Math.max(...parts.map(unitsOf));
  const lanesOfHead = Math.min(units, lanes);
  const slots = Math.floor(lanes / lanesOfHead);
  const room = isOverHeads ? mostSums / heads : 16;
  const team = normed.length > 0 && isParallel ? powerBelow(Math.min(units, lanes, room)) : 1;
  const mostHeads = normed.length > 0 ? mostSums / team : heads;
  return {
    heads,
    lanes,
    team,
    sumsByFours: normed.every(({ headDim }) => headDim % (32 * team) === 0),
    sums: normed.length > 0 ? powerAbove(Math.min(heads, mostHeads) * team) : 1,
    lanesOfHead,
    lanesNear: Math.ceil(2 ** 20 / lanesOfHead),
    rotatedUnits: rotaryDim / 16,
    headsOfGroup(rows) {
      if (isOverHeads) return heads;
      const wanted = isParallel ? Math.ceil(invocations / (lanes * rows)) : 1;
      const groups = Math.max(Math.ceil(heads / mostHeads), Math.min(Math.ceil(heads / slots), wanted));
      return Math.ceil(heads / groups);
    },
  };
}
