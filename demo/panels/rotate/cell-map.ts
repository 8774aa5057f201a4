import { h } from '../../dom';
import type { FigureWords } from '../../widgets/figure';
import { type HeatMap, heatMap } from '../../widgets/heat-map';
import type { State } from './state';

export interface CellMap {
  readonly element: HTMLElement;
  draw(state: State, scores: Float32Array, domain: readonly [number, number], words: FigureWords): void;
  busy(busy: boolean): void;
}

/**
 * A heat map of an image's cells with a ring around the query's, which a click or a drag of the mouse moves. By keyboard
 * the sliders for row and column do the same.
 */
export function cellMap(id: string, title: string, onPick: (row: number, column: number) => void): CellMap {
  const element = h('div', { class: 'turn-map' });
  let shown: State | undefined;
  let map: HeatMap | undefined;
  let aspect = 0;
  const ring = h('div', { class: 'turn-ring' });
  const pick = (event: MouseEvent): void => {
    const box = element.querySelector('.cells')?.getBoundingClientRect();
    if (!shown || !box) return;
    const column = Math.floor(((event.clientX - box.left) / box.width) * shown.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * shown.height);
    if (row < 0 || row >= shown.height || column < 0 || column >= shown.width) return;
    if (row !== shown.row || column !== shown.column) onPick(row, column);
  };
  /** A map's aspect is its own for good: another shape of image takes another map. */
  const mapFor = (state: State): HeatMap => {
    const wanted = aspectFor(state);
    if (map && wanted === aspect) return map;
    const isOpen = element.querySelector('details')?.open === true;
    aspect = wanted;
    map = heatMap({ id, title, aspect });
    const area = map.element.querySelector<HTMLElement>('.map');
    area?.append(h('div', { class: 'turn-ring-place' }, ring));
    area?.addEventListener('click', pick);
    area?.addEventListener('mousemove', (event) => {
      if (event.buttons === 1) pick(event);
    });
    const details = map.element.querySelector('details');
    if (details) details.open = isOpen;
    element.replaceChildren(map.element);
    return map;
  };
  return {
    element,
    busy: (busy) => map?.busy(busy),
    draw(state, scores, domain, words) {
      const { width, height, row, column } = state;
      mapFor(state).draw(
        {
          values: scores,
          width,
          height,
          x: axisOf('column', width),
          y: axisOf('row', height),
          domain,
          scheme: 'sequential',
        },
        words,
      );
      shown = state;
      Object.assign(ring.style, {
        left: `${(100 * column) / width}%`,
        top: `${(100 * row) / height}%`,
        width: `${100 / width}%`,
        height: `${100 / height}%`,
      });
    },
  };
}

/** Ticks stand under the middle of a cell, and only there. */
function axisOf(label: string, cells: number) {
  return {
    label,
    domain: [-0.5, cells - 0.5] as const,
    format: (value: number) => (Number.isInteger(value) && value >= 0 && value < cells ? String(value) : ''),
  };
}

/**
 * Height by width at which cells are about square: the map has margins of 64 and 48 pixels around its cells and is some
 * 400 wide. A very long image has longer cells rather than a sliver of a map, or one of several windows.
 */
function aspectFor({ width, height }: State): number {
  const wanted = (48 + ((400 - 64) * height) / width) / 400;
  return Math.min(1.5, Math.max(0.4, wanted));
}
