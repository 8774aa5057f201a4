import { h } from '../../dom';
import { integer, significant, thetaText } from '../../format';
import { checkField, type Option, segmentsField, selectField } from '../../widgets/fields';
import { slider } from '../../widgets/slider';
import { type SchemeName, schemeLabels, schemeNames } from '../schemes';
import { baseOf, type Encoding, fieldsOf, layouts, pairings, ranges, type State } from './state';

export type Change = (changes: Partial<State>) => void;

export interface Controls {
  readonly elements: readonly HTMLElement[];
  /** Shows a state, and of the controls those that its encoding has. */
  set(state: State): void;
}

interface Control {
  readonly name: keyof State;
  readonly element: HTMLElement;
  set(state: State): void;
}

const encodingOptions: readonly Option<Encoding>[] = [
  { value: 'rope', label: 'RoPE', group: 'Rotates queries and keys' },
  { value: 'rope-2d', label: '2-D axial RoPE', group: 'Rotates queries and keys' },
  { value: 'fope', label: 'FoPE', group: 'Rotates queries and keys' },
  { value: 'sinusoidal', label: 'Sinusoidal', group: 'Added to tokens' },
  { value: 'sinusoidal-2d', label: '2-D sinusoidal', group: 'Added to tokens' },
  { value: 'binary', label: 'Binary', group: 'Added to tokens' },
  { value: 'integer', label: 'Integer', group: 'Added to tokens' },
  { value: 'learned', label: 'Learned', group: 'Added to tokens' },
  { value: 'alibi', label: 'ALiBi', group: 'Added to scores' },
  { value: 't5', label: 'T5 relative bias', group: 'Added to scores' },
  { value: 'wavelet', label: 'Wavelets', group: 'Added to scores' },
];

const schemeOptions = schemeNames.map((value) => ({ value, label: schemeLabel(value) }));

function schemeLabel(name: SchemeName): string {
  if (name === 'direct') return 'None';
  return name === 'longrope' ? `${schemeLabels[name]} (stand-in factors)` : schemeLabels[name];
}

/** The encoding as a heading has it. */
export function encodingTitle({ encoding }: Pick<State, 'encoding'>): string {
  return encodingOptions.find(({ value }) => value === encoding)?.label ?? encoding;
}

export function createControls(initial: State, change: Change): Controls {
  const encoding = selectField({
    id: 'see-encoding',
    label: 'Encoding',
    options: encodingOptions,
    value: initial.encoding,
    onChange: (encoding) => change({ encoding }),
  });
  const controls = [...schemeControls(initial, change), ...sizeControls(initial, change)];
  controls.push(...shapeControls(initial, change), ...standInControls(initial, change));
  controls.push(...biasControls(initial, change));
  return {
    elements: [encoding.element, ...controls.map(({ element }) => element)],
    set(state) {
      encoding.set(state.encoding);
      const has = fieldsOf(state);
      for (const control of controls) {
        control.element.hidden = !has.has(control.name);
        control.set(state);
      }
    },
  };
}

function schemeControls(initial: State, change: Change): Control[] {
  const scheme = selectField({
    id: 'see-scheme',
    label: 'Context extension',
    options: schemeOptions,
    value: initial.scheme,
    onChange: (scheme) => change({ scheme }),
  });
  return [
    { name: 'scheme', element: scheme.element, set: (state) => scheme.set(state.scheme) },
    sliderOf(initial, change, 'factor', {
      label: 'Factor',
      scale: 'log2',
      steps: 2,
      step: 0,
      format: (value) => significant(value),
      hint: 'The length over the part of it that counts as trained.',
    }),
  ];
}

function sizeControls(initial: State, change: Change): Control[] {
  const base = slider({
    id: 'see-base',
    label: 'Base (theta)',
    ...ranges.base,
    scale: 'log10',
    steps: 10,
    value: baseOf(initial),
    format: thetaText,
    hint: 'A larger one slows the slow dimensions.',
    onInput: (base) => change({ base }),
  });
  return [
    sliderOf(initial, change, 'dim', { label: 'Dimensions', ...ranges.dim }),
    sliderOf(initial, change, 'length', { label: 'Length', scale: 'log2', steps: 4, format: integer }),
    sliderOf(initial, change, 'side', { label: 'Side of the grid, cells' }),
    cellOf(initial, change, 'row'),
    cellOf(initial, change, 'column'),
    { name: 'base', element: base.element, set: (state) => base.set(baseOf(state)) },
  ];
}

function shapeControls(initial: State, change: Change): Control[] {
  const pairing = segmentsField({
    id: 'see-pairing',
    label: 'Pairing',
    options: pairings.map((value) => ({ value, label: value })),
    value: initial.pairing,
    hint: 'Where the two elements of a pair lie.',
    onChange: (pairing) => change({ pairing }),
  });
  const layout = segmentsField({
    id: 'see-layout',
    label: 'Layout',
    options: layouts.map((value) => ({ value, label: value })),
    value: initial.layout,
    hint: 'Sine and cosine side by side, or all sines first.',
    onChange: (layout) => change({ layout }),
  });
  const endpoint = checkField({
    id: 'see-endpoint',
    label: 'Endpoint',
    value: initial.endpoint,
    hint: 'The slowest frequency is 1/base, as in fairseq and Whisper.',
    onChange: (endpoint) => change({ endpoint }),
  });
  return [
    { name: 'pairing', element: pairing.element, set: (state) => pairing.set(state.pairing) },
    { name: 'layout', element: layout.element, set: (state) => layout.set(state.layout) },
    { name: 'endpoint', element: endpoint.element, set: (state) => endpoint.set(state.endpoint) },
    sliderOf(initial, change, 'divisor', {
      label: 'Divisor',
      scale: 'log2',
      format: integer,
      hint: 'Positions are divided by it: by the length less 1 they end at 1.',
    }),
  ];
}

function standInControls(initial: State, change: Change): Control[] {
  const smooth = checkField({
    id: 'see-smooth',
    label: 'Smooth',
    value: initial.smooth,
    hint: 'Neighbours alike, as in a trained table.',
    onChange: (smooth) => change({ smooth }),
  });
  return [
    sliderOf(initial, change, 'seed', {
      label: 'Seed of the weights',
      hint: 'Random weights stand in for learned ones.',
    }),
    { name: 'smooth', element: smooth.element, set: (state) => smooth.set(state.smooth) },
  ];
}

function biasControls(initial: State, change: Change): Control[] {
  const bidirectional = checkField({
    id: 'see-bidirectional',
    label: 'Bidirectional',
    value: initial.bidirectional,
    hint: 'An encoder: keys after the query have buckets of their own.',
    onChange: (bidirectional) => change({ bidirectional }),
  });
  return [
    sliderOf(initial, change, 'heads', { label: 'Heads' }),
    sliderOf(initial, change, 'buckets', { label: 'Buckets', ...ranges.buckets }),
    sliderOf(initial, change, 'distance', {
      label: 'Maximum distance',
      scale: 'log2',
      format: integer,
      hint: 'From there on, at the latest, all share the last bucket.',
    }),
    {
      name: 'bidirectional',
      element: bidirectional.element,
      set: (state) => bidirectional.set(state.bidirectional),
    },
  ];
}

type Ranged = Exclude<keyof typeof ranges, 'base'>;
type SliderShape = Pick<
  Parameters<typeof slider>[0],
  'label' | 'scale' | 'steps' | 'step' | 'format' | 'hint'
>;

function sliderOf(initial: State, change: Change, name: Ranged, shape: SliderShape): Control {
  const { min, max } = ranges[name];
  const control = slider({
    ...shape,
    id: `see-${name}`,
    min,
    max,
    value: initial[name],
    onInput: (value) => change({ [name]: value }),
  });
  return { name, element: control.element, set: (state) => control.set(state[name]) };
}

/** The cell that is compared with all. */
function cellOf(initial: State, change: Change, name: 'row' | 'column'): Control {
  const control = slider({
    id: `see-${name}`,
    label: `Cell compared: ${name}`,
    min: 0,
    max: initial.side - 1,
    value: initial[name],
    ...(name === 'column' ? { hint: 'Or click a cell of its map.' } : {}),
    onInput: (value) => change({ [name]: value }),
  });
  return {
    name,
    element: h('div', {}, control.element),
    set(state) {
      control.setRange(0, state.side - 1);
      control.set(state[name]);
    },
  };
}
