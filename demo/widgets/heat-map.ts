import { h } from '../dom';
import { withMinus } from '../format';
import { loadPlot, type Plot } from './chart';
import { type RampName, rampGradient, rampTable } from './colors';
import { type FigureWords, figureFrame } from './figure';
import { redraw } from './redraw';

export interface HeatMapAxis {
  readonly label: string;
  /** What the edges of the map stand for: the first column's left edge, the last one's right edge. */
  readonly domain: readonly [number, number];
  /** How a tick is written. Default: as Plot does. */
  readonly format?: (value: number) => string;
}

export interface HeatMapData {
  /** Row by row, the first row on top; `width * height` of them, at most 512 x 512. NaN is left clear. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly x: HeatMapAxis;
  /** Runs downwards: its domain's first value is at the top. */
  readonly y: HeatMapAxis;
  /** Values of the ramp's ends; what lies outside takes the colour of the end. */
  readonly domain: readonly [number, number];
  readonly scheme: RampName;
  /** Of the ramp's ends and middle, in words. Default: three digits at most. */
  readonly format?: (value: number) => string;
  /** Height of the figure by its width, in place of the one that the map was made with. */
  readonly aspect?: number;
}

export interface HeatMapOptions {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  /** Height of the map by its width; default: 1 for square data, else 0.6. */
  readonly aspect?: number;
  /** Lies over the cells and as large as they are, for marks; what is clicked is the map. */
  readonly overlay?: HTMLElement;
  /** A click on the cells, or a drag over them that is not `done` yet; as shares of their width and height, below 1. */
  readonly onPick?: (x: number, y: number, done: boolean) => void;
}

export interface HeatMap {
  readonly element: HTMLElement;
  draw(data: HeatMapData, words: FigureWords): void;
  busy(busy: boolean): void;
}

const margins = { marginLeft: 52, marginRight: 12, marginTop: 8, marginBottom: 40 };

/** A figure that shows a matrix by colour: a canvas for the cells, Observable Plot for the axes, a ramp for the key. */
export function heatMap({ id, title, note, aspect, overlay, onPick }: HeatMapOptions): HeatMap {
  const frame = figureFrame(id, title, note);
  const canvas = h('canvas', { class: 'cells' });
  const axes = h('div', { class: 'plot' });
  const ramp = h('div', { class: 'ramp' });
  const area = h('div', { class: 'map' }, canvas, axes);
  if (overlay) area.append(h('div', { class: 'overlay' }, overlay));
  if (onPick) listen(area, canvas, onPick);
  frame.drawing.append(area, ramp);
  let data: HeatMapData | undefined;
  const request = redraw(frame.drawing, async (width) => {
    const plot = await loadPlot();
    if (!data) return;
    const height = Math.round(width * (data.aspect ?? aspect ?? (data.width === data.height ? 1 : 0.6)));
    axes.replaceChildren(axesOf(plot, data, width, height));
    Object.assign(canvas.style, {
      left: `${margins.marginLeft}px`,
      top: `${margins.marginTop}px`,
      width: `${width - margins.marginLeft - margins.marginRight}px`,
      height: `${height - margins.marginTop - margins.marginBottom}px`,
    });
    paint(canvas, data);
    ramp.replaceChildren(...rampKey(data));
    frame.element.dataset.drawn = 'true';
  });
  return {
    element: frame.element,
    busy: frame.busy,
    draw(nextData, words) {
      const { values, width, height } = nextData;
      if (values.length !== width * height) {
        throw new RangeError(
          `values: expected ${width * height} numbers (${width} x ${height}), got ${values.length}`,
        );
      }
      data = nextData;
      frame.setWords(words);
      frame.busy(false);
      request();
    },
  };
}

function listen(
  area: HTMLElement,
  cells: HTMLElement,
  onPick: (x: number, y: number, done: boolean) => void,
): void {
  const pick = (event: MouseEvent, done: boolean): void => {
    const box = cells.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (x >= 0 && x < 1 && y >= 0 && y < 1) onPick(x, y, done);
  };
  area.classList.add('pick-cells');
  area.addEventListener('click', (event) => pick(event, true));
  area.addEventListener('mousemove', (event) => {
    if (event.buttons === 1) pick(event, false);
  });
}

/** Only the axes: the cells lie behind, on the canvas. */
function axesOf(plot: Plot, { x, y }: HeatMapData, width: number, height: number): Element {
  const element = plot.plot({
    ...margins,
    width,
    height,
    x: { domain: x.domain, label: x.label, labelAnchor: 'center', labelArrow: 'none', ...tickFormat(x) },
    y: {
      domain: [y.domain[1], y.domain[0]],
      label: y.label,
      labelAnchor: 'center',
      labelArrow: 'none',
      ...tickFormat(y),
    },
    marks: [plot.frame({ stroke: 'var(--line)' })],
    style: { background: 'transparent', fontFamily: 'inherit', fontSize: '12px', overflow: 'visible' },
  });
  element.setAttribute('aria-hidden', 'true');
  return element;
}

function tickFormat({ format }: HeatMapAxis): { tickFormat?: (value: number) => string } {
  return format === undefined ? {} : { tickFormat: format };
}

function paint(canvas: HTMLCanvasElement, { values, width, height, domain, scheme }: HeatMapData): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const colors = rampTable(scheme);
  const pixels = new Uint32Array(width * height);
  const [low, high] = domain;
  const scale = 255 / (high - low || 1);
  for (let at = 0; at < pixels.length; at++) {
    const place = ((values[at] ?? Number.NaN) - low) * scale;
    // NaN compares false with everything: the pixel stays clear.
    if (place <= 0) pixels[at] = colors[0] ?? 0;
    else if (place >= 255) pixels[at] = colors[255] ?? 0;
    else if (place > 0) pixels[at] = colors[Math.round(place)] ?? 0;
  }
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** Three digits at most: −1, 0.333. */
function short(value: number): string {
  return withMinus(String(Number(value.toPrecision(3))));
}

function rampKey({ domain: [low, high], scheme, format = short }: HeatMapData): HTMLElement[] {
  const labels = [low, (low + high) / 2, high].map((value) => h('span', {}, format(value)));
  return [
    h('div', { class: 'ramp-bar', style: `background: ${rampGradient(scheme)}` }),
    h('div', { class: 'ramp-labels number' }, ...labels),
  ];
}
