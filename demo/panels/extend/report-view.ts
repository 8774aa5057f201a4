import type { ExtensionName } from 'webgpu-rope/analysis';
import { h } from '../../dom';
import { significant } from '../../format';
import { card, wide } from '../../widgets/frame';
import { numbersTable, scrollBox } from '../../widgets/table';
import type { ComparedScheme } from './compare';
import { halfText, outsideText, priceOf, short, verdictOf } from './findings';
import { swatch } from './looks';
import { downloadReport } from './report-json';

export interface VerdictView {
  readonly element: HTMLElement;
  show(schemes: readonly ComparedScheme[]): void;
}

/** Which schemes keep to trained angles, and what each pays. */
export function createVerdict(): VerdictView {
  const sentence = h('p', { id: 'extend-verdict-text' });
  const list = h('ul', { class: 'extend-prices', id: 'extend-prices' });
  const element = wide(card('extend-verdict', 'What each scheme keeps, and what it pays', sentence, list));
  return {
    element,
    show(schemes) {
      const [direct] = schemes;
      if (!direct) return;
      sentence.textContent = verdictOf(schemes);
      list.replaceChildren(
        ...schemes.map((scheme) => {
          const price = priceOf(scheme, direct);
          const within = scheme.report.outsideCount === 0;
          return h(
            'li',
            {},
            swatch(scheme.name),
            h('strong', {}, scheme.title),
            h(
              'span',
              { class: `extend-mark ${within ? 'within' : 'outside'}` },
              `${within ? '✓' : '✕'} ${outsideText(scheme)}`,
            ),
            h(
              'span',
              { class: 'extend-price' },
              price.length > 0
                ? `pays: ${price.join('; ')}`
                : within
                  ? 'pays nothing'
                  : 'changes nothing else',
            ),
          );
        }),
      );
    },
  };
}

export interface ReportView {
  readonly element: HTMLElement;
  show(schemes: readonly ComparedScheme[], chosen: ExtensionName): void;
}

/** The context report: schemes by numbers, and all of it as a file. */
export function createReport(): ReportView {
  const box = scrollBox('All schemes side by side');
  const save = h('button', { type: 'button', class: 'quiet', id: 'extend-save' }, 'Save report as JSON');
  let shown: readonly ComparedScheme[] = [];
  save.addEventListener('click', () => downloadReport(shown));
  const element = card(
    'extend-report',
    'The context report',
    box,
    h(
      'p',
      { class: 'note' },
      'Local resolution: the angle that one token turns the fastest quarter of the pairs by, over that in training. ' +
        'Neighbours apart: the distance between the rows of cos and sin of two neighbours over all pairs, exact and the smallest ' +
        'found once stored in 16 bits. Blind: pairs that store the same cos and sin for most neighbours. Half at: the distance, in tokens, ' +
        'at which smoothed q·k has halved. By length: whether keys cached at the trained length have to be rerotated. More: docs/context.md.',
    ),
    h('div', { class: 'actions' }, save),
  );
  wide(element);
  return {
    element,
    show(schemes, chosen) {
      shown = schemes;
      const table = numbersTable(
        { head: reportHead, rows: schemes.map((scheme) => reportRow(scheme)) },
        'All schemes side by side; the chosen one is in bold',
      );
      const at = schemes.findIndex(({ name }) => name === chosen);
      table.tBodies[0]?.rows[at]?.classList.add('chosen');
      box.replaceChildren(table);
    },
  };
}

const reportHead = [
  'Scheme',
  'Pairs at new angles',
  'Fastest pair, ° a token',
  'Local resolution',
  'Neighbours apart',
  'in f16',
  'in bf16',
  'Blind in f16, bf16',
  'Attention factor',
  'Half at',
  'Short texts change',
  'By length',
];

/** A row of the report, as the table shows it. */
export function reportRow({ title, report }: ComparedScheme): (string | number)[] {
  const { pairs, outsideCount, localResolution, neighbourDistance, blindPairs, verdict } = report;
  return [
    title,
    outsideCount,
    significant(((pairs[0]?.neighbourAngle ?? 0) * 180) / Math.PI),
    short(localResolution),
    significant(neighbourDistance.exact),
    significant(neighbourDistance.f16),
    significant(neighbourDistance.bf16),
    `${blindPairs.f16}, ${blindPairs.bf16}`,
    short(report.attentionFactor),
    halfText({ report }),
    verdict.changesShortTexts ? 'yes' : 'no',
    verdict.dependsOnLength ? 'yes' : 'no',
  ];
}
