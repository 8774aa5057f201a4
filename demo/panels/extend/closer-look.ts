import { h } from '../../dom';
import { percent, significant } from '../../format';
import { copyButton } from '../../widgets/copy';
import { card, wide } from '../../widgets/frame';
import { numbersTable, scrollBox } from '../../widgets/table';
import type { ComparedScheme } from './compare';
import { configJson, configSource } from './config-text';
import { short, treatmentText } from './findings';

export interface CloserLook {
  readonly element: HTMLElement;
  show(scheme: ComparedScheme): void;
}

/** One scheme: its findings in words, its pairs, and its config to take away. */
export function createCloserLook(): CloserLook {
  const heading = h('h3', { id: 'extend-chosen' });
  const source = h('p', { class: 'note' });
  const treatment = h('p');
  const summary = h('ul', { class: 'extend-summary', id: 'extend-summary' });
  const table = scrollBox('The chosen scheme by pair');
  const pairs = h('details', { id: 'extend-pairs' }, h('summary', {}, 'By pair'), table);
  const code = h('code');
  const block = h('pre', { tabindex: 0, 'aria-label': 'Config', class: 'extend-code' }, code);
  let shown: ComparedScheme | undefined;
  const json = (): string => (shown ? configJson(shown.config) : '');
  const fill = (): void => {
    if (pairs.open && shown) table.replaceChildren(pairsTable(shown));
  };
  pairs.addEventListener('toggle', fill);
  const element = card(
    'extend-closer',
    'The chosen scheme, closely',
    heading,
    treatment,
    summary,
    source,
    pairs,
    h('h3', {}, 'Its config for this package'),
    block,
    h(
      'div',
      { class: 'actions' },
      copyButton('Copy config', () => code.textContent ?? '', code),
      copyButton('Copy as JSON', json),
    ),
  );
  wide(element);
  return {
    element,
    show(scheme) {
      shown = scheme;
      const { report } = scheme;
      const factor = Math.max(1, report.targetLength / report.trainedLength);
      heading.textContent = scheme.title;
      source.textContent = scheme.note;
      treatment.textContent = `Of ${report.pairs.length} pairs: ${treatmentText(scheme.treatment, factor)}.`;
      summary.replaceChildren(...report.summary.map((sentence) => h('li', {}, sentence)));
      code.textContent = configSource(scheme.config);
      fill();
    },
  };
}

function pairsTable({ title, report }: ComparedScheme): HTMLTableElement {
  return numbersTable(
    {
      head: [
        'Pair',
        'Wavelength before',
        'Wavelength',
        'Ratio',
        'Turns in training',
        'Turns at target',
        'Circle trained',
        'Circle reached',
        'New angles',
        'Degrees a token',
        'Same in f16',
        'Same in bf16',
      ],
      rows: report.pairs.map((pair) => [
        pair.pair,
        significant((2 * Math.PI) / pair.baseFrequency, 4),
        significant(pair.wavelength, 4),
        short(pair.ratio),
        significant(pair.trainedTurns),
        significant(pair.targetTurns),
        percent(pair.trainedShare),
        percent(pair.targetShare),
        pair.outside ? '× yes' : 'no',
        significant((pair.neighbourAngle * 180) / Math.PI),
        percent(pair.identicalNeighbours.f16),
        percent(pair.identicalNeighbours.bf16),
      ]),
    },
    `${title}, by pair`,
  );
}
