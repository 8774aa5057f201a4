import { h } from '../../dom';
import { integer } from '../../format';
import { segmentsField } from '../../widgets/fields';
import { thetaSlider } from '../../widgets/model-fields';
import { slider } from '../../widgets/slider';
import { type Keys, type LayerChoice, layers, longestPrompt, longestText, type State, thetas } from './state';

export interface Controls {
  readonly elements: readonly HTMLElement[];
  /** Those that stay in view on a phone. */
  readonly main: readonly HTMLElement[];
  /** Shows a state, with so many tokens told, and whether more are coming. */
  set(state: State, told: number, isTelling: boolean): void;
}

export interface ControlEvents {
  readonly change: (change: Partial<State>) => void;
  /** Stop or go on. */
  readonly toggle: () => void;
  readonly drop: () => void;
  readonly another: () => void;
}

const button = (id: string, kind: string, text: string, onClick: () => void): HTMLButtonElement => {
  const element = h('button', { type: 'button', class: kind, id }, text);
  element.addEventListener('click', onClick);
  return element;
};

export function createControls(initial: State, { change, toggle, drop, another }: ControlEvents): Controls {
  const go = button('tell-go', 'primary', 'Stop', toggle);
  const dropButton = button('tell-drop', 'quiet', 'Drop the older half', drop);
  const keys = segmentsField<Keys>({
    id: 'tell-keys',
    label: 'Keys that stay',
    options: [
      { value: 'rerotate', label: 'Rotated' },
      { value: 'leave', label: 'Left' },
      { value: 'count', label: 'Count on' },
    ],
    value: initial.keys,
    hint: 'Rotated: positions begin at 0 again, and rerotate turns the keys back. Left: it does not, a mistake. Count on: positions go on, and no key has to turn.',
    onChange: (keys) => change({ keys }),
  });
  const pairing = segmentsField<State['pairing']>({
    id: 'tell-pairing',
    label: 'Pairing',
    options: [
      { value: 'interleaved', label: 'Interleaved' },
      { value: 'half', label: 'Half' },
    ],
    value: initial.pairing,
    hint: 'The model was trained with interleaved pairs and theta 10\u202f000: another choice is a port gone wrong.',
    onChange: (pairing) => change({ pairing }),
  });
  const theta = thetaSlider({
    id: 'tell-theta',
    ...thetas,
    value: initial.theta,
    onInput: (theta) => change({ theta }),
  });
  const temperature = slider({
    id: 'tell-temperature',
    label: 'Temperature',
    min: 0,
    max: 2,
    step: 0.1,
    value: initial.temperature,
    format: (value) => value.toFixed(1),
    hint: '0 takes the likeliest token each time.',
    onInput: (temperature) => change({ temperature }),
  });
  const prompt = h('input', {
    type: 'text',
    id: 'tell-prompt',
    maxlength: longestPrompt,
    autocomplete: 'off',
  });
  prompt.addEventListener('change', () => change({ prompt: prompt.value }));
  const token = slider({
    id: 'tell-token',
    label: 'Token looked from',
    min: 1,
    max: longestText,
    value: 1,
    format: integer,
    hint: 'The text is shaded by what the model looked at as it chose this token. A click in the text picks it as well.',
    onInput: (token) => change({ token }),
  });
  const layer = segmentsField({
    id: 'tell-layer',
    label: 'Layer',
    options: layers.map((value) => ({ value: String(value), label: value === 0 ? 'Mean' : String(value) })),
    value: String(initial.layer),
    onChange: (value) => change({ layer: Number(value) as LayerChoice }),
  });
  const cache = segmentsField<State['cache']>({
    id: 'tell-cache',
    label: 'Cache',
    options: [
      { value: 'f32', label: 'f32' },
      { value: 'f16', label: 'f16' },
    ],
    value: initial.cache,
    onChange: (cache) => change({ cache }),
  });
  const actions = h(
    'div',
    { class: 'actions' },
    go,
    dropButton,
    button('tell-another', 'quiet', 'Another text', another),
  );
  return {
    elements: [
      actions,
      keys.element,
      pairing.element,
      theta.element,
      token.element,
      layer.element,
      h('div', { class: 'field' }, h('label', { for: 'tell-prompt', class: 'name' }, 'Beginning'), prompt),
      temperature.element,
      cache.element,
    ],
    main: [actions, token.element],
    set(state, told, isTelling) {
      go.textContent = isTelling ? 'Stop' : 'Go on';
      keys.set(state.keys);
      pairing.set(state.pairing);
      theta.set(state.theta);
      temperature.set(state.temperature);
      cache.set(state.cache);
      layer.set(String(state.layer));
      if (document.activeElement !== prompt) prompt.value = state.prompt;
      token.setRange(1, Math.max(1, told - 1));
      token.set(state.token ?? told - 1);
    },
  };
}
