import { describe, test } from 'vitest';
import type { RopeAxes } from 'webgpu-rope';
import { getDevice, type Own } from '../support/gpu';
import { expectPositions as check, type PositionCase, positionHeadDim } from '../support/position-case';
import { createRandom } from '../support/random';
import { words as wordsOf } from '../support/words';

const device = await getDevice();
const headDim = positionHeadDim;
const words = (own: Own, values: ArrayLike<number>) => wordsOf(device, own, values);
const expectPositions = (c: PositionCase) => check(device, c);

describe('several axes', () => {
  const pairs = headDim / 2;
  const modulo = (count: number): RopeAxes => ({
    count,
    pairAxis: Array.from({ length: pairs }, (_, i) => (i * 7) % count),
  });

  for (const count of [2, 3, 4]) {
    for (const dtype of ['f32', 'f16'] as const) {
      for (const pairing of ['half', 'interleaved'] as const) {
        test(`${count} axes, ${dtype}, ${pairing}: ids [axes, batch, tokens], and [axes, tokens]`, async () => {
          const random = createRandom(count);
          const tokens = 5;
          for (const [batch, perSequence] of [
            [2, true],
            [2, false],
          ] as const) {
            const row = tokens * (perSequence ? batch : 1);
            const positions = Array.from({ length: count }, () =>
              Array.from({ length: row }, () => random.integer(0, 4999)),
            );
            (positions[1] as number[])[2] = -1;
            await expectPositions({
              dtype,
              config: { pairing, axes: modulo(count) },
              tokens,
              batch,
              source: (own) => ({
                positions: { type: 'ids', buffer: words(own, positions.flat()), perSequence },
              }),
              positions,
            });
          }
        });
      }
    }
  }

  test('heads that whole words serve', async () => {
    const positions = [
      [1, 2, 3],
      [40, 50, 60],
      [700, 800, 900],
    ];
    await expectPositions({
      dtype: 'f16',
      config: { rotaryDim: 42, axes: { count: 3, pairAxis: Array.from({ length: 21 }, (_, i) => i % 3) } },
      tokens: 3,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, positions.flat()) } }),
      positions,
    });
  });

  test('a bad position on one axis leaves the token, counted once', async () => {
    await expectPositions({
      config: { axes: modulo(3) },
      tokens: 2,
      source: (own) => ({ positions: { type: 'ids', buffer: words(own, [1, 9999, 2, 9999, 3, 9999]) } }),
      positions: [
        [1, -1],
        [2, -1],
        [3, -1],
      ],
      bad: 1,
    });
  });

  test('a scalar start moves all axes together', () =>
    expectPositions({
      config: { axes: modulo(3) },
      tokens: 4,
      source: () => ({ start: 77 }),
      positions: 77,
    }));

  test('a grid of 3 rows of 4 cells: row and column', () =>
    expectPositions({
      config: { axes: modulo(2) },
      tokens: 12,
      source: () => ({ positions: { type: 'grid', height: 3, width: 4 } }),
      positions: [
        [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
        [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
      ],
    }));

  test('a video grid of 2 frames of 2 x 3 cells, from 5 on, in a batch', () => {
    const shared = [
      [5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6],
      [5, 5, 5, 6, 6, 6, 5, 5, 5, 6, 6, 6],
      [5, 6, 7, 5, 6, 7, 5, 6, 7, 5, 6, 7],
    ];
    return expectPositions({
      config: { axes: modulo(3) },
      tokens: 12,
      batch: 2,
      source: () => ({ positions: { type: 'grid', height: 2, width: 3, start: 5 } }),
      positions: shared,
    });
  });
});
