import { h } from '../../dom';
import { bytes, integer } from '../../format';
import { adapterText } from '../../shell/adapter';
import type { AutorunReport } from '../../shell/autorun';
import { messageOf } from '../../shell/errors';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { card, picture } from '../../widgets/frame';
import { failure, notice } from '../../widgets/notice';
import { panelNotices } from '../../widgets/notices';
import { progressBox } from '../../widgets/progress';
import './check.css';
import { type Choice, choiceFromQuery, describeChoice } from './choice';
import { modelOf, tensorBytes } from './model';
import { reportText } from './report/text';
import { runChoice } from './run/run';
import type { CheckTasks } from './tasks';
import { createControls } from './view/controls';
import { createDials } from './view/dials';
import { createModelView } from './view/model';
import { createPeersView } from './view/peers';
import { createSnippetView } from './view/snippet';

const withoutGpu = 'The rest of this page is computed on the CPU and works without.';

/** Rotates a real model's Q and K, checks every element and times it. */
export const open: OpenPanel = (host, context) => {
  const { choice: initial, problems } = choiceFromQuery(context.query);
  const autorun = context.query.get('autorun') === '1';
  const work = createWork<CheckTasks>('check');
  const notices = panelNotices(context, problems, withoutGpu);
  const outcome = h('div', { id: 'outcome', class: 'card' });
  const dials = card('dials', 'What it does');
  const model = card('model', 'What the model says');
  const snippet = card('snippet', 'The calls for this choice');
  const peers = createPeersView();
  const controls = createControls(initial, { onChange: show, onRun: () => void run() });
  host.append(
    h(
      'div',
      { class: 'check' },
      h('div', { class: 'check-run' }, controls.element, outcome),
      picture(dials),
      model,
      peers.element,
      snippet,
    ),
  );
  const views = [createDials(dials), createModelView(model), createSnippetView(snippet)];
  let running: AbortController | undefined;
  let closed = false;
  let adapterName = '';
  let adapterId: string | undefined;

  function show(choice: Choice): void {
    const model = modelOf(choice.preset);
    for (const view of views) view(model, choice);
    peers.show(choice.dtype, adapterId);
    const { qHeads, kHeads } = model.preset;
    const { headDim, trainedPositions } = model.config;
    const shape = `Q ${integer(choice.tokens)} × ${qHeads} × ${headDim} and K ${integer(choice.tokens)} × ${kHeads} × ${headDim}`;
    const past =
      trainedPositions !== null && choice.start + choice.tokens > trainedPositions
        ? `Past the ${integer(trainedPositions)} positions it was trained on: the angles are exact, but the model has never seen them.`
        : '';
    const where = adapterName === '' ? '' : `, on ${adapterName}`;
    controls.setAmount(`${shape}: ${bytes(tensorBytes(model, choice))}${where}.`, past);
    const { preset, tokens, dtype, start } = choice;
    context.setQuery({
      autorun: autorun ? '1' : undefined,
      preset,
      tokens: String(tokens),
      dtype,
      start: String(start),
    });
  }

  /** Runs the choice and puts what comes of it on the page. Never throws. */
  async function run(): Promise<AutorunReport> {
    const { choice } = controls;
    const adapter = await context.adapter;
    if ('why' in adapter) return { done: true, ok: false, text: `${adapter.why} ${adapter.remedy}\n` };
    if (running || closed) return { done: true, ok: false, text: 'Already running.\n' };
    running = new AbortController();
    const progress = progressBox(() => running?.abort());
    controls.setRunning(true);
    outcome.replaceChildren(progress.element);
    // On a phone Run is in view wherever the page is.
    outcome.scrollIntoView({ block: 'nearest' });
    try {
      // The view of a result comes with its first result: the page is there sooner without.
      const viewing = import('./view/result');
      const { signal } = running;
      const { config } = modelOf(choice.preset);
      const request = { choice, config, adapter };
      const result = await runChoice(work, request, { signal, onProgress: progress.show });
      const { resultView } = await viewing;
      outcome.replaceChildren(resultView(result));
      peers.add(result);
      return { done: true, ok: result.check.ok, text: reportText(result) };
    } catch (error) {
      if (running.signal.aborted || closed) {
        outcome.replaceChildren(notice('Cancelled', `${describeChoice(choice)}: nothing was kept.`));
        return { done: true, ok: false, text: 'Cancelled.\n' };
      }
      const text = messageOf(error);
      outcome.replaceChildren(failure('The run failed', `${describeChoice(choice)}.`, text));
      return { done: true, ok: false, text: `The run failed: ${text}\n` };
    } finally {
      const lostFocus = document.activeElement === document.body;
      running = undefined;
      controls.setRunning(false);
      // Cancel is gone: whoever pressed it goes on from Run.
      if (lostFocus && !closed) document.getElementById('run')?.focus({ preventScroll: true });
    }
  }

  async function begin(): Promise<void> {
    if (autorun) window.webgpuRopeReport = { done: false, ok: false, text: '' };
    show(initial);
    const adapter = await context.adapter;
    if (closed) return;
    if ('why' in adapter) {
      controls.disable();
    } else {
      adapterName = adapterText(adapter);
      adapterId = adapter.name;
      show(controls.choice);
    }
    if (!autorun) return;
    // Whoever runs the page unseen must not be told about another choice than the one asked for.
    window.webgpuRopeReport =
      problems.length === 0 ? await run() : { done: true, ok: false, text: `${problems.join('\n')}\n` };
  }

  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') running?.abort();
  };
  addEventListener('keydown', onKey);
  void begin();
  return {
    close() {
      closed = true;
      notices.close();
      removeEventListener('keydown', onKey);
      running?.abort();
      work.close();
    },
  };
};
