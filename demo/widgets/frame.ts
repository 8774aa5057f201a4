import { h } from '../dom';

export interface PanelParts {
  /** Fields and sliders, in reading order; beside the figures on a wide window, above them on a narrow one. */
  readonly controls: readonly (HTMLElement | undefined)[];
  /** What the controls are for, to screen readers. Default "What to show". */
  readonly controlsLabel?: string;
  /** Figures and cards, in reading order. */
  readonly figures: readonly (HTMLElement | undefined)[];
  /** Below the figures: what to mind, where it comes from. */
  readonly notes?: readonly (HTMLElement | undefined)[];
}

/** The layout that panels share: controls, figures, notes. The heading and the lead are the shell's. */
export function panelFrame({
  controls,
  controlsLabel = 'What to show',
  figures,
  notes,
}: PanelParts): HTMLElement {
  const present = (parts: readonly (HTMLElement | undefined)[]): HTMLElement[] =>
    parts.filter((part) => part !== undefined);
  const form = h(
    'form',
    { class: 'card controls panel-controls', novalidate: true, 'aria-label': controlsLabel },
    ...present(controls),
  );
  // There is nothing to send: everything follows at once.
  form.addEventListener('submit', (event) => event.preventDefault());
  return h(
    'div',
    { class: 'panel-frame' },
    form,
    h('div', { class: 'panel-figures' }, ...present(figures)),
    notes === undefined ? undefined : h('div', { class: 'panel-notes' }, ...present(notes)),
  );
}

/** Lets a figure or a card stand over all columns. */
export function wide<T extends HTMLElement>(element: T): T {
  element.classList.add('wide');
  return element;
}

/** A section with its heading. Give `id` where something refers to it; the heading's is `<id>-title`. */
export function card(id: string, title: string, ...children: readonly (Node | undefined)[]): HTMLElement {
  const heading = h('h2', { id: `${id}-title` }, title);
  return h('section', { class: 'card', id, 'aria-labelledby': `${id}-title` }, heading, ...children);
}
