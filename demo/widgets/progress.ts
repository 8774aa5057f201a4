import { h } from '../dom';
import { capital } from '../format';

/** Shows where long work is and lets it be cancelled. */
export interface ProgressBox {
  readonly element: HTMLElement;
  /** The part done, 0 to 1, and in words what goes on: "checking 37%". */
  show(done: number, text: string): void;
}

/**
 * A line of words, a bar and a Cancel button.
 *
 * @param prefix Of its ids, where there may be two on the page at a time.
 */
export function progressBox(onCancel: () => void, prefix = ''): ProgressBox {
  const bar = h('progress', { max: 1, 'aria-label': 'Progress' });
  const words = h('p', { 'aria-hidden': 'true', id: `${prefix}progress-text` });
  // Read out at each eighth: every percent would be a lot to listen to.
  const spoken = h('p', { class: 'hidden', role: 'status' });
  const cancel = h('button', { type: 'button', class: 'quiet', id: `${prefix}cancel` }, 'Cancel');
  cancel.addEventListener('click', onCancel);
  let lastSpoken = -1;
  return {
    element: h('div', { class: 'working' }, words, bar, cancel, spoken),
    show(done, text) {
      words.textContent = `${capital(text)}…`;
      bar.value = done;
      const mark = Math.floor(8 * done);
      if (mark !== lastSpoken) spoken.textContent = text;
      lastSpoken = mark;
    },
  };
}
