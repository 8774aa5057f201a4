import { recorded } from 'virtual:recorded';
import { presetBySlug } from '../../../../bench/presets';
import { h } from '../../../dom';
import { integer, milliseconds, plain, rate, scientific } from '../../../format';
import { adapterText } from '../../../shell/adapter';
import { type Chart, chartFigure, type MakePlot } from '../../../widgets/chart';
import { series } from '../../../widgets/colors';
import type { FigureWords, LegendEntry } from '../../../widgets/figure';
import type { NumbersTable } from '../../../widgets/table';
import { dtypeFor, type RecordedRow, type RecordedRun, runFor } from '../recorded/extract';
import type { RunResult } from '../run/types';

/** How each subject is drawn and called, in the legend's order; another peer takes the last colours. */
const subjects: readonly { subject: string; label: string; color: string; mark: 'line' | 'dash' }[] = [
  { subject: 'webgpu-rope', label: 'webgpu-rope', color: series(0), mark: 'line' },
  { subject: 'ceiling', label: 'multiplying in place (the ceiling)', color: series(7), mark: 'dash' },
  { subject: 'onnxruntime-web', label: 'onnxruntime-web', color: series(1), mark: 'line' },
  { subject: 'tensorflow.js', label: 'tensorflow.js', color: series(3), mark: 'line' },
  { subject: 'naive-table', label: 'simple kernel, full table', color: series(2), mark: 'line' },
  { subject: 'naive-trig', label: 'simple kernel, sin and cos in it', color: series(6), mark: 'line' },
];

export interface PeersView {
  readonly element: HTMLElement;
  /** Draws the recorded run that fits the number format and the adapter at hand, which is undefined until it is known. */
  show(dtype: string, adapter: string | undefined): void;
  /** Puts a live result beside what was recorded; those before stay. */
  add(result: RunResult): void;
}

/** The recorded runs beside peers, and this page's own results among them. */
export function createPeersView(): PeersView {
  const chart: Chart = chartFigure({ id: 'peers', title: 'Beside others' });
  const origin = h('p', { class: 'peers-origin' });
  chart.element.querySelector('figcaption')?.after(origin);
  const live: RunResult[] = [];
  let at = { dtype: 'f32', adapter: '' };
  const draw = (): void => {
    const run = runFor(recorded, at.adapter);
    const dtype = run ? dtypeFor(run, at.dtype) : at.dtype;
    const rows = run?.rows.filter((row) => row.dtype === dtype) ?? [];
    const timed = live.filter(({ timing }) => timing !== null);
    origin.replaceChildren(...originOf(run, at.adapter));
    chart.draw(plotOf(rows, timed), wordsOf({ run, rows, live: timed, dtype, wanted: at.dtype }));
  };
  return {
    element: chart.element,
    show(dtype, adapter = '') {
      at = { dtype, adapter };
      draw();
    },
    add(result) {
      live.push(result);
      draw();
    },
  };
}

/** One and three in each decade, from a slow software adapter to the fastest GPU there is. */
const rateTicks = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

/** A live result as a point. */
interface LivePoint {
  readonly tokens: number;
  readonly gbPerSecond: number;
}

function plotOf(rows: readonly RecordedRow[], live: readonly RunResult[]): MakePlot {
  const points: LivePoint[] = live.map(({ choice, timing }) => ({
    tokens: choice.tokens,
    gbPerSecond: timing?.gbPerSecond ?? 0,
  }));
  const rates = [...rows, ...points].map(({ gbPerSecond }) => gbPerSecond);
  // Whole ticks below and above, so that no line runs along an edge.
  const low = rateTicks.findLast((tick) => tick <= Math.min(...rates)) ?? 0.01;
  const high = rateTicks.find((tick) => tick >= Math.max(...rates)) ?? 10_000;
  const counts = [...new Set(rows.map(({ tokens }) => tokens))].sort((a, b) => a - b);
  return (plot, width) => ({
    height: Math.round(Math.min(380, Math.max(260, width * 0.42))),
    x: {
      type: 'log',
      base: 2,
      label: 'tokens rotated',
      ...(counts.length > 0 && { ticks: width < 480 ? counts.filter((_, n) => n % 2 === 0) : counts }),
      tickFormat: integer,
    },
    y: {
      type: 'log',
      domain: [low, high],
      label: 'throughput, GB/s',
      grid: true,
      ticks: rateTicks.filter((tick) => tick >= low && tick <= high),
      tickFormat: String,
    },
    marks: [
      ...subjects.flatMap(({ subject, color, mark }) => {
        const own = rows.filter((row) => row.subject === subject);
        const place = { x: 'tokens', y: 'gbPerSecond' };
        return [
          plot.line(own, {
            ...place,
            stroke: color,
            strokeWidth: 2,
            ...(mark === 'dash' && { strokeDasharray: '5 4' }),
          }),
          plot.dot(own, { ...place, fill: color, r: 3 }),
        ];
      }),
      plot.dot(points, {
        x: 'tokens',
        y: 'gbPerSecond',
        r: 7,
        fill: series(5),
        stroke: 'var(--surface)',
        strokeWidth: 2,
      }),
    ],
  });
}

interface Shown {
  readonly run: RecordedRun | undefined;
  /** Of the run, in the dtype that is shown. */
  readonly rows: readonly RecordedRow[];
  readonly live: readonly RunResult[];
  readonly dtype: string;
  /** The dtype that was asked for. */
  readonly wanted: string;
}

function wordsOf({ run, rows, live, dtype, wanted }: Shown): FigureWords {
  const shown = subjects.filter(({ subject }) => rows.some((row) => row.subject === subject));
  const legend: LegendEntry[] = shown.map(({ label, color, mark }) => ({ label, color, mark }));
  if (live.length > 0) legend.push({ label: 'this page, live', color: series(5), mark: 'dot' });
  return {
    legend,
    note: [run ? sourceOf(run, dtype, wanted) : '', liveNote(live)].filter((text) => text !== '').join(' '),
    description: describe(rows, live),
    table: () => tableOf(run, rows, live),
  };
}

/** Whose numbers the lines are, before anything else is said of them. */
function originOf(run: RecordedRun | undefined, adapter: string): (HTMLElement | string)[] {
  if (!run) return ['Nothing was recorded beside peers.'];
  const yours =
    adapter === ''
      ? ''
      : adapter === run.adapter
        ? ' Yours goes by the same name.'
        : ` Yours is another, ${adapter}: heights cannot be compared with a run on this page.`;
  const kind = run.software
    ? ' That is no GPU but a CPU that stands in for one: compare the lines with one another, and with nothing else.'
    : '';
  return [
    'Recorded on ',
    h('strong', {}, adapterText({ name: run.adapter, software: run.software })),
    `, ${run.platform}, ${run.date}.${kind}${yours}`,
  ];
}

/** How the recorded numbers were made. */
function sourceOf(run: RecordedRun, dtype: string, wanted: string): string {
  const other =
    dtype === wanted
      ? ''
      : ` No peer was recorded in ${wanted}${reasonFor(run, wanted)}, so ${dtype} stands here.`;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Lines: ${presetBySlug(run.preset).name}, ${dtype}, from position ${integer(run.start)}, higher is faster; ` +
    `${run.browser}; ${versions.join(', ')}.${other}`
  );
}

function reasonFor(run: RecordedRun, dtype: string): string {
  const mark = `, ${dtype}: `;
  const found = run.missing.find((line) => line.includes(mark));
  return found === undefined ? '' : ` (${found.replace(mark, ': ')})`;
}

function liveNote(live: readonly RunResult[]): string {
  const last = live.at(-1);
  if (!last) return 'A run on this page adds its own result.';
  const { adapter, choice } = last;
  return `Large dots: measured here, the last with ${presetBySlug(choice.preset).name} in ${choice.dtype}, on ${adapterText(adapter)}.`;
}

function describe(rows: readonly RecordedRow[], live: readonly RunResult[]): string {
  const most = Math.max(0, ...rows.map(({ tokens }) => tokens));
  const ends = subjects.flatMap(({ subject, label }) => {
    const row = rows.find((one) => one.subject === subject && one.tokens === most);
    return row ? [`${label} ${plain(rate(row.gbPerSecond))}`] : [];
  });
  const recordedText =
    ends.length > 0
      ? `Throughput by tokens rotated, both on logarithmic scales. Recorded at ${most} tokens: ${ends.join(', ')}.`
      : 'Nothing recorded.';
  const own = live.map(
    ({ choice, timing }) => `${choice.tokens} tokens ${plain(rate(timing?.gbPerSecond ?? 0))}`,
  );
  return own.length > 0 ? `${recordedText} Measured here: ${own.join(', ')}.` : recordedText;
}

function tableOf(
  run: RecordedRun | undefined,
  rows: readonly RecordedRow[],
  live: readonly RunResult[],
): NumbersTable {
  const labelOf = new Map(subjects.map(({ subject, label }) => [subject, label]));
  const own = live.map(({ choice, timing, check, adapter }) => [
    'webgpu-rope, live',
    `${presetBySlug(choice.preset).name}, ${choice.dtype}`,
    integer(choice.tokens),
    milliseconds(timing?.medianMs ?? Number.NaN),
    rate(timing?.gbPerSecond ?? Number.NaN),
    scientific(check.maxError, 2),
    adapterText(adapter),
  ]);
  const model = run ? presetBySlug(run.preset).name : '';
  const from = run ? adapterText({ name: run.adapter, software: run.software }) : '';
  const theirs = rows.map(({ subject, dtype, tokens, medianMs, gbPerSecond, maxError }) => [
    labelOf.get(subject) ?? subject,
    `${model}, ${dtype}`,
    integer(tokens),
    milliseconds(medianMs),
    rate(gbPerSecond),
    subject === 'ceiling' ? '–' : scientific(maxError, 2),
    from,
  ]);
  return {
    head: ['Subject', 'Model', 'Tokens', 'Median time', 'Throughput', 'Largest error', 'Measured on'],
    rows: [...own, ...theirs],
  };
}
