import { h } from '../dom';
import { controlsForm } from './controls-form';

export interface PanelParts {
  /** Fields and sliders, in reading order; beside the figures on a wide window, at its lower edge on a phone. */
  readonly controls: readonly (HTMLElement | undefined)[];
  /** The controls that stay in view on a phone, see {@link controlsForm}. Default: the first. */
  readonly main?: readonly HTMLElement[];
  /** What the controls are for, to screen readers. Default "What to show". */
  readonly controlsLabel?: string;
  /** Figures and cards, in reading order. */
  readonly figures: readonly (HTMLElement | undefined)[];
  /** Those of the figures that a phone shows first, above the lead. Default: the first. */
  readonly pictures?: readonly HTMLElement[];
  /** Below the figures: what to mind, where it comes from. */
  readonly notes?: readonly (HTMLElement | undefined)[];
}

/** The layout that panels share: controls, figures, notes. The heading and the lead are the shell's. */
export function panelFrame({
  controls,
  main,
  controlsLabel = 'What to show',
  figures,
  pictures,
  notes,
}: PanelParts): HTMLElement {
  const shown = present(figures);
  for (const figure of pictures ?? shown.slice(0, 1)) picture(figure);
  const all = present(controls);
  const form = controlsForm({ controls: all, main: main ?? all.slice(0, 1), label: controlsLabel });
  // There is nothing to send: everything follows at once.
  form.addEventListener('submit', (event) => event.preventDefault());
  return h(
    'div',
    { class: 'panel-frame' },
    form,
    h('div', { class: 'panel-figures' }, ...shown),
    notes === undefined ? undefined : h('div', { class: 'panel-notes' }, ...present(notes)),
  );
}

function present(parts: readonly (HTMLElement | undefined)[]): HTMLElement[] {
  return parts.filter((part) => part !== undefined);
}

/** Lets a phone show a figure or a card first, above the lead. */
export function picture<T extends HTMLElement>(element: T): T {
  element.classList.add('picture');
  return element;
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
