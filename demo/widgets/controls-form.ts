import { h } from '../dom';

export interface ControlsParts {
  /** Fields and sliders, in reading order. */
  readonly controls: readonly HTMLElement[];
  /**
   * Those of the controls that the picture answers to at once. On a phone they stay in view below the picture, and the
   * others open with one tap.
   */
  readonly main: readonly HTMLElement[];
  /** What the controls are for, to screen readers. */
  readonly label: string;
}

/** A card of controls; on a phone a bar at the lower edge of the window, which opens to all of them. */
export function controlsForm({ controls, main, label }: ControlsParts): HTMLFormElement {
  for (const control of main) control.classList.add('main');
  // Its siblings follow its state by style alone: on a wide window it is not shown, and neither are they hidden.
  const opener = h('button', { type: 'button', class: 'opener', 'aria-expanded': 'false' }, 'All controls');
  opener.addEventListener('click', () =>
    opener.setAttribute('aria-expanded', String(opener.getAttribute('aria-expanded') === 'false')),
  );
  return h(
    'form',
    { class: 'card controls panel-controls', novalidate: true, 'aria-label': label },
    controls.length > main.length ? opener : undefined,
    ...controls,
  );
}

/** Opens the form to all of its controls, so that one of them can take the focus. */
export function showAllControls(form: HTMLFormElement): void {
  form.querySelector('.opener')?.setAttribute('aria-expanded', 'true');
}
