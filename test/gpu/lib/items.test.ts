import { describe, expect, test } from 'vitest';
import { callLibrary } from '../../support/library-calls';
import code from './items.wgsl?linked';

interface Grid {
  readonly units: number;
  readonly groups: number;
  readonly tokens: number;
  readonly sequences: number;
}

const itemsIn = ({ units, groups, tokens, sequences }: Grid) => units * groups * tokens * sequences;

/** The words of a Grid. What item_of must not mind is poisoned: first_token, first_sequence and counts. */
const wordsOfGrid = (grid: Grid, width: number) => [
  ...[itemsIn(grid), width, grid.units, grid.groups],
  ...[grid.tokens, 0x7fa00001, 0x7fa00002, 0x7fa00003],
];

/** Every (unit, group, token, sequence), units next to each other. */
function* allItems({ units, groups, tokens, sequences }: Grid): Generator<number[]> {
  for (let sequence = 0; sequence < sequences; sequence++) {
    for (let token = 0; token < tokens; token++) {
      for (let group = 0; group < groups; group++) {
        for (let unit = 0; unit < units; unit++) yield [unit, group, token, sequence];
      }
    }
  }
}

// One of everything; primes; more than one workgroup, more than one row of them.
const grids: [Grid, width: number][] = [
  [{ units: 1, groups: 1, tokens: 1, sequences: 1 }, 1],
  [{ units: 3, groups: 1, tokens: 7, sequences: 1 }, 2],
  [{ units: 5, groups: 2, tokens: 3, sequences: 11 }, 1],
  [{ units: 2, groups: 3, tokens: 13, sequences: 5 }, 3],
];

describe.each([1, 32, 64, 256])('WORKGROUP %i', (workgroup) => {
  test.each(grids)(
    'item_of: in %j, %i workgroups wide, each item belongs to one invocation',
    async (grid, width) => {
      const height = Math.ceil(itemsIn(grid) / workgroup / width) + 1;
      // Every invocation, in the order of items.
      const places = Array.from({ length: width * height * workgroup }, (_, i) => {
        const group = Math.floor(i / workgroup);
        return [group % width, Math.floor(group / width), 0, i % workgroup];
      });
      const calls = places.map((place) => [...wordsOfGrid(grid, width), ...place]);
      const got = await callLibrary({
        code,
        name: 'item_of',
        constants: { WORKGROUP: workgroup },
        calls,
        vectors: 2,
      });
      const expected = [...allItems(grid)];
      expect(places.length).toBeGreaterThan(expected.length);
      for (const [i, words] of got.entries()) {
        const [inside, ...item] = words.subarray(0, 5);
        expect(inside).toBe(i < expected.length ? 1 : 0);
        if (inside === 1) expect(item).toEqual(expected[i]);
      }
    },
  );

  test('item_of: the last item of the largest grid, and the one behind it', async () => {
    const grid = { units: 2 ** 8, groups: 2 ** 5, tokens: 2 ** 10, sequences: 2 ** 8 };
    const width = 2 ** 12;
    const last = itemsIn(grid) - 1;
    const calls = [last, last + 1].map((index) => {
      const group = Math.floor(index / workgroup);
      const place = [group % width, Math.floor(group / width), 0, index % workgroup];
      return [...wordsOfGrid(grid, width), ...place];
    });
    const [inside, outside] = await callLibrary({
      code,
      name: 'item_of',
      constants: { WORKGROUP: workgroup },
      calls,
      vectors: 2,
    });
    expect([...inside!.subarray(0, 5)]).toEqual([1, 2 ** 8 - 1, 2 ** 5 - 1, 2 ** 10 - 1, 2 ** 8 - 1]);
    expect(outside![0]).toBe(0);
  });
});

test('is_counting: where the launch counts, one item of each token does', async () => {
  const grid = { units: 3, groups: 2, tokens: 4, sequences: 2 };
  for (const counts of [1, 0]) {
    const items = [...allItems(grid)];
    const calls = items.map((item) => [...wordsOfGrid(grid, 1).slice(0, 7), counts, ...item]);
    const got = await callLibrary({ code, name: 'is_counting', calls });
    const counting = items
      .filter((_, i) => got[i]![0] === 1)
      .map(([, , token, sequence]) => [token, sequence]);
    const tokens = items.filter((_, i) => i % 6 === 0).map(([, , token, sequence]) => [token, sequence]);
    expect(counting).toEqual(counts === 1 ? tokens : []);
  }
});
