import type { RopeDtype } from 'webgpu-rope';
import { presets } from '../../../../bench/presets';
import { h } from '../../../dom';
import { integer } from '../../../format';
import { controlsForm, showAllControls } from '../../../widgets/controls-form';
import { explain, group, type Segment, segments } from '../../../widgets/segments';
import { type Choice, dtypeChoices, lastStart, tokenChoices } from '../choice';
import { startField } from './start-field';

export interface Controls {
  readonly element: HTMLElement;
  /** The last choice that made sense. */
  readonly choice: Choice;
  /** While running, Run does nothing. */
  setRunning(running: boolean): void;
  /** Without a GPU there is nothing to run; why is said elsewhere. */
  disable(): void;
  /** A line beside the button, how much there is to do and where; and one below, what to mind. */
  setAmount(text: string, caution: string): void;
}

export interface ControlsOptions {
  readonly onChange: (choice: Choice) => void;
  readonly onRun: () => void;
}

/** The form: model, tokens, dtype, start, Run. */
export function createControls(initial: Choice, options: ControlsOptions): Controls {
  let choice = initial;
  let state: 'ready' | 'running' | 'disabled' = 'ready';

  const preset = h(
    'select',
    { id: 'preset' },
    ...presets.map(({ slug, name }) => h('option', { value: slug, selected: slug === initial.preset }, name)),
  );
  const tokens = segments(
    'tokens',
    tokenChoices.map((count): Segment => [String(count), integer(count)]),
    String(initial.tokens),
  );
  const dtype = segments(
    'dtype',
    dtypeChoices.map((name): Segment => [name, name]),
    initial.dtype,
  );
  const start = startField(initial.start);
  const run = h('button', { type: 'submit', class: 'primary', id: 'run' }, 'Run');
  const amount = h('p', { class: 'note amount' });
  const caution = h('p', { class: 'note caution' });
  const model = h('div', { class: 'field' }, h('label', { for: 'preset', class: 'name' }, 'Model'), preset);
  const actions = h('div', { class: 'actions' }, run, amount);
  const form = controlsForm({
    controls: [
      h('h2', {}, 'What to rotate'),
      model,
      h(
        'div',
        { class: 'pairwise' },
        explain(group('Tokens', tokens), 'tokens-hint', 'One to decode, more for a prompt.'),
        explain(group('Number format', dtype), 'dtype-hint', '32 bits a number, or 16 (two kinds).'),
      ),
      start.element,
      actions,
      caution,
    ],
    main: [model, actions],
    label: 'What to rotate',
  });
  form.id = 'rotate';

  /** Takes over what the form says. False if the start cannot be used. */
  const read = (): boolean => {
    const data = new FormData(form);
    const count = Number(data.get('tokens'));
    const first = start.read(count);
    choice = {
      preset: preset.value,
      tokens: count,
      dtype: data.get('dtype') as RopeDtype,
      start: first ?? Math.min(choice.start, lastStart(count)),
    };
    return first !== undefined;
  };
  form.addEventListener('input', () => {
    read();
    options.onChange(choice);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (state !== 'ready') return;
    if (read()) options.onRun();
    else {
      showAllControls(form);
      start.focus();
    }
  });

  const show = (): void => {
    run.textContent = state === 'running' ? 'Running' : 'Run';
    if (state === 'ready') run.removeAttribute('aria-disabled');
    else run.setAttribute('aria-disabled', 'true');
  };
  return {
    element: form,
    get choice() {
      return choice;
    },
    setRunning(running) {
      if (state !== 'disabled') state = running ? 'running' : 'ready';
      show();
    },
    disable() {
      state = 'disabled';
      show();
    },
    setAmount(text, cautionText) {
      amount.textContent = text;
      caution.textContent = cautionText;
    },
  };
}
