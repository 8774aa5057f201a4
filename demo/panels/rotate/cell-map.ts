import { h } from '../../dom';
import type { FigureWords } from '../../widgets/figure';
import { heatMap } from '../../widgets/heat-map';
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
  const ring = h('div', { class: 'turn-ring' });
  let shown: State | undefined;
  const map = heatMap({
    id,
    title,
    overlay: ring,
    onPick(x, y) {
      if (!shown) return;
      const [row, column] = [Math.floor(y * shown.height), Math.floor(x * shown.width)];
      if (row !== shown.row || column !== shown.column) onPick(row, column);
    },
  });
  return {
    element: map.element,
    busy: map.busy,
    draw(state, scores, domain, words) {
      const { width, height, row, column } = state;
      const x = axisOf('column', width);
      const y = axisOf('row', height);
      const aspect = aspectFor(state);
      map.draw({ values: scores, width, height, x, y, domain, scheme: 'sequential', aspect }, words);
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
