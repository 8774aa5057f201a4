import { h } from '../dom';
import type { Progress, Stage } from '../run/types';

/** Shows where a run is and lets it be cancelled. */
export function createProgress(onCancel: () => void): {
  element: HTMLElement;
  show(progress: Progress): void;
} {
  const bar = h('progress', { max: 1, 'aria-label': 'Progress' });
  const words = h('p', { 'aria-hidden': 'true', id: 'progress-text' });
  // Read out once a stage and once a quarter of it: every percent would be a lot to listen to.
  const spoken = h('p', { class: 'hidden', role: 'status' });
  const cancel = h('button', { type: 'button', class: 'quiet', id: 'cancel' }, 'Cancel');
  cancel.addEventListener('click', onCancel);
  let said = '';
  return {
    element: h('div', { class: 'working' }, words, bar, cancel, spoken),
    show({ stage, text, share }) {
      words.textContent = `${text.charAt(0).toUpperCase()}${text.slice(1)}…`;
      bar.value = overall(stage, share ?? 0);
      const mark = `${stage} ${Math.floor(4 * (share ?? 0))}`;
      if (mark !== said) spoken.textContent = text;
      said = mark;
    },
  };
}

/** Where each stage begins on a bar of 1: by how long stages take, roughly. */
const begins: Readonly<Record<Stage, number>> = {
  device: 0,
  tables: 0.03,
  rotating: 0.1,
  checking: 0.12,
  timing: 0.5,
};

function overall(stage: Stage, share: number): number {
  const begin = begins[stage];
  const end = Math.min(1, ...Object.values(begins).filter((other) => other > begin));
  return begin + (end - begin) * share;
}
