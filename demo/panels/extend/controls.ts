import { h } from '../../dom';
import { integer } from '../../format';
import { checkField, numberField, segmentsField, selectField } from '../../widgets/fields';
import { thetaSlider } from '../../widgets/model-fields';
import { type Slider, slider } from '../../widgets/slider';
import { type SchemeName, schemeLabels, schemeNames } from '../schemes';
import { short } from './findings';
import { swatch } from './looks';
import { modelName, modelSlugs } from './models';
import {
  type Curve,
  curves,
  dims,
  lengths,
  type ParameterName,
  type State,
  thetas,
  turns,
  usualParameters,
  withModel,
  withParameter,
  withShape,
  withShown,
} from './state';

export interface Controls {
  readonly elements: readonly HTMLElement[];
  /** The one of them that the panel is about: the length that the model is run on. */
  readonly target: HTMLElement;
  /** Shows a state; `typing` names the length that is being typed, which stays as it is typed. */
  set(state: State, typing?: LengthName): void;
}

type LengthName = 'trained' | 'target';

/** Makes the next state of the one at hand. */
export type Change = (next: (state: State) => State, typing?: LengthName) => void;

export function createControls(initial: State, change: Change): Controls {
  const model = selectField({
    id: 'extend-model',
    label: 'Model',
    options: [
      { value: 'own', label: 'By hand, as set below' },
      ...modelSlugs.map((slug) => ({ value: slug, label: modelName(slug), group: 'As published' })),
    ],
    value: initial.model,
    hint: 'A published model brings its shape and lengths.',
    onChange: (slug) => change((state) => withModel(state, slug)),
  });
  const dim = slider({
    id: 'extend-dim',
    label: 'Rotary dimension d',
    min: dims.min,
    max: dims.max,
    step: 2,
    value: initial.dim,
    hint: 'Elements of a head that turn: two a pair.',
    onInput: (value) => change((state) => withShape(state, { dim: value })),
  });
  const theta = thetaSlider({
    id: 'extend-theta',
    ...thetas,
    step: 100,
    value: initial.theta,
    onInput: (value) => change((state) => withShape(state, { theta: value })),
  });
  const trained = createLength('trained', 'Trained on, tokens', initial.trained, change);
  const target = createLength('target', 'Run on, tokens', initial.target, change);
  const scheme = selectField({
    id: 'extend-scheme',
    label: 'Scheme to look at closely',
    options: schemeNames.map((value) => ({ value, label: schemeLabels[value] })),
    value: initial.scheme,
    onChange: (value: SchemeName) => change((state) => ({ ...state, scheme: value })),
  });
  const boxes = schemeNames.map((name) => {
    const field = checkField({
      id: `extend-show-${name}`,
      label: schemeLabels[name],
      value: initial.shown.includes(name),
      onChange: (shown) => change((state) => withShown(state, name, shown)),
    });
    field.element.querySelector('input')?.after(swatch(name));
    return { name, field };
  });
  const curve = segmentsField<Curve>({
    id: 'extend-curve',
    label: 'Decay curve',
    options: curves.map((value) => ({ value, label: curveLabels[value] })),
    value: initial.curve,
    onChange: (value) => change((state) => ({ ...state, curve: value })),
  });
  const parameters = createParameters(initial, change);
  return {
    elements: [
      model.element,
      dim.element,
      theta.element,
      trained.element,
      target.element,
      h(
        'fieldset',
        { class: 'extend-schemes' },
        h('legend', {}, 'Schemes in the charts'),
        ...boxes.map(({ field }) => field.element),
      ),
      curve.element,
      scheme.element,
      parameters.element,
    ],
    target: target.element,
    set(state, typing) {
      model.set(state.model);
      dim.set(state.dim);
      theta.set(state.theta);
      trained.set(state.trained, typing === 'trained');
      target.set(state.target, typing === 'target');
      scheme.set(state.scheme);
      for (const { name, field } of boxes) field.set(state.shown.includes(name));
      curve.set(state.curve);
      parameters.set(state);
    },
  };
}

const curveLabels: Readonly<Record<Curve, string>> = { smooth: 'Smoothed', mean: 'Raw', bound: 'Bound' };

/** A length as a slider, and as a field to type it. */
function createLength(
  name: LengthName,
  label: string,
  value: number,
  change: Change,
): { element: HTMLElement; set(value: number, typing: boolean): void } {
  const lengthSlider = slider({
    id: `extend-${name}`,
    label,
    ...lengths,
    scale: 'log2',
    steps: 4,
    value,
    format: integer,
    onInput: (next) => change((state) => ({ ...state, [name]: next })),
  });
  const typed = numberField({
    id: `extend-${name}-typed`,
    label: `${label}, typed`,
    ...lengths,
    value,
    format: integer,
    onChange: (next) => change((state) => ({ ...state, [name]: next }), name),
  });
  // The slider above it says what it is to those who see.
  typed.element.querySelector('label')?.classList.add('hidden');
  return {
    element: h('div', { class: 'extend-length' }, lengthSlider.element, typed.element),
    set(next, typing) {
      lengthSlider.set(next);
      if (!typing) typed.set(next);
    },
  };
}

const parameterTexts: readonly { name: ParameterName; label: string; hint: string }[] = [
  { name: 'betaFast', label: 'YaRN: beta fast', hint: 'Pairs with more turns in training are kept.' },
  { name: 'betaSlow', label: 'YaRN: beta slow', hint: 'Pairs with fewer are divided in full.' },
  {
    name: 'highFreqFactor',
    label: 'Llama 3: high frequency factor',
    hint: 'Pairs with more turns in training are kept.',
  },
  {
    name: 'lowFreqFactor',
    label: 'Llama 3: low frequency factor',
    hint: 'Pairs with fewer are divided in full.',
  },
];

function createParameters(initial: State, change: Change): { element: HTMLElement; set(state: State): void } {
  const sliders = new Map<ParameterName, Slider>(
    parameterTexts.map(({ name, label, hint }) => [
      name,
      slider({
        id: `extend-${name}`,
        label,
        ...turns,
        scale: 'log2',
        step: 0,
        value: initial[name],
        format: (value) => `${short(value)} turns`,
        hint,
        onInput: (value) => change((state) => withParameter(state, name, value)),
      }),
    ]),
  );
  const isUsual = parameterTexts.every(({ name }) => initial[name] === usualParameters[name]);
  return {
    element: h(
      'details',
      { class: 'extend-parameters', id: 'extend-parameters', open: !isUsual },
      h('summary', {}, 'Parameters of YaRN and Llama 3'),
      h('div', { class: 'controls' }, ...[...sliders.values()].map(({ element }) => element)),
    ),
    set(state) {
      for (const [name, each] of sliders) each.set(state[name]);
    },
  };
}
