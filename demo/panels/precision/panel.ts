import { h } from '../../dom';
import { integer, milliseconds } from '../../format';
import { adapterText } from '../../shell/adapter';
import { isAbort } from '../../shell/errors';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { chartFigure } from '../../widgets/chart';
import { downloadJson } from '../../widgets/download';
import { segmentsField } from '../../widgets/fields';
import { card, panelFrame, wide } from '../../widgets/frame';
import { heatMap } from '../../widgets/heat-map';
import { dimField, thetaSlider } from '../../widgets/model-fields';
import { panelNotices } from '../../widgets/notices';
import { progressBox } from '../../widgets/progress';
import { slider } from '../../widgets/slider';
import { drawCosts, drawNeighbours, drawPairs, drawScores, drawSweep } from './charts';
import { crossings, tableSentence } from './findings';
import './precision.css';
import { reportJson } from './report';
import {
  dims,
  lasts,
  leastExponent,
  leastTheta,
  mostExponent,
  mostTheta,
  type PairChoice,
  type PrecisionState,
  queryOfState,
  type Storage,
  stateFromQuery,
  withChanges,
} from './state';
import type { PlaceResult, PrecisionTasks, SweepResult } from './tasks';

/** Work that takes longer than this, ms, shows where it is and can be cancelled. */
const patience = 500;

const withoutGpu =
  'Trigonometry in shaders cannot be measured without it. Float32 phases, the package’s table and storage are computed on the CPU and are drawn.';

/** Errors of trigonometry in shaders, of float32 phases, and of storage, beside the package's own. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  const work = createWork<PrecisionTasks>('precision');
  let state = initial;
  let sweep: SweepResult | undefined;
  let place: PlaceResult | undefined;
  let running: AbortController | undefined;
  let closed = false;
  const notices = panelNotices(context, problems, withoutGpu);

  const sweepChart = chartFigure({ id: 'sweep', title: 'Error of the angle, by position' });
  const pairsChart = chartFigure({ id: 'by-pair', title: 'Error at one position, by pair' });
  const scoresChart = chartFigure({ id: 'scores', title: 'Error of a score q·k, by distance' });
  const costsChart = chartFigure({ id: 'costs', title: 'What storing costs, at one position' });
  const neighbours = heatMap({
    id: 'neighbours',
    title: 'Neighbours that storage makes equal',
    aspect: 0.75,
  });
  const status = h('p', { class: 'note', id: 'measured' }, 'Measuring…');
  const findings = h('ul', { class: 'findings' });
  const working = h('div', { class: 'measuring' });
  const againButton = h('button', { type: 'button', class: 'quiet', id: 'again' }, 'Measure again');
  const save = h('button', { type: 'button', class: 'quiet', id: 'save' }, 'Download JSON');
  againButton.addEventListener('click', () => measure(true));
  save.addEventListener('click', () => {
    if (sweep) downloadJson('webgpu-rope-precision.json', reportJson(state, sweep, place));
  });

  // ---- controls ----
  const at = slider({
    id: 'at',
    label: 'Position looked at',
    min: 1,
    max: state.last,
    scale: 'log2',
    steps: 4,
    value: state.at,
    format: integer,
    hint: 'Of the charts by pair, by distance and by storage.',
    onInput: (value) => change({ at: value }),
  });
  host.append(
    panelFrame({
      controls: [
        thetaSlider({
          id: 'precision-theta',
          min: leastTheta,
          max: mostTheta,
          value: state.theta,
          onInput: (value) => change({ theta: value }),
        }).element,
        dimField('precision-dim', dims, state.dim, (dim) => change({ dim })).element,
        slider({
          id: 'last',
          label: 'Largest position',
          min: leastExponent,
          max: mostExponent,
          value: Math.log2(state.last + 1),
          format: (exponent) => integer(2 ** exponent - 1),
          onInput: (exponent) => change({ last: lasts[exponent - leastExponent] ?? state.last }),
        }).element,
        segmentsField<PairChoice>({
          id: 'pairs',
          label: 'Pairs that count',
          options: [
            { value: 'all', label: 'All' },
            { value: 'fast', label: 'Fast ¼' },
            { value: 'slow', label: 'Slow ¼' },
          ],
          value: state.pairs,
          onChange: (pairs) => change({ pairs }),
        }).element,
        at.element,
        segmentsField<Storage>({
          id: 'storage',
          label: 'Neighbours kept in',
          options: [
            { value: 'f16', label: 'f16' },
            { value: 'bf16', label: 'bf16' },
          ],
          value: state.storage,
          onChange: (storage) => change({ storage }),
        }).element,
        working,
      ],
      main: [at.element, working],
      figures: [
        wide(sweepChart.element),
        wide(
          card(
            'findings',
            'What matters where',
            status,
            findings,
            h('div', { class: 'actions' }, againButton, save),
          ),
        ),
        pairsChart.element,
        scoresChart.element,
        costsChart.element,
        neighbours.element,
      ],
      notes: [
        h(
          'p',
          {},
          'The shader that is measured is demo/panels/precision/probe.wgsl; WGSL bounds the error of sin and cos by 2⁻¹¹ between −π and π ',
          'and nowhere else. Float32 phases are computed on the CPU with Math.fround. What the package promises: docs/precision.md.',
        ),
      ],
    }),
  );

  // ---- what follows from the state ----
  function change(changes: Partial<PrecisionState>): void {
    const before = state;
    state = withChanges(state, changes);
    if (before.last !== state.last) at.setRange(1, state.last);
    at.set(state.at);
    context.setQuery(queryOfState(state));
    const head = before.theta !== state.theta || before.dim !== state.dim;
    if (head || before.last !== state.last || before.at !== state.at)
      measure(head || before.last !== state.last);
    else if (before.pairs !== state.pairs) {
      drawSweeps();
      if (place) drawPairs(pairsChart, place, state);
    } else if (sweep) drawNeighbours(neighbours, sweep, state);
  }

  /** Measures again; the sweep only where it would not be the same. */
  function measure(sweeps: boolean): void {
    notices.clearFailure();
    if (sweeps) void measureSweep();
    void measurePlace();
  }

  async function measureSweep(): Promise<void> {
    const asked = state;
    sweepChart.busy(true);
    neighbours.busy(true);
    running ??= new AbortController();
    const controller = running;
    const box = progressBox(() => controller.abort());
    const slow = setTimeout(() => working.replaceChildren(box.element), patience);
    try {
      const { theta, dim, last } = asked;
      const result = await notices.gpu.run((gpu) =>
        work.latest('sweep', { theta, dim, last, gpu }, { signal: controller.signal, onProgress: box.show }),
      );
      if (!result) return;
      sweep = result;
      drawSweeps();
    } catch (error) {
      if (closed) return;
      sweepChart.busy(false);
      neighbours.busy(false);
      if (controller.signal.aborted) status.textContent = 'Cancelled: what is drawn is from before.';
      else report(error);
    } finally {
      clearTimeout(slow);
      if (running === controller) running = undefined;
      const focused = working.contains(document.activeElement);
      if (working.contains(box.element)) working.replaceChildren();
      if (focused && !closed) againButton.focus({ preventScroll: true });
    }
  }

  async function measurePlace(): Promise<void> {
    const { theta, dim, at } = state;
    for (const chart of [pairsChart, scoresChart, costsChart]) chart.busy(true);
    try {
      const result = await notices.gpu.run((gpu) => work.latest('place', { theta, dim, at, gpu }));
      if (!result) return;
      place = result;
      drawPlace();
    } catch (error) {
      if (closed) return;
      for (const chart of [pairsChart, scoresChart, costsChart]) chart.busy(false);
      report(error);
    }
  }

  function drawSweeps(): void {
    if (!sweep) return;
    drawSweep(sweepChart, sweep, state);
    drawNeighbours(neighbours, sweep, state);
    const sentences = [...crossings(sweep, state.pairs), tableSentence(sweep, state.pairs)];
    findings.replaceChildren(...sentences.map((sentence) => h('li', {}, sentence)));
    status.textContent = statusOf(sweep);
  }

  function drawPlace(): void {
    if (!place) return;
    if (sweep) drawSweep(sweepChart, sweep, state);
    drawPairs(pairsChart, place, state);
    drawScores(scoresChart, place);
    drawCosts(costsChart, place);
  }

  function report(error: unknown): void {
    if (isAbort(error)) return;
    status.textContent = 'Nothing was measured.';
    notices.fail('The measurement failed', '“Measure again” tries once more.', error);
  }

  context.setQuery(queryOfState(state));
  measure(true);
  return {
    close() {
      closed = true;
      notices.close();
      running?.abort();
      work.close();
    },
  };
};

/** Who measured, how much, in what time. */
function statusOf({ adapter, gpuMs, runs, pairs }: SweepResult): string {
  const positions = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const amount = `${integer(positions)} positions of ${pairs} pairs`;
  if (!adapter) return `Computed on the CPU, ${amount}: there is no GPU here that could be measured.`;
  const software = adapter.software
    ? ' It computes on the CPU: its sin and cos are its own, and those of a GPU will differ.'
    : '';
  return `Measured on ${adapterText(adapter)}: ${amount}, each in three ways, in ${milliseconds(gpuMs)}.${software}`;
}
