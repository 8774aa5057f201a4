/** Curves of several recipes over one logarithmic or linear axis, errors on a logarithmic one. */
import type { Markish, PlotOptions } from '@observablehq/plot';
import { scientific } from '../../format';
import type { Plot } from '../../widgets/chart';
import { looks, shortNames } from './names';
import type { Recipe } from './tasks';

export interface Curve {
  readonly recipe: Recipe;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Axes {
  readonly x: NonNullable<PlotOptions['x']>;
  readonly y: string;
  /** Marks behind the curves. */
  readonly behind?: (plot: Plot) => Markish[];
}

/** Errors below this are drawn no more: two roundings of float32 apart from nothing. */
const leastError = 1e-8;
/** Two points of the unit circle are no further apart. */
const mostError = 4;
const height = 340;
const [marginTop, marginBottom] = [24, 40];
/** Width from which curves have their name at their end. */
const namedFrom = 480;

/** Zeros, which a logarithm cannot show, leave gaps: points without a value. */
export function curvesPlot(plot: Plot, width: number, curves: readonly Curve[], axes: Axes): PlotOptions {
  const named = width >= namedFrom;
  return {
    height,
    marginLeft: 62,
    marginRight: named ? 104 : 12,
    x: axes.x,
    y: {
      type: 'log',
      domain: [leastError, mostError],
      label: axes.y,
      ticks: 5,
      tickFormat: (value: number) => (value < 0.01 ? power(value) : String(value)),
    },
    marks: [
      plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
      ...(axes.behind?.(plot) ?? []),
      ...curves.flatMap(({ recipe, points }) =>
        curveMarks(
          plot,
          recipe,
          points.filter(({ y }) => y >= leastError),
        ),
      ),
      named
        ? plot.text(endsOf(curves), {
            x: 'x',
            y: 'y',
            text: 'name',
            fill: 'color',
            textAnchor: 'start',
            dx: 9,
          })
        : null,
    ],
  };
}

function curveMarks(plot: Plot, recipe: Recipe, points: Curve['points']): Markish[] {
  const { color, dash, symbol } = looks[recipe];
  return [
    plot.line(points, {
      x: 'x',
      y: 'y',
      stroke: color,
      strokeWidth: recipe === 'table' ? 2.5 : 1.75,
      ...(dash !== undefined && { strokeDasharray: dash }),
    }),
    plot.dot(points.filter(marked), { x: 'x', y: 'y', stroke: color, fill: 'var(--surface)', symbol, r: 3 }),
  ];
}

/** Symbols on some points only: enough to tell curves apart, and quick to draw. */
const mostSymbols = 20;

function marked(_: unknown, at: number, points: readonly unknown[]): boolean {
  return at % Math.ceil(points.length / mostSymbols) === 0;
}

interface End {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly color: string;
}

/** Names at the curves' ends, moved apart where they would lie on one another. */
function endsOf(curves: readonly Curve[]): End[] {
  const decades = Math.log10(mostError / leastError);
  /** 14 pixels of height, in decades. */
  const spacing = (14 * decades) / (height - marginTop - marginBottom);
  const ends = curves.flatMap(({ recipe, points }) => {
    const last = points.findLast(({ y }) => y >= leastError);
    return last
      ? [{ x: last.x, y: Math.log10(last.y), name: shortNames[recipe], color: looks[recipe].color }]
      : [];
  });
  ends.sort((a, b) => b.y - a.y);
  let previous = Number.POSITIVE_INFINITY;
  return ends.map((end) => {
    previous = Math.min(end.y, previous - spacing);
    return { ...end, y: 10 ** previous };
  });
}

/** 10⁻³ where it is a power of ten. */
export function power(value: number): string {
  return scientific(value, 1).replace(/^1\u202f×\u202f/, '');
}
