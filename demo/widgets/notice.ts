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

/** What a panel says of keys in the address that it cannot use: each problem without a full stop. */
export function unknownNotice(problems: readonly string[]): HTMLElement {
  return notice('This address asks for what is not here', `${problems.join('. ')}. The defaults stand in.`);
}
