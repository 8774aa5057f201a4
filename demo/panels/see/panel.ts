import { h } from '../../dom';
import type { AdapterSummary, MissingGpu } from '../../shell/adapter';
import { debouncedAnnouncer } from '../../shell/announcer';
import { isAbort } from '../../shell/errors';
import type { OpenPanel } from '../../shell/panel';
import { createWork } from '../../shell/work';
import { panelFrame } from '../../widgets/frame';
import { panelNotices } from '../../widgets/notices';
import type { Compared } from './compare';
import { createControls } from './controls';
import { createCurveControls, withDimension } from './curve-controls';
import { createCurves } from './curves';
import { createBiasMap, createCellMap, createEncodingMap, createSimilarityMap, originOf } from './maps';
import { createCatalogue, createProperties } from './properties-view';
import type { Rows } from './rows';
import './see.css';
import {
  dimsOf,
  isBias,
  isGrid,
  pageOf,
  queryOfState,
  type State,
  stateFromQuery,
  withChanges,
} from './state';
import type { SeeTasks } from './tasks';
import { createWorking } from './working';

const withoutGpu = 'Until then the CPU makes the rows and compares up to 1024 of them.';

/** An encoding as a heat map, as curves and by the similarity of its positions; and what was measured of it. */
export const open: OpenPanel = (host, context) => {
  const { state: initial, problems } = stateFromQuery(context.query);
  const work = createWork<SeeTasks>('see');
  // Properties take long in one go: they have a worker of their own, which the sliders do not wait for.
  const propertyWork = createWork<SeeTasks>('see');
  let state = initial;
  let closed = false;
  let adapter: AdapterSummary | MissingGpu | undefined;
  let rows: { readonly key: string; readonly drawn: Rows } | undefined;
  let compared: { readonly key: string; readonly result: Compared } | undefined;
  let wanted = { rows: '', compare: '' };
  let comparing = 0;
  let cancelled = '';
  const notices = panelNotices(context, problems, withoutGpu);
  const announcer = debouncedAnnouncer(context.announce);

  const controls = createControls(state, change);
  const curveControls = createCurveControls(state, change);
  const map = createEncodingMap((column, done) => {
    change(withDimension(state, column));
    if (done) curveControls.focus();
  });
  const similarity = createSimilarityMap();
  const cell = createCellMap((row, column) => change({ row, column }));
  const bias = createBiasMap();
  const curves = createCurves(curveControls.element);
  const properties = createProperties();
  const catalogue = createCatalogue(propertyWork, context.announce, report);
  const working = createWorking('see-compare', stop, () => void compare(state).catch(report));
  const furtherReading = h('p');
  similarity.element.append(working.element);
  host.append(
    panelFrame({
      controls: controls.elements,
      figures: [
        map.element,
        similarity.element,
        cell.element,
        bias.element,
        curves.element,
        properties.element,
        catalogue.element,
      ],
      notes: [
        h(
          'p',
          {},
          'RoPE adds nothing to a token, so it has no rows of its own: its row here is what it makes of a vector whose every pair is (1, 0), the cosine and the sine of each angle.',
        ),
        furtherReading,
      ],
    }),
  );
  void context.adapter.then((found) => {
    adapter = found;
    if (!closed && 'why' in found) drawMap();
  });

  function change(changes: Partial<State>): void {
    state = withChanges(state, changes);
    show();
  }

  function show(): void {
    notices.clearFailure();
    context.setQuery(queryOfState(state));
    controls.set(state);
    curveControls.set(state);
    similarity.element.hidden = isBias(state);
    bias.element.hidden = !isBias(state);
    cell.element.hidden = !isGrid(state);
    furtherReading.textContent = `Formula and paper: docs/schemes/${pageOf(state)}.md. What the properties mean: docs/properties.md.`;
    const keys = { rows: rowsKey(state), compare: compareKey(state) };
    const old = wanted;
    wanted = keys;
    if (keys.rows !== old.rows) {
      for (const figure of [map, curves, cell, bias]) figure.busy(true);
      makeRows(state).catch(report);
    } else if (rows?.key === keys.rows) {
      // Only other curves, of rows that are there.
      map.mark(state);
      drawCurves();
    }
    if (keys.compare !== old.compare) compare(state).catch(report);
  }

  async function makeRows(shown: State): Promise<void> {
    const drawn = await work.latest('rows', shown);
    if (!drawn || closed) return;
    const key = rowsKey(shown);
    // Overtaken by a newer state: still drawn, so that a slider that moves on shows something.
    rows = { key, drawn };
    drawAll(key === wanted.rows ? state : shown);
    for (const figure of [map, curves, cell, bias]) figure.busy(key !== wanted.rows);
  }

  function drawAll(shown: State): void {
    if (!rows) return;
    const { drawn } = rows;
    drawMap(shown);
    drawCurves(shown);
    if (drawn.cell) cell.draw(shown, drawn.cell);
    if (drawn.bias) {
      bias.draw(shown, drawn.bias);
      properties.drawBias(shown, drawn.bias);
    }
    announcer.announce(mapDescription());
  }

  /** By the kernel's rows where they are there, else by the CPU's. */
  function drawMap(shown = state): void {
    if (!rows || (rows.key !== rowsKey(shown) && shown === state)) return;
    const kernel = compared?.key === compareKey(shown) ? compared.result : undefined;
    const isComing = !isBias(shown) && !(adapter && 'why' in adapter) && cancelled !== compareKey(shown);
    const pending = kernel === undefined && isComing;
    const origin = pending
      ? 'Made by the CPU; the kernel’s rows are on their way.'
      : originOf(kernel, adapter);
    map.draw(shown, rows.drawn, kernel?.kernel?.picture ?? rows.drawn.picture, origin);
  }

  function drawCurves(shown = state): void {
    if (!rows) return;
    const kernel = compared?.key === compareKey(shown) ? compared.result.kernel : null;
    curves.draw(shown, kernel ? { ...rows.drawn, rows: kernel.rows } : rows.drawn);
  }

  async function compare(shown: State): Promise<void> {
    const key = compareKey(shown);
    if (comparing > 0) stop();
    if (isBias(shown)) {
      working.end();
      return;
    }
    cancelled = '';
    similarity.busy(true);
    properties.busy(true);
    comparing++;
    try {
      const found = await context.adapter;
      if (closed || key !== wanted.compare) return;
      working.begin();
      const onProgress = (done: number, text: string): void => {
        if (key === wanted.compare) working.show(done, text);
      };
      const result = await notices.gpu.run((gpu) =>
        work.latest('compare', { state: shown, gpu }, { onProgress }),
      );
      if (!result || closed || isBias(state)) return;
      similarity.draw(shown, result, found);
      if (key !== wanted.compare) {
        similarity.busy(true);
        return;
      }
      working.end();
      compared = { key, result };
      if (rows?.key === rowsKey(state)) {
        drawMap();
        drawCurves();
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
      if (!closed && key === wanted.compare) {
        working.cancelled();
        cancelled = key;
        drawMap();
        similarity.busy(true);
      }
    } finally {
      comparing--;
    }
    await measure(shown);
  }

  /** After the pictures, which matter more. */
  async function measure(shown: State): Promise<void> {
    if (closed || compareKey(shown) !== wanted.compare) return;
    const measured = await propertyWork.latest('properties', shown);
    if (measured && !closed && compareKey(shown) === wanted.compare) properties.draw(shown, measured);
  }

  function stop(): void {
    // Between two launches; the worker and its device stay.
    work.run('stop', undefined).catch(() => {});
  }

  function mapDescription(): string {
    return host.querySelector('#see-map .drawing')?.getAttribute('aria-label') ?? '';
  }

  function report(error: unknown): void {
    notices.fail('The encoding could not be computed', 'Change a control to try again.', error);
  }

  show();
  return {
    close() {
      closed = true;
      notices.close();
      announcer.stop();
      catalogue.close();
      work.close();
      propertyWork.close();
    },
  };
};

/** What the rows depend on: all but which of them are drawn as curves; a bias is drawn for the chosen curve's head. */
function rowsKey(state: State): string {
  const head = isBias(state) ? dimsOf(state)[state.curve] : null;
  return JSON.stringify({ ...queryOfState(state), dims: head, curve: null });
}

/** What the matrix and the properties depend on. */
function compareKey(state: State): string {
  return JSON.stringify({ ...queryOfState(state), dims: null, curve: null, row: null, column: null });
}
