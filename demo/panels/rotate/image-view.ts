import { h } from '../../dom';
import { integer, scientific, significant } from '../../format';
import type { AdapterSummary, MissingGpu } from '../../shell/adapter';
import { type Chart, chartFigure } from '../../widgets/chart';
import { series } from '../../widgets/colors';
import { card, wide } from '../../widgets/frame';
import { type CellMap, cellMap } from './cell-map';
import type { CellScores, ImageScores } from './image-scores';
import { computedBy, createReadings } from './readings';
import type { State } from './state';

export interface ImageView {
  readonly figures: readonly HTMLElement[];
  /** The one of them that shows most at a glance. */
  readonly picture: HTMLElement;
  /** Shows its figures where the state has them, and says that newer drawings are on their way. */
  prepare(state: State): void;
  draw(state: State, scores: ImageScores, adapter: AdapterSummary | MissingGpu): string;
}

/** One cell of an image against all others: as axial RoPE scores them, and as a line of tokens would. */
export function createImageView(onPick: (row: number, column: number) => void): ImageView {
  const readings = createReadings('turn-image-readings');
  const top = wide(card('turn-image', 'What moving the query changes', readings.element));
  const axialMap = cellMap('turn-axial', 'Axial RoPE: row and column', onPick);
  const lineMap = cellMap('turn-line', 'As one line of tokens', onPick);
  const across = chartFigure({ id: 'turn-across', title: 'Across and down from the query' });
  const figures = [axialMap.element, lineMap.element, across.element, top];
  return {
    figures,
    picture: axialMap.element,
    prepare({ mode, line }) {
      for (const figure of figures) figure.hidden = mode !== 'image';
      if (!line) lineMap.element.hidden = true;
      // Beside two maps there is a row of its own for it.
      across.element.classList.toggle('wide', line);
      for (const figure of [axialMap, lineMap, across]) figure.busy(true);
    },
    draw(state, scores, adapter) {
      const { axial, line } = scores;
      const lowest = Math.min(...axial.scores, ...(line?.scores ?? []));
      const domain = [lowest, Math.sqrt(state.dim)] as const;
      const lines = linesOf(state, scores);
      drawMap(axialMap, state, axial, { domain, note: axialNote(state, axial) });
      if (line) drawMap(lineMap, state, line, { domain, note: lineNote(state, line) });
      drawAcross(across, state, lines);
      readings.show([
        {
          name: 'Query moved elsewhere',
          value: scientific(axial.spread, 2),
          note: 'largest difference between scores of cells as many rows and columns apart, with the query here, in each corner and in the middle: the pattern moves along and stays the same',
        },
        neighbourReading('Axial: beside, below', state, axial),
        ...(line ? [neighbourReading('One line: beside, below', state, line)] : []),
        computedBy(adapter, scores.elements, scores.difference),
      ]);
      return `Query in row ${state.row}, column ${state.column}. ${neighbourText(state, axial)}`;
    },
  };
}

function drawMap(
  map: CellMap,
  state: State,
  { scores }: CellScores,
  { domain, note }: { readonly domain: readonly [number, number]; readonly note: string },
): void {
  const { width, height } = state;
  const columns = Array.from({ length: width }, (_, n) => n);
  map.draw(state, scores, domain, {
    description:
      `Scores of the query in row ${state.row}, column ${state.column} with all ${integer(width * height)} cells, ` +
      `from ${significant(Math.min(...scores))} to ${significant(Math.max(...scores))}. ${note}`,
    table: () => ({
      head: ['Row', ...columns.map((n) => `column ${n}`)],
      rows: Array.from({ length: height }, (_, row) => [
        row,
        ...columns.map((column) => significant(scores[row * width + column] ?? Number.NaN)),
      ]),
    }),
    note,
  });
}

interface Line {
  readonly label: string;
  readonly color: string;
  readonly dash: boolean;
  readonly points: readonly { readonly offset: number; readonly score: number }[];
}

/** The query's row and its column of each map, by how far a cell lies from the query. */
function linesOf(state: State, { axial, line }: ImageScores): readonly Line[] {
  const { width, height, row, column } = state;
  const acrossOf = ({ scores }: CellScores): Line['points'] =>
    Array.from({ length: width }, (_, n) => ({
      offset: n - column,
      score: scores[row * width + n] ?? Number.NaN,
    }));
  const downOf = ({ scores }: CellScores): Line['points'] =>
    Array.from({ length: height }, (_, n) => ({
      offset: n - row,
      score: scores[n * width + column] ?? Number.NaN,
    }));
  return [
    { label: 'axial, across', color: series(0), dash: false, points: acrossOf(axial) },
    { label: 'axial, down', color: series(1), dash: true, points: downOf(axial) },
    ...(line
      ? [
          { label: 'one line, across', color: series(2), dash: false, points: acrossOf(line) },
          { label: 'one line, down', color: series(3), dash: true, points: downOf(line) },
        ]
      : []),
  ];
}

function drawAcross(chart: Chart, state: State, lines: readonly Line[]): void {
  const offsets = [...new Set(lines.flatMap(({ points }) => points.map(({ offset }) => offset)))].sort(
    (a, b) => a - b,
  );
  const scoreAt = ({ points }: Line, offset: number): string => {
    const point = points.find((each) => each.offset === offset);
    return point ? significant(point.score) : '–';
  };
  chart.draw(
    (plot) => ({
      x: { label: 'cells from the query', labelAnchor: 'center', labelArrow: 'none' },
      y: { label: `score, q·k / √${state.dim}`, nice: true },
      marginLeft: 46,
      marks: [
        plot.ruleY([0], { stroke: 'var(--edge)' }),
        plot.ruleX([0], { stroke: 'var(--muted)', strokeDasharray: '4 3' }),
        ...lines.map(({ points, color, dash }) =>
          plot.line(points, {
            x: 'offset',
            y: 'score',
            stroke: color,
            strokeWidth: 2,
            ...(dash ? { strokeDasharray: '5 4' } : {}),
          }),
        ),
        // A single cell is no line.
        ...lines.map(({ points, color }) =>
          points.length === 1 ? plot.dot(points, { x: 'offset', y: 'score', fill: color, r: 4 }) : null,
        ),
      ],
    }),
    {
      description: `Scores along the query’s row and column. ${lines
        .map((line) => `${line.label}: ${scoreAt(line, 1)} one cell on, ${scoreAt(line, 2)} two cells on`)
        .join('; ')}.`,
      legend: lines.map(({ label, color, dash }) => ({ label, color, mark: dash ? 'dash' : 'line' })),
      table: () => ({
        head: ['Cells from the query', ...lines.map(({ label }) => label)],
        rows: offsets.map((offset) => [offset, ...lines.map((line) => scoreAt(line, offset))]),
      }),
      note:
        lines.length > 2
          ? `Look for the two axial curves on top of one another: a cell down is as near as a cell across. In the line, a cell down is ${state.width} tokens away.`
          : 'Look for the two curves on top of one another: axial RoPE gives half of the pairs to each direction, so that a cell down is as near as a cell across.',
    },
  );
}

/** The cell beside the query and the one below it, or on the other side where the image ends. */
function neighbours(state: State, { scores }: CellScores): { beside: number | null; below: number | null } {
  const { width, height, row, column } = state;
  const at = (r: number, c: number): number => scores[r * width + c] ?? Number.NaN;
  return {
    beside: width === 1 ? null : at(row, column + 1 < width ? column + 1 : column - 1),
    below: height === 1 ? null : at(row + 1 < height ? row + 1 : row - 1, column),
  };
}

function neighbourReading(
  name: string,
  state: State,
  map: CellScores,
): { name: string; value: string; note: string } {
  const { beside, below } = neighbours(state, map);
  const text = (value: number | null): string => (value === null ? '–' : significant(value));
  const own = map.scores[state.row * state.width + state.column] ?? Number.NaN;
  return {
    name,
    value: `${text(beside)}, ${text(below)}`,
    note: `scores with the cell beside the query and the cell below it (above, in the last row); with itself ${significant(own)}`,
  };
}

function neighbourText(state: State, map: CellScores): string {
  const { beside, below } = neighbours(state, map);
  const parts = [
    beside === null ? '' : `the cell beside scores ${significant(beside)}`,
    below === null ? '' : `the cell below ${significant(below)}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'There is no other cell.' : `${parts.join(', ')}.`.replace(/^t/, 'T');
}

function axialNote(state: State, map: CellScores): string {
  return `Look for a cross and a peak that fall off the same way in both directions. ${neighbourText(state, map)} Click a cell to move the query there.`;
}

function lineNote(state: State, map: CellScores): string {
  const { width, height } = state;
  if (width === 1 || height === 1) return `One row or column is a line already. ${neighbourText(state, map)}`;
  return (
    `Look for stripes: only along the row is near near. ${neighbourText(state, map)} ` +
    `The last cell of a row and the first of the next, ${width - 1} columns away, count as neighbours.`
  );
}

/** What the figures need beside them. */
export function imageIntro(): HTMLElement {
  return h(
    'p',
    {},
    'All cells have the same content, so that the scores show position alone. Half of the pairs turn by the row, the other half by the column.',
  );
}
