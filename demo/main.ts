import { type Choice, choiceFromQuery, describeChoice, queryOfChoice } from './choice';
import { byId } from './dom';
import { bytes, integer } from './format';
import { modelOf, tensorBytes } from './model';
import type { AutorunReport } from './report/autorun';
import { reportText } from './report/text';
import { findAdapter, type MissingGpu } from './run/adapter';
import { runChoice } from './run/run';
import type { AdapterSummary } from './run/types';
import { createControls } from './view/controls';
import { createDials } from './view/dials';
import { createModelView } from './view/model';
import { failure, notice } from './view/notice';
import { createProgress } from './view/progress';
import { adapterText, resultView } from './view/result';
import { createSnippetView } from './view/snippet';

declare global {
  interface Window {
    webgpuRopeReport?: AutorunReport;
  }
}

const outcome = byId('outcome');
const { choice: initial, problems } = choiceFromQuery(location.search);
let running: AbortController | undefined;
let adapterName = '';

const views = [
  createDials(byId('dials')),
  createModelView(byId('model')),
  createSnippetView(byId('snippet')),
];
const adapterAtHand: Promise<AdapterSummary | MissingGpu> = findAdapter().catch((error: unknown) => ({
  why: `Asking for a GPU failed: ${messageOf(error)}`,
  remedy: 'Reload the page; if it stays so, restart the browser.',
}));
const controls = createControls(byId('controls'), initial, { onChange: show, onRun: () => void run() });

function show(choice: Choice): void {
  const model = modelOf(choice.preset);
  for (const view of views) view(model, choice);
  const { qHeads, kHeads } = model.preset;
  const { headDim, trainedPositions } = model.config;
  const shape = `Q ${integer(choice.tokens)} × ${qHeads} × ${headDim} and K ${integer(choice.tokens)} × ${kHeads} × ${headDim}`;
  const past =
    trainedPositions !== null && choice.start + choice.tokens > trainedPositions
      ? `Past the ${integer(trainedPositions)} positions it was trained on: the angles are exact, but the model has never seen them.`
      : '';
  const where = adapterName === '' ? '' : `, on ${adapterName}`;
  controls.setAmount(`${shape}: ${bytes(tensorBytes(model, choice))}${where}.`, past);
  history.replaceState(null, '', queryOfChoice(choice, location.search) + location.hash);
}

/** Runs the choice and puts what comes of it on the page. Never throws. */
async function run(): Promise<AutorunReport> {
  const { choice } = controls;
  const adapter = await adapterAtHand;
  if ('why' in adapter) return { done: true, ok: false, text: `${adapter.why} ${adapter.remedy}\n` };
  if (running) return { done: true, ok: false, text: 'Already running.\n' };
  running = new AbortController();
  const progress = createProgress(() => running?.abort());
  controls.setRunning(true);
  outcome.replaceChildren(progress.element);
  try {
    const result = await runChoice(choice, adapter, (at) => progress.show(at), running.signal);
    outcome.replaceChildren(resultView(result));
    return { done: true, ok: result.check.ok, text: reportText(result) };
  } catch (error) {
    if (running.signal.aborted) {
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
    if (lostFocus) byId('run').focus({ preventScroll: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function begin(): Promise<void> {
  show(initial);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') running?.abort();
  });
  const autorun = new URLSearchParams(location.search).get('autorun') === '1';
  if (autorun) window.webgpuRopeReport = { done: false, ok: false, text: '' };
  if (problems.length > 0)
    byId('notice').append(
      notice('This address asks for what is not here', `${problems.join('. ')}. The defaults stand in.`),
    );
  const adapter = await adapterAtHand;
  if ('why' in adapter) {
    controls.disable();
    byId('notice').append(
      notice(
        adapter.why,
        `${adapter.remedy} The rest of this page is computed on the CPU and works without.`,
      ),
    );
  } else {
    adapterName = adapterText(adapter);
    show(controls.choice);
  }
  if (!autorun) return;
  // Whoever runs the page unseen must not be told about another choice than the one asked for.
  const report =
    problems.length === 0 ? await run() : { done: true, ok: false, text: `${problems.join('\n')}\n` };
  window.webgpuRopeReport = report;
}

/** Whatever goes wrong outside a run is said on the page as well. */
function reportTrouble(error: unknown): void {
  byId('notice').replaceChildren(
    failure('Something went wrong on this page', 'Reload it to start over.', messageOf(error)),
  );
  if (window.webgpuRopeReport?.done === false) {
    window.webgpuRopeReport = { done: true, ok: false, text: `${messageOf(error)}\n` };
  }
}

addEventListener('unhandledrejection', ({ reason }) => reportTrouble(reason));
addEventListener('error', ({ error, message }) => reportTrouble(error ?? message));
begin().catch(reportTrouble);
