import { h } from '../../../dom';
import { integer } from '../../../format';
import { group, type Segment, segments } from '../../../widgets/segments';
import { lastStart, parseStart, startChoices } from '../choice';

export interface StartField {
  readonly element: HTMLElement;
  /** The position, or undefined where what is typed cannot be one; the field says so then. */
  read(tokens: number): number | undefined;
  focus(): void;
}

/** The position of the first token: a few to pick, or any other typed below them. */
export function startField(initial: number): StartField {
  const picked = startChoices.includes(initial) ? String(initial) : 'other';
  const entries: Segment[] = [
    ...startChoices.map((at): Segment => [String(at), integer(at)]),
    ['other', 'Other'],
  ];
  const row = segments('start', entries, picked);
  const typed = h('input', {
    type: 'text',
    id: 'start',
    class: 'number typed',
    inputmode: 'numeric',
    autocomplete: 'off',
    value: initial,
    hidden: picked !== 'other',
    'aria-label': 'Other position',
    'aria-describedby': 'start-problem',
  });
  const problem = h('p', { class: 'problem', id: 'start-problem', 'aria-live': 'polite' });
  const value = (): string => row.querySelector<HTMLInputElement>(':checked')?.value ?? '';
  row.addEventListener('input', () => {
    typed.hidden = value() !== 'other';
  });
  return {
    element: group('Position of the first token', row, typed, problem),
    read(tokens) {
      const start = parseStart(value() === 'other' ? typed.value : value(), tokens);
      const bad = start === undefined;
      problem.textContent = bad ? `Expected an integer from 0 to ${integer(lastStart(tokens))}.` : '';
      typed.setAttribute('aria-invalid', String(bad));
      return start;
    },
    focus: () => typed.focus(),
  };
}
