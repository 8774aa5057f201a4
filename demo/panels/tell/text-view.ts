import { h } from '../../dom';
import { scrollBox } from '../../widgets/table';
import type { Told } from './tasks';

/** A text that grows. A token is shaded by how much the one picked looks at it. */
export interface TextView {
  readonly element: HTMLElement;
  /** Shows a text: what was shown before is its beginning. */
  show(told: readonly Told[]): void;
  /** Marks what was dropped: all keys before a place. */
  drop(before: number, at: number): void;
  /** Shades by the looks of a token, one number a key. */
  shade(token: number, looks: Float32Array, first: number): void;
  clear(): void;
}

export function createTextView(onPick: (token: number) => void): TextView {
  const paragraph = h('p', { class: 'told', id: 'tell-text' });
  const element = scrollBox('What was told so far', paragraph);
  let spans: HTMLElement[] = [];
  paragraph.addEventListener('click', ({ target }) => {
    const place = spans.indexOf(target as HTMLElement);
    if (place > 0) onPick(place);
  });
  return {
    element,
    show(told) {
      const added = told.slice(spans.length).map(({ text }) => h('span', {}, text));
      if (added.length === 0) return;
      // Who looks at what was told before is left there.
      const follows = element.scrollTop + element.clientHeight > element.scrollHeight - 40;
      spans.push(...added);
      paragraph.append(...added);
      if (follows) element.scrollTop = element.scrollHeight;
    },
    drop(before, at) {
      for (const span of spans.slice(0, before)) span.classList.add('gone');
      const mark = h('b', { class: 'drop-mark' }, ' ⟨the oldest dropped here⟩');
      spans[at - 1]?.after(mark);
    },
    shade(token, looks, first) {
      for (const [place, span] of spans.entries()) {
        const look = looks[place - first] ?? 0;
        // The root, so that small looks are seen as well.
        if (look > 0.01) span.style.setProperty('--look', `${Math.round(45 * Math.sqrt(look))}%`);
        else span.removeAttribute('style');
        span.classList.toggle('picked', place === token);
      }
    },
    clear() {
      spans = [];
      paragraph.replaceChildren();
    },
  };
}
