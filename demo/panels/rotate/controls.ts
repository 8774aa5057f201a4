import { integer, withMinus } from '../../format';
import { checkField, segmentsField, selectField } from '../../widgets/fields';
import { thetaSlider } from '../../widgets/model-fields';
import { slider } from '../../widgets/slider';
import { schemeLabels } from '../schemes';
import {
  type Dim,
  dims,
  distanceOf,
  factors,
  mostCells,
  mostShift,
  type Range,
  ranges,
  type State,
  schemes,
  thetaOf,
  thetas,
} from './state';

export interface Controls {
  readonly elements: readonly HTMLElement[];
  /** Those of them that move a token: apart from the other, or over the cells. */
  readonly moving: readonly HTMLElement[];
  /** Shows a state, and of the controls those that its mode has. */
  set(state: State): void;
}

/** Everything but the text and its tokens. */
export function createControls(initial: State, change: (change: Partial<State>) => void): Controls {
  const mode = segmentsField({
    id: 'mode',
    label: 'Tokens of',
    options: [
      { value: 'text', label: 'a text' },
      { value: 'image', label: 'an image' },
    ],
    value: initial.mode,
    onChange: (mode) => change({ mode }),
  });
  const text = textControls(initial, change);
  const image = imageControls(initial, change);
  const model = modelControls(initial, change);
  return {
    elements: [mode.element, ...text.positions, ...image.elements, ...model.elements, ...text.scaling],
    moving: [text.distance, image.row, image.column],
    set(state) {
      mode.set(state.mode);
      text.set(state);
      image.set(state);
      model.set(state);
    },
  };
}

type Change = (change: Partial<State>) => void;

function textControls(initial: State, change: Change) {
  const shift = slider({
    id: 'turn-shift',
    label: 'Move both by',
    min: 0,
    max: mostShift,
    value: initial.shift,
    hint: 'Added to both positions: the score stays.',
    onInput: (shift) => change({ shift }),
  });
  const distance = slider({
    id: 'turn-distance',
    label: 'Move apart: distance',
    min: 0,
    max: initial.range,
    value: distanceOf(initial),
    hint: 'Picking tokens sets it to their distance in the text.',
    onInput: (distance) => change({ distance }),
  });
  const alike = slider({
    id: 'turn-alike',
    label: 'How alike q and k are',
    min: -100,
    max: 100,
    value: initial.alike,
    format: (value) => withMinus((value / 100).toFixed(2)),
    hint: 'Cosine between the two before they are rotated.',
    onInput: (alike) => change({ alike }),
  });
  const range = segmentsField({
    id: 'turn-range',
    label: 'Longest distance',
    options: ranges.map((value) => ({ value: String(value), label: integer(value) })),
    value: String(initial.range),
    onChange: (value) => change({ range: Number(value) as Range }),
  });
  const scheme = selectField({
    id: 'turn-scheme',
    label: 'Context extension',
    options: schemes.map((value) => ({ value, label: value === 'default' ? 'None' : schemeLabels[value] })),
    value: initial.scheme,
    onChange: (scheme) => change({ scheme }),
  });
  const factor = slider({
    id: 'turn-factor',
    label: 'Factor',
    min: factors.min,
    max: factors.max,
    scale: 'log2',
    value: initial.factor,
    onInput: (factor) => change({ factor }),
  });
  const positions = [shift.element, distance.element, alike.element, range.element];
  const scaling = [scheme.element, factor.element];
  return {
    positions,
    scaling,
    distance: distance.element,
    set(state: State) {
      for (const element of [...positions, ...scaling]) element.hidden = state.mode !== 'text';
      shift.set(state.shift);
      distance.setRange(0, state.range);
      distance.set(distanceOf(state));
      alike.set(state.alike);
      range.set(String(state.range));
      scheme.set(state.scheme);
      factor.set(state.factor);
      factor.element.hidden ||= state.scheme === 'default';
    },
  };
}

function imageControls(initial: State, change: Change) {
  const side = (id: 'width' | 'height', label: string) =>
    slider({
      id: `turn-${id}`,
      label,
      min: 1,
      max: mostCells,
      value: initial[id],
      onInput: (value) => change(id === 'width' ? { width: value } : { height: value }),
    });
  const place = (id: 'row' | 'column', label: string, cells: number, hint?: string) =>
    slider({
      id: `turn-${id}`,
      label,
      min: 0,
      max: cells - 1,
      value: initial[id],
      ...(hint === undefined ? {} : { hint }),
      onInput: (value) => change(id === 'row' ? { row: value } : { column: value }),
    });
  const row = place('row', 'Query: row', initial.height);
  const column = place('column', 'Query: column', initial.width, 'Or click a cell of the map.');
  const width = side('width', 'Width, cells');
  const height = side('height', 'Height, cells');
  const line = checkField({
    id: 'turn-as-line',
    label: 'Also as one line of tokens',
    value: initial.line,
    hint: '1-D RoPE over the cells row by row, for comparison.',
    onChange: (line) => change({ line }),
  });
  const elements = [row.element, column.element, width.element, height.element, line.element];
  return {
    elements,
    row: row.element,
    column: column.element,
    set(state: State) {
      for (const element of elements) element.hidden = state.mode !== 'image';
      width.set(state.width);
      height.set(state.height);
      row.setRange(0, state.height - 1);
      row.set(state.row);
      column.setRange(0, state.width - 1);
      column.set(state.column);
      line.set(state.line);
    },
  };
}

function modelControls(initial: State, change: Change) {
  const dim = segmentsField({
    id: 'turn-dim',
    label: 'Rotary dimension d',
    options: dims.map((value) => ({ value: String(value), label: String(value) })),
    value: String(initial.dim),
    onChange: (value) => change({ dim: Number(value) as Dim }),
  });
  const theta = thetaSlider({
    id: 'turn-theta',
    ...thetas,
    steps: 10,
    value: thetaOf(initial),
    hint: 'Base of the frequencies: a larger one makes slow pairs slower.',
    onInput: (theta) => change({ theta }),
  });
  const pairing = segmentsField({
    id: 'turn-pairing',
    label: 'Pairing',
    options: [
      { value: 'half', label: 'half' },
      { value: 'interleaved', label: 'interleaved' },
    ],
    value: initial.pairing,
    hint: 'Which elements pair up. Scores differ; what they depend on does not.',
    onChange: (pairing) => change({ pairing }),
  });
  return {
    elements: [dim.element, theta.element, pairing.element],
    set(state: State) {
      dim.set(String(state.dim));
      theta.set(thetaOf(state));
      pairing.set(state.pairing);
    },
  };
}
