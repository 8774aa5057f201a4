import { describe, expect, test } from 'vitest';
import { imageGridPositions } from 'webgpu-rope';
import { type AdditiveEncodingInput, encodingRows } from 'webgpu-rope/additive';
import { expectClose } from '../support/compare';
import { goldenAdditive, goldenEncoding } from '../support/golden-additive';
import { createRandom } from '../support/random';

describe('golden rows', () => {
  test.each(goldenAdditive.map((golden) => [golden.name, golden] as const))('%s', (_name, golden) => {
    const rows = encodingRows(goldenEncoding(golden), golden.positions);
    if (golden.kind === 'sinusoidal') {
      // Printed with 9 digits, which alone is 5e-10; angles up to 1e6 lose 1e6 * 2^-52 in either program.
      expectClose(rows, golden.output, 1e-8, golden.name);
    } else {
      expect([...rows]).toEqual(golden.output);
    }
  });
});

describe('sinusoidal', () => {
  test('the formula, written again: sine 2i of position * base^(-2i/d), then its cosine', () => {
    const dim = 10;
    const rows = encodingRows({ type: 'sinusoidal', dim }, [3, 77]);
    const again = [3, 77].flatMap((position) =>
      Array.from({ length: dim }, (_, j) => {
        const angle = position / 10_000 ** ((j - (j % 2)) / dim);
        return j % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      }),
    );
    expectClose(rows, again, 1e-13);
  });

  test('concat holds the same numbers, sines first', () => {
    const interleaved = encodingRows({ type: 'sinusoidal', dim: 12 }, [41]);
    const concat = encodingRows({ type: 'sinusoidal', dim: 12, layout: 'concat' }, [41]);
    for (let i = 0; i < 6; i++) {
      expect(concat[i]).toBe(interleaved[2 * i]);
      expect(concat[6 + i]).toBe(interleaved[2 * i + 1]);
    }
  });

  test('endpoint: Whisper, log(10000) / (d/2 - 1) from one timescale to the next', () => {
    const dim = 384;
    const half = dim / 2;
    const rows = encodingRows({ type: 'sinusoidal', dim, layout: 'concat', endpoint: true }, [0, 1, 1499]);
    // whisper/model.py, sinusoids(length, channels).
    const increment = Math.log(10_000) / (half - 1);
    const again = [0, 1, 1499].flatMap((position) => {
      const angles = Array.from({ length: half }, (_, i) => position * Math.exp(-increment * i));
      return [...angles.map(Math.sin), ...angles.map(Math.cos)];
    });
    expectClose(rows, again, 1e-11);
  });

  test('the dot product of two rows depends on the distance of their positions alone', () => {
    const dim = 64;
    const random = createRandom(9);
    const a = random.integer(0, 5000);
    const b = random.integer(0, 5000);
    const rows = encodingRows({ type: 'sinusoidal', dim }, [a, b, a + 321, b + 321]);
    const dot = (i: number, j: number): number => {
      let sum = 0;
      for (let k = 0; k < dim; k++) sum += rows[i * dim + k]! * rows[j * dim + k]!;
      return sum;
    };
    expect(dot(0, 1)).toBeCloseTo(dot(2, 3), 9);
    expect(dot(0, 0)).toBeCloseTo(dim / 2, 12);
  });
});

describe('axes: equal blocks', () => {
  test.each([
    ['sinusoidal', { type: 'sinusoidal', dim: 24, axes: 3 }],
    ['sinusoidal, concat', { type: 'sinusoidal', dim: 24, axes: 3, layout: 'concat' }],
    ['binary', { type: 'binary', dim: 30, axes: 3 }],
    ['integer', { type: 'integer', dim: 6, axes: 3, divisor: 7 }],
  ] as [string, AdditiveEncodingInput][])('%s: each block is a row of its own', (_name, encoding) => {
    const positions = [
      [5, 900],
      [17, 0],
      [3, 1023],
    ];
    const block = encoding.dim / 3;
    const rows = encodingRows(encoding, positions.flat());
    positions.forEach((ofAxis, axis) => {
      const alone = encodingRows({ ...encoding, dim: block, axes: 1 } as AdditiveEncodingInput, ofAxis);
      for (let token = 0; token < 2; token++) {
        const at = token * encoding.dim + axis * block;
        expect(rows.slice(at, at + block)).toEqual(alone.slice(token * block, (token + 1) * block));
      }
    });
  });
});

test('MAE, 2-D: half of a row for the column of a patch, half for its row, sines first in each', () => {
  const [dim, side] = [16, 5];
  const { positions } = imageGridPositions({ height: side, width: side, order: ['column', 'row'] });
  const rows = encodingRows({ type: 'sinusoidal', dim, axes: 2, layout: 'concat' }, positions);
  // util/pos_embed.py: 1-D embeddings of dim / 2, omega = 10000^-(i / (dim / 4)), of grid[0] and grid[1], where
  // np.meshgrid(grid_w, grid_h) makes grid[0] the column.
  const half = (position: number): number[] => {
    const angles = Array.from({ length: dim / 4 }, (_, i) => position / 10_000 ** (i / (dim / 4)));
    return [...angles.map(Math.sin), ...angles.map(Math.cos)];
  };
  const again = Array.from({ length: side * side }, (_, patch) => [
    ...half(patch % side),
    ...half(Math.floor(patch / side)),
  ]);
  expectClose(rows, again.flat(), 1e-14);
});

test('binary: bits past 32 are 0, not those of a shift that wraps', () => {
  const [row] = [encodingRows({ type: 'binary', dim: 70 }, [2 ** 24 - 1])];
  expect([...row]).toEqual(Array.from({ length: 70 }, (_, j) => (j < 24 ? 1 : 0)));
});

test('integer: over the divisor', () => {
  expect([...encodingRows({ type: 'integer', dim: 2, divisor: 511 }, [0, 511, 73])]).toEqual([
    0,
    0,
    1,
    1,
    73 / 511,
    73 / 511,
  ]);
});

test('learned: the row of a position, from the offset on; a buffer longer than that is fine', () => {
  const weights = Float32Array.from({ length: 15 }, (_, i) => i);
  const encoding = { type: 'learned', dim: 2, rows: 7, offset: 2 } as const;
  expect([...encodingRows(encoding, [0, 4], weights)]).toEqual([4, 5, 12, 13]);
});

describe('refused', () => {
  const learned = { type: 'learned', dim: 4, rows: 12, offset: 2 } as const;
  const cases: [
    name: string,
    call: () => unknown,
    error: typeof TypeError | typeof RangeError,
    message: string,
  ][] = [
    [
      'positions that are no array',
      () => encodingRows({ type: 'binary', dim: 2 }, 3 as unknown as number[]),
      TypeError,
      'positions: expected an array of numbers, got 3',
    ],
    [
      'positions that axes do not divide',
      () => encodingRows({ type: 'binary', dim: 4, axes: 2 }, [1, 2, 3]),
      RangeError,
      'positions: expected a multiple of 2 numbers ([axes, tokens]), got 3',
    ],
    [
      'a position that is no number',
      () => encodingRows({ type: 'binary', dim: 2 }, ['1'] as unknown as number[]),
      TypeError,
      'positions[0]: expected an integer, got "1"',
    ],
    [
      'a negative position',
      () => encodingRows({ type: 'integer', dim: 2 }, [0, -1]),
      RangeError,
      'positions[1]: expected an integer of at least 0, got -1',
    ],
    [
      'a position past a learned table',
      () => encodingRows(learned, [9, 10], new Float32Array(48)),
      RangeError,
      'positions[1]: expected a position in 0..9, got 10; a learned table ends there: truncate the sequence to 10 tokens',
    ],
    [
      'a position past the bits',
      () => encodingRows({ type: 'binary', dim: 3 }, [8]),
      RangeError,
      'positions[0]: expected a position in 0..7, got 8; 3 bits hold no more',
    ],
    [
      'a position past float32',
      () => encodingRows({ type: 'sinusoidal', dim: 2 }, [2 ** 24]),
      RangeError,
      'positions[0]: expected a position in 0..16777215, got 16777216',
    ],
    [
      'no weights',
      () => encodingRows(learned, [0]),
      TypeError,
      'weights: expected an array of 48 numbers, got undefined',
    ],
    [
      'too few weights',
      () => encodingRows(learned, [0], new Float32Array(47)),
      RangeError,
      'weights: expected 48 numbers ([12 rows, 4 dims]), got 47',
    ],
    [
      'weights where none are read',
      () => encodingRows({ type: 'binary', dim: 2 }, [0], [1]),
      TypeError,
      'weights: expected none, as a binary encoding has no table, got an array of 1',
    ],
  ];
  test.each(cases)('%s', (_name, call, error, message) => {
    expect(call).toThrow(new error(message));
  });
});
