import { describe, expect, it } from 'vitest';
import { type MropePrompts, mropePositions } from 'webgpu-rope';
import { withHole } from '../support/holes';

const IMAGE = 151655;
const VIDEO = 151656;
const image = (count: number) => Array<number>(count).fill(IMAGE);
const video = (count: number) => Array<number>(count).fill(VIDEO);
const text = (count: number) => Array.from({ length: count }, (_, i) => 100 + i);

/** Positions as `[axis][sequence]` lists, and the deltas. */
function read(prompts: MropePrompts) {
  const { positions, deltas, shape } = mropePositions(prompts);
  const [axes, batch, tokens] = shape;
  expect(positions).toHaveLength(axes * batch * tokens);
  const row = (axis: number, sequence: number) => {
    const at = (axis * batch + sequence) * tokens;
    return [...positions.subarray(at, at + tokens)];
  };
  return {
    rows: Array.from({ length: axes }, (_, axis) => Array.from({ length: batch }, (_, b) => row(axis, b))),
    deltas: [...deltas],
  };
}

/** The same list on all three axes. */
const alike = (...rows: number[][]) => [rows, rows, rows];

describe('mropePositions, text alone', () => {
  it('S tokens: 0 to S - 1 on all axes, and decoding goes on at S', () => {
    expect(read({ ids: text(5) })).toEqual({ rows: alike([0, 1, 2, 3, 4]), deltas: [0] });
  });

  it('a batch without mask: 0 to S - 1 in every row', () => {
    const all = read({ ids: [...text(4), ...text(4), ...text(4)], batch: 3 });
    expect(all).toEqual({ rows: alike([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]), deltas: [0, 0, 0] });
  });

  const padded: MropePrompts = { ids: [...text(4), ...text(4)], batch: 2, mask: [0, 0, 1, 1, 1, 1, 1, 0] };

  it('padding on either side is -1; the n-th token decodes at n + delta, padding not counted', () => {
    expect(read(padded)).toEqual({ rows: alike([-1, -1, 0, 1], [0, 1, 2, -1]), deltas: [0, 0] });
  });

  it('by the original rules row r decodes at r + delta, padding counted', () => {
    const { rows, deltas } = read({ ...padded, rules: 'original' });
    expect(rows).toEqual(alike([-1, -1, 0, 1], [0, 1, 2, -1]));
    expect([4 + deltas[0]!, 4 + deltas[1]!]).toEqual([2, 3]);
  });

  it('a mask of booleans, a row of padding alone, ids in an Int32Array', () => {
    const ids = Int32Array.from(text(4));
    expect(read({ ids, batch: 2, mask: [true, true, false, false] })).toEqual({
      rows: alike([0, 1], [-1, -1]),
      deltas: [0, 0],
    });
  });
});

describe('mropePositions, images and videos', () => {
  it("3 steps of 2 x 2 tokens, then 5 of text: Qwen2-VL's own example", () => {
    const ids = [...video(12), ...text(5)];
    const videos = [{ frames: 3, height: 4, width: 4 }];
    expect(read({ ids, videoToken: VIDEO, videos, spatialMerge: 2, rules: 'original' })).toEqual({
      rows: [
        [[0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7]],
        [[0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 3, 4, 5, 6, 7]],
        [[0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 3, 4, 5, 6, 7]],
      ],
      deltas: [8 - 17],
    });
  });

  it("the same with 50 positions a step: Qwen2.5-VL's own example", () => {
    const ids = [...video(12), ...text(5)];
    const videos = [{ frames: 3, height: 4, width: 4, secondsPerFrame: 2, tokensPerSecond: 25 }];
    const prompts: MropePrompts = { ids, videoToken: VIDEO, videos, spatialMerge: 2, rules: 'original' };
    const { rows, deltas } = read(prompts);
    expect(rows[0]![0]).toEqual([0, 0, 0, 0, 50, 50, 50, 50, 100, 100, 100, 100, 101, 102, 103, 104, 105]);
    expect(rows[2]![0]!.slice(8)).toEqual([0, 1, 0, 1, 101, 102, 103, 104, 105]);
    expect(deltas).toEqual([106 - 17]);
  });

  it('since transformers 5 text goes on after the longer side, within the times of the video', () => {
    const ids = [...text(6), ...video(12 * 20), ...text(2)];
    const grid = { frames: 12, height: 10, width: 8, secondsPerFrame: 1, tokensPerSecond: 2 };
    const prompts: MropePrompts = { ids, videoToken: VIDEO, videos: [grid], spatialMerge: 2 };
    const now = read(prompts);
    expect(now.rows[0]![0]!.slice(-3)).toEqual([6 + 22, 11, 12]);
    // Decoding goes on past the largest position, which is a time.
    expect(now.deltas).toEqual([29 - ids.length]);
    expect(read({ ...prompts, rules: 'original' }).rows[0]![0]!.slice(-3)).toEqual([28, 29, 30]);
  });

  it('and a step takes whole seconds', () => {
    const times = (rules: 'transformers' | 'original', secondsPerFrame: number) =>
      read({
        ...{ ids: video(3), videoToken: VIDEO, rules },
        videos: [{ frames: 3, height: 1, width: 1, secondsPerFrame, tokensPerSecond: 25 }],
      }).rows[0]![0];
    expect(times('transformers', 2.64)).toEqual([0, 50, 100]);
    expect(times('transformers', 0.64)).toEqual([0, 0, 0]);
    expect(times('original', 2.64)).toEqual([0, 66, 132]);
  });

  it('text, image, text: what follows goes on past the longer side', () => {
    const ids = [...text(2), ...image(6), 7];
    expect(read({ ids, imageToken: IMAGE, images: [{ height: 4, width: 6 }], spatialMerge: 2 })).toEqual({
      rows: [[[0, 1, 2, 2, 2, 2, 2, 2, 5]], [[0, 1, 2, 2, 2, 3, 3, 3, 5]], [[0, 1, 2, 3, 4, 2, 3, 4, 5]]],
      deltas: [-3],
    });
  });

  it('several images and a video, one after the other with no text between, in a padded batch', () => {
    const first = [...image(4), ...image(2), ...video(2), 5];
    const second = [9, 8, ...image(3), 7, 6, 0, 0];
    const { rows, deltas } = read({
      ids: [...first, ...second],
      batch: 2,
      mask: [...first.map(() => 1), 1, 1, 1, 1, 1, 1, 1, 0, 0],
      imageToken: IMAGE,
      videoToken: VIDEO,
      images: [
        { height: 2, width: 2 },
        { height: 1, width: 2 },
        { height: 3, width: 1 },
      ],
      videos: [{ frames: 2, height: 1, width: 1 }],
      rules: 'original',
    });
    expect(rows).toEqual([
      [
        [0, 0, 0, 0, 2, 2, 4, 5, 6],
        [0, 1, 2, 2, 2, 5, 6, -1, -1],
      ],
      [
        [0, 0, 1, 1, 2, 2, 4, 4, 6],
        [0, 1, 2, 3, 4, 5, 6, -1, -1],
      ],
      [
        [0, 1, 0, 1, 2, 3, 4, 4, 6],
        [0, 1, 2, 2, 2, 5, 6, -1, -1],
      ],
    ]);
    expect(deltas).toEqual([-2, -2]);
  });

  it.each(['transformers', 'original'] as const)(
    'left padding before an image, %s: positions as without it',
    (rules) => {
      const prompt = { imageToken: IMAGE, images: [{ height: 2, width: 2 }], rules };
      const plain = read({ ...prompt, ids: [1, ...image(4), 2] });
      const padded = read({ ...prompt, ids: [0, 0, 1, ...image(4), 2], mask: [0, 0, 1, 1, 1, 1, 1, 1] });
      expect(padded.rows.map(([row]) => row!.slice(2))).toEqual(plain.rows.map(([row]) => row));
      expect(padded.deltas[0]).toBe(plain.deltas[0]! - (rules === 'original' ? 2 : 0));
    },
  );

  it('Qwen3-VL: steps of a video apart, with time stamps between, each a grid of its own', () => {
    const ids = [1, ...video(2), 2, 3, ...video(2), 4];
    const step = { frames: 1, height: 1, width: 2 };
    expect(read({ ids, videoToken: VIDEO, videos: [step, step] }).rows).toEqual([
      [[0, 1, 1, 3, 4, 5, 5, 7]],
      [[0, 1, 1, 3, 4, 5, 5, 7]],
      [[0, 1, 2, 3, 4, 5, 6, 7]],
    ]);
    const whole = { ids, videoToken: VIDEO, videos: [{ frames: 2, height: 1, width: 2 }], timestamps: true };
    expect(read(whole)).toEqual(read({ ids, videoToken: VIDEO, videos: [step, step] }));
  });
});

describe('mropePositions refuses', () => {
  const good: MropePrompts = {
    ids: [1, ...image(4), 2],
    imageToken: IMAGE,
    images: [{ height: 2, width: 2 }],
  };
  const cases: [unknown, string][] = [
    [
      undefined,
      'prompts: expected { ids, batch, mask, imageToken, videoToken, images, videos, spatialMerge, timestamps, audioToken, rules }, got undefined',
    ],
    [{ ...good, ids: 'text' }, 'ids: expected an array [batch, tokens], got "text"'],
    [{ ids: [] }, 'ids: expected 1 rows (batch) of the same length, got 0 entries'],
    [{ ...good, batch: 4 }, 'ids: expected 4 rows (batch) of the same length, got 6 entries'],
    [{ ...good, batch: 0 }, 'batch: expected an integer of at least 1, got 0'],
    [{ ...good, mask: [1] }, 'mask: expected 6 entries (as ids), got 1'],
    [{ ...good, mask: 1 }, 'mask: expected an array [batch, tokens], got 1'],
    [{ ...good, images: [] }, 'images: expected a grid for what begins at sequence 0, token 1, got 0 in all'],
    [
      {
        ...good,
        images: [
          { height: 2, width: 2 },
          { height: 2, width: 2 },
        ],
      },
      'images: expected 1 grids, as many as in ids, got 2',
    ],
    [
      { ...good, images: [{ height: 2, width: 3 }] },
      'ids: expected 6 tokens of images[0] (1 x 2 x 3) from sequence 0, token 1 on, got 4',
    ],
    [{ ...good, images: [7] }, 'images[0]: expected { height, width }, got 7'],
    [{ ...good, images: withHole(good.images!, 0) }, 'images[0]: expected { height, width }, got undefined'],
    [{ ...good, ids: withHole([...text(6)], 4) }, 'ids[4]: expected an integer, got undefined'],
    [{ ...good, ids: [1, 2.5] }, 'ids[1]: expected an integer, got 2.5'],
    [{ ...good, ids: new BigInt64Array(1) }, 'ids[0]: expected an integer, got 0n'],
    [
      { ...good, mask: withHole([1, 1, 1, 1, 1, 1], 5) },
      'mask[5]: expected a number or a boolean, got undefined',
    ],
    [{ ids: text(2), spatialMerge: 0 }, 'spatialMerge: expected an integer of at least 1, got 0'],
    [
      {
        ids: video(2),
        videoToken: VIDEO,
        videos: [{ frames: 2, height: 1, width: 1, secondsPerFrame: 2 ** 31 }],
      },
      'videos[0].secondsPerFrame: expected times up to 2147483647 (times tokensPerSecond 1), got 2147483648 in step 1',
    ],
    [
      {
        ids: video(4),
        videoToken: VIDEO,
        videos: [
          { frames: 2, height: 1, width: 1, secondsPerFrame: 2 ** 30 },
          { frames: 2, height: 1, width: 1, secondsPerFrame: 2 ** 30 },
        ],
        rules: 'original',
      },
      'videos[1]: expected positions up to 2147483647, got 2147483650 after it',
    ],
    [
      { ...good, rules: 'qwen' },
      'rules: expected "transformers" or "original" or "qwen2.5-omni" or "qwen3-omni", got "qwen"',
    ],
    [{ ...good, timestamps: 1 }, 'timestamps: expected true or false, got 1'],
    [{ ...good, audioToken: -1 }, 'audioToken: expected an integer of at least 0, got -1'],
    [
      {
        ...{ ids: video(2), videoToken: VIDEO, rules: 'qwen3-omni' },
        videos: [{ frames: 2, height: 1, width: 1, secondsPerFrame: 0.5, tokensPerSecond: 13 }],
      },
      'videos[0].secondsPerFrame: expected steps of whole positions (times tokensPerSecond 13), got 6.5: qwen3-omni has positions between integers there',
    ],
    [{ ...good, images: {} }, 'images: expected an array of grids, got a Object'],
    [{ ...good, imageToken: undefined }, 'imageToken: expected an integer, got undefined'],
    [{ ...good, spatialMerge: 3 }, 'images[0].height: expected a multiple of 3 (spatialMerge), got 2'],
    [
      { ids: video(1), videoToken: VIDEO, videos: [{ height: 1, width: 1 }] },
      'videos[0].frames: expected an integer, got undefined',
    ],
  ];
  for (const [prompts, message] of cases) {
    it(message, () => expect(() => mropePositions(prompts as MropePrompts)).toThrow(message));
  }
});
