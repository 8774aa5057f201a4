import { byId, h } from '../dom';
import { failure, unknownNotice } from '../widgets/notice';
import { type AdapterSummary, findAdapter, type MissingGpu } from './adapter';
import { queryOfView, type View, viewFromQuery } from './address';
import type { Panel, PanelContext, PanelEntry } from './panel';
import { createAddressWriter } from './state';

/** How long a panel may load before the page says so, ms: what is quick needs no words. */
const patience = 250;

/** The page around the panels: tabs, address, history, headings, notices. */
export interface Shell {
  /** Opens what the address names. */
  start(): void;
  /** Says on the page what went wrong outside a panel's own care. */
  reportTrouble(error: unknown): void;
}

/** Builds the tabs into index.html's frame. `panels` has at least one entry. */
export function createShell(panels: readonly PanelEntry[]): Shell {
  const parts = {
    tabs: byId('tabs'),
    title: byId('title'),
    lead: byId('lead'),
    notices: byId('notice'),
    host: byId('panel'),
    announcer: byId('announcer'),
  };
  const writer = createAddressWriter();
  /** The state that each panel was left in: its tab leads back there. */
  const queries = new Map(panels.map(({ id }) => [id, queryOfView(id, {})]));
  const links = new Map(panels.map((entry) => [entry.id, tabOf(entry, queries)]));
  let adapter: Promise<AdapterSummary | MissingGpu> | undefined;
  let shown = '';
  let open: Panel | undefined;
  /** Counts openings, so that a panel whose code comes late does not open over a later one. */
  let opening = 0;

  const close = (): void => {
    // Closing counts as an opening: a context or a chunk from before finds itself out of date.
    opening++;
    writer.flush();
    open?.close();
    open = undefined;
    parts.notices.replaceChildren();
    parts.host.replaceChildren();
    parts.announcer.textContent = '';
  };

  const contextOf = (id: string, query: URLSearchParams, turn: number): PanelContext => ({
    query,
    setQuery(state) {
      if (turn !== opening) return;
      const written = queryOfView(id, state);
      queries.set(id, written);
      writer.write(written);
    },
    get adapter() {
      adapter ??= findAdapter();
      return adapter;
    },
    notify(...notices) {
      if (turn === opening) parts.notices.replaceChildren(...notices);
    },
    announce(text) {
      if (turn === opening) parts.announcer.textContent = text;
    },
  });

  const show = async ({ id, query, problem }: View, focus: boolean): Promise<void> => {
    const entry = panels.find((panel) => panel.id === id);
    if (!entry) return;
    close();
    const turn = opening;
    shown = id;
    for (const [name, link] of links) {
      if (name === id) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
      link.setAttribute('href', queries.get(name) ?? '');
    }
    document.title = `${entry.title} · webgpu-rope`;
    parts.title.textContent = entry.title;
    parts.lead.textContent = entry.lead;
    parts.host.setAttribute('aria-busy', 'true');
    parts.host.dataset.panel = id;
    if (focus) {
      scrollTo({ top: 0, behavior: 'instant' });
      parts.title.focus({ preventScroll: true });
    }
    const slow = setTimeout(() => {
      if (turn !== opening) return;
      parts.announcer.textContent = `Loading ${entry.title}`;
      parts.host.replaceChildren(h('p', { class: 'note loading' }, 'Loading…'));
    }, patience);
    try {
      const { open: openPanel } = await entry.load();
      if (turn !== opening) return;
      parts.host.replaceChildren();
      parts.announcer.textContent = '';
      open = openPanel(parts.host, contextOf(id, query, turn));
      if (problem) parts.notices.prepend(unknownNotice([problem]));
    } catch (error) {
      if (turn !== opening) return;
      parts.host.replaceChildren();
      reportTrouble(error);
    } finally {
      clearTimeout(slow);
      if (turn === opening) parts.host.removeAttribute('aria-busy');
    }
  };

  const openTab = (id: string): void => {
    if (shown === id) return;
    writer.push(queries.get(id) ?? '');
    void show(viewFromQuery(location.search, panels), true);
  };

  const reportTrouble = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    parts.notices.replaceChildren(
      failure('Something went wrong on this page', 'Reload it to start over.', text),
    );
    const awaited = new URLSearchParams(location.search).get('autorun') === '1';
    if (awaited && window.webgpuRopeReport?.done !== true) {
      window.webgpuRopeReport = { done: true, ok: false, text: `${text}\n` };
    }
  };

  return {
    reportTrouble,
    start() {
      parts.tabs.replaceChildren(...[...links.values()].map((link) => h('li', {}, link)));
      for (const [id, link] of links) {
        link.addEventListener('click', (event) => {
          // A click that asks for a new tab or window is the browser's.
          if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          openTab(id);
        });
      }
      addEventListener('popstate', () => {
        // A change of fragment, as by the skip link, is none of view.
        if (writer.moved()) void show(viewFromQuery(location.search, panels), true);
      });
      addEventListener('pagehide', () => writer.flush());
      void show(viewFromQuery(location.search, panels), false);
    },
  };
}

function tabOf({ id, tab, title }: PanelEntry, queries: ReadonlyMap<string, string>): HTMLAnchorElement {
  return h('a', { href: queries.get(id), title }, tab);
}
