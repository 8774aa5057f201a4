import { h } from '../dom';

/** A message in its place: a line that matters, and what else there is to know. */
export function notice(title: string, text: string, detail?: string): HTMLElement {
  return h(
    'div',
    { class: 'notice', role: 'status' },
    h('p', {}, h('strong', {}, title)),
    h('p', {}, text),
    detail === undefined ? undefined : h('p', { class: 'detail' }, detail),
  );
}

/** As {@link notice}, for what failed: read out at once. */
export function failure(title: string, text: string, detail?: string): HTMLElement {
  const element = notice(title, text, detail);
  element.classList.add('failed');
  element.setAttribute('role', 'alert');
  return element;
}
