import { h } from '../dom';

/** The numbers of a figure: one head a column, rows of the same length. At most some 200 rows. */
export interface NumbersTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table whose first column names its rows. `caption` is for screen readers. */
export function numbersTable({ head, rows }: NumbersTable, caption: string): HTMLTableElement {
  return h(
    'table',
    {},
    h('caption', { class: 'hidden' }, caption),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([first = '', ...rest]) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, String(first)),
          ...rest.map((entry) => h('td', {}, String(entry))),
        ),
      ),
    ),
  );
}

/** A box that scrolls, reached by keyboard. */
export function scrollBox(label: string, ...children: readonly Node[]): HTMLElement {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, ...children);
}
