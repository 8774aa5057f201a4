import { h } from '../../dom';
import { segmentsField } from '../../widgets/fields';
import { slider } from '../../widgets/slider';
import type { Change } from './controls';
import { columnsOf, dimsOf, isBias, mostCurves, type State, usualDims } from './state';

/** Which dimensions (biases: heads) are drawn as curves: one of up to four is moved at a time. */
export function createCurveControls(initial: State, change: Change) {
  let state = initial;
  const words = (): string => (isBias(state) ? 'head' : 'dimension');
  const which = segmentsField({
    id: 'see-curve',
    label: 'Curve to move',
    options: Array.from({ length: mostCurves }, (_, n) => ({ value: String(n), label: String(n + 1) })),
    value: String(initial.curve),
    hint: 'A number past the last adds a curve.',
    onChange(value) {
      const curve = Number(value);
      const dims = [...dimsOf(state)];
      const usual = usualDims(state);
      while (dims.length <= curve) dims.push(usual[dims.length] ?? 0);
      change({ dims, curve });
    },
  });
  const dimension = slider({
    id: 'see-dims',
    label: 'What it shows',
    min: 0,
    max: columnsOf(initial) - 1,
    value: 0,
    format: (value) => `${words()} ${value}`,
    hint: 'Or click a column of the encoding above, then use the arrow keys.',
    onInput: (value) => change(withDimension(state, value)),
  });
  const remove = h('button', { type: 'button', class: 'quiet', id: 'see-remove' }, 'Remove this curve');
  remove.addEventListener('click', () => {
    if (dimsOf(state).length === 1) return;
    const dims = dimsOf(state).filter((_, n) => n !== state.curve);
    change({ dims, curve: Math.min(state.curve, dims.length - 1) });
  });
  return {
    element: h('div', { class: 'see-curve-controls' }, which.element, dimension.element, remove),
    /** Puts the keyboard on the dimension of the chosen curve. */
    focus: (): void => dimension.input.focus({ preventScroll: true }),
    set(next: State): void {
      state = next;
      which.set(String(next.curve));
      dimension.setRange(0, columnsOf(next) - 1);
      dimension.set(dimsOf(next)[next.curve] ?? 0);
      remove.setAttribute('aria-disabled', String(dimsOf(next).length === 1));
    },
  };
}

/** The chosen curve shows another dimension. */
export function withDimension(state: State, dim: number): Partial<State> {
  return { dims: dimsOf(state).map((old, n) => (n === state.curve ? dim : old)) };
}
