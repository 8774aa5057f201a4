import { capital, integer, significant, withMinus } from '../../format';
import { type Chart, chartFigure } from '../../widgets/chart';
import { series } from '../../widgets/colors';
import type { Rows } from './rows';
import { dimsOf, isBias, isGrid, type State } from './state';

/** Points of a curve, at most. */
const mostPoints = 512;
/** So that curves can be told apart without colour. */
export const dashes = ['0', '7 3', '2 3', '9 3 2 3'] as const;

interface Point {
  readonly position: number;
  readonly value: number;
}

export interface CurvesView {
  readonly element: HTMLElement;
  draw(state: State, rows: Rows): void;
  busy(busy: boolean): void;
}

/** @param controls Which columns are drawn: shown between the heading and the drawing. */
export function createCurves(controls: HTMLElement): CurvesView {
  const chart: Chart = chartFigure({ id: 'see-curves', title: 'Chosen columns as curves' });
  chart.element.querySelector('figcaption')?.after(controls);
  return {
    element: chart.element,
    busy: chart.busy,
    draw(state, rows) {
      // Beside the map of a cell; else over all columns.
      chart.element.classList.toggle('wide', !isGrid(state));
      const unit = isBias(state) ? 'head' : 'dimension';
      const dims = dimsOf(state).map((dim) => Math.min(dim, rows.columns - 1));
      const step = Math.ceil(rows.count / mostPoints);
      const curves = dims.map((dim) => pointsOf(rows, dim, step));
      const texts = dims.map(
        (dim) => `${unit} ${dim} ${shapeOf(rows, dim, !isGrid(state) && !isBias(state))}`,
      );
      const sampled =
        step > 1 ? ` One position in ${integer(step)} is drawn, which can make fast ones look slow.` : '';
      const [from, to] = extentOf(curves.flat());
      const gap = (to - from) / 14;
      const labels = spread(
        curves.map((curve, n) => ({ n, dim: dims[n] ?? 0, value: curve.at(-1)?.value ?? 0 })),
        gap,
      );
      const last = rows.count - 1;
      chart.draw(
        (plot) => ({
          height: 280,
          marginRight: 40,
          x: { label: axisLabel(state, rows), domain: [0, last], labelArrow: 'none', tickFormat: integer },
          y: {
            label: isBias(state) ? 'added to the score' : 'value',
            domain: [from, to],
            labelArrow: 'none',
            grid: true,
          },
          marks: [
            ...curves.map((curve, n) =>
              plot.lineY(curve, {
                x: 'position',
                y: 'value',
                stroke: series(n),
                strokeWidth: n === state.curve ? 2.25 : 1.5,
                strokeDasharray: dashes[n] ?? '0',
              }),
            ),
            ...labels.map(({ n, dim, value }) =>
              plot.text([{ position: last, value }], {
                x: 'position',
                y: 'value',
                text: () => String(dim),
                dx: 6,
                textAnchor: 'start',
                fill: series(n),
                fontWeight: 600,
              }),
            ),
          ],
        }),
        {
          description: `Curves over ${integer(rows.count)} positions: ${texts.join('; ')}.`,
          legend: dims.map((dim, n) => ({
            label: `${n + 1}: ${unit} ${dim}`,
            color: series(n),
            mark: n === 0 ? ('line' as const) : ('dash' as const),
          })),
          note: `${capital(texts.join('; '))}.${sampled}`,
          table: () => tableOf(state, rows, dims, unit),
        },
      );
    },
  };
}

function axisLabel(state: State, { bias }: Rows): string {
  if (bias) return `position of the key (the query is at ${integer(bias.query)})`;
  return isGrid(state) ? 'cell, row by row' : 'position';
}

function pointsOf({ rows, count, columns }: Rows, dim: number, step: number): Point[] {
  const points: Point[] = [];
  for (let position = 0; position < count; position += step) {
    points.push({ position, value: rows[position * columns + dim] ?? Number.NaN });
  }
  return points;
}

/**
 * What a column does, from its numbers.
 *
 * @param isWave Whether it may come round: then how often it crosses its middle tells the period.
 */
export function shapeOf(
  { rows, count, columns }: Pick<Rows, 'rows' | 'count' | 'columns'>,
  dim: number,
  isWave: boolean,
): string {
  const at = (position: number): number => rows[position * columns + dim] ?? Number.NaN;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let position = 0; position < count; position++) {
    low = Math.min(low, at(position));
    high = Math.max(high, at(position));
  }
  if (low === high) return `is ${short(low)} everywhere`;
  const range = `from ${short(low)} to ${short(high)}`;
  if (!isWave) return `runs ${range}`;
  const middle = (low + high) / 2;
  const crossings: number[] = [];
  for (let position = 1; position < count; position++) {
    if (at(position - 1) < middle !== at(position) < middle) crossings.push(position);
  }
  const [first = 0, last = 0] = [crossings[0], crossings.at(-1)];
  if (crossings.length < 3) return `runs ${range}, without coming full round`;
  const gaps = crossings.slice(1).map((position, n) => position - (crossings[n] ?? 0));
  const mean = (last - first) / gaps.length;
  const largestDeviation = Math.max(...gaps.map((gap) => Math.abs(gap - mean)));
  // Crossings lie between positions, so that gaps of a regular wave still differ by one.
  return largestDeviation <= 1.5 + 0.1 * mean
    ? `runs ${range}, once round in about ${significant(2 * mean)} positions`
    : `runs ${range}, without a period`;
}

function short(value: number): string {
  return withMinus(significant(value));
}

/** Labels at the end of the curves, moved apart as far as they need. */
function spread<T extends { readonly value: number }>(labels: readonly T[], gap: number): T[] {
  const sorted = [...labels].sort((a, b) => a.value - b.value);
  let lowest = Number.NEGATIVE_INFINITY;
  const moved = sorted.map((label) => {
    const value = Math.max(label.value, lowest);
    lowest = value + gap;
    return { ...label, value };
  });
  // As much too high as the uppermost was pushed, all of them come down by half of it.
  const pushed = (moved.at(-1)?.value ?? 0) - (sorted.at(-1)?.value ?? 0);
  return moved.map((label) => ({ ...label, value: label.value - pushed / 2 }));
}

function extentOf(points: readonly Point[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - room, high + room];
}

function tableOf(state: State, rows: Rows, dims: readonly number[], unit: string) {
  const step = Math.ceil(rows.count / 128);
  return {
    head: [
      isBias(state) ? 'Key' : isGrid(state) ? 'Cell' : 'Position',
      ...dims.map((dim) => `${capital(unit)} ${dim}`),
    ],
    rows: pointsOf(rows, 0, step).map(({ position }) => [
      integer(position),
      ...dims.map((dim) => short(rows.rows[position * rows.columns + dim] ?? Number.NaN)),
    ]),
  };
}
