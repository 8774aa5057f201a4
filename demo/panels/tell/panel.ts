import { h } from '../../dom';
import { integer, significant } from '../../format';
import { debouncedAnnouncer } from '../../shell/announcer';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { card, panelFrame } from '../../widgets/frame';
import { panelNotices } from '../../widgets/notices';
import { createReadings } from '../rotate/readings';
import { createControls } from './controls';
import { createLooksMap, looksOf } from './looks-map';
import { capacity, longestText, queryOfState, type State, stateFromQuery, tellsOther } from './state';
import type { TellTasks, Told } from './tasks';
import './tell.css';
import { createTextView } from './text-view';

/** Milliseconds between drawings of the map while a text is told. */
const pace = 300;
/** Tokens that the rate is the mean of. */
const span = 32;

/** A model tells a text: what each token looks at, and what becomes of it when positions are wrong. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  let state = initial;
  let told: Told[] = [];
  /** When each token came, ms. */
  let times: number[] = [];
  /** Keys in the cache, those dropped, and how often some were. */
  let keys = 0;
  let dropped = 0;
  let dropsMade = 0;
  let isTelling = true;
  /** The text that is being gone on with. */
  let going: number | undefined;
  /** Counts beginnings: what an older text still brings is not shown. */
  let turn = 0;
  let drawnAt = 0;
  let waiting = 0;
  let closed = false;
  const notices = panelNotices(context, problems, 'Until then nothing is told.');
  const announcer = debouncedAnnouncer(context.announce);
  const work = createWork<TellTasks>('tell');
  const pick = (token: number): void => change({ token });
  const text = createTextView(pick);
  const map = createLooksMap(pick);
  const readings = createReadings('tell-readings');
  const status = h('p', { class: 'note', id: 'tell-status' }, 'The model is on its way…');
  const controls = createControls(state, {
    change,
    toggle() {
      isTelling = !isTelling;
      if (isTelling) void goOn(turn);
      show();
    },
    drop() {
      if (keys < 2) return;
      isTelling = true;
      change({ drops: [...state.drops.slice(0, dropsMade), told.length] });
      void goOn(turn);
    },
    another: () => change({ seed: (state.seed % 9999) + 1, drops: [], token: null }),
  });
  const textCard = card('tell-card', 'The text', readings.element, text.element, status);
  host.append(
    panelFrame({
      controls: controls.elements,
      main: controls.main,
      figures: [textCard, map.element],
      pictures: [textCard],
      notes: [h('p', {}, about)],
    }),
  );

  function change(next: Partial<State>): void {
    const before = state;
    state = { ...state, ...next };
    context.setQuery(queryOfState(state));
    if (tellsOther(before, state)) void begin();
    else show();
  }

  /** Tells the text of the state from its beginning; what was dropped is dropped again. */
  async function begin(): Promise<void> {
    const own = ++turn;
    notices.clearFailure();
    isTelling = true;
    show();
    try {
      const isThere = !('why' in (await context.adapter));
      const first = isThere ? await work.latest('begin', state) : null;
      if (own !== turn || closed || first === undefined) return;
      told = first ?? [];
      times = told.map(() => performance.now());
      keys = told.length;
      dropped = 0;
      dropsMade = 0;
      text.clear();
      if (first) return await goOn(own);
      isTelling = false;
      map.element.hidden = true;
      status.textContent = 'Nothing is told: there is no GPU here that could run the model.';
      show();
    } catch (error) {
      if (own === turn) report(error);
    }
  }

  async function goOn(own: number): Promise<void> {
    if (going === own) return;
    going = own;
    try {
      while (own === turn && isTelling && !closed) {
        if ((state.drops[dropsMade] ?? Number.POSITIVE_INFINITY) <= told.length) await drop();
        else if (keys >= capacity || told.length >= longestText) isTelling = false;
        else {
          const next = await work.run('next', null);
          if (own !== turn || closed) return;
          told.push(next);
          times.push(performance.now());
          keys++;
        }
        showSoon();
      }
    } catch (error) {
      if (own === turn) report(error);
    } finally {
      if (going === own) going = undefined;
    }
    if (own === turn && !closed) show();
  }

  async function drop(): Promise<void> {
    const own = turn;
    // A token may have come since it was asked for.
    change({ drops: [...state.drops.slice(0, dropsMade), told.length, ...state.drops.slice(dropsMade + 1)] });
    dropsMade++;
    const count = await work.run('drop', state.keys);
    if (own !== turn) return;
    dropped += count;
    keys -= count;
    text.show(told);
    text.drop(dropped, told.length);
  }

  /** Once a frame or so: tokens may come faster. */
  function showSoon(): void {
    waiting ||= window.setTimeout(show, 16);
  }

  function show(): void {
    clearTimeout(waiting);
    waiting = 0;
    if (closed) return;
    controls.set(state, told.length, isTelling);
    if (told.length === 0) return;
    const token = Math.min(state.token ?? told.length - 1, told.length - 1);
    const shown = told[token]!;
    text.show(told);
    text.shade(token, looksOf(shown, state.layer), shown.first);
    readings.show(readingsOf());
    const now = performance.now();
    if (isTelling && now - drawnAt < pace) return;
    drawnAt = now;
    map.draw(told, token, state.layer);
    if (isTelling) {
      status.textContent = '';
      return;
    }
    status.textContent =
      keys >= capacity
        ? `The cache is full: drop the older half of its ${integer(keys)} keys to go on.`
        : told.length >= longestText
          ? 'The text ends here. “Another text” begins a new one.'
          : 'Stopped.';
    announcer.announce(`${integer(told.length)} tokens. ${status.textContent}`);
  }

  function readingsOf() {
    const from = Math.max(0, times.length - 1 - span);
    const seconds = (times.at(-1)! - times[from]!) / 1000;
    const rate = seconds > 0 ? significant((times.length - 1 - from) / seconds) : '–';
    return [
      { name: 'Tokens', value: integer(told.length), note: '' },
      { name: 'Tokens/s', value: rate, note: '' },
      { name: 'Keys', value: integer(keys), note: '' },
      { name: 'Position', value: integer(told.at(-1)!.position), note: '' },
    ];
  }

  function report(error: unknown): void {
    if (closed) return;
    isTelling = false;
    notices.fail('The telling failed', 'Change a control to begin again.', error);
    show();
  }

  context.setQuery(queryOfState(state));
  void begin();
  return {
    close() {
      closed = true;
      clearTimeout(waiting);
      notices.close();
      announcer.stop();
      work.close();
    },
  };
};

const about =
  'The model has 135 616 parameters in three layers of four heads, and knows nothing but small stories that a grammar of our own makes: ' +
  'scripts/tell trains it in minutes. The engine that runs it here is demo/engine, WGSL beside this package.';
