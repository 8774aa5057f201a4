import { h } from '../dom';

export interface SliderOptions {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /**
   * Linear: the step between values, default 1. Logarithmic: values are rounded to a multiple of it, and left as they
   * are where it is 0; default 1.
   */
  readonly step?: number;
  readonly value: number;
  /** How the way along the slider becomes a value. Default `linear`; the others need `min` above 0. */
  readonly scale?: 'linear' | 'log2' | 'log10';
  /** Steps of a logarithmic slider for each doubling (log2) or tenfold (log10). Default 1 for log2, 20 for log10. */
  readonly steps?: number;
  /** The value in words, as is read out: "10 000". Default `String`. */
  readonly format?: (value: number) => string;
  /** A line below: what the value does. */
  readonly hint?: string;
  readonly onInput: (value: number) => void;
}

export interface Slider {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly value: number;
  /** Moves it without a call of onInput. A value outside is brought to the nearer end. */
  set(value: number): void;
  /** Changes its ends (linear sliders); the value stays where it still fits. */
  setRange(min: number, max: number): void;
}

/** A native range input with its label and its value in words: arrow keys, Page Up and Down, Home and End work. */
export function slider(options: SliderOptions): Slider {
  const { id, label, step = 1, scale = 'linear', format = String, hint, onInput } = options;
  const log = scale === 'linear' ? undefined : scale === 'log2' ? Math.log2 : Math.log10;
  const base = scale === 'log2' ? 2 : 10;
  const steps = options.steps ?? (scale === 'log2' ? 1 : 20);
  let { min, max, value } = options;

  const input = h('input', {
    type: 'range',
    id,
    min: log ? 0 : min,
    max: log ? Math.round((log(max) - log(min)) * steps) : max,
    step: log ? 1 : step,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
  });
  const output = h('output', { for: id, class: 'number' });

  const toPosition = (wanted: number): number =>
    log ? Math.round((log(wanted) - log(min)) * steps) : wanted;
  const toValue = (position: number): number => {
    if (!log) return position;
    const raw = min * base ** (position / steps);
    const rounded = step === 0 ? raw : Math.round(raw / step) * step;
    return Math.min(max, Math.max(min, rounded));
  };
  const say = (): void => {
    const words = format(value);
    output.textContent = words;
    input.setAttribute('aria-valuetext', words);
  };
  const set = (wanted: number): void => {
    // Kept as it is, though the slider may stand beside it: an address may name any value.
    value = Math.min(max, Math.max(min, wanted));
    input.value = String(toPosition(value));
    say();
  };
  input.addEventListener('input', () => {
    value = toValue(Number(input.value));
    say();
    onInput(value);
  });
  set(value);
  return {
    element: h(
      'div',
      { class: 'field slider' },
      h('label', { for: id }, label),
      output,
      input,
      hint === undefined ? undefined : h('p', { class: 'note', id: `${id}-hint` }, hint),
    ),
    input,
    get value() {
      return value;
    },
    set,
    setRange(low, high) {
      min = low;
      max = high;
      input.min = String(log ? 0 : min);
      input.max = String(log ? Math.round((log(max) - log(min)) * steps) : max);
      set(value);
    },
  };
}
