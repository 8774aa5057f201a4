/** What the pictures of docs/schemes share: colours, panels side by side, and how they become one SVG. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { heatPng } from './raster';

/** Told apart on white and on black, and by those who see fewer colours. */
export const colours = [
  '#2f81f7',
  '#d9822b',
  '#2da44e',
  '#bf5af2',
  '#d1477a',
  '#0fa3a3',
  '#a37b4c',
  '#7a7fd1',
];
export const grey = '#8b949e';

/** One plot, drawn; panels stand beside one another. */
export type Panel = SVGElement;

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const namespace = 'http://www.w3.org/2000/svg';

/** What a panel is drawn from: Plot's options, with a title. */
export interface PanelOptions extends Plot.PlotOptions {
  readonly title: string;
}

/** A plot with its title above, and below that the label of its y axis. */
export function panel({ title, marks = [], y, ...options }: PanelOptions): Panel {
  const { marginLeft = 52, marginTop = 52 } = options;
  const head = { frameAnchor: 'top-left', dx: 8 - marginLeft } as const;
  return Plot.plot({
    document,
    width: 360,
    height: 280,
    marginTop,
    marginRight: 14,
    marginBottom: 40,
    marginLeft,
    ...options,
    // Plot would write the label where the title is.
    y: { ...y, label: null },
    marks: [
      ...marks,
      Plot.text([title], { ...head, dy: 6 - marginTop, fontSize: 12.5, fontWeight: 600 }),
      Plot.text([y?.label ?? ''], { ...head, dy: 26 - marginTop }),
    ],
  }) as SVGElement;
}

/** Words in the colour of what they name, from the top right corner down. */
export function key(entries: readonly (readonly [text: string, colour: string])[], dx = 0): Plot.Markish[] {
  return entries.map(([text, fill], i) =>
    Plot.text([text], {
      frameAnchor: 'top-right',
      textAnchor: 'end',
      fontWeight: 600,
      dx,
      dy: 2 + 15 * i,
      fill,
    }),
  );
}

/** What a heat map shows beside its numbers. */
export interface HeatOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly width?: number;
  readonly height?: number;
  readonly marks?: Plot.Markish[];
}

/** A panel of `rows[y][x]` in -1..1, position 0 on top; axes count cells. */
export function heatPanel(rows: readonly (readonly number[])[], options: HeatOptions): Panel {
  const { title, x, y, marks = [], ...size } = options;
  const [columns, count] = [rows[0]!.length, rows.length];
  return panel({
    title,
    ...size,
    x: { domain: [0, columns], label: x, ticks: 5, tickSize: 3 },
    y: { domain: [count, 0], label: y, ticks: 5, tickSize: 3 },
    marks: [
      (_index, scales) => {
        const [left, right, top, bottom] = [scales.x!(0), scales.x!(columns), scales.y!(0), scales.y!(count)];
        return element('image', {
          href: heatPng(rows),
          x: left,
          y: top,
          width: right - left,
          height: bottom - top,
          preserveAspectRatio: 'none',
          style: 'image-rendering:pixelated',
        });
      },
      ...marks,
    ],
  });
}

/** An SVG element with these attributes. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const svg = document.createElementNS(namespace, name) as unknown as SVGElement;
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  return svg;
}

/** Text and axes take this colour; the page behind shows through. */
const scheme = 'svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }';

/**
 * Panels side by side as one SVG.
 *
 * @param description For those who do not see it: what is on the axes and what one should notice.
 */
export function picture(description: string, panels: readonly Panel[]): string {
  const sizes = panels.map((each) => [
    Number(each.getAttribute('width')),
    Number(each.getAttribute('height')),
  ]);
  const width = sizes.reduce((sum, [w]) => sum + w!, 0);
  const height = Math.max(...sizes.map(([, h]) => h!));
  let left = 0;
  const parts = panels.map((each, i) => {
    // Plot's styles are for HTML pages; what counts of them is said here, once.
    const style = each.querySelector('style');
    style?.remove();
    const part = `<g transform="translate(${left},0)">${each.innerHTML}</g>`;
    left += sizes[i]![0]!;
    return part;
  });
  const open =
    `<svg xmlns="${namespace}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `fill="currentColor" font-family="system-ui, sans-serif" font-size="11" text-anchor="middle" role="img" aria-label="${escaped(description)}">`;
  return `${open}<style>${scheme}</style>${parts.join('')}</svg>\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
