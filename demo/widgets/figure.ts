import { h } from '../dom';
import { type NumbersTable, numbersTable, scrollBox } from './table';

/** What a figure says besides its drawing. */
export interface FigureWords {
  /** What is to be seen, in words with numbers: the drawing for those who do not see it. */
  readonly description: string;
  /** The numbers drawn, or what makes them once they are asked for. */
  readonly table?: NumbersTable | (() => NumbersTable);
  /** What colours stand for. */
  readonly legend?: readonly LegendEntry[];
  /** A line below the drawing. Default: what was given before. */
  readonly note?: string;
}

export interface LegendEntry {
  readonly label: string;
  /** A CSS colour: `series(0)`. */
  readonly color: string;
  /** Default `line`. */
  readonly mark?: 'line' | 'dash' | 'dot' | 'area';
  /** A character like the symbols on the line, so that colour is not all that tells lines apart. */
  readonly sign?: string;
}

export interface FigureFrame {
  readonly element: HTMLElement;
  /** Holds the drawing; role="img". */
  readonly drawing: HTMLElement;
  setWords(words: FigureWords): void;
  /** Says that a newer drawing is on its way; the older one stays, paler. */
  busy(busy: boolean): void;
}

/** A figure's frame: title, legend, drawing, note, and the numbers behind it. */
export function figureFrame(id: string, title: string, note?: string): FigureFrame {
  const drawing = h('div', { class: 'drawing', role: 'img', 'aria-label': `${title}: not drawn yet` });
  const legend = h('ul', { class: 'legend', hidden: true });
  const line = h('p', { class: 'note', hidden: note === undefined }, note ?? '');
  const scroll = scrollBox(`Numbers: ${title}`);
  const details = h('details', { hidden: true }, h('summary', {}, 'Numbers'), scroll);
  const element = h(
    'figure',
    { class: 'card chart', id, 'aria-labelledby': `${id}-title` },
    h('figcaption', {}, h('h2', { id: `${id}-title` }, title)),
    legend,
    drawing,
    line,
    details,
  );
  let table: FigureWords['table'];
  const fill = (): void => {
    if (!details.open || table === undefined) return;
    scroll.replaceChildren(numbersTable(typeof table === 'function' ? table() : table, title));
  };
  details.addEventListener('toggle', fill);
  return {
    element,
    drawing,
    setWords(words) {
      drawing.setAttribute('aria-label', words.description);
      legend.replaceChildren(...(words.legend ?? []).map(legendItem));
      legend.hidden = (words.legend ?? []).length === 0;
      if (words.note !== undefined) {
        line.textContent = words.note;
        line.hidden = words.note === '';
      }
      table = words.table;
      details.hidden = table === undefined;
      fill();
    },
    busy(busy) {
      element.classList.toggle('busy', busy);
      if (busy) element.setAttribute('aria-busy', 'true');
      else element.removeAttribute('aria-busy');
    },
  };
}

function legendItem({ label, color, mark = 'line', sign }: LegendEntry): HTMLElement {
  return h(
    'li',
    {},
    h('i', { class: `key ${mark}`, style: `--key: ${color}` }),
    sign === undefined
      ? undefined
      : h('i', { class: 'sign', style: `--key: ${color}`, 'aria-hidden': 'true' }, sign),
    label,
  );
}
