import type { PlotOptions } from '@observablehq/plot';
import { h } from '../dom';
import { type FigureFrame, type FigureWords, figureFrame } from './figure';
import { redraw } from './redraw';

/** Observable Plot, as far as the page has it. */
export type Plot = typeof import('./plot');

/** What to plot, at a width in CSS pixels. Called again at every redraw: keep it quick. */
export type MakePlot = (plot: Plot, width: number) => PlotOptions;

export interface ChartOptions {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** A line below the drawing. */
  readonly note?: string;
}

export interface Chart {
  readonly element: HTMLElement;
  /** Draws in the next frame, in place of what was drawn. */
  draw(make: MakePlot, words: FigureWords): void;
  /** Says that a newer drawing is on its way. */
  busy(busy: boolean): void;
}

/** Plot, loaded at the first chart. */
let loading: Promise<Plot> | undefined;

export function loadPlot(): Promise<Plot> {
  loading ??= import('./plot');
  return loading;
}

/** A figure whose drawing is made by Observable Plot, at the width there is, in the colours of the scheme. */
export function chartFigure({ id, title, note }: ChartOptions): Chart {
  const frame: FigureFrame = figureFrame(id, title, note);
  let make: MakePlot | undefined;
  const request = redraw(frame.drawing, async (width) => {
    const plot = await loadPlot();
    if (!make) return;
    frame.drawing.replaceChildren(drawn(plot, make(plot, width), width));
    frame.element.dataset.drawn = 'true';
  });
  return {
    element: frame.element,
    busy: frame.busy,
    draw(nextMake, words) {
      make = nextMake;
      frame.setWords(words);
      frame.busy(false);
      request();
    },
  };
}

/** Plot's own look gives way to the page's. */
function drawn(plot: Plot, options: PlotOptions, width: number): Node {
  const element = plot.plot({
    width,
    height: Math.round(Math.min(340, Math.max(220, width * 0.56))),
    marginTop: 24,
    marginBottom: 40,
    ...options,
    style: { background: 'transparent', fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' },
  });
  // The figure's frame speaks for the drawing.
  element.setAttribute('aria-hidden', 'true');
  return h('div', { class: 'plot' }, element);
}
