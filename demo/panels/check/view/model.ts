import { h } from '../../../dom';
import { bytes, integer, significant } from '../../../format';
import type { Choice } from '../choice';
import { type Model, tensorBytes, wavelength } from '../model';

/** Shapes, frequencies and assumptions of the chosen model. */
export function createModelView(root: HTMLElement): (model: Model, choice: Choice) => void {
  const list = h('dl', { class: 'facts' });
  const published = h('pre', { tabindex: 0, 'aria-label': 'The keys of config.json that matter here' });
  root.append(list, h('details', {}, h('summary', {}, 'The keys of its config.json'), published));
  return (model, choice) => {
    list.replaceChildren(
      ...facts(model, choice).flatMap(([name, text]) => [
        // What the API calls so is set as code.
        h('dt', {}, /^[a-z]/.test(name) ? h('code', {}, name) : name),
        h('dd', {}, text),
      ]),
    );
    published.textContent = JSON.stringify(model.preset.config, null, 2);
  };
}

/** Name and value of each fact, in reading order. */
export function facts(model: Model, choice: Choice): [string, string][] {
  const { preset, config, frequencies } = model;
  const { qHeads, kHeads } = preset;
  const { headDim, rotaryDim, theta, pairing, trainedPositions, assumptions } = config;
  const pairs = frequencies.inverseFrequencies.length;
  const rows: [string, string][] = [
    ['Heads', `${qHeads} of Q, ${kHeads} of K${kHeads < qHeads ? ' (grouped)' : ''}`],
    ['headDim', `${headDim} elements`],
    [
      'rotaryDim',
      `${rotaryDim}: ${headDim > rotaryDim ? `the other ${headDim - rotaryDim} stay as they are` : 'all of a head'}`,
    ],
    ['pairing', pairing === 'half' ? `half: i with i + ${rotaryDim / 2}` : 'interleaved: 2i with 2i + 1'],
    ['theta', integer(theta)],
    ['scaling', scalingText(model)],
    [
      'Frequencies',
      `${pairs}: a turn in ${significant(wavelength(model, 0))} to ${integer(Math.round(wavelength(model, pairs - 1)))} tokens`,
    ],
  ];
  if (frequencies.attentionFactor !== 1)
    rows.push(['Attention factor', significant(frequencies.attentionFactor, 6)]);
  if (trainedPositions !== null) rows.push(['Trained on', `${integer(trainedPositions)} positions`]);
  rows.push(['Q and K', `${bytes(tensorBytes(model, choice))} for this choice`]);
  rows.push([
    'Assumed',
    assumptions.length === 0 ? 'nothing: the config says it all' : assumptions.join('; '),
  ]);
  return rows;
}

/** "llama3: factor 8, lowFreqFactor 1, …". */
function scalingText({ config }: Model): string {
  const { type, ...fields } = config.scaling;
  if (type === 'default') return 'none';
  const words = Object.entries(fields).map(([name, value]) =>
    Array.isArray(value)
      ? `${name} (${value.length} numbers)`
      : `${name} ${typeof value === 'number' && value >= 1e4 ? integer(value) : value}`,
  );
  return `${type}: ${words.join(', ')}`;
}
