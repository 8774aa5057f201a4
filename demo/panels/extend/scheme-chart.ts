import type { Markish } from '@observablehq/plot';
import { h } from '../../dom';
import { integer } from '../../format';
import { type Chart, chartFigure, type Plot } from '../../widgets/chart';
import type { ComparedScheme } from './compare';
import { short } from './findings';
import { legend, lookOf, type Sign, symbolOf } from './looks';

/** A chart with the panel's own legend, which has shapes. */
export interface SchemeChart {
  readonly chart: Chart;
  setLegend(schemes: readonly ComparedScheme[], signs: readonly Sign[]): void;
}

export function schemeChart(id: string, title: string): SchemeChart {
  const chart = chartFigure({ id, title });
  const box = h('div');
  chart.element.querySelector('figcaption')?.after(box);
  return {
    chart,
    setLegend(schemes, signs) {
      const names = schemes.map(({ name }) => name);
      box.replaceChildren(legend(names, signs));
    },
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Shapes along each line. */
const shapesALine = 4;

/** A scheme's line with its shapes; `place`, 0 to 1, keeps them apart from those of the others. */
export function schemeLine(
  plot: Plot,
  scheme: ComparedScheme,
  points: readonly Point[],
  place: number,
): Markish[] {
  const { color, dash } = lookOf(scheme.name);
  const shaped = Array.from({ length: shapesALine }, (_, k) => {
    const share = (k + place) / shapesALine;
    return points[Math.min(points.length - 1, Math.floor(share * points.length))];
  });
  return [
    plot.line(points, {
      x: 'x',
      y: 'y',
      stroke: color,
      strokeWidth: 2,
      ...(dash !== undefined && { strokeDasharray: dash }),
    }),
    plot.dot(shaped, { x: 'x', y: 'y', symbol: symbolOf(scheme.name), fill: color, r: 5 }),
  ];
}

/** Rules at the two lengths, named in two rows so that the names never meet. */
export function lengthRules(
  plot: Plot,
  trained: number,
  target: number,
  domain: readonly [number, number],
): Markish[] {
  const rules = [
    { x: trained, text: `trained: ${integer(trained)}`, row: 0, dash: '2 3' },
    { x: target, text: `target: ${integer(target)}`, row: 1, dash: '7 3' },
  ];
  const middle = Math.sqrt(domain[0] * domain[1]);
  return rules.flatMap(({ x, text, row, dash }) => [
    plot.ruleX([x], { stroke: 'var(--muted)', strokeDasharray: dash, strokeWidth: 1.5 }),
    plot.text([x], {
      x: [x],
      frameAnchor: 'top',
      text: [text],
      // Towards the middle of the drawing, where there is room.
      textAnchor: x > middle ? 'end' : 'start',
      dx: x > middle ? -4 : 4,
      dy: -32 + 15 * row,
      fill: 'var(--muted)',
      stroke: 'var(--surface)',
      strokeWidth: 4,
    }),
  ]);
}

/** Above the drawing: the label of the axis, and the names of both rules. */
export const marginForRules = 60;

/** Higher than charts usually are: the names of the rules take their part. */
export const heightOf = (width: number): number => Math.round(Math.min(380, Math.max(290, 0.7 * width)));

/** What stands in a chart without schemes. */
export function emptiness(plot: Plot, shown: readonly ComparedScheme[]): Markish[] {
  if (shown.length > 0) return [];
  return [
    plot.text([0], {
      frameAnchor: 'middle',
      text: ['No scheme is ticked.'],
      fill: 'var(--muted)',
      stroke: 'var(--surface)',
      strokeWidth: 4,
    }),
  ];
}

/** 100, 10k, 1M. */
export function powerOfTen(value: number): string {
  // Log axes also offer 2, 3, …: only the powers are named.
  if (Math.abs(Math.log10(value) % 1) > 1e-9) return '';
  if (value >= 1e6) return `${short(value / 1e6)}M`;
  return value >= 1000 ? `${short(value / 1000)}k` : short(value);
}
