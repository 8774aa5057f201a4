import type { SymbolImplementation } from '@observablehq/plot';
import type { ExtensionName } from 'webgpu-rope/analysis';
import { h, svg } from '../../dom';
import { series } from '../../widgets/colors';
import { schemeLabels, schemeNames } from '../schemes';

/** How a scheme looks in every chart: a colour, and a shape that does without it. */
export interface Look {
  /** Short enough for a legend. */
  readonly label: string;
  readonly color: string;
  /** Dashes of its line; undefined: none. Dynamic NTK lies upon NTK-aware, which shows through. */
  readonly dash: string | undefined;
  /** Corners of its shape, within a circle of radius 1. */
  readonly corners: readonly (readonly [x: number, y: number])[];
}

/** Corners evenly around, the first one up; `waist`: how far in the corners between them lie, 1: there are none. */
function polygon(count: number, { waist = 1, turn = 0 } = {}): [number, number][] {
  const steps = waist === 1 ? count : 2 * count;
  return Array.from({ length: steps }, (_, i) => {
    const angle = 2 * Math.PI * (i / steps + turn);
    const radius = i % 2 === 1 && waist !== 1 ? waist : 1;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

const shapes: Readonly<Record<ExtensionName, Look['corners']>> = {
  direct: polygon(24),
  linear: polygon(4, { turn: 1 / 8 }),
  ntk: polygon(3),
  dynamic: polygon(3, { turn: 1 / 2 }),
  yarn: polygon(5, { waist: 0.45 }),
  longrope: polygon(4),
  llama3: polygon(4, { waist: 0.4 }),
};

export function lookOf(name: ExtensionName): Look {
  const dash = name === 'dynamic' ? '6 6' : undefined;
  return { label: schemeLabels[name], corners: shapes[name], color: series(schemeNames.indexOf(name)), dash };
}

/** The shape for Plot's dots. */
export function symbolOf(name: ExtensionName): SymbolImplementation {
  const { corners } = lookOf(name);
  return {
    draw(path: CanvasPath, size: number) {
      const radius = Math.sqrt(size / Math.PI);
      for (const [i, [x, y]] of corners.entries()) {
        if (i === 0) path.moveTo(x * radius, y * radius);
        else path.lineTo(x * radius, y * radius);
      }
      path.closePath();
    },
  };
}

/** A piece of a scheme's line with its shape. */
export function swatch(name: ExtensionName): SVGSVGElement {
  const { color, corners, dash } = lookOf(name);
  return svg(
    'svg',
    { class: 'extend-swatch', viewBox: '0 0 28 14', width: 28, height: 14, 'aria-hidden': 'true' },
    svg('line', {
      x1: 0,
      y1: 7,
      x2: 28,
      y2: 7,
      stroke: color,
      'stroke-width': 2.5,
      'stroke-dasharray': dash,
    }),
    svg('polygon', {
      points: corners.map(([x, y]) => `${(14 + 5.5 * x).toFixed(2)},${(7 + 5.5 * y).toFixed(2)}`).join(' '),
      fill: color,
    }),
  );
}

/** What a chart draws besides lines of schemes. */
export interface Sign {
  readonly label: string;
  readonly sign: 'cross' | 'hatch' | 'grey' | 'line' | 'below';
}

/** A legend of schemes and signs, in the form of those of the charts. */
export function legend(names: readonly ExtensionName[], signs: readonly Sign[]): HTMLUListElement {
  return h(
    'ul',
    { class: 'legend' },
    ...names.map((name) => h('li', {}, swatch(name), lookOf(name).label)),
    ...signs.map(({ label, sign }) => h('li', {}, signSwatch(sign), label)),
  );
}

function signSwatch(sign: Sign['sign']): SVGSVGElement {
  const drawing = svg('svg', {
    class: 'extend-swatch',
    viewBox: '0 0 28 14',
    width: 28,
    height: 14,
    'aria-hidden': 'true',
  });
  if (sign === 'cross') {
    drawing.append(svg('path', { d: 'M10 3l8 8M18 3l-8 8', stroke: 'var(--fail)', 'stroke-width': 2 }));
  } else if (sign === 'line') {
    drawing.append(svg('line', { x1: 0, y1: 7, x2: 28, y2: 7, stroke: 'var(--ink)', 'stroke-width': 2.5 }));
  } else if (sign === 'below') {
    drawing.append(
      svg('path', { d: 'M0 3h28v6h-14l-14 -6z', fill: 'var(--ink)', 'fill-opacity': 0.45 }),
      svg('line', { x1: 0, y1: 3, x2: 28, y2: 3, stroke: 'var(--edge)' }),
    );
  } else {
    drawing.append(svg('rect', { width: 28, height: 14, ...fills[sign] }));
  }
  return drawing;
}

/** Of areas, as attributes. */
export const fills = {
  grey: { fill: 'var(--edge)', 'fill-opacity': 0.35 },
  hatch: { fill: 'url(#extend-hatch)', stroke: 'var(--fail)' },
} as const;

/** The hatching that `url(#extend-hatch)` stands for; once on the page. */
export function hatching(): SVGSVGElement {
  return svg(
    'svg',
    { class: 'hidden', width: 0, height: 0, 'aria-hidden': 'true' },
    svg(
      'pattern',
      {
        id: 'extend-hatch',
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      svg('rect', { width: 6, height: 6, fill: 'var(--fail-soft)' }),
      svg('line', { x1: 1, y1: 0, x2: 1, y2: 6, stroke: 'var(--fail)', 'stroke-width': 2 }),
    ),
  );
}
