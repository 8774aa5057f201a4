import type { RopeTuning } from '../kernel/tuning';
import type { PartView } from './part';
import { unitsOf } from './part-words';
import type { Way } from './variant';

/** Sums that a workgroup has room for (shaders/qkv/chunks.wgsl). */
const mostSums = 256;
/** Below so many invocations an adapter runs lanes in turn: one lane sums a head. */
const parallel = 1024;

const powerBelow = (most: number): number => 2 ** Math.floor(Math.log2(Math.max(1, most)));

/** How the heads of a launch are spread over workgroups and lanes. */
export interface Spread {
  /** Of all parts. */
  readonly heads: number;
  /** Lanes that sum the squares of a head together. */
  readonly team: number;
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
      ...{ heads, team: 1, lanesOfHead: 1, lanesNear: 2 ** 20, rotatedUnits: rotaryDim / 2 },
      headsOfGroup: () => headsOfGroup,
    };
  }
  const isNormed = parts.some(({ norm }) => norm !== null);
  const units = Math.max(...parts.map(unitsOf));
  const lanesOfHead = Math.min(units, workgroupSize);
  const slots = Math.floor(workgroupSize / lanesOfHead);
  const room = isOverHeads ? mostSums / heads : 16;
  const team = isNormed && invocations >= parallel ? powerBelow(Math.min(units, workgroupSize, room)) : 1;
  const mostHeads = isNormed ? mostSums / team : heads;
  return {
    heads,
    team,
    lanesOfHead,
    lanesNear: Math.ceil(2 ** 20 / lanesOfHead),
    rotatedUnits: rotaryDim / 16,
    headsOfGroup(rows) {
      if (isOverHeads) return heads;
      const wanted = Math.ceil(invocations / (workgroupSize * rows));
      const groups = Math.max(Math.ceil(heads / mostHeads), Math.min(Math.ceil(heads / slots), wanted));
      return Math.ceil(heads / groups);
    },
  };
}
