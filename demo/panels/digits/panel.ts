import { ropeFrequencies } from 'webgpu-rope';
import { h } from '../../dom';
import { integer, significant } from '../../format';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { chartFigure } from '../../widgets/chart';
import { checkField, numberField, segmentsField } from '../../widgets/fields';
import { card, panelFrame, wide } from '../../widgets/frame';
import { dimField, thetaSlider } from '../../widgets/model-fields';
import { panelNotices } from '../../widgets/notices';
import { progressBox } from '../../widgets/progress';
import { slider } from '../../widgets/slider';
import { numbersTable, scrollBox } from '../../widgets/table';
import { drawErrors, drawSizes, drawWorst, usualPairs } from './charts';
import { createClocks } from './clocks';
import './digits.css';
import { createLookupView } from './lookup-view';
import { createOdometer } from './odometer';
import { createPlayer } from './player';
import {
  type DigitsState,
  dims,
  lastPosition,
  leastTheta,
  mostTheta,
  queryOfState,
  stateFromQuery,
  steps,
  withChanges,
} from './state';
import type { DigitsTasks, Limits } from './tasks';
import { writingsOf } from './writings';

/** Positions an octave that are looked at before anyone asks for all. */
const sample = 256;

/** A position as digits, as clock hands, and as the kernel's table has it. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  const notices = panelNotices(context, problems);
  const work = createWork<DigitsTasks>('digits');
  let state = initial;
  let frequencies = frequenciesOf(state);
  let searching: AbortController | undefined;

  const odometer = createOdometer();
  const clocks = createClocks((pair) => change({ pair }));
  const writings = scrollBox('The ways side by side');
  const lookupView = createLookupView();
  const errors = chartFigure({ id: 'errors', title: 'Error of the table, by pair' });
  const worst = chartFigure({ id: 'worst', title: 'Largest error of the table, by position' });
  const sizes = chartFigure({ id: 'sizes', title: 'What the table weighs' });
  const search = h('div', { class: 'search' });
  const searchButton = h('button', { type: 'button', class: 'quiet', id: 'every' }, 'Look at every position');
  search.append(searchButton);
  worst.element.append(search);

  // ---- controls ----
  const position = slider({
    id: 'digits-position',
    label: 'Position',
    min: 0,
    max: lastPosition,
    value: state.position,
    format: integer,
    hint: 'Arrow keys move it by one.',
    onInput: (value) => change({ position: value }),
  });
  const typed = numberField({
    id: 'digits-typed',
    label: 'Position, typed',
    min: 0,
    max: lastPosition,
    value: state.position,
    format: integer,
    onChange: (value) => change({ position: value }, 'typed'),
  });
  const player = createPlayer((direction) => {
    const next = Math.min(lastPosition, Math.max(0, state.position + direction * state.step));
    const moved = next !== state.position;
    change({ position: next });
    return moved;
  });
  const base = slider({
    id: 'digits-base',
    label: 'Base of the digits',
    min: 2,
    max: 16,
    value: state.base === 'rope' ? 10 : state.base,
    onInput: (value) => change({ base: value }),
  });
  const own = checkField({
    id: 'digits-own',
    label: 'RoPE’s own base, theta^(2/d)',
    value: state.base === 'rope',
    onChange: (checked) => change({ base: checked ? 'rope' : base.value }),
  });
  const pair = slider({
    id: 'digits-pair',
    label: 'Pair looked at',
    min: 0,
    max: state.dim / 2 - 1,
    value: state.pair,
    onInput: (value) => change({ pair: value }),
  });
  host.append(
    panelFrame({
      controls: [
        position.element,
        typed.element,
        player.element,
        segmentsField({
          id: 'digits-step',
          label: 'Step',
          options: steps.map((value) => ({ value: String(value), label: integer(value) })),
          value: String(state.step),
          onChange: (value) => change({ step: Number(value) }),
        }).element,
        base.element,
        own.element,
        dimField('digits-dim', dims, state.dim, (dim) => change({ dim })).element,
        thetaSlider({
          id: 'digits-theta',
          min: leastTheta,
          max: mostTheta,
          value: state.theta,
          onInput: (value) => change({ theta: value }),
        }).element,
        pair.element,
      ],
      main: [position.element, player.element],
      figures: [
        odometer.element,
        clocks.element,
        wide(
          card(
            'writings',
            'One position, written in several ways',
            h(
              'p',
              {},
              'Each encoding is digits of some base. The integer is a single digit that grows without end. Binary has many, but they jump: ',
              'from 7 to 8 four change at once. RoPE keeps the many places and lets each turn smoothly: no number leaves −1 to 1, and ',
              'neighbours are equally far apart everywhere.',
            ),
            writings,
          ),
        ),
        lookupView.element,
        errors.element,
        worst.element,
        wide(sizes.element),
      ],
      pictures: [odometer.element, clocks.element],
      notes: [
        h(
          'p',
          {},
          'The table’s numbers are those of the package’s own, read here on the CPU; what your GPU makes of them is measured ',
          'under Precision. More: docs/precision.md.',
        ),
      ],
    }),
  );

  // ---- what follows from the state ----
  function change(changes: Partial<DigitsState>, from?: 'typed'): void {
    const before = state;
    state = withChanges(state, changes);
    const otherHead = before.dim !== state.dim || before.theta !== state.theta;
    if (otherHead) frequencies = frequenciesOf(state);
    position.set(state.position);
    // What is being typed stays as it is typed.
    if (from !== 'typed') typed.set(state.position);
    if (state.base !== 'rope') base.set(state.base);
    own.set(state.base === 'rope');
    if (pair.input.max !== String(state.dim / 2 - 1)) pair.setRange(0, state.dim / 2 - 1);
    pair.set(state.pair);
    context.setQuery(queryOfState(state));
    show();
    if (otherHead) showHead();
  }

  /** All that depends on the position. */
  function show(): void {
    notices.clearFailure();
    odometer.show(state, frequencies);
    clocks.show(state, frequencies);
    writings.replaceChildren(writingsTable());
    const { dim, theta, position } = state;
    const asked = state;
    errors.busy(true);
    work.latest('lookup', { dim, theta, position }).then((result) => {
      if (!result) return;
      lookupView.show({ ...asked, pair: Math.min(state.pair, asked.dim / 2 - 1) }, result);
      drawErrors(errors, asked, result);
    }, report);
  }

  /** All that depends on the head alone. */
  function showHead(): void {
    searching?.abort();
    const { dim, theta } = state;
    worst.busy(true);
    work.latest('worst', { dim, theta, most: sample }).then((octaves) => {
      if (octaves) drawWorst(worst, octaves);
    }, report);
    sizes.busy(true);
    const pairs = dim / 2;
    Promise.all([work.latest('sizes', { pairs: [pairs, usualPairs] }), limits()]).then(([all, limit]) => {
      const [chosen, usual] = all ?? [];
      if (chosen && usual) drawSizes(sizes, pairs, { chosen, usual }, limit);
    }, report);
  }

  /** The page may know better than its worker that there is no GPU. */
  async function limits(): Promise<Limits> {
    const adapter = await context.adapter;
    // A GPU that fails here costs no more than its limit.
    return 'why' in adapter ? null : work.run('limits', undefined).catch(() => null);
  }

  function writingsTable(): HTMLTableElement {
    return numbersTable(
      {
        head: [
          'Encoding',
          'Numbers',
          `Position ${integer(state.position)}`,
          state.position < lastPosition ? 'The next position changes' : 'The one before changes',
          'Distance',
        ],
        rows: writingsOf(state, frequencies).map(({ name, numbers, written, change, distance }) => [
          name,
          numbers,
          written,
          change,
          significant(distance),
        ]),
      },
      'One position, written in several ways',
    );
  }

  async function lookAtAll(): Promise<void> {
    searching?.abort();
    const controller = new AbortController();
    searching = controller;
    const box = progressBox(() => controller.abort());
    search.replaceChildren(box.element);
    box.show(0, 'looking at every position');
    box.element.querySelector('button')?.focus({ preventScroll: true });
    const { dim, theta } = state;
    try {
      const octaves = await work.run(
        'worst',
        { dim, theta },
        { signal: controller.signal, onProgress: box.show },
      );
      drawWorst(worst, octaves);
      context.announce('Every position was looked at.');
    } catch (error) {
      if (!controller.signal.aborted) report(error);
    } finally {
      const focused = search.contains(document.activeElement);
      search.replaceChildren(searchButton);
      if (focused) searchButton.focus({ preventScroll: true });
    }
  }

  function report(error: unknown): void {
    for (const chart of [errors, worst, sizes]) chart.busy(false);
    notices.fail('The table could not be computed', 'Change a control to try again.', error);
  }

  searchButton.addEventListener('click', () => void lookAtAll());
  context.setQuery(queryOfState(state));
  show();
  showHead();
  return {
    close() {
      notices.close();
      player.stop();
      searching?.abort();
      work.close();
    },
  };
};

function frequenciesOf({ dim, theta }: DigitsState): Float64Array {
  return ropeFrequencies({ headDim: dim, theta }).inverseFrequencies;
}
