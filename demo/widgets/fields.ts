/** Form fields with their labels. Each calls back when its value changed to one that can be used. */
import { h } from '../dom';
import { numberIn, parseInteger } from '../shell/query';
import { explain, group, segments } from './segments';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Options of one group stand together, under its name. */
  readonly group?: string;
}

export interface Field<T> {
  readonly element: HTMLElement;
  /** The last value that could be used. */
  readonly value: T;
  /** Shows a value without a call of onChange. */
  set(value: T): void;
}

export interface SelectOptions<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly hint?: string;
  readonly onChange: (value: T) => void;
}

/** A drop-down list. */
export function selectField<T extends string>(options: SelectOptions<T>): Field<T> {
  const { id, label, hint, onChange } = options;
  let { value } = options;
  const select = h('select', { id, 'aria-describedby': hint === undefined ? undefined : `${id}-hint` });
  const groups = new Map<string, HTMLOptGroupElement>();
  for (const option of options.options) {
    const element = h('option', { value: option.value, selected: option.value === value }, option.label);
    if (option.group === undefined) {
      select.append(element);
      continue;
    }
    let parent = groups.get(option.group);
    if (!parent) {
      parent = h('optgroup', { label: option.group });
      groups.set(option.group, parent);
      select.append(parent);
    }
    parent.append(element);
  }
  select.addEventListener('change', () => {
    value = select.value as T;
    onChange(value);
  });
  return {
    element: h(
      'div',
      { class: 'field' },
      h('label', { for: id, class: 'name' }, label),
      select,
      hint === undefined ? undefined : h('p', { class: 'note hint', id: `${id}-hint` }, hint),
    ),
    get value() {
      return value;
    },
    set(next) {
      value = next;
      select.value = next;
    },
  };
}

/** A few short choices side by side: radio buttons. `id` is the name of the group. */
export function segmentsField<T extends string>(options: SelectOptions<T>): Field<T> {
  const { id, label, hint, onChange } = options;
  let { value } = options;
  const row = segments(
    id,
    options.options.map((option) => [option.value, option.label]),
    value,
  );
  row.addEventListener('input', ({ target }) => {
    value = (target as HTMLInputElement).value as T;
    onChange(value);
  });
  const element = group(label, row);
  return {
    element: hint === undefined ? element : explain(element, `${id}-hint`, hint),
    get value() {
      return value;
    },
    set(next) {
      value = next;
      for (const input of row.querySelectorAll('input')) input.checked = input.value === next;
    },
  };
}

export interface NumberOptions {
  readonly id: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** Default true: a number with a fraction is refused. */
  readonly integer?: boolean;
  readonly value: number;
  /** How a value stands in the field. Default `String`. */
  readonly format?: (value: number) => string;
  readonly hint?: string;
  readonly onChange: (value: number) => void;
}

/** A number typed by hand. What cannot be used is refused in place, in words, and the last value stays. */
export function numberField(options: NumberOptions): Field<number> {
  const { id, label, min, max, integer = true, format = String, hint, onChange } = options;
  let { value } = options;
  const described = hint === undefined ? `${id}-problem` : `${id}-problem ${id}-hint`;
  const input = h('input', {
    type: 'text',
    id,
    class: 'number',
    inputmode: integer && min >= 0 ? 'numeric' : undefined,
    autocomplete: 'off',
    value: format(value),
    'aria-invalid': 'false',
    'aria-describedby': described,
  });
  const problem = h('p', { class: 'problem', id: `${id}-problem`, 'aria-live': 'polite' });
  input.addEventListener('input', () => {
    const next = integer ? parseInteger(input.value, min, max) : numberIn(input.value.trim(), min, max);
    const bad = next === undefined;
    input.setAttribute('aria-invalid', String(bad));
    problem.textContent = bad
      ? `Expected ${integer ? 'an integer' : 'a number'} from ${format(min)} to ${format(max)}.`
      : '';
    if (bad || next === value) return;
    value = next;
    onChange(value);
  });
  return {
    element: h(
      'div',
      { class: 'field' },
      h('label', { for: id, class: 'name' }, label),
      input,
      problem,
      hint === undefined ? undefined : h('p', { class: 'note hint', id: `${id}-hint` }, hint),
    ),
    get value() {
      return value;
    },
    set(next) {
      value = next;
      input.value = format(next);
      input.setAttribute('aria-invalid', 'false');
      problem.textContent = '';
    },
  };
}

export interface CheckOptions {
  readonly id: string;
  readonly label: string;
  readonly value: boolean;
  readonly hint?: string;
  readonly onChange: (value: boolean) => void;
}

/** A box to tick. */
export function checkField({ id, label, value, hint, onChange }: CheckOptions): Field<boolean> {
  const input = h('input', {
    type: 'checkbox',
    id,
    checked: value,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
  });
  input.addEventListener('change', () => onChange(input.checked));
  return {
    element: h(
      'div',
      { class: 'field check-field' },
      h('label', { for: id }, input, h('span', {}, label)),
      hint === undefined ? undefined : h('p', { class: 'note hint', id: `${id}-hint` }, hint),
    ),
    get value() {
      return input.checked;
    },
    set(next) {
      input.checked = next;
    },
  };
}
