/** Pictures of what is rotated: RoPE, its pairs, its axes, xPos. */
import * as Plot from '@observablehq/plot';
import { axial, mropeInterleaved, mropeSections } from '../../src/config/axes';
import type { Pairing, RopeAxes, RopeConfigInput } from '../../src/config/types';
import { ropeFrequencies } from '../../src/frequencies';
import { xposScales } from '../../src/frequencies/xpos';
import { imageGridPositions } from '../../src/positions/grid';
import { applyRopeReference } from '../../src/reference';
import { colours, grey, heatPanel, panel, picture } from './picture';

const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** RoPE of one head, all of it rotated. */
interface HeadRope {
  readonly headDim: number;
  readonly pairing: Pairing;
  readonly theta?: number;
}

/** A head of one element 1, the others 0, rotated to a position: a column of the rotation's matrix. */
function columnOf(rope: HeadRope, element: number, position: number): Float32Array {
  const { headDim, pairing } = rope;
  const head = new Float32Array(headDim);
  head[element] = 1;
  const { inverseFrequencies } = ropeFrequencies(rope);
  applyRopeReference(head, {
    dtype: 'f32',
    heads: 1,
    headDim,
    pairing,
    tokens: 1,
    positions: position,
    inverseFrequencies,
  });
  return head;
}

export function rope(): string {
  const headDim = 64;
  const shown = [0, 4, 8, 12];
  const hands = shown.flatMap((pair, column) =>
    range(9).map((position) => {
      const turned = columnOf({ headDim, pairing: 'interleaved' }, 2 * pair, position);
      return { pair, column, position, x: turned[2 * pair]!, y: turned[2 * pair + 1]! };
    }),
  );
  const circle = range(61).map((i) => ({ x: Math.cos((i * Math.PI) / 30), y: Math.sin((i * Math.PI) / 30) }));
  const clock = (pair: number, i: number) =>
    panel({
      title: `pair ${pair}`,
      width: 180,
      height: 212,
      marginTop: 40,
      marginLeft: 14,
      marginBottom: 20,
      x: { domain: [-1.25, 1.25], axis: null },
      y: { domain: [-1.25, 1.25], axis: null },
      marks: [
        Plot.line(circle, { x: 'x', y: 'y', stroke: grey }),
        Plot.link(
          hands.filter((hand) => hand.pair === pair),
          {
            x1: () => 0,
            y1: () => 0,
            x2: 'x',
            y2: 'y',
            stroke: colours[i]!,
            strokeWidth: 2,
            strokeOpacity: ({ position }: { position: number }) => 0.25 + position * 0.09,
          },
        ),
        Plot.text(
          hands.filter(
            (hand) =>
              hand.pair === pair &&
              (pair < 8 || hand.position % 4 === 0) &&
              (pair < 12 || hand.position === 8),
          ),
          { x: ({ x }: { x: number }) => x * 1.16, y: ({ y }: { y: number }) => y * 1.16, text: 'position' },
        ),
      ],
    });
  return picture(
    'Four clocks: one pair of a head at positions 0 to 8. Pair 0 turns by a radian a position, pairs 4, 8 and 12 ever more slowly.',
    shown.map(clock),
  );
}

export function ropePairing(): string {
  const headDim = 16;
  const matrix = (pairing: Pairing) => {
    // A wide base spreads the frequencies, so that one sees where each pair lies.
    const columns = range(headDim).map((element) => columnOf({ headDim, pairing, theta: 100 }, element, 1));
    return range(headDim).map((row) => columns.map((column) => column[row]!));
  };
  return picture(
    'The rotation by one position as a matrix of 16 by 16. Half: a diagonal, and two more half a head away from it. Interleaved: blocks of ' +
      '2 by 2 along the diagonal.',
    (['half', 'interleaved'] as const).map((pairing) =>
      heatPanel(matrix(pairing), {
        title: `pairing: ${pairing}`,
        x: 'from element →',
        y: '↓ to element',
        width: 280,
        height: 300,
      }),
    ),
  );
}

/** Which axis each pair turns by, as a row of coloured cells. */
function axisBars(): ReturnType<typeof panel> {
  const maps: Readonly<Record<string, RopeAxes>> = {
    'axial(128)': axial(128),
    'axial(128, 2, alternate)': axial(128, 2, { order: 'alternate' }),
    'mropeSections([16, 24, 24])': mropeSections([16, 24, 24]),
    'mropeInterleaved([24, 20, 20])': mropeInterleaved([24, 20, 20]),
  };
  const names = Object.keys(maps);
  const cells = names.flatMap((name) =>
    maps[name]!.pairAxis.map((axis, pair) => ({ name, pair, axis: `axis ${axis}` })),
  );
  const used = ['axis 0', 'axis 1', 'axis 2'];
  return panel({
    title: 'axis of each of 64 pairs',
    width: 460,
    height: 280,
    marginLeft: 190,
    x: { domain: [0, 64], label: 'pair →', ticks: 5, type: 'linear' },
    y: { domain: names, label: null, padding: 0.35 },
    color: { domain: used, range: colours.slice(0, 3) },
    marks: [
      Plot.barX(cells, {
        x1: 'pair',
        x2: ({ pair }: { pair: number }) => pair + 1,
        y: 'name',
        fill: 'axis',
        insetRight: 0.4,
      }),
      ...used.map((axis, i) =>
        Plot.text([axis], {
          frameAnchor: 'top-left',
          dx: i * 60,
          dy: -8,
          fill: colours[i]!,
          fontWeight: 600,
        }),
      ),
    ],
  });
}

/** Mean cosine between a head of ones at one cell of a grid and the same head at each other cell. */
export function gridSimilarity(
  config: RopeConfigInput,
  side: number,
  row: number,
  column: number,
): number[][] {
  const { inverseFrequencies } = ropeFrequencies(config);
  const { positions } = imageGridPositions({ height: side, width: side });
  const { pairAxis } = config.axes!;
  const cells = side * side;
  const pairs = inverseFrequencies.length;
  return range(side).map((y) =>
    range(side).map((x) => {
      let sum = 0;
      for (let pair = 0; pair < pairs; pair++) {
        const at = (cell: number) => positions[pairAxis[pair]! * cells + cell]!;
        sum += Math.cos((at(y * side + x) - at(row * side + column)) * inverseFrequencies[pair]!);
      }
      return sum / pairs;
    }),
  );
}

export function axialPicture(): string {
  const config = { headDim: 64, theta: 100, axes: axial(64) } as const;
  return picture(
    'Left: which axis each pair turns by, for four maps. Right: q·k between one patch of a 33 by 33 image and all others under axial ' +
      'RoPE: highest at the patch, a cross along its row and column.',
    [
      axisBars(),
      heatPanel(gridSimilarity(config, 33, 12, 20), {
        title: 'q·k with patch (12, 20)',
        x: 'column →',
        y: '↓ row',
        width: 280,
        height: 300,
      }),
    ],
  );
}

export function xpos(): string {
  const rotaryDim = 64;
  const positions = range(65).map((i) => i * 32);
  const scales = [0, 10, 20, 31].flatMap((pair) =>
    positions.map((position) => ({ pair, position, scale: xposScales(rotaryDim, position).query[pair]! })),
  );
  const { inverseFrequencies } = ropeFrequencies({ headDim: rotaryDim });
  const decay = range(401).flatMap((i) => {
    const distance = i * 5;
    const { query } = xposScales(rotaryDim, distance);
    const turned = [...inverseFrequencies].map((f) => Math.cos(distance * f));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return [
      { kind: 'RoPE', distance, score: mean(turned) },
      { kind: 'xPos', distance, score: mean(turned.map((cos, pair) => cos * query[pair]!)) },
    ];
  });
  const kinds = ['RoPE', 'xPos'];
  return picture(
    'Left: what multiplies a query, by its position: fast pairs shrink fastest, slow ones hardly. Right: the score of two equal heads of ' +
      'ones by distance: with xPos the ripple is damped.',
    [
      panel({
        title: 'length scale of a query',
        marginRight: 54,
        x: { label: 'position − centre →' },
        y: { label: '↑ scale', domain: [0, 1] },
        marks: [
          ...[0, 10, 20, 31].map((pair, i) =>
            Plot.lineY(
              scales.filter((scale) => scale.pair === pair),
              { x: 'position', y: 'scale', stroke: colours[i]!, strokeWidth: 2 },
            ),
          ),
          Plot.text(
            scales.filter(({ position }) => position === 2048),
            {
              x: 'position',
              y: 'scale',
              text: ({ pair }: { pair: number }) => `pair ${pair}`,
              fill: ({ pair }: { pair: number }) => colours[[0, 10, 20, 31].indexOf(pair)]!,
              textAnchor: 'start',
              dx: 5,
            },
          ),
        ],
      }),
      panel({
        title: 'q·k by distance, heads of ones',
        marginRight: 44,
        x: { label: 'distance →' },
        y: { label: '↑ mean over pairs' },
        color: { domain: kinds, range: [grey, colours[1]!] },
        marks: [
          ...kinds.map((kind) =>
            Plot.lineY(
              decay.filter((point) => point.kind === kind),
              { x: 'distance', y: 'score', stroke: 'kind', strokeWidth: kind === 'xPos' ? 2 : 1.2 },
            ),
          ),
          Plot.text(
            [
              { distance: 2000, score: 0.2, kind: 'RoPE' },
              { distance: 2000, score: 0.06, kind: 'xPos' },
            ],
            {
              x: 'distance',
              y: 'score',
              text: 'kind',
              fill: 'kind',
              textAnchor: 'start',
              dx: 5,
              fontWeight: 600,
            },
          ),
        ],
      }),
    ],
  );
}
