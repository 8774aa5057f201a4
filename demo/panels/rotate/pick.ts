import { h } from '../../dom';
import { group } from '../../widgets/segments';
import type { State } from './state';
import { longestText, mostTokens, tokensOf } from './tokens';

export type Picked = Pick<State, 'text' | 'query' | 'key'>;

export interface TokenPick {
  readonly element: HTMLElement;
  /** Shows a text and which of its tokens are picked. */
  set(picked: Picked): void;
}

const roles = [
  { role: 'query', label: 'Query: the token that looks' },
  { role: 'key', label: 'Key: the token it looks at' },
] as const;

/**
 * The text, and below it its tokens twice: one row of radio buttons picks the query, the other the key. Native radio
 * buttons say by themselves which row they belong to, what is picked, and where in the row one is.
 *
 * @param on.text Called with a text that has at least one token.
 */
export function createPick(on: {
  text(text: string): void;
  token(role: 'query' | 'key', place: number): void;
}): TokenPick {
  const input = h('input', {
    type: 'text',
    id: 'turn-text',
    maxlength: longestText,
    autocomplete: 'off',
    'aria-invalid': 'false',
    'aria-describedby': 'turn-text-problem turn-text-hint',
  });
  const problem = h('p', { class: 'problem', id: 'turn-text-problem', 'aria-live': 'polite' });
  input.addEventListener('input', () => {
    const none = tokensOf(input.value).length === 0;
    input.setAttribute('aria-invalid', String(none));
    problem.textContent = none ? 'Expected at least one word.' : '';
    if (!none) on.text(input.value);
  });
  const rows = roles.map(({ role, label }) => {
    const row = h('div', { class: `tokens of-${role}` });
    row.addEventListener('change', ({ target }) =>
      on.token(role, Number((target as HTMLInputElement).value)),
    );
    return { role, row, element: group(label, row) };
  });
  let shown: string | undefined;
  return {
    element: h(
      'div',
      { class: 'pick' },
      h(
        'div',
        { class: 'field' },
        h('label', { for: 'turn-text', class: 'name' }, 'Text'),
        input,
        problem,
        h(
          'p',
          { class: 'note hint', id: 'turn-text-hint' },
          `Cut into words and signs, the first ${mostTokens} of them; a model’s own tokenizer would cut otherwise.`,
        ),
      ),
      ...rows.map(({ element }) => element),
    ),
    set(picked) {
      // A text being typed is the visitor's: only another one is put into its place.
      if (document.activeElement !== input) input.value = picked.text;
      for (const { role, row } of rows) {
        if (shown !== picked.text)
          row.replaceChildren(...tokensOf(picked.text).map((word, n) => token(role, word, n)));
        for (const radio of row.querySelectorAll('input'))
          radio.checked = Number(radio.value) === picked[role];
      }
      shown = picked.text;
    },
  };
}

function token(role: string, word: string, place: number): HTMLElement {
  return h(
    'label',
    {},
    h('input', { type: 'radio', name: `turn-${role}`, value: place }),
    h('span', {}, h('b', {}, word), ' ', h('small', {}, String(place))),
  );
}
