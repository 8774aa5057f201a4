import { describe, expect, it } from 'vitest';
import type { PartView } from '../../src/qkv/part';
import { unitsOf } from '../../src/qkv/part-words';
import { type Spread, spreadOf } from '../../src/qkv/spread';
import { partOf, smallCache } from '../support/qkv-parts';

const norm = { epsilon: 1e-6 };
const overHeads = { ...norm, over: 'heads' } as const;

const layers: Record<string, PartView[]> = {
  'Q alone, rotated': [partOf('q', { heads: 7 })],
  'Q, K and V with caches': [
    partOf('q', { heads: 32 }),
    partOf('k', { heads: 8, cache: smallCache }),
    partOf('v', { heads: 8, cache: smallCache }),
  ],
  'norms of heads of 128': [
    partOf('q', { heads: 16, norm }, { headDim: 128, rotaryDim: 128 }),
    partOf('k', { heads: 2, norm, cache: smallCache }, { headDim: 128, rotaryDim: 128 }),
    partOf('v', { heads: 2, cache: smallCache }, { headDim: 128 }),
  ],
  'norms of many heads, of which little rotates': [
    partOf('q', { heads: 100, norm }, { headDim: 72, rotaryDim: 16 }),
    partOf('k', { heads: 100, norm }, { headDim: 72, rotaryDim: 16 }),
  ],
  'norms over heads': [
    partOf('q', { heads: 40, norm: overHeads }, { headDim: 128, rotaryDim: 128 }),
    partOf('k', { heads: 40, norm: overHeads }, { headDim: 128, rotaryDim: 128 }),
  ],
};

const everySize = Array.from({ length: 256 }, (_, i) => i + 1);
const adapters = [64, 262_144];
const counts = [1, 3, 64, 4096];

/** Sums that a workgroup has room for (shaders/qkv/chunks.wgsl). */
const room = 256;

const numbersTo = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

/** Steps through a range as the shader does. */
const stepped = (first: number, end: number, step: number): number[] => {
  const all: number[] = [];
  for (let i = first; i < end; i += step) all.push(i);
  return all;
};

/** How often each pair of a head and a unit is walked, over all workgroups (qkv_chunks). */
function walks(
  { heads, lanesOfHead, lanesNear }: Spread,
  headsOfGroup: number,
  units: number,
  workgroupSize: number,
) {
  const times = new Uint8Array(heads * units);
  const slots = (workgroupSize * lanesNear) >>> 20;
  for (const first of stepped(0, heads, headsOfGroup)) {
    const last = Math.min(first + headsOfGroup, heads);
    for (const lane of numbersTo(workgroupSize)) {
      const slot = (lane * lanesNear) >>> 20;
      if (slot >= slots) continue;
      for (const unit of stepped(lane - slot * lanesOfHead, units, lanesOfHead)) {
        for (const head of stepped(first + slot, last, slots)) times[head * units + unit]!++;
      }
    }
  }
  return times;
}

/** Heads and lanes of their teams that nobody sums. */
function unsummed({ team }: Spread, headsOfGroup: number, workgroupSize: number): number {
  const summed = new Set<number>();
  for (const lane of numbersTo(workgroupSize)) {
    const heads = stepped(Math.floor(lane / team), headsOfGroup, Math.floor(workgroupSize / team));
    for (const head of heads) summed.add(head * team + (lane % team));
  }
  return headsOfGroup * team - summed.size;
}

describe.each(Object.entries(layers))('%s', (_, parts) => {
  const heads = parts.reduce((sum, part) => sum + part.heads, 0);
  const units = Math.max(...parts.map(unitsOf));
  const isNormed = parts.some((part) => part.norm !== null);
  const isOverHeads = parts.some((part) => part.norm?.isOverHeads);

  const cases = (sizes: readonly number[]) =>
    sizes.flatMap((workgroupSize) =>
      adapters.map((invocations) => {
        const spread = spreadOf(parts, 'chunks', { workgroupSize, invocations, firstHeadAhead: false });
        return { workgroupSize: spread.lanes, invocations, spread };
      }),
    );

  /** The cases for which something is not so, at some number of rows. */
  const wrong = (
    isRight: (spread: Spread, workgroupSize: number, rows: number) => boolean,
    sizes = everySize,
  ) =>
    cases(sizes).flatMap(({ workgroupSize, invocations, spread }) =>
      counts
        .filter((rows) => !isRight(spread, workgroupSize, rows))
        .map((rows) => `${workgroupSize} lanes, ${invocations} invocations, ${rows} rows`),
    );

  it('every unit of every head is walked once, for workgroups of 1 to 256', () => {
    const isOnce = (spread: Spread, workgroupSize: number, rows: number) =>
      walks(spread, spread.headsOfGroup(rows), units, workgroupSize).every((times) => times === 1);
    expect(wrong(isOnce)).toEqual([]);
  });

  it('a team is a power of two, within a workgroup and the room for sums', () => {
    const isTeam = ({ team, headsOfGroup }: Spread, workgroupSize: number, rows: number) =>
      Number.isInteger(Math.log2(team)) &&
      team <= workgroupSize &&
      (!isNormed || headsOfGroup(rows) * team <= room);
    expect(wrong(isTeam, [...everySize, 512, 1024])).toEqual([]);
  });

  it('sums: room for all, a power of two, and no more than twice as many as there can be', () => {
    const fits = ({ sums, team, headsOfGroup }: Spread, _: number, rows: number) =>
      Number.isInteger(Math.log2(sums)) &&
      (isNormed ? sums >= headsOfGroup(rows) * team && sums < 2 * heads * team : sums === 1);
    expect(wrong(fits)).toEqual([]);
  });

  it('by fours: where that leaves none of any normed head', () => {
    const runs = parts.filter(({ norm }) => norm !== null).map(({ headDim }) => headDim / 8);
    const isWhole = ({ sumsByFours, team }: Spread) =>
      sumsByFours === runs.every((each) => each % (4 * team) === 0);
    expect(wrong(isWhole)).toEqual([]);
  });

  it('every lane of the team of every head is there', () => {
    const isSummed = (spread: Spread, workgroupSize: number, rows: number) =>
      unsummed(spread, spread.headsOfGroup(rows), workgroupSize) === 0;
    expect(wrong(isSummed)).toEqual([]);
  });

  it('the more rows, the more heads of a workgroup; those of one mean together', () => {
    for (const { spread } of cases(everySize)) {
      const owned = counts.map((rows) => spread.headsOfGroup(rows));
      expect(owned).toEqual([...owned].sort((a, b) => a - b));
      expect(owned[0]).toBeGreaterThanOrEqual(1);
      expect(owned.at(-1)).toBeLessThanOrEqual(heads);
      if (isOverHeads) expect(owned).toEqual(counts.map(() => heads));
    }
  });

  it('qkv_words: an invocation owns a head, or all of one mean', () => {
    const spread = spreadOf(parts, 'words', { workgroupSize: 64, invocations: 64, firstHeadAhead: false });
    const owned = counts.map((rows) => spread.headsOfGroup(rows));
    expect(owned).toEqual(counts.map(() => (isOverHeads ? heads : 1)));
    expect(spread.rotatedUnits).toBe(parts[0]!.rotaryDim / 2);
  });
});

it('lanesNear: the quotient of every lane, by every number of lanes of a head', () => {
  const wrong = numbersTo(1024).filter((i) => {
    const [workgroupSize, headDim] = [1024, (i + 1) * 16];
    const parts = [partOf('q', {}, { headDim, rotaryDim: headDim })];
    const spread = spreadOf(parts, 'chunks', { workgroupSize, invocations: 262_144, firstHeadAhead: true });
    expect(spread.lanesOfHead).toBe(i + 1);
    return numbersTo(workgroupSize + 1).some(
      (lane) => (lane * spread.lanesNear) >>> 20 !== Math.floor(lane / spread.lanesOfHead),
    );
  });
  expect(wrong).toEqual([]);
});

it('one token on a large adapter: a head a workgroup has lanes for; many tokens: all heads', () => {
  const parts = layers['Q, K and V with caches']!;
  const spread = spreadOf(parts, 'chunks', { workgroupSize: 64, invocations: 262_144, firstHeadAhead: true });
  // Four units a head: sixteen heads at a time.
  expect([spread.lanesOfHead, spread.headsOfGroup(1), spread.headsOfGroup(4096)]).toEqual([4, 16, 48]);
});

it('a software adapter: four lanes own all heads of a token, however few tokens there are', () => {
  const parts = layers['norms of heads of 128']!;
  const spread = spreadOf(parts, 'chunks', { workgroupSize: 32, invocations: 64, firstHeadAhead: false });
  expect(spread).toMatchObject({ lanes: 4, lanesOfHead: 4, team: 1, sumsByFours: true, sums: 32 });
  expect([spread.headsOfGroup(1), spread.headsOfGroup(4096)]).toEqual([20, 20]);
});
