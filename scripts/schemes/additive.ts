/** Pictures of what is added: rows to embeddings, biases to scores. */
import * as Plot from '@observablehq/plot';
import { alibiSlopes } from '../../src/biases/alibi';
import { biasRows } from '../../src/biases/rows';
import { t5Buckets } from '../../src/biases/t5';
import { fromStorage, toStorage } from '../../src/dtypes';
import { encodingRows } from '../../src/encodings/rows';
import type { AdditiveEncodingInput } from '../../src/encodings/types';
import { createRandom } from '../../test/support/random';
import { colours, grey, heatPanel, key, panel, picture } from './picture';

const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Rows of an encoding, one a position from 0. */
function rowsOf(encoding: AdditiveEncodingInput, positions: number, weights?: number[]): number[][] {
  const flat = encodingRows(encoding, range(positions), weights);
  return range(positions).map((p) => [...flat.subarray(p * encoding.dim, (p + 1) * encoding.dim)]);
}

const axes = { x: 'dimension →', y: '↓ position' };

export function learned(): string {
  const [dim, rows, offset] = [64, 50, 2];
  const random = createRandom(7);
  const weights = range(rows * dim).map(() => random.normal() / 2);
  const served = rowsOf({ type: 'learned', dim, rows, offset }, rows - offset, weights);
  const none = range(16).map(() => Array<number>(dim).fill(Number.NaN));
  return picture(
    'Heat map of 48 rows of 64 random weights, and nothing below them: positions 48 to 63 have no row.',
    [
      heatPanel([...served, ...none], {
        title: 'A table of 50 rows, offset 2 (random weights)',
        ...axes,
        width: 420,
        height: 330,
        marks: [
          Plot.text(['no row: RangeError, truncate to 48 tokens'], { x: 32, y: 56, fontWeight: 600 }),
          Plot.ruleY([48], { stroke: colours[1]!, strokeWidth: 2 }),
        ],
      }),
    ],
  );
}

export function sinusoidal(): string {
  const [dim, positions] = [64, 96];
  const heat = (layout: 'interleaved' | 'concat') =>
    heatPanel(rowsOf({ type: 'sinusoidal', dim, layout }, positions), {
      title: `${layout}: blue -1, white 0, brown 1`,
      ...axes,
      height: 340,
    });
  return picture(
    'Two heat maps, 96 positions by 64 dimensions. Interleaved: fast stripes on the left get slower to the right. Concatenated: ' +
      'the sines on the left half, the cosines on the right half, each from fast to slow.',
    [heat('interleaved'), heat('concat')],
  );
}

export function binary(): string {
  const rows = rowsOf({ type: 'binary', dim: 8 }, 64).map((row) => row.map((bit) => (bit ? 0.9 : -0.5)));
  const smooth = rowsOf({ type: 'sinusoidal', dim: 16, base: 256, layout: 'concat' }, 64).map((row) =>
    row.slice(0, 8),
  );
  const size = { width: 260, height: 340 };
  return picture(
    'Left, the 8 bits of positions 0 to 63: bit 0 alternates, each next bit half as often. Right, 8 sines of halving frequency: ' +
      'the same stripes, smooth.',
    [
      heatPanel(rows, { title: '8 bits: blue 0, brown 1', x: 'bit →', y: '↓ position', ...size }),
      heatPanel(smooth, { title: '8 sines, for comparison', x: 'sine →', y: '↓ position', ...size }),
    ],
  );
}

export function integer(): string {
  const [first, count] = [248, 40];
  const positions = range(count, first);
  const stored = (divisor: number, dtype: 'f16' | 'bf16'): number[] => {
    const values = encodingRows({ type: 'integer', dim: 1, divisor }, positions);
    return [...fromStorage(toStorage(values, dtype), dtype)];
  };
  const bf16 = stored(1, 'bf16');
  const points = positions.map((position, i) => ({ position, bf16: bf16[i]!, exact: position }));
  // How many positions from 0 to p a storage type holds apart, of the normalised encoding of 4096 positions.
  const distinct = (['f16', 'bf16'] as const).flatMap((dtype) => {
    const all = [
      ...fromStorage(
        toStorage(encodingRows({ type: 'integer', dim: 1, divisor: 4095 }, range(4096)), dtype),
        dtype,
      ),
    ];
    const seen = new Set<number>();
    return all.flatMap((value, position) => {
      seen.add(value);
      return position % 64 === 63 ? [{ dtype, position: position + 1, distinct: seen.size }] : [];
    });
  });
  return picture(
    'Left: positions 248 to 287 as bf16 stores them; from 256 on two neighbours share a value. Right: how many of the first ' +
      'positions stay apart when divided by 4095: all of 4096 would be the diagonal; f16 and bf16 flatten out.',
    [
      panel({
        title: 'positions as bf16 stores them',
        x: { label: 'position →' },
        y: { label: '↑ stored', domain: [246, 290] },
        marks: [
          Plot.lineY(points, { x: 'position', y: 'exact', stroke: grey, strokeDasharray: '4 3' }),
          Plot.dot(points, { x: 'position', y: 'bf16', fill: colours[0]!, r: 2.5 }),
        ],
      }),
      panel({
        title: 'positions told apart, of p / 4095',
        marginRight: 44,
        x: { label: 'positions →' },
        y: { label: '↑ different values' },
        marks: [
          Plot.lineY([0, 4096], { x: [0, 4096], y: [0, 4096], stroke: grey, strokeDasharray: '4 3' }),
          Plot.lineY(distinct, { x: 'position', y: 'distinct', stroke: 'dtype', strokeWidth: 2 }),
          Plot.text(
            distinct.filter(({ position }) => position === 4096),
            {
              x: 'position',
              y: 'distinct',
              text: 'dtype',
              fill: 'dtype',
              textAnchor: 'start',
              dx: 5,
              fontWeight: 600,
            },
          ),
        ],
        color: { domain: ['f16', 'bf16'], range: [colours[0]!, colours[1]!] },
      }),
    ],
  );
}

export function alibi(): string {
  const [heads, query] = [8, 64];
  const rows = biasRows({ type: 'alibi', heads }, [query], range(query + 1));
  const lines = range(heads).flatMap((head) =>
    range(query + 1).map((key) => ({ head, distance: query - key, bias: rows[head * (query + 1) + key]! })),
  );
  const counts = ['8 heads', '12 heads'];
  const slopes = [8, 12].flatMap((count) =>
    [...alibiSlopes(count)].map((slope, head) => ({ count: `${count} heads`, head, slope })),
  );
  return picture(
    'Left: the bias of 8 heads falls in straight lines with distance, steepest for head 0. Right: slopes of 8 heads halve from ' +
      'head to head; 12 heads have the slopes of 8 and four more between them.',
    [
      panel({
        title: 'bias by distance, 8 heads',
        marginRight: 44,
        x: { label: 'distance to the key →' },
        y: { label: '↑ added to the score', domain: [-16, 0] },
        marks: [
          ...range(heads).map((head) =>
            Plot.lineY(
              lines.filter((line) => line.head === head && line.bias >= -16),
              {
                x: 'distance',
                y: 'bias',
                stroke: colours[head]!,
                strokeWidth: 2,
              },
            ),
          ),
          ...([0, 1, 2, 3, 4] as const).map((head) =>
            Plot.text(lines.filter((line) => line.head === head && line.bias >= -16).slice(0, 1), {
              x: 'distance',
              y: 'bias',
              text: () => `head ${head}`,
              fill: colours[head]!,
              textAnchor: 'start',
              dx: 4,
              dy: head === 0 ? -6 : 0,
            }),
          ),
        ],
      }),
      panel({
        title: 'slopes by head',
        x: { label: 'head →', domain: [-0.5, 11.5], ticks: 12, tickFormat: 'd' },
        y: { label: '↑ slope', type: 'log', base: 2, tickFormat: (value: number) => `2^${Math.log2(value)}` },
        color: { domain: counts, range: colours.slice(0, 2) },
        symbol: { domain: counts, range: ['plus', 'circle'] },
        marks: [
          Plot.dot(slopes, { x: 'head', y: 'slope', stroke: 'count', symbol: 'count', r: 5, strokeWidth: 2 }),
          ...key(
            [
              ['+ 8 heads', colours[0]!],
              ['○ 12 heads', colours[1]!],
            ],
            -115,
          ),
        ],
      }),
    ],
  );
}

export function t5(): string {
  const farthest = 160;
  const steps = ([true, false] as const).flatMap((bidirectional) => {
    const { byDistance, ahead } = t5Buckets({ bidirectional });
    return range(2 * farthest + 1, -farthest).flatMap((relative) => {
      const bucket = byDistance[Math.min(Math.abs(relative), byDistance.length - 1)]!;
      const after = relative > 0;
      if (after && !bidirectional) return [];
      return [
        { relative, bucket: bucket + (after ? ahead : 0), kind: bidirectional ? 'encoder' : 'decoder' },
      ];
    });
  });
  const kinds = ['encoder', 'decoder'];
  const random = createRandom(3);
  const weights = range(32 * 2).map(() => random.normal());
  const bias = biasRows({ type: 't5', heads: 2 }, range(64), range(64), weights);
  const head = range(64).map((query) =>
    [...bias.subarray(query * 64, query * 64 + 64)].map((value) => value / 2.5),
  );
  return picture(
    'Left: the bucket by key minus query. Near distances have a bucket each, far ones share buckets that widen geometrically, and ' +
      'the last takes all that are left. Right: the bias of one head with random weights: bands along the diagonal, the same for every query.',
    [
      panel({
        title: 'bucket by relative position',
        marginRight: 30,
        x: { label: 'key − query →' },
        y: { label: '↑ bucket of 32', domain: [0, 33] },
        color: { domain: kinds, range: colours.slice(0, 2) },
        marks: [
          ...kinds.map((kind) =>
            Plot.lineY(
              steps.filter((step) => step.kind === kind),
              { x: 'relative', y: 'bucket', stroke: 'kind', strokeWidth: 2, curve: 'step' },
            ),
          ),
          Plot.text(
            [
              { relative: 60, bucket: 24, kind: 'encoder' },
              { relative: -110, bucket: 23, kind: 'decoder' },
            ],
            { x: 'relative', y: 'bucket', text: 'kind', fill: 'kind', fontWeight: 600 },
          ),
        ],
      }),
      heatPanel(head, {
        title: 'bias of one head (random weights)',
        x: 'key →',
        y: '↓ query',
        width: 300,
        height: 300,
      }),
    ],
  );
}
