import { describe, expect, it } from 'vitest';
import { mropePositions } from 'webgpu-rope';
import { type Random, seeded } from '../support/random';

// Sound inside of videos, as the processors of the Omni models order the tokens and their models place them. The other form here makes
// both at once, from times; mropePositions is given the ids alone. Sources: transformers' models qwen2_5_omni and qwen3_omni_moe.

const [IMAGE, VIDEO, AUDIO] = [1001, 1002, 1003];
const [MARK_A, MARK_B] = [11, 12];

type Cell = readonly [time: number, height: number, width: number];
interface Prompt {
  readonly ids: number[];
  readonly cells: Cell[];
  readonly videos: { frames: number; height: number; width: number }[];
}

const alike = (position: number): Cell => [position, position, position];
const largestOf = (cells: readonly Cell[]): number => Math.max(...cells.flat());

interface Token {
  readonly id: number;
  readonly cell: Cell;
}

/** Patches of a video and pieces of its sound, by their own time from `start` on. */
function tokensOf(random: Random, start: number, step: number) {
  const [frames, height, width] = [random.integer(1, 6), random.integer(1, 3), random.integer(1, 3)];
  const sounds = random.integer(1, 40);
  const video = Array.from({ length: frames * height * width }, (_, n): Token => {
    const patch = n % (height * width);
    const time = Math.floor(n / (height * width)) * step;
    return { id: VIDEO, cell: [start + time, start + Math.floor(patch / width), start + (patch % width)] };
  });
  const audio = Array.from({ length: sounds }, (_, n): Token => ({ id: AUDIO, cell: alike(start + n) }));
  return { video, audio, grid: { frames, height, width } };
}

/** Qwen2.5-Omni: chunks of so many positions, each its video, then its sound. */
function chunked(
  { video, audio }: { video: Token[]; audio: Token[] },
  start: number,
  size: number,
): Token[][] {
  const chunkOf = ({ cell }: Token): number => Math.floor((cell[0] - start) / size);
  const chunks = 1 + Math.max(...[...video, ...audio].map(chunkOf));
  return Array.from({ length: chunks }, (_, n) => [
    video.filter((token) => chunkOf(token) === n),
    audio.filter((token) => chunkOf(token) === n),
  ])
    .flat()
    .filter((list) => list.length > 0);
}

/** Qwen3-Omni: by time, a patch before the sound of its moment; what is left of either comes last. */
function merged({ video, audio }: { video: Token[]; audio: Token[] }): Token[][] {
  const [patches, sounds] = [[...video], [...audio]];
  const lists: Token[][] = [];
  while (patches[0] && sounds[0])
    lists.push([(patches[0].cell[0] <= sounds[0].cell[0] ? patches : sounds).shift()!]);
  return [...lists, patches.length > 0 ? patches : sounds];
}

function promptOf(random: Random, rules: 'qwen2.5-omni' | 'qwen3-omni', step: number, size: number): Prompt {
  const prompt: Prompt = { ids: [], cells: [], videos: [] };
  let next = 0;
  const add = (id: number, cell: Cell) => {
    prompt.ids.push(id);
    prompt.cells.push(cell);
  };
  const marks = (): void => {
    add(MARK_A, alike(next));
    if (rules === 'qwen3-omni') next++;
    add(MARK_B, alike(next));
    next++;
  };
  for (let part = random.integer(1, 4); part > 0; part--) {
    for (let n = random.integer(0, 5); n > 0; n--) add(7, alike(next++));
    if (random.integer(0, 2) === 0) {
      // Sound alone, between its marks: like text.
      for (let n = random.integer(3, 9); n > 0; n--) add(n > 1 && n < 9 ? AUDIO : MARK_A, alike(next++));
      add(MARK_B, alike(next++));
      continue;
    }
    marks();
    const made = tokensOf(random, next, step);
    prompt.videos.push(made.grid);
    const lists = rules === 'qwen3-omni' ? merged(made) : chunked(made, next, size);
    for (const { id, cell } of lists.flat()) add(id, cell);
    next = largestOf(lists.at(-1)!.map(({ cell }) => cell)) + 1;
    marks();
  }
  return prompt;
}

describe.each(['qwen2.5-omni', 'qwen3-omni'] as const)('%s', (rules) => {
  it.each([1, 2, 3, 4])('seed %i: 50 prompts of text, sound, and videos with their sound', (seed) =>
    seeded(seed, (random) => {
      for (let round = 0; round < 50; round++) {
        const step = random.integer(1, 30);
        const { ids, cells, videos } = promptOf(random, rules, step, random.integer(5, 60));
        const left = random.integer(0, 3);
        const { positions, deltas } = mropePositions({
          ids: [...Array<number>(left).fill(0), ...ids],
          mask: [...Array<number>(left).fill(0), ...ids.map(() => 1)],
          ...{ imageToken: IMAGE, videoToken: VIDEO, audioToken: AUDIO, rules },
          videos: videos.map((grid) => ({ ...grid, tokensPerSecond: step })),
        });
        const length = left + ids.length;
        for (let axis = 0; axis < 3; axis++) {
          const row = [...positions.subarray(axis * length + left, (axis + 1) * length)];
          expect(row).toEqual(cells.map((cell) => cell[axis]));
        }
        expect(deltas[0]).toBe(largestOf(cells) + 1 - ids.length);
      }
    }),
  );

  it('sound alone is placed as text is, by all rules', () => {
    const ids = [1, 2, AUDIO, AUDIO, AUDIO, 3];
    const { positions } = mropePositions({ ids, audioToken: AUDIO, rules });
    expect([...positions.subarray(0, 6)]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

it('a video whose sound is among its patches is refused where the rules know of none', () => {
  const prompts = {
    ids: [MARK_A, MARK_B, VIDEO, AUDIO, VIDEO, MARK_A, MARK_B],
    ...{ videoToken: VIDEO, audioToken: AUDIO },
    videos: [{ frames: 2, height: 1, width: 1 }],
  };
  expect(() => mropePositions(prompts)).toThrow(
    'ids: expected 2 tokens of videos[0] (2 x 1 x 1) from sequence 0, token 2 on, got 1',
  );
});
