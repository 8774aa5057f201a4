import { h } from '../../dom';
import { debouncedAnnouncer } from '../../shell/announcer';
import { isAbort } from '../../shell/errors';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { panelFrame, wide } from '../../widgets/frame';
import { panelNotices } from '../../widgets/notices';
import { createCloserLook } from './closer-look';
import type { ComparedScheme } from './compare';
import { createControls } from './controls';
import { drawDecay } from './decay-curves';
import { drawRatios } from './ratios';
import { drawReach } from './reach';
import { schemeChart } from './scheme-chart';
import './extend.css';
import { verdictOf } from './findings';
import { hatching } from './looks';
import { createReport, createVerdict } from './report-view';
import { configOfState, queryOfState, type State, stateFromQuery } from './state';
import type { ExtendTasks } from './tasks';

/** Every way to extend a context, side by side. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  const notices = panelNotices(context, problems);
  const announcer = debouncedAnnouncer(context.announce);
  const work = createWork<ExtendTasks>('extend');
  let state = initial;
  /** What was asked of the worker last, and what it last answered. */
  let asked = '';
  let compared: readonly ComparedScheme[] | undefined;
  let opened = false;

  const verdict = createVerdict();
  const ratios = schemeChart('extend-ratios', 'What becomes of each frequency');
  const decay = schemeChart('extend-decay', 'How q·k decays with distance');
  const reach = schemeChart('extend-reach', 'Angles reached, pair by pair');
  const report = createReport();
  const closer = createCloserLook();
  const gpuLine = h('p', { id: 'extend-gpu' });
  const controls = createControls(state, (next, typing) => {
    state = next(state);
    controls.set(state, typing);
    show();
  });
  host.append(
    hatching(),
    panelFrame({
      controls: controls.elements,
      main: [controls.target],
      figures: [
        verdict.element,
        ratios.chart.element,
        decay.chart.element,
        wide(reach.chart.element),
        report.element,
        closer.element,
      ],
      pictures: [ratios.chart.element],
      notes: [
        h(
          'p',
          {},
          'None of this says how well a model does: it says which angles it meets. What it makes of angles that it was not trained on, ',
          'or of neighbours that have come closer, only running it shows. LongRoPE’s factors are searched for per model; those here ',
          'are a stand-in that rises with the wavelength. Each scheme has a page: docs/schemes/yarn.md, and so on.',
        ),
        gpuLine,
      ],
    }),
  );

  function show(): void {
    context.setQuery(queryOfState(state));
    const comparison = {
      config: configOfState(state),
      trained: state.trained,
      target: state.target,
      parameters: {
        betaFast: state.betaFast,
        betaSlow: state.betaSlow,
        lowFreqFactor: state.lowFreqFactor,
        highFreqFactor: state.highFreqFactor,
      },
    };
    // Which schemes are shown, and how, changes nothing that is computed.
    const question = JSON.stringify(comparison);
    if (question === asked) {
      draw(state);
      return;
    }
    asked = question;
    for (const { chart } of [ratios, decay, reach]) chart.busy(true);
    work.latest('compare', comparison).then((schemes) => {
      if (!schemes) return;
      notices.clearFailure();
      compared = schemes;
      verdict.show(schemes);
      announce(schemes);
      draw(state);
      if (question !== asked) for (const { chart } of [ratios, decay, reach]) chart.busy(true);
    }, fail);
  }

  function draw({ shown, scheme, curve }: State): void {
    if (!compared) return;
    const visible = compared.filter(({ name }) => shown.includes(name));
    drawRatios(ratios, compared, visible);
    drawDecay(decay, compared, visible, curve);
    drawReach(reach, compared, visible);
    report.show(compared, scheme);
    const chosen = compared.find(({ name }) => name === scheme);
    if (chosen) closer.show(chosen);
  }

  /** To those who listen, once the numbers have come to rest. */
  function announce(schemes: readonly ComparedScheme[]): void {
    // What is there at opening is read in its place.
    if (opened) announcer.announce(verdictOf(schemes));
    opened = true;
  }

  function fail(error: unknown): void {
    if (isAbort(error)) return;
    // The same question may be asked again.
    asked = '';
    for (const { chart } of [ratios, decay, reach]) chart.busy(false);
    notices.fail('The schemes could not be compared', 'Change a control to try again.', error);
  }

  context.adapter.then((adapter) => {
    const here = 'All of this is computed by the package in float64, on the CPU, in a worker';
    gpuLine.textContent =
      'why' in adapter
        ? `${adapter.why} ${here}: this panel is complete without a GPU.`
        : `${here}; the rows of cos and sin that it compares are those that the kernel’s tables give your GPU.`;
  });
  show();
  return {
    close() {
      notices.close();
      announcer.stop();
      work.close();
    },
  };
};
