import { describe, expect, it } from 'vitest';
import { mropePositions } from 'webgpu-rope';
import { type Random, seeded } from '../support/random';

/**
 * Other forms of M-RoPE's positions, as transformers' `get_rope_index` has them. Before 5: it searches for the next vision token,
 * appends ranges, and takes the largest position so far; padding is stripped first and the delta counts it. Since 5 (pull request
 * 43972): a position of its own runs along, past the longer side of a grid; the delta counts what is not padding.
 */

const IMAGE = 1001;
const VIDEO = 1002;
const MERGE = 2;

interface Thw {
  readonly t: number;
  readonly h: number;
  readonly w: number;
}

/** One sequence without padding: `[axis][token]`. */
function ropeIndex(ids: readonly number[], images: Thw[], videos: Thw[], scale: number): number[][] {
  const parts: number[][][] = [];
  const nextPosition = () => Math.max(-1, ...parts.flat(2)) + 1;
  let start = 0;
  for (;;) {
    const found = ids.findIndex((id, i) => i >= start && (id === IMAGE || id === VIDEO));
    const end = found === -1 ? ids.length : found;
    const textStart = nextPosition();
    parts.push(Array.from({ length: 3 }, () => Array.from({ length: end - start }, (_, i) => textStart + i)));
    if (found === -1) break;
    const { t, h, w } = (ids[end] === IMAGE ? images : videos).shift()!;
    const [rows, columns] = [h / MERGE, w / MERGE];
    const visionStart = nextPosition();
    const cells = Array.from({ length: t }, (_, f) =>
      Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => [f * scale, r, c])),
    ).flat(2);
    parts.push([0, 1, 2].map((axis) => cells.map((cell) => cell[axis]! + visionStart)));
    start = end + cells.length;
  }
  return [0, 1, 2].map((axis) => parts.flatMap((part) => part[axis]!));
}

/** The same since 5. */
function ropeIndexNow(ids: readonly number[], images: Thw[], videos: Thw[], scale: number): number[][] {
  const cells: number[][] = [];
  let current = 0;
  while (cells.length < ids.length) {
    const id = ids[cells.length];
    if (id !== IMAGE && id !== VIDEO) {
      cells.push([current, current, current]);
      current++;
      continue;
    }
    const { t, h, w } = (id === IMAGE ? images : videos).shift()!;
    for (let frame = 0; frame < t; frame++)
      for (let row = 0; row < h / MERGE; row++)
        for (let column = 0; column < w / MERGE; column++)
          cells.push([current + frame * scale, current + row, current + column]);
    current += Math.max(h, w) / MERGE;
  }
  return [0, 1, 2].map((axis) => cells.map((cell) => cell[axis]!));
}

const forms = { original: ropeIndex, transformers: ropeIndexNow };

/** A prompt of text, images and videos in any order, also with none between. */
function prompt(random: Random) {
  const ids: number[] = [];
  const images: Thw[] = [];
  const videos: Thw[] = [];
  for (let part = random.integer(0, 6); part > 0; part--) {
    const kind = random.integer(0, 2);
    if (kind === 0) ids.push(...Array(random.integer(1, 9)).fill(7));
    else {
      const t = kind === 1 ? 1 : random.integer(1, 4);
      const grid = { t, h: MERGE * random.integer(1, 5), w: MERGE * random.integer(1, 5) };
      (kind === 1 ? images : videos).push(grid);
      ids.push(...Array((t * grid.h * grid.w) / MERGE ** 2).fill(kind === 1 ? IMAGE : VIDEO));
    }
  }
  return { ids, images, videos };
}

describe.each(['original', 'transformers'] as const)('rules %s', (rules) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'seed %i: 25 batches of mixed prompts, padded left or right, agree with the other form',
    (seed) =>
      seeded(seed, (random) => {
        for (let round = 0; round < 25; round++) {
          const scale = random.integer(1, 4);
          const prompts = Array.from({ length: random.integer(1, 4) }, () => prompt(random));
          const tokens = Math.max(1, ...prompts.map(({ ids }) => ids.length)) + random.integer(0, 2);
          const lefts = prompts.map(({ ids }) => (random.integer(0, 1) === 1 ? tokens - ids.length : 0));
          const padded = prompts.map(({ ids }, b) => {
            const row = Array<number>(tokens).fill(0);
            row.splice(lefts[b]!, ids.length, ...ids);
            return row;
          });
          const inside = (token: number, b: number) =>
            token >= lefts[b]! && token < lefts[b]! + prompts[b]!.ids.length;
          const { positions, deltas } = mropePositions({
            ids: padded.flat(),
            batch: prompts.length,
            mask: padded.flatMap((row, b) => row.map((_, token) => inside(token, b))),
            imageToken: IMAGE,
            videoToken: VIDEO,
            images: prompts.flatMap(({ images }) => images.map(({ h, w }) => ({ height: h, width: w }))),
            videos: prompts.flatMap(({ videos }) =>
              videos.map(({ t, h, w }) => ({ frames: t, height: h, width: w, tokensPerSecond: scale })),
            ),
            spatialMerge: MERGE,
            rules,
          });
          for (const [b, { ids, images, videos }] of prompts.entries()) {
            const expected = forms[rules](ids, [...images], [...videos], scale);
            for (let axis = 0; axis < 3; axis++) {
              const row = positions.subarray((axis * prompts.length + b) * tokens).subarray(0, tokens);
              const whole = Array<number>(tokens).fill(-1);
              whole.splice(lefts[b]!, ids.length, ...expected[axis]!);
              expect([...row]).toEqual(whole);
            }
            expect(deltas[b]).toBe(
              Math.max(-1, ...expected.flat()) + 1 - (rules === 'original' ? tokens : ids.length),
            );
          }
        }
      }),
  );
});
