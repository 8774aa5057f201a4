// Writes the numbers of docs/context.md: `npx tsx scripts/docs-context.ts`. CPU alone, float64; storage by the reference.
import { contextReport } from '../src/analysis/context';
import { extensionSchemes } from '../src/analysis/context-schemes';
import { markdownTable, withSection, writeWhenRun } from './docs-pages';

/** A model like Llama 2, and lengths in tokens. */
const model = { headDim: 128, theta: 10_000 } as const;
const trainedLength = 4096;
const targetLength = 32_768;
/** The pairs of the table by pair: the ends, some between, and around 46, the first that made less than a turn in training. */
const shown = [0, 8, 16, 24, 32, 40, 44, 45, 46, 50, 56, 63];

/** Every scheme of the page with its report. */
export const extensions = extensionSchemes(model, trainedLength, targetLength).map((scheme) => ({
  ...scheme,
  report: contextReport(scheme.config, trainedLength, targetLength),
}));

/** Three digits: what comes after may differ between JavaScript engines' sines. */
const short = (value: number): string => String(Number(value.toPrecision(3)));

function schemesTable(): string {
  const rows = extensions.map(({ title, report }) => {
    const { outsideCount, localResolution, neighbourDistance, blindPairs, attentionFactor, decay, verdict } =
      report;
    return [
      title,
      String(outsideCount),
      short(localResolution),
      short(neighbourDistance.exact),
      short(neighbourDistance.bf16),
      `${blindPairs.f16}, ${blindPairs.bf16}`,
      short(attentionFactor),
      decay.halfDistance === null ? 'none' : short(decay.halfDistance),
      verdict.changesShortTexts ? 'yes' : 'no',
      verdict.dependsOnLength ? 'yes' : 'no',
    ];
  });
  const head = [
    'scheme',
    'pairs outside',
    'local resolution',
    'neighbours apart',
    'in bf16',
    'blind pairs, f16, bf16',
    'attention factor',
    'half at',
    'changes short texts',
    'depends on length',
  ];
  return markdownTable(head, rows);
}

function pairsTable(): string {
  const [direct] = extensions;
  const rows = shown.map((i) => {
    const pair = direct!.report.pairs[i]!;
    return [
      String(i),
      short(pair.wavelength),
      short(pair.trainedTurns),
      ...extensions.slice(1).map(({ report }) => {
        const { ratio, outside } = report.pairs[i]!;
        return outside ? `**${short(ratio)}**` : short(ratio);
      }),
    ];
  });
  const schemes = extensions.slice(1).map(({ title }) => title);
  return markdownTable(['pair', 'wavelength', 'turns in training', ...schemes], rows);
}

function summaries(): string {
  return extensions.map(({ title, report }) => `- **${title}.** ${report.summary.join(' ')}\n`).join('');
}

/** The page, as it has to be. */
export function contextPage(page: string): string {
  return withSection(
    withSection(withSection(page, 'schemes', schemesTable()), 'pairs', pairsTable()),
    'summaries',
    summaries(),
  );
}

void writeWhenRun(import.meta.url, 'context.md', contextPage);
