import { h } from '../dom';

/** What a radio button stands for, and what it says. */
export type Segment = readonly [value: string, label: string];

/** Radio buttons side by side, under one name. */
export function segments(name: string, entries: readonly Segment[], checked: string): HTMLDivElement {
  const labels = entries.map(([value, label]) =>
    h(
      'label',
      {},
      h('input', { type: 'radio', name, value, checked: value === checked }),
      h('span', {}, label),
    ),
  );
  return h('div', { class: 'segments' }, ...labels);
}

/** A line under a group that says what its choices mean. */
export function explain(element: HTMLFieldSetElement, id: string, text: string): HTMLFieldSetElement {
  element.setAttribute('aria-describedby', id);
  element.append(h('p', { class: 'note hint', id }, text));
  return element;
}

/** A group of controls with its name. */
export function group(legend: string, ...children: readonly Node[]): HTMLFieldSetElement {
  return h('fieldset', {}, h('legend', {}, legend), ...children);
}
